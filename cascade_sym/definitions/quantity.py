"""A named result: an expression over definitions, with the derivation that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions.definitions import Definitions
from cascade_sym.errors import ParameterError


@dataclass(frozen=True)
class Quantity:
    """`name` = `expr`, where `expr` may use the symbols of `definitions`.

    `domain` holds expressions that must be positive for the value to exist (damping rates, for a steady state),
    `nonnegative` those that may vanish, but not be negative (an efficiency eta and 1 - eta).
    `steps` is the derivation (a tuple of `cascade_sym.steps.Step`), empty for plain expressions.

    >>> x, y = sp.symbols("x y")
    >>> q = Quantity("z", y**2, Definitions(((y, x + 1),)))
    >>> q.inline()
    (x + 1)**2
    >>> q.parameters
    (x,)
    """

    name: str
    expr: Expr
    definitions: Definitions = field(default_factory=Definitions)
    steps: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    domain: tuple[Expr, ...] = ()
    nonnegative: tuple[Expr, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "expr", sp.sympify(self.expr))
        needed = self.definitions.needed(self.expr, *self.domain, *self.nonnegative)
        object.__setattr__(self, "definitions", needed)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that a value is needed for, sorted by name."""
        return self.definitions.parameters(self.expr, *self.domain, *self.nonnegative)

    @property
    def derivation(self) -> Any:
        """The steps from the model to this quantity, as a `cascade_sym.steps.Derivation`."""
        from cascade_sym.steps import Derivation

        return Derivation(self.name, self.steps)

    def inline(self) -> Expr:
        """The expression with every definition written out."""
        return self.definitions.inline(self.expr)

    def subs(self, values: Mapping[Symbol, Expr]) -> Quantity:
        """Parameters replaced by `values` (exactly; simultaneous); ParameterError where one is out of its range."""
        new = {k: sp.sympify(v) for k, v in values.items()}
        domain, definitions = tuple(d.xreplace(new) for d in self.domain), self.definitions.substituted(new)
        edges = self.edges_after(new)
        return Quantity(self.name, self.expr.xreplace(new), definitions, self.steps, domain, nonnegative=edges)

    def edges_after(self, new: Mapping[Symbol, Expr]) -> tuple[Expr, ...]:
        """What is left of `nonnegative` once parameters are replaced; ParameterError where one has become negative."""
        edges = tuple(d.xreplace(dict(new)) for d in self.nonnegative)
        for was, now in zip(self.nonnegative, edges, strict=True):
            if now.is_negative:
                raise ParameterError(f"{self.name} exists for {was} >= 0 only; here it is {now}.")
        return tuple(e for e in edges if not e.is_number)

    def _repr_latex_(self) -> str:
        from cascade_sym.latex.show import quantity_latex

        return quantity_latex(self)
