"""Verdicts, and the verdict of one printed statement. Only this room sees both sides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cascade_sym.asymptotics.narrate import certificate_check
from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.formula import Environment, Node
from cascade_sym.formula.walk import require_small
from cascade_sym.paper.compare import compare, plain
from cascade_sym.paper.deviation import deviation
from cascade_sym.paper.environment import value_of
from cascade_sym.paper.model import Leading, Model, PowerLaw
from cascade_sym.paper.printed import PrintedEquation, Statement
from cascade_sym.paper.repair import Repair, find_repair
from cascade_sym.paper.samples import Samples
from cascade_sym.paper.vocabulary import vocabulary, with_missing
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


def judge(
    statement: Statement, derived: Any, equation: PrintedEquation, env: Environment, model: Model,
    swaps: Iterable[tuple[str, str]] = (), *, repair: bool = True,
) -> StatementVerdict:  # fmt: skip
    """The verdict of a printed statement against its derived value.

    `repair=False` skips the search for a misprint. Raises CascadeError when the printed formula has no value.
    """
    said = partial(StatementVerdict, statement, derived=derived)
    rhs, domain, approximate = statement.relation.rhs, statement.domain, statement.relation.op == "~="
    require_small(rhs)
    try:
        printed = value_of(rhs, env)
        found = compare(printed, derived, model)
    except OutsideExactDomain as err:
        return said("unchecked", f"outside the exact algebra: {err}")
    if not found.equal and domain is None:
        fix = _repair(statement, printed, derived, equation, env, model, swaps) if repair else None
        method = f"the edit makes it exact ({found.method})" if fix else found.method
        return said("misprint" if fix else "differs", method, difference=found.difference, repair=fix)
    check = confirmed(derived) if isinstance(derived, Leading | PowerLaw) else None
    if check and not check.ok:
        return said("unchecked", f"not shown to be the leading term: {check.method}: {check.residual}")
    if domain is not None and not found.equal:
        away = deviation(plain(printed, model), derived, domain)
        reached = f"not exact; derived/printed - 1 reaches {float(away.extreme):+.3%} over the stated domain"
        return said(
            "approximate" if away.tolerated and approximate else "differs", f"{reached} (tolerated: {domain.error})",
            difference=found.difference, notes={"relative_difference": away.to_json()},
        )  # fmt: skip
    if check:
        notes = {"leading_term": check.method, "order": derived.note}
        return said("asymptotic" if approximate else "differs", f"leading term; {found.method}", notes=notes)
    if equation.kind == "definition":
        return said("definition", f"input of the model; {found.method}")
    return said("exact", found.method)


def _repair(
    statement: Statement, printed: Any, derived: Any, equation: PrintedEquation, env: Environment, model: Model,
    swaps: Iterable[tuple[str, str]],
) -> Repair | None:  # fmt: skip
    """The smallest edit that makes a printed statement exact."""
    others = [s.relation for s in equation.statements if s.key != statement.key]
    beside = [side for r in others for side in (r.lhs, r.rhs)]
    relation, samples = statement.relation, Samples(derived, env, model)
    words = with_missing(vocabulary(env, swaps), relation.rhs, plain(printed, model), samples.target, env)

    def is_right(node: Node) -> bool:
        try:
            return compare(value_of(node, env), derived, model).equal
        except (CascadeError, RecursionError):  # it has no value
            return False

    return find_repair(relation.rhs, is_right, words, samples, beside, relation.lhs)


def confirmed(derived: Leading | PowerLaw) -> Check:
    """The check that a derived leading form is one."""
    return derived.check() if isinstance(derived, Leading) else certificate_check(derived.law.certificate)
