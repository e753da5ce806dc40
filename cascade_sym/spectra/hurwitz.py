"""Integrals of rational spectra without roots: the classic formula with Hurwitz determinants.

    (1/2 pi) int g(w)/(H(i w) H(-i w)) dw,   H(s) = a_0 s^n + ... + a_n with all roots in Re s < 0,
    g(w) = c_0 + c_1 w^2 + ... + c_(n-1) w^(2n-2),

is a quotient of two determinants of order n in the a_k and c_k. Source: Phillips (1947), in James, Nichols,
Phillips, Theory of Servomechanisms, Sec. 7.9; Gradshteyn and Ryzhik 3.112.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr
from sympy.polys.matrices import DomainMatrix

from cascade_sym.errors import DerivationError
from cascade_sym.symbols import own


def hurwitz_integral(even: Sequence[Expr], H: Sequence[Expr]) -> Expr:
    """The integral above over dw/(2 pi); `even` = (c_0, c_1, ...) ascending, `H` = (a_0, ..., a_n), a_0
    first.

    Raises DerivationError when the numerator's degree is not below 2n (the integral diverges).

    >>> a, b = sp.symbols("a b")
    >>> hurwitz_integral([1], [1, a])
    1/(2*a)
    >>> hurwitz_integral([0, 1], [1, a, b])
    1/(2*a)
    """
    a = [sp.sympify(e) for e in H]
    c = [sp.sympify(e) for e in even]
    n = len(a) - 1
    while c and c[-1] == 0:
        c.pop()
    if len(c) > n:
        raise DerivationError(f"the integral diverges: a numerator of degree {2 * len(c) - 2} over degree {2 * n}.")
    if not c:
        return sp.S.Zero
    c += [sp.S.Zero] * (n - len(c))
    top = [(-1) ** (n - 1 - j) * c[n - 1 - j] for j in range(n)]
    rows = [[_at(a, 2 * j - i + 1) for j in range(n)] for i in range(n)]
    return sp.cancel(sp.Rational((-1) ** (n - 1), 2) / a[0] * 1) * _ratio([top, *rows[1:]], rows)


def _at(a: Sequence[Expr], k: int) -> Expr:
    return a[k] if 0 <= k < len(a) else sp.S.Zero


def _ratio(top: list[list[Expr]], bottom: list[list[Expr]]) -> Expr:
    """det(top)/det(bottom), with entries that are no numbers or symbols replaced by symbols for the while."""
    odd = {e for m in (top, bottom) for r in m for e in r if not (e.is_Rational or e.is_Symbol)}
    names = {e: own(f"entry{k}") for k, e in enumerate(sorted(odd, key=sp.default_sort_key))}
    back = {v: k for k, v in names.items()}
    first, second = (
        DomainMatrix.from_list_sympy(len(m), len(m), [[names.get(e, e) for e in r] for r in m]) for m in (top, bottom)
    )
    first, second = first.unify(second)
    domain = first.domain
    num, den = domain.to_sympy(first.det()), domain.to_sympy(second.det())
    if num == 0:
        return sp.S.Zero
    return sp.cancel(num / den).xreplace(back)
