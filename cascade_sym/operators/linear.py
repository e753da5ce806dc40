"""Linear forms in operators: sums of coefficient times mode or field operator.

Every equation of a linear system is one: da/dt and each output field, in the modes and the input fields.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import ParameterError
from cascade_sym.shown import Shown
from cascade_sym.symbols import as_given, conj, expression, symbols_in

Key = TypeVar("Key")


class Op(NamedTuple):
    """A mode or field operator: its name, and whether it is the adjoint.

    >>> Op("a").dagger()
    Op(name='a', dag=True)
    """

    name: str
    dag: bool = False

    def dagger(self) -> Op:
        return Op(self.name, not self.dag)

    @property
    def label(self) -> str:
        """For people: "S.in-^+"."""
        return f"{self.name}^+" if self.dag else self.name


@dataclass(frozen=True)
class LinearForm(Shown):
    """The sum of coefficient * operator; coefficients are SymPy expressions, terms with zero are dropped.

    >>> x = sp.Symbol("x")
    >>> f = LinearForm({Op("a"): sp.I*x})
    >>> f.dagger()[Op("a", True)]
    -I*x
    """

    terms: Mapping[Op, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if bad := [o for o in self.terms if not isinstance(o, Op)]:
            raise ParameterError(f"a linear form has operators as keys, such as Op('a'); got {bad[0]!r}.")
        object.__setattr__(self, "terms", {o: as_given(c) for o, c in self.terms.items() if c != 0})

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    # systems are composed of the same forms again and again, so a form knows what is asked of it each time

    @cached_property
    def is_read(self) -> bool:
        """Whether its coefficients are as `cascade_sym.symbols.expression` gives them."""
        return all(expression(c) is c for c in self.terms.values())

    @cached_property
    def symbols(self) -> frozenset[Symbol]:
        """The symbols in its coefficients."""
        return frozenset().union(*map(symbols_in, self.terms.values()))

    def __getitem__(self, op: Op) -> Expr:
        return self.terms.get(op, sp.S.Zero)

    def __iter__(self) -> Iterator[tuple[Op, Expr]]:
        return iter(self.terms.items())

    def __len__(self) -> int:
        return len(self.terms)

    def __add__(self, other: LinearForm) -> LinearForm:
        return linear_sum((self, other))

    def __neg__(self) -> LinearForm:
        return self.map_coefficients(operator.neg)

    def __sub__(self, other: LinearForm) -> LinearForm:
        return self + (-other)

    def scaled(self, factor: Expr) -> LinearForm:
        """The form times a number."""
        number = as_given(factor)
        return self.map_coefficients(lambda c: number * c)

    @cached_property
    def _adjoint(self) -> LinearForm:
        return LinearForm({o.dagger(): conj(c) for o, c in self})

    def dagger(self) -> LinearForm:
        """The adjoint form."""
        return self._adjoint

    def turned(self, dag: bool) -> LinearForm:
        """The form, or its adjoint."""
        return self.dagger() if dag else self

    def map_coefficients(self, f: Callable[[Expr], Expr]) -> LinearForm:
        """Every coefficient replaced by f of it."""
        return LinearForm({o: f(c) for o, c in self})

    def substituted(self, forms: Mapping[str, LinearForm]) -> LinearForm:
        """Operators named in `forms` replaced by them (adjoint for adjoint)."""
        return linear_sum(forms.get(o.name, op(o.name)).turned(o.dag).scaled(c) for o, c in self)

    def renamed(self, names: Mapping[str, str]) -> LinearForm:
        """Operators renamed."""
        return LinearForm({Op(names.get(o.name, o.name), o.dag): c for o, c in self})

    def mapped(self, values: Mapping[Expr, Expr]) -> LinearForm:
        """Coefficients with `values` substituted."""
        return self.map_coefficients(lambda c: c.xreplace(dict(values)))


def linear_sum(forms: Iterable[LinearForm]) -> LinearForm:
    """The sum of linear forms."""
    return LinearForm(collected(term for f in forms for term in f))


def collected(terms: Iterable[tuple[Key, Expr]]) -> dict[Key, Expr]:
    """The sum of the coefficients of each key."""
    total: dict[Key, list[Expr]] = {}
    for key, c in terms:
        total.setdefault(key, []).append(c)
    return {key: sp.Add(*cs) for key, cs in total.items()}


def op(name: str, coefficient: Expr | int = 1, *, dag: bool = False) -> LinearForm:
    """The form coefficient * name (or its adjoint)."""
    return LinearForm({Op(name, dag): as_given(coefficient)})
