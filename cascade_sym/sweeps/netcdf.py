"""Tables of numbers over a grid as files: netCDF whose variables are filled piece by piece, and CSV.

The classic format with 64-bit offsets, written here because the libraries keep a whole file in memory until it is
closed. Source: NetCDF Users' Guide, appendix B, "File Format Specifications".
"""

from __future__ import annotations

import csv
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from cascade_sym.errors import ParameterError
from cascade_sym.files import filled, replacing, require_place, said_of
from cascade_sym.sweeps.space import Grid

DIMENSION, VARIABLE, ATTRIBUTE = 10, 11, 12  # tags of lists
CHAR, DOUBLE = 2, 6  # types of numbers
LARGEST = 2**32 - 4  # bytes of one variable
SUFFIXES = ("", ".nc", ".cdf")
AT_ONCE = 1 << 14  # lines of a CSV file that are made at a time

Attributes = Mapping[str, str]


@contextmanager
def created(
    file: Path, grid: Grid, variables: Mapping[str, Attributes], axes: Mapping[str, Attributes], about: Attributes
) -> Iterator[dict[str, np.ndarray]]:
    """A netCDF file with the axes of the grid and room for `variables`: {name: its numbers, flat, in the file}.

    It is there when all numbers are in their places. The same content gives the same bytes. ParameterError for a name
    that netCDF can't have and for a grid that is too large for it, CascadeError where it can't be written.
    """
    part = require_place(file)
    try:
        with said_of(file):
            room = _laid_out(part, grid, variables, axes, about)
        yield room
        with said_of(file):
            os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def require_output(file: str | Path, grid: Grid | None = None, variables: Iterable[str] = ()) -> Path:
    """The file of a result, before there is something to lose: netCDF or CSV, at a place that can be written to.

    ParameterError for another kind and where a file of these axes and variables can't be, CascadeError for the place.
    """
    file = Path(file)
    if file.suffix.lower() not in (*SUFFIXES, ".csv"):
        raise ParameterError(
            f"results are written as netCDF or CSV; {file.name} says something else: call it {file.stem}.nc or "
            f"{file.stem}.csv."
        )
    for name in (*(grid.names if grid else ()), *variables):
        if not (name.isascii() and name.isprintable() and name and "/" not in name and name == name.strip()):
            raise ParameterError(f"netCDF has no name {name!r}; give one of ASCII letters and digits.")
    if grid and 8 * grid.size > LARGEST:
        raise ParameterError(f"netCDF holds {LARGEST // 8} points at most; cut the grid of {grid.size} into parts.")
    require_place(file).unlink()
    return file


def _laid_out(
    file: Path, grid: Grid, variables: Mapping[str, Attributes], axes: Mapping[str, Attributes], about: Attributes
) -> dict[str, np.ndarray]:
    nan = _name("_FillValue") + struct.pack(">iid", DOUBLE, 1, np.nan)
    places = struct.pack(f">{len(grid.names) + 1}i", len(grid.names), *range(len(grid.names)))
    own = {n: struct.pack(">ii", 1, k) for k, n in enumerate(grid.names)}
    rows = [(n, own[n], _attributes(axes[n]), v.size) for n, v in zip(grid.names, grid.values, strict=True)]
    rows += [(n, places, _attributes(said, nan), grid.size) for n, said in variables.items()]
    dimensions = [_name(n) + struct.pack(">i", size) for n, size in zip(grid.names, grid.shape, strict=True)]
    head = b"CDF\x02" + struct.pack(">i", 0) + _list(DIMENSION, dimensions) + _attributes(about)
    heads = {n: _name(n) + where + said for n, where, said, _ in rows}
    begin = len(head) + 8 + sum(len(h) + 16 for h in heads.values())
    found, entries = {}, []
    for n, *_, size in rows:
        entries.append(heads[n] + struct.pack(">iIq", DOUBLE, 8 * size, begin))
        found[n] = begin, size
        begin += 8 * size
    filled(file, begin, head + _list(VARIABLE, entries))
    room: dict[str, np.ndarray] = {n: np.memmap(file, ">f8", "r+", at, size) for n, (at, size) in found.items()}
    for n, values in zip(grid.names, grid.values, strict=True):
        room.pop(n)[:] = values
    return room


def _list(tag: int, items: list[bytes]) -> bytes:
    return struct.pack(">ii", tag if items else 0, len(items)) + b"".join(items)


def _attributes(said: Attributes, *more: bytes) -> bytes:
    return _list(ATTRIBUTE, [*more, *(_name(k) + struct.pack(">i", CHAR) + _name(v) for k, v in said.items())])


def _name(text: str) -> bytes:
    """A text with its length, filled up to a multiple of four bytes."""
    raw = text.encode()
    return struct.pack(">i", len(raw)) + raw + bytes(-len(raw) % 4)


def write(dataset: Any, file: Path) -> None:
    """A dataset of any kind as netCDF with the same bytes for the same content; CascadeError where it can't be."""
    with replacing(file) as part:
        dataset.to_netcdf(part, engine="scipy", format="NETCDF3_64BIT")


def write_csv(dataset: Any, file: Path) -> None:
    """A line of names, the axes first, and a line for every point; numbers read back as they are."""
    names, columns = list(dataset.sizes), [v.values.ravel() for v in dataset.data_vars.values()]
    axes, shape = [dataset[n].values for n in names], tuple(dataset.sizes.values())
    size = columns[0].size if columns else 0
    with replacing(file) as part, part.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow([*names, *dataset.data_vars])
        for a in range(0, size, AT_ONCE):
            rows = np.arange(a, min(a + AT_ONCE, size))
            at = np.unravel_index(rows, shape) if shape else ()
            cells = [x[k] for x, k in zip(axes, at, strict=True)] + [c[rows] for c in columns]
            lines.writerows(zip(*(c.tolist() for c in cells), strict=True))
