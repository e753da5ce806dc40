"""No random misprint passes: formulas that are worth something else are never exact, by numbers of our own.

A few hundred by default, thousands with HYPOTHESIS_PROFILE=thorough.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import numpy as np
import pytest

from cascade_sym.errors import CascadeError
from cascade_sym.folder.environment import environment
from cascade_sym.formula import parse
from cascade_sym.ledger.verdict import judge
from tests.paper.mutants import LEVELS, ONE, SIGNS, NoValue, State, apart, misprinted, mode, worth
from tests.paper.typed import folder

COUNT = 60 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 9  # misprints of each formula
GOOD = ("exact", "definition", "asymptotic")
NUMBERS = ["x", "y", "k", "gamma", "kappa", "omega", "eta", "C", "C_M"]
OPERATORS = ["a", "c", "X", "P"]
NAMES = {"number": NUMBERS, "operator": NUMBERS + OPERATORS, "generator": [*NUMBERS, *OPERATORS, "rho"]}

TRUE = [
    ("number", "kappa/(kappa + gamma) - C", "kappa/(gamma + kappa) - C"),
    ("number", "sp.sqrt(gamma*kappa)*(x + y)", "sqrt(gamma)*sqrt(kappa)*x + sqrt(gamma*kappa)*y"),
    ("number", "(1 + C)/sp.sqrt(1 + eta) - 2*x", "(C + 1)*sqrt(1 + eta)/(1 + eta) - x*2"),
    ("number", "sp.sqrt((1 - eta)*kappa)*k**2", "sqrt(kappa)*sqrt(1 - eta)*k^2"),
    ("number", "sp.sin(x + y)*kappa", "kappa*(sin(x)*cos(y) + cos(x)*sin(y))"),
    ("number", "sp.cos(2*x) + C/(1 + C)", "1 - 2*sin(x)^2 + C/(1 + C)"),
    ("number", "sp.exp(-gamma*x)*sp.exp(sp.I*y)", "exp(-gamma*x)*(cos(y) + I*sin(y))"),
    ("number", "sp.Abs(x)*C + eta", "sqrt(x^2)*C + eta"),
    ("number", "(x + sp.I*y)*(k + 1)", "conj(x - I*y)*(k + 1)"),
    ("number", "sp.tan(x)*C", "C*sin(x)/cos(x)"),
    ("number", "sp.cosh(x)**2 - eta", "sinh(x)^2 + 1 - eta"),
    ("number", "1/(1 + omega**2) + 1/(1 + k)", "(2 + k + omega^2)/((1 + k)*(1 + omega^2))"),
    ("number", "(C*k)**sp.Rational(3, 2) - eta", "C*k*sqrt(C)*sqrt(k) - eta"),
    ("number", "formal_integral(x*t + sp.cos(t), t, 0, 1)", "x*integral(s, s, 0, 1) + integral(cos(s), s, 0, 1)"),
    ("number", "t*formal_integral(sp.exp(-t*k), t, 0, 1)", "late*integral(exp(-k*s), s, 0, 1)"),
    ("operator", "a*sp.sqrt(kappa) - c*x", "sqrt(kappa)*a - x*c"),
    ("operator", "a.dagger()*a*omega + c.dagger()*c*k", "omega*dag(a)*a + k*(c*dag(c) - 1)"),
    ("operator", "(a + a.dagger())*(c - c.dagger())*x", "x*(dag(a)*c + a*c) - x*(a*dag(c) + dag(a)*dag(c))"),
    ("operator", "a*y*sp.exp(sp.I*x) + c.dagger()", "y*(cos(x) + I*sin(x))*a + dag(c)"),
    ("operator", "(a.dagger()*a*2 + 1)*omega/2", "omega/2*(X^2 + P^2)"),
    ("operator", "a*omega", "comm(a, omega*dag(a)*a + x)"),
    ("operator", "(a*a - a.dagger()*a.dagger())*sp.I*eta", "I*eta*(a^2 - dag(a)^2)"),
    ("generator", "dissipator(a)*gamma", "gamma*D(a)*rho"),
    ("generator", "dissipator(a)*gamma + dissipator(c.dagger())*k", "gamma*D(a)*rho + D(sqrt(k)*dag(c))*rho"),
    ("generator", "commutator_with_rho(a.dagger()*a*omega)*(-sp.I)", "-I*omega*comm(dag(a)*a, rho)"),
    ("generator", "dissipator(a*x + c*y)", "D(x*a + y*c)*rho"),
    ("generator", "commutator_with_rho(a*x)", "x*a*rho - rho*a*x"),
    ("generator", "dissipator(a)*gamma", "gamma*(a*rho*dag(a) - dag(a)*a*rho/2 - rho*dag(a)*a/2)"),
    ("generator", "Generator(dissipator(a)*gamma + dissipator(c)*k)", "gamma*D(a) + k*D(c)"),
]  # fmt: skip
POINTS = 2


def points(seed: int) -> list[dict[str, object]]:
    """Values of all names of the invented folder: parameters in their ranges, two modes, rho as any matrix."""
    rng = np.random.default_rng(seed)
    modes = {"a": mode(0), "c": mode(1)}
    modes |= {"X": (modes["a"] + modes["a"].conj().T) / 2**0.5, "P": (modes["a"] - modes["a"].conj().T) / (2**0.5 * 1j)}
    out = []
    for _ in range(POINTS):
        signed = {n: complex(rng.choice((-1, 1)) * rng.uniform(0.3, 2)) for n in ("x", "y", "t", "tp", "s", "dt", "dW")}
        positive = {n: complex(rng.uniform(0.2, 3)) for n in ("k", "gamma", "kappa", "omega", "C", "C_M")}
        size = LEVELS * LEVELS
        rho = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
        out.append({**signed, **positive, "eta": complex(rng.uniform(0.05, 0.95)), "rho": State(rho), **modes})
        out[-1]["late"] = out[-1]["t"]
    return out


def distance(one: str, two: str, places: list[dict[str, object]]) -> float | None:
    """How far two written formulas are apart at most; None where they can't be compared."""
    found = []
    for values in places:
        try:
            rho = values["rho"].matrix
            with np.errstate(all="ignore"):
                found.append(apart(worth(parse(one), values), worth(parse(two), values), rho))
        except (NoValue, ArithmeticError, ValueError, TypeError, AttributeError):
            continue
    return max(found) if found else None


