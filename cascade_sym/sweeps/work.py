"""Pieces of a grid worked on one after the other or in parallel, kept in a file so that nothing is done twice."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from zlib import crc32

import numpy as np

from cascade_sym import files
from cascade_sym.errors import CascadeError
from cascade_sym.extras import require
from cascade_sym.sweeps.merit import Merit, Objective
from cascade_sym.sweeps.optimum import optimum
from cascade_sym.sweeps.space import Grid, Space

PIECE = 1024  # grid points
SMALL = 128  # the least for several processes
STARTING = 4.0  # seconds until other processes work
ANSWERING = 10.0  # seconds in which a scheduler answers


@dataclass(frozen=True)
class Work:
    """What has to be done at every point of a grid; plain data, so that processes can send it to one another."""

    merit: Merit
    space: Space
    grid: Grid
    fixed: tuple[tuple[str, complex], ...]
    sign: float = 1.0

    def objective(self, points: np.ndarray) -> Objective:
        """The objective at the points, which may repeat."""
        return Objective(self.merit, self.space, {**dict(self.fixed), **self.grid.points(points)}, self.sign)


def piece(work: Work, first: int, last: int) -> np.ndarray:
    """The optima at the points from `first` to `last`: coordinates and values, one row each."""
    points = np.arange(first, last)
    u, f = optimum(work.objective(points), points.size)
    return np.concatenate([u, f[None]])


class Kept:
    """The optima of a grid as they are found, shape (rows, points): in memory, or in a file that a later run reads.

    Every unit of points has a mark, the checksum of its numbers: what was not written whole, or is not what was
    written, counts as not found. A file of other work (another `key`) is begun anew.
    """

    def __init__(self, rows: int, points: int, file: Path | None = None, key: str = "") -> None:
        self.file, self.unit = file, min(SMALL, PIECE)
        units = -(-points // self.unit)
        if file is None:
            self.found, self.marks = np.full((rows, points), np.nan), np.zeros(units, dtype="<u8")
            return
        head = f"cascade-sym sweep {key} {rows} {points} {self.unit}\n".encode()
        size = len(head) + 8 * (units + rows * points)
        if not (file.is_file() and file.stat().st_size == size and _begins(file, head)):
            files.reserve(file, size, head)
        self.marks = np.memmap(file, "<u8", "r+", len(head), (units,))
        self.found = np.memmap(file, "<f8", "r+", len(head) + 8 * units, (rows, points))

    def has(self, first: int, last: int) -> bool:
        """Whether all points from `first` to `last`, which are whole units, have been found."""
        return all(self.marks[a // self.unit] == self._mark(a) for a in range(first, last, self.unit))

    def put(self, first: int, result: np.ndarray) -> None:
        """What was found at the points from `first` on, whole units of them."""
        self.found[:, first : first + result.shape[1]] = result
        for a in range(first, first + result.shape[1], self.unit):
            self.marks[a // self.unit] = self._mark(a)

    def _mark(self, first: int) -> int:
        return 1 + crc32(self.found[:, first : first + self.unit].tobytes())

    @contextmanager
    def copied(self) -> Iterator[np.ndarray]:
        """The numbers in a place where they may be changed, which is gone afterwards; what was found stays."""
        if self.file is None:
            yield self.found
            return
        place = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        try:
            files.reserve(place, self.found.nbytes)
            copy = np.memmap(place, "<f8", "r+", 0, self.found.shape)
            for a in range(0, self.found.shape[1], PIECE):
                copy[:, a : a + PIECE] = self.found[:, a : a + PIECE]
            yield copy
        finally:
            place.unlink(missing_ok=True)

    def forget(self, *, empty_only: bool = False) -> None:
        """Remove the file, or only where nothing was found."""
        if self.file is not None and not (empty_only and self.marks.any()):
            self.file.unlink(missing_ok=True)


def _begins(file: Path, head: bytes) -> bool:
    with file.open("rb") as content:
        return content.read(len(head)) == head


def run(work: Work, kept: Kept, n_jobs: int | None, tell: Callable[[str], None]) -> None:
    """All optima that `kept` does not have yet, by joblib with the backend that is configured.

    Work that is done before other processes have started is done in this one.
    """
    from joblib import Parallel, cpu_count, delayed, effective_n_jobs

    width, left = max(1, effective_n_jobs(n_jobs)), []
    for a, b in pieces(work.grid, width):
        if kept.has(a, b):
            tell(f"points {a} to {b - 1}, read")
        else:
            left.append((a, b))
    start = monotonic()
    try:
        if n_jobs is not None and width > 1 and left:
            (a, b), *left = left
            tell(f"points {a} to {b - 1}")
            kept.put(a, piece(work, a, b))
            if (rest := (monotonic() - start) * len(left)) < STARTING:
                said = f"done in one process: the rest takes it {rest:.1g} seconds, others take {STARTING:g} to start."
                warnings.warn(said, RuntimeWarning, stacklevel=4)
                width = 1
            n_jobs = width = max(1, min(width, len(left), 2 * cpu_count()))
        with Parallel(n_jobs=n_jobs) as parallel:
            for wave in (left[k : k + width] for k in range(0, len(left), width)):
                for a, b in wave:
                    tell(f"points {a} to {b - 1}")
                for (a, _), result in zip(wave, parallel(delayed(piece)(work, *cut) for cut in wave), strict=True):
                    kept.put(a, result)
    except BaseException as err:
        kept.forget(empty_only=True)
        if isinstance(err, BrokenProcessPool) or type(err).__name__ == "KilledWorker":  # Dask's, which may not be there
            said = "a process was ended from outside, perhaps for its memory; what is finished is kept: use fewer."
            raise CascadeError(said) from err
        raise


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """joblib works on the Dask cluster whose scheduler is at `address`; None leaves all as it is.

    CascadeError where none answers, or where it has no workers.
    """
    if address is None:
        yield
        return
    require("clusters", "distributed", "joblib", extra="cluster")
    from distributed import Client
    from joblib import parallel_config

    try:
        client = Client(address, timeout=ANSWERING, set_as_default=False)
    except (OSError, ValueError, TypeError) as err:
        raise CascadeError(
            f"no scheduler answers at {address!r}; start one by `dask scheduler`, and give the address that it prints, "
            "such as tcp://10.0.0.1:8786."
        ) from err
    with client:
        if not client.nthreads():
            raise CascadeError(f"the scheduler at {address} has no workers; start some by `dask worker {address}`.")
        with parallel_config(backend="dask", client=client):
            yield


def pieces(grid: Grid, processes: int = 1) -> list[tuple[int, int]]:
    """The pieces of the work on a grid, first and last point; smaller ones for several processes, whole units all."""
    step, unit = PIECE, min(SMALL, PIECE)
    if processes > 1:
        step = min(PIECE, max(unit, -(-grid.size // (4 * processes))))
    step = -(-step // unit) * unit
    return [(a, min(a + step, grid.size)) for a in range(0, grid.size, step)]
