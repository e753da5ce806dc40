"""The derived side of a paper: what its folder computes from the parts. It never sees the printed formulas."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from numbers import Number
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.conventions import STANDARD, Conventions
from cascade_sym.deadline import own_python
from cascade_sym.definitions import Quantity
from cascade_sym.errors import DuplicateName, FolderError, UnknownName, listing
from cascade_sym.folder.derived_values import Bound, Declared, Figure, Leading, Result, leading_form
from cascade_sym.formula.interpret import refuse_reserved
from cascade_sym.operators import DensityOperator, Generator, LinearForm, OperatorPolynomial, Superoperator
from cascade_sym.shown import Card, Shown, card
from cascade_sym.solve import Stability
from cascade_sym.steps import Check
from cascade_sym.symbols import Domain, Domains, symbol

if TYPE_CHECKING:
    pass


@dataclass
class Model(Shown):
    """Registry of a folder's derived side.

    `parameters` are the symbols that printed formulas may use as they are: any names but those of constants (pi, I, oo)
    and functions of the language, which raise ReservedName. `base` rewrites derived parameters in
    base ones before two formulas are compared (Gamma_B = Gamma sin^2 theta, ...). `abbreviations` are (symbol,
    expression) pairs used only to typeset derived results. `ranges` gives, by parameter name, the closed interval of
    its values, on which proofs rest and in which `cascade-sym eval` accepts them; all others are real numbers of any
    sign. `asymptotic` rewrites parameters for `cascade-sym scaling` (gamma_M0 by a ratio of decoherence rates, say).
    `units` names the units of parameters and quantities in the files of `cascade-sym sweep` ("1" unless given).
    `conventions` are the paper's own; the folder converts covariances and systems to them
    (`V.in_conventions(model.conventions)`).

    >>> m = Model(parameters=("x",))
    >>> @m.equation("1")
    ... def square():
    ...     return {"y": symbol("x")**2}
    >>> m.derive("1").values["y"]
    x**2
    """

    parameters: Sequence[str] = ()
    base: Mapping[Symbol, Expr] = field(default_factory=dict)
    abbreviations: Sequence[tuple[Symbol, Expr]] = ()
    ranges: Mapping[str, tuple[Expr, Expr]] = field(default_factory=dict)
    asymptotic: Mapping[Symbol, Expr] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    conventions: Conventions = STANDARD
    equations: dict[str, Callable[[], Any]] = field(default_factory=dict, init=False, repr=False)
    quantities: dict[str, Declared] = field(default_factory=dict, init=False, repr=False)
    figures: dict[str, Figure] = field(default_factory=dict, init=False, repr=False)
    networks: dict[str, Callable[[], Any]] = field(default_factory=dict, init=False, repr=False)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict, init=False, repr=False)
    _glossaries: list[Callable[[], Mapping[str, Any]]] = field(default_factory=list, init=False, repr=False)
    _cache: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _checks: dict[int, Callable[[], Check]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        refuse_reserved((*self.parameters, *self.ranges), functions=("D", "H"))

    def equation(self, id: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Register the derivation of equation `id`; it returns a Result or {left side: value}."""
        return lambda f: _put(self.equations, f"equation {id!r} is derived", id, f)

    def network(self, name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Register what makes a part or system of the paper, for `cascade-sym draw`; it takes no arguments."""
        return lambda f: _put(self.networks, f"network {name!r} is declared", name, f)

    def quantity(
        self, name: str, parameters: Sequence[str], *, defaults: Mapping[str, Any] | None = None, title: str = ""
    ) -> Callable[[Callable[[], Quantity]], Callable[[], Quantity]]:
        """Register a quantity for `cascade-sym eval`, given in `parameters` (names)."""
        refuse_reserved(parameters, functions=("D", "H"))
        return lambda f: self._declare(f, name, parameters, defaults, title, make=f)

    def number(
        self, name: str, parameters: Sequence[str], *, defaults: Mapping[str, Any] | None = None, title: str = "",
        formula: Callable[[Mapping[Symbol, Expr]], Quantity] | None = None, arrays: Callable[[], Any] | None = None,
    ) -> Callable[[Callable[..., tuple[str, float]]], Callable[..., tuple[str, float]]]:  # fmt: skip
        """Register a quantity that is found numerically: f({symbol: exact value}, digits) -> (text, error bound).

        `formula` gives it as a formula at given values, where its asymptotics are wanted; `arrays` gives what computes
        it in floats, where sweeps are wanted.
        """
        refuse_reserved(parameters, functions=("D", "H"))

        def no_formula() -> Quantity:
            raise UnknownName(f"{name} has no closed form in this folder; it can be evaluated only.")

        how = {"make": no_formula, "formula": formula, "arrays": arrays}
        return lambda f: self._declare(f, name, parameters, defaults, title, number=f, **how)

    def _declare(
        self, f: Any, name: str, parameters: Sequence[str], defaults: Mapping[str, Any] | None, title: str, **how: Any
    ) -> Any:
        given = {k: sp.sympify(v) for k, v in (defaults or {}).items()}
        kinds = {"make": Quantity, "formula": Quantity}
        how = {k: v and _bounded(f"the quantity {name}", v, kinds.get(k, object)) for k, v in how.items()}
        declared = Declared(name, parameters=tuple(parameters), defaults=given, title=title or name, **how)
        _put(self.quantities, f"quantity {name!r} is declared", name, declared)
        return f

    def figure(self, figure: Figure) -> Figure:
        """Register a figure for `cascade-sym figures`."""
        return _put(self.figures, f"figure {figure.name!r} is declared", figure.name, figure)

    def glossary(self, f: Callable[[], Mapping[str, Any]]) -> Callable[[], Mapping[str, Any]]:
        """Register what names in printed formulas stand for: parameters, derived quantities, operators."""
        self._glossaries.append(f)
        return f

    def function(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register what a function in printed formulas stands for (a response L(Omega), a variance Var(...))."""

        def register(f: Callable[..., Any]) -> Callable[..., Any]:
            self.functions[name] = f
            return f

        return register

    def require_sound(self) -> None:
        """Raises, for the author of the folder, where a table holds something else than it should."""
        [*map(symbol, (*self.parameters, *self.ranges, *self.units))]
        pairs = [*self.base.items(), *self.asymptotic.items(), *self.abbreviations]
        if not all(isinstance(s, Symbol) for s, _ in pairs):
            raise FolderError("base, asymptotic and abbreviations give expressions for symbols.")
        _require_values("a table of the model", {str(s): e for s, e in pairs})
        _require_values("a range", {f"{k} {n}": e for k, ends in self.ranges.items() for n, e in enumerate(ends)})

    def range_of(self, name: str) -> tuple[Expr, Expr]:
        """The closed interval in which a parameter is accepted."""
        return self.ranges.get(name, (-sp.oo, sp.oo))

    def domains(self) -> Domains:
        """What the ranges declare."""
        found = ((name, Domain(*ends)) for name, ends in sorted(self.ranges.items()))
        return Domains(tuple((name, d) for name, d in found if d != Domain()))

    def derive(self, id: str) -> Result:
        """The derived side of an equation (computed once). UnknownName where the folder has none."""
        if id not in self.equations:
            raise UnknownName(f"no derivation of equation {id!r}; there are {listing(self.equations)}.")
        if id not in self._cache:
            with own_python(f"the derivation of {id}"):
                found = self.equations[id]()
                if isinstance(found, Mapping):
                    found = Result(found)
                if not isinstance(found, Result):
                    got = type(found).__name__
                    raise FolderError(f"the derivation of {id} returned {got}; return a Result or a dict.")
                for table in (found.values, found.names):
                    _require_values(f"the derivation of {id}", {k: leading_form(v) for k, v in table.items()})
                json.dumps(dict(found.evidence))  # else TypeError
                once = partial(self._once, f"a check of the derivation of {id}")
                steps = tuple(replace(s, check=s.check and once(s.check)) for s in found.steps)
            items = found.values.items()
            values = {k: replace(v, check=once(v.check)) if isinstance(v, Leading | Bound) else v for k, v in items}
            self._cache[id] = replace(found, values=values, steps=steps)
        return self._cache[id]

    def _once(self, what: str, check: Callable[[], Check]) -> Callable[[], Check]:
        """A check that is carried out at most once, whichever equations rest on its step."""
        return self._checks.setdefault(id(check), cache(_bounded(what, check, Check)))  # which keeps `check` alive

    def names(self) -> Mapping[str, Any]:
        """All names of printed formulas with their values."""
        if "" not in self._cache:
            table: dict[str, Any] = {p: symbol(p) for p in self.parameters}
            with own_python("the glossary"):
                for g in self._glossaries:
                    table |= g()
                _require_values("the glossary", table)
            self._cache[""] = table
        return self._cache[""]

    def declared(self, name: str) -> Declared:
        """A quantity by name; UnknownName lists those that exist."""
        if name not in self.quantities:
            raise UnknownName(f"no quantity {name!r} in this folder; it declares {listing(self.quantities)}.")
        return self.quantities[name]

    def in_base(self, expr: Expr) -> Expr:
        """An expression with derived parameters rewritten in base ones."""
        return expr.xreplace(dict(self.base)) if self.base else expr


@card.register
def _(value: Model) -> Card:
    return Card("Model: a folder's derived side, a registry of equations, quantities and figures", {})


def _bounded(what: str, f: Callable[..., Any], kind: type = object) -> Callable[..., Any]:
    """A function of the folder that ends as `own_python` has it, and with an error where it gives another kind."""

    def run(*given: Any) -> Any:
        with own_python(what):
            found = f(*given)
        if not isinstance(found, kind):
            raise FolderError(f"{what} is a {type(found).__name__}; return a {kind.__name__}.")
        return found

    return run


def _require_values(what: str, table: Mapping[str, Any]) -> None:
    operators = OperatorPolynomial | Superoperator | Generator | DensityOperator | LinearForm
    for name, v in table.items():
        if isinstance(v, bool) or not isinstance(v, Expr | Number | Quantity | Stability | operators):
            raise FolderError(f"{what} gives a {type(v).__name__} for {name!r}; give an expression.")


def _put(table: dict[str, Any], what: str, name: str, value: Any) -> Any:
    if name in table:
        raise DuplicateName(f"{what} twice; remove one.")
    table[name] = value
    return value
