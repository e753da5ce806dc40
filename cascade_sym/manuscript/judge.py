"""The verdict of one formula: the best over all that its left side may mean in the paper.

A prefactor may be given implicitly: xi = P C^(-1/2), where 0 = a polynomial in P. What is proved then is that the
polynomial is the derived one up to a factor without P; of its roots the derived one is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr

from cascade_sym.asymptotics.algebraic import VARIABLE
from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.exact import is_zero
from cascade_sym.folder.derived_values import Leading, PowerLaw
from cascade_sym.folder.environment import plain
from cascade_sym.folder.printed import Statement
from cascade_sym.formula import Relation, to_latex, to_text
from cascade_sym.formula.ast import Call, Node, Number
from cascade_sym.formula.walk import check_depth, require_small
from cascade_sym.ledger.condition import mistyped
from cascade_sym.ledger.entries import Entry
from cascade_sym.ledger.typeset import derived_latex
from cascade_sym.ledger.verdict import StatementVerdict, confirmed, judge
from cascade_sym.manuscript.known import Meaning, spelt
from cascade_sym.steps import Derivation
from cascade_sym.symbols import own
from cascade_sym.verdicts import Verdict

MAX_DEPTH = 60  # of a formula that is compared: each level takes frames of SymPy
MAX_REPAIRED = 3  # meanings for which a repair is sought
STEADY = "stated for the steady state; the folder derives the equation of motion."
ZERO = "0"  # the left side of such a polynomial
METHOD = "the polynomial of the exact prefactor, up to a factor (identity in the exact algebra)"
_OTHER = own("P_other")


def judged(
    latex: str, meanings: Sequence[Meaning], local: Mapping[str, str], polynomials: Sequence[str] = (),
    *, repair: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The fields of a `Checked` that its verdict decides; with `repair`, a misprint is looked for.

    `local` are abbreviations of the display, `polynomials` those of which it says that they vanish.

    Raises FormulaError when no meaning can read the formula.
    """
    found: list[tuple[Meaning, list[tuple[Relation, StatementVerdict]]]] = []
    trouble: list[CascadeError] = []
    for meaning in meanings:
        try:
            m = meaning.beside(local)
            relations = _own(m, m.relations(latex))
            verdicts = [implicit_verdict(m, r, polynomials) or _judged(m, r, repair=False) for r in relations]
            found.append((m, list(zip(relations, verdicts, strict=True))))
        except (CascadeError, RecursionError) as err:
            trouble.append(err if isinstance(err, CascadeError) else FormulaError("it is nested too deeply."))
    if not found:
        raise trouble[0] if trouble else FormulaError("it has no statement that could be compared.")
    found = [(m, _dynamic(parts)) for m, parts in found]
    # of a = b = c every part counts; of several meanings the one that agrees
    worst = [(m, *max(parts, key=lambda p: p[1].verdict.severity)) for m, parts in found]
    best, _, verdict = min(worst, key=lambda x: x[2].verdict.severity)
    if verdict.verdict is not Verdict.DIFFERS or not repair:
        return _fields(best, verdict) | _parts(best, found)
    for m, relation, v in worst[:MAX_REPAIRED]:
        if v.verdict is Verdict.DIFFERS and (fixed := _judged(m, relation, repair=True)).repair:
            return _fields(m, fixed) | _parts(m, found)
    return _fields(best, verdict) | _parts(best, found)


Judged = list[tuple[Relation, StatementVerdict]]


def _parts(m: Meaning, found: Sequence[tuple[Meaning, Judged]]) -> dict[str, Any]:
    """The verdicts of the parts of a chain; nothing for a formula of one part."""
    parts = next(parts for other, parts in found if other is m)
    if len(parts) < 2:
        return {}
    return {"parts": [(str(r), v.verdict, v.method) for r, v in parts]}


def _dynamic(parts: Judged) -> Judged:
    """An equation of motion that is set to zero states a steady state: what differs then is no wrong dynamics."""
    if not any(_is_rate(r.lhs) and r.rhs == Number("0") for r, _ in parts):
        return parts
    return [(r, v if v.verdict.passes else replace(v, verdict=Verdict.UNCHECKED, method=STEADY)) for r, v in parts]


def _is_rate(lhs: Node) -> bool:
    return isinstance(lhs, Call) and lhs.function in ("dot", "ddt")


def _own(m: Meaning, relations: Sequence[Relation]) -> Sequence[Relation]:
    """The relations, all of which must be on the left side that is asked about."""
    if other := [r for r in relations if spelt(r.lhs) != spelt(m.statement.relation.lhs)]:
        raise FormulaError(f"it holds a second formula ('{to_text(other[0].lhs)}'); give each a row of its own.")
    return relations


