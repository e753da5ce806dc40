"""Verdicts: printed statements compared with derived values. Only this room sees both sides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import mpmath as mp
import sympy as sp
from sympy import Expr

from cascade_sym.asymptotics.certificate import certificate_check
from cascade_sym.definitions import Quantity
from cascade_sym.errors import CascadeError, DerivationError, OutsideExactDomain
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.exact.certified import certificate
from cascade_sym.exact.fraction import bounded
from cascade_sym.exact.refute import decimal
from cascade_sym.exact.truth import Equality, all_equal, is_long, read_sides, written
from cascade_sym.folder.derived_values import Bound, Leading, PowerLaw, leading_form
from cascade_sym.folder.environment import plain, value_of
from cascade_sym.folder.model import Model
from cascade_sym.folder.printed import PrintedEquation, Statement
from cascade_sym.formula import Environment, Node
from cascade_sym.formula.ast import Name
from cascade_sym.formula.walk import require_small
from cascade_sym.ledger.condition import against_condition
from cascade_sym.ledger.deviation import DIGITS, deviation, independent, percent
from cascade_sym.ledger.identity import Claim, equal_generators, equal_numbers, equal_operators
from cascade_sym.ledger.relation import against_bound, mistyped
from cascade_sym.misprints.repair import Repair, find_repair
from cascade_sym.misprints.samples import Samples
from cascade_sym.misprints.words import vocabulary, with_missing
from cascade_sym.operators import DensityOperator, Generator, OperatorPolynomial, Superoperator, as_operator
from cascade_sym.shown import Shown
from cascade_sym.solve import Stability
from cascade_sym.steps import Check
from cascade_sym.symbols import NOTHING, Domains, all_domains, is_hermitian
from cascade_sym.verdicts import Verdict

SIMPLIFIED = 20_000  # operations (`exact.fraction.spend`) after which a difference is shown as it stands


@dataclass(frozen=True)
class Comparison(Shown):
    """Whether two values are equal on the declared domain, how that was found, of what kind the proof is ("algebraic",
    "operator", "generator", "limit"), and their difference where they are not.

    `claims` are the pairs of formulas that were compared, each with what is declared of its symbols.
    """

    found: Equality
    method: str
    proof: str
    difference: Any = None
    claims: tuple[Claim, ...] = ()

    @property
    def equal(self) -> bool:
        return bool(self.found)

    def certificates(self) -> list[dict[str, Any] | None]:
        """Of every pair that was proved equal, None where none could be made; see `cascade_sym.recheck`."""
        return [_certificate(left, right, domains) for left, right, domains in self.claims]


@lru_cache(maxsize=64)  # one formula often stands in several equations of a paper
def _certificate(left: Expr, right: Expr, domains: Domains) -> dict[str, Any] | None:
    return certificate(left, right, domains)


def compare(printed: Any, derived: Any, model: Model, up_to_number: bool = False) -> Comparison:
    """Prove that two values are equal on the folder's domain, or find a point where they differ.

    `up_to_number` takes operators for Hamiltonians. Raises DerivationError when the two are of different types: a
    number or operator, a generator, what a generator makes of rho.
    """
    p = plain(printed, model)
    if isinstance(derived, Quantity) and isinstance(p, Expr) and is_long(derived):
        based = derived.subs({s: e for s, e in model.base.items() if s in derived.parameters})
        sides, declared, definitions = read_sides([p, based], model.domains())
        found = all_equal([(sides[0], sides[1])], declared, definitions)
        method = f"definition by definition, {found.reason if found and found.reason else 'in the exact algebra'}"
        return Comparison(found, method, "algebraic", None if found else written(based) - p)
    d = plain(derived, model)
    if isinstance(derived, PowerLaw) and derived.law.prefactor.closed is None and isinstance(p, Expr):
        return _against_root(p / derived.law.large**derived.law.exponent, d - p, derived, model)
    domains = all_domains([model.domains(), *(_declared_by(v, model) for v in (printed, derived))])
    if isinstance(p, Expr) and isinstance(d, Expr):
        same, method = equal_numbers(p, d, domains), "normal form in the exact algebra"
        kind = "operator" if p.has(sp.Integral) or d.has(sp.Integral) else "algebraic"  # by what stands under integrals
    elif isinstance(d, Superoperator | Generator) and type(p) is type(d):
        same, kind = equal_generators(p, d, domains), "generator"
        method = f"identity of superoperators: {len(d.terms)} coefficients by normal form"
    elif any(kinds := [_kind(side) for side in (p, d)]):
        one, two = (name or "a number or an operator" for name in kinds)
        raise DerivationError(f"the printed side is {one}, the derived one {two}; they can't be compared.")
    else:
        p, d = as_operator(p), as_operator(d)
        same, kind = equal_operators(p, d, domains), "operator"
        method = f"operator identity: {max(len((d - p).terms), 1)} coefficients by normal form"
        number = (d - p).terms.get((), sp.S.Zero)
        if up_to_number and not same and is_hermitian(number) and (moved := equal_operators(p + number, d, domains)):
            same, method = moved, f"{method}; up to the number {number}, which moves nothing"
    return Comparison(same.found, method, kind, None if same else d - p, same.claims)


def _kind(value: Any) -> str:
    """What a value is that is neither a number nor an operator; empty for these."""
    names = {Superoperator: "a generator times rho", Generator: "a generator by itself", DensityOperator: "rho"}
    return names.get(type(value), "")


def _declared_by(value: Any, model: Model) -> Domains:
    """What a quantity rests on and where it exists, in base parameters."""
    value = leading_form(value)
    if not isinstance(value, Quantity):
        return NOTHING
    where = value.where
    positive, known = (
        tuple(based for e, strict in where.expressions if strict == kind and (based := model.in_base(e)).free_symbols)
        for kind in (True, False)
    )
    return Domains(symbols=where.symbols, positive=positive, known=known)


def _decimal(q: Expr) -> Expr:
    """A decimal near a number, since points are shown as decimals."""
    return sp.Rational(str(q.n(DIGITS).round(6)))


def _against_root(prefactor: Expr, difference: Expr, derived: PowerLaw, model: Model) -> Comparison:
    """Whether a printed prefactor is the root that the derivation selects: by the polynomial, and by its value."""
    exact, method = derived.law.prefactor, "root of the polynomial of the exact prefactor"
    at = {s: _decimal(exact.origin[s]) for s in exact.parameters}
    other, _ = independent(prefactor.free_symbols, [s.name for s in at], model)
    other = {s: _decimal(v) for s, v in other.items()}
    left, right = sp.N(prefactor.xreplace({**other, **at}), 30), sp.Float(str(exact.at(at)), 30)
    point = {s.name: decimal(Fraction(str(v))) for s, v in sorted({**other, **at}.items(), key=lambda p: p[0].name)}
    if not left.is_real or abs(left / right - 1) > sp.Float("1e-20"):
        witness = {"point": point, "left": str(left), "right": str(right)} if left.is_real else None
        found = Equality("different" if witness else "undecided", witness=witness, reason="" if witness else "no value")
        return Comparison(found, f"not the {method}", "limit", difference)
    if other or exact.polynomial is None or not exact.proved:
        found = Equality("undecided", reason="it agrees in numbers with a prefactor that has no proved polynomial.")
        return Comparison(found, method, "limit", difference)
    found = Equality("equal" if is_zero(exact.polynomial.xreplace({exact.variable: prefactor})) else "undecided")
    return Comparison(found, method, "limit", None if found else difference)


def shown_difference(difference: Any) -> Any:
    """A difference in a form fit to be printed: normal form, factored; as it stands where that takes too much work, or
    brings in an i that cancels.
    """
    if isinstance(difference, OperatorPolynomial | Superoperator | Generator):
        return difference.map_coefficients(_short)
    return _short(difference)


def _short(e: Expr) -> Expr:
    if isinstance(e, sp.Float):  # numbers that were found as such stay decimals
        return sp.Float(f"{float(e):.6g}")
    try:
        with bounded(SIMPLIFIED):
            form = normal_form(e, factor=True)
    except (CascadeError, RecursionError):
        return e
    return e if form.has(sp.I) and not e.has(sp.I) else form


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
    """The verdict of a printed statement against its derived value.

    `repair=False` skips the search for a misprint, and what makes the deviation of an approximation fine. Raises
    CascadeError when the printed formula has no value.
    """
    said = partial(StatementVerdict, statement, derived=derived)
    rhs, domain, approximate = statement.relation.rhs, statement.domain, statement.relation.op == "~="
    if reason := mistyped(statement.relation.op, derived):
        return said(Verdict.UNCHECKED, reason)
    require_small(rhs)
    if isinstance(derived, Stability):
        return _of_condition(statement, derived, equation, env, model)
    try:
        printed = value_of(rhs, env)
        found = compare(printed, derived, model, statement.is_hamiltonian)
    except OutsideExactDomain as err:
        return said(Verdict.UNCHECKED, f"outside the exact algebra: {err}")
    said = partial(said, found=found.found, proof=found.proof if found.equal else None, compared=found)
    if found.found.status == "undecided" and domain is None:
        return said(Verdict.UNCHECKED, f"undecided: {found.found.reason}", difference=found.difference)
    check = confirmed(derived) if isinstance(derived, Leading | PowerLaw | Bound) else None
    if isinstance(derived, Bound) and check and check.ok:
        rests = all_domains([model.domains(), _declared_by(derived.of, model)])
        sign, value = statement.relation.op, plain(printed, model)
        verdict, why, point = against_bound(sign, value, found.equal, derived, model, rests)
        if verdict != Verdict.EXACT:
            said = partial(said, proof=None, found=Equality("different" if point else "undecided", witness=point))
        seek = repair and verdict == Verdict.DIFFERS and sign == derived.relation
        fix = _repair(statement, printed, derived, equation, env, model, swaps) if seek else None
        said = partial(said, difference=found.difference, notes={"bound": derived.note}, repair=fix)
        return said(Verdict.MISPRINT if fix else verdict, f"{why}; {found.method}")
    if not found.equal and domain is None and not isinstance(derived, Bound):
        fix = _repair(statement, printed, derived, equation, env, model, swaps) if repair else None
        method = f"the edit makes it exact ({found.method})" if fix else found.method
        return said(Verdict.MISPRINT if fix else Verdict.DIFFERS, method, difference=found.difference, repair=fix)
    if check and not check.ok:
        what = "a bound" if isinstance(derived, Bound) else "the leading term"
        return said(Verdict.UNCHECKED, f"not shown to be {what}: {check.method}: {check.residual}")
    if domain is not None and not found.equal:
        extreme, about = deviation(plain(printed, model), derived, domain, model, refine=repair)
        tolerated = approximate and abs(extreme) <= mp.mpf(sp.N(domain.error, DIGITS))
        seen = float(about["maximum"])
        reached = (
            f"not exact; derived/printed - 1 reaches {percent(seen)} over the stated domain ({about['maximum_is']})"
        )
        return said(
            Verdict.APPROXIMATE if tolerated else Verdict.DIFFERS, f"{reached} (tolerated: {domain.error})",
            difference=found.difference,
            notes={"relative_difference": about | {"tolerated": str(domain.error)}},
        )  # fmt: skip
    if check:
        notes = {"leading_term": check.method, "order": derived.note}
        return said(
            Verdict.ASYMPTOTIC if approximate else Verdict.DIFFERS, f"leading term; {found.method}", notes=notes
        )
    if equation.kind == "definition":
        return said(Verdict.DEFINITION, f"input of the model; {found.method}")
    return said(Verdict.EXACT, found.method)


def _of_condition(
    s: Statement, derived: Stability, equation: PrintedEquation, env: Environment, model: Model
) -> StatementVerdict:  # fmt: skip
    said = partial(StatementVerdict, s, derived=derived)
    sides = _meant(s.relation.lhs, equation, env), s.relation.rhs
    left, right = (plain(value_of(side, env), model) for side in sides)
    if not isinstance(left, Expr) or not isinstance(right, Expr):
        return said(Verdict.UNCHECKED, "a condition compares numbers; a side of it is an operator.")
    verdict, why, point = against_condition(s.relation.op, left, right, derived, model)
    status = {Verdict.EXACT: "equal", Verdict.DIFFERS: "different"}.get(verdict, "undecided")
    found = Equality(status, witness=point, reason="" if status != "undecided" else why)
    return said(verdict, why, found=found, proof="algebraic" if status == "equal" else None)


def _meant(left: Node, equation: PrintedEquation, env: Environment) -> Node:
    """The left side of a condition; of a name that stands for nothing, what the same equation prints it to be."""
    if isinstance(left, Name) and left.name not in env.names:
        for s in equation.statements:
            if s.relation.lhs == left and s.relation.op in ("=", ":="):
                return s.relation.rhs
    return left


def _repair(
    statement: Statement, printed: Any, derived: Any, equation: PrintedEquation, env: Environment, model: Model,
    swaps: Iterable[tuple[str, str]],
) -> Repair | None:  # fmt: skip
    """The smallest edit that makes a printed statement exact."""
    others = [s.relation for s in equation.statements if s.key != statement.key]
    beside = [side for r in others for side in (r.lhs, r.rhs)]
    relation, samples = statement.relation, Samples(derived, env, model, statement.is_hamiltonian)
    words = with_missing(vocabulary(env, swaps), relation.rhs, plain(printed, model), samples.target, env)

    def is_right(node: Node) -> bool:
        try:
            return compare(value_of(node, env), derived, model, statement.is_hamiltonian).equal
        except (CascadeError, RecursionError):  # it has no value
            return False

    return find_repair(relation.rhs, is_right, words, samples, beside, relation.lhs)


def confirmed(derived: Leading | PowerLaw | Bound) -> Check:
    """The check that a derived leading form or bound is one."""
    return certificate_check(derived.law.certificate) if isinstance(derived, PowerLaw) else derived.check()
