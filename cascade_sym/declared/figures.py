"""The figures that a folder declares: computed, drawn and written, with their data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cascade_sym.deadline import own_python
from cascade_sym.errors import FolderError, UnknownName, listing
from cascade_sym.extras import require
from cascade_sym.files import write
from cascade_sym.folder.derived_values import Figure
from cascade_sym.folder.load import Folder
from cascade_sym.plot import canvas, save, styled
from cascade_sym.sweeps.netcdf import write as write_dataset


def figure_files(place: Path) -> list[Path]:
    figures = place / "figures"
    return sorted(p for p in figures.iterdir() if p.is_file()) if figures.is_dir() else []


def build_figures(
    folder: Folder, output: Path | None = None, only: Iterable[str] = (), progress: Callable[[str], None] | None = None
) -> tuple[Path, ...]:
    """Write NAME.pdf, NAME.png, NAME.nc (the data) and NAME.txt (the caption) of every figure, or of those in `only`.

    Without `output` they go to build/<folder>/figures. The files have the same bytes every time. Raises UnknownName
    for a figure that the folder does not declare, FolderError where it declares none.
    """
    figures = folder.model.figures
    if not figures:
        raise FolderError(f"{folder.path} declares no figures; register some with model.figure(Figure(...)).")
    wanted = set(only) or set(figures)
    if unknown := wanted - set(figures):
        raise UnknownName(f"no figure {listing(unknown)} in this folder; it declares {listing(figures)}.")
    require("figures", "matplotlib", "xarray", "joblib", "scipy", extra="all")
    place = output or Path("build") / folder.path.resolve().name / "figures"
    written: list[Path] = []
    for name in (n for n in figures if n in wanted):
        if progress:
            progress(name)
        written += _write(figures[name], place)
    return tuple(written)


def _write(figure: Figure, place: Path) -> tuple[Path, ...]:
    """Compute the data of a figure, write them, draw them."""
    data = computed(figure)
    file = place / f"{figure.name}.nc"
    words = place / f"{figure.name}.txt"
    write_dataset(data, file)
    write(words, f"{figure.title}. {figure.caption}\n")
    return (*save(drawn(figure, data), place / figure.name), file, words)


def computed(figure: Figure) -> Any:
    """The data of a figure, with its title and caption as attributes."""
    with own_python(f"the computation of {figure.name}"):
        data = figure.compute()
        return data.assign_attrs({"title": figure.title, "caption": figure.caption, **data.attrs})


def drawn(figure: Figure, data: Any) -> Any:
    """A matplotlib Figure of the data, in the toolkit's style."""
    with styled(), own_python(f"the drawing of {figure.name}"):
        page, axes = canvas(figure.size, figure.panels)
        figure.draw(axes, data)
        page.draw_without_rendering()  # lays everything out while the style holds
        return page
