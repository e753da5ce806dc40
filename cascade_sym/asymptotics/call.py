"""The arguments of `scaling`, checked and put in: what is minimised, over what, with which parameters fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.arithmetics import Balls
from cascade_sym.asymptotics.discover import sample_of
from cascade_sym.asymptotics.problem import Problem, ball_of
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
from cascade_sym.symbols import read


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
    lim = read(limit)
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
    if clash := [s for s in (*wanted, big) if s in values]:
        raise ParameterError(f"at: {', '.join(map(str, clash))} can't be set and varied at the same time.")
    edges = {symbol_of(s, "bounds"): (read(a), read(b)) for s, (a, b) in (bounds or {}).items()}
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
    env = {s: ball_of(v) for s, v in sample_of(sorted(problem.program.symbols, key=lambda s: s.name)).items()}
    out = []
    for s in problem.parameters:
        rows = []
        for factor in (1, 3, 7):
            moved = {**env, s: env[s] * factor / 5}
            rows.append(problem.program.run(Balls(), moved))
        values = [r[0] for r in rows]
        signs = [[bool(c > 0) for c in r[1:]] for r in rows]
        if not all(v.is_finite() for v in values):
            continue
        same = all(abs(v - values[0]) <= abs(values[0]) * flint.arb(10) ** -150 for v in values)
        if same and all(row == signs[0] for row in signs):
            out.append(s)
    return tuple(out)
