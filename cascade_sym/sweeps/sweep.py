"""The sweep: a figure over a grid, as it stands or optimised over free parameters at every point."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
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
from cascade_sym.sweeps.netcdf import SUFFIXES, Attributes, created, require_output, write_csv
from cascade_sym.sweeps.optimum import recheck, spread_optima
from cascade_sym.sweeps.space import Grid, Space, angles, read_fixed, read_grid, read_space
from cascade_sym.sweeps.work import Kept, Work, cluster, run

if TYPE_CHECKING:
    import xarray as xr

CHECKED = 200  # grid points at which independent restarts are made
BLOCK = 1 << 16  # points whose numbers are put in place at a time


def sweep(
    figure: Any, grid: Mapping[str, Any], fixed: Mapping[str, Any] | None = None, *,
    optimise: Iterable[str] | Mapping[str, tuple[float, float] | None] = (), equal: Sequence[Iterable[str]] = (),
    maximise: bool = False, also: Mapping[str, Any] | None = None, known: Iterable[str] = (), name: str | None = None,
    units: Mapping[str, str] | None = None, titles: Mapping[str, str] | None = None, unstable: str = "nan",
    precision: str = "double", backend: str | None = None, n_jobs: int | None = None,
    scheduler: str | None = None, output: str | Path | None = None, checkpoint: str | Path | None = None,
    key: str | None = None, restarts: int = 32, progress: Callable[[str], None] | None = None,
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
    - `n_jobs`: processes, by joblib; `joblib.parallel_config(backend="ray" | ...)` around the call chooses another
      backend, `scheduler` ("tcp://HOST:8786") the Dask cluster there. What a worker had in hand when it died is done
      by another one. `progress` is called with a text for every piece.
    - `output`: the file of the result, netCDF (.nc) or CSV (.csv). Results are streamed to netCDF, from which the
      dataset that is returned reads: the memory that is needed does not grow with the grid.
    - `checkpoint` is a file of finished pieces, which the next run of the same sweep reads, and which is gone at the
      end (default: beside `output`, with .part at its end); a function is known by its name, or by `key`.

    The `xarray.Dataset` has the figure (`name`) and the optimised parameters over the axes; attributes hold units
    (`units`), long names (`titles`), definitions, and how it was made, and nothing that changes from run to run.
    Raises ParameterError, UnknownParameter, MissingParameter and UnstableError; CascadeError for a file that can't be
    written and a scheduler that does not answer.

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
    figures = {called: figure, **dict.fromkeys((*space.names, *results[1 + len(others) :])), **(also or {})}
    said = {n: attributes(n, units or {}, titles or {}) | formula_attributes(f, n) for n, f in figures.items()}
    coordinates = {n: attributes(n, units or {}, titles or {}) for n in axes.names}
    made = provenance(work, ("maximised" if maximise else "minimised") if len(space) else "evaluated on the grid")
    file = None if output is None else require_output(output, axes, figures)
    place = file.with_name(f"{file.name}.part") if checkpoint is None and file is not None else checkpoint
    with ExitStack() as stack:
        if len(space):
            with cluster(scheduler):
                kept = Kept(
                    len(space) + 1, axes.size, None if place is None else Path(place), content_key(work, called, key)
                )
                run(work, kept, n_jobs, tell)
            best = stack.enter_context(kept.copied())
            made |= _improved(work, best, restarts, tell)
        else:
            kept, best = None, None
            tell(f"{axes.size} points")
        if file is not None and file.suffix.lower() in SUFFIXES:
            room = stack.enter_context(created(file, axes, said, coordinates, made))
        else:
            room = {n: np.empty(axes.size) for n in figures}
        if bad := _fill(room, work, best, called, others, precision == "guaranteed"):
            message = f"{called} has no value at {bad} of {axes.size} points (no steady state there)"
            if unstable == "raise":
                raise UnstableError(f"{message}; restrict the grid, or use unstable='nan'.")
            warnings.warn(f"{message}; it is nan there.", RuntimeWarning, stacklevel=2)
    if file is not None and file.suffix.lower() in SUFFIXES:
        import xarray as xr

        found = xr.open_dataset(file, engine="scipy", decode_times=False)
    else:
        found = _dataset(axes, room, said, coordinates, made)
        if file is not None:
            write_csv(found, file)
    if kept is not None:
        kept.forget()
    return found


def _improved(work: Work, best: np.ndarray, restarts: int, tell: Callable[[str], None]) -> dict[str, str]:
    """Better optima put in place, from neighbours and from restarts; the attributes that tell of it."""
    u, f = best[:-1], best[-1]
    tell("warm starts from neighbours, independent restarts")
    spread_optima(work.objective, work.grid.shape, u, f)
    checked = recheck(work.objective, work.grid.shape, u, f, CHECKED, restarts)
    if checked.missed and checked.missed[-1]:
        warnings.warn(
            f"independent restarts still found better optima at {checked.missed[-1]} of {checked.points} points; "
            "narrow the bounds, or give more restarts.", RuntimeWarning, stacklevel=3,
        )  # fmt: skip
    return {
        "optimum_check": checked.text(f.size), "optimum_missed": str((checked.missed or ("unknown",))[-1]),
        "points_at_bounds": _at_bounds(work.space, u),
    }  # fmt: skip


def _fill(
    room: Mapping[str, np.ndarray], work: Work, best: np.ndarray | None, called: str, others: Mapping[str, Merit],
    guaranteed: bool,
) -> int:  # fmt: skip
    """Puts all numbers in place, a block of points at a time; how many points have no value."""
    missing = 0
    for a in range(0, work.grid.size, BLOCK):
        which = slice(a, min(a + BLOCK, work.grid.size))
        points = np.arange(which.start, which.stop)
        if best is None:
            u = np.empty((0, points.size))
            f = np.broadcast_to(work.objective(points).value(u), points.shape)
        else:
            u, f = best[:-1, which], best[-1, which]
        f = np.where(np.isfinite(f), work.sign * f, np.nan)
        free = {n: np.where(np.isnan(f), np.nan, x) for n, x in work.space.values(u).items()}
        given = {**dict(work.fixed), **work.grid.points(points), **free}
        columns = {called: f, **free}
        if guaranteed:
            assert isinstance(work.merit, Formula)
            columns[called], columns[f"{called}_error"] = work.merit.guaranteed(given, f)
        for n, m in others.items():
            known = set(given) if m.parameters is None else set(m.parameters)
            with np.errstate(all="ignore"):
                x = np.broadcast_to(m.value({p: v for p, v in given.items() if p in known}), f.shape)
            columns[n] = np.where(np.isnan(f), np.nan, x)
        for n, x in columns.items():
            room[n][which] = x
        missing += int(np.isnan(f).sum())
    return missing


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
    near, counts = 1e-9 * (high - low), np.zeros(len(space), dtype=int)
    for a in range(0, u.shape[1], BLOCK):
        here = u[:, a : a + BLOCK]
        counts += ((here <= low + near) | (here >= high - near)).sum(axis=1)
    return ", ".join(f"{'='.join(c.names)}: {n}" for c, n in zip(space.coordinates, counts, strict=True))


def _dataset(
    axes: Grid, columns: Mapping[str, np.ndarray], said: Mapping[str, Attributes],
    coordinates: Mapping[str, Attributes], made: Attributes,
) -> xr.Dataset:  # fmt: skip
    import xarray as xr

    variables = {n: (axes.names, x.reshape(axes.shape), said[n]) for n, x in columns.items()}
    places = {n: (n, v, coordinates[n]) for n, v in zip(axes.names, axes.values, strict=True)}
    return xr.Dataset(variables, places, attrs=dict(made))


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
    """The definition of a figure as text and, unless it is long, as LaTeX; the conditions under which it exists.

    Empty where the numbers are no figure's (None)."""
    if figure is None:
        return {}
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
