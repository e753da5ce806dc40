"""From the call to the problem: arguments checked, values, equalities and limits put in, angles recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.infinite import in_the_limit
from cascade_sym.asymptotics.problem import Problem, ball_of, is_positive, number_of
from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UnknownParameter, did_you_mean, listing
from cascade_sym.program.balls import Undecided
from cascade_sym.symbols import own, plain, read_name

Target = Expr | Quantity
CIRCULAR = (sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc)


def quantity_of(objective: Any, name: str = "f") -> Quantity:
    """Expressions become quantities without definitions."""
    return objective if isinstance(objective, Quantity) else Quantity(name, objective)


def symbol_of(s: Any, argument: str) -> Symbol:
    """A plain symbol from a symbol or a name."""
    return plain(s) if isinstance(s, Symbol) else Symbol(read_name(s, argument))


def limit_of_large(limit: Any) -> Expr:
    """oo or 0; ParameterError for others."""
    found = number_of(limit, "limit")
    if found != 0 and found is not sp.oo:
        raise ParameterError(f"limit: the parameter must tend to oo or to 0, got {limit}.")
    return found


def sample_of(
    parameters: Sequence[Symbol], shift: int = 0, given: Mapping[Any, Any] | None = None
) -> dict[Symbol, sp.Rational]:
    """Values of the remaining parameters: those `given`, else generic rational ones in (0, 1), for all kinds alike."""
    pool = [sp.Rational(a, b) for a, b in ((3, 7), (5, 11), (4, 13), (9, 17), (7, 19), (11, 23), (13, 29), (8, 31))]
    out = {s: pool[(i + shift) % len(pool)] for i, s in enumerate(parameters)}
    named = {symbol_of(k, "sample"): number_of(v, "sample") for k, v in (given or {}).items()}
    return out | {s: v for s, v in named.items() if s in out}


def values_of(at: Mapping[Any, Any] | None, known: Iterable[Symbol]) -> dict[Symbol, Expr]:
    """The values that were set; UnknownParameter names those that the objective does not have."""
    given = {symbol_of(k, "at"): v for k, v in (at or {}).items()}
    require_known(given, known, "at")
    out = {s: number_of(v, "at") for s, v in given.items()}
    for s, e in out.items():
        turn = (e / sp.pi).is_rational  # an angle: its sine and cosine are algebraic
        if e.is_number and e not in (sp.oo, -sp.oo) and not (e.is_real and (e.is_algebraic or turn)):
            raise ParameterError(
                f"at: {s} = {given[s]!r} is not an exact real number; use Rational, sqrt or a decimal string, and for "
                "angles multiples of pi."
            )
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
        parts = (out.expr, *(e for _, e in out.definitions))
        if any(e.xreplace(dict.fromkeys(e.atoms(*CIRCULAR), own("wave"))).has(sp.pi) for e in parts):
            raise ParameterError(
                f"at: {listing(turned)} is no angle, so a multiple of pi is not an exact real number for it."
            )
    return in_the_limit(out, {s: v for s, v in given.items() if v.is_finite is False})


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


def fixed(problem: Problem, values: Mapping[Symbol, Expr], why: str) -> Problem:
    """With parameters fixed that were to be optimised."""
    return replace(
        problem,
        targets=tuple(with_values(t, values) for t in problem.targets),
        over=tuple(s for s in problem.over if s not in values),
        settled={**problem.settled, **{s: (v, why) for s, v in values.items() if s in problem.over}},
    )


def prepare(
    objective: Any, large: Any, over: Any, at: Any, equal: Any, limit: Any, positive: Any, bounds: Any, sample: Any
) -> Problem:
    """The problem of a call; ParameterError and UnknownParameter name what does not fit."""
    if isinstance(over, str | Symbol | Mapping) or not isinstance(over, Iterable):
        raise ParameterError(f"over: expected a list of symbols or names, got {over!r}; ranges go into `bounds`.")
    big, lim = symbol_of(large, "large"), limit_of_large(limit)
    groups = groups_of(equal)
    objective, others = quantity_of(objective), [quantity_of(p, "constraint") for p in positive]
    every = {s for q in (objective, *others) for s in q.parameters}
    for argument, given in (("equal", [s for g in groups for s in g]), ("bounds", bounds), ("sample", sample)):
        require_known(given or (), every, argument)
    first = {s: g[0] for g in groups for s in g}
    wanted = tuple(dict.fromkeys(first.get(s, s) for s in (symbol_of(o, "over") for o in over)))
    target = renamed(objective, groups)
    own = [Quantity("constraint", d, target.definitions) for d in target.domain]
    moving = {big, *wanted}
    target = Quantity(target.name, target.expr, target.definitions, target.steps)
    # a condition on other parameters alone, which are left open, concerns another part of the system
    own = [c for c in own if moving & set(c.parameters) or set(c.parameters) <= set(target.parameters)]
    targets = [target, *own, *(renamed(p, groups) for p in others)]
    values = values_of(at, {s for t in targets for s in t.parameters})
    names = {s.name for s in values}
    if clash := [s for s in (*wanted, big) if s.name in names]:
        raise ParameterError(f"at: {', '.join(map(str, clash))} can't be set and varied at the same time.")
    intervals: dict[Symbol, Any] = {
        symbol_of(s, "bounds"): tuple(number_of(e, "bounds") for e in ends) for s, ends in (bounds or {}).items()
    }
    done = tuple(with_values(t, values) for t in targets)
    for t in done:
        refuse_fixed_angles(t, moving)
    problem = Problem(done, big, lim, wanted, intervals)
    irrelevant = _irrelevant(problem)
    return replace(fixed(problem, dict.fromkeys(irrelevant, sp.S.One), ""), irrelevant=irrelevant)


def _irrelevant(problem: Problem) -> tuple[Symbol, ...]:
    """Parameters that drop out of objective and constraints' signs (a common rate, say): they are set to one."""
    env = {s.name: ball_of(v) for s, v in sample_of([Symbol(n) for n in problem.program.symbols]).items()}

    def drops_out(s: Symbol) -> bool:
        try:
            rows = [problem.balls({**env, s.name: env[s.name] * factor / 5}) for factor in (1, 3, 7)]
        except Undecided:
            return False
        first, signs = rows[0][0], {tuple(map(is_positive, row[1:])) for row in rows}
        return len(signs) == 1 and all(abs(row[0] - first) <= abs(first) * flint.arb(10) ** -150 for row in rows)

    return tuple(filter(drops_out, problem.parameters))
