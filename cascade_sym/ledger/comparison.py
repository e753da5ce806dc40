"""A printed and a derived value compared: equal, different at a point, or undecided; and their difference."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.errors import CascadeError, DerivationError
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.exact.certified import certificate
from cascade_sym.exact.fraction import bounded
from cascade_sym.exact.refute import decimal
from cascade_sym.exact.truth import Equality, all_equal, is_long, read_sides, written
from cascade_sym.folder.derived_values import PowerLaw, leading_form
from cascade_sym.folder.environment import plain
from cascade_sym.folder.model import Model
from cascade_sym.ledger.deviation import DIGITS, independent
from cascade_sym.ledger.identity import Claim, equal_generators, equal_numbers, equal_operators
from cascade_sym.operators import DensityOperator, Generator, OperatorPolynomial, Superoperator, as_operator
from cascade_sym.shown import Shown
from cascade_sym.symbols import NOTHING, Domains, all_domains, is_hermitian

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
    domains = all_domains([model.domains(), *(declared_by(v, model) for v in (printed, derived))])
    if isinstance(p, Expr) and isinstance(d, Expr):
        same, method = equal_numbers(p, d, domains), "normal form in the exact algebra"
        kind = "operator" if p.has(sp.Integral) or d.has(sp.Integral) else "algebraic"  # by what stands under integrals
    elif isinstance(d, Superoperator | Generator) and type(p) is type(d):
        same, kind = equal_generators(p, d, domains), "generator"
        method = f"identity of superoperators: {_coefficients(d)} by normal form"
    elif any(kinds := [_kind(side) for side in (p, d)]):
        one, two = (name or "a number or an operator" for name in kinds)
        raise DerivationError(f"the printed side is {one}, the derived one {two}; they can't be compared.")
    else:
        p, d = as_operator(p), as_operator(d)
        same, kind = equal_operators(p, d, domains), "operator"
        method = f"operator identity: {_coefficients(d - p)} by normal form"
        number = (d - p).terms.get((), sp.S.Zero)
        if up_to_number and not same and is_hermitian(number) and (moved := equal_operators(p + number, d, domains)):
            same, method = moved, f"{method}; up to the number {number}, which moves nothing"
    return Comparison(same.found, method, kind, None if same else d - p, same.claims)


def _coefficients(value: OperatorPolynomial | Superoperator | Generator) -> str:
    """How many coefficients were compared, in words."""
    count = max(len(value.terms), 1)
    return f"{count} coefficient{'s' if count > 1 else ''}"


def _kind(value: Any) -> str:
    """What a value is that is neither a number nor an operator; empty for these."""
    names = {Superoperator: "a generator times rho", Generator: "a generator by itself", DensityOperator: "rho"}
    return names.get(type(value), "")


def declared_by(value: Any, model: Model) -> Domains:
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
