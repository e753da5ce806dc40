"""Products as powers of their factors, the common language of gathering and folding; common factors before brackets.

Roots of products are split into roots of factors (parameters under a root are nonnegative, as everywhere in
the toolkit), sums are taken primitive, so that n + 1/2 and 2 n + 1 are one factor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import sympy as sp
from sympy import Expr, Rational

from cascade_sym.symbols import is_real

Powers = dict[Expr, Expr]
Term = tuple[Expr, Powers]
KEPT = 20_000  # factors and parts that are remembered: they come back in every abbreviation that is tried


def split(e: Expr, *, primitive: bool = True) -> tuple[Rational, Powers]:
    """The rational coefficient of `e` and its other factors with their exponents.

    With `primitive=False` a sum that stands as a factor is left as it is.

    >>> a, n = sp.symbols("a n")
    >>> split(sp.sqrt(4*a)*(n + sp.Rational(1, 2)))
    (1, {a: 1/2, 2*n + 1: 1})
    """
    coefficient: Expr = sp.S.One
    powers: Powers = {}
    for f in sp.Mul.make_args(e):
        c, table = (sp.S.One, {f: sp.S.One}) if isinstance(f, sp.Add) and not primitive else _factor(f)
        coefficient *= c
        for b, k in table.items():
            powers[b] = powers.get(b, sp.S.Zero) + k
    return coefficient, {b: k for b, k in powers.items() if k != 0}


@lru_cache(KEPT)
def _factor(f: Expr) -> tuple[Expr, Powers]:
    if isinstance(f, sp.Rational):
        return f, {}
    if isinstance(f, sp.exp):
        return _phases(f.args[0])
    if isinstance(f, sp.Add):
        content, primitive = f.as_content_primitive()
        first = min((t.as_coeff_Mul() for t in primitive.args), key=lambda t: str(t[1]))
        if first[0].is_negative and is_real(primitive):  # a - b and b - a are one factor
            content, primitive = -content, -primitive
        return content, {primitive: sp.S.One}
    base, k = f.as_base_exp() if isinstance(f, sp.Pow) else (f, sp.S.One)
    if not k.is_Rational or not (k.is_Integer or is_real(base)):
        return sp.S.One, {f: sp.S.One}
    if not isinstance(base, sp.Mul | sp.Add | sp.Pow):
        return sp.S.One, {base: k}
    c, table = split(base)
    if not k.is_Integer and (c < 0 or not (c**k).is_Rational):
        return (sp.S.One, {base: k}) if isinstance(base, sp.Add) else _numeric_root(c, k, table)
    return c**k, {b: j * k for b, j in table.items()}


def _phases(exponent: Expr) -> tuple[Expr, Powers]:
    """e^(i (a + b)/2) as powers of e^(i a) and e^(i b); `join` knows that such powers are powers of e.

    Only phases that are sums of single parameters are split.
    """
    terms = [t.as_coeff_Mul() for t in sp.Add.make_args(sp.expand(exponent))]
    if not all(k.is_Rational and (rest / sp.I).is_Symbol for k, rest in terms):
        return sp.S.One, {sp.exp(exponent): sp.S.One}
    return sp.S.One, {sp.exp(rest): k for k, rest in terms}


def _numeric_root(c: Expr, k: Expr, table: Powers) -> tuple[Expr, Powers]:
    """c^k for a rational c that is not a perfect power, beside the other factors."""
    if c < 0:
        return sp.S.One, {sp.Mul(c, *(b**j for b, j in table.items())): k}
    coefficient, rest = sp.Pow(c, k).as_coeff_Mul()
    return coefficient, times(dict(f.as_base_exp() for f in sp.Mul.make_args(rest)), table, k)


def join(coefficient: Expr, powers: Mapping[Expr, Expr]) -> Expr:
    """The product again.

    >>> x, y = sp.symbols("x y")
    >>> join(sp.Integer(2), {x: sp.Rational(1, 2), y: sp.S.One})
    2*sqrt(x)*y
    """
    turned = [k * b.args[0] for b, k in powers.items() if isinstance(b, sp.exp)]
    phase = [sp.exp(sp.Add(*turned))] if turned else []
    return sp.Mul(coefficient, *(b**k for b, k in powers.items() if not isinstance(b, sp.exp)), *phase)


def common(parts: Sequence[Powers]) -> Powers:
    """The factors that all of `parts` share, with the exponent nearest to zero.

    >>> x, y = sp.symbols("x y")
    >>> common([{x: sp.Integer(2), y: sp.Integer(1)}, {x: sp.Integer(1)}])
    {x: 1}
    """
    out: Powers = {}
    for b in parts[0]:
        ks = [p.get(b, sp.S.Zero) for p in parts]
        if all(j > 0 for j in ks) or all(j < 0 for j in ks):
            out[b] = min(ks, key=abs)
    return out


def times(powers: Powers, factors: Powers, k: Expr = sp.S.One) -> Powers:
    """`powers` times the k-th power of `factors`."""
    out = dict(powers)
    for b, j in factors.items():
        out[b] = out.get(b, sp.S.Zero) + k * j
    return {b: j for b, j in out.items() if j != 0}


def gathered(e: Expr) -> Expr:
    """`e` with common factors of the terms of each sum taken out; equal to `e`.

    Numbers are taken out too, which SymPy undoes in further arithmetic: for printing only.

    >>> a, b, c, s = sp.symbols("a b c s")
    >>> gathered(sp.sqrt(1 - s)*a*b - sp.sqrt(1 - s)*a*c)
    a*sqrt(1 - s)*(b - c)
    >>> gathered(a/2 + b/2), gathered(a + sp.Rational(1, 2))
    ((a + b)/2, a + 1/2)
    >>> gathered(a/2 + sp.I*b - sp.I*c)
    a/2 + I*(b - c)
    """
    if not isinstance(e, Expr) or not e.args:
        return e
    if isinstance(e, sp.Add):
        return _sum(e, False)
    new = [_sum(a, isinstance(e, sp.Mul)) if isinstance(a, sp.Add) else gathered(a) for a in e.args]
    if all(x is y for x, y in zip(new, e.args, strict=True)):
        return e
    if isinstance(e, sp.Mul):
        return sp.Mul(*(f for a in new for f in sp.Mul.make_args(a)), evaluate=False)
    return e.func(*new)


def _sum(e: Expr, factor: bool) -> Expr:
    """A sum; where something stands before its bracket anyway, most terms inside are made positive."""
    parts = [split(t, primitive=False) for t in e.args]
    shared = common([p for _, p in parts])
    number = _common_number([c for c, _ in parts])
    if shared or number != 1 or factor:
        negative = sum(1 for c, _ in parts if c < 0)
        number = -number if 2 * negative > len(parts) else number
    if not shared and number == 1:
        return _in_groups(e, parts)
    rest = sp.Add(*(join(c / number, times(p, shared, -sp.S.One)) for c, p in parts))
    if not isinstance(rest, sp.Add):
        return sp.Mul(number, join(sp.S.One, shared), rest)
    inside = _in_groups(rest, [split(t, primitive=False) for t in rest.args])
    front = gathered(join(number, shared))
    return sp.Mul(*sp.Mul.make_args(front), inside, evaluate=False)


def _in_groups(e: Expr, parts: list[Term]) -> Expr:
    """A sum without common factor: imaginary terms together, terms with the same bulky factor together."""
    for keys in ([sp.I], _bulky(parts)):
        for key in keys:
            inside = [t for t, (_, p) in zip(e.args, parts, strict=True) if p.get(key, 0) > 0]
            if 1 < len(inside) < len(e.args):
                others = [t for t in e.args if t not in inside]
                return sp.Add(*(gathered(t) for t in others), gathered(sp.Add(*inside)))
    return sp.Add(*(gathered(t) for t in e.args))


def _bulky(parts: list[Term]) -> list[Expr]:
    """Factors that are long to write, most frequent first."""
    found = (b for _, p in parts for b, k in p.items() if k > 0)
    count = Counter(b for b in found if b.has(sp.Add) and not isinstance(b, sp.exp))
    return sorted((b for b, n in count.items() if n > 1), key=lambda b: (-count[b], str(b)))


def _common_number(numbers: list[Expr]) -> Expr:
    """What can be taken out without leaving fractions: a whole divisor, or one shared absolute value."""
    size = abs(numbers[0])
    if all(abs(n) == size for n in numbers):
        return size
    if all(n.is_Integer for n in numbers):
        return sp.igcd(*numbers)
    return sp.S.One
