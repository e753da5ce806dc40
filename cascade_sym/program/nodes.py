"""The straight-line program: real operations in an order in which each uses only earlier ones.

A node is a tuple `(operation, argument, ...)` whose arguments are positions of earlier nodes, save for the
two leaves `("const", exact number)` and `("param", name, part)` with part "re" or "im". `select(c, a, b)` is a where
c >= 0, else b. Complex values are
pairs of real nodes, so that a backend, an error bound or a gradient only ever meets real arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

Node = tuple[Any, ...]

TESTS = frozenset(["nonnegative", "positive"])  # of any number of arguments: >= 0 where all pass, negative or nan else
LEAVES = frozenset(["const", "param"])
FREE = frozenset(["const", "param", "neg"])  # not counted as work


@dataclass(frozen=True)
class Output:
    """One result: its name, the node of its real part and, where it is complex, that of its imaginary part."""

    name: str
    re: int
    im: int | None = None

    def parts(self) -> tuple[int, ...]:
        """The nodes of its parts: one, or two where it is complex."""
        return (self.re,) if self.im is None else (self.re, self.im)

    def placed(self, place: Callable[[int], int]) -> Output:
        """The same output with its nodes renumbered by `place`."""
        return Output(self.name, place(self.re), None if self.im is None else place(self.im))


@dataclass(frozen=True)
class Condition:
    """Where the results mean something: the node must be positive, or nonnegative where not `strict`.

    A `local` one concerns only the results that take the root of the node. One that is `split` comes from a root whose
    factors were taken apart: where it fails the formula as written may have a value. One that is `removable` says that
    a number that a solver divides by is far from zero: where it fails the result has a limit.
    """

    node: int
    strict: bool
    name: str
    local: bool = False
    split: bool = False
    removable: bool = False


@dataclass(frozen=True)
class Program:
    """Nodes, outputs, conditions, and the names of some nodes (for readable source only)."""

    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    conditions: tuple[Condition, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict, compare=False)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that are used, sorted."""
        return tuple(sorted({n[1] for n in self.nodes if n[0] == "param"}))

    @property
    def leaves(self) -> tuple[tuple[str, str], ...]:
        """Name and part of the parameters, in the order of their nodes."""
        return tuple((n[1], n[2]) for n in self.nodes if n[0] == "param")

    def output_nodes(self) -> list[int]:
        """Positions of all output parts, in order."""
        return [i for o in self.outputs for i in o.parts()]

    def roots(self) -> list[int]:
        """Positions of all that must be computed: outputs and conditions."""
        return self.output_nodes() + [c.node for c in self.conditions]

    def conditions_of(self, output: Output) -> tuple[Condition, ...]:
        """The conditions under which a result exists."""
        taken = 0
        for i in output.parts():
            taken |= self._taken[i]
        if taken not in self._conditions:
            self._conditions[taken] = tuple(
                c for k, c in enumerate(self.conditions) if not c.removable and (not c.local or taken >> k & 1)
            )
        return self._conditions[taken]

    @cached_property
    def _conditions(self) -> dict[int, tuple[Condition, ...]]:
        return {}

    @cached_property
    def _taken(self) -> list[int]:
        """For every node the local conditions whose roots it depends on, as bits of a number."""
        under: dict[int, int] = {}
        for k, c in enumerate(self.conditions):
            if c.local and not c.removable:
                under[c.node] = under.get(c.node, 0) | 1 << k
        found: list[int] = []
        for node in self.nodes:
            bits = under.get(node[1], 0) if node[0] == "sqrt" else 0
            for a in arguments(node):
                bits |= found[a]
            found.append(bits)
        return found

    def operations(self) -> set[str]:
        """The operations that occur."""
        return {n[0] for n in self.nodes}

    def run(
        self, constant: Callable[[Any], Any], leaf: Callable[[str, str], Any], apply: Callable[..., Any]
    ) -> list[Any]:
        """The value of every node, from those of constants, of parameters (name and part) and of operations on them.

        >>> Program((("param", "x", "re"), ("add", 0, 0)), ()).run(float, lambda name, part: 3, lambda op, a, b: a + b)
        [3, 6]
        """
        values: list[Any] = []
        for op, *rest in self.nodes:
            if op == "const":
                values.append(constant(*rest))
            elif op == "param":
                values.append(leaf(*rest))
            else:
                values.append(apply(op, *(values[a] for a in rest)))
        return values


def arguments(node: Node) -> tuple[int, ...]:
    """The earlier nodes that `node` uses.

    >>> arguments(("add", 0, 1)), arguments(("const", 2))
    ((0, 1), ())
    """
    return () if node[0] in LEAVES else node[1:]


def needed(nodes: Sequence[Node], roots: Iterable[int]) -> list[int]:
    """Positions that `roots` depend on, in increasing order."""
    want = [False] * len(nodes)
    for r in roots:
        want[r] = True
    for i in range(len(nodes) - 1, -1, -1):
        if want[i]:
            for a in arguments(nodes[i]):
                want[a] = True
    return [i for i, w in enumerate(want) if w]


def pruned(
    nodes: Sequence[Node], outputs: Iterable[Output], conditions: Iterable[Condition], labels: Mapping[int, str]
) -> Program:
    """The program of `nodes` for `outputs` under `conditions`, without what they do not need."""
    asked = Program(tuple(nodes), tuple(outputs), tuple(conditions), labels)
    keep = needed(nodes, asked.roots())
    place = {old: new for new, old in enumerate(keep)}
    moved = (
        (nodes[i][0], *map(place.__getitem__, arguments(nodes[i]))) if arguments(nodes[i]) else nodes[i] for i in keep
    )
    return Program(
        tuple(moved),
        tuple(o.placed(place.__getitem__) for o in asked.outputs),
        tuple(replace(c, node=place[c.node]) for c in asked.conditions),
        {place[i]: s for i, s in labels.items() if i in place},
    )


def last_uses(program: Program) -> dict[int, int]:
    """For each node the position of the last node that uses it; outputs live to the end."""
    last = {a: i for i, node in enumerate(program.nodes) for a in (i, *arguments(node))}
    return last | dict.fromkeys(program.output_nodes(), len(program.nodes))


def operation_counts(program: Program) -> dict[str, int]:
    """How often each arithmetic operation is done for one point; changes of sign are not counted."""
    return dict(sorted(Counter(n[0] for n in program.nodes if n[0] not in FREE).items()))
