"""A declared quantity as a figure of merit for asymptotics, in the parameters that the folder chooses for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sympy as sp
from sympy import Expr

from cascade_sym.asymptotics import Scaling, scaling
from cascade_sym.definitions import Quantity
from cascade_sym.errors import DuplicateName, ParameterError, UnknownParameter, listing
from cascade_sym.paper.model import Declared, Model
from cascade_sym.symbols import symbol


def scale_declared(
    model: Model, name: str, *, large: str, over: Iterable[str], given: Mapping[str, Expr],
    equal: Iterable[Iterable[str]] = (), limit: Expr = sp.oo, terms: int = 2,
    progress: Callable[[str], None] | None = None,
) -> Scaling:  # fmt: skip
    """The asymptotic optimum of the declared quantity `name`; parameters without a value stay symbolic.

    Parameters that `model.asymptotic` rewrites are replaced (gamma_M0 by r, say) and can't be set. Raises UnknownName,
    UnknownParameter, ParameterError for values out of range, and the errors of `scaling`.
    """
    declared = model.declared(name)
    known = parameters(model, declared)
    groups = [list(g) for g in equal]
    for label, used in (("large", [large]), ("over", over), ("equal", [p for g in groups for p in g]), ("set", given)):
        for p in (p for p in used if p not in known):
            if (new := model.asymptotic.get(symbol(p))) is not None:
                why = f"for asymptotics {p} is given by {p} = {new}; set {listing(known)} instead of {p}."
            else:
                why = f"{declared.name} has no parameter {p!r}; it takes {listing(known)}."
            raise UnknownParameter(f"{label}: {why}")
    for p, v in given.items():
        check_range(model, p, v)
    varied = {large, *over}
    if fixed := [p for p in given if p in varied]:
        raise DuplicateName(f"{listing(fixed)} can't be set and varied at the same time; leave out one.")
    # a default may not hold where the parameter now gives another one its value
    shared = {s.name for e in model.asymptotic.values() for s in e.free_symbols}
    values = {p: v for p, v in declared.defaults.items() if p not in varied | shared} | dict(given)
    target = objective(model, name, values)
    names = {s.name for s in target.parameters}
    return scaling(
        target, large=large, over=list(over), at={p: v for p, v in values.items() if p in names},
        equal=[tuple(g) for g in groups], limit=limit, terms=terms, progress=progress,
    )  # fmt: skip


def objective(model: Model, name: str, values: Mapping[str, Expr] | None = None) -> Quantity:
    """The declared quantity with `model.asymptotic` applied; `values` help where a formula is built for them."""
    declared = model.declared(name)
    if declared.formula is not None:
        quantity = declared.formula({symbol(p): v for p, v in (values or {}).items()})
    else:
        quantity = declared.make()
    return quantity.subs({s: e for s, e in model.asymptotic.items() if s in quantity.parameters})


def parameters(model: Model, declared: Declared) -> tuple[str, ...]:
    """The parameters of a declared quantity for asymptotics, in its own order."""
    found = ((p, model.asymptotic.get(symbol(p))) for p in declared.parameters)
    new = ([p] if e is None else sorted(s.name for s in e.free_symbols) for p, e in found)
    return tuple(dict.fromkeys(p for group in new for p in group))


def check_range(model: Model, name: str, value: Expr) -> None:
    """ParameterError where a value lies outside the parameter's range."""
    lo, hi = model.range_of(name)
    value = sp.sympify(value)
    if value.is_extended_real is False or not (lo <= value) or not (value <= hi):
        raise ParameterError(f"{name} = {value} is outside [{lo}, {hi}].")
