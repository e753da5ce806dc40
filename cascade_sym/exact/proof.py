"""Identities inside the toolkit: between formulas that are derived from parts.

Signs follow from what the parts declare (`domains`), and from the roots that the formulas show: those are amplitudes,
so what stands under them is not negative, which the parts declare too (`amplitudes`). Two points spare most proofs of
what is false; what a user or a paper claims is for `truth`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from sympy import Expr, I

from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.as_sympy import factored
from cascade_sym.exact.convert import NONE, Converter, converter
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Fraction as Element
from cascade_sym.exact.refute import differ
from cascade_sym.program import read
from cascade_sym.steps import Check
from cascade_sym.symbols import NOTHING, Domains, amplitudes, expression, symbols_in

Sides = Mapping[str, tuple[Expr, Expr]]
POINTS = 2  # where a value that is certainly not zero spares a proof


def all_zero(expressions: Iterable[Expr], domains: Domains = NOTHING) -> bool:
    """Whether all expressions are zero, as `is_zero` has it; one that is clearly not spares the proofs of the others.

    >>> import sympy as sp
    >>> all_zero([sp.Symbol("x") - sp.Symbol("x"), sp.Symbol("x")])
    False
    """
    every = [expression(e) for e in expressions]
    return not any(map(_clearly_not_zero, every)) and all(_proved_zero(e, domains) for e in every)


def is_zero(expr: Expr, domains: Domains = NOTHING) -> bool:
    """Whether `expr` is identically zero: a proof in the exact algebra.

    OutsideExactDomain is raised for expressions that the exact algebra can't hold.

    >>> import sympy as sp
    >>> a, b, t = sp.symbols("a b t")
    >>> is_zero(sp.sqrt(a*b)*sp.sin(2*t) - 2*sp.sqrt(a)*sp.sqrt(b)*sp.sin(t)*sp.cos(t))
    True
    """
    return all_zero([expr], domains)


def equal(left: Expr, right: Expr, domains: Domains = NOTHING) -> bool:
    """Whether two formulas are identical (see `is_zero`)."""
    return is_zero(expression(left) - expression(right), domains)


def normal_form(expr: Expr, domains: Domains = NOTHING, *, factor: bool = False) -> Expr:
    """The canonical fraction of `expr`, as `truth.normal_form` has it."""
    e = expression(expr)
    return canonical_fraction(e, domains.about(symbols_in(e)).merged(amplitudes(e)), factor)


def canonical_fraction(expr: Expr, domains: Domains, factor: bool, definitions: Definitions = NONE) -> Expr:
    """`expr` as a fraction in lowest terms, with `factor` as products of irreducible factors."""
    conv, (form,) = converter([expr], domains, definitions=definitions)
    value = conv(form)
    if not factor:
        return conv.expr(value)
    return factored(value.num, conv.field.meaning) / factored(value.den, conv.field.meaning)


def cancelled(conv: Converter, sides: Iterable[Element]) -> set[str]:
    """What was divided by on the way, is not known to be nonzero, and stands below neither side: as inequalities."""
    tower = conv.tower
    below = {str(p) for side in sides for p, _ in polynomial_factors(side.den)[1]}
    out: set[str] = set()
    for value in tower.divided:
        for p, _ in polynomial_factors(value)[1]:
            if str(p) in below or tower.expr(p) == I:
                continue
            sign = tower.known_sign(p)
            out |= sign.facts if sign and sign.strict else {f"{tower.said(p)} != 0"}
    return out


def _clearly_not_zero(e: Expr) -> bool:
    """Whether `e` is certainly not zero somewhere in (0.1, 0.9), which suits rates, losses and angles."""
    names = sorted(s.name for s in e.free_symbols)
    rng = random.Random(len(names))
    try:
        return differ(read(e), [{n: Fraction(rng.randint(1001, 8999), 10**4) for n in names} for _ in range(POINTS)])
    except OutsideExactDomain:
        return False


def _proved_zero(e: Expr, domains: Domains) -> bool:
    if e.is_Rational:
        return bool(e.is_zero)
    conv, (form,) = converter([e], domains.about(symbols_in(e)).merged(amplitudes(e)))
    return conv.tower.vanishes(conv(form))


def identity_check(
    pairs: Sides | Callable[[], Sides], method: str, domains: Domains = NOTHING
) -> Callable[[], Check]:  # fmt: skip
    """A check that proves each pair of expressions equal in the exact algebra.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> identity_check({"square": ((x + 1)**2, x**2 + 2*x + 1)}, "expanded")().ok
    True
    """

    def run() -> Check:
        found = pairs() if callable(pairs) else pairs
        wrong = [f"{n}: {left} != {right}" for n, (left, right) in found.items() if not equal(left, right, domains)]
        return Check(not wrong, method, "; ".join(wrong))

    return run
