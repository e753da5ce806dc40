"""Verdicts: printed statements compared with derived values. Only this room sees both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import mpmath as mp
import sympy as sp
from sympy import Expr

from cascade_sym.asymptotics.certificate import certificate_check
from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.exact.truth import Equality
from cascade_sym.folder.derived_values import Bound, Leading, PowerLaw
from cascade_sym.folder.environment import plain, value_of
from cascade_sym.folder.model import Model
from cascade_sym.folder.printed import PrintedEquation, Statement
from cascade_sym.formula import Environment, Node
from cascade_sym.formula.ast import Name
from cascade_sym.formula.walk import require_small
from cascade_sym.ledger.comparison import Comparison, compare, declared_by
from cascade_sym.ledger.condition import against_bound, against_condition, mistyped
from cascade_sym.ledger.deviation import DIGITS, deviation, percent
from cascade_sym.misprints.repair import Repair, find_repair
from cascade_sym.misprints.samples import Samples
from cascade_sym.misprints.words import vocabulary, with_missing
from cascade_sym.shown import Shown
from cascade_sym.solve import Stability
from cascade_sym.steps import Check
from cascade_sym.symbols import all_domains
from cascade_sym.verdicts import Verdict


@dataclass(frozen=True)
class StatementVerdict(Shown):
    """The verdict of one statement, with what it rests on."""

    statement: Statement
    verdict: Verdict
    method: str
    derived: Any = None
    difference: Any = None
    repair: Repair | None = None
    found: Equality | None = None
    proof: str | None = None
    compared: Comparison | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def judge(
    statement: Statement, derived: Any, equation: PrintedEquation, env: Environment, model: Model,
    swaps: Iterable[tuple[str, str]] = (), *, repair: bool = True,
) -> StatementVerdict:  # fmt: skip
    """The verdict of a printed statement against its derived value: that of the first of `STEPS` that gives one.

    `repair=False` skips the search for a misprint, and what makes the deviation of an approximation fine. Raises
    CascadeError when the printed formula has no value.
    """
    require_small(statement.relation.rhs)
    case = Case(statement, derived, equation, env, model, swaps, repair)
    return next(filter(None, (step(case) for step in STEPS)))


@dataclass(frozen=True)
class Case:
    """A statement with all that its verdict rests on; what takes work is found when a step first asks for it."""

    statement: Statement
    derived: Any
    equation: PrintedEquation
    env: Environment
    model: Model
    swaps: Iterable[tuple[str, str]]
    repair: bool

    @cached_property
    def printed(self) -> Any:
        return value_of(self.statement.relation.rhs, self.env)

    @cached_property
    def compared(self) -> Comparison:
        return self.with_derived(self.printed)

    @cached_property
    def check(self) -> Check | None:
        """Of a leading form or a bound, whether it is one."""
        return confirmed(self.derived) if isinstance(self.derived, Leading | PowerLaw | Bound) else None

    def with_derived(self, value: Any) -> Comparison:
        return compare(value, self.derived, self.model, self.statement.is_hamiltonian)

    def said(self, verdict: Verdict, method: str, **more: Any) -> StatementVerdict:
        """A verdict before the sides are compared."""
        return StatementVerdict(self.statement, verdict, method, self.derived, **more)

    def found(self, verdict: Verdict, method: str, **more: Any) -> StatementVerdict:
        """A verdict that rests on the comparison."""
        c = self.compared
        about: dict[str, Any] = {"found": c.found, "proof": c.proof if c.equal else None, "compared": c}
        return self.said(verdict, method, **(about | more))

    @cached_property
    def fix(self) -> Repair | None:
        """The smallest edit that makes the statement exact; None where there is none, or it is not asked for."""
        return _repair(self) if self.repair else None


def _mistyped(c: Case) -> StatementVerdict | None:
    reason = mistyped(c.statement.relation.op, c.derived)
    return c.said(Verdict.UNCHECKED, reason) if reason else None


def _condition(c: Case) -> StatementVerdict | None:
    if not isinstance(c.derived, Stability):
        return None
    relation = c.statement.relation
    left, right = (plain(value_of(side, c.env), c.model) for side in (_meant(c), relation.rhs))
    if not isinstance(left, Expr) or not isinstance(right, Expr):
        return c.said(Verdict.UNCHECKED, "a condition compares numbers; a side of it is an operator.")
    verdict, why, point = against_condition(relation.op, left, right, c.derived, c.model)
    status = {Verdict.EXACT: "equal", Verdict.DIFFERS: "different"}.get(verdict, "undecided")
    found = Equality(status, witness=point, reason="" if status != "undecided" else why)
    return c.said(verdict, why, found=found, proof="algebraic" if status == "equal" else None)


def _meant(c: Case) -> Node:
    """The left side of a condition; of a name that stands for nothing, what the same equation prints it to be."""
    left = c.statement.relation.lhs
    beside = (s.relation for s in c.equation.statements if s.relation.lhs == left and s.relation.op in ("=", ":="))
    unknown = isinstance(left, Name) and left.name not in c.env.names
    return next((r.rhs for r in beside), left) if unknown else left


def _undecided(c: Case) -> StatementVerdict | None:
    try:
        found = c.compared.found
    except OutsideExactDomain as err:
        return c.said(Verdict.UNCHECKED, f"outside the exact algebra: {err}")
    if found.status != "undecided" or c.statement.domain is not None:
        return None
    return c.found(Verdict.UNCHECKED, f"undecided: {found.reason}", difference=c.compared.difference)


def _bound(c: Case) -> StatementVerdict | None:
    if not isinstance(c.derived, Bound) or not (c.check and c.check.ok):
        return None
    rests = all_domains([c.model.domains(), declared_by(c.derived.of, c.model)])
    sign, value = c.statement.relation.op, plain(c.printed, c.model)
    verdict, why, point = against_bound(sign, value, c.compared.equal, c.derived, c.model, rests)
    refuted = {"proof": None, "found": Equality("different" if point else "undecided", witness=point)}
    fix = c.fix if verdict == Verdict.DIFFERS and sign == c.derived.relation else None
    return c.found(
        Verdict.MISPRINT if fix else verdict, f"{why}; {c.compared.method}", difference=c.compared.difference,
        notes={"bound": c.derived.note}, repair=fix, **(refuted if verdict != Verdict.EXACT else {}),
    )  # fmt: skip


def _unequal(c: Case) -> StatementVerdict | None:
    if c.compared.equal or c.statement.domain is not None or isinstance(c.derived, Bound):
        return None
    method, difference = c.compared.method, c.compared.difference
    if c.fix is None:
        return c.found(Verdict.DIFFERS, method, difference=difference)
    return c.found(Verdict.MISPRINT, f"the edit makes it exact ({method})", difference=difference, repair=c.fix)


def _unconfirmed(c: Case) -> StatementVerdict | None:
    if c.check is None or c.check.ok:
        return None
    what = "a bound" if isinstance(c.derived, Bound) else "the leading term"
    return c.found(Verdict.UNCHECKED, f"not shown to be {what}: {c.check.method}: {c.check.residual}")


def _approximate(c: Case) -> StatementVerdict | None:
    domain = c.statement.domain
    if domain is None or c.compared.equal:
        return None
    extreme, about = deviation(plain(c.printed, c.model), c.derived, domain, c.model, refine=c.repair)
    tolerated = c.statement.relation.op == "~=" and abs(extreme) <= mp.mpf(sp.N(domain.error, DIGITS))
    most = f"{percent(float(about['maximum']))} over the stated domain ({about['maximum_is']})"
    return c.found(
        Verdict.APPROXIMATE if tolerated else Verdict.DIFFERS,
        f"not exact; derived/printed - 1 reaches {most} (tolerated: {domain.error})",
        difference=c.compared.difference, notes={"relative_difference": about | {"tolerated": str(domain.error)}},
    )  # fmt: skip


def _leading(c: Case) -> StatementVerdict | None:
    if c.check is None:
        return None
    verdict = Verdict.ASYMPTOTIC if c.statement.relation.op == "~=" else Verdict.DIFFERS
    notes = {"leading_term": c.check.method, "order": c.derived.note}
    return c.found(verdict, f"leading term; {c.compared.method}", notes=notes)


def _equal(c: Case) -> StatementVerdict:
    if c.equation.kind == "definition":
        return c.found(Verdict.DEFINITION, f"input of the model; {c.compared.method}")
    return c.found(Verdict.EXACT, c.compared.method)


Step = Callable[[Case], StatementVerdict | None]
STEPS: tuple[Step, ...] = (
    _mistyped, _condition, _undecided, _bound, _unequal, _unconfirmed, _approximate, _leading, _equal,
)  # fmt: skip


def _repair(c: Case) -> Repair | None:
    """The smallest edit that makes a printed statement exact."""
    relation, samples = c.statement.relation, Samples(c.derived, c.env, c.model, c.statement.is_hamiltonian)
    others = [s.relation for s in c.equation.statements if s.key != c.statement.key]
    beside = [side for r in others for side in (r.lhs, r.rhs)]
    words = vocabulary(c.env, c.swaps)
    words = with_missing(words, relation.rhs, plain(c.printed, c.model), samples.target, c.env)

    def is_right(node: Node) -> bool:
        try:
            return c.with_derived(value_of(node, c.env)).equal
        except (CascadeError, RecursionError):  # it has no value
            return False

    return find_repair(relation.rhs, is_right, words, samples, beside, relation.lhs)


def confirmed(derived: Leading | PowerLaw | Bound) -> Check:
    """The check that a derived leading form or bound is one."""
    return certificate_check(derived.law.certificate) if isinstance(derived, PowerLaw) else derived.check()
