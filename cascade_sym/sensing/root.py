"""A root without a closed form, as definitions: Newton's method written out as let-bindings."""

from __future__ import annotations

from itertools import pairwise

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import ParameterError

STEPS = 20  # of Newton's iteration, quadratic from a good start


def newton_root(f: Expr, x: Symbol, start: Expr, *, steps: int = STEPS) -> tuple[Symbol, Definitions]:
    """The root of f(x) reached from `start`: (its symbol, definitions x_0 = start, x_1, ... that compute it).

    Where f is increasing and convex above its root and f(start) >= 0, the steps fall monotonically to the
    root, and the number of right digits doubles with each once they are close; the caller has to see to that.
    Values at any precision, over arrays, and derivatives then follow as for every other definition. Raises
    ParameterError for fewer than one step.

    >>> x, a = sp.symbols("x a")
    >>> root, definitions = newton_root(x**2 - a, x, 1 + a, steps=3)
    >>> root, definitions.items[1]
    (x_3, (x_1, x_0 - (-a + x_0**2)/(2*x_0)))
    """
    if steps < 1:
        raise ParameterError(f"steps is {steps}; Newton's method needs at least one.")
    slope = sp.diff(f, x)
    taken = f.free_symbols | start.free_symbols
    names = [Symbol(f"{x.name}_{k}") for k in range(steps + 1)]
    if clash := taken & set(names):
        raise ParameterError(f"the names {sorted(map(str, clash))} are taken; call the unknown differently.")
    items = [(names[0], start)]
    for old, new in pairwise(names):
        items.append((new, old - f.xreplace({x: old}) / slope.xreplace({x: old})))
    return names[-1], Definitions(tuple(items))
