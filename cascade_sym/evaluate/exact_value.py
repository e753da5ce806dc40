"""Values at exact parameters, right to every digit that is printed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf, nextafter
from typing import Any

import flint
import sympy as sp
from flint import acb, arb, fmpq
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import ParameterError, UnstableError
from cascade_sym.evaluate.arguments import check_names
from cascade_sym.evaluate.balls import Ball, Undecided, Walker
from cascade_sym.evaluate.targets import Target, read_target
from cascade_sym.symbols import is_complex_symbol

MOST_BITS = 1 << 15
MOST_DIGITS = 4000


def exact_value(target: Any, values: Mapping[Any, Any], digits: int = 15) -> Any:
    """The decimal value of `target` to `digits` significant digits, and a bound on its error.

    `values` maps names or symbols to exact numbers (SymPy numbers, integers, Fractions; floats stand for
    their exact binary values). The result is computed in ball arithmetic at growing precision until every
    printed digit is settled; for a complex value the digits count from the larger part. Several results
    come back as `target` has them, each a pair (text, bound).

    Raises UnknownParameter and MissingParameter by name, ParameterError for a value that is not an exact number, is
    out of its range, or makes the expression singular, and UnstableError outside the domain of a quantity.

    >>> x = sp.Symbol("x")
    >>> exact_value(sp.sqrt(x), {"x": 2}, 30)
    ('1.41421356237309504880168872421', 3.1e-31)
    """
    if not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise ParameterError(f"digits must be an integer from 1 to {MOST_DIGITS}; got {digits!r}.")
    wanted = read_target(target)
    point = exact_point(wanted, values)
    wanted.definitions.domains.about(wanted.symbols).substituted(point)  # refuses numbers outside
    for name, e in wanted.nonnegative:
        shown, _ = settled(wanted.definitions.needed(e), e, point, 6)
        if "I" in shown or float(shown) < 0:
            raise ParameterError(f"{name} fails: the left side is {shown} at this point; change a parameter.")
    for name, e in wanted.domain:
        shown, _ = settled(wanted.definitions.needed(e), e, point, 6)
        if "I" in shown or float(shown) <= 0:
            raise UnstableError(
                f"{name} = {shown} at this point, but the result exists only where it is positive; change a parameter."
            )
    results = {n: settled(wanted.definitions.needed(e), e, point, digits) for n, e in wanted.outputs}
    if wanted.form == "single":
        return next(iter(results.values()))
    return results if wanted.form == "mapping" else tuple(results.values())


def exact_point(target: Target, values: Mapping[Any, Any]) -> dict[Symbol, Expr]:
    """Exact numbers by symbol."""
    given = {k.name if isinstance(k, Symbol) else str(k): v for k, v in values.items()}
    check_names(given, target.parameters)
    return {s: exact_number(given[s.name], s) for s in target.symbols}


def exact_number(value: Any, s: Symbol) -> Expr:
    if isinstance(value, Fraction):
        number: Expr = sp.Rational(value.numerator, value.denominator)
    elif isinstance(value, (int, Expr)):
        number = sp.sympify(value)
    elif isinstance(value, (float, complex)) or hasattr(value, "dtype"):
        z = complex(value)
        if any(part != part or part in (inf, -inf) for part in (z.real, z.imag)):
            raise ParameterError(f"{s} must be finite; got {value!r}.")
        number = sp.Rational(*z.real.as_integer_ratio()) + sp.I * sp.Rational(*z.imag.as_integer_ratio())
    else:
        raise ParameterError(f"{s} must be an exact number; got {value!r} ({type(value).__name__}).")
    number = number.xreplace({f: sp.Rational(f) for f in number.atoms(sp.Float)})
    if number.free_symbols or not number.is_number or number.has(sp.nan, sp.oo, sp.zoo, -sp.oo):
        raise ParameterError(f"{s} must be a finite number without symbols; got {value!r}.")
    if not is_complex_symbol(s) and number.is_real is False:
        raise ParameterError(f"{s} is a real parameter; got the complex value {value!r}.")
    return number


def settled(defs: Definitions, e: Expr, point: Mapping[Symbol, Expr], digits: int) -> tuple[str, float]:
    """Text and bound of `e`, at the precision at which its digits no longer change."""
    bits = 64 + 4 * digits
    last = MOST_BITS + 16 * digits
    while True:
        try:
            with flint.ctx.workprec(bits):
                shown = rounded(Walker(defs, point).value(e), digits, bits >= last)
        except Undecided as why:
            shown = None
            if bits >= last:
                raise ParameterError(
                    f"the value is singular at this point: it divides by {why}, which is zero "
                    f"(or closer to zero than {last} bits can tell); change a parameter."
                ) from None
        if shown is not None:
            return shown
        bits = min(2 * bits, last)


def rounded(x: Ball, digits: int, final: bool) -> tuple[str, float] | None:
    """Decimal text and error bound; None where the ball does not settle the digits and this is not the last
    try.
    """
    parts = [x.real, x.imag] if isinstance(x, acb) else [x]
    ends = [e for p in parts if (e := ends_of(p)) is not None]
    if len(ends) < len(parts):
        if final:
            raise ParameterError("the value is not finite at this point; change a parameter.")
        return None
    size = max(abs(lo + hi) / 2 for lo, hi in ends)
    if size == 0 or all(lo <= 0 <= hi for lo, hi in ends):
        if size == 0 and all(lo == hi for lo, hi in ends):
            return "0", 0.0
        return ("0", upward(sum((max(-lo, hi) for lo, hi in ends), Fraction(0)))) if final else None
    place = decimal_exponent(size) - digits + 1
    unit = Fraction(10) ** place
    units = []
    for lo, hi in ends:
        a, b = round(lo / unit), round(hi / unit)
        if a != b and not final:
            return None
        units.append(a if a == b else round((lo + hi) / 2 / unit))
    errors = [max(abs(n * unit - lo), abs(n * unit - hi)) for n, (lo, hi) in zip(units, ends, strict=True)]
    return text(units, place), upward(sum(errors, Fraction(0)))


def ends_of(p: fmpq | arb) -> tuple[Fraction, Fraction] | None:
    if isinstance(p, fmpq):
        exact = Fraction(int(p.p), int(p.q))
        return exact, exact
    if not p.is_finite():
        return None
    mid, rad = binary(p.mid()), binary(p.rad())
    return mid - rad, mid + rad


def binary(p: arb) -> Fraction:
    man, exp = p.man_exp()
    if abs(int(exp)) > 10**6:
        raise ParameterError("the value is too large or too small to be written out; change a parameter.")
    return Fraction(int(man)) * Fraction(2) ** int(exp)


def decimal_exponent(x: Fraction) -> int:
    """floor(log10(x)) for x > 0."""
    guess = int((x.numerator.bit_length() - x.denominator.bit_length()) * 0.30103)
    while Fraction(10) ** guess > x:
        guess -= 1
    while Fraction(10) ** (guess + 1) <= x:
        guess += 1
    return guess


def upward(x: Fraction) -> float:
    """The least double of two digits that is not below `x`."""
    if x == 0:
        return 0.0
    place = decimal_exponent(x) - 1
    if place < -320:
        return 1e-320
    f = float(f"{-(-x // Fraction(10) ** place)}e{place}")
    return f if Fraction(f) >= x else nextafter(f, inf)


def text(units: list[int], place: int) -> str:
    """The number `units*10**place`, or the complex one with those parts."""
    shown = [decimal(n, place) for n in units]
    if len(shown) == 1 or units[1] == 0:
        return shown[0]
    sign, size = ("-", shown[1][1:]) if units[1] < 0 else ("+", shown[1])
    return f"{shown[0]} {sign} {size}*I" if units[0] else f"{'-' if units[1] < 0 else ''}{size}*I"


def decimal(n: int, place: int) -> str:
    """`n*10**place`: plain for moderate sizes, else with an exponent; all digits of n are shown."""
    if n == 0:
        return "0"
    sign, ds = ("-" if n < 0 else ""), str(abs(n))
    exponent = place + len(ds) - 1
    if -5 <= exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{ds}"
    if 0 <= exponent < len(ds):
        return f"{sign}{ds[: exponent + 1]}" + (f".{ds[exponent + 1 :]}" if ds[exponent + 1 :] else "")
    return f"{sign}{ds[0]}" + (f".{ds[1:]}" if ds[1:] else "") + f"e{exponent:+03d}"
