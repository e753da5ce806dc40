"""Which product of known quantities has these values? Found by meeting in the middle, among all of a few factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade_sym.formula import Node
from cascade_sym.formula.ast import Add, Call, Div, Name, Number, Pow
from cascade_sym.formula.edits.arithmetic import ONE, TWO, product
from cascade_sym.formula.walk import operations
from cascade_sym.paper.samples import Values

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
