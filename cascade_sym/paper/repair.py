"""The misprint finder: the smallest typed edit of a printed formula that makes it exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sympy import Expr

from cascade_sym.errors import CascadeError
from cascade_sym.exact import normal_form
from cascade_sym.formula import Neg, Node, marked, parse, walk
from cascade_sym.formula.edits import Vocabulary, edits
from cascade_sym.formula.edits.build import total
from cascade_sym.formula.size import terms
from cascade_sym.paper.compare import Comparison

MOST_SEEN = 8_000  # formulas looked at, and formulas that a proof is tried for, with each number of edits
MOST_PROVED = 400
MOST_OPERATIONS = 12  # of a missing term
MOST_NODES = 800  # a longer formula is not searched
MOST_TERMS = 3_000  # nor one that is longer when it is multiplied out
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
    difference: Any = None,
) -> Repair | None:  # fmt: skip
    """The repair of `node`, or None where neither one small edit nor two make it equal to the derived form.

    `difference` is derived - printed: where it is one short term, that term is missing. Searched are one edit, a
    missing term, two edits.

    Formulas of more than MOST_NODES symbols, numbers and operations are not searched. `against` proves a formula
    equal to the derived value or not; `possible` drops most wrong ones before.
    """
    if sum(1 for _ in islice(walk(node), MOST_NODES + 1)) > MOST_NODES or terms(node, MOST_TERMS) > MOST_TERMS:
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
        if not pairs and (fixed := missing_term(node, difference, against)):
            return fixed
    return None


def missing_term(node: Node, difference: Any, against: Callable[[Node], Comparison]) -> Repair | None:
    """The repair that adds the difference, where that is one short term."""
    if not isinstance(difference, Expr):
        return None
    try:
        term = normal_form(difference, factor=True)
        if term.is_Add or term.count_ops() > MOST_OPERATIONS:
            return None
        written = parse(str(term).replace("**", "^"))
        sign, written = (-1, written.arg) if isinstance(written, Neg) else (1, written)
        whole = total([(1, node), (sign, written)])
        if not against(whole).equal:
            return None
    except (CascadeError, RecursionError):
        return None
    return Repair(f"the term '{written}' put in", whole, marked(node, whole))
