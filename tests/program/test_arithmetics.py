"""Every function of the table in every arithmetic, held against SymPy's own numbers; none is lost, none is a constant."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from cascade_sym.program import TABLE, read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.program.doubles import Doubles
from cascade_sym.program.points import Multiprecision

x, y = sp.symbols("x y")
REALS = [Fraction(v) for v in ("0", "1/3", "-1/3", "1", "-1", "7/3", "-7/3", "12", "-12")]
COMPLEX = [(Fraction(2, 3), Fraction(-4, 3)), (Fraction(-3, 2), Fraction(1, 5)), (Fraction(0), Fraction(5, 2))]


def points(f):
    """(arguments as SymPy numbers, is it complex?)"""
    pairs = [(sp.Rational(v), False) for v in REALS] + [(sp.Rational(a) + sp.I * sp.Rational(b), True) for a, b in COMPLEX]
    if f.least == 2:
        return [((a, b), False) for a, _ in pairs[1:9:2] for b, _ in pairs[:9:2]]
    if f.name in ("min", "max"):
        return [((a, b), False) for a, _ in pairs[:5] for b, _ in pairs[4:9]]
    return [((a,), c) for a, c in pairs]


def truth(f, arguments):
    """SymPy's number to 40 digits, or None where there is none."""
    value = f.sympy(*arguments)
    number = sp.N(value, 40)
    return None if value.has(sp.zoo, sp.oo, -sp.oo, sp.nan) or not number.is_number or number.has(sp.zoo, sp.nan, sp.oo) else number


def calculation(f):
    names = sp.symbols("x y")[: max(f.least, 2 if f.name in ("min", "max") else 1)]
    return read(f.sympy(*names, evaluate=False)), [s.name for s in names]


def flint_number(z):
    re, im = z.as_real_imag()
    rational = [flint.fmpq(int(p.p), int(p.q)) for p in (re, im)]
    return flint.acb(rational[0], rational[1]) if im else rational[0]


def mpmath_number(z):
    re, im = (mp.mpf(int(p.p)) / int(p.q) if p.is_Rational else mp.mpf(str(p)) for p in z.as_real_imag())
    return mp.mpc(re, im) if im else re


@pytest.mark.parametrize("f", TABLE, ids=lambda f: f.name)
def test_every_function_in_balls_mpmath_and_doubles(f):
    c, names = calculation(f)
    seen = 0
    for arguments, _ in points(f):
        known = truth(f, arguments)
        if known is None and f.name in ("arg", "atan2"):
            continue  # without a meaning at zero; numerical libraries say 0
        if known is None:
            with flint.ctx.workprec(200), pytest.raises((Undecided, ZeroDivisionError)):
                c.run(Balls(), dict(zip(names, map(flint_number, arguments), strict=True)))
            continue
        seen += 1
        re, im = known.as_real_imag()
        with flint.ctx.workprec(200):
            (ball,) = c.run(Balls(), dict(zip(names, map(flint_number, arguments), strict=True)))
            ball = flint.acb(lifted(ball))
            error = abs(ball - flint.acb(flint.arb(str(re)), flint.arb(str(im))))
            assert error < flint.arb(10) ** -35 * (1 + abs(ball)), (f.name, arguments, ball, known)
        with mp.workdps(40):
            (number,) = c.run(Multiprecision(), dict(zip(names, map(mpmath_number, arguments), strict=True)))
            assert abs(number - mpmath_number(known)) < mp.mpf(10) ** -35 * (1 + abs(number)), (f.name, arguments, number)
        if f.name == "arcoth" and not arguments[0]:
            continue  # it jumps there: doubles have the value of one side
        given = [complex(a) if sp.im(a) else float(a) for a in arguments]
        with np.errstate(all="ignore"):
            (double,) = c.run(Doubles(), dict(zip(names, given, strict=True)))
            (array,) = c.run(Doubles(), dict(zip(names, map(np.array, given), strict=True)))
            (real,) = c.run(Doubles(real=True), dict(zip(names, given, strict=True)))
        assert abs(double - complex(known)) < 1e-13 * (1 + abs(double)), (f.name, arguments, double, known)
        assert array == double
        if not im and not any(sp.im(a) for a in arguments):
            assert np.isrealobj(real) and (abs(real - double) < 1e-13 * (1 + abs(double)) or np.isnan(real))
    assert seen >= 6


def test_multiples_of_pi_are_exact_in_balls():
    for e, known in ((sp.sin(sp.pi * x), 0), (sp.cos(sp.pi * x / 2), 0), (sp.tan(sp.pi * x) + 1, 1), (sp.cos(2 * sp.pi * x), 1)):
        (value,) = read(e).run(Balls(), {"x": flint.fmpq(3)})
        assert lifted(value) == known and lifted(value).is_exact()
    with pytest.raises(Undecided):
        read(1 / sp.cos(sp.pi * x)).run(Balls(), {"x": flint.fmpq(1, 2)})
    (value,) = read(sp.pi / (x * sp.pi)).run(Balls(), {"x": flint.fmpq(7)})
    assert lifted(value).contains(flint.arb(1) / 7)


def test_balls_enclose():
    """Wide balls in: what comes out holds the values at points of the ball."""
    e = sp.sqrt(x) + sp.log(x) * sp.atan(x) + sp.asin(x) + sp.acosh(x) ** 2 + sp.Abs(x - 1) + x ** sp.Rational(5, 3)
    c = read(e)
    wide = flint.arb("1", "0.25")
    with flint.ctx.workprec(120):
        (outer,) = c.run(Balls(), {"x": wide})
        for v in ("0.76", "0.9", "1", "1.1", "1.24"):
            (inner,) = c.run(Balls(), {"x": flint.arb(v)})
            assert flint.acb(outer).overlaps(flint.acb(inner))


def test_powers_of_balls_about_zero_contain_the_powers_of_what_they_contain() -> None:
    """A ball with the midpoint zero is a number like another; flint's own power of it is nan."""
    for ball in (flint.arb(0, "1e-9"), flint.arb("1e-10", "1e-9"), flint.acb(flint.arb(0, "1e-9"))):
        for n in (1, 2, 3, 7):
            found = Balls().power(ball, Fraction(n))
            inside = [flint.arb(x) ** n for x in ("1e-10", "9e-10", "-5e-10")]
            assert all(found.contains(x) for x in inside) and abs(found).abs_upper() < flint.arb("2e-9") ** n
    assert Balls().power(flint.arb(0), Fraction(2)).is_zero()
