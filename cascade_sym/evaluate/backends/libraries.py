"""A program by other libraries: in mpmath's arithmetic, point by point, any precision and no speed; as a JAX function,
differentiable, and run wherever JAX runs.
"""

from __future__ import annotations

import importlib
import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial, reduce
from typing import Any

import mpmath
import numpy as np
from sympy import Expr

from cascade_sym.errors import ParameterError
from cascade_sym.evaluate.backends.numpy_blocks import Flags
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.results import formed
from cascade_sym.program.constants import EXACT, UNARY, Constant, parts
from cascade_sym.program.nodes import TESTS, Program

OPERATORS: dict[str, Any] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "neg": operator.neg,
}  # fmt: skip
STANDARD = {  # names in the array API standard, where they are not ours
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "rint": "round",
    "min": "minimum", "max": "maximum",
}  # fmt: skip
GUARD_DIGITS = 10  # beyond those asked for, against rounding of intermediate values


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


def require_jax() -> Any:
    """The jax module; ParameterError where it is not installed."""
    try:
        import jax
    except ImportError:
        raise ParameterError(
            "backend='jax' needs the package jax, which is not installed; install it, or use 'numpy' or 'compiled'."
        ) from None
    return jax


def jax_function(program: Program, plan: Plan) -> Callable[[Mapping[str, Any]], Any]:
    """A jitted function from values by parameter name to the results of `program`, a form of the plan's: JAX arrays of
    float64 in the form of the target.
    """
    jax = require_jax()
    jnp = jax.numpy
    apply = operations_over(jnp, jnp.asarray)

    def run(values: dict[str, Any]) -> list[Any]:
        def leaf(name: str, part: str) -> Any:
            return jnp.imag(values[name]) if part == "im" else jnp.real(values[name])

        done = program.run(lambda c: parts(c)[0], leaf, apply)
        return [done[i] for i in program.output_nodes()]

    jitted = jax.jit(run)

    def evaluate(given: Mapping[str, Any]) -> Any:
        with double_precision(jax):
            values = {n: jnp.asarray(v) for n, v in given.items()}
            found = jnp.broadcast_arrays(*jitted(values), *values.values())
            return gathered(plan, found, lambda re, im: re + 1j * im, jnp.stack)

    return evaluate


def operations_over(xp: Any, lift: Callable[[float], Any]) -> Callable[..., Any]:
    """The real operations of a program over arrays of the array API namespace `xp`; floats are `lift`ed to arrays.

    A function that the namespace lacks is a ParameterError that names it.
    """

    def array(x: Any) -> Any:
        return lift(x) if isinstance(x, float) else x

    def apply(op: str, *args: Any) -> Any:
        if op in OPERATORS and not all(isinstance(a, float) for a in args):
            return OPERATORS[op](*args)
        whole = [array(a) for a in args]
        if op in TESTS:
            passed = [a >= 0.0 if op == "nonnegative" else a > 0.0 for a in whole]
            return xp.where(reduce(operator.and_, passed), lift(1.0), lift(-1.0))
        if op == "select":
            return xp.where(whole[0] >= 0.0, *whole[1:])
        name = STANDARD.get(op, op)
        if (function := getattr(xp, name, None)) is None:
            raise ParameterError(
                f"the formula needs {name!r}, which {xp.__name__} does not have; give arrays of NumPy."
            )
        return function(*whole)

    return apply


def gathered(plan: Plan, found: Sequence[Any], together: Callable[[Any, Any], Any], stack: Callable[[Any], Any]) -> Any:
    """The parts of the results in a program's order as the plan's results, complex ones put together and derivatives
    stacked.
    """
    rest, by_name = iter(found), {}
    for o in plan.best.outputs:
        re = next(rest)
        by_name[o.name] = re if o.im is None else together(re, next(rest))
    if plan.over is None:
        return formed(plan.target, by_name)
    slopes = {n: stack([by_name[f"d{n}/d{p}"] for p in plan.over]) for n in plan.target.names}
    return formed(plan.target, {n: (by_name[n], slopes[n]) for n in slopes})


def double_precision(jax: Any) -> AbstractContextManager[Any]:
    """A context in which JAX computes with float64, whatever its setting."""
    if jax.config.jax_enable_x64:
        return nullcontext()
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return importlib.import_module("jax.experimental").enable_x64()  # where JAX is older
