"""The cheapest of the equivalent forms of a program; products multiplied in an order that shares what they can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from heapq import heapify, heappop, heappush

from cascade_sym.evaluate.program.angles import SINCOS, expand_angles
from cascade_sym.evaluate.program.powers import factor, waves_merged
from cascade_sym.program.builder import Builder, guarded, replay_node
from cascade_sym.program.nodes import FREE, TESTS, Program, arguments

LARGE = 300  # programs beyond are not drawn together: it takes long and seldom pays
HUGE = (
    3000  # programs beyond are not factored at all: their long sums have little to share, and searching takes longest
)
WORTH = 1.5  # how much more a form may cost that loses fewer digits
HIGHEST = 30  # power of the parameters in intermediate values: within 1e308 for parameters up to 1e10
COSTS = {
    "add": 1.0, "sub": 1.0, "mul": 1.0, "div": 9.0, "sqrt": 10.0, "abs": 0.5, "min": 1.0, "max": 1.0,
    "select": 2.0, "copysign": 2.0, "rint": 1.0, "proderr": 1.0, "exp": 20.0, "log": 25.0, "pow": 60.0,
}  # fmt: skip
OTHER = 40.0  # operations that a function without an entry costs, about a logarithm
BOUNDED = ("sin", "cos", "atan", "asin", "acos", "tanh", "rint", "nonnegative", "positive")


def cheapest(program: Program) -> Program:
    """The best of the forms of a program: cheap, and with few differences of nearly equal terms.

    Candidates are the program as it stands, with one sine an angle, and factored, with quotients written
    out where they stand (`local`) or all roots and quotients drawn together. Forms in which sums of sines
    and cosines were merged keep their digits where the others lose them; they may cost more. Common
    denominators can bring high powers, which overflow: such forms are left out. A huge program keeps its sums: its
    waves are merged, and its products share their beginnings.
    """
    if len(program.nodes) > HUGE:
        waves = program.operations() & {"sin", "cos"}
        return Sharing(expand_angles(waves_merged(program)) if waves else program).run()
    angles = expand_angles(program)
    plain = min(program, angles, key=total_cost)
    if not program.operations() & {"sin", "cos", "sqrt", "div"}:
        return plain
    merged = [simplified(program, local=True)]
    if len(program.nodes) <= LARGE:
        merged.append(simplified(program, local=False))
    merged = [m for m in merged if growth(m) <= max(HIGHEST, growth(plain))]
    if not merged:
        return plain
    best = min(merged, key=total_cost)
    return best if total_cost(best) <= WORTH * total_cost(plain) else plain


def simplified(program: Program, local: bool) -> Program:
    """Sums of waves merged, their angles expanded again over base angles, products shared."""
    expanded = expand_angles(factor(program, local=local))
    return share_products(factor(expanded, waves=False, local=local))


def total_cost(program: Program) -> float:
    """The weighted number of operations, conditions included; sine and cosine of one angle count once."""
    nodes = guarded(program).nodes
    angles = {n[1] for n in nodes if n[0] in ("sin", "cos")}
    rest = (n[0] for n in nodes if n[0] not in FREE and n[0] not in ("sin", "cos", *TESTS))
    tests = sum(len(n) - 1 for n in nodes if n[0] in TESTS)
    return SINCOS * len(angles) + tests + sum(COSTS.get(op, OTHER) for op in rest)


def growth(program: Program) -> float:
    """The largest power of t by which a value grows or falls when every parameter is t times larger.

    Sums count as their largest term, so that it is that of generic parameters. A form over one common denominator
    can reach the range of doubles, 10**(+-308), long before the result does.
    """

    def power(op: str, first: float, *more: float) -> float:
        if op in BOUNDED:
            return 0.0
        if op in ("mul", "div"):
            return first + more[0] if op == "mul" else first - more[0]
        return first / 2 if op == "sqrt" else max([first, *more])

    return max(map(abs, program.run(lambda c: 0.0, lambda name, part: 1.0, power)), default=0.0)


Pair = tuple[int, int]


def share_products(program: Program) -> Program:
    """The same program with every product taken apart and put together again, the most frequent pairs first.

    (x*y)*z and x*(z*y) have no operation in common; as (y*z)*x they do.
    """
    sharing = Sharing(program)
    sharing.join()
    return sharing.run()


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

    def gain(self, pair: Pair) -> int:
        """In how many products the pair occurs; a square that occurs twice in one counts twice."""
        if pair[0] != pair[1]:
            return len(self.where[pair])
        return sum(self.products[i].get(pair[0], 0) // 2 for i in self.where[pair])

    def join(self) -> None:
        """Joins pairs for as long as one occurs twice."""
        for i, factors in self.products.items():
            for pair in pairs(factors):
                self.where[pair].add(i)
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
        """The program with its products written anew, each in the order of its factors: they share their beginnings."""
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
