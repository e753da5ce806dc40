"""A named result: an expression over definitions, with the derivation that led to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from sympy import Expr, Symbol

from cascade_sym.definitions.definitions import Declared, Definitions
from cascade_sym.errors import ParameterError
from cascade_sym.steps import Derivation, Step
from cascade_sym.symbols import NOTHING, Domains, domains_in, expression, replacements


@dataclass(frozen=True)
class Quantity(Declared):
    """`name` = `expr`, where `expr` may use the symbols of `definitions`.

    `domain` holds expressions that must be positive for the value to exist (damping rates, for a steady state),
    `nonnegative` those that may vanish, but not be negative (an efficiency eta and 1 - eta).
    `steps` is the derivation, empty for plain expressions. `accuracy` is the absolute error that its evaluator
    guarantees by default, where plain doubles lose the digits of a figure in states of interest; None: plain doubles.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> q = Quantity("z", y**2, Definitions(((y, x + 1),)))
    >>> q.inline()
    (x + 1)**2
    >>> q.parameters
    (x,)
    >>> q.subs({"x": 1}).inline()
    4
    """

    name: str
    expr: Expr
    definitions: Definitions = field(default_factory=Definitions)
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)
    domain: tuple[Expr, ...] = ()
    nonnegative: tuple[Expr, ...] = field(default=(), kw_only=True)
    accuracy: float | None = field(default=None, kw_only=True, compare=False, repr=False)

    def __post_init__(self) -> None:
        raw = (self.expr, *self.domain, *self.nonnegative)
        expr, *conditions = map(expression, raw)
        definitions = self.definitions.needed(expr, *conditions)
        if (found := domains_in(*raw)) != NOTHING:
            definitions = replace(definitions, domains=definitions.domains.merged(found))
        many = len(self.domain)
        for name, value in (
            ("expr", expr), ("definitions", definitions), ("domain", tuple(conditions[:many])),
            ("nonnegative", tuple(conditions[many:])),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that a value is needed for, sorted by name."""
        return self.definitions.parameters(self.expr, *self.domain, *self.nonnegative)

    @property
    def derivation(self) -> Derivation:
        """The steps from the model to this quantity."""
        return Derivation(self.name, self.steps)

    @property
    def where(self) -> Domains:
        """What is declared of its parameters and where its value exists, with every definition written out."""
        written = [[self.definitions.inline(e) for e in group] for group in (self.domain, self.nonnegative)]
        positive, nonnegative = (
            tuple(e.as_content_primitive()[1] for e in group if e.free_symbols) for group in written
        )
        return self.domains.merged(Domains(positive=positive, nonnegative=nonnegative))

    def inline(self) -> Expr:
        """The expression with every definition written out."""
        return self.definitions.inline(self.expr)

    def subs(self, values: Mapping[Any, Any]) -> Self:
        """Parameters (symbols or names) replaced by `values`, exactly and simultaneously.

        A parameter that what this was derived from has, but this does not depend on, may be given too; for any other
        name UnknownParameter is raised. Definitions step aside for new parameters of their names. Raises ParameterError
        for a number outside the domain of its parameter.
        """
        new = replacements(values, self.parameters, self.definitions.domains, self.name)
        apart = self.beside(new.values())
        edges = [(was, was.xreplace(new)) for was in apart.nonnegative]
        for was, now in edges:
            if now.is_negative:
                raise ParameterError(f"{self.name} exists for {was} >= 0 only; here it is {now}.")
        kept = tuple(now for _, now in edges if not now.is_number)
        definitions = apart.definitions.replaced(new, values)
        return apart._mapped(new, definitions, nonnegative=kept)

    def beside(self, exprs: Iterable[Expr]) -> Self:
        """The same with definitions that step aside for the parameters in `exprs`."""
        definitions, moved = self.definitions.beside(exprs)
        return self._mapped(moved, definitions) if moved else self

    def _mapped(self, table: Mapping[Any, Expr], definitions: Definitions, **more: Any) -> Self:
        """Everything over the definitions with symbols replaced, over new definitions."""

        def put(e: Any) -> Any:
            return tuple(map(put, e)) if isinstance(e, tuple) else e.xreplace(table)

        new = {"expr": put(self.expr), "domain": put(self.domain), "nonnegative": put(self.nonnegative), **more}
        return replace(self, definitions=definitions, **new)
