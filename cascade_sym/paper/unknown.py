"""An unknown at a place of a printed formula, solved for at a few points so that the formula has the derived value."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import CascadeError
from cascade_sym.exact.probe import number_at
from cascade_sym.formula import Environment, Node
from cascade_sym.formula.ast import Name
from cascade_sym.formula.edits.build import product, total
from cascade_sym.formula.numbers import NotNumeric, number_of
from cascade_sym.formula.walk import Path, replace_at
from cascade_sym.operators import OperatorPolynomial, as_operator
from cascade_sym.paper.compare import plain
from cascade_sym.paper.environment import value_of
from cascade_sym.paper.model import Model
from cascade_sym.paper.recognise import Values

POINTS = 3
UNKNOWN = "unknown term"  # no name of a formula has a space
TOLERANCE = 1e-9
Coefficients = Mapping[Any, Expr]


class Unknown:
    """A printed formula and its derived value at POINTS random points.

    `goals` are the derived coefficients (of a number: of the identity) at the points, `values` the numbers that names
    stand for. `possible` is False where the derived value is no number or polynomial in operators, or has no value.
    """

    def __init__(self, node: Node, derived: Any, env: Environment, model: Model) -> None:
        self.node, self.env, self.model = node, env, model
        self.target = plain(derived, model)
        self.scalars = {n: model.in_base(v) for n, v in env.names.items() if isinstance(v, Expr)}
        coefficients = _coefficients(self.target)
        self.symbols = {s for e in coefficients.values() for s in e.free_symbols}
        symbols = self.symbols | {s for e in self.scalars.values() for s in e.free_symbols}
        rng = random.Random(3)
        self.points = [{s: rng.uniform(0.15, 0.85) for s in sorted(symbols, key=str)} for _ in range(POINTS)]
        found = {m: self._numbers(e) for m, e in coefficients.items()}
        self.goals = {m: v for m, v in found.items() if v is not None}
        self.possible = bool(found) and len(self.goals) == len(found)

    @cached_property
    def values(self) -> list[dict[str, complex]]:
        """The numbers that names stand for, at every point."""
        found = {n: self._numbers(v) for n, v in self.scalars.items()}
        return [{n: complex(v[k]) for n, v in found.items() if v is not None} for k in range(POINTS)]

    def value(self, part: Node) -> Values:
        """The values of a formula, nan where it has none."""
        return np.array([_number_of(part, v) for v in self.values], complex)

    def scalar(self, path: Path, part: Node, factor: bool) -> Values:
        """The number that has to be added to (or multiply) a part, at every point; nan where there is none."""
        none = np.full(POINTS, np.nan, complex)
        unknown = Name(UNKNOWN)
        probe = replace_at(self.node, path, product([unknown, part]) if factor else total([(1, part), (1, unknown)]))
        residual = self._residual(probe)
        if residual is None:
            return none
        start = 1.0 if factor else 0.0
        out = np.array([_root(partial(_first, residual, k), start) for k in range(POINTS)])
        if not np.all(np.isfinite(out)):
            return none
        for k in range(POINTS):
            left, scale = np.abs(residual(k, out[k])), np.abs(residual(k, start)).max()
            if not np.all(np.isfinite(left)) or left.max() > TOLERANCE * scale:
                return none
        return out

    def _residual(self, probe: Node) -> Callable[[int, complex], Values] | None:
        """Printed - derived of every coefficient, the one that is most wrong first, by point and unknown."""
        if isinstance(self.target, Expr):
            try:
                number_of(probe, {**self.values[0], UNKNOWN: 0.3})
                goal = self.goals[()]
                return lambda k, d: np.array([_number_of(probe, {**self.values[k], UNKNOWN: d})]) - goal[k]
            except NotNumeric:
                pass
            except (ArithmeticError, ValueError):
                return None
        symbol = Symbol(UNKNOWN)
        found = self._value(probe, {UNKNOWN: symbol})
        if found is None:
            return None
        names = list(dict.fromkeys((*self.goals, *found)))
        zero = np.zeros(POINTS, complex)
        parts = [(found.get(m, sp.S.Zero), self.goals.get(m, zero)) for m in names]

        def at_point(k: int, d: complex) -> Values:
            here = {**self.points[k], symbol: d}
            return np.array([_number(e, here) - goal[k] for e, goal in parts])

        order = np.argsort(-np.abs(at_point(0, 0.37)), kind="stable")
        parts = [parts[i] for i in order]
        return at_point

    def operator_terms(self, path: Path, part: Node, operators: Sequence[Node]) -> Iterator[tuple[Node, Values]]:
        """Operators and the number that each has to be multiplied by, to be the term that is missing."""
        symbols = [Symbol(f"{UNKNOWN} {i}") for i in range(len(operators))]
        added = [(1, product([Name(s.name), x])) for s, x in zip(symbols, operators, strict=True)]
        probe = replace_at(self.node, path, total([(1, part), *added]))
        found = self._value(probe, {s.name: s for s in symbols})
        if found is None:
            return
        zero = dict.fromkeys(symbols, 0.0)
        nothing = np.zeros(POINTS, complex)
        plainly = {m: np.array([_number(e, {**p, **zero}) for p in self.points]) for m, e in found.items()}
        names = list(dict.fromkeys((*self.goals, *found)))
        lacking = {m: self.goals.get(m, nothing) - plainly.get(m, nothing) for m in names}
        size = max((np.abs(v).max() for v in (*self.goals.values(), *plainly.values())), default=0.0)
        lacking = {m: v for m, v in lacking.items() if not np.all(np.abs(v) <= TOLERANCE * size)}
        if not lacking or not all(np.all(np.isfinite(v)) for v in lacking.values()):
            return
        for s, x in zip(symbols, operators, strict=True):
            inside = {m for m, e in found.items() if s in e.free_symbols}
            if not inside >= set(lacking):
                continue
            gain = {
                m: np.array([_number(found[m], {**p, **zero, s: 1.0}) for p in self.points]) - plainly[m]
                for m in inside
            }
            gain = {m: v for m, v in gain.items() if not np.all(np.abs(v) <= TOLERANCE * size)}
            if set(gain) != set(lacking):
                continue
            weights = [lacking[m] / gain[m] for m in lacking]
            if all(np.all(np.abs(w - weights[0]) <= TOLERANCE * np.abs(weights[0])) for w in weights):
                yield x, weights[0]

    def _value(self, probe: Node, unknowns: Mapping[str, Expr]) -> Coefficients | None:
        try:
            value = plain(value_of(probe, Environment({**self.env.names, **unknowns}, self.env.functions)), self.model)
        except (CascadeError, ArithmeticError, RecursionError):
            return None
        found = _coefficients(value)
        new = {s for e in found.values() for s in e.free_symbols} - set(self.points[0]) - set(unknowns.values())
        for s in sorted(new, key=str):  # an integral that the derived value does not have
            for p, x in zip(self.points, (0.31, 0.47, 0.73), strict=True):
                p[s] = x
        return found or None

    def _numbers(self, e: Expr) -> Values | None:
        found = [number_at(e, p) for p in self.points]
        return None if any(v is None for v in found) else np.array(found, complex)


def _coefficients(value: Any) -> Coefficients:
    if isinstance(value, Expr):
        return {(): value}
    return dict(as_operator(value).terms) if isinstance(value, OperatorPolynomial) else {}


def _root(f: Callable[[complex], complex], start: float) -> complex:
    """A zero of f by the secant method, its steps halved where they lead away; nan where it does not come."""
    a, b = np.complex128(start), np.complex128(start + 0.31)
    fa, fb = np.complex128(f(a)), np.complex128(f(b))
    for _ in range(60):
        if not np.isfinite(fb) or fb == fa:
            break
        step, was = -fb * (b - a) / (fb - fa), np.abs(fb)
        a, fa = b, fb
        for _ in range(5):
            b = a + step
            fb = np.complex128(f(b))
            if np.abs(fb) <= was:
                break
            step /= 2
    return b if np.abs(b - a) <= 1e-9 * np.abs(b) else complex(np.nan)


def _number(e: Expr, point: Mapping[Symbol, Any]) -> complex:
    """The value of an expression, nan where it has none."""
    found = number_at(e, dict(point))
    return complex(np.nan) if found is None else found


def _first(residual: Callable[[int, complex], Values], k: int, unknown: complex) -> complex:
    return complex(residual(k, unknown)[0])


def _number_of(node: Node, values: Mapping[str, complex]) -> complex:
    """The value of a formula, nan where it has none."""
    try:
        return number_of(node, values)
    except (NotNumeric, ArithmeticError, ValueError):
        return complex(np.nan)
