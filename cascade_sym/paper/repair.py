"""The misprint finder: the smallest typed edit of a printed formula that makes it exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from cascade_sym.errors import CascadeError
from cascade_sym.formula import Node
from cascade_sym.formula.edits import Vocabulary, edits
from cascade_sym.paper.compare import Comparison

MOST = 1500  # formulas tried for each number of edits
PAIRED = ("sign", "factor 2", "index", "conjugate", "power", "root", "term dropped")


@dataclass(frozen=True)
class Repair:
    """An edit that makes a formula exact: what was changed, the repaired formula, and equally small alternatives."""

    description: str
    node: Node
    marked: Node
    alternatives: tuple[str, ...] = ()


def find_repair(node: Node, against: Callable[[Node], Comparison], words: Vocabulary) -> Repair | None:
    """The repair of `node`, or None where neither one small edit nor two make it equal to the derived form.

    `against` compares a formula with the derived value. It refutes numerically before it proves, so the search over
    a few hundred edits takes seconds.
    """
    for pairs in (False, True):
        hits = []
        for edit in islice(edits(node, words, pairs=pairs, kinds=PAIRED if pairs else None), MOST):
            try:
                if against(edit.node).equal:
                    hits.append(edit)
            except CascadeError:
                continue
        if hits:
            first = hits[0]
            return Repair(first.where, first.node, first.marked, tuple(h.where for h in hits[1:]))
    return None
