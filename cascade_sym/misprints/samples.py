"""Printed formulas in numbers: the derived value at a few random points, what a formula is worth there, and which
products of known quantities have the values that are wanted.

The misprint finder drops by these what is clearly wrong, and solves for what is missing; what is left has to be proved.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, S, Symbol

from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.folder.environment import plain, value_of
from cascade_sym.folder.model import Model
from cascade_sym.formula import Environment, Node, names_in
from cascade_sym.formula.ast import Add, Call, Div, Name, Number, Pow
from cascade_sym.formula.evaluated import NotNumeric, number_of
from cascade_sym.formula.walk import operations
from cascade_sym.misprints.edits.arithmetic import ONE, TWO, product
from cascade_sym.operators import OperatorPolynomial
from cascade_sym.program import read
from cascade_sym.program.points import Points

Values = NDArray[np.complex128]
POINTS = 3  # at which candidates are held against the derived value, before they are proved
FAR = 1e-6  # relative; formulas that are further off are wrong
MOST_FORMED = 300  # formulas whose value is formed before it has a number; further ones are dropped


class Samples:
    """The derived value and the names of printed formulas at POINTS random points.

    `goals` are the derived coefficients (of a number: of the identity); `possible` is False where the derived value is
    no number or polynomial in operators, or has no value. Operators that count `up_to_number` have no identity.
    """

    def __init__(self, derived: Any, env: Environment, model: Model, up_to_number: bool = False) -> None:
        self.env, self.model = env, model
        self.target = plain(derived, model)
        self._moved = up_to_number and isinstance(self.target, OperatorPolynomial)
        self.scalars = {n: model.in_base(v) for n, v in env.names.items() if isinstance(v, Expr)}
        wanted = self._coefficients(self.target) or {}
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

    def finite(self, node: Node, k: int, more: Mapping[str, complex] | None = None) -> complex:
        """A formula at point k, nan where it has no value."""
        try:
            return self.number(node, k, more)
        except (NotNumeric, ArithmeticError, ValueError):
            return complex(np.nan)

    def coefficients(self, node: Node, unknowns: Mapping[str, Expr] | None = None) -> dict[Any, Expr] | None:
        """The coefficients of a formula's value; None where it has none, or is a generator.

        Its symbols that the derived value does not have (of an integral, say) get numbers of their own.
        """
        env = Environment({**self.env.names, **(unknowns or {})}, self.env.functions)
        try:
            found = self._coefficients(plain(value_of(node, env), self.model))
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

    def _coefficients(self, value: Any) -> dict[Any, Expr] | None:
        found = _coefficients(value)
        return {m: c for m, c in found.items() if m} if found and self._moved else found

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


NEAR = 1e-8  # relative, and in logarithms
MOST_HITS = 12  # products looked at for one first factor

# powers of a name, and what each costs in writing
POWERS = ((1.0, 1.0), (-1.0, 1.4), (2.0, 1.5), (0.5, 1.5), (-0.5, 1.9), (-2.0, 1.9))
COEFFICIENTS = (
    ((1, 1), 0.0), ((1, 2), 0.5), ((2, 1), 0.5), ((1, 4), 0.8), ((4, 1), 0.8), ((3, 1), 1.0), ((1, 3), 1.0),
    ((3, 2), 1.2), ((2, 3), 1.2), ((3, 4), 1.2), ((1, 8), 1.2), ((8, 1), 1.2),
)  # fmt: skip
UNITS = ((1, 0.0, 1, False), (-1, 0.0, -1, False), (1j, 0.4, 1, True), (-1j, 0.4, -1, True))  # value, cost, sign, I


@dataclass(frozen=True)
class Atom:
    """What may be a factor, with its values at the points; `simple` ones may come with powers and roots.

    `strange` ones, which are not near by in what is printed, cost more.
    """

    node: Node
    values: Values
    simple: bool
    strange: bool = False


@dataclass(frozen=True)
class Costed:
    """A formula and what it costs to write."""

    cost: float
    node: Node


@dataclass(frozen=True)
class Candidate(Costed):
    """A formula with a term or factor put in."""

    words: str


def cheapest(found: Iterable[Any]) -> list[Any]:
    """Each formula once, at its least cost; the cheapest first."""
    ranked = sorted(found, key=lambda c: (round(c.cost, 6), str(c.node)))
    return list({c.node: c for c in reversed(ranked)}.values())[::-1]


@dataclass(frozen=True)
class Written(Costed):
    """A product as it is written, without its sign."""

    sign: int


@dataclass(frozen=True)
class _Factor:
    atom: int
    node: Node
    below: bool
    cost: float


class Products:
    """All products of up to three powers of `atoms`, times a small rational and a sign or +-i.

    >>> points = np.array([0.3, 0.5, 0.7]) + 0j
    >>> found = Products([Atom(Name("x"), points, True)]).like(-2 * points**0.5)
    >>> found[0].sign, str(found[0].node)
    (-1, '2*sqrt(x)')
    """

    def __init__(self, atoms: Sequence[Atom]) -> None:
        factors, values = [], []
        for k, a in enumerate(atoms):
            if not np.all(np.isfinite(a.values)) or np.any(np.abs(a.values) < 1e-12):
                continue
            for power, cost in POWERS if a.simple else POWERS[:2]:
                extra = 0.6 * a.strange + (0.0 if a.simple else 0.4 * operations(a.node))
                factors.append(_Factor(k, _power(a.node, abs(power)), power < 0, cost + extra))
                values.append(a.values**power)
        self._factors = factors
        count = len(atoms[0].values) if atoms else 0
        self._first = np.log(np.vstack([np.ones((1, count)), np.array(values).reshape(len(factors), count)]))
        self._atom = np.array([-1, *(f.atom for f in factors)])  # the first one is no factor at all
        pairs = np.stack(np.triu_indices(len(factors) + 1, 1), axis=1)
        pairs = np.vstack([[[0, 0]], pairs[self._atom[pairs[:, 0]] != self._atom[pairs[:, 1]]]])
        logs = self._first[pairs].sum(axis=1)
        order = np.argsort(logs[:, 0].real, kind="stable")
        self._pairs, self._logs = pairs[order], logs[order]

    def like(self, values: Values, most: int = 4) -> list[Written]:
        """The products with these values, the shortest first."""
        if not np.all(np.isfinite(values)) or np.any(np.abs(values) < 1e-10):
            return []
        return cheapest(self._hits(np.log(values)))[:most]

    def _hits(self, wanted: Values) -> Iterator[Written]:
        for (p, q), cost in COEFFICIENTS:
            rest = wanted - np.log(p / q) - self._first
            low = np.searchsorted(self._logs[:, 0].real, rest[:, 0].real - NEAR)
            high = np.searchsorted(self._logs[:, 0].real, rest[:, 0].real + NEAR)
            for a in np.flatnonzero(high > low).tolist():
                for b in range(low[a], min(high[a], low[a] + MOST_HITS)):
                    if a and self._atom[a] in self._atom[self._pairs[b]]:
                        continue
                    turn = np.exp(rest[a] - self._logs[b])
                    for unit, more, sign, imaginary in UNITS:
                        if np.all(np.abs(turn - unit) < NEAR):
                            yield self._written([a, *self._pairs[b].tolist()], (p, q), sign, imaginary, cost + more)

    def _written(
        self, chosen: Sequence[int], ratio: tuple[int, int], sign: int, imaginary: bool, cost: float
    ) -> Written:
        parts = sorted((self._factors[i - 1] for i in chosen if i), key=lambda f: f.atom)
        above, below = (sorted((f.node for f in parts if f.below is side), key=_place) for side in (False, True))
        p, q = ratio
        front = [*([Number(str(p))] if p != 1 else []), *([Name("I")] if imaginary else [])]
        down = product([*([Number(str(q))] if q != 1 else []), *below])
        up = product([*front, *above])
        return Written(cost + sum(f.cost for f in parts), up if down == ONE else Div(up, down), sign)


def _place(node: Node) -> int:
    """Where a factor is usually written: roots before names, brackets and functions after them."""
    return 0 if isinstance(node, Call) and node.function == "sqrt" else 2 if isinstance(node, Call | Add) else 1


def _power(node: Node, power: float) -> Node:
    if power == 1:
        return node
    return Call("sqrt", (node,)) if power == 0.5 else Pow(node, TWO)
