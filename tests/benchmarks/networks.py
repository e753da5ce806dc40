"""Large networks: planning, conditional and steady states, spectra, proofs of physicality, and how they grow with n.

`python -m tests.benchmarks.networks` (some minutes; with `--quick` small networks only). One core, processor time; what
is compared is done in turns in the same run. Accuracy stands beside every speed.
"""

from __future__ import annotations

import math
import resource
import time
import warnings
from functools import reduce
from importlib.util import find_spec
from typing import Any

import numpy as np
import scipy.linalg
import sympy as sp

import cascade_sym as cs
from tests.benchmarks.core import cascade
from tests.benchmarks.timing import duel, header, line, one_core, quick, row, spell
from tests.core.networks import mesh
from tests.core.rings import RINGS

RANGES = {"Gamma": (1.0, 3.0), "theta": (0.8, 1.2), "gamma": (1.0, 3.0), "n_": (1.0, 3.0), "eps": (0.0, 0.3)}


def chain(n: int) -> Any:
    """n oscillators of alternating mass sign at any angle, with loss between neighbours."""
    parts = []
    for k in range(n):
        G, t, g, m = sp.symbols(f"Gamma_{k} theta_{k} gamma_{k} n_{k}")
        parts.append(cs.Oscillator(f"o{k}", mass=(-1) ** k, Gamma=G, theta=t, gamma=g, n=m))
        if k < n - 1:
            parts.append(cs.Loss(sp.Symbol(f"epsilon_{k}"), name=f"loss{k}"))
    return reduce(lambda a, b: a >> b, parts)


def drawn(names: Any, count: int | None, seed: int = 0) -> dict[str, Any]:
    """Stable points."""
    rng = np.random.default_rng(seed)
    return {s: rng.uniform(*next(r for k, r in RANGES.items() if s.startswith(k)), count) for s in names}


def timed(run: Any) -> tuple[float, Any]:
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


