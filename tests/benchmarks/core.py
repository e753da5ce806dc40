"""Import cost, and the covariance of long cascades: `python -m tests.benchmarks.core`."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from tests.benchmarks.timing import quick


def import_ratio(runs: int) -> tuple[float, float]:
    """Median seconds of `import sympy`, and of `import cascade_sym` as a ratio to it (interpreter start
    taken off).
    """

    def seconds(code: str) -> float:
        found = []
        for _ in range(runs):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            found.append(time.perf_counter() - start)
        return min(found)

    sympy, ours = (seconds(c) for c in ("import sympy", "import cascade_sym"))
    return sympy, ours / sympy


def cascade(n: int) -> object:
    """n oscillators of alternating mass sign with loss between neighbours, all symbols independent."""
    import cascade_sym as cs

    chain = cs.Oscillator("o0", mass=-1)
    for k in range(1, n):
        chain = chain >> cs.Loss(cs.symbol(f"epsilon_{k}")) >> cs.Oscillator(f"o{k}", mass=(-1) ** (k + 1))
    return chain


def covariance_row(n: int, compare: bool) -> tuple[float, int, int, float | None]:
    """CPU seconds to derive the whole covariance, definitions, operations, and the error against a numeric
    solve.
    """
    import scipy.linalg
    import sympy as sp

    import cascade_sym as cs

    start = time.process_time()
    system = cascade(n).system()
    V = cs.covariance(system)
    seconds = time.process_time() - start
    size = sum(int(sp.count_ops(e)) for _, e in V.definitions)
    if not compare:
        return seconds, len(V.definitions), size, None
    rng = np.random.default_rng(1)
    values = {}
    for s in system.parameters:
        lo, hi = (0.0, 0.3) if s.name.startswith("epsilon") else (0.0, 0.5) if s.name.endswith("P") else (0.6, 1.5)
        values[s] = rng.uniform(lo, hi)
    point = {**values}
    for s, e in V.definitions:
        point[s] = float(e.xreplace({k: sp.Float(point[k], 17) for k in e.free_symbols}))
    A, B = (np.array(sp.lambdify(list(values), m, "numpy")(*values.values()), complex) for m in (system.A, system.B))
    noise = np.diag([float(e.subs(values)) for e in system.inputs.values() for _ in range(2)])
    W = scipy.linalg.solve_continuous_lyapunov(A, -B @ noise @ B.conj().T)
    worst = 0.0
    for i, m in enumerate(V.modes):
        for j, k in enumerate(V.modes):
            numeric = (W[2 * i, 2 * j] + W[2 * i, 2 * j + 1]).real
            ours = float(
                sp.sympify(V.element(f"X_{m}", f"X_{k}")).xreplace({s: sp.Float(v, 17) for s, v in point.items()})
            )
            worst = max(worst, abs(ours - numeric) / max(1.0, abs(numeric)))
    return seconds, len(V.definitions), size, worst


def main() -> None:
    sympy, ratio = import_ratio(2 if quick(__doc__) else 9)
    print(f"import sympy {sympy * 1e3:.0f} ms; import cascade_sym {ratio:.3f} times that (goal: at most 1.3)")
    print("oscillators      CPU s   definitions   operations   error against numeric Lyapunov")
    for n in (2, 3, 6, 12, 40):
        seconds, definitions, operations, error = covariance_row(n, compare=n <= 12)
        shown = "in tests/core" if error is None else f"{error:.1e}"
        print(f"{n:11d} {seconds:10.3f} {definitions:13d} {operations:12d}   {shown}")


if __name__ == "__main__":
    main()
