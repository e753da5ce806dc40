"""Exact numbers and functions of the remaining parameters: closed forms, or a polynomial and which root of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Any

import flint
import mpmath as mp
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.elimination import LostTrack, Track
from cascade_sym.asymptotics.ground import Ground
from cascade_sym.asymptotics.problem import number_of
from cascade_sym.errors import MissingParameter, ParameterError, listing
from cascade_sym.exact.as_sympy import factored, poly_to_expr
from cascade_sym.exact.fraction import by_power
from cascade_sym.saved import restored, stored
from cascade_sym.shown import Shown, renderer
from cascade_sym.symbols import free_symbol

VARIABLE = Symbol("P")  # where no parameter has that name
DIGITS = 30  # shown of a number without closed form: more than any reader compares
RECOGNISED = 1000  # digits from which a minimal polynomial is looked for
SPARE = 40  # of these, what is left out of the search: chance does not hold on them
DEGREES = (2, 4, 8, 12, 16, 24)  # of minimal polynomials that are tried, the cheapest first


LARGE = 80  # operations of a polynomial that is shown


@dataclass(frozen=True)
class AlgebraicValue(Shown):
    """A number or function of `parameters`.

    `closed` is a closed form in square roots where there is one. `polynomial` (in `variable`, irreducible, with
    coefficients in the parameters) vanishes at the value; without a closed form the value is the root that has the
    value `sample` at the parameters `origin`; `track` continues it from there. `polynomial` is None where the
    elimination is out of reach: the value is then known by the stationarity conditions that `track` solves.
    `proved` is False for a polynomial that was found from digits (lattice reduction) and holds on many more.
    """

    polynomial: Expr | None
    closed: Expr | None
    sample: Any
    origin: Mapping[Symbol, Any]
    track: Track | LostTrack = field(repr=False, compare=False)
    proved: bool = True
    variable: Symbol = VARIABLE

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        if self.polynomial is None:
            return self.track.parameters
        return tuple(sorted(self.polynomial.free_symbols - {self.variable}, key=lambda s: s.name))

    def __reduce__(self) -> tuple[Any, ...]:  # balls of the exact algebra stay in their process
        return restored, (stored(self),)

    def __deepcopy__(self, memo: Any) -> AlgebraicValue:
        return self  # it never changes

    @property
    def degree(self) -> int | None:
        """The degree of the polynomial; None where there is none."""
        return None if self.polynomial is None else int(sp.degree(self.polynomial, self.variable))

    def expr(self) -> Expr:
        """The closed form; else a `CRootOf` for numbers; ParameterError where parameters are left in a root."""
        if self.closed is not None:
            return self.closed
        if self.polynomial is None:
            raise ParameterError(
                "the value is known by its stationarity conditions only (their elimination is out of reach); "
                "use at({...}) for numbers."
            )
        if self.parameters:
            raise ParameterError(
                f"the value is a root of a polynomial of degree {self.degree} in {listing(self.parameters)}; "
                "use at({...}) for numbers, or polynomial with sample and origin."
            )
        poly = sp.Poly(self.polynomial, self.variable)
        below = sp.Rational(self.sample.str(DIGITS, radius=False)) - sp.Rational(1, 10 ** (DIGITS // 2))
        return sp.rootof(poly, poly.count_roots(sup=below), radicals=False)

    def at(self, values: Mapping[Any, Any] | None = None, digits: int = DIGITS) -> Any:
        """The value as an mpmath number, parameters taken from `values` (symbols or names).

        Without a closed form the root is followed from `origin` (ParameterError where that fails).
        """
        given = values_at(values, self.parameters)
        if missing := [s for s in self.parameters if s not in given]:
            raise MissingParameter(f"no value for {listing(missing)}; pass at({{name: value}}).")
        with mp.workdps(digits + 15):
            if self.closed is not None:
                number = sp.N(self.closed.xreplace(given), digits + 10)
                if number.is_finite:
                    return mp.mpf(number)
                # a removable 0/0 of the closed form: the stationary point itself is regular there
            if isinstance(self.track, LostTrack) and self.polynomial is not None and not self.parameters:
                return mp.mpf(sp.N(self.expr(), digits + 10))
            return mp.mpf(self.track.value(given, digits).str(digits + 10, radius=False))

    def shown(self, name: Symbol | None = None) -> Expr:
        """The closed form, or `name` (`variable`) where there is none."""
        return (name or self.variable) if self.closed is None else self.closed

    @property
    def about(self) -> str:
        """Its number where it is one: "P = 1.25 at a = 1/2"."""
        at = ", ".join(f"{s.name} = {self.origin[s]}" for s in self.parameters)
        return f"{self.variable.name} = {self.sample.str(12, radius=False)}" + (f" at {at}" if at else "")

    def latex(self) -> str:
        if self.closed is not None:
            return sp.latex(self.closed)
        at = ", ".join(rf"{sp.latex(s)} = {sp.latex(self.origin[s])}" for s in self.parameters)
        where = rf" \text{{ at }} {at}" if at else ""
        value, P = self.sample.str(12, radius=False), sp.latex(self.variable)
        if self.polynomial is None:
            return rf"{P} \approx {value}{where}"
        return rf"{P}:\ {sp.latex(self.polynomial)} = 0,\ {P} \approx {value}{where}"


@renderer.register(AlgebraicValue)
def _(value: AlgebraicValue, notation: object) -> Any:
    if value.closed is not None:
        return {value.variable.name: value.closed}
    if value.polynomial is None or sp.count_ops(value.polynomial) > LARGE:
        return {"value": f"{value.about}; a root of degree {value.degree or '?'}"}
    return {"0": value.polynomial, "where": value.about}


def values_at(values: Mapping[Any, Any] | None, symbols: Iterable[Symbol]) -> dict[Symbol, Expr]:
    """Exact values (floats are decimals) by name or symbol, for those of `symbols` that have one."""
    named = {str(k): number_of(v, "at") for k, v in (values or {}).items()}
    return {s: named[s.name] for s in symbols if s.name in named}


def value_from_digits(sample: Any, track: Track) -> AlgebraicValue:
    """A value whose elimination is out of reach: a polynomial by lattice reduction where no parameter is left."""
    polynomial, variable = None, free_symbol("P", track.point.ground.beside, track.parameters)
    if not track.parameters:
        with flint.ctx.workprec(int((RECOGNISED + 20) * 3.33)):
            coeffs = minimal_polynomial(track.value({}, RECOGNISED), RECOGNISED)
        if coeffs is not None:
            polynomial = sp.Add(*(c * variable**k for k, c in enumerate(coeffs)))
    origin = dict(track.point.origin)
    return AlgebraicValue(polynomial, None, sample.mid(), origin, track, proved=False, variable=variable)


def algebraic_value(
    ground: Ground, p: Any, i: int, values: Sequence[Any], back: Mapping[Symbol, Expr], track: Track
) -> AlgebraicValue:
    """From an irreducible polynomial in generator i (and parameters) and the value there.

    `track` follows the value to other parameters; `back` maps generators that replaced a parameter to their
    meaning (tau -> sqrt(1 - epsilon)).
    """
    coeffs = by_power(p, i)
    sample = values[i].mid()
    step = gcd(*coeffs)
    meaning = {**{s: e.xreplace(dict(back)) for s, e in ground.meaning().items()}, **back}

    def show(q: Any) -> Expr:
        if any(q.degrees()[ground.index[s]] for s in back if s in ground.index):
            return sp.factor(sp.expand(poly_to_expr(q, ground.symbols).xreplace(meaning)))
        return factored(q, ground.symbols).xreplace(meaning)

    shown = {k: show(coeffs[k]) for k in sorted(coeffs, reverse=True)}
    variable = free_symbol("P", ground.beside, track.point.origin, *shown.values())
    polynomial = sp.Add(*(c * variable**k for k, c in shown.items()))
    closed = _closed(ground, coeffs, step, sample, show, values)
    return AlgebraicValue(polynomial, closed, sample, dict(track.point.origin), track, variable=variable)


def _closed(
    ground: Ground, coeffs: Mapping[int, Any], step: int, sample: Any, show: Any, values: Sequence[Any]
) -> Expr | None:
    """Square-root closed form for degree 1 or 2 in P^step; sign chosen at the sample."""
    degree = max(coeffs) // step if step else 0
    zero = ground.ctx.constant(0)
    c = [coeffs.get(k * step, zero) for k in range(3)]
    sign = 1 if sample > 0 else -1
    if degree == 1:
        y = ground.fraction(-c[0], c[1])
        return _root_of(show(y.num) / show(y.den), step, sign)
    if degree != 2:
        return None
    disc = c[1] ** 2 - 4 * c[2] * c[0]
    unit, factors = ground.prime_factors(disc)
    outside, inside = ground.one, ground.ctx.constant(unit)
    for q, k in factors:
        outside *= q ** (k // 2)
        inside *= q ** (k % 2)
    root_value = ground.number(outside, values) * ground.number(inside, values).sqrt()
    target = sample**step
    both = [((-ground.number(c[1], values) + s * root_value) / (2 * ground.number(c[2], values)), s) for s in (1, -1)]
    s = min(both, key=lambda b: float(abs(b[0] - target).mid()))[1]
    common = c[1].gcd(outside).gcd(2 * c[2])
    y = (show(-c[1] / common) + s * show(outside / common) * sp.sqrt(show(inside))) / show(2 * c[2] / common)
    return _root_of(y, step, sign)


def _root_of(y: Expr, step: int, sign: int) -> Expr:
    """The real P of given sign with P^step = y."""
    if step == 1:
        return y
    outside = sp.S.One
    inside = y if step % 2 == 0 else sign * y
    factors = sp.Mul.make_args(inside)
    for factor in factors:
        base, power = factor.as_base_exp()
        whole = len(factors) == 1 or (power.is_Integer and abs(power) > 1)
        if isinstance(base, Symbol) and power.is_Integer and whole:  # a positive parameter leaves the root
            outside *= base ** sp.Rational(power, step)
            inside /= factor
    return sign * outside * sp.root(inside, step)


def minimal_polynomial(value: Any, digits: int) -> list[int] | None:
    """Integer coefficients (constant first) of the irreducible polynomial of `value` (a ball); None if not found.

    By lattice reduction, from all but `SPARE` of the `digits` that are right; it must vanish on all of them, which is
    no proof.

    >>> with flint.ctx.workprec(400):
    ...     minimal_polynomial(flint.arb(2).sqrt(), 90)
    [-2, 0, 1]
    """
    for degree in DEGREES:
        found = _relation(value, degree, digits - SPARE)
        if found is None:
            continue
        for q, _ in flint.fmpz_poly(found).factor()[1]:
            coeffs = [int(c) for c in q.coeffs()]
            if _vanishes(coeffs, value, digits - 5):
                sign = 1 if coeffs[-1] > 0 else -1
                return [sign * c for c in coeffs]
    return None


def _relation(value: Any, degree: int, digits: int) -> list[int] | None:
    """A short integer relation between the powers of `value` (scaled to `digits` digits)."""
    scale = flint.arb(10) ** digits
    top = max(flint.arb(1), abs(value)) ** degree
    rows = []
    for k in range(degree + 1):
        last = (value**k / top * scale).mid().floor().unique_fmpz()
        if last is None:
            return None
        rows.append([int(j == k) for j in range(degree + 1)] + [int(last)])
    reduced = flint.fmpz_mat(rows).lll()
    coeffs = [int(reduced[0, j]) for j in range(degree + 1)]
    size = max(map(abs, coeffs))
    # by chance, coefficients of digits/(degree + 1) digits fit any number
    if not any(coeffs[1:]) or len(str(size)) * (degree + 1) > digits * 3 // 4:
        return None
    return coeffs


def _vanishes(coeffs: list[int], value: Any, digits: int) -> bool:
    terms = [c * value**k for k, c in enumerate(coeffs)]
    return bool(abs(sum(terms)).mid() <= sum(map(abs, terms)).mid() * flint.arb(10) ** -digits)