def _judged(m: Meaning, relation: Relation, repair: bool) -> StatementVerdict:
    if reason := mistyped(relation.op, m.derived):
        raise FormulaError(reason)
    check_depth(relation.rhs, MAX_DEPTH)
    require_small(relation.rhs)
    statement = Statement(to_text(relation.rhs), relation, m.statement.key)
    folder = m.reading.folder
    return judge(statement, m.derived, m.equation, m.env, folder.model, folder.printed.swaps, repair=repair)


def _fields(m: Meaning, v: StatementVerdict) -> dict[str, Any]:
    printed = m.reading.folder.printed
    out: dict[str, Any] = {"verdict": v.verdict, "equation": m.equation.id, "reason": v.method}
    if isinstance(m.derived, Leading) and v.verdict is Verdict.DIFFERS and v.difference is None:
        out["reason"] = f"equal to leading order only ({m.derived.note}); write \\approx."
    if v.repair:
        r = v.statement.relation
        marked = Relation(m.statement.relation.lhs, r.op, v.repair.marked)
        out["repair"], out["equally_small_repairs"] = v.repair.description, list(v.repair.alternatives)
        out["correction_latex"] = to_latex(marked, printed.notation, printed.functions)
    if v.verdict in (Verdict.MISPRINT, Verdict.DIFFERS):
        shown = StatementVerdict(m.statement, v.verdict, v.method, m.derived)
        entry = Entry(m.equation, v.verdict, (shown,), Derivation("", ()), {}, 0.0)
        out["derived_latex"] = derived_latex(m.reading.folder, entry)
    return out


def polynomial_of(m: Meaning) -> Expr | None:
    """The polynomial (in `VARIABLE`) whose root the derived prefactor is; None where it has a closed form or none.

    None as well where P is a parameter: then a printed P is that.
    """
    if not isinstance(m.derived, PowerLaw):
        return None
    exact = m.derived.law.prefactor
    return exact.polynomial if exact.closed is None and exact.proved and exact.variable == VARIABLE else None


def same_roots(m: Meaning, latex: str, root: Expr = VARIABLE) -> bool:
    """Whether a printed polynomial is the derived one at P = `root`, up to a factor without P.

    Raises FormulaError where it can't be read.
    """
    (relation,) = m.relations(f"x = {latex}")
    require_small(relation.rhs)
    printed = m.value(relation.rhs)
    derived = plain(polynomial_of(m), m.reading.folder.model).xreplace({VARIABLE: root})
    if not isinstance(printed, Expr) or VARIABLE not in printed.free_symbols or is_zero(printed):
        return False
    other = {VARIABLE: _OTHER}  # the quotient is the same there
    return bool(is_zero(derived * printed.xreplace(other) - derived.xreplace(other) * printed))


def implicit_verdict(m: Meaning, relation: Relation, given: Sequence[str]) -> StatementVerdict | None:
    """The verdict of a scaling whose prefactor is a root of one of the polynomials `given`; None where it is not."""
    if not given or polynomial_of(m) is None:
        return None
    root = _root(m, relation)
    if root is None or not any(_same(m, g, root) for g in given):
        return None
    check = confirmed(m.derived)
    if not check.ok:
        said = f"not shown to be the leading term: {check.method}"
        return StatementVerdict(m.statement, Verdict.UNCHECKED, said, m.derived)
    verdict = Verdict.ASYMPTOTIC if relation.op == "~=" else Verdict.DIFFERS
    return StatementVerdict(m.statement, verdict, f"leading term; its prefactor is a root of {METHOD}", m.derived)


def polynomial_verdict(
    latex: str, scaling: str, meanings: Sequence[Meaning], local: Mapping[str, str]
) -> dict[str, str]:
    """The fields of a `Checked` for a polynomial that stands beside the formula `scaling`, which may mean `meanings`.

    Raises FormulaError where none of them has such a prefactor, or where something can't be read.
    """
    wanted = [m.beside(local) for m in meanings if polynomial_of(m) is not None]
    if not wanted:
        raise FormulaError("no scaling of this display has a prefactor that is a root of a polynomial.")
    for m in wanted:
        roots = [_root(m, r) for r in m.relations(scaling)]
        if any(same_roots(m, latex, root) for root in (*filter(None, roots), VARIABLE)):
            return {"verdict": Verdict.EXACT, "equation": m.equation.id, "reason": METHOD}
    return {"verdict": Verdict.DIFFERS, "equation": wanted[0].equation.id, "reason": f"not {METHOD}"}


def _root(m: Meaning, relation: Relation) -> Expr | None:
    """What a printed scaling has as its prefactor, over the root of a polynomial; None for other formulas."""
    law = m.derived.law
    value = m.value(relation.rhs)
    if not isinstance(value, Expr) or VARIABLE not in value.free_symbols:
        return None
    root = value / law.large**law.exponent
    return None if law.large in root.free_symbols else root


def _same(m: Meaning, latex: str, root: Expr) -> bool:
    try:
        return same_roots(m, latex, root)
    except CascadeError:
        return False
