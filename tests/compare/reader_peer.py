"""What a reader of LaTeX makes of formulas: `python -m tests.compare.reader_peer READER < formulas.json`."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from tests.compare.points import sides

SECONDS = 10  # of the processor, for one formula


def reader(name: str) -> tuple[str, Callable[[str], Any]]:
    """The version of a reader, and what it makes of a formula: an equation or an expression of SymPy."""
    import sympy

    if name == "latex2sympy2_extended":
        from importlib.metadata import version

        from latex2sympy2_extended import latex2sympy

        return version("latex2sympy2_extended"), latex2sympy
    from sympy.parsing.latex import parse_latex

    def read(latex: str) -> Any:
        options = {"strict": True} if name == "antlr" else {}
        found = parse_latex(latex, backend=name, **options)
        if not isinstance(found, sympy.Basic):
            raise ValueError("several readings")
        return found

    read(r"x = 1")  # what is missing is said at once
    return sympy.__version__, read


def main() -> None:
    version, read = reader(sys.argv[1])
    formulas = json.load(sys.stdin)
    out = []
    for latex in formulas:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
                found = sides(read(latex))
        except BaseException:
            found = None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        out.append(found)
    print(json.dumps({"version": version, "found": out}))


def late(*_: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    signal.signal(signal.SIGPROF, late)
    main()
