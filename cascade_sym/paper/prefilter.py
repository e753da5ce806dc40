"""A fast filter for the misprint finder: which edited formulas could be right, judged at two points in floats.

Only what is clearly wrong is dropped; what passes still has to be proved.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from sympy import Expr

from cascade_sym.errors import CascadeError
from cascade_sym.exact.probe import number_at
from cascade_sym.formula import Environment, Node, names_in
from cascade_sym.formula.numbers import CONSTANTS, NotNumeric, number_of
from cascade_sym.paper.compare import plain
from cascade_sym.paper.environment import value_of
from cascade_sym.paper.model import Model

TOLERANCE = 1e-6
MOST_FORMED = 300  # formulas whose value is formed for this; further ones are dropped


def prefilter(env: Environment, derived: Any, model: Model) -> Callable[[Node], bool]:
    """A test that is False only for formulas whose value is far from the derived one at some point."""
    target = plain(derived, model)
    if not isinstance(target, Expr):
        return lambda _node: True
    scalars = {n: model.in_base(v) for n, v in env.names.items() if isinstance(v, Expr)}
    symbols = sorted({s for e in (target, *scalars.values()) for s in e.free_symbols}, key=str)
    rng = random.Random(1)
    points = [{s: rng.uniform(0.15, 0.85) for s in symbols} for _ in range(2)]
    goals = [number_at(target, p) for p in points]
    if any(g is None for g in goals):
        return lambda _node: True
    memo: list[dict[str, complex]] = [{} for _ in points]

    def values(k: int, node: Node) -> dict[str, complex]:
        for name in names_in(node):
            if name not in memo[k] and name in scalars:
                v = number_at(scalars[name], points[k])
                if v is None:
                    raise NotNumeric(name)
                memo[k][name] = v
            elif name not in scalars and name not in CONSTANTS:
                raise NotNumeric(name)
        return memo[k]

    slow = 0

    def by_value(node: Node) -> bool:
        """The same for formulas with functions and operators of the folder, whose value is formed first."""
        nonlocal slow
        slow += 1
        if slow > MOST_FORMED:
            return False
        try:
            value = plain(value_of(node, env), model)
        except (CascadeError, ArithmeticError, RecursionError):
            return False  # what has no value is not equal
        if not isinstance(value, Expr):
            return True
        for s in sorted(value.free_symbols - set(points[0]), key=str):  # an integral that only the edited formula has
            for p in points:
                p[s] = rng.uniform(0.15, 0.85)
        found = [number_at(value, p) for p in points]
        return all(v is None or _near(v, goal) for v, goal in zip(found, goals, strict=False))

    def possible(node: Node) -> bool:
        try:
            return all(_near(number_of(node, values(k, node)), goal) for k, goal in enumerate(goals))
        except NotNumeric:
            return by_value(node)
        except (ArithmeticError, ValueError, OverflowError):
            return True

    return possible


def _near(v: complex, goal: complex | None) -> bool:
    return goal is None or abs(v - goal) <= TOLERANCE * (abs(v) + abs(goal) + 1e-12)
