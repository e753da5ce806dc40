"""The misprint finder: the smallest typed edit of a printed formula that makes it exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from cascade_sym.formula import Node, marked, walk
from cascade_sym.formula.edits import KINDS, Vocabulary, edits
from cascade_sym.formula.walk import terms
from cascade_sym.paper.missing import candidates
from cascade_sym.paper.samples import Samples

MOST_SEEN = 8_000  # formulas looked at, and formulas that a proof is tried for, with each number of edits
MOST_PROVED = 400
MOST_MISSING = 8
MOST_NODES = 800  # a longer formula is not searched
MOST_TERMS = 3_000  # nor one that is longer when it is multiplied out
ADDED = "term added"
ALONE = tuple(k for k in KINDS if k != ADDED)
PAIRED = ("sign", "factor 2", "index", "conjugate", "power", "root", "term dropped")


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
