"""Figures as a journal wants them: one style, files with the same bytes for the same data.

The style is for one column of a two-column journal: lines that survive print, letters as in its formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from cascade_sym.extras import require
from cascade_sym.files import replacing

COLOURS = {
    "black": "#1a1a1a", "red": "#c4302b", "blue": "#2b5ca8", "green": "#5aa832", "grey": "#7a7a7a",
}  # fmt: skip

# no dates or version numbers in files
NOTHING = {"pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}, "png": {"Software": None}}
DPI = 300  # of pictures for print

STYLE = files("cascade_sym") / "journal.mplstyle"


@contextmanager
def styled() -> Iterator[None]:
    """The style, whatever the settings of the user; both are as before afterwards."""
    require("pictures", "matplotlib")
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        with as_file(STYLE) as style:
            matplotlib.rc_file(style, use_default_template=False)
        yield


def canvas(size: tuple[float, float], panels: tuple[int, int] = (1, 1)) -> tuple[Any, Any]:
    """A figure of `size` inches and its axes: one, or a list where `panels` (rows, columns) has several.

    >>> with styled():
    ...     figure, axes = canvas((3.4, 2.5), (1, 2))
    >>> len(axes)
    2
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)  # without a window, and without pyplot's list of open figures
    axes = figure.subplots(*panels, squeeze=False).ravel().tolist()
    return figure, axes[0] if panels == (1, 1) else axes


def save(figure: Any, stem: Path) -> tuple[Path, ...]:
    """Write stem.pdf and stem.png; CascadeError where that is not possible."""
    files = tuple(stem.with_name(f"{stem.name}.{kind}") for kind in NOTHING)
    for file, (kind, metadata) in zip(files, NOTHING.items(), strict=True):
        with replacing(file) as part:
            figure.savefig(part, format=kind, dpi=DPI, metadata=metadata)
    return files
