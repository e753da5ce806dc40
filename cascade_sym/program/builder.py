"""Building programs: one node for each distinct value, simplified where that costs no digit; conditions written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from cascade_sym.program.constants import NAN, OUTSIDE, Constant, fold
from cascade_sym.program.nodes import TESTS, Condition, Node, Output, Program, pruned

ZERO, ONE = Fraction(0), Fraction(1)


class Builder:
    """Adds operations one by one; equal operations on equal arguments give the same node (value numbering).

    >>> b = Builder()
    >>> x = b.param("x")
    >>> b.add(x, b.one) == b.add(b.one, x)
    True
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._index: dict[Node, int] = {}
        self.labels: dict[int, str] = {}
        self.zero = self.const(ZERO)
        self.one = self.const(ONE)
        self.minus_one = self.const(-ONE)

    def _node(self, *node: object) -> int:
        key = tuple(node)
        if key not in self._index:
            self._index[key] = len(self.nodes)
            self.nodes.append(key)
        return self._index[key]

    def const(self, value: Constant | int) -> int:
        """An exact constant."""
        return self._node("const", Fraction(value) if isinstance(value, int) else value)

    def param(self, name: str, part: str = "re") -> int:
        """A parameter's real part, or its imaginary part with part="im"."""
        return self._node("param", name, part)

    def value(self, i: int) -> Constant | None:
        """The constant at node `i`, or None."""
        return self.nodes[i][1] if self.nodes[i][0] == "const" else None

    def _negated(self, i: int) -> int | None:
        return self.nodes[i][1] if self.nodes[i][0] == "neg" else None

    def _folded(self, op: str, *args: int) -> int | None:
        for a in args:
            if self.nodes[a][0] != "const":
                return None
        return self.const(fold(op, *(self.nodes[a][1] for a in args)))

    def neg(self, a: int) -> int:
        if (c := self._folded("neg", a)) is not None:
            return c
        if (inner := self._negated(a)) is not None:
            return inner
        if self.nodes[a][0] == "sub":
            return self.sub(self.nodes[a][2], self.nodes[a][1])
        return self._node("neg", a)

    def add(self, a: int, b: int) -> int:
        if self.zero in (a, b):
            return b if a == self.zero else a
        if (c := self._folded("add", a, b)) is not None:
            return c
        if (nb := self._negated(b)) is not None:
            return self.sub(a, nb)
        if (na := self._negated(a)) is not None:
            return self.sub(b, na)
        return self._node("add", *sorted((a, b)))

    def sub(self, a: int, b: int) -> int:
        if a == b:
            return self.zero
        if b == self.zero:
            return a
        if (c := self._folded("sub", a, b)) is not None:
            return c
        if a == self.zero:
            return self.neg(b)
        if (nb := self._negated(b)) is not None:
            return self.add(a, nb)
        if (na := self._negated(a)) is not None:
            return self.neg(self.add(na, b))
        return self._node("sub", a, b)

    def mul(self, a: int, b: int) -> int:
        if self.one in (a, b):
            return b if a == self.one else a
        if self.zero in (a, b):
            return self.zero
        if (c := self._folded("mul", a, b)) is not None:
            return c
        for x, y in ((a, b), (b, a)):
            if x == self.minus_one:
                return self.neg(y)
            if (nx := self._negated(x)) is not None:
                return self.neg(self.mul(nx, y))
        return self._node("mul", *sorted((a, b)))

    def div(self, a: int, b: int) -> int:
        if b != self.zero and (c := self._folded("div", a, b)) is not None:
            return c
        if b == self.one:
            return a
        for x, other, swapped in ((a, b, False), (b, a, True)):
            if (nx := self._negated(x)) is not None:
                return self.neg(self.div(other, nx) if swapped else self.div(nx, other))
        return self._node("div", a, b)

    def square(self, a: int) -> int:
        return self.mul(a, a)

    def power(self, a: int, n: int) -> int:
        """`a**n` for an integer n, by squaring."""
        if n < 0:
            return self.div(self.one, self.power(a, -n))
        return by_squaring(self.mul, self.one, a, n)

    def unary(self, op: str, a: int) -> int:
        """Any other operation of one argument."""
        if op == "neg":
            return self.neg(a)
        if op not in ("rint",) and (c := self._folded(op, a)) is not None:
            return c
        inner = self._negated(a)
        if inner is not None and op in ("abs", "cos", "cosh"):
            return self.unary(op, inner)
        if inner is not None and op in ("sin", "atan", "asin", "sinh", "tanh", "asinh", "atanh", "rint"):
            return self.neg(self.unary(op, inner))
        return self._node(op, a)

    def apply(self, op: str, *args: int) -> int:
        """The operation `op` on nodes."""
        known = {"add": self.add, "sub": self.sub, "mul": self.mul, "div": self.div}
        if op in known:
            return known[op](*args)
        if op in TESTS:
            return self._node(op, *sorted(set(args)))
        if len(args) == 1:
            return self.unary(op, args[0])
        if op in ("min", "max") and args[0] == args[1]:
            return args[0]
        if op == "select" and args[1] == args[2]:
            return args[1]
        return self._node(op, *args)

    def total(self, terms: Iterable[int]) -> int:
        """The sum of `terms`, positive ones first so that no leading change of sign is needed."""
        return reduce(self.add, sorted(terms, key=lambda t: self._negated(t) is not None), self.zero)

    def product(self, factors: Iterable[int]) -> int:
        """The product of `factors`, from left to right."""
        return reduce(self.mul, factors, self.one)

    def finish(self, outputs: Iterable[Output], conditions: Iterable[Condition] = ()) -> Program:
        """The program for `outputs` under `conditions`, without what they do not need."""
        return pruned(self.nodes, outputs, conditions, self.labels)

    def finish_like(self, program: Program, new: Sequence[int], more: Iterable[Condition] = ()) -> Program:
        """The program with the outputs, conditions and labels of `program`, whose node i is now `new[i]`."""
        self.labels.update({new[i]: s for i, s in program.labels.items()})
        outs = [o.placed(new.__getitem__) for o in program.outputs]
        return self.finish(outs, [*(replace(c, node=new[c.node]) for c in program.conditions), *more])


