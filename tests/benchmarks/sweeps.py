"""Optimised sweeps against SciPy point by point: `python -m tests.benchmarks.sweeps`.

Fig. 2 of Huang et al. (2018) on a grid of 200 x 200 points: xi_g minimised over both angles at every point. SciPy does
the same at a random sample of the points, with a scalar function of the math module (common subexpressions shared):
bounded quasi-Newton from one random start with a steady state, and the best from twenty of them. One core; libraries
are loaded and both functions are compiled before.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable

import numpy as np
import scipy.optimize
import sympy as sp

import cascade_sym as cs
from cascade_sym.sweeps import sweep
from tests.benchmarks.timing import header, line, one_core, quick, row
from tests.sweeps.cascade import FIXED, xi

UNSTABLE = 1e6
STARTS = 20
ANGLES = ("theta_S", "theta_M")


def scalar() -> tuple[Callable[..., list[float]], list[str]]:
    """xi_g of one point as a plain Python function, infinite where there is no steady state."""
    q = xi()
    names = sorted(s.name for s in q.parameters)
    rates = [q.definitions.inline(d) for d in q.domain]
    return sp.lambdify(sp.symbols(names), [q.inline(), *rates], "math", cse=True), names


def stable_starts(C_S: float, C_M: float, rng: np.random.Generator) -> np.ndarray:
    """Random angles at which there is a steady state."""
    found: list[np.ndarray] = []
    while len(found) < STARTS:
        x = rng.uniform(0, math.pi / 2, 2)
        if objective_at(C_S, C_M)(x) < UNSTABLE:
            found.append(x)
    return np.array(found)


def objective_at(C_S: float, C_M: float) -> Callable[[np.ndarray], float]:
    """xi_g over both angles at given cooperativities."""
    given = {**FIXED, "epsilon": 0.0, "C_S": C_S, "C_M": C_M}

    def objective(x: np.ndarray) -> float:
        point = {**given, "theta_S": x[0], "theta_M": x[1]}
        value, *rates = FUNCTION(*(point[n] for n in NAMES))
        return value if min(rates) > 0 else UNSTABLE

    return objective


def by_scipy(C_S: float, C_M: float, starts: np.ndarray) -> list[float]:
    """The minimum that SciPy finds from each start."""
    objective = objective_at(C_S, C_M)
    box = [(0.0, math.pi / 2)] * 2
    return [
        scipy.optimize.minimize(
            objective, s, method="L-BFGS-B", bounds=box, options={"ftol": 1e-15, "gtol": 1e-9}
        ).fun
        for s in starts
    ]  # fmt: skip


FUNCTION, NAMES = scalar()


def main() -> None:
    side, sample = (20, 3) if quick(__doc__) else (200, 60)
    one_core()
    warnings.simplefilter("ignore", RuntimeWarning)
    sweep(xi(), {"C_S": [1.0], "C_M": [1.0]}, {**FIXED, "epsilon": 0.0}, optimise=ANGLES)
    axis = np.geomspace(1, 1e3, side)
    start = time.process_time()
    found = sweep(xi(), {"C_S": axis, "C_M": axis}, {**FIXED, "epsilon": 0.0}, optimise=ANGLES)
    ours = (time.process_time() - start) / side**2
    print(f"{side} x {side} points; {found.optimum_check}\n")
    rng = np.random.default_rng(0)
    places = rng.integers(0, side, (sample, 2))
    evaluate = cs.evaluator(xi())
    one = many = 0.0
    worst, missed = -math.inf, 0
    for i, k in places:
        point = found.isel(C_S=i, C_M=k)
        s = stable_starts(float(point.C_S), float(point.C_M), rng)
        begin = time.process_time()
        first = by_scipy(float(point.C_S), float(point.C_M), s[:1])
        middle = time.process_time()
        best = min(first + by_scipy(float(point.C_S), float(point.C_M), s[1:]))
        one += middle - begin
        many += time.process_time() - begin
        here = {n: float(point[n]) for n in ("C_S", "C_M", *ANGLES)} | FIXED | {"epsilon": 0.0}
        worst = max(worst, float(evaluate(here)) / best - 1)
        missed += first[0] > best * (1 + 1e-6)
    header()
    line("optimised xi_g, a point", ours, f"`scipy.optimize`, best of {STARTS} starts", many / sample, 5000)
    line("the same", ours, "`scipy.optimize`, one start", one / sample, 300)
    row("points at which the one start fails", f"{missed / sample:.0%}", "", "", True)
    row("worst against the best of all starts", f"{worst:+.1e} (relative)", "", "at most 1e-9", worst <= 1e-9)


if __name__ == "__main__":
    main()
