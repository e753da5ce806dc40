"""The misprint finder: the smallest typed edit of a printed formula that makes it exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cascade_sym.errors import CascadeError
from cascade_sym.formula import Node
from cascade_sym.formula.edits import Vocabulary, edits
from cascade_sym.paper.compare import Comparison


@dataclass(frozen=True)
class Repair:
    """An edit that makes a formula exact: what was changed, the repaired formula, and equally small alternatives."""

    description: str
    node: Node
    marked: Node
    alternatives: tuple[str, ...] = ()


def find_repair(node: Node, against: Callable[[Node], Comparison], words: Vocabulary) -> Repair | None:
    """The repair of `node`, or None where no single small edit makes it equal to the derived form.

    `against` compares a formula with the derived value. It refutes numerically before it proves, so the search over
    a few hundred edits takes seconds.
    """
    hits = []
    for edit in edits(node, words):
        try:
            if against(edit.node).equal:
                hits.append(edit)
        except CascadeError:
            continue
    if not hits:
        return None
    first = hits[0]
    return Repair(first.where, first.node, first.marked, tuple(h.where for h in hits[1:]))
