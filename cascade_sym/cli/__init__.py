"""The command line: one thin function a command."""

from __future__ import annotations

import sys


def run() -> None:
    """The program `cascade-sym`: a clear line where an installation has no command line."""
    from cascade_sym.errors import MissingLibrary
    from cascade_sym.extras import require

    try:
        require("commands", "typer", "rich")
    except MissingLibrary as err:
        print(f"cascade-sym: {err}", file=sys.stderr)
        sys.exit(2)
    from cascade_sym.cli.main import main
    from cascade_sym.cli.supervise import supervised

    supervised(main)
