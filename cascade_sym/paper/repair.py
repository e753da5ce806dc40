"""The misprint finder: the smallest typed edit of a printed formula that makes it exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from cascade_sym.errors import CascadeError
from cascade_sym.formula import Node, walk
from cascade_sym.formula.edits import Vocabulary, edits
from cascade_sym.paper.compare import Comparison

MOST_SEEN = 8_000  # formulas looked at, and formulas that a proof is tried for, with each number of edits
MOST_PROVED = 400
MOST_NODES = 800  # a longer formula is not searched
PAIRED = ("sign", "factor 2", "index", "conjugate", "power", "root", "term dropped")


@dataclass(frozen=True)
class Repair:
    """An edit that makes a formula exact: what was changed, the repaired formula, and equally small alternatives."""

    description: str
    node: Node
    marked: Node
    alternatives: tuple[str, ...] = ()


def find_repair(
    node: Node, against: Callable[[Node], Comparison], words: Vocabulary, possible: Callable[[Node], bool]
) -> Repair | None:
    """The repair of `node`, or None where neither one small edit nor two make it equal to the derived form.

    Formulas of more than MOST_NODES symbols, numbers and operations are not searched. `against` proves a formula
    equal to the derived value or not; `possible` drops most wrong ones before.
    """
    if sum(1 for _ in islice(walk(node), MOST_NODES + 1)) > MOST_NODES:
        return None
    for pairs in (False, True):
        hits = []
        tried = 0
        for edit in islice(edits(node, words, pairs=pairs, kinds=PAIRED if pairs else None), MOST_SEEN):
            if not possible(edit.node):
                continue
            tried += 1
            if tried > MOST_PROVED:
                break
            try:
                if against(edit.node).equal:
                    hits.append(edit)
            except CascadeError:
                continue
        if hits:
            first = hits[0]
            return Repair(first.where, first.node, first.marked, tuple(h.where for h in hits[1:]))
    return None