def by_squaring(mul: Callable[[Any, Any], Any], one: Any, base: Any, n: int) -> Any:
    """`base**n` for n >= 0, with the multiplication `mul`."""
    result = one
    while n:
        if n & 1:
            result = mul(result, base)
        n >>= 1
        if n:
            base = mul(base, base)
    return result


def replay_node(builder: Builder, node: Node, new: list[int]) -> int:
    """`node` built again in `builder`, where `new` gives the new positions of earlier nodes."""
    if node[0] == "const":
        return builder.const(node[1])
    if node[0] == "param":
        return builder.param(node[1], node[2])
    return builder.apply(node[0], *(new[a] for a in node[1:]))


def guarded(program: Program) -> Program:
    """The program without conditions, whose results are nan where one of them fails (see `absent`)."""
    if not program.conditions:
        return program
    b = Builder()
    new = program.run(b.const, b.param, b.apply)
    split = [new[c.node] for c in program.conditions if c.split]
    pivots = [new[c.node] for c in program.conditions if c.removable]
    weak = [new[c.node] for c in program.conditions if not c.strict and not c.split]
    strict = [new[c.node] for c in program.conditions if c.strict and not c.removable]
    domain = [b.apply("nonnegative", *weak)] if weak else []
    domain += [b.apply("positive", *strict)] if strict else []
    tests = domain + ([b.apply("nonnegative", *split)] if split else [])
    nan = absent(b, domain, bool(split))
    results = {i: b.apply("select", least(b, tests), new[i], nan) if tests else new[i] for i in program.output_nodes()}
    if pivots:  # asked first: where one vanishes, a condition can be nan
        far = b.apply("positive", *pivots)
        results = {i: b.apply("select", far, r, b.const(NAN)) for i, r in results.items()}
    b.labels.update({new[i]: s for i, s in program.labels.items()})
    return b.finish(o.placed(results.__getitem__) for o in program.outputs)


def absent(b: Builder, domain: list[int], split: bool) -> int:
    """The nan of a point without a result, which tells whether it is outside the domain or only a split root failed."""
    if not domain:
        return b.const(NAN)
    return b.apply("select", least(b, domain), b.const(NAN), b.const(OUTSIDE)) if split else b.const(OUTSIDE)


def least(b: Builder, nodes: list[int]) -> int:
    """The smallest of the nodes' values; nan where one is."""
    return reduce(partial(b.apply, "min"), nodes)
