"""The misprint finder: the smallest typed edit of a printed formula that makes it exact, or what is missing in it.

At every place of the formula an unknown is put in; it is solved for numerically at a few points from the derived value,
and written as a product of what the folder knows. Only candidates come out: each has to be proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice
from typing import Any

import numpy as np
from sympy import Expr, S, Symbol

from cascade_sym.errors import CascadeError
from cascade_sym.folder.environment import value_of
from cascade_sym.formula import Node
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Number, Pow, Sum, negated
from cascade_sym.formula.evaluated import FINITE, NotNumeric
from cascade_sym.formula.walk import Path, at, replace_at, terms, walk
from cascade_sym.misprints.edits import KINDS, Vocabulary, edits, marked
from cascade_sym.misprints.edits.arithmetic import ONE, product, total
from cascade_sym.misprints.samples import POINTS, Atom, Candidate, Products, Samples, Values, Written, cheapest, number
from cascade_sym.operators import Op, OperatorPolynomial

MOST_SEEN = 8_000  # formulas looked at, with each number of edits
MOST_PROVED = 400  # of these, those that a proof is tried for
MOST_MISSING = 8  # of the candidates for what is missing, the shortest: a proof of each takes seconds
MOST_NODES = 800  # a longer formula is not searched
MOST_TERMS = 3_000  # nor one that is longer when it is multiplied out
ADDED = "term added"
ALONE = tuple(k for k in KINDS if k != ADDED)
PAIRED = ("sign", "factor 2", "index", "conjugate", "power", "root", "term dropped")
PARTNER = {"sin": "cos", "cos": "sin"}
# of a formula, and of what may be put there: the search grows with their product
MOST_PLACES, MOST_OPERATORS, MOST_NAMES, MOST_PARTS = 40, 60, 60, 30
DEAREST_TERM, DEAREST_FACTOR = 6.0, 2.5  # in names and numbers, beyond which what fits is a coincidence
UNKNOWN = "unknown term"  # no name of a formula has a space
TOLERANCE = 1e-9  # of values in doubles that are taken for equal, to be proved
NONE = np.full(POINTS, np.nan, complex)


@dataclass(frozen=True)
class Repair:
    """An edit that makes a formula exact: what was changed, the repaired formula, and equally small alternatives."""

    description: str
    node: Node
    marked: Node
    alternatives: tuple[str, ...] = ()


def find_repair(
    node: Node, is_right: Callable[[Node], bool], words: Vocabulary, samples: Samples, beside: Sequence[Node] = (),
    left: Node | None = None,
) -> Repair | None:  # fmt: skip
    """The repair of `node`, or None where neither one small edit nor two make it equal to the derived form.

    Formulas of more than MOST_NODES symbols, numbers and operations are not searched. `is_right` proves a formula equal
    to the derived value or not; `samples` drop most wrong ones before. `beside` is what is printed beside the formula,
    `left` its own left side.
    """

    def edited(kinds: tuple[str, ...], pairs: bool = False) -> Iterator[tuple[str, Node]]:
        every = edits(node, words, pairs=pairs, kinds=kinds)
        likely = (e for e in islice(every, MOST_SEEN) if samples.may_be(e.node))
        return ((e.where, e.node) for e in islice(likely, MOST_PROVED))

    def stages() -> Iterator[Iterable[tuple[str, Node]]]:
        """One edit, a term of the derived value in any sum, what is missing by its value, two edits."""
        yield edited(ALONE)
        yield edited((ADDED,))
        for _, alike in groupby(candidates(node, samples, beside, left)[:MOST_MISSING], lambda c: round(c.cost, 6)):
            yield [(c.words, c.node) for c in alike]
        yield edited(PAIRED, pairs=True)

    if sum(1 for _ in islice(walk(node), MOST_NODES + 1)) > MOST_NODES or terms(node, MOST_TERMS) > MOST_TERMS:
        return None
    for stage in stages():
        if hits := [(said, found) for said, found in stage if is_right(found)]:
            said, found = hits[0]
            return Repair(said, found, marked(node, found), tuple(said for said, _ in hits[1:]))
    return None


def candidates(node: Node, samples: Samples, beside: Sequence[Node] = (), left: Node | None = None) -> list[Candidate]:
    """What `node` may be with one term or factor more, so that it has the derived value; the shortest first.

    `beside` is what is printed beside it, `left` its own left side, which can't be in it. Nothing comes out for
    formulas that are neither numbers nor polynomials in operators.
    """
    if not samples.possible:
        return []
    with np.errstate(all="ignore"):  # an unknown that runs away ends as nan
        return cheapest(_Search(samples, node, (node, *beside), left).run())


@dataclass
class _Search:
    """The places of a formula, and the names, functions and operators of what may be missing there."""

    samples: Samples
    node: Node
    known: Sequence[Node]  # the formula itself and what is printed beside it
    left: Node | None

    def run(self) -> Iterator[Candidate]:
        for path, part, factor in _places(self.node):
            try:
                value = value_of(part, self.samples.env)
            except CascadeError:
                continue
            bracket = 0.0 if not path or isinstance(part, Add) else 1.0
            if not factor and isinstance(value, OperatorPolynomial):
                for operator, weight in self._operators(path, part):
                    for w in self.products.like(weight):
                        term = product([*([w.node] if w.node != ONE or operator == ONE else []), operator])
                        yield from self._term(path, part, w, term, bracket + float(operator != ONE))
            elif isinstance(value, Expr | OperatorPolynomial):
                for w in self.products.like(self._number(path, part, factor)):
                    if factor:
                        yield from self._factor(path, part, w)
                    else:
                        yield from self._term(path, part, w, w.node, bracket)

    def _number(self, path: Path, part: Node, factor: bool) -> Values:
        """The number that has to be added to (or multiply) a part, at every point; nan where there is none."""
        unknown = Name(UNKNOWN)
        probe = product([unknown, part]) if factor else total([(1, part), (1, unknown)])
        residual = self._residual(replace_at(self.node, path, probe))
        if residual is None:
            return NONE
        start = 1.0 if factor else 0.0

        def solved(k: int) -> complex:
            return _root(lambda d: complex(residual(k, d)[0]), start)

        out = np.array([solved(k) for k in range(POINTS)])
        for k in range(POINTS):
            left, scale = np.abs(residual(k, out[k])), np.abs(residual(k, start)).max()
            if not np.isfinite(out[k]) or not np.all(np.isfinite(left)) or left.max() > TOLERANCE * scale:
                return NONE
        return out

    def _residual(self, probe: Node) -> Callable[[int, complex], Values] | None:
        """Printed - derived of every coefficient, the one that is most wrong first, by point and unknown."""
        samples = self.samples
        if isinstance(samples.target, Expr):
            try:
                samples.number(probe, 0, {UNKNOWN: 0.3})
                goal = samples.goals[()]
                return lambda k, d: np.array([samples.finite(probe, k, {UNKNOWN: d}) - goal[k]])
            except NotNumeric:
                pass
            except (ArithmeticError, ValueError):
                return None
        symbol = Symbol(UNKNOWN)
        found = samples.coefficients(probe, {UNKNOWN: symbol})
        if not found:
            return None
        parts = [(found.get(m, S.Zero), samples.goals.get(m, np.zeros(POINTS))) for m in {**samples.goals, **found}]

        def at_point(k: int, d: complex) -> Values:
            here = {**samples.points[k], symbol: d}
            return np.array([number(e, here) - goal[k] for e, goal in parts])

        parts = [parts[i] for i in np.argsort(-np.abs(at_point(0, 0.37)), kind="stable")]
        return at_point

    def _operators(self, path: Path, part: Node) -> Iterator[tuple[Node, Values]]:
        """Operators and the number that each has to be multiplied by, to be the term that is missing."""
        samples, goals = self.samples, self.samples.goals
        symbols = {Symbol(f"{UNKNOWN} {i}"): x for i, x in enumerate(self.operators)}
        added = [(1, product([Name(s.name), x])) for s, x in symbols.items()]
        whole = replace_at(self.node, path, total([(1, part), *added]))
        found = samples.coefficients(whole, {s.name: s for s in symbols})
        if not found:
            return
        zero, nothing = dict.fromkeys(symbols, 0.0), np.zeros(POINTS, complex)
        printed = {m: samples.numbers(e, zero) for m, e in found.items()}
        size = max((np.abs(v).max() for v in (*goals.values(), *printed.values())), default=0.0)

        def counting(values: dict[Any, Values]) -> dict[Any, Values]:
            """Those that are not zero."""
            return {m: v for m, v in values.items() if not np.all(np.abs(v) <= TOLERANCE * size)}

        lacking = counting({m: goals.get(m, nothing) - printed.get(m, nothing) for m in {**goals, **found}})
        if not lacking or not all(np.all(np.isfinite(v)) for v in lacking.values()):
            return
        for s, x in symbols.items():
            inside = {m for m, e in found.items() if s in e.free_symbols}
            if not inside >= set(lacking):
                continue
            gain = counting({m: samples.numbers(found[m], {**zero, s: 1.0}) - printed[m] for m in inside})
            if set(gain) == set(lacking):
                weight, *others = (lacking[m] / gain[m] for m in lacking)
                if all(np.all(np.abs(w - weight) <= TOLERANCE * np.abs(weight)) for w in others):
                    yield x, weight

    def _term(self, path: Path, part: Node, w: Written, term: Node, more: float) -> Iterator[Candidate]:
        multiple = bool(path) and any(n == part for _, n in walk(term))  # the part times something is no missing term
        if w.cost + more <= DEAREST_TERM and not multiple:
            whole = replace_at(self.node, path, total([(1, part), (w.sign, term)]))
            yield Candidate(w.cost + more, whole, f"the term '{'-' if w.sign < 0 else ''}{term}' put in")

    def _factor(self, path: Path, part: Node, w: Written) -> Iterator[Candidate]:
        two_slips = w.sign < 0 and not any(isinstance(n, Name) for _, n in walk(w.node))  # a sign and a number
        if w.cost <= DEAREST_FACTOR and w.node != ONE and not two_slips:
            whole = replace_at(self.node, path, _times(w, part))
            said = f"the factor '{'-' if w.sign < 0 else ''}{w.node}' put to '{part}'"
            yield Candidate(w.cost + 1.5, whole, said)

    @cached_property
    def products(self) -> Products:
        """Products of names, of pi, and of the roots, brackets and functions that are printed."""
        used = [n.name for f in self.known for _, n in walk(f) if isinstance(n, Name)]
        samples = self.samples
        asked = [n for n, v in samples.scalars.items() if v.free_symbols and v.free_symbols <= samples.symbols]
        names = [n for n in dict.fromkeys((*used, *asked, *samples.scalars)) if samples.named(n) is not None]
        nodes: list[Node] = [*[Name(n) for n in names if n not in FINITE and Name(n) != self.left][:MOST_NAMES]]
        nodes.append(Name("pi"))
        nodes += [Add((ONE, n), (1, -1)) for n in nodes if isinstance(n, Name) and self._is_share(n.name)]
        nodes += [Call("sqrt", (n,)) for n in nodes if isinstance(n, Add)]
        for f in self.known:
            for _, n in walk(f):
                if isinstance(n, Call | Add) and n not in nodes:
                    nodes.append(n)
                if isinstance(n, Call) and n.function in PARTNER:
                    nodes.append(Call(PARTNER[n.function], n.args))
        atoms = []
        for n in dict.fromkeys(nodes[: MOST_NAMES + MOST_PARTS]):
            v = np.array([samples.finite(n, k) for k in range(POINTS)])
            if np.all(np.isfinite(v)):
                strange = isinstance(n, Name) and n.name not in used
                atoms.append(Atom(n, v, isinstance(n, Name), strange))
        return Products(atoms)

    def _is_share(self, name: str) -> bool:
        """Whether a parameter lies between 0 and 1, so that what is left of 1 has a meaning."""
        model = self.samples.model
        return name in model.parameters and model.range_of(name) == (0, 1)

    @cached_property
    def operators(self) -> list[Node]:
        """Operators by their names, as functions where they are printed as such, their adjoints, products, and 1."""
        goals, env = self.samples.goals, self.samples.env
        there = {o.name for m in goals for o in m}
        calls = [n for f in self.known for _, n in walk(f) if isinstance(n, Call) and n.function != "dag"]
        found: list[Node] = [ONE]
        single: dict[Op, Node] = {}
        mirrored = [Call(n.function, (negated(n.args[0]),)) for n in calls if len(n.args) == 1]
        for n in dict.fromkeys((*calls, *mirrored, *(Name(n) for n in env.names))):
            try:
                value = value_of(n, env)
            except CascadeError:
                continue
            if n == self.left or not isinstance(value, OperatorPolynomial):
                continue
            if {o.name for m in value.terms for o in m} <= there:
                found += [n, Call("dag", (n,))]
            if [(len(m), c) for m, c in value.terms.items()] == [(1, 1)]:
                ((o,),) = value.terms
                single |= {o: n, Op(o.name, not o.dag): Call("dag", (n,))} if o not in single else {}
        words = [m for m in goals if len(m) > 1 and all(o in single for o in m)]
        return [*(product([single[o] for o in m]) for m in words), *found][:MOST_OPERATORS]


def _places(node: Node) -> Iterator[tuple[Path, Node, bool]]:
    """Where a term (False) or a factor (True) may be missing, outermost first; not below sums over an index."""
    count = 0
    for path, part in sorted(walk(node), key=lambda x: len(x[0])):
        above = [at(node, path[:i]) for i in range(len(path))]
        parent = above[-1] if above else None
        if any(isinstance(a, Sum | Integral) for a in above) or (isinstance(parent, Pow) and path[-1] == 1):
            continue
        number = isinstance(part, Number) and not (parent is None or isinstance(parent, Call))
        if not isinstance(parent, Add | Neg) and not number:
            yield path, part, False
            count += 1
        in_product = isinstance(parent, Mul | Neg | Div)
        if not in_product and not number:
            yield path, part, True
            count += 1
        if count > MOST_PLACES:
            return


def _times(w: Written, part: Node) -> Node:
    """The part with a factor and its sign."""
    above, below = (w.node.num, [w.node.den]) if isinstance(w.node, Div) else (w.node, [])
    top, under = (part.num, [part.den]) if isinstance(part, Div) else (part, [])
    num, den = product([*([above] if above != ONE else []), top]), product([*below, *under])
    out = num if den == ONE else Div(num, den)
    return Neg(out) if w.sign < 0 else out


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
