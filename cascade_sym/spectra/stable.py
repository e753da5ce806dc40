"""Elements of the exact field written so that doubles keep their digits.

Expanded, 2 sin(x) cos(x) - 1 cancels near x = pi/4; it is -(sin x - cos x)^2. With 1 = cos^2 + sin^2 the parts that
depend on angles are made homogeneous in each cosine and sine, so that what vanishes shows itself as a factor, and
sin x -+ cos x is sqrt(2) sin(x -+ pi/4). What is left of other parameters stands beside them, factored.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.exact import Converter, Fraction
from cascade_sym.exact.as_sympy import factored, poly_to_expr
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Poly


def stable(conv: Converter, value: Fraction) -> Expr:
    """An element of a field as a sum of products of an angular part and one of the other parameters.

    >>> import sympy as sp
    >>> from cascade_sym.exact import converter
    >>> a, x = sp.symbols("a x")
    >>> conv, (form,) = converter([2*a*sp.sin(x)*sp.cos(x) - a])
    >>> stable(conv, conv(form))
    -2*a*cos(x + pi/4)**2
    """
    field, waves = conv.field, conv.tower.sines
    angular = {i for pair in waves for i in pair}
    groups: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = defaultdict(dict)
    for mono, c in value.num.terms():
        outer = tuple(0 if i in angular else int(k) for i, k in enumerate(mono))
        inner = tuple(int(k) if i in angular else 0 for i, k in enumerate(mono))
        groups[outer][inner] = c
    parts: dict[str, tuple[Expr, Poly]] = {}
    for outer, terms in groups.items():
        content, factors = polynomial_factors(_homogeneous(field.context.from_dict(terms), waves))
        shape = sp.Mul(*(_wave(conv, p) ** k for p, k in factors))
        rest = field.context.from_dict({outer: content})
        key = str(sorted((str(p), k) for p, k in factors))
        parts[key] = (shape, parts[key][1] + rest) if key in parts else (shape, rest)
    above = sp.Add(*(shape * factored(rest, field.meaning) for _, (shape, rest) in sorted(parts.items())))
    return above / poly_to_expr(value.den, field.meaning)


def _homogeneous(p: Poly, waves: list[tuple[int, int]]) -> Poly:
    """p with the powers of cos^2 + sin^2 that make all its terms of one degree in each pair, where that can be."""
    context = p.context()
    for c, s in waves:
        degrees = {mono: int(mono[c] + mono[s]) for mono, _ in p.terms()}
        most = max(degrees.values(), default=0)
        if any((most - d) % 2 for d in degrees.values()):
            continue
        one = context.gens()[c] ** 2 + context.gens()[s] ** 2
        total = context.constant(0)
        for mono, k in p.terms():
            total = total + context.from_dict({mono: k}) * one ** ((most - degrees[mono]) // 2)
        p = total
    return p


def _wave(conv: Converter, p: Poly) -> Expr:
    """A factor; one proportional to sin x -+ cos x as a single sine or cosine."""
    meaning = conv.field.meaning
    for c, s in conv.tower.sines:
        cos, sin = conv.field.gen(c), conv.field.gen(s)
        angle = meaning[c].args[0]
        for sign, wave in ((1, sp.sin(angle + sp.pi / 4)), (-1, -sp.cos(angle + sp.pi / 4))):
            for turn in (1, -1):
                if p == turn * (sin + sign * cos):
                    return turn * sp.sqrt(2) * wave
    return poly_to_expr(p, meaning)
