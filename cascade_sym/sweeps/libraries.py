"""Libraries that only sweeps and figures need."""

from __future__ import annotations

from importlib.util import find_spec

from cascade_sym.errors import MissingLibrary, listing


def require_libraries(purpose: str, *names: str) -> None:
    """MissingLibrary unless all of them are installed.

    >>> require_libraries("arrays", "numpy")
    """
    if missing := [n for n in names if find_spec(n) is None]:
        raise MissingLibrary(f"{purpose} need {listing(missing)}; install with: pip install {' '.join(missing)}.")
