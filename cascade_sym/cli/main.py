"""The command line: `cascade-sym COMMAND FOLDER ...`.

Exit codes: 0 when all is as expected, 1 when a verdict is not, 2 for wrong usage or input (never a traceback).
"""

from __future__ import annotations

import sys

import typer

from cascade_sym.cli import commands
from cascade_sym.cli.supervise import supervised
from cascade_sym.errors import CascadeError

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
commands.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; errors made on purpose end with a message and exit code 2."""
    try:
        app(args=arguments)
    except CascadeError as err:
        print(f"cascade-sym: {err}", file=sys.stderr)
        sys.exit(2)
    except RecursionError:
        print("cascade-sym: the input is nested too deeply to be worked on; simplify it.", file=sys.stderr)
        sys.exit(2)
    except MemoryError:
        print("cascade-sym: out of memory; the input is too large to be worked on.", file=sys.stderr)
        sys.exit(2)


def run() -> None:
    """The program `cascade-sym`: `main` under supervision."""
    supervised(main)
