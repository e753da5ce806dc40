"""The arguments of `scaling`, checked and put in: what is minimised, over what, with which parameters fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.discover import sample_of
from cascade_sym.asymptotics.problem import Problem, ball_of, is_positive, number_of
from cascade_sym.asymptotics.setup import (
    build_problem,
    groups_of,
    quantity_of,
    refuse_fixed_angles,
    renamed,
    require_known,
    symbol_of,
    values_of,
    with_values,
)
from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError
from cascade_sym.program.balls import Undecided


@dataclass(frozen=True)
class Call:
    """The prepared arguments: targets (objective first) with everything put in, and what was put in."""

    targets: tuple[Quantity, ...]
    large: Symbol
    limit: Expr
    over: tuple[Symbol, ...]
    bounds: Mapping[Symbol, tuple[Expr, Expr]]
    edges: Mapping[Symbol, Expr]
    still: Mapping[Symbol, Expr]
    idle: Mapping[Symbol, Expr]
    irrelevant: tuple[Symbol, ...]
    equal: tuple[tuple[Symbol, ...], ...]

    def problem(self) -> Problem:
        return build_problem(self.targets, self.large, self.limit, self.over, self.bounds)

    def fixed(self, values: Mapping[Symbol, Expr]) -> Call:
        return replace(
            self,
            targets=tuple(with_values(t, values) for t in self.targets),
            over=tuple(s for s in self.over if s not in values),
        )


def prepare(
    objective: Any, large: Any, over: Any, at: Any, equal: Any, limit: Any, positive: Any, bounds: Any, sample: Any
) -> Call:
    """The checked call; ParameterError and UnknownParameter name what does not fit."""
    big = symbol_of(large, "large")
    lim = number_of(limit, "limit")
    if lim != 0 and lim is not sp.oo:
        raise ParameterError(f"limit: the parameter must tend to oo or to 0, got {limit}.")
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
    targets = [target, *(c for c in own if moving & set(c.parameters))]
    targets += [renamed(p, groups) for p in others]
    values = values_of(at, {s for t in targets for s in t.parameters})
    names = {s.name for s in values}
    if clash := [s for s in (*wanted, big) if s.name in names]:
        raise ParameterError(f"at: {', '.join(map(str, clash))} can't be set and varied at the same time.")
    edges: dict[Symbol, Any] = {
        symbol_of(s, "bounds"): tuple(number_of(e, "bounds") for e in ends) for s, ends in (bounds or {}).items()
    }
    done = tuple(with_values(t, values) for t in targets)
    for t in done:
        refuse_fixed_angles(t, moving)
    call = Call(done, big, lim, wanted, edges, {}, {}, {}, (), groups)
    idle = _irrelevant(call.problem())
    if idle:
        call = replace(call.fixed(dict.fromkeys(idle, sp.S.One)), irrelevant=idle)
    return call


def _irrelevant(problem: Problem) -> tuple[Symbol, ...]:
    """Parameters that drop out of objective and constraints' signs (a common rate, say): they are set to one."""
    env = {s.name: ball_of(v) for s, v in sample_of([Symbol(n) for n in problem.program.symbols]).items()}
    out = []
    for s in problem.parameters:
        try:
            rows = [problem.balls({**env, s.name: env[s.name] * factor / 5}) for factor in (1, 3, 7)]
        except Undecided:
            continue
        values = [r[0] for r in rows]
        signs = [[is_positive(c) for c in r[1:]] for r in rows]
        same = all(abs(v - values[0]) <= abs(values[0]) * flint.arb(10) ** -150 for v in values)
        if same and all(row == signs[0] for row in signs):
            out.append(s)
    return tuple(out)
