"""Equality as a proof: two formulas are equal when the normal form of their difference is zero."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr

from cascade_sym.exact.convert import converter
from cascade_sym.exact.probe import counterexample
from cascade_sym.exact.show import factored
from cascade_sym.symbols import expression


def all_zero(expressions: Iterable[Expr]) -> bool:
    """Whether all expressions are zero, as `is_zero` has it; one that is clearly not spares the proofs of the others.

    >>> import sympy as sp
    >>> all_zero([sp.Symbol("x") - sp.Symbol("x"), sp.Symbol("x")])
    False
    """
    every = [expression(e) for e in expressions]
    return not any(counterexample(e) is not None for e in every) and all(_is_proved_zero(e) for e in every)


def is_zero(expr: Expr) -> bool:
    """Whether `expr` is identically zero on the physical domain (rates nonnegative, losses in [0, 1]).

    True is a proof: the numerator reduces to the zero polynomial modulo the relations of its field. False
    is mostly found faster, by a point where the value is far from zero. OutsideExactDomain is raised for
    expressions that the exact algebra can't hold.

    >>> import sympy as sp
    >>> a, b, t = sp.symbols("a b t")
    >>> is_zero(sp.sqrt(a*b)*sp.sin(2*t) - 2*sp.sqrt(a)*sp.sqrt(b)*sp.sin(t)*sp.cos(t))
    True
    >>> is_zero(a - b)
    False
    """
    return all_zero([expr])


def _is_proved_zero(e: Expr) -> bool:
    if e.is_Rational:
        return bool(e.is_zero)
    conv, (form,) = converter([e])
    return conv(form).is_zero


def equal(left: Expr, right: Expr) -> bool:
    """Whether two formulas are identical, proved in the exact algebra (see `is_zero`).

    >>> import sympy as sp
    >>> x = sp.Symbol("epsilon")
    >>> equal(sp.sqrt(1 - x)**2, 1 - x)
    True
    """
    return is_zero(
        left - right if isinstance(left, Expr) and isinstance(right, Expr) else expression(left) - expression(right)
    )


def normal_form(expr: Expr, *, factor: bool = False) -> Expr:
    """The canonical fraction of `expr`: equal expressions in the same roots, angles and phases give the same.

    (One written in exp(I*x) and one in cos(x), sin(x) keep what they are written in; `equal` compares them.)

    `factor=True` writes numerator and denominator as products of irreducible factors.

    >>> import sympy as sp
    >>> a, b = sp.symbols("a b")
    >>> normal_form((a**2 - b**2)/(a + b))
    a - b
    """
    conv, (form,) = converter([expression(expr)])
    value = conv(form)
    if not factor:
        return conv.expr(value)
    meaning = conv.field.meaning
    return factored(value.num, meaning) / factored(value.den, meaning)
