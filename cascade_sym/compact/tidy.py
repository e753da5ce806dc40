"""Of forms that are equally long, the one that is printed: no fractions within brackets, few minus signs."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Expr

from cascade_sym.definitions.count import operations

Length = tuple[int, int, int]


def tidy(e: Expr) -> Expr:
    """The same, never in more operations: what brackets are divided by stands before them, and so does their sign.

    >>> x, y = sp.symbols("x y")
    >>> tidy(x/(-x/2 - y/4))
    -4*x/(2*x + y)
    """
    while True:
        ways = [e.xreplace({p: new}) for p in _products(e) for new in _written(p)]
        best = min(ways, key=_length, default=e)
        if _length(best) >= _length(e):
            return e
        e = best


def _products(e: Expr) -> list[Expr]:
    """Products and powers in a formula, each once, from outside to inside."""
    return list(dict.fromkeys(p for p in sp.preorder_traversal(e) if isinstance(p, sp.Mul | sp.Pow)))


def _written(p: Expr) -> Iterator[Expr]:
    """A product with one of its sums, or its power, written in other ways."""
    factors = sp.Mul.make_args(p)
    for k, f in enumerate(factors):
        base, power = f.as_base_exp()
        if isinstance(base, sp.Add) and power.is_Integer:
            rest = sp.Mul(*factors[:k], *factors[k + 1 :])
            yield from (rest * c**power * b**power for c, b in _ways(base))


def _ways(base: Expr) -> Iterator[tuple[Expr, Expr]]:
    """A sum as a factor and a sum."""
    number, whole = base.primitive()
    top, bottom = sp.together(base, deep=False).as_numer_denom()
    content, top = top.primitive()
    for c, b in ((sp.S.One, base), (number, whole), (content / bottom, top)):
        yield c, b
        yield -c, sp.Add(*(-t for t in sp.Add.make_args(b)))


def _length(e: Expr) -> Length:
    """Operations, then fractions within sums, then minus signs of terms."""
    sums = e.atoms(sp.Add)
    inner = [t for s in sums for t in s.args]
    fractions = sum(not r.is_Integer for t in inner for r in t.atoms(sp.Rational))
    quotients = sum(bool(t.is_Mul) and any(f.is_Pow and f.exp.is_negative for f in t.args) for t in inner)
    return operations(e), fractions + quotients, sum(bool(_coefficient(t) < 0) for t in inner)


def _coefficient(t: Expr) -> Expr:
    c = t.as_coeff_Mul()[0]
    return c if c.is_Rational else sp.S.One
