"""`cascade-sym code`: a declared quantity as source code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def code(
    folder: Annotated[str, typer.Argument(help="A paper's folder, such as derivations/huang2018.")],
    name: Annotated[str, typer.Argument(help="A quantity of the folder; `cascade-sym list` names them.")],
    language: Annotated[str, typer.Option("--language", "-l", help="python, c, julia or mathematica.")] = "python",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> int:
    """Print a declared quantity as a function in Python, C, Julia or Mathematica."""
    from cascade_sym.cli.commands import write
    from cascade_sym.latex.code import code as source_of
    from cascade_sym.paper import load_folder

    quantity = load_folder(folder).model.declared(name).make()
    text = source_of(quantity, language)
    if output is None:
        sys.stdout.write(text)
    else:
        write(output, text)
    return 0
