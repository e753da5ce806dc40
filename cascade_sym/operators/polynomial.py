"""Polynomials in bosonic operators, kept in normal order.

Operators of different names commute; [a, a^dagger] = 1 for bosonic modes. A field at a time, a frequency or a place,
b(t), has no commutator here: b(t) and b(tp)^dagger have a delta function, which enters only through the input-output
rules of `cascade_sym.derive`. Products of a field with its adjoint, or of fields at different points, stay in the order
in which they are written (see `unordered`); different fields at one point commute, and modes with all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from numbers import Integral

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DerivationError
from cascade_sym.exact import all_zero
from cascade_sym.operators.linear import LinearForm, Op, collected
from cascade_sym.shown import Shown
from cascade_sym.symbols import as_given, conj, symbols_in
from cascade_sym.symbols.names import Own

Monomial = tuple[Op, ...]


class Integration(Own):
    """The symbol that stands for int_lo^hi d(variable) in a coefficient of operators at that point."""

    __slots__ = ("hi", "lo", "variable")
    variable: Symbol
    lo: Expr
    hi: Expr

    def __new__(cls, variable: Symbol, lo: Expr, hi: Expr) -> Integration:
        made = Symbol.__xnew__(cls, f"int[{variable}={sp.sstr(lo)}..{sp.sstr(hi)}]")
        made.variable, made.lo, made.hi = variable, lo, hi
        return made  # type: ignore[no-any-return]


_AT_POINT = re.compile(r"(?P<field>.+?)\((?P<point>.*)\)")


@lru_cache(maxsize=20_000)
def field_at(name: str) -> tuple[str, str] | None:
    """The field and the point of an operator such as b(t); None for a mode.

    >>> field_at("b(t)"), field_at("a")
    (('b', 't'), None)
    """
    m = _AT_POINT.fullmatch(name)
    return (m["field"], m["point"]) if m else None


def keep_order(x: Op, y: Op) -> bool:
    """Whether the commutator of two operators is not known (module docstring)."""
    one, two = field_at(x.name), field_at(y.name)
    if one is None or two is None:
        return False
    return one[1] != two[1] or (one[0] == two[0] and x.dag != y.dag)


def unordered(word: Monomial) -> bool:
    """Whether a product holds operators whose commutator is not known: it may be equal to others in another order."""
    return any(keep_order(x, y) for x, y in combinations(word, 2))


@lru_cache(maxsize=100_000)
def _normal(word: Monomial) -> tuple[tuple[Monomial, Expr], ...]:
    """A product of operators as a sum of monomials in normal order: mode by mode, sorted by name, creation left."""
    for i in range(len(word) - 1):
        x, y = word[i], word[i + 1]
        if keep_order(x, y):
            continue
        if x.name == y.name:
            if not x.dag and y.dag:  # a a^dagger = a^dagger a + 1
                swapped = word[:i] + (y, x) + word[i + 2 :]
                both = collected((*_normal(swapped), *_normal(word[:i] + word[i + 2 :])))
                return tuple((w, k) for w, k in both.items() if k)
        elif (x.name, not x.dag) > (y.name, not y.dag):
            return _normal(word[:i] + (y, x) + word[i + 2 :])
    return ((word, sp.S.One),)


@dataclass(frozen=True)
class OperatorPolynomial(Shown):
    """A sum of coefficient * normally ordered monomial; the empty monomial is the identity.

    >>> a = operator("a")
    >>> commutator(a, a.dagger()).scalar()
    1
    """

    terms: Mapping[Monomial, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", {m: c for m, c in self.terms.items() if c != 0})

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __add__(self, other: object) -> OperatorPolynomial:
        return OperatorPolynomial(collected((*self.terms.items(), *as_operator(other).terms.items())))

    __radd__ = __add__

    def __neg__(self) -> OperatorPolynomial:
        return OperatorPolynomial({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: object) -> OperatorPolynomial:
        return self + (-as_operator(other))

    def __rsub__(self, other: object) -> OperatorPolynomial:
        return as_operator(other) - self

    def __mul__(self, other: object) -> OperatorPolynomial:
        if not isinstance(other, OperatorPolynomial):
            if getattr(other, "acts_on_rho", False):
                return NotImplemented
            factor = as_given(other)
            return OperatorPolynomial({m: c * factor for m, c in self.terms.items()})
        if self.is_integral and other.is_integral:
            raise DerivationError(
                "a product of two integrals over operators is not known here; write one double integral."
            )
        pairs = ((m + n, c, d) for m, c in self.terms.items() for n, d in other.terms.items())
        return OperatorPolynomial(collected((w, k * c * d) for word, c, d in pairs for w, k in _normal(word)))

    def __rmul__(self, other: object) -> OperatorPolynomial:
        return self * other

    def __truediv__(self, other: object) -> OperatorPolynomial:
        if isinstance(other, OperatorPolynomial):
            raise DerivationError("can't divide by an operator; divide by a number.")
        return self * (1 / as_given(other))

    def __pow__(self, k: int) -> OperatorPolynomial:
        if not isinstance(k, Integral | sp.Integer) or k < 0:
            raise DerivationError(f"an operator to the power {k}: only 0, 1, 2, ... are defined.")
        out = as_operator(1)
        for _ in range(int(k)):
            out = out * self
        return out

    def dagger(self) -> OperatorPolynomial:
        """The adjoint."""
        pairs = ((tuple(o.dagger() for o in reversed(m)), conj(c)) for m, c in self.terms.items())
        return OperatorPolynomial(collected((w, k * c) for word, c in pairs for w, k in _normal(word)))

    def scalar(self) -> Expr:
        """The number that this is; DerivationError if operators remain."""
        if any(self.terms.keys() - {()}):
            raise DerivationError(f"expected a number, got the operator {self}.")
        return self.terms.get((), sp.S.Zero)

    def linear(self) -> LinearForm:
        """As a linear form; DerivationError if it has terms of another degree."""
        if bad := [m for m in self.terms if len(m) != 1]:
            raise DerivationError(f"expected an expression linear in the operators, found the term {bad[0]}.")
        return LinearForm({m[0]: c for m, c in self.terms.items()})

    def names(self) -> frozenset[str]:
        """Names of all operators that occur."""
        return frozenset(o.name for m in self.terms for o in m)

    def filtered(self, keep: Callable[[Monomial], bool]) -> OperatorPolynomial:
        """Only the monomials for which `keep` is true."""
        return OperatorPolynomial({m: c for m, c in self.terms.items() if keep(m)})

    def substituted(self, values: Mapping[str, OperatorPolynomial]) -> OperatorPolynomial:
        """Operators replaced by polynomials (adjoint for adjoint)."""
        out = OperatorPolynomial()
        for m, c in self.terms.items():
            term = as_operator(c)
            for o in m:
                v = values.get(o.name, operator(o.name))
                term = term * (v.dagger() if o.dag else v)
            out = out + term
        return out

    def map_coefficients(self, f: Callable[[Expr], Expr]) -> OperatorPolynomial:
        """Every coefficient replaced by f of it."""
        return OperatorPolynomial({m: f(c) for m, c in self.terms.items()})

    def mapped(self, values: Mapping[Expr, Expr]) -> OperatorPolynomial:
        """Coefficients with `values` substituted."""
        return self.map_coefficients(lambda c: c.xreplace(dict(values)))

    @property
    def is_integral(self) -> bool:
        """Whether a term stands under an integral over its operators (see `formal_integral`)."""
        return any(isinstance(s, Integration) for c in self.terms.values() for s in symbols_in(c))

    @property
    def coefficients(self) -> tuple[Expr, ...]:
        """What is zero where this operator is."""
        return tuple(self.terms.values())

    @property
    def is_zero(self) -> bool:
        """Whether every coefficient is zero, proved in the exact algebra."""
        return all_zero(self.coefficients)


def as_operator(value: object) -> OperatorPolynomial:
    """Numbers and linear forms as operator polynomials."""
    if isinstance(value, OperatorPolynomial):
        return value
    if isinstance(value, LinearForm):
        return OperatorPolynomial({(o,): c for o, c in value})
    return OperatorPolynomial({(): as_given(value)})


def operator(name: str) -> OperatorPolynomial:
    """The annihilation (or field) operator called `name`.

    >>> a = operator("a")
    >>> commutator(a, a.dagger()).scalar()
    1
    """
    return OperatorPolynomial({(Op(name),): sp.S.One})


def commutator(a: OperatorPolynomial, b: OperatorPolynomial) -> OperatorPolynomial:
    """[a, b].

    >>> a, b = operator("a"), operator("b")
    >>> commutator(a*b, b.dagger()).linear().terms
    {Op(name='a', dag=False): 1}
    """
    return a * b - b * a


def quadratures(name: str) -> tuple[OperatorPolynomial, OperatorPolynomial]:
    """X = (a + a^dagger)/sqrt2 and P = (a - a^dagger)/(sqrt2 i) of a mode.

    >>> X, P = quadratures("a")
    >>> commutator(X, P).scalar()
    I
    """
    a = operator(name)
    return (a + a.dagger()) / sp.sqrt(2), (a - a.dagger()) / (sp.sqrt(2) * sp.I)
