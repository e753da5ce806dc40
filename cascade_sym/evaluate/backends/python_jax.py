"""A program as a JAX function: differentiable, and run wherever JAX runs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cascade_sym.errors import ParameterError
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.results import formed
from cascade_sym.program.constants import parts
from cascade_sym.program.nodes import TESTS, Program, arguments

NAMES = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "abs": "abs",
         "sqrt": "sqrt", "sin": "sin", "cos": "cos", "exp": "exp", "log": "log", "atan": "arctan",
         "asin": "arcsin", "acos": "arccos", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "pow": "power",
         "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "rint": "rint",
         "atan2": "arctan2", "min": "minimum", "max": "maximum", "copysign": "copysign"}  # fmt: skip


def require_jax() -> Any:
    """The jax module; ParameterError where it is not installed."""
    try:
        import jax
    except ImportError:
        raise ParameterError(
            "backend='jax' needs the package jax, which is not installed; install it, or use 'numpy' or 'compiled'."
        ) from None
    return jax


def jax_function(program: Program) -> Callable[[dict[str, Any]], list[Any]]:
    """A jitted function from values by parameter name to the output parts."""
    jax = require_jax()
    jnp = jax.numpy

    def run(values: dict[str, Any]) -> list[Any]:
        done: list[Any] = []
        for node in program.nodes:
            if node[0] == "const":
                done.append(parts(node[1])[0])
            elif node[0] == "param":
                x = values[node[1]]
                done.append(jnp.imag(x) if node[2] == "im" else jnp.real(x))
            elif node[0] in TESTS:
                test = jnp.greater_equal if node[0] == "nonnegative" else jnp.greater
                passed = [test(done[k], 0.0) for k in arguments(node)]
                done.append(jnp.where(jnp.all(jnp.stack(jnp.broadcast_arrays(*passed)), axis=0), 1.0, -1.0))
            elif node[0] == "select":
                c, a, b = (done[k] for k in arguments(node))
                done.append(jnp.where(c >= 0, a, b))
            else:
                done.append(getattr(jnp, NAMES[node[0]])(*(done[k] for k in arguments(node))))
        return [done[i] for i in program.output_nodes()]

    return jax.jit(run)


def in_double_precision(function: Any, given: Mapping[str, Any], plan: Plan) -> Any:
    """The results of `function` at `given` as JAX arrays of float64, in the form of the target."""
    jax = require_jax()
    with double_precision():
        values = {n: jax.numpy.asarray(v) for n, v in given.items()}
        parts = iter(jax.numpy.broadcast_arrays(*function(values), *values.values()))
        by_name = {}
        for o in plan.best.outputs:
            re = next(parts)
            by_name[o.name] = re if o.im is None else re + 1j * next(parts)
        if plan.over is None:
            return formed(plan.target, by_name)
        stack = jax.numpy.stack
        pairs = {n: (by_name[n], stack([by_name[f"d{n}/d{p}"] for p in plan.over])) for n in plan.target.names}
        return formed(plan.target, pairs)


def double_precision() -> AbstractContextManager[Any]:
    """A context in which JAX computes with float64, whatever its setting."""
    jax = require_jax()
    if jax.config.jax_enable_x64:
        return nullcontext()
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return importlib.import_module("jax.experimental").enable_x64()  # where JAX is older
