"""Pieces of a grid worked on one after the other or in parallel, kept in a file so that nothing is done twice."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from cascade_sym import files
from cascade_sym.errors import CascadeError
from cascade_sym.sweeps.merit import Merit, Objective
from cascade_sym.sweeps.optimum import optimum
from cascade_sym.sweeps.space import Grid, Space

PIECE = 1024  # grid points
SMALL = 128  # the least for several processes
STARTING = 4.0  # seconds until other processes work
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
    by the next run of the same work. Work that is done before other processes have started is done in this one.
    """
    from joblib import Parallel, cpu_count, delayed, effective_n_jobs

    size, width = work.grid.size, max(1, effective_n_jobs(n_jobs))
    found, done = np.full((len(work.space) + 1, size), np.nan), np.zeros(size, dtype=bool)
    if checkpoint is not None and (kept := read_kept(checkpoint, key)) is not None:
        found, done = kept
    left = []
    for a, b in pieces(work.grid, width):
        if done[a:b].all():
            tell(f"points {a} to {b - 1}, read")
        else:
            left.append((a, b))
    start = kept_at = monotonic()
    try:
        if n_jobs is not None and width > 1 and left:
            (a, b), *left = left
            tell(f"points {a} to {b - 1}")
            found[:, a:b], done[a:b] = piece(work, a, b), True
            if (rest := (monotonic() - start) * len(left)) < STARTING:
                said = f"done in one process: the rest takes it {rest:.1g} seconds, others take {STARTING:g} to start."
                warnings.warn(said, RuntimeWarning, stacklevel=4)
                width = 1
            n_jobs = width = max(1, min(width, len(left), 2 * cpu_count()))
        with Parallel(n_jobs=n_jobs) as parallel:
            for wave in (left[k : k + width] for k in range(0, len(left), width)):
                for a, b in wave:
                    tell(f"points {a} to {b - 1}")
                for (a, b), result in zip(wave, parallel(delayed(piece)(work, *cut) for cut in wave), strict=True):
                    found[:, a:b], done[a:b] = result, True
                if checkpoint is not None and monotonic() - kept_at > EVERY:
                    keep(checkpoint, key, found, done)
                    kept_at = monotonic()
    except BaseException as err:
        if checkpoint is not None and done.any():
            keep(checkpoint, key, found, done)
        if isinstance(err, BrokenProcessPool):
            said = "a process was ended from outside, perhaps for its memory; what is finished is kept: use fewer."
            raise CascadeError(said) from err
        raise
    return found


def pieces(grid: Grid, processes: int = 1) -> list[tuple[int, int]]:
    """The pieces of the work on a grid, first and last point; smaller ones for several processes."""
    step = PIECE if processes == 1 else min(PIECE, max(SMALL, -(-grid.size // (4 * processes))))
    return [(a, min(a + step, grid.size)) for a in range(0, grid.size, step)]


def read_kept(file: Path, key: str) -> tuple[np.ndarray, np.ndarray] | None:
    """What a former run of the same work has finished; None where there is nothing, or not what was written for it."""
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content[32:]).digest() != content[:32]:
        return None
    kept = np.load(BytesIO(content[32:]))
    return (kept["found"], kept["done"]) if kept["key"] == key else None


def keep(file: Path, key: str, found: np.ndarray, done: np.ndarray) -> None:
    """Write what is finished, under its checksum, whole or not at all."""
    out = BytesIO()
    np.savez(out, key=key, found=found, done=done)
    files.write(file, sha256(out.getvalue()).digest() + out.getvalue())


def write(dataset: Any, file: Path) -> None:
    """netCDF with the same bytes for the same content; CascadeError where it can't be written."""
    with files.replacing(file) as part:
        dataset.to_netcdf(part, engine="scipy", format="NETCDF3_64BIT")
