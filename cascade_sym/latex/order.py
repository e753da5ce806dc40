"""The order in which terms and factors are written: the notation's hints first, then alphabetical."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.latex.names import short_name

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
            one = self._place["1"]
            before = [t for t in others if not t.has(sp.I) and self._first_place(t) < one]
            ordered = [*before, *numbers, *(t for t in others if t not in before)]
        elif numbers and others and (_negative(others[0]) or not any(_is_linear(t) for t in others)):
            ordered = [*numbers, *others]
        else:
            ordered = [*others, *numbers]
        lead = next((i for i, t in enumerate(ordered) if not _negative(t)), 0)
        return [ordered[lead], *ordered[:lead], *ordered[lead + 1 :]]

    def _first_place(self, t: Expr) -> int:
        return min(self.name_key(s.name)[0] for s in t.free_symbols)


def _negative(t: Expr) -> bool:
    return bool(t.as_coeff_Mul()[0].is_negative)


def _is_linear(t: Expr) -> bool:
    """A number times plain symbols."""
    return all(f.is_Symbol for f in sp.Mul.make_args(t.as_coeff_Mul()[1]))


def _degree(t: Expr) -> Expr:
    total = sp.S.Zero
    for f in sp.Mul.make_args(t):
        b, e = f.as_base_exp()
        if b.free_symbols and e.is_Rational:
            total += e
    return total


def is_moment(f: Expr) -> bool:
    """Whether a factor is a variance or covariance; they are written behind rates."""
    return any(s.name.startswith(("var_", "cov_", "sym_")) for s in f.free_symbols)
