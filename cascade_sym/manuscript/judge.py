"""The verdict of one formula: the best over all that its left side may mean in the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.formula import Environment, Relation, to_latex, to_text
from cascade_sym.formula.walk import check_depth, require_small
from cascade_sym.manuscript.implicit import implicit_verdict
from cascade_sym.manuscript.known import Meaning, spelt
from cascade_sym.paper.ledger import Entry
from cascade_sym.paper.model import Leading
from cascade_sym.paper.printed import VERDICTS, Statement
from cascade_sym.paper.show import derived_latex
from cascade_sym.paper.verdict import StatementVerdict, judge
from cascade_sym.steps import Derivation

MAX_DEPTH = 60
MAX_REPAIRED = 3  # meanings for which a repair is sought


def judged(
    latex: str, meanings: Sequence[Meaning], local: Mapping[str, str], polynomials: Sequence[str] = (),
    *, repair: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The fields of a `Checked` that its verdict decides; with `repair`, a misprint is looked for.

    `local` are abbreviations of the display, `polynomials` those of which it says that they vanish.

    Raises FormulaError when no meaning can read the formula.
    """
    found: list[tuple[Meaning, Environment, list[tuple[Relation, StatementVerdict]]]] = []
    trouble: list[CascadeError] = []
    for m in meanings:
        try:
            env, symbols = m.local_values(local)
            relations = _own(m, m.reading.relations(latex, env, symbols))
            parts = [
                (r, implicit_verdict(m, r, env, symbols, polynomials) or _judged(m, r, env, repair=False))
                for r in relations
            ]
            found.append((m, env, parts))
        except (CascadeError, RecursionError) as err:
            trouble.append(err if isinstance(err, CascadeError) else FormulaError("it is nested too deeply."))
    if not found:
        raise trouble[0] if trouble else FormulaError("it has no statement that could be compared.")
    # of a = b = c every part counts; of several meanings the one that agrees
    worst = [(m, env, max(parts, key=lambda p: VERDICTS.index(p[1].verdict))) for m, env, parts in found]
    best, _, (_, verdict) = min(worst, key=lambda x: VERDICTS.index(x[2][1].verdict))
    if verdict.verdict != "differs" or not repair:
        return _fields(best, verdict)
    for m, env, (relation, v) in worst[:MAX_REPAIRED]:
        if v.verdict == "differs" and (fixed := _judged(m, relation, env, repair=True)).repair:
            return _fields(m, fixed)
    return _fields(best, verdict)


def _own(m: Meaning, relations: Sequence[Relation]) -> Sequence[Relation]:
    """The relations, all of which must be on the left side that is asked about."""
    if other := [r for r in relations if spelt(r.lhs) != spelt(m.statement.relation.lhs)]:
        raise FormulaError(f"it holds a second formula ('{to_text(other[0].lhs)}'); give each a row of its own.")
    return relations


def _judged(m: Meaning, relation: Relation, env: Environment, repair: bool) -> StatementVerdict:
    if relation.op not in ("=", "~=", ":="):
        raise FormulaError(f"it states {relation.op!r}, not an equality.")
    check_depth(relation.rhs, MAX_DEPTH)
    require_small(relation.rhs)
    statement = Statement(to_text(relation.rhs), relation, m.statement.key)
    folder = m.reading.folder
    return judge(statement, m.derived, m.equation, env, folder.model, folder.printed.swaps, repair=repair)


def _fields(m: Meaning, v: StatementVerdict) -> dict[str, Any]:
    printed = m.reading.folder.printed
    out: dict[str, Any] = {"verdict": v.verdict, "equation": m.equation.id, "reason": v.method}
    if isinstance(m.derived, Leading) and v.verdict == "differs" and v.difference is None:
        out["reason"] = f"equal to leading order only ({m.derived.note}); write \\approx."
    if v.repair:
        r = v.statement.relation
        marked = Relation(m.statement.relation.lhs, r.op, v.repair.marked)
        out["repair"], out["equally_small_repairs"] = v.repair.description, list(v.repair.alternatives)
        out["correction_latex"] = to_latex(marked, printed.notation, printed.functions)
    if v.verdict in ("misprint", "differs"):
        shown = StatementVerdict(m.statement, v.verdict, v.method, m.derived)
        entry = Entry(m.equation, v.verdict, (shown,), Derivation("", ()), {}, 0.0)
        out["derived_latex"] = derived_latex(m.reading.folder, entry)
    return out
