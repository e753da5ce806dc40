"""Verdicts: printed values compared with derived ones, and how far they are apart. Only this room sees both sides."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.certificate import certificate_check
from cascade_sym.deadline import TimeReached, at_most
from cascade_sym.definitions import Quantity
from cascade_sym.errors import CascadeError, DerivationError, OutsideExactDomain, ParameterError, listing
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.exact.certified import certificate
from cascade_sym.exact.truth import Equality, all_equal, is_long, read_sides, written
from cascade_sym.extras import require
from cascade_sym.formula import Environment, Node
from cascade_sym.formula.walk import require_small
from cascade_sym.operators import OperatorPolynomial, Superoperator, as_operator
from cascade_sym.paper.environment import plain, value_of, vocabulary, with_missing
from cascade_sym.paper.model import Leading, Model, PowerLaw, leading_form
from cascade_sym.paper.printed import Domain, PrintedEquation, Statement
from cascade_sym.paper.repair import Repair, find_repair
from cascade_sym.paper.samples import Samples
from cascade_sym.steps import Check
from cascade_sym.symbols import NOTHING, Domains, all_domains
from cascade_sym.verdicts import Verdict

GRID, REFINED, FAR = 6, 40, sp.Integer(10) ** 9
DIGITS = 15
SIMPLIFIED = 5.0  # seconds after which a difference is shown as it stands
OTHERS = (sp.S.One, sp.Rational(7, 3))  # values of parameters that must drop out


def deviation(printed: Expr, derived: Any, domain: Domain) -> tuple[Any, dict[str, Any]]:
    """derived/printed - 1: its extreme, found on a grid over the domain and refined, and all about it as plain data.

    There numbers are text; `function` is the ratio less one as a formula, with P for a prefactor that is a root without
    closed form; `printed_over_derived` is the same with printed/derived - 1. Ranges may end at oo. Raises
    ParameterError where the ratio has no finite value or depends on more than the domain's parameters.
    """
    names = list(domain.ranges)

    def point(u: Sequence[float]) -> tuple[Expr, ...]:
        return tuple(_place(*domain.ranges[n], v) for n, v in zip(names, np.clip(u, 0.0, 1.0), strict=True))

    @cache
    def ratio(values: tuple[Expr, ...]) -> Any:
        return _ratio(printed, derived, dict(zip(names, values, strict=True)))

    def size(u: Sequence[float]) -> float:
        try:
            return -float(abs(ratio(point(u))))
        except CascadeError:
            return 0.0

    def text(v: Any) -> str:
        return str(mp.nstr(mp.mpf(v), 10))

    best = min(itertools.product(*([i / (GRID - 1) for i in range(GRID)] for _ in names)), key=size)
    if names:
        require("deviations", "scipy", extra="papers")
        from scipy.optimize import minimize

        start = np.array(best)  # the simplex stays inside the unit box
        simplex = np.vstack([start, start + np.diag(np.where(start < 0.5, 0.5, -0.5) / GRID)])
        found = minimize(size, best, method="Nelder-Mead", options={"maxfev": REFINED, "initial_simplex": simplex})
        if found.fun < size(best):
            best = tuple(found.x)
    where = point(best)
    at_point, extreme = ratio(tuple(domain.at[n] for n in names)), ratio(where)
    function = leading_form(derived) / printed
    if isinstance(derived, PowerLaw):
        function = function.subs(derived.law.large, 1)  # both are the same power of it
    return extreme, {
        "quantity": "derived/printed - 1",
        "function": str(sp.simplify(function) - 1),
        "at": {k: str(v) for k, v in domain.at.items()},
        "value_at": text(at_point),
        "maximum": text(extreme),
        "maximum_at": {k: text(sp.N(v, DIGITS)) for k, v in zip(names, where, strict=True)},
        "domain": {k: [str(a), str(b)] for k, (a, b) in domain.ranges.items()},
        "printed_over_derived": {"value_at": text(1 / (1 + at_point) - 1), "maximum": text(1 / (1 + extreme) - 1)},
    }


def _place(lo: Expr, hi: Expr, u: float) -> Expr:
    """A point of [lo, hi] by a coordinate in [0, 1]; the middle is one above a lower end that faces oo."""
    if hi is sp.oo:
        return lo + min(sp.Rational(u) / (1 - sp.Rational(u)), FAR) if u < 1 else lo + FAR
    return lo + (hi - lo) * sp.Rational(u)


def _ratio(printed: Expr, derived: Any, at: Mapping[str, Expr]) -> Any:
    """derived/printed - 1 at values of the domain's parameters; other symbols must drop out."""
    if isinstance(derived, PowerLaw):
        law = derived.law
        above = law.at({s: at[s.name] for s in law.prefactor.parameters}, DIGITS)  # slow: a root is followed there
        below = printed / law.large**law.exponent
        one, two = (above / _number(below, at, other) - 1 for other in OTHERS)
    else:
        form = leading_form(derived)
        one, two = (_number(form, at, other) / _number(printed, at, other) - 1 for other in OTHERS)
    if abs(one - two) > mp.mpf(10) ** -10:
        raise ParameterError(
            f"the ratio of derived and printed form depends on more than the domain's {listing(at)}; "
            "give ranges for all parameters."
        )
    return one


