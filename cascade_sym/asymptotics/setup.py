"""From the call to the problem: values and equalities put in, limits taken, angles and bounds recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.angles import is_angle
from cascade_sym.asymptotics.infinite import in_the_limit
from cascade_sym.asymptotics.problem import Interval, Problem, number_of
from cascade_sym.definitions import Quantity
from cascade_sym.errors import (
    IndependentObjective,
    OutsideExactDomain,
    ParameterError,
    UnknownParameter,
    did_you_mean,
    listing,
)
from cascade_sym.program import Calculation, Reader
from cascade_sym.symbols import own, plain, read_name

Target = Expr | Quantity
CIRCULAR = (sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc)


def quantity_of(objective: Any, name: str = "f") -> Quantity:
    """Expressions become quantities without definitions."""
    if isinstance(objective, Quantity):
        return objective
    return Quantity(name, objective)


def symbol_of(s: Any, argument: str) -> Symbol:
    """A plain symbol from a symbol or a name."""
    return plain(s) if isinstance(s, Symbol) else Symbol(read_name(s, argument))


def values_of(at: Mapping[Any, Any] | None, known: Iterable[Symbol]) -> dict[Symbol, Expr]:
    """The values that were set; UnknownParameter names those that the objective does not have."""
    out = {}
    given = {symbol_of(k, "at"): v for k, v in (at or {}).items()}
    require_known(given, known, "at")
    for s, v in given.items():
        e = number_of(v, "at")
        turn = (e / sp.pi).is_rational  # an angle: its sine and cosine are algebraic
        if e.is_number and e not in (sp.oo, -sp.oo) and not (e.is_real and (e.is_algebraic or turn)):
            raise ParameterError(
                f"at: {s} = {v!r} is not an exact real number; use Rational, sqrt or a decimal string, and for "
                "angles multiples of pi."
            )
        out[s] = e
    return out


def require_known(given: Iterable[Any], known: Iterable[Symbol], argument: str) -> None:
    """UnknownParameter for symbols or names that the objective does not have."""
    names = {s.name for s in known}
    if bad := {symbol_of(g, argument).name for g in given} - names:
        hint = did_you_mean(bad, names)
        raise UnknownParameter(
            f"{argument}: the objective has no parameter {', '.join(sorted(bad))}; it has {listing(names)}.{hint}"
        )


def with_values(target: Quantity, values: Mapping[Symbol, Expr]) -> Quantity:
    """Finite values put in exactly; infinite ones by the exact limit."""
    named = {s.name: v for s, v in values.items()}
    given = {s: named[s.name] for s in target.parameters if s.name in named}
    out = target.subs({s: v for s, v in given.items() if v.is_finite is not False})
    if turned := [s for s, v in values.items() if v.has(sp.pi)]:
        parts = [out.expr, *(e for _, e in out.definitions)]
        if any(_without_angles(e).has(sp.pi) for e in parts):
            raise ParameterError(
                f"at: {listing(turned)} is no angle, so a multiple of pi is not an exact real number for it."
            )
    return in_the_limit(out, {s: v for s, v in given.items() if v.is_finite is False})


def _without_angles(e: Expr) -> Expr:
    return e.xreplace({f: own("wave") for f in e.atoms(*CIRCULAR)})


def refuse_fixed_angles(target: Quantity, moving: set[Symbol]) -> None:
    """ParameterError for sines and cosines of what is neither optimised nor a multiple of pi: they are no numbers."""
    for e in (target.expr, *(d for _, d in target.definitions)):
        for f in sorted(e.atoms(*CIRCULAR), key=str):
            rest = f.args[0].free_symbols - {s for s, _ in target.definitions}
            if rest & moving:
                continue
            what = listing(sorted(rest, key=str)) if rest else f"the argument of {f}"
            raise ParameterError(
                f"{what} is an angle that is neither optimised nor a multiple of pi; put it into `over`, or set it to "
                "a multiple of pi (pi/4, 3*pi/8, ...)."
            )


def renamed(target: Quantity, equal: Sequence[Sequence[Symbol]]) -> Quantity:
    """Parameters that are set equal become the first of their group."""
    for group in equal:
        target = target.subs({s: group[0] for s in group[1:] if s in target.parameters})
    return target


def groups_of(equal: Any) -> tuple[tuple[Symbol, ...], ...]:
    """`equal=(a, b)` or `equal=[(a, b), (c, d)]`."""
    if not equal:
        return ()
    items = list(equal.items()) if isinstance(equal, Mapping) else list(equal)
    if all(isinstance(i, Symbol | str) for i in items):
        items = [tuple(items)]
    out = tuple(tuple(symbol_of(s, "equal") for s in group) for group in items)
    if any(len(g) < 2 for g in out):
        raise ParameterError("equal: every group needs at least two parameters, as in equal=(theta_S, theta_M).")
    return out


def calculation_of(targets: Sequence[Quantity]) -> Calculation:
    """What computes the targets; OutsideExactDomain for complex numbers."""
    reader = Reader()
    outputs = []
    for t in targets:
        reader.begin(t.definitions)
        outputs.append(reader.read(t.expr))
    program = reader.finished(outputs)
    if bad := [n for n in program.nodes if n == ("constant", "I") or (n[0] == "symbol" and n[2] == "complex")]:
        raise OutsideExactDomain(
            f"asymptotics is for real formulas; {bad[0][1]} is complex. Write |z|^2 as z*conjugate(z), multiplied out."
        )
    return program


def build_problem(
    targets: Sequence[Quantity],
    large: Symbol,
    limit: Expr,
    over: Sequence[Symbol],
    bounds: Mapping[Symbol, tuple[Expr, Expr]],
) -> Problem:
    """The problem for (objective, constraints...); the typed errors name what does not fit."""
    known = {s.name: s for t in reversed(targets) for s in t.parameters}
    program = calculation_of(targets)
    used = calculation_of(targets[:1]).symbols
    if large.name not in used:
        raise IndependentObjective(f"the objective does not depend on {large}; it depends on {listing(used)}.")
    if missing := [s for s in over if s.name not in used]:
        raise UnknownParameter(
            f"over: the objective does not depend on {listing(missing)}; it depends on {listing(used)}."
        )
    if large in over:
        raise ParameterError(f"over: {large} is the parameter that grows; it can't be optimised as well.")
    intervals = {}
    for s in over:
        angle = is_angle(program, s.name)
        low, high = bounds.get(s, (sp.S.Zero, sp.pi / 2) if angle else (sp.S.Zero, sp.oo))
        if not low < high:
            raise ParameterError(f"bounds: {s} needs low < high, got ({low}, {high}).")
        intervals[s] = Interval(low, high, angle)
    fixed = {large.name, *(s.name for s in over)}
    parameters = tuple(known[n] for n in program.symbols if n not in fixed)
    return Problem(program, large, limit == 0, tuple(over), intervals, parameters)
