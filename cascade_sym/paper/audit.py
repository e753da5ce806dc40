"""The audit of the checker: small edits of every printed formula must turn its verdict.

An edited formula that the exact algebra proves equal to the unedited one is an identity, not a survivor. A printed
approximation is never exact; what its edits must turn is the deviation that the ledger states, and any edit does that
but an identity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cascade_sym.errors import CascadeError, UnknownName, listing
from cascade_sym.formula.edits import edits
from cascade_sym.paper.compare import compare
from cascade_sym.paper.environment import environment, value_of
from cascade_sym.paper.folder import Folder
from cascade_sym.paper.verdict import judge
from cascade_sym.paper.vocabulary import vocabulary


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
    ids = [e.id for e in folder.printed.equations]
    if bad := set(only) - set(ids):
        raise UnknownName(f"no equation {listing(bad)} in {folder.printed.name}; it has {listing(ids)}.")
    model = folder.model
    good = {"exact", "definition", "asymptotic"}
    out = []
    for e in folder.printed.equations:
        if only and e.id not in only:
            continue
        if progress:
            progress(e.id)
        result = model.derive(e.id)
        derived, env = result.values, environment(folder, result)
        words = vocabulary(env, folder.printed.swaps)
        for s in e.statements:
            count = caught = unreadable = 0
            identities, survivors = [], []
            printed = value_of(s.relation.rhs, env)
            for edit in edits(s.relation.rhs, words):
                count += 1
                try:
                    changed = value_of(edit.node, env)
                    relation = replace(s.relation, rhs=edit.node)
                    statement = replace(s, relation=relation, domain=None)
                    verdict = judge(statement, derived[s.key], e, env, model, repair=False).verdict
                except CascadeError:
                    unreadable += 1
                    continue
                same = (verdict in good or s.domain is not None) and compare(changed, printed, model).equal
                if same:
                    identities.append(edit.where)
                elif verdict not in good:
                    caught += 1
                else:
                    survivors.append(edit.where)
            out.append(Audit(e.id, s.text, count, caught, tuple(identities), tuple(survivors), unreadable))
    return tuple(out)
