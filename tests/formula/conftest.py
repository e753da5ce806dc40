"""Shared pieces: random trees, and the printed formulas with their notation as text fixtures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import strategies as st

from cascade_sym.formula import Add, Call, Div, Integral, Mul, Name, Neg, Number, Pow, Sum

HERE = Path(__file__).parent
NAMES = ("x", "y", "g", "R", "theta_M", "Gamma_SB", "gamma_S0", "epsilon", "theta_M'", "X_S", "kappa")


def read_pairs(file: str) -> dict[str, str]:
    lines = (HERE / file).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("|", 1) for line in lines if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


@pytest.fixture(scope="session")
def printed() -> dict[str, str]:
    return read_pairs("printed.txt")


@pytest.fixture(scope="session")
def notation() -> dict[str, str]:
    return read_pairs("notation.txt")


@pytest.fixture(scope="session")
def paper_latex() -> dict[str, str]:
    return read_pairs("paper_latex.txt")


def _inner(kids: st.SearchStrategy) -> st.SearchStrategy:
    signs = st.sampled_from((1, -1))
    terms = st.lists(st.tuples(kids, signs), min_size=2, max_size=3)
    return st.one_of(
        st.builds(Neg, kids),
        terms.map(lambda ts: Add(tuple(t for t, _ in ts), tuple(s for _, s in ts))),
        st.lists(kids, min_size=2, max_size=3).map(lambda fs: Mul(tuple(fs))),
        st.builds(Div, kids, kids, st.booleans()),
        st.builds(Pow, kids, st.sampled_from((Number("2"), Number("3"), Neg(Number("1")), Name("y")))),
        st.builds(lambda f, a: Call(f, (a,)), st.sampled_from(("sin", "cos", "exp", "sqrt", "conj")), kids),
    )


@pytest.fixture(scope="session")
def scalar_trees() -> st.SearchStrategy:
    """Trees of numbers, names, arithmetic and elementary functions."""
    leaves = st.one_of(
        st.sampled_from(NAMES).map(Name),
        st.sampled_from(("1", "2", "3", "10", "0.5", "1.50")).map(Number),
        st.sampled_from(("pi", "I")).map(Name),
    )
    return st.recursive(leaves, _inner, max_leaves=12)


@pytest.fixture(scope="session")
def all_trees() -> st.SearchStrategy:
    """Every kind of node, including sums over an index, integrals and functions of any name."""
    leaves = st.one_of(st.sampled_from((*NAMES, "a_j", "Gamma_jB", "t'")).map(Name), st.just(Number("2e-3")))

    def grow(kids: st.SearchStrategy) -> st.SearchStrategy:
        return st.one_of(
            _inner(kids),
            st.builds(lambda b: Sum("j", ("S", "M"), b), kids),
            st.builds(lambda b, u: Integral(b, "t'", Neg(Name("oo")), u), kids, kids),
            st.builds(lambda f, a, b: Call(f, (a, b)), st.sampled_from(("comm", "sym", "f_S")), kids, kids),
            st.builds(lambda f, a: Call(f, (a,)), st.sampled_from(("dag", "Var", "ddt", "b_j", "hc")), kids),
        )

    return st.recursive(leaves, grow, max_leaves=15)


@pytest.fixture
def golden(pytestconfig):
    """Compares a mapping with a stored file; the environment variable UPDATE_GOLDEN=1 rewrites the file."""

    def compare(file: str, got: dict[str, str]) -> None:
        path = HERE / file
        if os.environ.get("UPDATE_GOLDEN") == "1":
            path.write_text("".join(f"{k} | {v}\n" for k, v in got.items()), encoding="utf-8")
        assert got == read_pairs(file)

    return compare
