"""A program in mpmath's arithmetic, point by point: any precision, no speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
from sympy import Expr

from cascade_sym.evaluate.backends.flags import Flags
from cascade_sym.program.constants import UNARY, Constant
from cascade_sym.program.nodes import Program, arguments

GUARD_DIGITS = 10


class MpmathKernel:
    """`kernel(n, inputs, outputs)` on object arrays of mpmath numbers with `digits` decimal digits."""

    def __init__(self, program: Program, digits: int, limits: Any = None) -> None:
        self.program, self.digits, self.limits = program, digits, limits
        self.leaves = program.leaves
        self.context = mpmath.mp.clone()
        self.context.dps = digits + GUARD_DIGITS

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        rows = [x if getattr(x, "ndim", 0) else [x] * n for x in inputs]
        constants = {i: number(self.context, c[1]) for i, c in enumerate(self.program.nodes) if c[0] == "const"}
        for k in range(n):
            point = iter([row[k] for row in rows])
            values: list[Any] = []
            for i, node in enumerate(self.program.nodes):
                if node[0] == "const":
                    values.append(constants[i])
                elif node[0] == "param":
                    values.append(self.number(next(point)))
                else:
                    values.append(self.operation(node[0], [values[a] for a in arguments(node)]))
            for out, i in zip(outputs, self.program.output_nodes(), strict=True):
                out[k] = self.context.convert(values[i])
        if self.limits:
            given = {leaf: [self.number(x) for x in row] for leaf, row in zip(self.leaves, rows, strict=True)}
            self.limits.fill_exactly(given, outputs, self.context)
        return Flags()

    def number(self, given: Any) -> Any:
        """A number of any kind in the context's precision."""
        return self.context.convert(given._to_mpmath(self.context.prec) if isinstance(given, Expr) else given)

    def operation(self, op: str, args: list[Any]) -> Any:
        """One real operation; nan where its result is not real."""
        try:
            result = operations(self.context)[op](*args)
        except (ZeroDivisionError, ValueError):
            return self.context.nan
        return self.context.nan if isinstance(result, self.context.mpc) else result


def operations(mp: Any) -> dict[str, Callable[..., Any]]:
    """The operations of a program in the context `mp`."""
    return {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "div": lambda a, b: a / b if b else mp.sign(a) * mp.inf,  # as doubles have it
        "neg": lambda a: -a,
        "abs": abs,
        "pow": lambda a, b: a**b,
        "min": min,
        "max": max,
        "nonnegative": lambda *c: mp.one if all(x >= 0 for x in c) else -mp.one,
        "positive": lambda *c: mp.one if all(x > 0 for x in c) else -mp.one,
        "select": lambda c, a, b: a if c >= 0 else b,
        "copysign": lambda a, b: abs(a) if b >= 0 else -abs(a),
        **{f: getattr(mp, f) for f in FUNCTIONS},
    }


FUNCTIONS = (*UNARY, "atan2")


def number(mp: Any, c: Constant) -> Any:
    """An exact constant in the context's precision."""
    if not isinstance(c, tuple):
        return mp.mpf(c.numerator) / c.denominator
    op, *rest = c
    if op in ("nan", "outside", "inf"):
        return mp.inf if op == "inf" else mp.nan
    return +mp.pi if op == "pi" else operations(mp)[op](*(number(mp, r) for r in rest))
