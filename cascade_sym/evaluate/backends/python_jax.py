"""A program as a JAX function: differentiable, and run wherever JAX runs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cascade_sym.errors import ParameterError
from cascade_sym.evaluate.backends.numpy_blocks import UFUNCS
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.results import formed
from cascade_sym.program.constants import parts
from cascade_sym.program.nodes import TESTS, Program


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

    def apply(op: str, *args: Any) -> Any:
        if op in TESTS:
            test = jnp.greater_equal if op == "nonnegative" else jnp.greater
            passed = [test(a, 0.0) for a in args]
            return jnp.where(jnp.all(jnp.stack(jnp.broadcast_arrays(*passed)), axis=0), 1.0, -1.0)
        return jnp.where(args[0] >= 0, *args[1:]) if op == "select" else getattr(jnp, UFUNCS[op])(*args)

    def run(values: dict[str, Any]) -> list[Any]:
        def leaf(name: str, part: str) -> Any:
            return jnp.imag(values[name]) if part == "im" else jnp.real(values[name])

        done = program.run(lambda c: parts(c)[0], leaf, apply)
        return [done[i] for i in program.output_nodes()]

    jitted = jax.jit(run)

    def evaluate(given: Mapping[str, Any]) -> Any:
        with double_precision(jax):
            values = {n: jnp.asarray(v) for n, v in given.items()}
            found = iter(jnp.broadcast_arrays(*jitted(values), *values.values()))
            by_name = {}
            for o in plan.best.outputs:
                re = next(found)
                by_name[o.name] = re if o.im is None else re + 1j * next(found)
            if plan.over is None:
                return formed(plan.target, by_name)
            slopes = {n: jnp.stack([by_name[f"d{n}/d{p}"] for p in plan.over]) for n in plan.target.names}
            return formed(plan.target, {n: (by_name[n], slopes[n]) for n in slopes})

    return evaluate


def double_precision(jax: Any) -> AbstractContextManager[Any]:
    """A context in which JAX computes with float64, whatever its setting."""
    if jax.config.jax_enable_x64:
        return nullcontext()
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return importlib.import_module("jax.experimental").enable_x64()  # where JAX is older
