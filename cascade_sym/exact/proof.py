"""Identities inside the toolkit: between formulas whose symbols stand for what parts have declared.

Every real symbol counts as nonnegative here (see `Converter`); what a user or a paper claims is for `truth`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from sympy import Expr

from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.as_sympy import factored
from cascade_sym.exact.convert import NONE, converter
from cascade_sym.exact.refute import differ
from cascade_sym.program import read
from cascade_sym.steps import Check
from cascade_sym.symbols import Domains, expression

Sides = Mapping[str, tuple[Expr, Expr]]
POINTS = 2  # where a value that is certainly not zero spares a proof


def all_zero(expressions: Iterable[Expr]) -> bool:
    """Whether all expressions are zero, as `is_zero` has it; one that is clearly not spares the proofs of the others.

    >>> import sympy as sp
    >>> all_zero([sp.Symbol("x") - sp.Symbol("x"), sp.Symbol("x")])
    False
    """
    every = [expression(e) for e in expressions]
    return not any(map(_clearly_not_zero, every)) and all(map(_proved_zero, every))


def is_zero(expr: Expr) -> bool:
    """Whether `expr` is identically zero: a proof in the exact algebra.

    OutsideExactDomain is raised for expressions that the exact algebra can't hold.

    >>> import sympy as sp
    >>> a, b, t = sp.symbols("a b t")
    >>> is_zero(sp.sqrt(a*b)*sp.sin(2*t) - 2*sp.sqrt(a)*sp.sqrt(b)*sp.sin(t)*sp.cos(t))
    True
    """
    return all_zero([expr])


def equal(left: Expr, right: Expr) -> bool:
    """Whether two formulas are identical (see `is_zero`)."""
    return is_zero(expression(left) - expression(right))


def normal_form(expr: Expr, *, factor: bool = False) -> Expr:
    """The canonical fraction of `expr`, as `truth.normal_form` has it for declared domains."""
    return canonical_fraction(expression(expr), None, factor)


def canonical_fraction(expr: Expr, domains: Domains | None, factor: bool, definitions: Definitions = NONE) -> Expr:
    """`expr` as a fraction in lowest terms, with `factor` as products of irreducible factors."""
    conv, (form,) = converter([expr], domains, definitions=definitions)
    value = conv(form)
    if not factor:
        return conv.expr(value)
    return factored(value.num, conv.field.meaning) / factored(value.den, conv.field.meaning)


def _clearly_not_zero(e: Expr) -> bool:
    """Whether `e` is certainly not zero somewhere in (0.1, 0.9), which suits rates, losses and angles."""
    names = sorted(s.name for s in e.free_symbols)
    rng = random.Random(len(names))
    try:
        return differ(read(e), [{n: Fraction(rng.randint(1001, 8999), 10**4) for n in names} for _ in range(POINTS)])
    except OutsideExactDomain:
        return False


def _proved_zero(e: Expr) -> bool:
    if e.is_Rational:
        return bool(e.is_zero)
    conv, (form,) = converter([e])
    return conv.tower.vanishes(conv(form))


def identity_check(pairs: Sides | Callable[[], Sides], method: str) -> Callable[[], Check]:
    """A check that proves each pair of expressions equal in the exact algebra.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> identity_check({"square": ((x + 1)**2, x**2 + 2*x + 1)}, "expanded")().ok
    True
    """

    def run() -> Check:
        found = pairs() if callable(pairs) else pairs
        wrong = [f"{name}: {left} != {right}" for name, (left, right) in found.items() if not equal(left, right)]
        return Check(not wrong, method, "; ".join(wrong))

    return run
