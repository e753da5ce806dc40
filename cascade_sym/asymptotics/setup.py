"""From the call to the problem: values and equalities put in, limits taken, angles and bounds recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.infinite import at_infinity
from cascade_sym.asymptotics.problem import Interval, Problem
from cascade_sym.asymptotics.program import Program, compile_program
from cascade_sym.definitions import Quantity
from cascade_sym.errors import IndependentObjective, ParameterError, UnknownParameter, did_you_mean, listing
from cascade_sym.symbols import own, plain, read, read_name

Target = Expr | Quantity


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
        e = _number(v, s) if isinstance(v, str) else read(v)
        if e.is_Float:
            e = sp.Rational(str(e))
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
        raise UnknownParameter(
            f"{argument}: the objective has no parameter {listing(bad)}; it has {listing(names)}."
            f"{did_you_mean(bad, names)}"
        )


def _number(text: str, s: Symbol) -> Expr:
    """A number from its decimal text."""
    try:
        return {"oo": sp.oo, "-oo": -sp.oo}.get(text) or sp.Rational(text)
    except (TypeError, ValueError):
        raise ParameterError(f"at: {s} = {text!r} is no number; give a decimal or an exact SymPy number.") from None


def with_values(target: Quantity, values: Mapping[Symbol, Expr]) -> Quantity:
    """Finite values put in exactly; infinite ones by the exact limit."""
    out = target.subs({s: v for s, v in values.items() if v.is_finite is not False and s in target.parameters})
    if turned := [s for s, v in values.items() if v.has(sp.pi)]:
        parts = [out.expr, *(e for _, e in out.definitions)]
        if any(_without_angles(e).has(sp.pi) for e in parts):
            raise ParameterError(
                f"at: {listing(turned)} is no angle, so a multiple of pi is not an exact real number for it."
            )
    for s, v in values.items():
        if v.is_finite is False and s in out.parameters:
            out = at_infinity(out, s, v)
    return out


def _without_angles(e: Expr) -> Expr:
    return e.xreplace({f: own("wave") for f in e.atoms(sp.sin, sp.cos, sp.tan)})


def refuse_fixed_angles(target: Quantity, moving: set[Symbol]) -> None:
    """ParameterError for sines and cosines of what is neither optimised nor a multiple of pi: they are no numbers."""
    for e in (target.expr, *(d for _, d in target.definitions)):
        for f in e.atoms(sp.sin, sp.cos, sp.tan):
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


def build_problem(
    targets: Sequence[Quantity],
    large: Symbol,
    limit: Expr,
    over: Sequence[Symbol],
    bounds: Mapping[Symbol, tuple[Expr, Expr]],
) -> Problem:
    """The problem for (objective, constraints...); the typed errors name what does not fit."""
    program = compile_program(*targets)
    objective = compile_program(targets[0])
    if large not in objective.symbols:
        raise IndependentObjective(
            f"the objective does not depend on {large}; it depends on {listing(objective.symbols)}."
        )
    if missing := [s for s in over if s not in objective.symbols]:
        raise UnknownParameter(
            f"over: the objective does not depend on {listing(missing)}; it depends on {listing(objective.symbols)}."
        )
    if large in over:
        raise ParameterError(f"over: {large} is the parameter that grows; it can't be optimised as well.")
    intervals = {}
    for s in over:
        angle = is_angle(program, s)
        low, high = bounds.get(s, (sp.S.Zero, sp.pi / 2) if angle else (sp.S.Zero, sp.oo))
        if not low < high:
            raise ParameterError(f"bounds: {s} needs low < high, got ({low}, {high}).")
        intervals[s] = Interval(low, high, angle)
    parameters = tuple(sorted(program.symbols - {large, *over}, key=lambda s: s.name))
    return Problem(program, large, limit == 0, tuple(over), intervals, parameters)


def is_angle(program: Program, s: Symbol) -> bool:
    """Whether a symbol enters through sines and cosines only."""
    if s not in program.angles:
        return False
    arguments = set()
    stack = [x.argument for op, x in program.nodes if op == "circular" and x.angles is not None]
    while stack:
        i = stack.pop()
        if i in arguments:
            continue
        arguments.add(i)
        op, x = program.nodes[i]
        if op in ("add", "mul"):
            stack += list(x)
    where = {i for i, (op, x) in enumerate(program.nodes) if op == "symbol" and x == s}
    for i, (op, x) in enumerate(program.nodes):
        if i in arguments:
            continue
        used: set[int] = set()
        if op in ("add", "mul"):
            used = set(x)
        elif op == "power":
            used = {x[0]}
        elif op in ("exp", "log"):
            used = {x}
        if used & where:
            return False
    return True
