"""What names and functions of a written formula stand for."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cascade_sym.errors import UnknownName, listing


@dataclass(frozen=True)
class Environment:
    """Values for names and callables for functions.

    `names` maps a name to a SymPy expression or to an operator value; `functions` maps a function's name to a
    callable of the arguments' values, and goes before the built-in one of the same name. `"integral"` in
    `functions` receives (body, variable, lo, hi), the body's value being in terms of the variable's symbol.

    >>> import sympy as sp
    >>> Environment({"x": sp.Symbol("x")}).value("x")
    x
    """

    names: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """The value of `name`; UnknownName, with near misses, where it has none."""
        if name in self.names:
            return self.names[name]
        raise unknown("name", name, self.names)

    def bound(self, name: str, value: Any) -> Environment:
        """This environment with one more name (or another value for it)."""
        return Environment({**self.names, name: value}, self.functions)


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """An UnknownName that lists the known names nearest to `name`."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=4, cutoff=0.6)
    if near:
        hint = f"did you mean {listing(near)}?"
    elif name == "i":
        hint = "the imaginary unit is written I."
    else:
        shown = sorted(known)[:12]
        hint = f"known are {listing(shown)}{' and more' if len(known) > len(shown) else ''}."
    return UnknownName(f"the formula uses the {kind} {name!r}, which has no value here; {hint}")
