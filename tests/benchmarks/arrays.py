"""Evaluators on arrays of another library, on the CPU: `python -m tests.benchmarks.arrays`."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

import cascade_sym as cs
from tests.benchmarks.timing import duel, header, line, one_core, quick, row
from tests.evaluate.models import mild_points, pair_variance


def main() -> None:
    many = 10**4 if quick(__doc__) else 10**6
    one_core()
    header()
    if not find_spec("jax"):
        print("skip xi_g on arrays of JAX: jax is not installed")
        return
    import jax

    jax.config.update("jax_enable_x64", True)
    f, at = cs.evaluator(pair_variance()[0]), mild_points(many)
    own = {n: jax.numpy.asarray(v) for n, v in at.items()}
    traced = jax.jit(f)
    for name, g in (("as they are", f), ("compiled by JAX", traced)):
        ours, theirs = duel(lambda g=g: g(own).block_until_ready(), lambda: f(at))
        line(f"xi_g on arrays of JAX, {name}", ours / many, "NumPy's arrays", theirs / many, 4, slower=True)
        apart = float(np.abs(np.asarray(g(own)) / f(at) - 1).max())
        row("its difference from NumPy's", f"{apart:.1e}", "", "at most 1e-12", apart < 1e-12)


if __name__ == "__main__":
    main()
