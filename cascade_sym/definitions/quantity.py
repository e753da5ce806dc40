"""A named result: an expression over definitions, with the derivation that led to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from sympy import Abs, Expr, Symbol

from cascade_sym import shown
from cascade_sym.definitions.count import operations
from cascade_sym.definitions.definitions import Declared, Definitions
from cascade_sym.definitions.nearest import numbers
from cascade_sym.errors import DivisionByZero, DuplicateName, MissingParameter, ParameterError, UnstableError, listing
from cascade_sym.program.numbers import with_values
from cascade_sym.steps import Derivation, Step
from cascade_sym.symbols import NOTHING, Domains, domains_in, expression, replacements


@dataclass(frozen=True)
class Quantity(Declared):
    """`name` = `expr`, where `expr` may use the symbols of `definitions`.

    `domain` holds expressions that must be positive for the value to exist (damping rates, for a steady state),
    `nonnegative` those that may vanish, but not be negative (an efficiency eta and 1 - eta).
    `steps` is the derivation, empty for plain expressions. `accuracy` is the absolute error that its evaluator
    guarantees by default, where plain doubles lose the digits of a figure in states of interest; None: plain doubles.
    `supposed` is what proofs on the way used beside what is declared ("a + b != 0" where that was cancelled).

    >>> x, y = Symbol("x"), Symbol("y")
    >>> q = Quantity("z", y**2, Definitions(((y, x + 1),)))
    >>> q.inline()
    (x + 1)**2
    >>> q.parameters
    (x,)
    >>> q.subs({"x": 1}).inline()
    4

    Sums, products and powers with numbers, expressions and other quantities are quantities again, over the
    definitions of both (DuplicateName where one name has two); `float` gives the number of one without parameters.
    `==` compares what is written, `cascade_sym.equal` what it means.

    >>> (2*q + 1).inline(), float(q.subs({"x": 1})/8)
    (2*(x + 1)**2 + 1, 0.5)
    """

    name: str
    expr: Expr
    definitions: Definitions = field(default_factory=Definitions)
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)
    domain: tuple[Expr, ...] = ()
    nonnegative: tuple[Expr, ...] = field(default=(), kw_only=True)
    accuracy: float | None = field(default=None, kw_only=True, compare=False, repr=False)
    supposed: tuple[str, ...] = field(default=(), kw_only=True, compare=False, repr=False)

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
    def assumptions(self) -> tuple[str, ...]:
        """What is declared of its parameters and what proofs on the way supposed, in the language of formulas."""
        return tuple(dict.fromkeys((*super().assumptions, *self.supposed)))

    @property
    def operations(self) -> int:
        """How long it is with the definitions that it uses: + - * / powers, roots and functions, one each.

        >>> x, y = Symbol("x"), Symbol("y")
        >>> Quantity("z", 2*y**2, Definitions(((y, x + 1),))).operations
        3
        """
        used = self.definitions.needed(self.expr)
        return operations(self.expr) + sum(operations(e) for _, e in used)

    def simplified(self) -> Self:
        """The same in fewer operations, as a paper would print it; itself where nothing shorter is found and proved.

        Tried are factors, completed squares, sums without a whole part, partial fractions, cosh and cos where
        exponentials pair up, names for what repeats itself. No denominator is made real. Equality is proved; what the
        proof supposed is added to `assumptions`. The search is bounded by a count, not by time.

        >>> x, y = Symbol("x"), Symbol("y")
        >>> Quantity("z", (x**2 - y**2)/(x**3 - y*x**2) + 1/x**2, Definitions()).simplified().expr
        (x + y + 1)/x**2
        """
        return shown.painter("simplified", self)  # type: ignore[no-any-return]

    def with_names(self, names: Mapping[Any, Any]) -> Self:
        """The same in combinations of one's own: each name becomes a definition where the formula is shorter with it.

        `names` are names and what they stand for, {"C": 4*G**2/(kappa*gamma)}; one may use those before it. A name that
        does not shorten the formula (its own operations are not counted) is left out; without any the quantity is
        returned as it is, else `simplified`, so names come last. Equality is proved. Raises DuplicateName for a name
        that is taken, ParameterError for what is no combination of parameters.

        >>> G, kappa, gamma, n = map(Symbol, ("G", "kappa", "gamma", "n"))
        >>> q = Quantity("n_f", gamma*n/(gamma + 4*G**2/kappa)).with_names({"gamma_opt": 4*G**2/kappa})
        >>> q.expr, q.definitions.items
        (gamma*n/(gamma + gamma_opt), ((gamma_opt, 4*G**2/kappa),))
        """
        return shown.painter("named", self, names=names)  # type: ignore[no-any-return]

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
        """The expression with every definition written out. Raises WorkSpent where that is millions of terms."""
        return self.definitions.inline(self.expr)

    # -- arithmetic: a result is a quantity over the definitions of both ------------------------------------

    _op_priority = 20.0  # SymPy leaves x + q to us

    def _sympy_(self) -> Expr:
        return self.inline()

    def _combined(self, f: Callable[..., Expr], other: Any = None, *, linear: bool = False) -> Any:
        """f of this and another operand (quantity, expression or number)."""
        if other is None:
            return self._with(_named(f(_symbol(self))), f(self.expr), self.definitions, (self,), linear)
        if isinstance(other, Quantity):
            merged = _joined(self, other)
            name, parts = f(_symbol(self), _symbol(other)), (self, other)
            return self._with(_named(name), f(self.expr, other.expr), merged, parts, linear)
        try:
            e = expression(other)
        except ParameterError:
            return NotImplemented
        if clash := sorted(s.name for s in e.free_symbols if s in self.definitions):
            raise DuplicateName(f"{listing(clash)} in {e} is the name of a definition of {self.name}; rename it.")
        domains = self.definitions.domains.merged(domains_in(other))
        definitions = replace(self.definitions, domains=domains) if domains != self.definitions.domains else None
        return self._with(
            _named(f(_symbol(self), e)), f(self.expr, e), definitions or self.definitions, (self,), linear
        )

    def _with(
        self, name: str, expr: Expr, definitions: Definitions, parts: tuple[Quantity, ...], linear: bool
    ) -> Quantity:
        """What is made of `parts`: it exists where all of them do, and has the steps of all."""
        steps = [s for k, p in enumerate(parts) for s in p.steps if not any(s is t for q in parts[:k] for t in q.steps)]
        edges = [tuple(dict.fromkeys(e for p in parts for e in getattr(p, kind))) for kind in ("domain", "nonnegative")]
        supposed = tuple(dict.fromkeys(a for p in parts for a in p.supposed))
        return Quantity(name, expr, definitions, tuple(steps), edges[0], nonnegative=edges[1], supposed=supposed)

    def __add__(self, other: Any) -> Any:
        return self._combined(lambda a, b: a + b, other, linear=True)

    def __radd__(self, other: Any) -> Any:
        return self._combined(lambda a, b: b + a, other, linear=True)

    def __sub__(self, other: Any) -> Any:
        return self._combined(lambda a, b: a - b, other, linear=True)

    def __rsub__(self, other: Any) -> Any:
        return self._combined(lambda a, b: b - a, other, linear=True)

    def __mul__(self, other: Any) -> Any:
        return self._combined(lambda a, b: a * b, other, linear=not isinstance(other, Quantity))

    def __rmul__(self, other: Any) -> Any:
        return self._combined(lambda a, b: b * a, other, linear=True)

    def __truediv__(self, other: Any) -> Any:
        return self._combined(_over, other, linear=not isinstance(other, Quantity))

    def __rtruediv__(self, other: Any) -> Any:
        return self._combined(lambda a, b: _over(b, a), other)

    def __pow__(self, other: Any) -> Any:
        return self._combined(lambda a, b: a**b, other)

    def __rpow__(self, other: Any) -> Any:
        return self._combined(lambda a, b: b**a, other)

    def __neg__(self) -> Any:
        return self._combined(lambda a: -a, linear=True)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Any:
        return self._combined(Abs)

    def __complex__(self) -> complex:
        """The value to the last digit of a double; MissingParameter where it has parameters, UnstableError outside."""
        if names := self.parameters:
            raise MissingParameter(
                f"{self.name} depends on {listing(names)}; give them values with subs, or evaluator."
            )
        edges = (*self.domain, *self.nonnegative)
        value, *rest = numbers(self.expr, *edges, definitions=self.definitions)
        for k, (e, x) in enumerate(zip(edges, rest, strict=True)):
            if x.imag or x.real < 0 or (x.real == 0 and k < len(self.domain)):
                raise UnstableError(f"{self.name} has no value: {e} is {x.real:.6g}, and must be positive.")
        return value

    @property
    def unnamed(self) -> bool:
        """Whether the name only repeats the expression, as that of a sum does."""
        return not self.expr.is_Symbol and _named(self.expr) == self.name

    def __format__(self, form: str) -> str:
        """As text, or as a number in the given form."""
        return format(float(self), form) if form else str(self)

    def __float__(self) -> float:
        z = complex(self)
        if z.imag:
            raise ParameterError(f"{self.name} is complex: {z}; take complex({self.name}), or its abs.")
        return z.real

    def subs(self, values: Mapping[Any, Any]) -> Self:
        """Parameters (symbols or names) replaced by `values`, exactly and simultaneously.

        A value may be a quantity: its definitions are merged, and DuplicateName is raised where one name has two.

        A parameter that what this was derived from has, but this does not depend on, may be given too; for any other
        name UnknownParameter is raised. Definitions step aside for new parameters of their names. Raises ParameterError
        for a number outside the domain of its parameter.
        """
        if quantities := {k: q for k, q in values.items() if isinstance(q, Quantity)}:
            return self._with_quantities({**values, **{k: q.expr for k, q in quantities.items()}}, quantities.values())
        new = replacements(values, self.parameters, self.definitions.domains, self.name)
        apart = self.beside(new.values())
        edges = {was: with_values(was, new) for was in apart.nonnegative}
        if wrong := next((was for was, now in edges.items() if now.is_negative), None):
            raise ParameterError(f"{self.name} exists for {wrong} >= 0 only; here it is {edges[wrong]}.")
        kept = tuple(now for now in edges.values() if not now.is_number)
        definitions = apart.definitions.replaced(new, values)
        return apart._mapped(new, definitions, nonnegative=kept)

    def _with_quantities(self, values: Mapping[Any, Any], quantities: Iterable[Quantity]) -> Self:
        """`subs`, where some values are expressions over the definitions of `quantities`."""
        new = replacements(values, self.parameters, self.definitions.domains, self.name)
        left = {s for s in self.parameters if s not in new}
        for q in quantities:
            moved = [s for s, e in self.definitions if s in q.definitions and q.definitions[s] != e.xreplace(new)]
            if moved:
                raise DuplicateName(f"{listing(moved)} has two different definitions, in {self.name} and in {q.name}.")
            if clash := sorted(s.name for s in left if s in q.definitions):
                raise DuplicateName(f"{listing(clash)} is a parameter of {self.name} and a definition of {q.name}.")
        definitions = self.definitions.replaced(new, values)
        for q in quantities:
            definitions = q.definitions.merged(definitions)
        domain = tuple(dict.fromkeys(e for q in quantities for e in q.domain))
        done = self._mapped(new, definitions)
        return replace(done, domain=tuple(dict.fromkeys((*done.domain, *domain))))

    def beside(self, exprs: Iterable[Expr]) -> Self:
        """The same with definitions that step aside for the parameters in `exprs`."""
        definitions, moved = self.definitions.beside(exprs)
        return self._mapped(moved, definitions) if moved else self

    def _mapped(self, table: Mapping[Any, Expr], definitions: Definitions, **more: Any) -> Self:
        """Everything over the definitions with symbols replaced, over new definitions."""

        def put(e: Any) -> Any:
            return tuple(map(put, e)) if isinstance(e, tuple) else with_values(e, table)

        new = {"expr": put(self.expr), "domain": put(self.domain), "nonnegative": put(self.nonnegative), **more}
        return replace(self, definitions=definitions, **new)


def _over(a: Expr, b: Expr) -> Expr:
    if b == 0:
        raise DivisionByZero(f"{a} is divided by zero.")
    return a / b


_OPERATION = re.compile(r"[-+*/^ ]")
LONGEST = 60  # characters of a name that is made of others


def _symbol(q: Quantity) -> Symbol:
    """A quantity's name as an operand: in brackets where it is a formula itself."""
    return Symbol(f"({q.name})" if _OPERATION.search(q.name) else q.name)


def _named(e: Expr) -> str:
    text = str(e).replace("**", "^").replace("Abs(", "abs(")
    return text if len(text) <= LONGEST else "result"


def _joined(a: Quantity, b: Quantity) -> Definitions:
    """The definitions of both; DuplicateName where a name has two meanings."""
    for q, r in ((a, b), (b, a)):
        if clash := sorted(s.name for s in q.parameters if s in r.definitions):
            raise DuplicateName(
                f"{listing(clash)} is a parameter of {q.name} and a definition of {r.name}; rename one."
            )
    return a.definitions.merged(b.definitions)
