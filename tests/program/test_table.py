"""Every function of the table in every interpreter, in the language of formulas and in LaTeX: none is lost on any way."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import ParameterError
from cascade_sym.formula import Environment, interpret, parse, parse_relation, read_formula, to_latex, to_text
from cascade_sym.latex import Notation, expr_latex
from cascade_sym.program import TABLE, read
from cascade_sym.program.balls import Balls, lifted
from cascade_sym.program.doubles import Doubles
from cascade_sym.program.points import Multiprecision, Points
from tests.program.test_differential import ORACLE

NAMES = {n: sp.Symbol(n) for n in ("x", "y")}
LARGE = ("arcosh", "arcoth", "arcsec", "arccsc")  # real beyond 1
POINT = {"x": Fraction(3, 8), "y": Fraction(5, 4)}


def arguments(f):
    """How it is written, and where it has a real value."""
    first = "y" if f.name in LARGE else "x"
    return (first,) if f.least == 1 and f.name not in ("min", "max") else (first, "y")


def text(f):
    return f"{f.name}({', '.join(arguments(f))})"


def truth(f):
    with mp.workdps(40):
        return ORACLE[f.name](*(mp.mpf(POINT[n].numerator) / POINT[n].denominator for n in arguments(f)))


def near(found, known, digits):
    with mp.workdps(40):
        return abs(mp.mpmathify(found) - known) <= mp.mpf(10) ** -digits * (1 + abs(known))


@pytest.mark.parametrize("f", TABLE, ids=lambda f: f.name)
def test_every_interpreter(f):
    known, names = truth(f), sorted(set(arguments(f)))
    floats, exact = {n: float(POINT[n]) for n in names}, {n: POINT[n] for n in names}
    for e in (interpret(parse(text(f)), Environment(NAMES)), f.sympy(*(NAMES[n] for n in arguments(f)), evaluate=False)):
        names = cs.evaluator(e).parameters  # none for the imaginary part of a real number
        assert near(cs.exact_value(e, {n: exact[n] for n in names}, 30)[0], known, 29)
        for backend, digits in (("numpy", 14), ("compiled", 14), ("mpmath", 38)):
            at = {n: (exact if backend == "mpmath" else floats)[n] for n in names}
            assert near(cs.evaluator(e, backend)(at), known, digits), (f.name, backend)
        value, bound = cs.evaluator(e, error=True)({n: floats[n] for n in names})
        assert np.isfinite(bound) and bound < 1e-13 and abs(mp.mpf(float(value)) - known) <= bound, (f.name, bound)
        assert near(cs.evaluator(e, precision="guaranteed")({n: floats[n] for n in names}), known, 12)
        c = read(e)
        assert near(complex(c.run(Doubles(), floats)[0]), known, 14)
        assert near(complex(c.run(Doubles(real=True), floats)[0]), known, 14)
        assert near(c.run(Points(), {n: complex(v) for n, v in floats.items()})[0], known, 14)
        with mp.workdps(40):
            assert near(c.run(Multiprecision(), {n: mp.mpf(float(q)) for n, q in exact.items()})[0], known, 38)
        with flint.ctx.workprec(200):
            ball = flint.acb(lifted(c.run(Balls(), {n: flint.fmpq(q.numerator, q.denominator) for n, q in exact.items()})[0]))
            shown = ball.real.str(40, radius=False)
        assert near(shown, known, 35) and ball.imag.is_zero()


@pytest.mark.parametrize("f", TABLE, ids=lambda f: f.name)
def test_every_slope(f):
    """Derivatives, where there are any, against differences of the oracle's values."""
    if f.name in ("arg", "sgn", "conj", "Re", "Im"):
        return
    e = f.sympy(*(NAMES[n] for n in arguments(f)))
    names = sorted(s.name for s in e.free_symbols)
    _, slopes = cs.evaluator(e).gradient(over=names)({n: float(POINT[n]) for n in names})
    with mp.workdps(60):
        step = mp.mpf("1e-25")
        for n, slope in zip(names, slopes, strict=True):
            ends = [ORACLE[f.name](*(mp.mpf(float(POINT[m])) + s * step * (m == n) for m in arguments(f))) for s in (1, -1)]
            assert near(slope, (ends[0] - ends[1]) / (2 * step), 13), (f.name, n)


@pytest.mark.parametrize("f", TABLE, ids=lambda f: f.name)
def test_written_and_typeset(f):
    """Text -> formula -> text, formula -> LaTeX -> formula, and LaTeX of the value."""
    node = parse(text(f))
    assert to_text(node) == text(f) and parse(to_text(node)) == node
    assert read_formula(to_latex(node, {})).statements == (node,), to_latex(node, {})
    (read,) = read_formula(f"w = {to_latex(node, {})}").statements
    assert read == parse_relation(f"w = {text(f)}"), to_latex(node, {})
    shown = expr_latex(f.sympy(*(NAMES[n] for n in arguments(f)), evaluate=False), Notation({}))
    assert shown.count("{") == shown.count("}") and all(n in shown for n in arguments(f))


@pytest.mark.parametrize("backend", ["numpy", "compiled", "mpmath"])
@pytest.mark.parametrize("given", ["a", None, 1 + 2j, [1, "b"], [None]])
def test_what_is_no_real_number_is_refused(backend, given):
    with pytest.raises(ParameterError, match="x "):
        cs.evaluator(NAMES["x"] ** 2, backend)(x=given)


def test_huge_powers_and_parameters_given_twice():
    with pytest.raises(ParameterError, match="too large"):
        cs.exact_value(NAMES["x"] ** NAMES["y"], {"x": 2, "y": 10**9})
    with pytest.raises(ParameterError, match="twice"):
        cs.exact_value(NAMES["x"], {NAMES["x"]: 2, "x": 3})
