"""What values show: a registry of renderers, which `cascade_sym.latex` fills and which is open to other types."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

painter: Callable[[Any], str] = repr  # LaTeX of a value for Jupyter; the package says whose (values don't know it)


@singledispatch
def renderer(value: Any, notation: Any) -> Any:
    """What shows a value in a notation: another value that the toolkit shows in its place; None: as it stands.

    `renderer.register` adds a type of your own (see `Shown`), which is then shown in tables and steps too.

    >>> renderer(1, None) is None
    True
    """
    return None


class Shown:
    """A value that shows itself as LaTeX in the fallback notation.

    >>> from dataclasses import dataclass
    >>> from sympy import Symbol
    >>> @dataclass
    ... class Detuning(Shown):
    ...     mode: str
    >>> @renderer.register
    ... def _(value: Detuning, notation):
    ...     return {f"Delta_{value.mode}": Symbol(f"omega_{value.mode}") - Symbol("omega_0")}
    >>> print(Detuning("S")._repr_latex_())
    $\\displaystyle \\Delta_{S} = \\omega_{S} - \\omega_{0}$
    """

    __slots__ = ()

    def _repr_latex_(self) -> str:
        return painter(self)
