"""Conditional covariances of two oscillators: closed form with a Newton step against SciPy's Riccati solver.

Run `python -m tests.benchmarks.conditional` (a minute), with `--all` for SciPy at all 1e5 points. In one process, on
one core, at the same random stable points, it prints nanoseconds a point, the ratio to
`scipy.linalg.solve_continuous_are` (on the 4 x 4 problem in quadratures and on the 2 x 2 one that a user of SciPy
could find), the residuals of both and their distance from values verified to 17 digits.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import argparse
import time

import numpy as np
import sympy as sp
from scipy.linalg import solve_continuous_are

from cascade_sym.evaluate import evaluator
from cascade_sym.evaluate.conditional import conditional_evaluator, conditional_value
from cascade_sym.parts import Loss, Oscillator
from cascade_sym.parts.detectors import Homodyne
from cascade_sym.solve.conditional import conditional_covariance, doubling
from tests.conditional.points import stable_points

psi, eta = sp.symbols("psi eta")
CASCADE = (
    Oscillator("S", mass=-1, Gamma=sp.Symbol("Gamma_S")) >> Loss() >> Oscillator("M", Gamma=sp.Symbol("Gamma_M"))
)
ELEMENTS = (("X_S", "X_S"), ("X_S", "X_M"), ("X_M", "X_M"))
LONG, SHORT, VERIFIED = 1_000_000, 400, 40


def best(run, repeat: int = 5) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def scipy_run(f: doubling.Filter, count: int, rows: list[int], columns: list[int]) -> tuple[np.ndarray, float]:
    """SciPy's solutions of the sub-problem with these quadratures and currents, and seconds a point."""
    A, N = f.A[:, rows][:, :, rows], f.N[:, rows][:, :, rows]
    C, R, S = f.C[:, columns][:, :, rows], f.R[:, columns][:, :, columns], f.S[:, rows][:, :, columns]
    out = np.empty((count, len(rows), len(rows)))
    start = time.perf_counter()
    for k in range(count):
        out[k] = solve_continuous_are(A[k].T, C[k].T, N[k], R[k], s=S[k])
    return out, (time.perf_counter() - start) / count


def report(title: str, angle: sp.Expr, everything: bool) -> None:
    V = conditional_covariance(CASCADE, Homodyne(angle=angle, efficiency=eta), newton=1)
    points = stable_points(LONG, seed=7)
    check = conditional_evaluator(V, backend="compiled")
    few = {k: v[: (100_000 if everything else SHORT)] for k, v in points.items() if k in check.parameters}
    count = len(few["eta"])
    f = check.filters(few)
    full, slow = scipy_run(f, count, [0, 1, 2, 3], [0, 1])
    print(f"\n{title}")
    print(f"  {'SciPy, 4 x 4':<34}{slow * 1e9:>12.0f} ns")
    if angle == sp.pi / 2:
        _, small = scipy_run(f, min(count, SHORT), [0, 2], [0])
        print(f"  {'SciPy, 2 x 2 (X_S, X_M)':<34}{small * 1e9:>12.0f} ns")
    rest = V.residual
    assert rest is not None
    targets = {f"{i} {j}": V[i, j] for i, j in ELEMENTS}
    for backend in ("numpy", "compiled"):
        for what, wanted in (("3 moments", targets), ("and residual", {**targets, "residual": rest})):
            e = evaluator(wanted, backend, threads=1)
            at = {k: points[k] for k in e.parameters}
            e(at)
            fast = best(lambda e=e, at=at: e(at)) / LONG
            print(f"  {backend + ', ' + what:<34}{fast * 1e9:>12.1f} ns   {slow / fast:>9.0f} times SciPy")
    ours = check(few)
    theirs = doubling.residual(f, full)
    print(f"  residual, largest:  ours {ours.residual.max():.1e}, SciPy {theirs.max():.1e}")
    print(f"  residual, median:   ours {np.median(ours.residual):.1e}, SciPy {np.median(theirs):.1e}")
    trusted = theirs < 1e-13
    apart = np.abs(ours.matrix - full).max((-1, -2)) / np.abs(full).max((-1, -2))
    print(f"  difference from SciPy at {count} points: largest {apart.max():.1e}; "
          f"{apart[trusted].max():.1e} at the {trusted.mean():.2%} where SciPy's residual is below 1e-13")  # fmt: skip
    wrong = {"ours": 0.0, "SciPy": 0.0}
    place = {q: k for k, q in enumerate(check.quadratures)}
    for k in range(VERIFIED):
        at = {n: float(v[k]) for n, v in few.items()}
        for i, j in ELEMENTS:
            exact = float(conditional_value(V, (i, j), at, 17)[0])
            wrong["ours"] = max(wrong["ours"], abs(ours[i, j][k] / exact - 1))
            wrong["SciPy"] = max(wrong["SciPy"], abs(full[k, place[i], place[j]] / exact - 1))
    print(f"  largest error at {VERIFIED} verified points: ours {wrong['ours']:.1e}, SciPy {wrong['SciPy']:.1e}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", action="store_true", help="SciPy at all 1e5 points (minutes)")
    everything = options.parse_args().all
    report("detection phase 0", sp.pi / 2, everything)
    report("any detection phase", sp.pi / 2 - psi, everything)