def _number(e: Expr, at: Mapping[str, Expr], other: Expr) -> Any:
    values = {s: at.get(s.name, other) for s in e.free_symbols if isinstance(s, Symbol)}
    v = sp.N(e.xreplace(values), DIGITS + 10)
    if not v.is_real or not v.is_finite or v == 0:
        raise ParameterError(f"the printed or derived form has no usable value at {values}: {v}.")
    return mp.mpf(v)


@dataclass(frozen=True)
class Comparison:
    """Whether two values are equal on the declared domain, how that was found, of what kind the proof is ("algebraic",
    "operator", "generator", "limit"), and their difference where they are not.

    `claims` are the pairs of formulas (for operators: of coefficients) that were compared, on `domains`.
    """

    found: Equality
    method: str
    proof: str
    difference: Any = None
    claims: tuple[tuple[Expr, Expr], ...] = ()
    domains: Domains = NOTHING

    @property
    def equal(self) -> bool:
        return bool(self.found)

    def certificates(self) -> list[dict[str, Any] | None]:
        """Of every pair that was proved equal, None where none could be made; see `cascade_sym.recheck`."""
        return [certificate(a, b, self.domains) for a, b in self.claims]


def compare(printed: Any, derived: Any, model: Model) -> Comparison:
    """Prove that two values are equal on the folder's domain, or find a point where they differ.

    Raises DerivationError when one of them is a number or operator and the other a generator acting on rho.
    """
    p = plain(printed, model)
    if isinstance(derived, Quantity) and isinstance(p, Expr) and is_long(derived):
        based = derived.subs({s: e for s, e in model.base.items() if s in derived.parameters})
        sides, declared, definitions = read_sides([p, based], model.domains())
        found = all_equal([(sides[0], sides[1])], declared, definitions)
        method = "definition by definition in the exact algebra"
        return Comparison(found, method, "algebraic", None if found else written(based) - p)
    d = plain(derived, model)
    if isinstance(derived, PowerLaw) and derived.law.prefactor.closed is None and isinstance(p, Expr):
        same = _is_root(p / derived.law.large**derived.law.exponent, derived)
        said = "root of the polynomial of the exact prefactor"
        found = Equality("equal" if same else "different")
        return Comparison(found, said if same else f"not the {said}", "limit", None if same else d - p)
    domains = all_domains([model.domains(), *(_declared_by(v, model) for v in (printed, derived))])
    difference: Any
    if isinstance(p, Expr) and isinstance(d, Expr):
        found = all_equal([(p, d)], domains)
        method, difference = "normal form in the exact algebra", None if found else d - p
        return Comparison(found, method, "algebraic", difference, ((p, d),), domains)
    if isinstance(p, Superoperator) and isinstance(d, Superoperator):
        difference, method = d - p, f"identity of superoperators: {len(d.terms)} coefficients by normal form"
    elif isinstance(p, Superoperator) or isinstance(d, Superoperator):
        raise DerivationError("one side acts on rho, the other is a number or an operator.")
    else:
        p, d = as_operator(p), as_operator(d)
        difference, method = d - p, f"operator identity: {max(len(d.terms), 1)} coefficients by normal form"
    found = all_equal([(c, sp.S.Zero) for c in difference.coefficients], domains)
    kind = "generator" if isinstance(difference, Superoperator) else "operator"
    places = dict.fromkeys((*p.terms, *d.terms)) if kind == "operator" else ()
    claims = tuple((p.terms.get(m, sp.S.Zero), d.terms.get(m, sp.S.Zero)) for m in places)
    return Comparison(found, method, kind, None if found else difference, claims, domains)


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


