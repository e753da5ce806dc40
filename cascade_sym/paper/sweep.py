"""A declared quantity swept over a grid: its parameters checked, units and titles from the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.errors import MissingParameter, NoClosedForm, ParameterError, UnknownParameter, listing
from cascade_sym.paper.model import Model
from cascade_sym.sweeps import sweep
from cascade_sym.symbols import is_complex_symbol

if TYPE_CHECKING:
    import xarray as xr

Bounds = Mapping[str, tuple[float, float] | None]


def sweep_declared(
    model: Model, name: str, grid: Mapping[str, Sequence[float]], given: Mapping[str, Expr] | None = None, *,
    optimise: Iterable[str] | Bounds = (), equal: Sequence[Iterable[str]] = (), also: Iterable[str] = (),
    maximise: bool = False, unstable: str = "nan", precision: str = "double", n_jobs: int | None = None,
    checkpoint: Path | None = None, progress: Callable[[str], None] | None = None,
) -> xr.Dataset:  # fmt: skip
    """The declared quantity `name` over `grid`, minimised over `optimise` at every point; see `cascade_sym.sweeps`.

    `also` names further declared quantities at the same points. Raises UnknownName, UnknownParameter and
    MissingParameter by name, ParameterError for values outside a parameter's range, UnstableError on request.

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Quantity
    >>> model = Model()
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
    if unknown := {*grid, *given, *bounds} - known:
        raise UnknownParameter(f"{name} has no parameter {listing(unknown)}; it takes {listing(declared.parameters)}.")
    fixed = {p: v for d in about for p, v in d.defaults.items() if p not in {*grid, *bounds}} | given
    if missing := sorted(known - {*grid, *fixed, *bounds}):
        raise MissingParameter(f"{name} needs {listing(missing)}; add --set {missing[0]}=VALUE.")
    figures = {d.name: over_arrays(model, d.name) for d in about}
    free = {s.name for f in figures.values() if isinstance(f, Quantity) for s in f.parameters if is_complex_symbol(s)}
    for p, values in (*((p, [v]) for p, v in fixed.items() if p not in free), *grid.items()):
        require_in_range(model, p, values)
    for p, b in bounds.items():
        lo, hi = model.range_of(p)
        if b is not None:
            require_in_range(model, p, b)
        elif lo.is_finite and hi.is_finite:
            bounds[p] = (float(lo), float(hi))
        elif not lo.is_finite:
            raise ParameterError(f"{p} may take any sign; give the bounds between which to seek it, as {p}=LOW:HIGH.")
    return sweep(
        figures[name], grid, fixed, optimise=bounds, equal=equal, maximise=maximise,
        also={d.name: figures[d.name] for d in others}, known=known, name=name,
        units={p: model.units.get(p, "1") for p in (*known, *(d.name for d in about))},
        titles={d.name: d.title for d in about}, unstable=unstable, precision=precision, n_jobs=n_jobs,
        checkpoint=checkpoint, progress=progress,
    )  # fmt: skip


def over_arrays(model: Model, name: str) -> Any:
    """What computes a declared quantity over arrays: a Quantity or a function; NoClosedForm where there is nothing."""
    declared = model.declared(name)
    if declared.number is None:
        return declared.make()
    if declared.arrays is None:
        raise NoClosedForm(f"{name} is found number by number; declare `arrays` for it to sweep it.")
    return declared.arrays()


def require_in_range(model: Model, name: str, values: Iterable[Any]) -> None:
    """ParameterError for values outside of the range that the folder gives a parameter, and for infinite ones."""
    lo, hi = model.range_of(name)
    for v in values:
        x = float(v)
        if not float(lo) <= x <= float(hi):
            raise ParameterError(f"{name} = {v} is outside [{lo}, {hi}].")
        if x == float("inf"):
            raise ParameterError(f"{name} = oo can't be swept; give a large number.")
