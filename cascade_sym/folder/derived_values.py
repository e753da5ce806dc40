"""What a folder derives: exact values, leading forms, laws, bounds; what it declares beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.shown import Shown
from cascade_sym.steps import Check, Step

if TYPE_CHECKING:
    from cascade_sym.asymptotics import Scaling


@dataclass(frozen=True)
class Leading(Shown):
    """A derived leading term, for a printed statement with an approximation sign.

    `leading` is what the derivation gives at the order that is printed; `check` proves that it is the leading term of
    the exact quantity; `note` says in what (the small parameter, the terms dropped).
    """

    leading: Any
    check: Callable[[], Check]
    note: str


@dataclass(frozen=True)
class PowerLaw(Shown):
    """A derived scaling, for a printed one: prefactor * large^exponent, its prefactor exact and perhaps implicit."""

    law: Scaling
    note: str

    @property
    def leading(self) -> Expr:
        """The leading form; the prefactor is called P where it has no closed form."""
        return self.law.prefactor.shown() * self.law.large**self.law.exponent


@dataclass(frozen=True)
class Bound(Shown):
    """A derived bound, for a printed statement with <, <=, > or >=.

    `of` (a Quantity or expression) is what is bounded by `value`: from below, or with `below=False` from above.
    `attained` says whether it takes that value, or tends to it in the limit that the statement is about (an optimum for
    C_S -> oo): then <= and >= are right, else < and >. `check` proves all that; `note` says more.

    >>> import sympy as sp
    >>> from cascade_sym.steps import Check
    >>> from cascade_sym.symbols import symbol
    >>> x = symbol("x")
    >>> Bound(sp.Integer(1), x**2 + 1, True, lambda: Check(True, "a square and 1")).relation
    '>='
    """

    value: Any
    of: Any
    attained: bool
    check: Callable[[], Check]
    note: str = ""
    below: bool = True

    @property
    def relation(self) -> str:
        """The sign that belongs between what is bounded and the bound."""
        return (">" if self.below else "<") + ("=" if self.attained else "")


def leading_form(value: Any) -> Any:
    """What a derived value is compared and shown as: of a leading term, a scaling or a bound its form, else itself."""
    if isinstance(value, Bound):
        return value.value
    return value.leading if isinstance(value, Leading | PowerLaw) else value


@dataclass(frozen=True)
class Result(Shown):
    """The derived right sides of an equation by their left sides as printed, and the steps to them.

    `names` says what names in this equation's printed formulas stand for, where that differs from the glossary;
    `evidence` is JSON-ready data that the ledger shows with the verdict (a certificate, exact numbers).
    """

    values: Mapping[str, Any]
    steps: Sequence[Step] = ()
    names: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Declared(Shown):
    """A quantity that `cascade-sym eval` knows: how to make it, and the parameters it is given in.

    `make` gives it as a formula; `number` instead gives (decimal text, error bound) at exact values and a number of
    digits, for quantities that are found numerically. `formula`, for those, gives a formula at the values that are
    set (exact; {} for none), for asymptotics. `arrays`, for those, gives what computes it in floats over arrays: a
    Quantity, or a function of keyword arrays.
    """

    name: str
    make: Callable[[], Quantity]
    parameters: tuple[str, ...]
    defaults: Mapping[str, Expr]
    title: str
    number: Callable[[Mapping[Symbol, Expr], int], tuple[str, float]] | None = None
    formula: Callable[[Mapping[Symbol, Expr]], Quantity] | None = None
    arrays: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Figure(Shown):
    """A figure of the paper: `compute()` gives its data as an `xarray.Dataset`, `draw(axes, data)` draws them.

    `axes` is one matplotlib Axes, or a list of them where `panels` (rows, columns) has several; `draw` returns the
    artists. `size` is in inches.
    """

    name: str
    title: str
    caption: str
    compute: Callable[[], Any]
    draw: Callable[[Any, Any], Sequence[Any]]
    panels: tuple[int, int] = (1, 1)
    size: tuple[float, float] = (3.375, 2.6)
