"""Values at exact parameters, right to every digit that is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import inf, nextafter
from numbers import Integral
from typing import Any

import flint
from flint import acb, arb, fmpq
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import ParameterError, UnstableError, listing, require_type
from cascade_sym.evaluate.arguments import check_names
from cascade_sym.evaluate.limits import exact_limits
from cascade_sym.evaluate.results import formed
from cascade_sym.evaluate.targets import Target, read_target
from cascade_sym.evaluate.zeros import Balls, Plain, Undecided, exact_numbers
from cascade_sym.program import read
from cascade_sym.program.constants import exactly
from cascade_sym.program.numbers import decimal_exponent, exact_number
from cascade_sym.symbols import is_complex_symbol

MOST_BITS = 1 << 15  # at which a value is given up
MOST_DIGITS = 4000  # that can be asked for; a request for more is a slip


def exact_value(target: Any, values: Mapping[Any, Any], digits: int = 15) -> Any:
    """The decimal value of `target` to `digits` significant digits, and a bound on its error.

    `values` maps names or symbols to numbers of Python, NumPy, SymPy or mpmath; a float is the decimal that it is
    written as (0.1 is 1/10). The result is computed in ball arithmetic at growing precision until every
    printed digit is settled; for a complex value the digits count from the larger part. Several results
    come back as `target` has them, each a pair (text, bound).

    Raises UnknownParameter and MissingParameter by name, ParameterError for a value that is not an exact number, is
    out of its range, or makes the expression singular, and UnstableError outside the domain of a quantity.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> exact_value(sp.sqrt(x), {"x": 2}, 30)
    ('1.41421356237309504880168872421', 3.1e-31)
    """
    if isinstance(digits, bool) or not isinstance(digits, Integral) or not 1 <= digits <= MOST_DIGITS:
        raise ParameterError(f"digits must be an integer from 1 to {MOST_DIGITS}; got {digits!r}.")
    digits, wanted = int(digits), read_target(target)
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
                f"unstable: {name} = {shown} at this point, but a steady state exists only where it is positive; lower "
                "the parametric coupling or raise the damping."
            )
    results = {n: settled(wanted.definitions.needed(e), e, point, digits) for n, e in wanted.outputs}
    return formed(wanted, results)


def exact_point(target: Target, values: Mapping[Any, Any]) -> dict[Symbol, Expr]:
    """Exact numbers by symbol."""
    require_type(values, Mapping, "values", "give {parameter: number}")
    given = {k.name if isinstance(k, Symbol) else str(k): v for k, v in values.items()}
    if len(given) < len(values):
        raise ParameterError(f"one parameter is given twice in {listing(map(str, values))}; give each once.")
    check_names(given, target.parameters)
    return {s: read_number(given[s.name], s) for s in target.symbols}


def read_number(value: Any, s: Symbol) -> Expr:
    """The exact number that is given for a parameter."""
    try:
        number = exact_number(value)
    except ParameterError as why:
        raise ParameterError(f"{s} needs a number: {why}") from None
    if number.free_symbols or not number.is_number:
        raise ParameterError(f"{s} must be a number without symbols; got {value!r}.")
    if not is_complex_symbol(s) and number.is_real is False:
        raise ParameterError(f"{s} is a real parameter; got the complex value {value!r}.")
    return number


def settled(defs: Definitions, e: Expr, point: Mapping[Symbol, Expr], digits: int) -> tuple[str, float]:
    """Text and bound of `e`, at the precision at which its digits no longer change."""
    calculation = read(e, definitions=defs)

    def value(decide: bool) -> Plain:
        return calculation.run(Balls(decide), exact_numbers(point, decide))[0].plain

    try:
        return at_growing_precision(value, digits, MOST_BITS)
    except Undecided as why:
        if defs.pivots:
            limits = exact_limits(defs, point)
            if {*point, *(s for s, _ in limits)} >= e.free_symbols:
                return settled(limits, e, point, digits)
        hint = " Rates of motion that coincide are put in before: V.subs(...) solves it anew." if defs.rates else ""
        raise ParameterError(
            f"the value is singular or undecided at this point: {why}; change a parameter.{hint}"
        ) from None


def at_growing_precision(value: Callable[[bool], Plain], digits: int, most: int) -> tuple[str, float]:
    """Text and bound of what `value` computes at flint's precision, which grows until the digits are settled.

    `value` is told whether to ask the exact algebra about what may be zero. Undecided where no precision up to `most`
    bits (and 16 a digit) tells.
    """
    bits, last = 64 + 4 * digits, most + 16 * digits
    decide = False
    while True:
        try:
            with flint.ctx.workprec(bits):
                shown = rounded(value(decide), digits, bits >= last)
        except Undecided as why:
            shown = None
            if bits >= last:
                raise Undecided(f"{why} (or as near to that as {last} bits can tell)") from None
        if shown is not None:
            return shown
        bits, decide = min(2 * bits, last), True


def rounded(x: Plain, digits: int, final: bool) -> tuple[str, float] | None:
    """Decimal text and error bound; None where the ball does not settle the digits and this is not the last try."""
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
        if not final:
            return None
        if size * 10**digits > 1 or (reach := sum((max(-lo, hi) for lo, hi in ends), Fraction(0))) * 10**digits > 1:
            raise Undecided("not even the sign of the value is certain")
        return "0", upward(reach)
    place = decimal_exponent(size) - digits + 1
    if round(size / Fraction(10) ** place) >= 10**digits:  # rounded up to one digit more
        place += 1
    unit = Fraction(10) ** place
    units = []
    for lo, hi in ends:
        a, b = round(lo / unit), round(hi / unit)
        if a != b and not final:
            return None
        if a != b and (hi - lo) * 1000 > unit:
            raise Undecided("its digits do not settle")
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
    if abs(int(p.man_exp()[1])) > 10**6:
        raise ParameterError("the value is too large or too small to be written out; change a parameter.")
    return exactly(p)


def upward(x: Fraction) -> float:
    """The least double of two digits that is not below `x`."""
    if x == 0:
        return 0.0
    place = decimal_exponent(x) - 1
    if place < -320:
        return 1e-320
    f = float(f"{-(-x // Fraction(10) ** place)}e{place}")
    return f if f == inf or Fraction(f) >= x else nextafter(f, inf)


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
