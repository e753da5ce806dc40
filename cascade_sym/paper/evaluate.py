"""A declared quantity at numbers: checked, exact in its limits, right to every digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.infinite import in_the_limit, limit_of_whole
from cascade_sym.definitions import Quantity
from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter, UnstableError, listing
from cascade_sym.evaluate import exact_value
from cascade_sym.paper.model import Model
from cascade_sym.paper.objective import check_range
from cascade_sym.symbols import is_complex_symbol, symbol


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
    quantity = declared.make() if declared.number is None else None
    symbols = {s.name: s for s in quantity.parameters} if quantity is not None else {}
    point = {symbols.get(p, symbol(p)): v for p, v in values.items()}
    for s, v in point.items():
        if not is_complex_symbol(s):
            check_range(model, s.name, v)
    if quantity is None:
        if infinite := [p for p, v in values.items() if v is sp.oo]:
            raise ParameterError(f"{name} is found numerically; give finite values for {listing(infinite)}.")
        assert declared.number is not None
        text, error = declared.number(point, digits)
        return Evaluated(name, text, float(error), digits, values)
    finite = {s: v for s, v in point.items() if v is not sp.oo}
    infinite = [s for s, v in point.items() if v is sp.oo]
    if infinite:
        quantity = _in_the_limit(quantity.subs({s: v for s, v in finite.items() if s in quantity.parameters}), infinite)
    if open_ := set(quantity.parameters) - set(finite):
        raise MissingParameter(
            f"whether {name} exists depends on {listing(open_)}, which is none of its parameters; the folder "
            "must list it, or give it a value."
        )
    q = quantity
    whole = Quantity(name, q.expr, q.definitions, domain=q.domain, nonnegative=q.nonnegative)
    text, error = exact_value(whole, {s: finite[s] for s in whole.parameters}, digits)
    return Evaluated(name, text, float(error), digits, values)


def _in_the_limit(quantity: Quantity, infinite: list[Symbol]) -> Quantity:
    values = dict.fromkeys(infinite, sp.oo)
    found = in_the_limit(quantity, values)
    domain, edges = (
        tuple(quantity.definitions.inline(limit_of_whole(d, quantity.definitions, values)) for d in group)
        for group in (quantity.domain, quantity.nonnegative)
    )
    if -sp.oo in (*domain, *edges):
        raise UnstableError(f"{quantity.name} does not exist for {listing(infinite)} -> oo: a condition fails there.")
    domain, edges = (tuple(d for d in group if d is not sp.oo) for group in (domain, edges))
    return replace(found, domain=domain, nonnegative=edges)
