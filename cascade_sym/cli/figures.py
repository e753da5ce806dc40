"""`cascade-sym figures`: the figures of a paper, with their data beside them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cascade_sym.cli.commands import Folder, Output


def figures(
    folder: Folder,
    output: Output = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this figure, as fig3 (repeatable).")] = None,
) -> int:
    """Compute and draw the figures that FOLDER declares: PDF, PNG, and the data as netCDF."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.paper import load_folder
    from cascade_sym.paper.figures import build_figures

    loaded = load_folder(folder)
    with progress(f"figures {Path(folder).name}", len(only or loaded.model.figures)) as tick:
        files = build_figures(loaded, output, only or (), tick)
    print(f"written: {', '.join(map(str, files))}", file=sys.stderr)
    return 0
