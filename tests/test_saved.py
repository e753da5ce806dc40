"""Files of results: what comes back is what was stored, and what is no such file is told apart from it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import CascadeError, NewerFormat, SavedFileError
from cascade_sym.saved import restored, stored
from tests.counts import examples

V = cs.covariance(cs.Oscillator("S") >> cs.Loss("epsilon") >> cs.Oscillator("M", mass=-1))
x, y = sp.symbols("x y")
K = sp.Symbol("K", complex=True)
ODD = [
    0.1 * x, sp.Float("0.1", 40), sp.pi + sp.E * sp.I, sp.conjugate(K) * K, sp.re(K), sp.Abs(x - y), sp.Max(x, y, 1),
    sp.Symbol("a b"), sp.Symbol(r"\\kappa_1"), sp.Symbol("κ") / 2, sp.oo, sp.sqrt(x**2 + sp.sqrt(y)), x ** sp.Rational(2, 3),
    sp.Symbol("p", positive=True) ** 2, cs.symbol("eta", (0, 1)), sp.rootof(sp.Symbol("z") ** 5 - sp.Symbol("z") - 1, 0),
    sp.atan2(y, x), sp.exp(-x * sp.I) * sp.sin(2 * x), sp.Rational(10**40, 3), sp.Eq(x, y), sp.Symbol("oo"), sp.Symbol("pi"),
    sp.Symbol("I") * sp.I, sp.Add(x, x, evaluate=False), sp.Mul(2, x + 1, evaluate=False) + sp.Pow(2, 2, evaluate=False),
]  # fmt: skip


@pytest.mark.parametrize("e", ODD, ids=str)
def test_expressions_come_back_as_they_were(e: sp.Basic) -> None:
    again = restored(json.loads(json.dumps(stored(e))))
    assert again == e and type(again) is type(e) and sp.srepr(again) == sp.srepr(e)


LEAVES = st.sampled_from([x, y, K, sp.Integer(2), sp.Rational(1, 3), sp.pi, sp.I, sp.Float(0.25)])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda e: st.one_of(
        st.builds(sp.Add, e, e), st.builds(sp.Mul, e, e), st.builds(lambda b, n: b**n, e, st.integers(1, 3)),
        st.builds(sp.sin, e), st.builds(sp.exp, e), st.builds(sp.Abs, e), st.builds(lambda b: sp.sqrt(1 + b**2), e),
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=examples(60), deadline=None)
@given(EXPRESSIONS)
def test_any_expression_comes_back(e: sp.Basic) -> None:
    assert sp.srepr(restored(json.loads(json.dumps(stored(e))))) == sp.srepr(e)


def test_values_in_tables_and_lists(tmp_path: Path) -> None:
    value = {"a": [1, 2.5, np.float64(0.1), None, True], ("X", "P"): (np.arange(6.0).reshape(2, 3), 1 + 2j), "n": float("nan")}
    cs.save(value, tmp_path / "x.json")
    again = cs.load(tmp_path / "x.json")
    assert again["a"] == value["a"] and np.isnan(again["n"])
    assert np.array_equal(again["X", "P"][0], value["X", "P"][0]) and again["X", "P"][1] == 1 + 2j


def test_a_loaded_derivation_says_that_it_was_not_checked(tmp_path: Path) -> None:
    cs.save(V, tmp_path / "x.json")
    again = cs.load(tmp_path / "x.json")
    assert V.derivation.ok and not again.derivation.ok
    assert "not stored" in again.derivation.check()[0].method
    assert [s.title for s in again.steps] == [s.title for s in V.steps]


def test_an_evaluator_and_a_sweep_come_back(tmp_path: Path) -> None:
    f = cs.evaluator(V["X_S", "X_S"])
    cs.save(f, tmp_path / "x.json")
    point = dict.fromkeys(f.parameters, 1.5) | {"Gamma_SP": 0.5}
    assert cs.load(tmp_path / "x.json")(point) == f(point)
    xarray = pytest.importorskip("xarray")
    data = xarray.Dataset({"xi": ("C", [1.0, np.nan])}, {"C": [1.0, 2.0]}, {"source": "here"})
    cs.save(data, tmp_path / "x.json")
    assert cs.load(tmp_path / "x.json").identical(data)


def test_a_scaling_comes_back(tmp_path: Path) -> None:
    C, q = sp.symbols("C q")
    law = cs.scaling((1 + C * (1 - q) ** 2) / (1 + C * (1 - q**2)), large=C, over=[q], positive=[1 + C * (1 - q**2)], checks=0)
    cs.save(law, tmp_path / "x.json")
    again = cs.load(tmp_path / "x.json")
    assert again.exponent == law.exponent and again.prefactor.expr() == law.prefactor.expr()
    assert again.at() == law.at() and repr(again) == repr(law)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    cs.save(V["X_S", "X_M"], tmp_path / "x.json")
    return tmp_path / "x.json"


def changed(file: Path, **new: object) -> Path:
    document = json.loads(file.read_text())
    document.update(new)
    file.write_text(json.dumps({k: v for k, v in document.items() if v != "gone"}))
    return file


def test_a_newer_version_is_told(file: Path) -> None:
    with pytest.raises(NewerFormat, match="version 99"):
        cs.load(changed(file, version=99))


@pytest.mark.parametrize("version", [0, -1, "1", True, None])
def test_no_version(file: Path, version: object) -> None:
    with pytest.raises(SavedFileError, match="version"):
        cs.load(changed(file, version=version))


def test_damage_is_noticed_at_every_place(file: Path) -> None:
    whole = file.read_bytes()
    for place in range(0, len(whole), 37):
        for c in (b"0", b"}", b"\xff"):
            broken = whole[:place] + c + whole[place + 1 :]
            file.write_bytes(broken)
            try:
                found = cs.load(file)
            except SavedFileError:
                continue
            assert found == V["X_S", "X_M"]  # the byte was one that says nothing, as the toolkit's version


@pytest.mark.parametrize("content", ["", "null", "[]", "{}", "[" * 100_000, '{"format": "cascade_sym"}', "\x00"])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(SavedFileError):
        cs.load(tmp_path / "x.json")


def test_places_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, "/dev/null", tmp_path / "pipe", tmp_path / "none.json"):
        with pytest.raises(SavedFileError):
            cs.load(place)
    for place in (tmp_path, "/dev/null", tmp_path / "pipe"):
        with pytest.raises(CascadeError, match="no ordinary file"):
            cs.save(V, place)


EVIL = [
    {"formula": "__import__('os').system('true')"}, {"type": "cli.Work", "fields": {}}, {"type": "os.system", "fields": {}},
    {"tree": ["__import__", "os"]}, {"type": "definitions.Quantity", "fields": {"name": "x", "expr": 3, "evil": 1}},
    {"type": "definitions.definitions", "fields": {}}, {"type": 3, "fields": {}}, {"matrix": {"shape": [2, 2], "entries": []}},
    {"type": "definitions.Quantity", "fields": []}, {"pairs": [1]}, {"op": []}, {"tree": []}, {"number": "a"}, {"evil": 1},
    {"type": "sweeps.work.Work", "fields": {"a": 1}}, {"tree": ["add", "os"]}, {"formula": 3},
]  # fmt: skip


@pytest.mark.parametrize("value", EVIL, ids=str)
def test_nothing_in_a_file_is_run(file: Path, value: object) -> None:
    with pytest.raises(SavedFileError):
        cs.load(changed(file, value=value, check="gone"))


def test_what_cannot_be_stored(tmp_path: Path) -> None:
    for value in (lambda: 1, object(), {"f": print}, sp.Function("f")(x), sp.Function("g")(1)):
        with pytest.raises(SavedFileError):
            cs.save(value, tmp_path / "x.json")
    assert not (tmp_path / "x.json").exists()


def test_an_edited_file_loads_without_its_check(file: Path) -> None:
    file.write_text(file.read_text().replace("cov_X_S_X_M", "renamed"))
    with pytest.raises(SavedFileError, match="on purpose"):
        cs.load(file)
    assert cs.load(changed(file, check="gone")).name == "renamed"
