"""The sweep: a figure over a grid, as it stands or optimised over free parameters at every point."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from cascade_sym.definitions import Quantity
from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter, UnstableError, listing
from cascade_sym.evaluate.evaluator import Evaluator
from cascade_sym.extras import require
from cascade_sym.sweeps.merit import Formula, Merit, read_merit
from cascade_sym.sweeps.optimum import Recheck, recheck, spread_optima
from cascade_sym.sweeps.space import Grid, Space, angles, read_fixed, read_grid, read_space
from cascade_sym.sweeps.work import Work, run

if TYPE_CHECKING:
    import xarray as xr

CHECKED = 200  # grid points at which independent restarts are made


def sweep(
    figure: Any, grid: Mapping[str, Any], fixed: Mapping[str, Any] | None = None, *,
    optimise: Iterable[str] | Mapping[str, tuple[float, float] | None] = (), equal: Sequence[Iterable[str]] = (),
    maximise: bool = False, also: Mapping[str, Any] | None = None, known: Iterable[str] = (), name: str | None = None,
    units: Mapping[str, str] | None = None, titles: Mapping[str, str] | None = None, unstable: str = "nan",
    precision: str = "double", backend: str | None = None, n_jobs: int | None = None,
    checkpoint: str | Path | None = None, key: str | None = None, restarts: int = 32,
    progress: Callable[[str], None] | None = None,
) -> xr.Dataset:  # fmt: skip
    """`figure` over the points of `grid`, minimised over the parameters `optimise` at every point.

    `figure` is an expression, a `Quantity`, an `Evaluator`, or a function of keyword arrays that works element by
    element (a conditional figure by `conditional_evaluator`, say). Each of its parameters is on one axis of `grid`
    ({name: numbers}), or in `fixed`, or in `optimise`.

    - `optimise`: names, or {name: (low, high)}. Without bounds, parameters that occur in sines and cosines only lie
      in [0, pi/2], others in [1e-3, 1e6] on a logarithmic scale. Groups in `equal` share one value. Points without a
      steady state (the domain of a `Quantity`; nan from a function) are never taken.
    - The optimum is global as far as can be told: many starts at every point, warm starts from all neighbours, then
      `restarts` independent random starts at up to 200 points, repeated until they find nothing better. The attribute
      `optimum_check` says what they found.
    - `also`: further figures {name: figure} at the same points, or at the optimum.
    - `known`: parameters that may be given although no figure depends on them.
    - `unstable`: points without a value are nan, with one warning that counts them; "raise" makes UnstableError of it.
    - `precision="guaranteed"`: the values are right to 1e-13 relative at the parameters that stand beside them, and
      the variable NAME_error is a rigorous bound on what is left. Formulas only.
    - `n_jobs`: processes, by joblib; `joblib.parallel_config(backend="dask" | "ray" | ...)` around the call chooses
      another backend. `checkpoint` is a file of finished pieces, which the next run of the same sweep reads; a
      function is known by its name, or by `key`. `progress` is called with a text for every piece.

    The `xarray.Dataset` has the figure (`name`) and the optimised parameters over the axes; attributes hold units
    (`units`), long names (`titles`), definitions, and how it was made, and nothing that changes from run to run.
    Raises ParameterError, UnknownParameter, MissingParameter and UnstableError.

    >>> import sympy as sp
    >>> x, a = sp.symbols("x a")
    >>> found = sweep(x + a/x, {"a": [1.0, 4.0]}, optimise=["x"], name="f")
    >>> found.f.values.round(12), found.x.values.round(6)
    (array([2., 4.]), array([1., 2.]))
    """
    require("sweeps", "xarray", "joblib", "scipy", extra="sweeps")
    tell = progress or (lambda text: None)
    if unstable not in ("nan", "raise"):
        raise ParameterError(f"unstable must be 'nan' or 'raise'; got {unstable!r}.")
    if precision not in ("double", "guaranteed"):
        raise ParameterError(f"precision must be 'double' or 'guaranteed'; got {precision!r}.")
    merit, axes, constants = read_merit(figure, backend), read_grid(grid), read_fixed(fixed or {})
    if precision == "guaranteed" and not isinstance(merit, Formula):
        raise ParameterError("precision='guaranteed' needs a formula; the figure is a function.")
    called = name or str(figure.name if isinstance(figure, Quantity) else getattr(figure, "__name__", "value"))
    space = read_space(optimise, equal, angles(merit.target) if isinstance(merit, Formula) else {})
    others = {n: read_merit(f, backend) for n, f in (also or {}).items()}
    results = [called, *others, *([f"{called}_error"] if precision == "guaranteed" else [])]
    _require_names([merit, *others.values()], [*axes.names, *constants, *space.names], results, known)
    if isinstance(merit, Formula) and (idle := set(space.names) - set(merit.parameters)):
        raise UnknownParameter(f"{called} does not depend on {listing(idle)}; leave it out of optimise.")
    work = Work(merit, space, axes, tuple(constants.items()), -1.0 if maximise else 1.0)
    made = provenance(work, ("maximised" if maximise else "minimised") if len(space) else "evaluated on the grid")
    if len(space):
        file = Path(checkpoint) if checkpoint is not None else None
        u, f, checked = _optimised(work, content_key(work, called, key), n_jobs, file, restarts, tell)
        made |= {"optimum_check": checked.text(axes.size), "optimum_missed": str((checked.missed or ("unknown",))[-1])}
        made["points_at_bounds"] = _at_bounds(space, u)
    else:
        tell(f"{axes.size} points")
        u = np.empty((0, axes.size))
        f = np.broadcast_to(work.objective().value(u), axes.size)
    f = np.where(np.isfinite(f), work.sign * f, np.nan)
    values = {n: np.where(np.isnan(f), np.nan, x) for n, x in space.values(u).items()}
    if bad := int(np.isnan(f).sum()):
        message = f"{called} has no value at {bad} of {f.size} points (no steady state there)"
        if unstable == "raise":
            raise UnstableError(f"{message}; restrict the grid, or use unstable='nan'.")
        warnings.warn(f"{message}; it is nan there.", RuntimeWarning, stacklevel=2)
    columns = {called: (figure, f)} | {n: (None, x) for n, x in values.items()}
    points = {**constants, **axes.points(np.arange(axes.size)), **values}
    if precision == "guaranteed":
        assert isinstance(merit, Formula)
        value, error = merit.guaranteed(points, f)
        columns |= {called: (figure, value), f"{called}_error": (None, error)}
    for n, m in others.items():
        known = set(points) if m.parameters is None else set(m.parameters)
        with np.errstate(all="ignore"):
            x = np.broadcast_to(m.value({p: v for p, v in points.items() if p in known}), f.shape)
        columns[n] = ((also or {})[n], np.where(np.isnan(f), np.nan, x))
    return _dataset(axes, columns, units or {}, titles or {}, made)


def _optimised(
    work: Work, key: str, n_jobs: int | None, checkpoint: Path | None, restarts: int, tell: Callable[[str], None]
) -> tuple[np.ndarray, np.ndarray, Recheck]:
    found = run(work, key, n_jobs, checkpoint, tell)
    u, f = found[:-1].copy(), found[-1].copy()
    objective, shape = work.objective(), work.grid.shape
    tell("warm starts from neighbours, independent restarts")
    spread_optima(objective, shape, u, f)
    checked = recheck(objective, shape, u, f, CHECKED, restarts)
    if checked.missed and checked.missed[-1]:
        warnings.warn(
            f"independent restarts still found better optima at {checked.missed[-1]} of {checked.points} points; "
            "narrow the bounds, or give more restarts.", RuntimeWarning, stacklevel=3,
        )  # fmt: skip
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    return u, f, checked


def _require_names(merits: Sequence[Merit], places: list[str], results: list[str], known: Iterable[str]) -> None:
    if twice := {n for n in places if places.count(n) > 1}:
        raise ParameterError(f"{listing(twice)} stands in two of grid, fixed and optimise; leave it in one.")
    if clash := set(results) & set(places) or {n for n in results if results.count(n) > 1}:
        raise ParameterError(f"a result can't be called {listing(clash)}, which is taken; give another name.")
    wanted = {p for m in merits for p in m.parameters or ()}
    extra = set(places) - {*wanted, *known}
    if extra and all(m.parameters is not None for m in merits):
        raise UnknownParameter(f"no parameter {listing(extra)}; the figure takes {listing({*wanted, *known})}.")
    if missing := wanted - set(places):
        raise MissingParameter(f"no value for {listing(missing)}; give it in grid, fixed or optimise.")


def _at_bounds(space: Space, u: np.ndarray) -> str:
    low, high = (e[:, None] for e in space.edges())
    near = 1e-9 * (high - low)
    counts = ((u <= low + near) | (u >= high - near)).sum(axis=1)
    return ", ".join(f"{'='.join(c.names)}: {n}" for c, n in zip(space.coordinates, counts, strict=True))


def _dataset(
    axes: Grid, columns: Mapping[str, tuple[Any, np.ndarray]], units: Mapping[str, str], titles: Mapping[str, str],
    made: Mapping[str, Any],
) -> xr.Dataset:  # fmt: skip
    import xarray as xr

    variables = {}
    for n, (figure, x) in columns.items():
        about = attributes(n, units, titles) | (formula_attributes(figure, n) if figure is not None else {})
        variables[n] = (axes.names, x.reshape(axes.shape), about)
    coordinates = {n: (n, v, attributes(n, units, titles)) for n, v in zip(axes.names, axes.values, strict=True)}
    return xr.Dataset(variables, coordinates, attrs=dict(made))


LONG = 300  # operations; longer formulas are not typeset: it takes seconds, and nobody reads them


def as_quantity(figure: Any, name: str) -> Quantity | None:
    """The formula of a figure, None where it has none."""
    if isinstance(figure, Evaluator):
        target = figure.target
        return Quantity(name, target.outputs[0][1], target.definitions, domain=tuple(e for _, e in target.domain))
    if isinstance(figure, Quantity):
        return replace(figure, name=name)
    return None if callable(figure) and not isinstance(figure, sp.Basic) else Quantity(name, sp.sympify(figure))


def formula_attributes(figure: Any, name: str) -> dict[str, str]:
    """The definition of a figure as text and, unless it is long, as LaTeX; the conditions under which it exists."""
    q = as_quantity(figure, name)
    if q is None:
        return {"definition": f"computed by {_called(figure)}"}
    lines = [f"{s} = {sp.sstr(e)}" for s, e in q.definitions]
    if (last := sp.sstr(q.expr)) != name:
        lines.append(f"{name} = {last}")
    out = {"definition": "; ".join(lines)}
    if sum(sp.count_ops(e) for e in (q.expr, *(e for _, e in q.definitions))) <= LONG:
        out["latex"] = _latex(q)
    if q.domain:
        out["domain"] = ", ".join(f"{sp.sstr(d)} > 0" for d in q.domain)
    return out


@lru_cache(maxsize=64)
def _latex(q: Quantity) -> str:
    from cascade_sym.latex.displayed import body

    return body(q)


def _called(figure: Any) -> str:
    return f"{getattr(figure, '__module__', '')}.{getattr(figure, '__qualname__', type(figure).__qualname__)}"


def provenance(work: Work, method: str) -> dict[str, str]:
    """Attributes of the whole dataset: nothing that changes from run to run."""
    import cascade_sym

    given = ", ".join(f"{n} = {v!r}" for n, v in sorted(work.fixed))
    out = {"source": f"cascade_sym {cascade_sym.__version__}", "method": method, "fixed": given or "none"}
    free = [f"{'='.join(c.names)} in [{c.low:.12g}, {c.high:.12g}]" for c in work.space.coordinates]
    if free:
        out["optimised"] = "; ".join(free)
    return out


def _content(merit: Formula) -> str:
    """All of a formula, in full."""
    t = merit.target
    return repr((t.definitions.items, t.outputs, t.form, t.domain, t.nonnegative, merit.backend))


def content_key(work: Work, name: str, key: str | None) -> str:
    """A hash of all that the optima depend on; `key` stands for a function, whose content can't be read."""
    import cascade_sym
    from cascade_sym.sweeps.optimum import SAMPLE, SEED

    h = hashlib.sha256()
    merit = work.merit
    content = _content(merit) if isinstance(merit, Formula) else _called(merit.function)
    figure = (cascade_sym.__version__, SEED, SAMPLE, name, key or content)
    for part in (*figure, work.space, work.fixed, work.sign, work.grid.names):
        h.update(repr(part).encode() + b"\0")
    for v in work.grid.values:
        h.update(v.tobytes() + b"\0")
    return h.hexdigest()


def attributes(name: str, units: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    """Unit and long name of a variable, where they are known."""
    return {key: table[name] for key, table in (("units", units), ("long_name", titles)) if name in table}
