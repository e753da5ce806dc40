"""Exact constants of a program: rationals, and irrational numbers as nested tuples of operations on them.

A constant is a `Fraction` or `(operation, constant, ...)`, with `("pi",)` as a leaf; equal parts are one object. It is
rounded once, correctly, to whatever a backend computes in.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, lru_cache
from math import inf, isinf, isqrt, nan
from typing import Any

import flint

from cascade_sym.errors import ParameterError

Constant = Any  # Fraction or nested tuple (`Irrational`)

NAN = ("nan",)
OUTSIDE = ("outside",)  # a nan that can be told from others by its bits: the point lies outside the domain
OUTSIDE_BITS = 0x7FFC000000000000  # a quiet nan with one bit of its payload set
INFINITE = ("inf",)

SPECIAL = {NAN: nan, INFINITE: inf, OUTSIDE: struct.unpack("<d", struct.pack("<Q", OUTSIDE_BITS))[0]}
MOST_BITS = 1 << 14  # of a constant whose terms cancel: what is still zero then is below every double
UNARY = ("sqrt", "sin", "cos", "tan", "exp", "log", "atan", "asin", "acos", "sinh", "cosh", "tanh", "asinh", "acosh",
         "atanh")  # fmt: skip
ARITHMETIC: dict[str, Callable[..., Any]] = {  # of Python's own operators, for numbers of any kind
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg, "abs": abs,
}  # fmt: skip
EXACT = ARITHMETIC | {"min": min, "max": max}
ON_BALLS = ARITHMETIC | {"div": operator.truediv, "pow": operator.pow}
ON_BALLS |= {f: getattr(flint.arb, f) for f in (*UNARY, "atan2", "min", "max")}


class Irrational(tuple):  # type: ignore[type-arg]
    """An operation on constants, whose hash is computed once: constants share what they are made of."""

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, tuple) and hash(self) == hash(other) and super().__eq__(other))

    def __reduce__(self) -> tuple[Any, ...]:
        return irrational, tuple(self)


@lru_cache(maxsize=65536)
def irrational(*parts: Constant) -> Irrational:
    """The one constant that is (operation, constant, ...)."""
    return Irrational(parts)


def fold(op: str, *args: Constant) -> Constant:
    """The constant `op(args)`, a Fraction wherever that is exact.

    >>> fold("div", Fraction(1), Fraction(3))
    Fraction(1, 3)
    >>> fold("sqrt", Fraction(2))
    ('sqrt', Fraction(2, 1))
    """
    if NAN in args or OUTSIDE in args:
        return NAN
    if INFINITE in args:  # of a bound that is not known; whatever else is done to it stays unknown
        return INFINITE if op in ("add", "max", "mul", "abs") else NAN
    if all(isinstance(a, Fraction) for a in args):
        if op in EXACT:
            return EXACT[op](*args)
        if op == "div" and args[1]:
            return args[0] / args[1]
        if op == "sqrt" and args[0] >= 0:
            p, q = isqrt(args[0].numerator), isqrt(args[0].denominator)
            if p * p == args[0].numerator and q * q == args[0].denominator:
                return Fraction(p, q)
        found = ball((op, *args))
        if found.is_exact() and found.is_finite():  # sin(0), exp(0), arccos(1)
            return exactly(found)
    return irrational(op, *args)


def ball(c: Constant) -> flint.arb:
    """The constant as a ball at flint's current precision."""
    return _ball(c, flint.ctx.prec)


@lru_cache(maxsize=65536)
def _ball(c: Constant, bits: int) -> flint.arb:
    """The constant as a ball at the precision `bits`, which is flint's."""
    if isinstance(c, Fraction):
        return flint.arb(flint.fmpq(c.numerator, c.denominator))
    op, *rest = c
    if op in ("nan", "outside"):
        return flint.arb.nan()
    if op in ("inf", "pi"):
        return flint.arb.pos_inf() if op == "inf" else flint.arb.pi()
    return ON_BALLS[op](*(_ball(a, bits) for a in rest))


def near(c: Constant, bits: int) -> flint.arb:
    """The constant to a relative accuracy of `bits`, in as much precision as its terms cancel; 0 below every double."""
    work = bits + 64
    while True:
        with flint.ctx.workprec(work):
            found = ball(c)
            if not found.is_zero() and abs(found) < flint.arb(2) ** -1100:
                return flint.arb(0)
        if found.rel_accuracy_bits() >= bits or work > MOST_BITS:
            return found
        work *= 2


def exactly(b: flint.arb) -> Fraction:
    """The number that an exact ball is."""
    mantissa, exponent = b.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def sign(c: Constant) -> int | None:
    """-1, 0 or 1; None for an irrational constant whose sign 1000 bits do not show."""
    if isinstance(c, Fraction):
        return (c > 0) - (c < 0)
    with flint.ctx.workprec(1000):
        b = ball(c)
    return 1 if b > 0 else -1 if b < 0 else None


@lru_cache(maxsize=65536)
def parts(c: Constant, count: int = 1) -> tuple[float, ...]:
    """`count` doubles whose sum is `c` to about `53*count` bits, the first correctly rounded.

    Raises ParameterError where the constant is not a finite real number.

    >>> parts(Fraction(1, 4), 2)
    (0.25, 0.0)
    """
    if c in SPECIAL:
        return (SPECIAL[c],) * count
    with flint.ctx.workprec(64 + 60 * count):
        rest, out = near(c, 60 * count), []
        for _ in range(count):
            if not rest.is_finite():
                raise ParameterError(f"a constant in an expression, {c[0]} of others, is not a finite real number.")
            out.append(float(rest.mid()))
            rest = rest - flint.arb(out[-1]) if not isinf(out[-1]) else flint.arb(0)
    return tuple(out)


def is_double(c: Constant) -> bool:
    """Whether `c` is exactly a double."""
    return isinstance(c, Fraction) and not isinf(parts(c)[0]) and Fraction(parts(c)[0]) == c
