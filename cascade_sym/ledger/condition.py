"""Printed inequalities against a derived stability condition or bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain, UnstableError
from cascade_sym.exact import converter, equal
from cascade_sym.exact.refute import BITS, DIGITS, Point, Witness, as_balls, decimal, points, witness
from cascade_sym.folder.derived_values import Bound
from cascade_sym.folder.environment import plain
from cascade_sym.folder.model import Model
from cascade_sym.folder.printed import ORDER
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted
from cascade_sym.solve import Stability
from cascade_sym.solve.inequalities import is_implied, reduced_conditions
from cascade_sym.symbols import Domains, amplitudes, is_complex_symbol
from cascade_sym.symbols.domains import REAL
from cascade_sym.verdicts import Verdict

LINES = 60  # between two points on which a point is looked for: each takes some milliseconds
HALVINGS = 40  # of such a line: regions whose edges are nearer than 1e-12 are not told apart


def mistyped(sign: str, derived: Any) -> str:
    """Why a statement with this sign can't be judged by what is derived; empty where it can.

    >>> mistyped("<", 1)
    "it states '<', not an equality, which is what is derived."
    """
    if isinstance(derived, Bound):
        said = f"it states {sign!r}; what is derived is a bound, with {derived.relation!r}."
        return "" if sign in ORDER else said
    if isinstance(derived, Stability):
        return "" if sign in ORDER else f"it states {sign!r}; what is derived is a condition, with '>'."
    return f"it states {sign!r}, not an equality, which is what is derived." if sign in ORDER else ""


def against_condition(
    sign: str, left: Expr, right: Expr, stability: Stability, model: Model
) -> tuple[Verdict, str, Witness | None]:
    """Verdict, reason and witness of a printed inequality `left sign right` that is to be a condition of stability.

    It is one if left - right (for < and <=: right - left) is, without factors that are positive on the domain, one of
    those that are derived, or a product of some. It is none where it fails although there is a steady state; where it
    holds although there is none, if there is one condition alone (what is merely weaker than several may be printed
    beside others); at a point of the edge, where there is no steady state, if its relation includes equality.
    """
    domains = model.domains().merged(_in_base(stability.domains, model))
    try:
        conditions = reduced_conditions([(model.in_base(c), False) for c in stability.conditions], domains, "the model")
        return _judged(sign, left, right, conditions, domains)
    except OutsideExactDomain as err:
        return Verdict.UNCHECKED, f"outside the exact algebra: {err}", None


def _judged(
    sign: str, left: Expr, right: Expr, conditions: Sequence[Expr], domains: Domains
) -> tuple[Verdict, str, Witness | None]:
    printed = (left - right) * (1 if sign[0] == ">" else -1)
    among = f"one of {len(conditions)} conditions" if len(conditions) > 1 else "the condition"

    def found(way: int, *where: Expr) -> Witness | None:
        """A point with that sign of what is printed, and all of `where` positive."""
        e = way * printed
        return witness(e + sp.Abs(e), sp.S.Zero, domains.merged(Domains(positive=where)))

    same = _same(printed, conditions, domains)
    if same and len(sign) == 1:
        which = among if len(same) == 1 else f"{len(same)} of {len(conditions)} conditions in one"
        return Verdict.EXACT, f"{which} for a steady state, up to a factor that is positive", None
    if same:
        why = f"{among} for a steady state, but strict: where both sides are equal there is none"
        if (edge := _edge(conditions[same[0]], domains)) and (at := _sides(left, right, edge)):
            return Verdict.DIFFERS, why, at
        return Verdict.UNCHECKED, f"{why}; no such point was found", None
    turned = "reversed" if _same(-printed, conditions, domains) else f"not {among} for a steady state"
    at = found(-1, *conditions) or _crossed(-printed, conditions, domains)
    if at and (shown := _sides(left, right, at["point"])):
        return Verdict.DIFFERS, f"{turned}: it fails where there is one", shown
    decisive = [c for c in conditions if not is_implied(c, [], domains, strict=False)]  # others fail on an edge alone
    if len(decisive) == 1:
        where = -decisive[0], *(c for c in conditions if c != decisive[0])
        at = found(1, *where) or _crossed(printed, where, domains)
        if at and (shown := _sides(left, right, at["point"])):
            return Verdict.DIFFERS, f"{turned}: it holds where there is none", shown
    return Verdict.UNCHECKED, f"neither proved to be {among} for a steady state nor refuted", None


def _crossed(e: Expr, where: Sequence[Expr], domains: Domains) -> Witness | None:
    """A point where e and all of `where` are positive, on a line between points where only the one or the other is."""
    symbols = sorted(set().union(*(x.free_symbols for x in (e, *where))), key=lambda s: s.name)
    if any(map(is_complex_symbol, symbols)):
        return None
    program = read(e, *where)

    def signs(at: Mapping[Symbol, Expr]) -> tuple[bool, bool]:
        with flint.ctx.workprec(BITS):
            point = {s.name: flint.fmpq(int(v.p), int(v.q)) for s, v in at.items()}
            values = [lifted(v) for v in program.run(Balls(), point)]
            return bool(values[0].real > 0), all(bool(v.real > 0) for v in values[1:])

    seen = [(at, signs(at)) for at in islice(_points(symbols, domains), LINES)]
    one = [at for at, s in seen if s == (True, False)]
    other = [at for at, s in seen if s == (False, True)]
    for a, b in islice(product(one, other), LINES):
        inside, outside = sp.S.Zero, sp.S.One  # shares of b
        for _ in range(HALVINGS):
            half = (inside + outside) / 2
            at = {s: a[s] + half * (b[s] - a[s]) for s in symbols}
            s = signs(at)
            if s == (True, True):
                return (
                    {"point": {x.name: decimal(Fraction(int(v.p), int(v.q))) for x, v in at.items()}}
                    if _inside(at, domains)
                    else None
                )
            inside, outside = (half, outside) if s[0] else (inside, half)
    return None


def _same(printed: Expr, conditions: Sequence[Expr], domains: Domains) -> list[int]:
    """The conditions that hold together exactly where `printed` > 0; none where that is not proved."""
    try:
        pieces = reduced_conditions([(_rationalised(printed, domains), False)], domains, "the model")
    except UnstableError:  # it holds nowhere
        return []
    places = [next((k for k, c in enumerate(conditions) if _ratio(p, c, domains) == 1), -1) for p in pieces]
    return [] if -1 in places else sorted(set(places))


def _rationalised(e: Expr, domains: Domains) -> Expr:
    """What is positive where e is: e times itself with its only square root reversed, where that is proved."""
    roots = [x for x in e.atoms(sp.Pow) if x.exp == sp.Rational(1, 2) and x.free_symbols]
    if len(roots) != 1:
        return e
    known = domains.merged(amplitudes(e))
    for other in (e.xreplace({roots[0]: -roots[0]}), -e.xreplace({roots[0]: -roots[0]})):
        if is_implied(other, [], known, strict=False) and is_implied(other, [e], known):
            return sp.expand(e * other)
    return e


def _in_base(domains: Domains, model: Model) -> Domains:
    """What is declared, in base parameters."""
    kept = tuple((n, d) for n, d in domains.symbols if Symbol(n) not in model.base)
    groups = (domains.positive, domains.nonnegative, domains.known)
    positive, nonnegative, known = (tuple(map(model.in_base, group)) for group in groups)
    edges = [
        e for n, d in domains.symbols if Symbol(n) in model.base and d.kind != "complex" for e in d.edges(Symbol(n))
    ]
    positive += tuple(model.in_base(e) for e, strict in edges if strict)
    return Domains(kept, positive, nonnegative, known + tuple(model.in_base(e) for e, strict in edges if not strict))


def _ratio(e: Expr, condition: Expr, domains: Domains) -> int:
    """The sign of e/condition where it is proved to have one at all points of the domain, else 0."""
    conv, (top, below) = converter([e, condition], domains.merged(amplitudes(e, condition)))
    ratio = conv(top) / conv(below)
    found = conv.tower.sign_of(ratio) if conv.tower.is_real(ratio) else None
    return found.value if found and found.strict else 0


def _edge(condition: Expr, domains: Domains) -> dict[str, str] | None:
    """A point of the domain, in decimals, where a condition is zero: solved for a parameter in which it is linear."""
    symbols = sorted(condition.free_symbols, key=lambda s: s.name)
    if any(map(is_complex_symbol, symbols)):
        return None
    for s in symbols:
        rest = condition.subs(s, 0)
        slope = condition.subs(s, 1) - rest
        if not equal(condition, slope * s + rest):
            continue
        for at in _points([x for x in symbols if x != s], domains):
            steep = slope.xreplace(at)
            value = -rest.xreplace(at) / steep if steep.is_Rational and steep else None
            if value is None or not value.is_Rational or set(sp.factorint(value.q)) - {2, 5}:
                continue
            if _inside({**at, s: value}, domains):
                return {
                    x.name: decimal(Fraction(int(v.p), int(v.q))) for x, v in sorted({**at, s: value}.items(), key=str)
                }
    return None


def _points(symbols: list[Symbol], domains: Domains) -> Iterator[dict[Symbol, Expr]]:
    ranges = domains.ranges
    for point in points(tuple((s.name, ranges[s.name][0] if s.name in ranges else REAL) for s in symbols)):
        values = {n: v for n, v in point.items() if isinstance(v, Fraction)}
        yield {Symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in values.items()}


def _inside(at: Mapping[Symbol, Expr], domains: Domains) -> bool:
    """Whether a point has all that is declared of its parameters."""
    own = domains.about(at)
    allowed = all(d.allows(at[Symbol(n)]) for n, d in own.symbols)
    values = [(e.xreplace(dict(at)), strict) for e, strict in own.expressions]
    return allowed and all(bool(v > 0 if strict else v >= 0) for v, strict in values)


def _sides(left: Expr, right: Expr, point: Mapping[str, str]) -> Witness | None:
    """A point with the values of both sides there; None where one has no real value."""
    with flint.ctx.workprec(BITS):
        at = as_balls({n: Fraction(v) for n, v in point.items()})
        values = [lifted(v) for v in read(left, right).run(Balls(), at)]
        if not all(isinstance(v, flint.arb) for v in values):
            return None
        one, other = (v.str(DIGITS, radius=False) for v in values)
        return {"point": dict(point), "left": one, "right": other}


def against_bound(
    sign: str, printed: Expr, same: bool, bound: Bound, model: Model, domains: Domains
) -> tuple[Verdict, str, Witness | None]:
    """Verdict, reason and witness of a statement `left sign printed`; `same` where that is the derived bound.

    A reversed sign fails where what is bounded is beyond what is printed, another bound where it is beyond the derived
    one, a strict sign where the bound is reached. What claims less than what is derived (>= for a bound that is not
    attained, a looser bound) is not passed.
    """
    told = f"{'a lower' if bound.below else 'an upper'} bound, {'' if bound.attained else 'not '}attained"
    value, way = plain(bound.value, model), 1 if bound.below else -1
    if sign[0] != bound.relation[0]:
        found = _beyond(plain(bound.of, model), printed, way, domains)
        why = f"reversed: {told}" if found else f"{told}; no point beyond what is printed was found"
        return Verdict.DIFFERS if found else Verdict.UNCHECKED, why, found
    if not same:
        found = _beyond(printed, value, way, domains)
        both = found and {**found, "left": found["right"], "right": found["left"]}
        why = f"not the derived bound, which is {told}" if found else "it claims less than the bound that is derived"
        return Verdict.DIFFERS if found else Verdict.UNCHECKED, why, both
    if sign == bound.relation:
        return Verdict.EXACT, told, None
    if not bound.attained:
        return Verdict.UNCHECKED, f"it claims less than what is derived: {told}, so {bound.relation!r}", None
    reached = _beyond(value + 1, value, 1, domains)  # at any point
    both = reached and {**reached, "left": reached["right"]}
    return Verdict.DIFFERS, f"the strict relation fails where the bound is reached: {told}", both


def _beyond(left: Expr, right: Expr, way: int, domains: Domains) -> Witness | None:
    """A point where left - right certainly has the sign `way`, with both values there."""
    d = sp.Mul(way, sp.Add(left, -right, evaluate=False), evaluate=False)  # with all its symbols
    try:
        found = witness(d + sp.Abs(d, evaluate=False), sp.S.Zero, domains)
        if found is None or not all(isinstance(v, str) for v in found["point"].values()):
            return None
        with flint.ctx.workprec(BITS):
            point: Point = {n: Fraction(v) for n, v in found["point"].items()}
            one, two = map(lifted, read(left, right).run(Balls(), as_balls(point)))
            if not isinstance(one, flint.arb) or not isinstance(two, flint.arb):
                return None
            texts = [v.str(DIGITS, radius=False) for v in (one, two)]
    except OutsideExactDomain:
        return None
    return {"point": found["point"], "left": texts[0], "right": texts[1]}