@pytest.mark.parametrize(("kind", "value", "text"), TRUE, ids=[t for _, _, t in TRUE])
def test_no_random_misprint_passes(tmp_path, kind, value, text):
    read = folder(tmp_path, (value, f"u = {text}"))
    (equation,) = read.printed.equations
    (statement,) = equation.statements
    result = read.model.derive("1")
    env, derived, places = environment(read, result), result.values["u"], points(len(text))

    def verdict(rhs: str, sign: str = "="):
        changed = replace(statement, relation=replace(statement.relation, rhs=parse(rhs), op=sign))
        try:
            return judge(changed, derived, equation, env, read.model, repair=False)
        except CascadeError:
            return None

    assert verdict(text).verdict == "exact"
    assert all(verdict(text, sign).verdict == "unchecked" for sign in SIGNS if sign != "=")
    rng, compared = random.Random(text), 0
    for _ in range(COUNT):
        wrong = misprinted(text, NAMES[kind], rng)
        found, far = verdict(wrong), distance(text, wrong, places)
        compared += far is not None
        if found is None:
            continue
        if found.verdict in GOOD:
            assert far is not None and far < 1e-9, (wrong, found)
        if found.verdict == "differs" and far is not None:
            assert far > 1e-12 or kind != "number", (wrong, found)
            assert found.found.witness is not None, (wrong, found)
    assert compared > (0 if kind == "generator" else COUNT / 3)


APPROXIMATE = [
    ("sp.sqrt((1 + eta/10)/C)*kappa", "kappa/sqrt(C)"), ("gamma*k*(1 + eta*sp.sin(eta)/9)", "gamma*k"),
    ("(x**2 + eta**2*x**2/20)*omega", "omega*x^2"), ("C_M*kappa/(1 + eta/12)/sp.sqrt(omega)", "C_M*kappa/sqrt(omega)"),
]  # fmt: skip
ERROR = 0.1
DOMAIN = f'{{ ranges = {{ eta = ["0", "1"] }}, at = {{ eta = "1/2" }}, error = "{ERROR}" }}'


@pytest.mark.parametrize(("value", "text"), APPROXIMATE)
def test_no_random_misprint_of_an_approximation_passes(tmp_path, value, text):
    read = folder(tmp_path, (value, f"u ~= {text}"), domain=DOMAIN)
    (equation,) = read.printed.equations
    (statement,) = equation.statements
    result = read.model.derive("1")
    env, derived = environment(read, result), result.values["u"]
    exact = value.replace("sp.", "").replace("**", "^")
    places = [{**p, "eta": complex(e)} for p in points(7) for e in (0.0, 0.31, 0.77, 1.0)]

    def verdict(rhs: str) -> str:
        changed = replace(statement, relation=replace(statement.relation, rhs=parse(rhs)))
        try:
            return judge(changed, derived, equation, env, read.model, repair=False).verdict
        except CascadeError:
            return "unchecked"

    assert verdict(text) == "approximate"
    rng = random.Random(text)
    for _ in range(4 * COUNT):
        wrong = misprinted(text, NUMBERS, rng)
        if verdict(wrong) in (*GOOD, "approximate"):
            for values in places:
                one, two = worth(parse(exact), values), worth(parse(wrong), values)
                assert abs(one / two - 1) <= ERROR * (1 + 1e-9), wrong


def test_the_numbers_know_the_algebra():
    """What is asked about misprints is sharp: commutators, D and products come out right, and differences are seen."""
    places = points(1)
    assert distance("comm(a, dag(a))", "1", places) < 1e-12
    assert distance("X^2 + P^2", "2*dag(a)*a + 1", places) < 1e-12
    assert distance("a*dag(a)", "dag(a)*a", places) > 1e-3
    assert distance("D(a)*rho", "a*rho*dag(a) - anticomm(dag(a)*a, rho)/2", places) < 1e-12
    assert distance("D(a)*rho", "D(c)*rho", places) > 1e-3 and distance("D(a)", "D(a)*rho", places) is None
    assert np.allclose(ONE, np.eye(LEVELS**2))
