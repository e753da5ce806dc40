"""A declared quantity at numbers: checked, exact in its limits, right to every digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter, UnstableError, listing
from cascade_sym.evaluate import exact_value
from cascade_sym.exact import limit_at_infinity
from cascade_sym.paper.model import Model
from cascade_sym.paper.objective import check_range
from cascade_sym.symbols import symbol

LARGE = sp.Integer(10) ** 12


@dataclass(frozen=True)
class Evaluated:
    """The value of a quantity: its digits as text, and a bound on their error."""

    name: str
    text: str
    error: float
    digits: int
    parameters: Mapping[str, Expr]


def evaluate_declared(model: Model, name: str, given: Mapping[str, Expr], digits: int = 15) -> Evaluated:
    """The declared quantity `name` at exact values (oo where the limit exists), to `digits` digits.

    Raises UnknownName, UnknownParameter and MissingParameter by name, ParameterError outside a parameter's range or
    where the limit diverges, UnstableError where there is no steady state.
    """
    declared = model.declared(name)
    if unknown := set(given) - set(declared.parameters):
        raise UnknownParameter(f"{name} has no parameter {listing(unknown)}; it takes {listing(declared.parameters)}.")
    values = {**declared.defaults, **given}
    if missing := [p for p in declared.parameters if p not in values]:
        raise MissingParameter(f"{name} needs {listing(missing)}; add --set {missing[0]}=VALUE.")
    for p, v in values.items():
        check_range(model, p, v)
    point = {symbol(p): v for p, v in values.items()}
    if declared.number is not None:
        if infinite := [p for p, v in values.items() if v is sp.oo]:
            raise ParameterError(f"{name} is found numerically; give finite values for {listing(infinite)}.")
        text, error = declared.number(point, digits)
        return Evaluated(name, text, float(error), digits, values)
    quantity = declared.make()
    finite = {s: v for s, v in point.items() if v is not sp.oo}
    infinite = [s for s, v in point.items() if v is sp.oo]
    if infinite:
        quantity = _in_the_limit(quantity.subs({s: v for s, v in finite.items() if s in quantity.parameters}), infinite)
    _require_stable(quantity, finite)
    used = {s: v for s, v in finite.items() if s in set(Quantity("x", quantity.expr, quantity.definitions).parameters)}
    text, error = exact_value(Quantity(name, quantity.expr, quantity.definitions), used, digits)
    return Evaluated(name, text, float(error), digits, values)


def _in_the_limit(quantity: Quantity, infinite: list[Symbol]) -> Quantity:
    def limit(e: Expr) -> Expr:
        for s in infinite:
            # once a part diverges, later parameters only settle its sign
            e = e.xreplace({s: LARGE}) if e.has(sp.oo) else limit_at_infinity(e, s)
        return e

    value = limit(quantity.inline())
    if value.has(sp.oo, sp.zoo, sp.nan):
        raise ParameterError(f"{quantity.name} diverges for {listing(infinite)} -> oo; give a finite value.")
    domain = tuple(limit(quantity.definitions.inline(d)) for d in quantity.domain)
    edges = tuple(limit(quantity.definitions.inline(d)) for d in quantity.nonnegative)
    return Quantity(quantity.name, value, domain=domain, nonnegative=edges)


def _require_stable(quantity: Quantity, values: Mapping[Symbol, Expr]) -> None:
    whole = Quantity("x", quantity.expr, quantity.definitions, domain=quantity.domain)
    if open_ := set(whole.parameters) - set(values):
        raise MissingParameter(
            f"whether {quantity.name} exists depends on {listing(open_)}, which is none of its parameters; the folder "
            "must list it, or give it a value."
        )
    for d in quantity.nonnegative:
        if (number := sp.N(quantity.definitions.inline(d).xreplace(dict(values)), 30)) < 0:
            raise ParameterError(f"{d} = {sp.N(number, 6)} must not be negative; change a parameter.")
    for d in quantity.domain:
        number = quantity.definitions.inline(d).xreplace(dict(values))
        shown = sp.N(number, 30)
        if shown.is_finite and abs(shown) < sp.Float("1e-20"):  # a marginal point is decided exactly
            number = sp.nsimplify(number) if number.is_Rational else sp.simplify(number)
            shown = sp.N(number, 30)
        if not shown > 0:
            raise UnstableError(
                f"unstable: {d} = {sp.N(shown, 6)} must be positive for a steady state; lower the parametric coupling "
                "(a larger theta) or raise the damping."
            )
