"""Packages that only a part of the toolkit needs, and the extra that brings them: `pip install cascade-sym[extra]`."""

from __future__ import annotations

from importlib.util import find_spec

from cascade_sym.errors import MissingLibrary, listing

EXTRAS = {"matplotlib": "plots", "math_core": "report", "typer": "cli", "rich": "cli", "llvmlite": "fast",
          "pylatexenc": "manuscripts", "array_api_compat": "arrays"}  # fmt: skip


def require(purpose: str, *packages: str, extra: str | None = None) -> None:
    """MissingLibrary unless all packages are there; the extra that brings them is named after the first or given.

    >>> require("arrays", "numpy")
    >>> require("pictures", "matplotlib", "no_such_package")
    Traceback (most recent call last):
    cascade_sym.errors.MissingLibrary: pictures need 'no_such_package'; install with: pip install 'cascade-sym[plots]'.
    """
    if missing := [p for p in packages if find_spec(p) is None]:
        brings = extra or EXTRAS.get(packages[0])
        what = f"'cascade-sym[{brings}]'" if brings else " ".join(missing)
        raise MissingLibrary(f"{purpose} need {listing(missing)}; install with: pip install {what}.")
