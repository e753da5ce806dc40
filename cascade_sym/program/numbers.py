"""The one rule for floats: what a number that is given as a single value stands for.

A Python, NumPy, SymPy or mpmath float is the decimal that a person would write for it: the shortest one that rounds
to it at its own precision, so that 0.1, np.float32(0.1) and sp.Float("0.1", 50) are all 1/10. Arrays of floats, and
floats that an evaluator is called with, are not read here: those are their binary values.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy as sp
from mpmath.ctx_mp_python import _mpc, _mpf
from mpmath.libmp import prec_to_dps
from sympy import Expr

from cascade_sym.errors import ParameterError

LARGEST_POWER = 10**6  # decimal places beyond which a float is refused: its exact value would fill the memory
INFINITE = (sp.oo, -sp.oo, sp.zoo, sp.nan)


def exact_number(value: Any) -> Expr:
    """The exact number that `value` stands for, a `Rational` wherever it is rational.

    Takes integers, fractions, decimals, floats and complex numbers of Python, NumPy and mpmath, arrays without an
    axis, and SymPy expressions, in which every Float is replaced (symbols stay). Floats are decimals (module
    docstring); mpmath's have the precision of their context. Raises ParameterError for anything else: text, bool, nan
    and infinities.

    >>> exact_number(0.1), exact_number(2.5j + 1), exact_number(Fraction(1, 3)), exact_number(sp.Float("0.1", 50))
    (1/10, 1 + 5*I/2, 1/3, 1/10)
    """
    found = _exact(value)
    if found is None:
        raise ParameterError(f"{value!r} ({type(value).__name__}) is not a number; give an integer, a fraction, a "
                             "float or a SymPy expression.")  # fmt: skip
    if found.has(*INFINITE):
        raise ParameterError(f"{value!r} is not a finite number; give one that is.")
    return found


def exact_formula(e: Expr) -> Expr:
    """The expression with every Float replaced by the decimal that it stands for.

    >>> exact_formula(0.5*sp.Symbol("x"))
    x/2
    """
    return e.xreplace({f: exact_float(f) for f in e.atoms(sp.Float)}) if e.has(sp.Float) else e


def with_values(e: Expr, new: Mapping[Expr, Expr]) -> Expr:
    """`e` with symbols replaced; a part that becomes a number by floats is that of their decimals, rounded.

    >>> u, v, x = sp.symbols("u v x")
    >>> with_values(u + v + x - sp.Rational(3, 10), {u: sp.Float(0.1), v: sp.Float(0.2)})
    x
    """
    now = e.xreplace(dict(new))
    if not now.has(sp.Float) or not e.args:
        return now
    if not now.free_symbols:
        number = exact_formula(e).xreplace({s: exact_formula(v) for s, v in new.items()})
        most = max(prec_to_dps(f._prec) for f in now.atoms(sp.Float))
        return number if number.is_zero else number.evalf(most)
    parts = e.args
    if isinstance(e, sp.Add | sp.Mul):
        plain = [a for a in parts if not a.xreplace(dict(new)).free_symbols]
        parts = (*([e.func(*plain)] if plain else []), *(a for a in parts if a not in plain))
    return e.func(*(with_values(a, new) for a in parts))


def exact_float(f: sp.Float) -> sp.Rational:
    """The shortest decimal that rounds to `f` at its precision."""
    return _binary(f._mpf_, f._prec)


def _exact(value: Any) -> Expr | None:
    """The number, an infinity or nan; None for what is no number."""
    if getattr(value, "dtype", None) is not None and getattr(value, "shape", None) == ():
        return _of_numpy(value[()])
    if isinstance(value, bool | str):
        return None
    if isinstance(value, Expr):
        return exact_formula(value)
    if isinstance(value, numbers.Rational):
        return sp.Rational(int(value.numerator), int(value.denominator))
    if isinstance(value, Decimal):
        return _decimal(value) if value.is_finite() else sp.nan
    if isinstance(value, float):
        return _decimal(Decimal(float.__repr__(value))) if abs(value) < float("inf") else sp.nan
    if isinstance(value, complex):
        return _complex(_exact(value.real), _exact(value.imag))
    if isinstance(value, _mpf):
        return _binary(value._mpf_, value.context.prec)
    if isinstance(value, _mpc):
        return _complex(*(_binary(part, value.context.prec) for part in value._mpc_))
    return None


def _of_numpy(value: Any) -> Expr | None:
    """A scalar of NumPy."""
    import numpy as np

    if not isinstance(value, np.generic):
        return _exact(value)  # out of an array of objects
    kind: str = value.dtype.kind
    if kind in "iu":
        return sp.Integer(int(value))
    if kind == "f":
        text = np.format_float_scientific(value, unique=True)  # type: ignore[arg-type]
        return _decimal(Decimal(text)) if np.isfinite(value) else sp.nan
    return _complex(_of_numpy(value.real), _of_numpy(value.imag)) if kind == "c" else None


def _complex(re: Any, im: Any) -> Expr:
    return re + sp.I * im


def _decimal(value: Decimal) -> sp.Rational:
    if value and abs(value.adjusted()) > LARGEST_POWER:
        raise ParameterError(f"{value} has more than {LARGEST_POWER} places; give a number nearer to 1.")
    return sp.Rational(*value.as_integer_ratio())


def _binary(number: tuple[int, Any, int, int], precision: int) -> Expr:
    """The shortest decimal of sign, mantissa, exponent and length of the mantissa."""
    sign, mantissa, exponent, length = number
    if not mantissa:
        return sp.nan if exponent else sp.Integer(0)
    if abs(exponent) > 3 * LARGEST_POWER:
        raise ParameterError(f"a float near 2**{exponent} has too many places; give a number nearer to 1.")
    found = shortest(int(mantissa), exponent, max(precision, length))
    return sp.Rational(-found.numerator if sign else found.numerator, found.denominator)


def shortest(mantissa: int, exponent: int, precision: int) -> Fraction:
    """The decimal with the fewest digits that rounds to mantissa*2**exponent > 0 at `precision` bits, and of those the
    nearest one.

    >>> shortest(3602879701896397, -55, 53)
    Fraction(1, 10)
    """
    value = Fraction(mantissa) * Fraction(2) ** exponent
    ends = mantissa.bit_length()
    gap = Fraction(2) ** (exponent + ends - precision - 1)  # half a last place
    even = precision > ends or mantissa % 2 == 0
    below = gap / 2 if mantissa == 1 << (ends - 1) else gap
    low, high, top = value - below, value + gap, decimal_exponent(value)

    def nearest(digits: int) -> Fraction | None:
        unit = Fraction(10) ** (top - digits + 1)
        floor = value // unit
        fitting = [c for c in (floor * unit, (floor + 1) * unit) if low < c < high or (even and c in (low, high))]
        return min(fitting, key=lambda c: abs(c - value)) if fitting else None

    few, many = 0, precision * 31 // 100 + 2  # so many digits always suffice
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if nearest(middle) is not None else (middle, many)
    return nearest(many) or value


def decimal_exponent(x: Fraction) -> int:
    """floor(log10(x)) for x > 0.

    >>> decimal_exponent(Fraction(999, 1000)), decimal_exponent(Fraction(1000))
    (-1, 3)
    """
    guess = int((x.numerator.bit_length() - x.denominator.bit_length()) * 0.30103)
    while Fraction(10) ** guess > x:
        guess -= 1
    while Fraction(10) ** (guess + 1) <= x:
        guess += 1
    return guess
