"""The factors of a product by the place where they are written."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp
from sympy import Expr

from cascade_sym.latex.tidy import gathered


@dataclass
class Factors:
    """One side of a fraction line: before a bracket (numbers, roots, symbols), brackets, functions behind."""

    numbers: list[Expr] = field(default_factory=list)
    roots: list[Expr] = field(default_factory=list)  # radicands
    plain: list[Expr] = field(default_factory=list)
    sums: list[tuple[Expr, Expr]] = field(default_factory=list)  # (sum, exponent)
    tail: list[Expr] = field(default_factory=list)


def flat(e: Expr) -> tuple[sp.Rational, dict[Expr, Expr]]:
    """The rational coefficient and the other factors with their exponents.

    Whole powers of products are split, exponentials are joined; roots stay as they are.

    >>> x, y = sp.symbols("x y")
    >>> flat(2*sp.sqrt(x)/(3*x*y)**2)
    (2/9, {x: -3/2, y: -2})
    >>> flat(sp.Mul(sp.I, sp.I, x, evaluate=False))
    (-1, {x: 1})
    """
    number = sp.S.One
    powers: dict[Expr, Expr] = {}
    exponents: list[Expr] = []

    def add(base: Expr, k: Expr) -> None:
        nonlocal number
        if isinstance(base, sp.Rational) and k.is_Integer:
            number *= base**k
        elif isinstance(base, sp.exp) and k.is_Integer:
            exponents.append(k * base.args[0])
        elif isinstance(base, sp.Mul) and k.is_Integer:
            for f in base.args:
                add(f, k)
        elif isinstance(base, sp.Pow) and (k.is_Integer or k == 1):
            add(base.base, base.exp * k)
        else:
            total = powers.pop(base, sp.S.Zero) + k
            if base is sp.I and total.is_Integer:  # taken out of several brackets
                number, total = number * (-1 if total % 4 > 1 else 1), total % 2
            if isinstance(base, sp.Rational) and total.is_Integer:
                number *= base**total
            elif total != 0:
                powers[base] = total

    for f in sp.Mul.make_args(e):
        add(f, sp.S.One)
    if exponents:
        joint = exponents[0] if len(exponents) == 1 else gathered(sp.expand(sp.Add(*exponents)))
        if joint != 0:
            powers[sp.exp(joint, evaluate=False)] = sp.S.One
    return number, powers


def rationalised(number: sp.Rational, over: Factors, under: Factors) -> tuple[Expr, Expr]:
    """Numerator and denominator of the coefficient, in the form in which papers write it.

    sqrt(2)/2 becomes 1/sqrt(2), and 1/(2 (x + 1/2)) becomes 1/(2 x + 1).
    """
    p, q = sp.Integer(abs(number.p)), sp.Integer(number.q)
    for r in list(over.roots):
        if r.is_Integer and q % r == 0:
            over.roots.remove(r)
            under.roots.append(r)
            q = q / r
    if len(under.sums) == 1 and under.sums[0][1] == 1:
        s = under.sums[0][0]
        scale = sp.ilcm(*(t.as_coeff_Mul()[0].q for t in s.args if t.as_coeff_Mul()[0].is_Rational))
        if scale > 1 and q % scale == 0:
            under.sums[0] = (sp.Add(*(scaled(t, scale) for t in s.args)), sp.S.One)
            q = q / scale
    return p, q


def balanced_flip(over: Factors) -> int:
    """-(a - b) as (b - a): turns the first bracket with as many signs of each kind; the sign that is left."""
    for i, (s, k) in enumerate(over.sums):
        negative = sum(1 for t in s.args if t.as_coeff_Mul()[0].is_negative)
        if 2 * negative == len(s.args) and k % 2 == 1:
            over.sums[i] = (-s, k)
            return 1
    return -1


def scaled(t: Expr, k: Expr) -> Expr:
    """k*t for a term that may hold a bracket, which stays one."""
    c, rest = t.as_coeff_Mul()
    return sp.Mul(k * c, *sp.Mul.make_args(rest), evaluate=False) if rest.has(sp.Add) else k * t


def is_exponential(f: Expr) -> bool:
    """Whether a factor is a power of e."""
    return isinstance(f.as_base_exp()[0] if isinstance(f, sp.Pow) else f, sp.exp)