def _is_root(prefactor: Expr, derived: PowerLaw) -> bool:
    """Whether a printed prefactor is the root that the derivation selects: by the polynomial, and by its value."""
    exact = derived.law.prefactor
    if exact.polynomial is None or not exact.proved or derived.law.large in prefactor.free_symbols:
        return False
    if not is_zero(exact.polynomial.xreplace({exact.variable: prefactor})):
        return False
    at = {s: exact.origin[s] for s in exact.parameters}
    return bool(abs(sp.N(prefactor.xreplace(at), 30) / sp.Float(str(exact.at(at)), 30) - 1) < sp.Float("1e-20"))


def shown_difference(difference: Any) -> Any:
    """A difference in a form fit to be printed: normal form, factored; as it stands where that takes too long."""
    if isinstance(difference, OperatorPolynomial | Superoperator):
        return difference.map_coefficients(_short)
    return _short(difference)


def _short(e: Expr) -> Expr:
    if isinstance(e, sp.Float):  # numbers that were found as such stay decimals
        return sp.Float(f"{float(e):.6g}")
    try:
        with at_most(SIMPLIFIED):
            return normal_form(e, factor=True)
    except (CascadeError, RecursionError, TimeReached):
        return e


@dataclass(frozen=True)
class StatementVerdict:
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

    `repair=False` skips the search for a misprint. Raises CascadeError when the printed formula has no value.
    """
    said = partial(StatementVerdict, statement, derived=derived)
    rhs, domain, approximate = statement.relation.rhs, statement.domain, statement.relation.op == "~="
    require_small(rhs)
    try:
        printed = value_of(rhs, env)
        found = compare(printed, derived, model)
    except OutsideExactDomain as err:
        return said(Verdict.UNCHECKED, f"outside the exact algebra: {err}")
    said = partial(said, found=found.found, proof=found.proof if found.equal else None, compared=found)
    if found.found.status == "undecided" and domain is None:
        return said(Verdict.UNCHECKED, f"undecided: {found.found.reason}", difference=found.difference)
    if not found.equal and domain is None:
        fix = _repair(statement, printed, derived, equation, env, model, swaps) if repair else None
        method = f"the edit makes it exact ({found.method})" if fix else found.method
        return said(Verdict.MISPRINT if fix else Verdict.DIFFERS, method, difference=found.difference, repair=fix)
    check = confirmed(derived) if isinstance(derived, Leading | PowerLaw) else None
    if check and not check.ok:
        return said(Verdict.UNCHECKED, f"not shown to be the leading term: {check.method}: {check.residual}")
    if domain is not None and not found.equal:
        extreme, about = deviation(plain(printed, model), derived, domain)
        tolerated = approximate and abs(extreme) <= mp.mpf(sp.N(domain.error, DIGITS))
        reached = f"not exact; derived/printed - 1 reaches {float(extreme):+.3%} over the stated domain"
        return said(
            Verdict.APPROXIMATE if tolerated else Verdict.DIFFERS, f"{reached} (tolerated: {domain.error})",
            difference=found.difference, notes={"relative_difference": about},
        )  # fmt: skip
    if check:
        notes = {"leading_term": check.method, "order": derived.note}
        return said(
            Verdict.ASYMPTOTIC if approximate else Verdict.DIFFERS, f"leading term; {found.method}", notes=notes
        )
    if equation.kind == "definition":
        return said(Verdict.DEFINITION, f"input of the model; {found.method}")
    return said(Verdict.EXACT, found.method)


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
