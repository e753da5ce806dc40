"""Conditional covariances of two oscillators: closed form, with and without Newton step, against SciPy's solver.

`python -m tests.benchmarks.conditional` (a minute), with `--all` for SciPy at 1e5 points. In one run on one core, at
the same random stable points: time a point against `scipy.linalg.solve_continuous_are`, on the 4 x 4 problem in
quadratures and, at detection phase 0, on the 2 x 2 one to which a user of SciPy could reduce it; residuals of both;
and their distance from values verified to 17 digits.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import sympy as sp
from scipy.linalg import solve_continuous_are

from cascade_sym.evaluate import evaluator
from cascade_sym.evaluate.conditional import conditional_evaluator, conditional_value
from cascade_sym.parts import Loss, Oscillator
from cascade_sym.parts.detectors import Homodyne
from cascade_sym.solve.conditional import conditional_covariance, doubling, riccati
from tests.benchmarks.timing import duel, header, line, one_core
from tests.conditional.points import stable_points

psi, eta = sp.symbols("psi eta")
CASCADE = (
    Oscillator("S", mass=-1, Gamma=sp.Symbol("Gamma_S")) >> Loss() >> Oscillator("M", Gamma=sp.Symbol("Gamma_M"))
)
ELEMENTS = (("X_S", "X_S"), ("X_S", "X_M"), ("X_M", "X_M"))
GOALS = {"compiled": 20_000, "numpy": 3_000}
LONG, SHORT, VERIFIED = 200_000, 100, 40


def scipy_solver(f: doubling.Filter, rows: list[int], columns: list[int]) -> Callable[[int], np.ndarray]:
    """SciPy's solution at point k of the sub-problem with these quadratures and currents."""
    A, N = f.A[:, rows][:, :, rows], f.N[:, rows][:, :, rows]
    C, R, S = f.C[:, columns][:, :, rows], f.R[:, columns][:, :, columns], f.S[:, rows][:, :, columns]

    def solve(k: int) -> np.ndarray:
        return solve_continuous_are(A[k].T, C[k].T, N[k], R[k], s=S[k])

    return solve


def speed(title: str, angle: sp.Expr, newton: int, goals: dict[str, int]) -> bool:
    """Time a point of both, in turns in the same run: with `newton` steps, and with one of them and its residual."""
    problem = riccati(CASCADE, Homodyne(angle=angle, efficiency=eta))
    points = stable_points(LONG, seed=7)
    check = conditional_evaluator(problem)
    f = check.filters({k: v[:SHORT] for k, v in points.items() if k in check.parameters})
    problems = {"SciPy, 4 x 4": scipy_solver(f, [0, 1, 2, 3], [0, 1])}
    if angle == sp.pi / 2:
        problems["SciPy, 2 x 2"] = scipy_solver(f, [0, 2], [0])
    plain, polished = (conditional_covariance(problem, newton=k) for k in (newton, 1))
    assert polished.residual is not None
    moments = {f"{i} {j}": plain[i, j] for i, j in ELEMENTS}
    checked = {f"{i} {j}": polished[i, j] for i, j in ELEMENTS} | {"residual": polished.residual}
    met = True
    name = "closed form with a Newton step" if newton else "closed form"
    for backend, goal in goals.items():
        for what, wanted, least in ((name, moments, goal), ("with Newton step and residual", checked, goal // 2)):
            e = evaluator(wanted, backend, threads=1)
            at = {k: points[k] for k in e.parameters}
            for theirs_is, solve in problems.items():
                ours, theirs = duel(lambda e=e, at=at: e(at), lambda solve=solve: [solve(k) for k in range(SHORT)], 5)
                met &= line(f"{title}, {what} ({backend})", ours / LONG, theirs_is, theirs / SHORT, least)
    return met


def accuracy(title: str, angle: sp.Expr, newton: int, count: int) -> bool:
    """Residuals of both solutions, and their errors at verified points."""
    V = conditional_covariance(CASCADE, Homodyne(angle=angle, efficiency=eta))
    check = conditional_evaluator(V, backend="compiled")
    few = {k: v[:count] for k, v in stable_points(100_000, seed=11).items() if k in check.parameters}
    f, ours = check.filters(few), check(few)
    timed = conditional_covariance(V.riccati, newton=newton)
    alone = evaluator({f"{i} {j}": timed[i, j] for i, j in ELEMENTS})(few)
    solve = scipy_solver(f, [0, 1, 2, 3], [0, 1])
    full = np.array([solve(k) for k in range(count)])
    theirs = doubling.residual(f, full)
    apart = np.abs(ours.matrix - full).max((-1, -2)) / np.abs(full).max((-1, -2))
    trusted = theirs < 1e-13
    errors = np.zeros((3, VERIFIED))
    place = {q: k for k, q in enumerate(check.quadratures)}
    for k in range(VERIFIED):
        at = {n: Fraction(float(v[k])) for n, v in few.items()}
        size = np.abs(full[k]).max()
        for i, j in ELEMENTS:
            exact = float(conditional_value(V, (i, j), at, 17)[0])
            found = np.array([ours[i, j][k], full[k, place[i], place[j]], alone[f"{i} {j}"][k]])
            errors[:, k] = np.maximum(errors[:, k], np.abs(found - exact) / size)
    met = bool(apart[trusted].max() < 1e-9 and errors[0].max() <= errors[1].max() and ours.residual.max() < 1e-12)
    met &= bool(errors[2].max() <= errors[1].max())
    print(
        f"{'ok  ' if met else 'MISS'} {title}, {count} points: residual at most {ours.residual.max():.1e} (SciPy "
        f"{theirs.max():.1e}); apart by {apart.max():.1e} at most, {apart[trusted].max():.1e} at the "
        f"{trusted.mean():.2%} with SciPy's residual below 1e-13; error at {VERIFIED} verified points at most "
        f"{errors[0].max():.1e}, what was timed {errors[2].max():.1e} (SciPy {errors[1].max():.1e})", flush=True,
    )  # fmt: skip
    return met


def main(everything: bool = False) -> bool:
    """All comparisons; whether all goals are met."""
    met = True
    header()
    for title, angle, newton, goals in (
        ("detection phase 0", sp.pi / 2, 0, GOALS),
        ("any detection phase", sp.pi / 2 - psi, 1, {"compiled": GOALS["numpy"]}),
    ):
        met &= speed(title, angle, newton, goals)
        met &= accuracy(title, angle, newton, 100_000 if everything else 1000)
    return met


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", action="store_true", help="SciPy at all 1e5 points (minutes)")
    everything = options.parse_args().all
    one_core()
    main(everything)
