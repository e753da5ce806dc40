"""Printed formulas in numbers: the derived value at a few random points, and what a formula is worth there.

The misprint finder drops by these what is clearly wrong, and solves for what is missing; what is left has to be proved.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, S, Symbol

from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.formula import Environment, Node, names_in
from cascade_sym.formula.numbers import NotNumeric, number_of
from cascade_sym.operators import OperatorPolynomial
from cascade_sym.paper.environment import plain, value_of
from cascade_sym.paper.model import Model
from cascade_sym.program import read
from cascade_sym.program.points import Points

Values = NDArray[np.complex128]
POINTS = 3
FAR = 1e-6  # relative; formulas that are further off are wrong
MOST_FORMED = 300  # formulas whose value is formed before it has a number; further ones are dropped


class Samples:
    """The derived value and the names of printed formulas at POINTS random points.

    `goals` are the derived coefficients (of a number: of the identity); `possible` is False where the derived value is
    no number or polynomial in operators, or has no value.
    """

    def __init__(self, derived: Any, env: Environment, model: Model) -> None:
        self.env, self.model = env, model
        self.target = plain(derived, model)
        self.scalars = {n: model.in_base(v) for n, v in env.names.items() if isinstance(v, Expr)}
        wanted = _coefficients(self.target) or {}
        self.symbols = {s for e in wanted.values() for s in e.free_symbols}
        symbols = self.symbols | {s for e in self.scalars.values() for s in e.free_symbols}
        self._random = random.Random(3)
        self.points: list[dict[Symbol, float]] = [{} for _ in range(POINTS)]
        self._extend(symbols)
        self.goals = {m: self.numbers(e) for m, e in wanted.items()}
        self.possible = bool(wanted) and all(np.all(np.isfinite(v)) for v in self.goals.values())
        self._named: dict[str, Values | None] = {}
        self._formed = 0

    def numbers(self, e: Expr, more: Mapping[Symbol, complex] | None = None) -> Values:
        """An expression at the points, nan where it has no value; `more` are values of further symbols."""
        return np.array([number(e, {**p, **(more or {})}) for p in self.points])

    def named(self, name: str) -> Values | None:
        """What a name stands for at the points; None where that is no number."""
        if name not in self._named:
            found = self.numbers(self.scalars[name]) if name in self.scalars else np.array(np.nan)
            self._named[name] = found if np.all(np.isfinite(found)) else None
        return self._named[name]

    def number(self, node: Node, k: int, more: Mapping[str, complex] | None = None) -> complex:
        """A formula at point k; NotNumeric where a part of it is no function of numbers."""
        known = {n: complex(v[k]) for n in names_in(node) if (v := self.named(n)) is not None}
        return number_of(node, {**known, **(more or {})})

    def value(self, node: Node) -> Values:
        """A formula at the points, nan where it has no value."""
        try:
            return np.array([self.number(node, k) for k in range(POINTS)], complex)
        except (NotNumeric, ArithmeticError, ValueError):
            return np.full(POINTS, np.nan, complex)

    def coefficients(self, node: Node, unknowns: Mapping[str, Expr] | None = None) -> dict[Any, Expr] | None:
        """The coefficients of a formula's value; None where it has none, or is a generator.

        Its symbols that the derived value does not have (of an integral, say) get numbers of their own.
        """
        env = Environment({**self.env.names, **(unknowns or {})}, self.env.functions)
        try:
            found = _coefficients(plain(value_of(node, env), self.model))
        except (CascadeError, ArithmeticError, RecursionError):
            return None
        if found is not None:
            new = {s for e in found.values() for s in e.free_symbols}
            self._extend(new - set((unknowns or {}).values()))
        return found

    def may_be(self, node: Node) -> bool:
        """False only for formulas whose value is far from the derived one at some point."""
        if not self.possible or not isinstance(self.target, Expr):
            return True
        goal = self.goals[()]
        try:
            return all(_near(self.number(node, k), goal[k]) for k in range(POINTS))
        except (ArithmeticError, ValueError):
            return True
        except NotNumeric:  # functions and operators of the folder: the value is formed first
            self._formed += 1
            found = self.coefficients(node) if self._formed <= MOST_FORMED else None
        if found is None:
            return False
        pairs = zip(self.numbers(found.get((), S.Zero)), goal, strict=True)
        return bool(set(found) - {()}) or all(_near(v, g) for v, g in pairs if np.isfinite(v))

    def _extend(self, symbols: set[Symbol]) -> None:
        """Random values for new symbols at all points."""
        for p in self.points:
            p |= {s: self._random.uniform(0.15, 0.85) for s in sorted(symbols - set(p), key=str)}


def number(e: Expr, point: Mapping[Symbol, Any]) -> complex:
    """The value of an expression, nan where it has none."""
    try:
        return complex(read(e).run(Points(), {s.name: complex(v) for s, v in point.items()})[0])
    except (ArithmeticError, ValueError, OutsideExactDomain):
        return complex(np.nan)


def _coefficients(value: Any) -> dict[Any, Expr] | None:
    if isinstance(value, Expr):
        return {(): value}
    return dict(value.terms) if isinstance(value, OperatorPolynomial) else None


def _near(v: complex, goal: complex) -> bool:
    return bool(abs(v - goal) <= FAR * (abs(v) + abs(goal) + 1e-12))
