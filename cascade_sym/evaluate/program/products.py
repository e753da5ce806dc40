"""Products multiplied in an order that shares what they have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from heapq import heapify, heappop, heappush

from cascade_sym.program.builder import Builder, replay_node
from cascade_sym.program.nodes import Program, arguments

Pair = tuple[int, int]


def share_products(program: Program) -> Program:
    """The same program with every product taken apart and put together again, the most frequent pairs first.

    (x*y)*z and x*(z*y) have no operation in common; as (y*z)*x they do.
    """
    return Sharing(program).run()


class Sharing:
    """Factors are nodes of the program; a pair of factors that was joined gets a number beyond them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        nodes = program.nodes
        outside = set(program.roots())
        for node in nodes:
            if node[0] not in ("mul", "neg"):
                outside.update(arguments(node))
        self.signs: dict[int, int] = {}
        self.products: dict[int, dict[int, int]] = {}
        content: dict[int, tuple[int, dict[int, int]]] = {}
        for i, node in enumerate(nodes):
            if node[0] == "mul":
                (s, f), (t, g) = (content.get(a, (1, {a: 1})) for a in node[1:])
                content[i] = s * t, {k: f.get(k, 0) + g.get(k, 0) for k in {**f, **g}}
            elif node[0] == "neg":
                s, f = content.get(node[1], (1, {node[1]: 1}))
                content[i] = -s, f
            if i in outside and i in content:
                self.signs[i], factors = content[i]
                self.products[i] = dict(factors)
        self.joined: dict[int, Pair] = {}
        self.where: dict[Pair, set[int]] = defaultdict(set)
        for i, factors in self.products.items():
            for pair in pairs(factors):
                self.where[pair].add(i)

    def gain(self, pair: Pair) -> int:
        """In how many products the pair occurs; a square that occurs twice in one counts twice."""
        if pair[0] != pair[1]:
            return len(self.where[pair])
        return sum(self.products[i].get(pair[0], 0) // 2 for i in self.where[pair])

    def join(self) -> None:
        """Joins pairs for as long as one occurs twice."""
        heap = [(-count, p) for p in self.where if (count := self.gain(p)) > 1]
        heapify(heap)
        while heap:
            count, pair = heappop(heap)
            now = self.gain(pair)
            if now < 2:
                continue
            if now != -count:
                heappush(heap, (-now, pair))
                continue
            new = len(self.program.nodes) + len(self.joined)
            self.joined[new] = pair
            fresh: set[Pair] = set()
            for i in sorted(self.where[pair]):
                self.put(i, pair, new)
                fresh.update(p for p in pairs(self.products[i]) if new in p)
            for other in fresh:
                if (count := self.gain(other)) > 1:
                    heappush(heap, (-count, other))

    def put(self, i: int, pair: Pair, new: int) -> None:
        """Replaces the pair in product `i` by its joint factor."""
        factors = self.products[i]
        for p in pairs(factors):
            self.where[p].discard(i)
        a, b = pair
        times = factors[a] // 2 if a == b else min(factors[a], factors[b])
        for k in (a, b):
            factors[k] -= times
        for k in {a, b}:
            if not factors[k]:
                del factors[k]
        factors[new] = times
        for p in pairs(factors):
            self.where[p].add(i)

    def run(self) -> Program:
        self.join()
        b = Builder()
        new: list[int] = []
        made: dict[int, int] = {}

        def factor(k: int) -> int:
            if k < len(self.program.nodes):
                return new[k]
            if k not in made:
                made[k] = b.mul(*(factor(f) for f in self.joined[k]))
            return made[k]

        for i, node in enumerate(self.program.nodes):
            if i in self.products:
                powers = [b.power(factor(k), n) for k, n in sorted(self.products[i].items())]
                value = b.product(powers)
                new.append(value if self.signs[i] > 0 else b.neg(value))
            elif node[0] in ("mul", "neg"):
                new.append(b.zero)  # part of other products only
            else:
                new.append(replay_node(b, node, new))
        labels = {i: s for i, s in self.program.labels.items() if new[i] != b.zero}
        return b.finish_like(replace(self.program, labels=labels), new)


def pairs(factors: dict[int, int]) -> Iterator[Pair]:
    """All pairs of factors of a product, and squares of those that occur more than once."""
    names = sorted(factors)
    for n, a in enumerate(names):
        if factors[a] > 1:
            yield a, a
        for b in names[n + 1 :]:
            yield a, b
