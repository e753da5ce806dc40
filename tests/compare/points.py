"""Values of formulas that different readers have made: a point for every name, however a reader spells it.

Only SymPy is needed: this runs in the environments of all readers.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

DROPPED = re.compile(r"math(?:rm|it|bf)|text|operatorname|[^A-Za-z0-9]")


def place(name: str) -> float:
    r"""A number between 1/2 and 3/2 for a name; \gamma_{S,0}, gamma_S_0 and gamma_S0 are one.

    >>> place(r"\gamma_{S,0}") == place("gamma_S_0") != place("gamma_S_1")
    True
    """
    return 0.5 + zlib.crc32(DROPPED.sub("", name).encode()) / 2**32


def value(expression: Any) -> list[float] | None:
    """The value at that point, as real and imaginary part; None for what has none."""
    import sympy as sp
    from sympy.core.function import AppliedUndef

    if not isinstance(expression, sp.Expr):
        return None

    def applied(call: Any) -> Any:
        weights = ((k + 2) * a for k, a in enumerate(call.args))
        return sp.sin(place(call.func.__name__) + sum(weights))

    try:
        known = expression.replace(lambda e: isinstance(e, AppliedUndef), applied)
        at = {s: sp.I if s.name in ("i", "I") else sp.pi if s.name == "pi" else place(s.name) for s in known.free_symbols}
        if any(s.name == "e" for s in at):
            at |= {s: sp.E for s in at if s.name == "e"}
        found = complex(sp.N(known.doit().xreplace(at), 20))
    except Exception:
        return None
    return None if found != found else [found.real, found.imag]


def sides(found: Any) -> list[list[float] | None] | None:
    """The values of both sides of an equation, or of an expression; None for what is neither."""
    import sympy as sp

    if isinstance(found, list | tuple) and len(found) == 1:
        (found,) = found
    if isinstance(found, sp.Equality):
        return [value(found.lhs), value(found.rhs)]
    return [value(found)] if isinstance(found, sp.Expr) else None
