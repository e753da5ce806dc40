"""A named result: an expression over definitions, with the derivation that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions.definitions import Definitions


@dataclass(frozen=True)
class Quantity:
    """`name` = `expr`, where `expr` may use the symbols of `definitions`.

    `domain` holds expressions that must be positive for the value to exist (damping rates, for a steady state).
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "expr", sp.sympify(self.expr))
        object.__setattr__(self, "definitions", self.definitions.needed(self.expr, *self.domain))

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that a value is needed for, sorted by name."""
        return self.definitions.parameters(self.expr, *self.domain)

    @property
    def derivation(self) -> Any:
        """The steps from the model to this quantity, as a `cascade_sym.steps.Derivation`."""
        from cascade_sym.steps import Derivation

        return Derivation(self.name, self.steps)

    def inline(self) -> Expr:
        """The expression with every definition written out."""
        return self.definitions.inline(self.expr)

    def subs(self, values: Mapping[Symbol, Expr]) -> Quantity:
        """Parameters replaced by `values` (exactly; simultaneous)."""
        new = {k: sp.sympify(v) for k, v in values.items()}
        domain = tuple(d.xreplace(new) for d in self.domain)
        return Quantity(self.name, self.expr.xreplace(new), self.definitions.substituted(new), self.steps, domain)

    def _repr_latex_(self) -> str:
        from cascade_sym.latex.show import quantity_latex

        return quantity_latex(self)
