"""Verdicts, and the verdict of one printed statement. Only this room sees both sides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from cascade_sym.asymptotics.narrate import certificate_check
from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.formula import Environment, Node
from cascade_sym.formula.size import require_small
from cascade_sym.paper.compare import Comparison, compare, plain
from cascade_sym.paper.deviation import deviation
from cascade_sym.paper.environment import value_of
from cascade_sym.paper.missing import candidates
from cascade_sym.paper.model import Leading, Model, PowerLaw
from cascade_sym.paper.prefilter import prefilter
from cascade_sym.paper.printed import VERDICTS, PrintedEquation, Statement
from cascade_sym.paper.repair import Repair, find_repair
from cascade_sym.paper.vocabulary import missing_factors, missing_terms, vocabulary
from cascade_sym.steps import Check


@dataclass(frozen=True)
class StatementVerdict:
    """The verdict of one statement, with what it rests on."""

    statement: Statement
    verdict: str
    method: str
    derived: Any = None
    difference: Any = None
    repair: Repair | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def worst(verdicts: Iterable[str]) -> str:
    """The worst of several verdicts."""
    return max(verdicts, key=VERDICTS.index)


def judge(
    statement: Statement, derived: Any, equation: PrintedEquation, env: Environment, model: Model,
    swaps: Iterable[tuple[str, str]] = (), *, repair: bool = True,
) -> StatementVerdict:  # fmt: skip
    """The verdict of a printed statement against its derived value.

    `repair=False` skips the search for a misprint. Raises CascadeError when the printed formula has no value.
    """
    rhs = statement.relation.rhs
    require_small(rhs)

    def against(node: Node) -> Comparison:
        return compare(value_of(node, env), derived, model)

    try:
        found = against(rhs)
    except OutsideExactDomain as err:
        return StatementVerdict(statement, "unchecked", f"outside the exact algebra: {err}", derived)
    if found.equal:
        return _agreed(statement, derived, equation, found)
    if statement.domain is not None:
        return _approximate(statement, value_of(rhs, env), derived, found, model)
    if repair:
        p, d = plain(value_of(rhs, env), model), plain(derived, model)
        factors, terms = missing_factors(rhs, p, d, env), missing_terms(p, d, env)
        words = replace(vocabulary(env, swaps), factors=factors, terms=terms)
        others = [s.relation for s in equation.statements if s.key != statement.key]
        beside = [side for r in others for side in (r.lhs, r.rhs)]
        missing = partial(candidates, rhs, derived, env, model, beside, statement.relation.lhs)
        fix = find_repair(rhs, against, words, prefilter(env, derived, model), missing)
        if fix is not None:
            return StatementVerdict(
                statement, "misprint", f"the edit makes it exact ({found.method})", derived, found.difference, fix
            )
    return StatementVerdict(statement, "differs", found.method, derived, found.difference)


def _agreed(statement: Statement, derived: Any, equation: PrintedEquation, found: Comparison) -> StatementVerdict:
    approximate = statement.relation.op == "~="
    if isinstance(derived, Leading | PowerLaw):
        check = confirmed(derived)
        if not check.ok:
            return StatementVerdict(
                statement, "unchecked", f"not shown to be the leading term: {check.method}: {check.residual}", derived
            )
        notes = {"leading_term": check.method, "order": derived.note}
        verdict = "asymptotic" if approximate else "differs"
        return StatementVerdict(statement, verdict, f"leading term; {found.method}", derived, notes=notes)
    if equation.kind == "definition":
        return StatementVerdict(statement, "definition", f"input of the model; {found.method}", derived)
    return StatementVerdict(statement, "exact", found.method, derived)


def _approximate(statement: Statement, printed: Any, derived: Any, found: Comparison, model: Model) -> StatementVerdict:
    """Neither exact nor the leading term: how far off over the printed form's domain."""
    assert statement.domain is not None
    if isinstance(derived, Leading | PowerLaw) and not (check := confirmed(derived)).ok:
        text = f"not shown to be the leading term: {check.method}: {check.residual}"
        return StatementVerdict(statement, "unchecked", text, derived)
    away = deviation(plain(printed, model), derived, statement.domain)
    notes = {"relative_difference": away.to_json()}
    shown, error = f"{float(away.extreme):+.3%}", statement.domain.error
    verdict = "approximate" if away.tolerated and statement.relation.op == "~=" else "differs"
    method = f"not exact; derived/printed - 1 reaches {shown} over the stated domain (tolerated: {error})"
    return StatementVerdict(statement, verdict, method, derived, found.difference, notes=notes)


def confirmed(derived: Leading | PowerLaw) -> Check:
    """The check that a derived leading form is one."""
    return derived.check() if isinstance(derived, Leading) else certificate_check(derived.law.certificate)


def explain(err: CascadeError) -> str:
    """An error as one line."""
    return " ".join(str(err).split())
