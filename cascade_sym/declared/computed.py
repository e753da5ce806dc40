"""A folder's declared quantities: at numbers, as one parameter grows, and over a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics import Scaling, scaling
from cascade_sym.asymptotics.infinite import in_the_limit, limit_of_whole
from cascade_sym.definitions import Quantity
from cascade_sym.errors import (
    DuplicateName,
    MissingParameter,
    NoClosedForm,
    ParameterError,
    UnknownParameter,
    UnstableError,
    listing,
)
from cascade_sym.evaluate import exact_value
from cascade_sym.folder.derived_values import Declared
from cascade_sym.folder.model import Model
from cascade_sym.sweeps import sweep
from cascade_sym.symbols import is_complex_symbol, symbol

if TYPE_CHECKING:
    import xarray as xr

Bounds = Mapping[str, tuple[float, float] | None]


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
    values = {**declared.defaults, **given}
    _require_all(declared, set(declared.parameters), set(given), set(values))
    quantity = None if declared.number else declared.make()
    symbols = {s.name: s for s in quantity.parameters} if quantity else {}
    point = {symbols.get(p, symbol(p)): v for p, v in values.items()}
    for s, v in point.items():
        if not is_complex_symbol(s):
            check_range(model, s.name, v)
    finite = {s: v for s, v in point.items() if v is not sp.oo}
    infinite = [s for s in point if s not in finite]
    if quantity is None:
        if infinite:
            raise ParameterError(f"{name} is found numerically; give finite values for {listing(infinite)}.")
        assert declared.number is not None
        text, error = declared.number(point, digits)
        return Evaluated(name, text, float(error), digits, values)
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
    known = _for_asymptotics(model, declared)
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
    given = {symbol(p): v for p, v in (values or {}).items()}
    quantity = declared.formula(given) if declared.formula else declared.make()
    return quantity.subs({s: e for s, e in model.asymptotic.items() if s in quantity.parameters})


def _for_asymptotics(model: Model, declared: Declared) -> tuple[str, ...]:
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


def sweep_declared(
    model: Model, name: str, grid: Mapping[str, Sequence[float]], given: Mapping[str, Expr] | None = None, *,
    optimise: Iterable[str] | Bounds = (), equal: Sequence[Iterable[str]] = (), also: Iterable[str] = (),
    maximise: bool = False, unstable: str = "nan", precision: str = "double", n_jobs: int | None = None,
    scheduler: str | None = None, output: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> xr.Dataset:  # fmt: skip
    """The declared quantity `name` over `grid`, minimised over `optimise` at every point; see `cascade_sym.sweeps`.

    `also` names further declared quantities at the same points. Raises UnknownName, UnknownParameter and
    MissingParameter by name, ParameterError for values outside a parameter's range, UnstableError on request.

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Quantity
    >>> model = Model(ranges={"x": (sp.S.Zero, sp.oo)})
    >>> @model.quantity("f", ["x", "a"])
    ... def f():
    ...     x, a = sp.symbols("x a")
    ...     return Quantity("f", x + a/x)
    >>> sweep_declared(model, "f", {"a": [1.0, 4.0]}, optimise=["x"]).f.values.round(9)
    array([2., 4.])
    """
    declared, others = model.declared(name), [model.declared(o) for o in also]
    about = [declared, *others]
    given = dict(given or {})
    bounds = dict(optimise) if isinstance(optimise, Mapping) else dict.fromkeys(optimise)
    known = {p for d in about for p in d.parameters}
    fixed = {p: v for d in about for p, v in d.defaults.items() if p not in {*grid, *bounds}} | given
    _require_all(declared, known, {*grid, *given, *bounds}, {*grid, *fixed, *bounds})
    figures = {d.name: _over_arrays(d) for d in about}
    free = {s.name for f in figures.values() if isinstance(f, Quantity) for s in f.parameters if is_complex_symbol(s)}
    for p, values in (*((p, [v]) for p, v in fixed.items() if p not in free), *grid.items()):
        _require_in_range(model, p, values)
    for p, b in bounds.items():
        lo, hi = model.range_of(p)
        if b is not None:
            _require_in_range(model, p, b)
        elif lo.is_finite and hi.is_finite:
            bounds[p] = (float(lo), float(hi))
        elif not lo.is_finite:
            raise ParameterError(f"{p} may take any sign; give the bounds between which to seek it, as {p}=LOW:HIGH.")
    return sweep(
        figures[name], grid, fixed, optimise=bounds, equal=equal, maximise=maximise,
        also={d.name: figures[d.name] for d in others}, known=known, name=name,
        units={p: model.units.get(p, "1") for p in (*known, *(d.name for d in about))},
        titles={d.name: d.title for d in about}, unstable=unstable, precision=precision, n_jobs=n_jobs,
        scheduler=scheduler, output=output, progress=progress,
    )  # fmt: skip


def _over_arrays(declared: Declared) -> Any:
    """What computes a declared quantity over arrays: a Quantity or a function."""
    if declared.number is None:
        return declared.make()
    if declared.arrays is None:
        raise NoClosedForm(f"{declared.name} is found number by number; declare `arrays` for it to sweep it.")
    return declared.arrays()


def _require_all(declared: Declared, known: set[str], used: set[str], placed: set[str]) -> None:
    """Raises where a parameter that is `used` is not known, or a known one has no place."""
    if unknown := used - known:
        takes = listing(declared.parameters)
        raise UnknownParameter(f"{declared.name} has no parameter {listing(unknown)}; it takes {takes}.")
    if missing := sorted(known - placed):
        raise MissingParameter(f"{declared.name} needs {listing(missing)}; add --set {missing[0]}=VALUE.")


def _require_in_range(model: Model, name: str, values: Iterable[Any]) -> None:
    """As `check_range`, in doubles, and for infinite values."""
    lo, hi = model.range_of(name)
    for v in values:
        x = float(v)
        if not float(lo) <= x <= float(hi):
            raise ParameterError(f"{name} = {v} is outside [{lo}, {hi}].")
        if x == float("inf"):
            raise ParameterError(f"{name} = oo can't be swept; give a large number.")
