"""The misprint finder: the smallest typed edit of a printed formula that makes it exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from cascade_sym.errors import CascadeError
from cascade_sym.formula import Node, marked, walk
from cascade_sym.formula.edits import Edit, Vocabulary, edits
from cascade_sym.formula.edits.search import KINDS
from cascade_sym.formula.size import terms
from cascade_sym.paper.compare import Comparison
from cascade_sym.paper.missing import Candidate

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
    node: Node, against: Callable[[Node], Comparison], words: Vocabulary, possible: Callable[[Node], bool],
    missing: Callable[[], Sequence[Candidate]] = tuple,
) -> Repair | None:  # fmt: skip
    """The repair of `node`, or None where neither one small edit nor two make it equal to the derived form.

    Searched are one edit, a term of the derived value in any sum, what `missing` says may be missing, two edits.

    Formulas of more than MOST_NODES symbols, numbers and operations are not searched. `against` proves a formula
    equal to the derived value or not; `possible` drops most wrong ones before.
    """
    if sum(1 for _ in islice(walk(node), MOST_NODES + 1)) > MOST_NODES or terms(node, MOST_TERMS) > MOST_TERMS:
        return None
    if hit := _first(edits(node, words, kinds=ALONE), against, possible):
        return hit
    if hit := _first(edits(node, words, kinds=(ADDED,)), against, possible):
        return hit
    if hit := _proved(node, missing(), against):
        return hit
    return _first(edits(node, words, pairs=True, kinds=PAIRED), against, possible)


def _proved(node: Node, found: Sequence[Candidate], against: Callable[[Node], Comparison]) -> Repair | None:
    """The shortest of these formulas that is proved exact, with the others that are as short."""
    hits: list[Candidate] = []
    for c in found[:MOST_MISSING]:
        if hits and c.cost > hits[0].cost:
            break
        if _is_exact(c.node, against):
            hits.append(c)
    if not hits:
        return None
    return Repair(hits[0].words, hits[0].node, marked(node, hits[0].node), tuple(h.words for h in hits[1:]))


def _first(
    found: Iterator[Edit], against: Callable[[Node], Comparison], possible: Callable[[Node], bool]
) -> Repair | None:
    """The first edit that makes the formula exact, with the others that do."""
    hits = []
    tried = 0
    for edit in islice(found, MOST_SEEN):
        if not possible(edit.node):
            continue
        tried += 1
        if tried > MOST_PROVED:
            break
        if _is_exact(edit.node, against):
            hits.append(edit)
    if not hits:
        return None
    return Repair(hits[0].where, hits[0].node, hits[0].marked, tuple(h.where for h in hits[1:]))


def _is_exact(node: Node, against: Callable[[Node], Comparison]) -> bool:
    """Whether a formula is proved exact; one that has no value is not."""
    try:
        return against(node).equal
    except (CascadeError, RecursionError):
        return False
