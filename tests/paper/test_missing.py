"""Terms and factors that a printed formula lacks are found by the value they need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from cascade_sym.folder.environment import environment, value_of
from cascade_sym.folder.model import Model
from cascade_sym.formula import Environment, parse
from cascade_sym.formula.ast import Name
from cascade_sym.ledger.verdict import judge
from cascade_sym.misprints.repair import candidates
from cascade_sym.misprints.samples import Atom, Products, Samples
from cascade_sym.operators import operator
from cascade_sym.paper import load_folder

x, y, z, epsilon = sp.symbols("x y z epsilon")
MODEL = Model(parameters=("x", "y", "z", "epsilon"), ranges={"epsilon": (sp.S.Zero, sp.S.One)})
ENV = Environment({"x": x, "y": y, "z": z, "epsilon": epsilon, "a": operator("a"), "b": operator("b")})
POINTS = {"x": np.array([0.31, 0.52, 0.77]), "y": np.array([0.43, 0.29, 0.61]), "z": np.array([0.19, 0.83, 0.37])}


def values(text: str) -> np.ndarray:
    f = sp.lambdify(sp.symbols("x y z"), sp.sympify(text), "numpy")
    return np.broadcast_to(np.asarray(f(*(POINTS[n] + 0j for n in "xyz")), complex), 3)


@pytest.mark.parametrize(
    "text", ["x", "-x/2", "2*sqrt(x)*y", "I*x/y", "3*x**2/(4*z)", "1", "-I", "x*y*z", "1/(8*sqrt(z))", "-2*y**2*z/x"]
)  # fmt: skip
def test_products_are_recognised_by_their_values(text):
    table = Products([Atom(Name(n), v + 0j, True) for n, v in POINTS.items()])
    best = table.like(values(text))[0]
    found = best.sign * value_of(best.node, ENV)
    assert sp.simplify(found - sp.sympify(text)) == 0


@pytest.mark.parametrize("text", ["x + y", "sin(x)", "x**3", "x*y*z*sqrt(2)", "0", "5*x"])
def test_what_is_no_short_product_is_not(text):
    table = Products([Atom(Name(n), v + 0j, True) for n, v in POINTS.items()])
    assert table.like(values(text)) == []


def test_what_is_no_number_is_no_product():
    table = Products([Atom(Name("x"), POINTS["x"] + 0j, True)])
    assert table.like(np.array([np.nan, 1, 1], complex)) == []


@pytest.mark.parametrize(
    ("printed", "right"),
    [
        ("x/(y + z)", "(x + y)/(y + z)"),
        ("sqrt(y)*z", "sqrt(x^2/4 + y)*z"),
        ("(x + y)/z", "(x + y)/(2*x*z)"),
        ("y*x", "sqrt(1 - epsilon)*y*x"),
        ("exp(-x)", "exp(-x*y)"),
        ("-y*a", "-y*a - I*sqrt(x)*b"),
        ("(x + y)*a + z*b", "(x + y)*a + z*(b - y*dag(a))"),
        ("x*a", "x*a + y*dag(a)*b"),
        ("x*a + y*b", "x*a + I*y*b"),
    ],
)
def test_the_right_formula_is_among_the_first(printed, right):
    derived = value_of(parse(right), ENV)
    found = candidates(parse(printed), Samples(derived, ENV, MODEL))
    assert found
    difference = value_of(found[0].node, ENV) - derived
    parts = difference.terms.values() if hasattr(difference, "terms") else [difference]
    assert all(sp.simplify(c) == 0 for c in parts)


def test_nothing_is_made_up():
    """A formula that is far off, and the formula's own name."""
    far = value_of(parse("x*sin(y)/(z + x^2)"), ENV)
    assert candidates(parse("y + z"), Samples(far, ENV, MODEL)) == []
    env = Environment({**ENV.names, "w": x + y})
    found = candidates(parse("x"), Samples(x + y, env, MODEL), (), parse("w"))
    assert found and not any("w" in c.words for c in found)


@pytest.fixture(scope="module")
def huang():
    return load_folder(Path(__file__).resolve().parents[2] / "derivations" / "huang2018")


@pytest.mark.parametrize(
    ("id", "key", "old", "new", "words"),
    [
        ("7", "var_X_S", "(Gamma_S/2 + gammat_S0)", "gammat_S0", "the term 'Gamma_S/2' put in"),
        ("7", "var_X_M", " + sqrt(1 - epsilon)*R*sym_X_S_X_M", "", "the term 'sqrt(1 - epsilon)*sym_X_S_X_M*R' put in"),
        ("7", "var_X_M", "sqrt(1 - epsilon)*R", "sqrt(1 - epsilon)", "the factor 'R' put to"),
        ("5", "f_Mba", "sqrt(Gamma_MB)*bv_p + ", "", "the term 'sqrt(Gamma_MB)*bv_p' put in"),
        ("5", "f_Sba", "I*(", "(", "the factor 'I' put to"),
        ("4", "f_M", " + f_Mba", "", "the term 'f_Mba' put in"),
        ("7", "var_X_M", "(Gamma_M/2 + gammat_M0 + sqrt(1 - epsilon)*R*sym_X_S_X_M)",
         "Gamma_M/2 + gammat_M0 + sqrt(1 - epsilon)*R*sym_X_S_X_M", "the bracket reaches further"),
    ],
)  # fmt: skip
def test_misprints_of_the_paper_by_what_they_lack(huang, id, key, old, new, words):
    equation = huang.printed.equation(id)
    statement = next(s for s in equation.statements if s.key == key)
    assert old in statement.text
    text = statement.text.replace(old, new).partition("= ")[2]
    wrong = replace(statement, relation=replace(statement.relation, rhs=parse(text)))
    result = huang.model.derive(id)
    env = environment(huang, result)
    found = judge(wrong, result.values[key], equation, env, huang.model, huang.printed.swaps)
    assert found.verdict == "misprint" and words in found.repair.description
