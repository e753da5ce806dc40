"""The audit of the checker: small edits of every printed formula must turn its verdict.

An edited formula that the exact algebra proves equal to the unedited one is an identity, not a survivor. A printed
approximation is never exact; what its edits must turn is the deviation that the ledger states, and any edit does that
but an identity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cascade_sym.errors import CascadeError
from cascade_sym.formula.edits import edits
from cascade_sym.paper.environment import environment, value_of, vocabulary
from cascade_sym.paper.folder import Folder
from cascade_sym.paper.printed import PrintedEquation, Statement
from cascade_sym.paper.verdict import compare, judge

GOOD = ("exact", "definition", "asymptotic")


@dataclass(frozen=True)
class Audit:
    """What the audit of one statement found: edits made, caught, proved identities, survivors (none may be)."""

    id: str
    statement: str
    edits: int
    caught: int
    identities: tuple[str, ...]
    survivors: tuple[str, ...]
    unreadable: int


def run_audit(
    folder: Folder, only: Sequence[str] = (), progress: Callable[[str], None] | None = None
) -> tuple[Audit, ...]:
    """Make every small edit to every printed formula (or those in `only`) and check it again."""
    return tuple(_audit(folder, e, s) for e in folder.printed.chosen(only, progress) for s in e.statements)


def _audit(folder: Folder, e: PrintedEquation, s: Statement) -> Audit:
    result = folder.model.derive(e.id)
    env = environment(folder, result)
    printed = value_of(s.relation.rhs, env)
    count = caught = unreadable = 0
    identities, survivors = [], []
    for edit in edits(s.relation.rhs, vocabulary(env, folder.printed.swaps)):
        count += 1
        statement = replace(s, relation=replace(s.relation, rhs=edit.node), domain=None)
        try:
            changed = value_of(edit.node, env)
            verdict = judge(statement, result.values[s.key], e, env, folder.model, repair=False).verdict
        except CascadeError:
            unreadable += 1
            continue
        if (verdict in GOOD or s.domain is not None) and compare(changed, printed, folder.model).equal:
            identities.append(edit.where)
        elif verdict in GOOD:
            survivors.append(edit.where)
        else:
            caught += 1
    return Audit(e.id, s.text, count, caught, tuple(identities), tuple(survivors), unreadable)
