"""`cascade-sym code`: a declared quantity as source code."""

from __future__ import annotations

from typing import Annotated

import typer

from cascade_sym.cli.commands import Folder, Output, put


def code(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="A quantity of the folder; `cascade-sym list` names them.")],
    language: Annotated[str, typer.Option("--language", "-l", help="python, c, julia or mathematica.")] = "python",
    output: Output = None,
) -> int:
    """Print a declared quantity as a function in Python, C, Julia or Mathematica."""
    from cascade_sym.evaluate.source.code import code as source_of
    from cascade_sym.paper import load_folder

    quantity = load_folder(folder).model.declared(name).make()
    text = source_of(quantity, language)
    put(output, text)
    return 0
