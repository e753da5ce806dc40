"""Which parameters are angles: those that enter through sines and cosines only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction as Q
from typing import Any

from cascade_sym.program import Arithmetic, Calculation

CIRCULAR = ("sin", "cos", "tan", "cot", "sec", "csc")
Form = dict[str, Q]  # rational multiples of symbols, of "pi" (no symbol's key, which has a dot before it) and of one
ONE, PI = "1", "pi"


@dataclass
class Uses(Arithmetic):
    """How symbols are used: `angles` inside circular functions, `plain` outside; `turns` are multiples of pi inside."""

    angles: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    turns: set[Q] = field(default_factory=set)

    def number(self, q: Q) -> Form:
        return {ONE: q}

    def constant(self, name: str) -> Form:
        return {PI: Q(1)} if name == "pi" else {}

    def add(self, terms: Sequence[Form]) -> Form:
        total: Form = {}
        for t in terms:
            for s, k in t.items():
                total[s] = total.get(s, Q(0)) + k
        return total

    def mul(self, factors: Sequence[Form]) -> Form:
        others = [f for f in factors if set(f) != {ONE}]
        if len(others) > 1:
            return self.used(others)
        q = Q(1)
        for f in factors:
            if set(f) == {ONE}:
                q *= f[ONE]
        return {s: k * q for s, k in (others[0] if others else {ONE: Q(1)}).items()}

    def power(self, base: Form, exponent: Q) -> Form:
        if set(base) == {ONE} and exponent.denominator == 1 and (base[ONE] or exponent > 0):
            return {ONE: base[ONE] ** exponent.numerator}
        return self.used([base])

    def pow(self, base: Form, exponent: Form) -> Form:
        return self.used([base, exponent])

    def call(self, name: str, *arguments: Form) -> Form:
        if name not in CIRCULAR:
            return self.used(arguments)
        found = {s: k for s, k in arguments[0].items() if k}
        self.angles |= {s[1:] for s in found if s.startswith(".")}
        self.turns |= {abs(found[PI])} if PI in found else set()
        return {}

    def used(self, forms: Sequence[Form]) -> Form:
        """Something that is no sum of angles any more."""
        self.plain |= {s[1:] for f in forms for s, k in f.items() if s.startswith(".") and k}
        return {}


def uses_of_angles(program: Calculation) -> Uses:
    """How the symbols of a calculation are used.

    >>> import sympy as sp
    >>> from cascade_sym.program import read
    >>> x, y = sp.symbols("x y")
    >>> u = uses_of_angles(read(sp.sin(x + 2*y + sp.pi/4)*y))
    >>> sorted(u.angles), sorted(u.plain), u.turns
    (['x', 'y'], ['y'], {Fraction(1, 4)})
    """
    uses = Uses()
    uses.used(program.run(uses, {s: {f".{s}": Q(1)} for s in program.symbols}))
    return uses


def is_angle(program: Calculation, name: str) -> bool:
    """Whether a symbol enters through sines and cosines only."""
    uses: Any = uses_of_angles(program)
    return name in uses.angles and name not in uses.plain