def growth(sizes: tuple[int, ...]) -> None:
    """Deriving, planning and calling the evaluator of the whole covariance."""
    cs.evaluator(sp.Symbol("x") + 1, "compiled")(x=np.ones(16))
    print("| modes | derive | plan | first call | a point | operations | plan, an operation |")
    print("| --- " * 7 + "|")
    spent: dict[int, tuple[float, int]] = {}
    limits = {32: 3.0, 64: 20.0}
    for n in sizes:
        derive, V = timed(lambda n=n: cs.covariance(cascade(n)))
        plan, f = timed(lambda V=V: cs.evaluator(V, "compiled", threads=1))
        rng = np.random.default_rng(0)
        at = {s: rng.uniform(*((0.0, 0.3) if "eps" in s else (0.0, 0.5) if s.endswith("P") else (0.6, 1.5)), 1000)
              for s in f.parameters}  # fmt: skip
        first, _ = timed(lambda f=f, at=at: f({s: v[:2] for s, v in at.items()}))
        point, _ = timed(lambda f=f, at=at: f(at))
        count = f._evaluate.operations
        spent[n] = plan + first, count
        shown = [n, spell(derive), spell(plan), spell(first), spell(point / 1000), f"{count:,}", spell(plan / count)]
        print(f"| {' | '.join(map(str, shown))} |", flush=True)
    print()
    header()
    for n, (seconds, count) in spent.items():
        if n in limits:
            row(f"plan and compile the covariance of {n}", spell(seconds), "", f"below {limits[n]:g} s", seconds < limits[n])
        if n // 2 in spent:
            before, fewer = spent[n // 2]
            ratio = (seconds / before) / (count / fewer)
            exponent = math.log2(seconds / before)
            found = f"{ratio:.2f} times as fast as the operations (exponent {exponent:.2f} in n)"
            row(f"its growth from {n // 2} to {n}", found, "itself at n/2", "at most 1.2", ratio <= 1.2)


def conditional(sizes: tuple[int, ...], many: int) -> None:
    """Conditional covariances of n modes, detected at an angle at which no quadrature decouples."""
    from cascade_sym.evaluate.conditional import conditional_evaluator
    from cascade_sym.parts.detectors import Homodyne
    from cascade_sym.solve.conditional import riccati

    goals = {4: 10.0, 6: 10.0, 8: 5.0, 12: 3.0}
    for n in sizes:
        problem = riccati(chain(n), Homodyne(angle=sp.Rational(1, 3), efficiency=sp.Rational(9, 10)))
        e = conditional_evaluator(problem, "compiled")
        at = drawn(e.parameters, many)
        found, f = e(at), e.filters(at)
        some = range(20)

        def theirs(f: Any = f, some: Any = some) -> list[np.ndarray]:
            return [scipy.linalg.solve_continuous_are(f.A[k].T, f.C[k].T, f.N[k], f.R[k], s=f.S[k]) for k in some]

        apart = max(np.abs(found.matrix[k] - w).max() / np.abs(w).max() for k, w in enumerate(theirs()))
        ours, scipy_s = duel(lambda e=e, at=at: e(at), theirs, 3)
        name = f"conditional covariance of {n} modes"
        line(name, ours / many, "`scipy.linalg.solve_continuous_are`", scipy_s / len(some), goals[n])
        worst = np.quantile(found.error, 0.999)
        row("its error bound at the 99.9th percentile", f"{worst:.1e}", f"SciPy apart by {apart:.1e}", "at most 1e-11", worst <= 1e-11)


def steady(sizes: tuple[int, ...], many: int) -> None:
    """Steady states of networks with loops as numbers: rings, and networks in which every mode drives every other."""
    goals = {"cavities": {4: 50.0, 16: 10.0}, "amplifiers": {4: 50.0, 16: 10.0}, "oscillators": {4: 50.0, 16: 3.0}}
    for kind, goal in goals.items():
        for n in sizes:
            f = cs.covariance_evaluator(RINGS[kind](n), "compiled", unstable="quiet")
            at = stable(f, kind, many)
            few = {s: v[:20] for s, v in at.items()}
            A, N = matrices(f, few)
            mine = f(few).matrix
            theirs = [scipy.linalg.solve_continuous_lyapunov(a, -q) for a, q in zip(A, N, strict=True)]
            some = list(zip(A, N, strict=True))
            apart = max(np.abs(mine[k] - w).max() / np.abs(w).max() for k, w in enumerate(theirs))
            dense = " in which each drives each" if kind == "oscillators" else ""
            name = f"steady state of a ring of {n} {kind}{dense}"
            least, repeats = goal.get(n, 0.0), 3 if n < 16 else 2
            ours, scipy_s = duel(
                lambda f=f, at=at: f(at), lambda some=some: [scipy.linalg.solve_continuous_lyapunov(a, -q) for a, q in some], repeats
            )
            line(name, ours / many, "`scipy.linalg.solve_continuous_lyapunov`", scipy_s / len(some), least)
            if find_spec("control") and find_spec("slycot"):
                import control

                ours, control_s = duel(lambda f=f, at=at: f(at), lambda some=some: [control.lyap(a, q) for a, q in some], repeats)
                line(name, ours / many, "`control.lyap` with slycot", control_s / len(some), least)
            worst = np.quantile(f(at).error, 0.999)
            row("its error bound at the 99.9th percentile", f"{worst:.1e}", f"SciPy apart by {apart:.1e}", "at most 1e-11", worst <= 1e-11)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    row("memory of the process", f"{peak:.2f} GB", "", "below 2 GB", peak < 2)


def stable(f: Any, kind: str, many: int) -> dict[str, np.ndarray]:
    """Points with a steady state."""
    rng = np.random.default_rng(0)
    weak = {s: 8 if s.startswith("chi") or s.endswith("P") else 1 for s in f.parameters}
    at = {s: rng.uniform(0.5, 2.0, 2 * many) / d for s, d in weak.items()}
    inside = np.concatenate([
        np.isfinite(f({s: v[k : k + many // 4] for s, v in at.items()}).error) for k in range(0, 2 * many, many // 4)
    ])  # fmt: skip
    rows = np.resize(np.flatnonzero(inside), many)
    return {s: v[rows] for s, v in at.items()}


def matrices(f: Any, at: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Drift and noise of the quadratures at points, symmetric to the last digit."""
    names = sp.symbols(f.parameters)
    A, N = (
        np.array([np.array(g(*(v[k] for v in at.values())), float) for k in range(len(at[f.parameters[0]]))])
        for g in (sp.lambdify(names, m, "numpy") for m in (f.problem.A, f.problem.N))
    )
    return A, (N + N.swapaxes(1, 2)) / 2


def spectrum(n: int, many: int) -> None:
    """The spectrum of the light that leaves n modes, against a linear system solved for each frequency."""
    system = cs.as_system(cascade(n))
    S = cs.noise_spectrum(system, cs.Quadrature(sp.Rational(1, 3)))
    plan, f = timed(lambda: cs.evaluator(S, "compiled", threads=1))
    row(f"plan the spectrum of {n} modes", spell(plan), f"{f.operations} operations", "", True)
    w = next(s for s in f.parameters if s == S.frequency.name)
    rng = np.random.default_rng(0)
    at = {s: float(rng.uniform(*((0.0, 0.3) if "eps" in s else (0.0, 0.5) if s.endswith("P") else (0.6, 1.5))))
          for s in f.parameters}  # fmt: skip
    at[w] = np.linspace(-5.0, 5.0, many)
    exact = float(cs.exact_value(S, {s: (v if s != w else float(v[many // 3])) for s, v in at.items()}, 17)[0])
    found = f(at)
    row("its error", f"{abs(found[many // 3] / exact - 1):.1e}", "exact value", "at most 1e-9", abs(found[many // 3] / exact - 1) < 1e-9)
    names = sorted(s.name for s in system.parameters)
    A = np.array(sp.lambdify(sp.symbols(names), system.A, "numpy")(*(at[s] for s in names)), complex)
    B = np.array(sp.lambdify(sp.symbols(names), system.B, "numpy")(*(at[s] for s in names)), complex)
    one = np.eye(len(A))
    few = at[w][:: max(1, many // 50)]
    ours, theirs = duel(lambda: f(at), lambda: [np.linalg.solve(-1j * x * one - A, B) for x in few], 3)
    line(f"spectrum of {n} modes, a frequency", ours / many, "NumPy `solve` of the modes", theirs / len(few), 30.0)
    if find_spec("control"):
        import control

        plant = control.ss(A, B, np.eye(len(A)), 0)
        ours, theirs = duel(lambda: f(at), lambda: control.frequency_response(plant, few), 3)
        line(f"spectrum of {n} modes, a frequency", ours / many, "`control.frequency_response`", theirs / len(few), 30.0)


def physical(sizes: tuple[int, ...], meshes: tuple[tuple[int, int], ...]) -> None:
    for n in sizes:
        seconds, found = timed(lambda n=n: cs.is_physical(cascade(n)))
        row(f"`is_physical` of a row of {n} with losses", spell(seconds), f"{found.checked} commutators", "below 5 s", seconds < 5)
    for layers, beams in meshes:
        net = mesh(layers, beams)
        count = sum(p.endswith(".in1") for p in net.internal) + beams // 2
        seconds, found = timed(lambda net=net: cs.is_physical(net))
        work = f"`is_physical` of {count} crossing splitters with losses and cavities on {beams} beams"
        row(work, spell(seconds), f"{found.checked} commutators", "below 5 s", seconds < 5)


def symbolic(sizes: dict[int, float]) -> None:
    for n, goal in sizes.items():
        seconds, V = timed(lambda n=n: cs.covariance(cascade(n)))
        row(f"symbolic covariance of {n} in a row", spell(seconds), f"{len(V.definitions)} definitions", f"below {goal:g} s", seconds < goal)


def main() -> None:
    small = quick(__doc__)
    one_core()
    warnings.simplefilter("ignore", RuntimeWarning)
    growth((4, 8) if small else (4, 8, 16, 32, 64))
    conditional((4,) if small else (4, 6, 8, 12), 64 if small else 1000)
    steady((4,) if small else (4, 8, 16), 400 if small else 10**5)
    spectrum(4 if small else 16, 10**4 if small else 10**6)
    physical((4,) if small else (8, 16, 40), ((2, 4),) if small else ((6, 5), (8, 4)))
    symbolic({10: 2.0} if small else {40: 2.0, 100: 15.0})


if __name__ == "__main__":
    main()
