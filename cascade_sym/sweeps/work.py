"""Pieces of a grid worked on one after the other or in parallel, kept in a file so that nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from cascade_sym.errors import MissingLibrary, listing
from cascade_sym.files import replacing
from cascade_sym.sweeps.descent import Objective
from cascade_sym.sweeps.merit import Merit
from cascade_sym.sweeps.optimum import optimum
from cascade_sym.sweeps.space import Grid, Space

PIECE = 1024  # grid points
EVERY = 10.0  # seconds between two writings of what is finished


@dataclass(frozen=True)
class Work:
    """What has to be done at every point of a grid; plain data, so that processes can send it to one another."""

    merit: Merit
    space: Space
    grid: Grid
    fixed: tuple[tuple[str, complex], ...]
    sign: float = 1.0

    def objective(self, points: np.ndarray | None = None) -> Objective:
        """The objective at the points, all by default."""
        which = np.arange(self.grid.size) if points is None else points
        return Objective(self.merit, self.space, {**dict(self.fixed), **self.grid.points(which)}, self.sign)


def piece(work: Work, first: int, last: int) -> np.ndarray:
    """The optima at the points from `first` to `last`: coordinates and values, one row each."""
    points = np.arange(first, last)
    u, f = optimum(work.objective(points), points.size)
    return np.concatenate([u, f[None]])


def run(work: Work, key: str, n_jobs: int | None, checkpoint: Path | None, tell: Callable[[str], None]) -> np.ndarray:
    """All optima, shape (coordinates + 1, points), by joblib with the backend that is configured.

    With a checkpoint, what is finished is written to it, now and then and when the run is interrupted, and read again
    by the next run of the same work.
    """
    from joblib import Parallel, delayed, effective_n_jobs

    size = work.grid.size
    cuts = [(a, min(a + PIECE, size)) for a in range(0, size, PIECE)]
    found = np.full((len(work.space) + 1, size), np.nan)
    done = np.zeros(len(cuts), dtype=bool)
    if checkpoint is not None and (kept := read_kept(checkpoint, key)) is not None:
        found, done = kept
    for k in np.flatnonzero(done).tolist():
        tell(f"points {cuts[k][0]} to {cuts[k][1] - 1}, read")
    left = np.flatnonzero(~done).tolist()
    kept_at = monotonic()
    try:
        with Parallel(n_jobs=n_jobs) as parallel:
            width = max(1, effective_n_jobs(n_jobs))
            for wave in (left[a : a + width] for a in range(0, len(left), width)):
                for k in wave:
                    tell(f"points {cuts[k][0]} to {cuts[k][1] - 1}")
                for k, result in zip(wave, parallel(delayed(piece)(work, *cuts[k]) for k in wave), strict=True):
                    found[:, cuts[k][0] : cuts[k][1]] = result
                    done[k] = True
                if checkpoint is not None and monotonic() - kept_at > EVERY:
                    keep(checkpoint, key, found, done)
                    kept_at = monotonic()
    except BaseException:
        if checkpoint is not None and done.any():
            keep(checkpoint, key, found, done)
        raise
    return found


def pieces(grid: Grid) -> int:
    """How many pieces the work on a grid has."""
    return -(-grid.size // PIECE)


def read_kept(file: Path, key: str) -> tuple[np.ndarray, np.ndarray] | None:
    """What a former run of the same work has finished; None where there is nothing, or it is of other work."""
    import xarray as xr

    if not file.is_file():
        return None
    try:
        with xr.open_dataset(file, engine="scipy", decode_cf=False) as kept:
            if kept.attrs.get("content_key") != key:
                return None
            return kept["found"].values.copy(), kept["done"].values.astype(bool)
    except (OSError, TypeError, ValueError, KeyError):  # cut short while it was written
        return None


def keep(file: Path, key: str, found: np.ndarray, done: np.ndarray) -> None:
    """Write what is finished, whole or not at all."""
    import xarray as xr

    data = {"found": (("row", "point"), found), "done": ("piece", done.astype(np.int8))}
    write(xr.Dataset(data, attrs={"content_key": key}), file)


def write(dataset: Any, file: Path) -> None:
    """netCDF with the same bytes for the same content; CascadeError where it can't be written."""
    with replacing(file) as part:
        dataset.to_netcdf(part, engine="scipy", format="NETCDF3_64BIT")


def require_libraries(purpose: str, *names: str) -> None:
    """MissingLibrary unless all of them are installed.

    >>> require_libraries("arrays", "numpy")
    """
    if missing := [n for n in names if find_spec(n) is None]:
        raise MissingLibrary(f"{purpose} need {listing(missing)}; install with: pip install {' '.join(missing)}.")
