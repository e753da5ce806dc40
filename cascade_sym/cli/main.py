"""The command line: `cascade-sym COMMAND FOLDER ...`.

Exit codes: 0 when all is as expected, 1 when a verdict is not, 2 for wrong usage or input (never a traceback).
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer

from cascade_sym import __version__
from cascade_sym.cli import commands, quantities
from cascade_sym.errors import CascadeError

COMMANDS: dict[str, Callable[..., int]] = {
    "verify": commands.verify, "recheck": commands.recheck, "eval": quantities.evaluate,
    "list": commands.list_, "derive": commands.derive, "explain": commands.explain,
    "latex": commands.latex, "audit": commands.audit,
    "paper": commands.paper, "scaling": quantities.scaling, "new": commands.new, "sweep": quantities.sweep,
    "figures": commands.figures, "report": commands.report, "read": commands.read, "check": commands.check,
    "draw": commands.draw, "code": quantities.code,
}  # fmt: skip


app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, result_callback=lambda code, **_: sys.exit(code)
)


def _version(asked: bool) -> None:
    if asked:
        print(f"cascade-sym {__version__}")
        raise typer.Exit


@app.callback(help=__doc__)
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it and end.")
    ] = False,
) -> None:
    """What stands before a command."""


for name, command in COMMANDS.items():
    app.command(name)(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; whatever goes wrong ends with a message and exit code 2."""
    try:
        try:
            app(args=arguments)
        finally:
            sys.stdout.flush()
    except CascadeError as err:
        message = str(err)
    except RecursionError:
        message = "the input is nested too deeply to be worked on; simplify it."
    except MemoryError:
        message = "out of memory; the input is too large to be worked on."
    except OSError as err:
        what = f"use {err.filename}" if err.filename else "write the result"
        message = f"can't {what}: {err.strerror or err}."
        sys.stdout = StringIO()  # what could not be written is not tried again at the end
    except Exception as err:
        place = traceback.extract_tb(err.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        message = f"{type(err).__name__}: {err} ({where}); what was given is not understood by this program."
    print(f"cascade-sym: {message}", file=sys.stderr)
    sys.exit(2)
