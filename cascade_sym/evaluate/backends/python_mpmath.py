"""A program in mpmath's arithmetic, point by point: any precision, no speed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import mpmath
import numpy as np
from sympy import Expr

from cascade_sym.evaluate.backends.numpy_blocks import Flags
from cascade_sym.program.constants import EXACT, UNARY, Constant
from cascade_sym.program.nodes import Program

GUARD_DIGITS = 10


class MpmathKernel:
    """`kernel(n, inputs, outputs)` on object arrays of mpmath numbers with `digits` decimal digits."""

    def __init__(self, program: Program, digits: int, limits: Any = None) -> None:
        self.program, self.digits, self.limits = program, digits, limits
        self.leaves = program.leaves
        self.context = mpmath.mp.clone()
        self.context.dps = digits + GUARD_DIGITS

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        operations = operations_in(self.context)
        given = dict(zip(self.leaves, map(np.frompyfunc(self.number, 1, 1), inputs), strict=True))

        def apply(op: str, *args: Any) -> Any:
            """One real operation; nan where its result is not real."""

            def one(*a: Any) -> Any:
                try:
                    result = operations[op](*a)
                except (ZeroDivisionError, ValueError):
                    return self.context.nan
                return self.context.nan if isinstance(result, self.context.mpc) else result

            return np.frompyfunc(one, len(args), 1)(*args)

        values = self.program.run(partial(number, self.context), lambda *leaf: given[leaf], apply)
        for out, i in zip(outputs, self.program.output_nodes(), strict=True):
            out[...] = np.frompyfunc(self.context.convert, 1, 1)(values[i])
        if self.limits:
            rows = {leaf: np.broadcast_to(x, n) for leaf, x in given.items()}
            self.limits.fill_exactly(rows, outputs, self.context)
        return Flags()

    def number(self, given: Any) -> Any:
        """A number of any kind in the context's precision."""
        return self.context.convert(given._to_mpmath(self.context.prec) if isinstance(given, Expr) else given)


def operations_in(mp: Any) -> dict[str, Callable[..., Any]]:
    """The operations of a program in the context `mp`."""
    return EXACT | {
        "div": lambda a, b: a / b if b else mp.sign(a) * mp.inf,  # as doubles have it
        "pow": operator.pow,
        "nonnegative": lambda *c: mp.one if all(x >= 0 for x in c) else -mp.one,
        "positive": lambda *c: mp.one if all(x > 0 for x in c) else -mp.one,
        "select": lambda c, a, b: a if c >= 0 else b,
        "copysign": lambda a, b: abs(a) if b >= 0 else -abs(a),
        **{f: getattr(mp, f) for f in (*UNARY, "atan2")},
    }


def number(mp: Any, c: Constant) -> Any:
    """An exact constant in the context's precision."""
    if not isinstance(c, tuple):
        return mp.mpf(c.numerator) / c.denominator
    op, *rest = c
    if op in ("nan", "outside", "inf"):
        return mp.inf if op == "inf" else mp.nan
    return +mp.pi if op == "pi" else operations_in(mp)[op](*(number(mp, r) for r in rest))
