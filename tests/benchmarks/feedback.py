"""The covariance of feedback networks with independent symbols: `python -m tests.benchmarks.feedback`."""

from __future__ import annotations

import time

import numpy as np
import sympy as sp

import cascade_sym as cs
from tests.benchmarks.timing import quick
from tests.core import oracle
from tests.core.rings import RINGS


def row(kind: str, n: int) -> tuple[int, float, int, int, float]:
    """Symbols, CPU seconds from the parts to the covariance, definitions, operations, error against SciPy."""
    start = time.process_time()
    system = RINGS[kind](n)
    V = cs.covariance(system)
    seconds = time.process_time() - start
    size = sum(int(sp.count_ops(e)) for _, e in V.definitions)
    return len(system.parameters), seconds, len(V.definitions), size, error(system, V)


def error(system: cs.LinearSystem, V: cs.solve.Covariance) -> float:
    """The largest error at a stable point, relative to the largest element."""
    for seed in range(50):
        values = oracle.draw(system.parameters, seed)
        values = {s: v / 8 if s.name.startswith("chi") or s.name.endswith("P") else v for s, v in values.items()}
        if oracle.growth(system, values) < -0.01:
            expected = oracle.lyapunov(system, values)
            return float(abs(oracle.matrix(V, values) - expected).max() / abs(expected).max())
    return float(np.nan)


def main() -> None:
    quick(__doc__)  # it is
    print("network                 symbols    CPU s   definitions   operations   error against SciPy")
    for kind, sizes in (("cavities", (2, 4, 6)), ("oscillators", (2, 4, 6)), ("amplifiers", (2, 3, 4))):
        for n in sizes:
            symbols, seconds, definitions, size, off = row(kind, n)
            print(f"ring of {n} {kind:12s} {symbols:9d} {seconds:8.2f} {definitions:13d} {size:12d}   {off:.1e}", flush=True)


if __name__ == "__main__":
    main()
