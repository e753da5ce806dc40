"""`cascade-sym new FOLDER`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def new(folder: Annotated[str, typer.Argument(help="The folder to make, such as derivations/mine2026.")]) -> int:
    """Make FOLDER: a template for your own paper that verifies as it is."""
    from cascade_sym.paper.new import new_folder

    made = new_folder(folder)
    for file in sorted(made.iterdir()):
        print(file)
    print(f"next: cascade-sym verify {made}", file=sys.stderr)
    return 0
