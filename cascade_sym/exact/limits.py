"""The limit of an algebraic expression as one parameter grows without bound, by degrees of polynomials."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.convert import converter
from cascade_sym.exact.fraction import Poly
from cascade_sym.exact.show import poly_to_expr
from cascade_sym.symbols import expression, plain


def limit_at_infinity(expr: Expr, x: Symbol) -> Expr:
    """lim expr for x -> +oo, exactly; +-oo (or an expression times oo) where it diverges.

    The expression is a fraction of polynomials in x or in one root that grows with x; the degrees decide.
    Raises OutsideExactDomain when x sits under several roots, or in a trigonometric function.

    >>> x, a = sp.symbols("x a")
    >>> limit_at_infinity((a*x + 1)/(2*x + sp.sqrt(x)), x)
    a/2
    """
    e = expression(expr)
    x = plain(x)
    if x not in e.free_symbols:
        return e
    if inside := sorted(map(str, (f for f in e.atoms(sp.Function) if x in f.free_symbols))):
        raise OutsideExactDomain(f"{x} is in {inside[0]}; degrees of polynomials don't decide its limit.")
    conv, (form,) = converter([e])
    value = conv(form)
    gens = [i for i, m in enumerate(conv.field.meaning) if x in m.free_symbols]
    used = [i for i in gens if value.num.degrees()[i] or value.den.degrees()[i]]
    if not used:
        return conv.expr(value)
    if len(used) > 1:
        raise OutsideExactDomain(f"{x} sits under several roots; its limit is not decided by degrees.")
    (i,) = used
    top, bottom = value.num.degrees()[i], value.den.degrees()[i]
    if top < bottom:
        return sp.S.Zero
    ratio = _leading(value.num, i, conv.field.meaning) / _leading(value.den, i, conv.field.meaning)
    return ratio if top == bottom else ratio * sp.oo


def _leading(p: Poly, i: int, meaning: tuple[Expr, ...]) -> Expr:
    """The coefficient of the highest power of generator i."""
    d = p.degrees()[i]
    top = {(*m[:i], 0, *m[i + 1 :]): c for m, c in p.terms() if m[i] == d}
    return poly_to_expr(p.context().from_dict(top), meaning)
