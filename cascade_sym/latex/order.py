"""The order in which terms and factors are written (hints of the notation, then alphabetical), and on which side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.latex.monomials import gathered
from cascade_sym.latex.notation import short_name

Key = tuple[Any, ...]


class Order:
    """Sort keys of symbols and terms under the hints of a notation.

    >>> x, y = sp.symbols("x y")
    >>> Order(()).sorted_terms([x*y, sp.Integer(1), x]), Order(("y", "1")).sorted_terms([x, sp.Integer(1), y])
    ([x, x*y, 1], [y, 1, x])
    >>> Order(()).sorted_terms([-x, y]), Order(()).sorted_terms([x**2, sp.Integer(1)])
    ([y, -x], [1, x**2])
    """

    def __init__(self, hints: Sequence[str]) -> None:
        self._place = {name: i for i, name in reversed(list(enumerate(hints)))}
        self._last = len(self._place)
        self._keys: dict[Expr, Key] = {}

    def name_key(self, name: str) -> Key:
        """Hinted names by place; others alphabetically (numbers by value, gamma before Gamma), moments last."""
        name = name if name in self._place else short_name(name)
        if name in self._place:
            return (self._place[name], ())
        parts = re.split(r"(\d+)", name)
        folded = tuple((0, int(p), "") if p.isdigit() else (1, 0, p.casefold()) for p in parts if p)
        return (self._last, (name.startswith(("var_", "cov_", "sym_")), folded, name.swapcase()))

    def key(self, e: Expr) -> Key:
        """The key of a term or factor."""
        if e in self._keys:
            return self._keys[e]
        names = sorted(self.name_key(s.name) for s in e.free_symbols)
        self._keys[e] = (e.has(sp.I), names, -_degree(e), str(e))
        return self._keys[e]

    def sorted_terms(self, terms: Sequence[Expr]) -> list[Expr]:
        """Terms of a sum in reading order: a positive one leads where there is one, a bare number stands last
        behind linear terms and first before others (n + 1/2, but 1 - epsilon and 1 + g^2)."""
        numbers = [t for t in terms if not t.free_symbols]
        others = sorted((t for t in terms if t.free_symbols), key=self.key)
        if "1" in self._place:
            first = {t: min(self.name_key(s.name) for s in t.free_symbols)[0] for t in others}
            before = [t for t in others if not t.has(sp.I) and first[t] < self._place["1"]]
            ordered = [*before, *numbers, *(t for t in others if t not in before)]
        elif numbers and others and (_negative(others[0]) or not any(_is_linear(t) for t in others)):
            ordered = [*numbers, *others]
        else:
            ordered = [*others, *numbers]
        lead = next((i for i, t in enumerate(ordered) if not _negative(t)), 0)
        return [ordered[lead], *ordered[:lead], *ordered[lead + 1 :]]


def _negative(t: Expr) -> bool:
    return bool(t.as_coeff_Mul()[0].is_negative)


def _is_linear(t: Expr) -> bool:
    """A number times plain symbols."""
    return all(f.is_Symbol for f in sp.Mul.make_args(t.as_coeff_Mul()[1]))


def _degree(t: Expr) -> Expr:
    powers = (f.as_base_exp() for f in sp.Mul.make_args(t))
    return sum((k for base, k in powers if base.free_symbols and k.is_Rational), sp.S.Zero)


def is_moment(f: Expr) -> bool:
    """Whether a factor is a variance or covariance; they are written behind rates."""
    return any(s.name.startswith(("var_", "cov_", "sym_")) for s in f.free_symbols)


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
    for base, k in _powers(e, sp.S.One):
        if isinstance(base, sp.Rational) and k.is_Integer:
            number *= base**k
        elif isinstance(base, sp.exp) and k.is_Integer:
            exponents.append(k * base.args[0])
        else:
            total = powers.pop(base, sp.S.Zero) + k
            if base is sp.I and total.is_Integer:  # taken out of several brackets
                number, total = number * (-1 if total % 4 > 1 else 1), total % 2
            if isinstance(base, sp.Rational) and total.is_Integer:
                number *= base**total
            elif total != 0:
                powers[base] = total
    if exponents:
        joint = exponents[0] if len(exponents) == 1 else gathered(sp.expand(sp.Add(*exponents)))
        if joint != 0:
            powers[sp.exp(joint, evaluate=False)] = sp.S.One
    return number, powers


def _powers(base: Expr, k: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The factors of base^k with their exponents."""
    if isinstance(base, sp.Mul) and k.is_Integer:
        for f in base.args:
            yield from _powers(f, k)
    elif isinstance(base, sp.Pow) and (k.is_Integer or k == 1):
        yield from _powers(base.base, base.exp * k)
    else:
        yield base, k


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
