"""Evaluators against hand-written C, heyoka, numba, lambdify and numeric solvers.

`python -m tests.benchmarks.evaluators` (two minutes; with `--quick` the same rows at few points).

One core. Every comparison is made in the same run and printed as a ratio.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from importlib.util import find_spec
from typing import Any

import numpy as np
import scipy.linalg
import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.symbols import conj
from tests.benchmarks.by_hand import ORDER, compiled_by_hand
from tests.benchmarks.timing import best, duel, header, line, one_core, quick, row, spell

NAMES = {"compiled": "compiled", "numpy": "NumPy"}


def printed() -> Quantity:
    """xi_g as Huang et al. (2018) print it in (7) and (8)."""
    GS, GM, tS, tM, gS0, gM0, nS, nM, eps = sp.symbols(ORDER)
    gS, gM, R, VS, VM, C, g = sp.symbols("gamma_S gamma_M R V_S V_M C_SM g")
    half, tau = sp.Rational(1, 2), sp.sqrt(1 - eps)
    items = (
        (gS, gS0 - GS * sp.cos(2 * tS)),
        (gM, gM0 - GM * sp.cos(2 * tM)),
        (R, -sp.sqrt(GM * GS) * sp.sin(tM - tS)),
        (VS, (GS / 2 + gS0 * (nS + half)) / gS),
        (C, -2 * tau / (gS + gM) * (sp.sqrt(GS * GM) * sp.sin(tM + tS) - 2 * R * VS)),
        (VM, (GM / 2 + gM0 * (nM + half) + tau * R * C) / gM),
        (g, sp.sqrt(GM / ((1 - eps) * GS)) * sp.cos(tM - sp.pi / 4) / sp.cos(tS - sp.pi / 4)),
    )
    return Quantity("xi_g", 2 * (VS + g**2 * VM + g * C) / (1 + g**2), cs.Definitions(items), domain=(gS, gM))


def two_oscillators() -> Any:
    GS, GM, tS, tM, gS, gM, nS, nM, eps = sp.symbols(ORDER)
    S = cs.Oscillator("S", mass=-1, Gamma=GS, theta=tS, gamma=gS, n=nS)
    return S >> cs.Loss(eps, name="loss") >> cs.Oscillator("M", mass=+1, Gamma=GM, theta=tM, gamma=gM, n=nM)


def derived() -> Quantity:
    """The same, derived from the parts: a negative-mass and a positive-mass oscillator with loss between them."""
    return cs.epr_variance(cs.covariance(two_oscillators()), "S", "M")


def points(n: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random points inside the stable region."""
    rng = np.random.default_rng(seed)
    ranges = {"theta_S": (0.8, 1.2), "theta_M": (0.8, 1.2), "gamma_S0": (1e4, 1e5), "gamma_M0": (0.1, 10.0),
              "n_S": (0.0, 3.0), "n_M": (1e3, 1e5), "epsilon": (0.0, 0.5)}  # fmt: skip
    values = {name: rng.uniform(*r, n) for name, r in ranges.items()}
    values["Gamma_S"] = values["gamma_S0"] * rng.uniform(10, 100, n)
    values["Gamma_M"] = values["gamma_M0"] * values["n_M"] * rng.uniform(10, 100, n)
    return values


def agree(name: str, got: np.ndarray, want: np.ndarray, tolerance: float = 1e-11) -> None:
    """A benchmark of wrong numbers would be worth nothing."""
    worst = float(np.nanmax(np.abs(got / want - 1)))
    if not worst < tolerance:
        raise AssertionError(f"{name} disagrees by {worst:.1e}")


def speed(xi: Quantity, label: str, many: int) -> None:
    """xi_g with nine varying parameters, compiled and with NumPy; for one of `many` points."""
    values = points(many)
    out, other, slopes = np.empty(many), np.empty(many), np.empty((len(ORDER), many))
    compiled, numpy = cs.evaluator(xi, "compiled", threads=1), cs.evaluator(xi)
    row(f"xi_g {label}", f"{compiled.operations} operations", "", "", True)

    def ours() -> None:
        compiled(values, out=out)

    hand = compiled_by_hand()
    if hand is None:
        print("skip hand-written C: no compiler on this machine")
    else:
        mine, theirs = duel(ours, lambda: hand(values, other))
        agree("hand-written C", out[: many - 8], other[: many - 8])
        line(f"xi_g {label}, compiled", mine / many, "hand-written C", theirs / many, 1.5, slower=True)
    if find_spec("heyoka"):
        run = by_heyoka(xi)
        stacked = np.stack([values[n] for n in ORDER])
        mine, theirs = duel(ours, lambda: run(stacked, outputs=other[None, :]))
        agree("heyoka", out, other)
        line(f"xi_g {label}, compiled", mine / many, "heyoka `cfunc`, fast_math", theirs / many, 2.0)
    else:
        print("skip heyoka: not installed")
    names = sorted(values)
    inlined = xi.inline()
    for name, cse, goal in (("`lambdify`", False, 8.0), ("`lambdify` with cse", True, 2.5)):
        f = sp.lambdify(sp.symbols(names), inlined, "numpy", cse=cse)
        mine, theirs = duel(
            lambda: numpy(values, out=other), lambda f=f: np.copyto(slopes[0], f(*(values[n] for n in names))), 2
        )
        agree(name, slopes[0], other)
        line(f"xi_g {label}, NumPy", mine / many, name, theirs / many, goal)
    gradient = compiled.gradient(ORDER)
    both, alone = duel(lambda: gradient(values, out=(out, slopes)), ours)
    line(f"xi_g {label} and nine derivatives, compiled", both / many, "xi_g alone", alone / many, 3.0, slower=True)
    few = points(2048)
    slope = numpy.gradient(ORDER)
    both, alone = duel(lambda: slope(few), lambda: numpy(few))
    line(f"xi_g {label} and nine derivatives, NumPy, 2048 points", both / 2048, "xi_g alone", alone / 2048, 3.0, slower=True)
    bounded = cs.evaluator(xi, "compiled", threads=1, error=True)
    both, alone = duel(lambda: bounded(values), ours, 3)
    row(f"xi_g {label} and its rigorous error bound", f"{both / alone:.1f} times xi_g alone", "", "", True)
    lyapunov(label, alone / many)


def by_heyoka(xi: Quantity) -> Callable[..., Any]:
    import heyoka as hy

    variables = hy.make_vars(*ORDER)
    names = dict(zip(sp.symbols(ORDER), variables, strict=True))
    for s, e in xi.definitions:
        names[s] = hy.from_sympy(e, s_dict={k: v for k, v in names.items() if k in e.free_symbols})
    value = hy.from_sympy(xi.expr, s_dict={k: v for k, v in names.items() if k in xi.expr.free_symbols})
    return hy.cfunc([value], variables, fast_math=True)


def lyapunov(label: str, ours: float) -> None:
    """xi_g of one point by a numeric solver: matrices from the parameters, steady state, variance."""
    matrices, names = drift_and_noise(two_oscillators())
    values = {n: v[0] for n, v in points(1).items()}
    point = [values[n] for n in names]

    def with_solver(solve: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> float:
        V = solve(*matrices(*point))
        angles = [values[f"theta_{j}"] - np.pi / 4 for j in "SM"]
        weight = math.sqrt(values["Gamma_M"] / ((1 - values["epsilon"]) * values["Gamma_S"]))
        weight *= math.cos(angles[1]) / math.cos(angles[0])
        read = np.array([[1.0, 0.0, weight, 0.0], [0.0, 1.0, 0.0, -weight]])
        return float(np.einsum("ki,ij,kj->", read, V, read)) / (1 + weight**2)

    solvers = {"SciPy's Lyapunov solver": lambda A, D: scipy.linalg.solve_continuous_lyapunov(A, -D)}
    if find_spec("control"):
        import control

        solvers["`control.lyap`"] = control.lyap
    else:
        print("skip control: not installed")
    for name, solve in solvers.items():
        agree(name, np.array(with_solver(solve)), np.array(cs.evaluator(printed())(values)), 1e-9)
        line(f"xi_g {label}, compiled", ours, name, best(lambda solve=solve: with_solver(solve)), 8000)


def drift_and_noise(part: Any) -> tuple[Callable[..., tuple[np.ndarray, np.ndarray]], list[str]]:
    """The real drift and diffusion matrices of the quadratures as a fast function of one point, and its arguments."""
    system = part.system()
    T = sp.kronecker_product(sp.eye(len(system.modes)), sp.Matrix([[1, 1], [-sp.I, sp.I]]) / sp.sqrt(2))
    noise = sp.diag(*(sp.sympify(e) for e in system.inputs.values() for _ in range(2)))
    drift = (T * system.A * T.inv()).applyfunc(sp.expand)
    diffusion = (T * system.B * noise * (T * system.B).T.applyfunc(conj)).applyfunc(sp.expand)
    names = sorted(s.name for s in system.parameters)
    f = sp.lambdify(sp.symbols(names), [drift.tolist(), diffusion.tolist()], "math", cse=True)

    def matrices(*point: float) -> tuple[np.ndarray, np.ndarray]:
        A, D = f(*point)
        A, D = np.real(np.array(A)), np.real(np.array(D))
        return A, (D + D.T) / 2

    return matrices, names


def conditional(some: int) -> None:
    """xi_g of the state conditioned on the light that leaves, both quadratures of which are measured."""
    from cascade_sym.evaluate.conditional import conditional_value
    from cascade_sym.parts.detectors import Homodyne
    from cascade_sym.solve.conditional import riccati
    from cascade_sym.solve.conditional.matrices import conditional_covariance

    chain, detector = two_oscillators(), Homodyne(angle=-sp.pi / 2)
    problem = riccati(chain, detector)
    weight = cs.readout_weight(chain, "S", "M")
    V = conditional_covariance(problem)
    xi = cs.epr_variance(V, "S", "M", g=weight)
    values = points(some)
    exact = cs.evaluator(xi, "compiled", precision="guaranteed")(values)
    v = {f"{q}_{j}": sp.Symbol(f"var_{q}_{j}") for q in "XP" for j in "SM"}
    cross = sp.Symbol("cov_X_S_X_M") - sp.Symbol("cov_P_S_P_M")
    total = v["X_S"] + v["P_S"] + weight**2 * (v["X_M"] + v["P_M"]) + 2 * weight * cross
    for k in range(0, some, some // 10):  # the closed form itself, against Newton-Kantorovich in high precision
        text, _ = conditional_value(problem, total / (1 + weight**2), {n: Fraction(float(x[k])) for n, x in values.items()}, 16)
        agree("conditional closed form", exact[k], np.array(float(text)), 1e-13)
    names = sorted(s.name for s in problem.parameters)
    entries = [getattr(problem, name).tolist() for name in "ANCRS"]
    f = sp.lambdify(sp.symbols(names), entries, "math", cse=True)
    A, N, C, R, S = (np.array(m, dtype=float) for m in f(*(values[n][0] for n in names)))
    out = np.empty(some)
    for backend, goal in (("compiled", 20_000), ("numpy", 3000)):
        g = cs.evaluator(xi, backend, threads=1)
        ours, theirs = duel(
            lambda g=g: g(values, out=out), lambda: scipy.linalg.solve_continuous_are(A.T, C.T, N, R, s=S), 3
        )
        line(f"conditional xi_g, {NAMES[backend]}", ours / some, "`scipy.linalg.solve_continuous_are`", theirs, goal)
        worst = np.quantile(np.abs(out / exact - 1), 0.999)
        row(f"its error at the 99.9th percentile, {NAMES[backend]}", f"{worst:.1e}", "", "at most 1e-11", worst <= 1e-11)


def six(some: int) -> None:
    """The whole covariance of six oscillators in cascade."""
    parts = []
    for k in range(6):
        G, t, g, n = sp.symbols(f"Gamma_{k} theta_{k} gamma_{k} n_{k}")
        parts.append(cs.Oscillator(f"o{k}", mass=(-1) ** k, Gamma=G, theta=t, gamma=g, n=n))
        if k < 5:
            parts.append(cs.Loss(sp.Symbol(f"epsilon_{k}"), name=f"loss{k}"))
    chain = reduce(lambda a, b: a >> b, parts)
    V = cs.covariance(chain)
    q = V.quadratures
    elements = {f"{i} {j}": V.quantity("v", V.element(i, j)) for k, i in enumerate(q) for j in q[k:]}
    elements = {name: v for name, v in elements.items() if v.expr != 0}
    f = cs.evaluator(elements, "compiled", threads=1)
    rng = np.random.default_rng(0)
    n = some
    values = {s: rng.uniform(*((0.8, 1.2) if "theta" in s else (0.0, 0.3) if "eps" in s else (1.0, 3.0)), n)
              for s in f.parameters}  # fmt: skip
    out = {name: np.empty(n) for name in elements}
    matrices, names = drift_and_noise(chain)
    point = [values[name][0] for name in names]
    A, D = matrices(*point)
    got = f({name: v[0] for name, v in values.items()})
    want = scipy.linalg.solve_continuous_lyapunov(A, -D)
    place = {name: k for k, name in enumerate(q)}
    worst = max(abs(v - want[place[i], place[j]]) for (i, j), v in ((e.split(" "), v) for e, v in got.items()))
    if worst > 1e-11 * np.abs(want).max():
        raise AssertionError(f"six oscillators disagree by {worst:.1e}")
    row("covariance of six oscillators", f"{len(got)} elements, {f.operations} operations", "", "", True)
    solvers = {"SciPy's Lyapunov solver": lambda A, D: scipy.linalg.solve_continuous_lyapunov(A, -D)}
    if find_spec("control"):
        import control

        solvers["`control.lyap`"] = control.lyap
    else:
        print("skip control: not installed")
    for name, solve in solvers.items():
        ours, theirs = duel(lambda: f(values, out=out), lambda solve=solve: solve(*matrices(*point)))
        line("covariance of six oscillators, compiled", ours / n, name, theirs, 400)
        alone = spell(best(lambda solve=solve: solve(A, D)))
        row(f"matrices given, {name} alone", alone, "", "", True)


def first_value() -> None:
    """Seconds until a new expression gives its first value, libraries loaded."""
    names = sorted(ORDER)
    point = {n: v[:1000] for n, v in points(1000).items()}
    for backend in ("numpy", "compiled"):  # libraries warm, expressions not
        cs.evaluator(sp.Symbol("x") + 1, backend)(x=np.ones(16))
    spent = {}
    for backend in ("numpy", "compiled"):
        xi = fresh(derived(), backend)
        start = time.process_time()
        cs.evaluator(xi, backend)(**point)
        spent[backend] = time.process_time() - start
        row(f"first value of a new formula, {NAMES[backend]}", spell(spent[backend]), "", "below 100 ms", spent[backend] < 0.1)
    if not find_spec("numba"):
        print("skip numba: not installed")
        return
    import numba

    numba.njit(lambda x: x + 1.0)(1.0)
    f = sp.lambdify(sp.symbols(names), derived().inline(), "math", cse=True)
    start = time.process_time()
    numba.vectorize(["float64(" + ", ".join(["float64"] * 9) + ")"])(f)(*(point[n] for n in names))
    theirs = time.process_time() - start
    for backend, ours in spent.items():
        line(f"first value of a new formula, {NAMES[backend]}", ours, "numba", theirs, 1.0)


def fresh(q: Quantity, tag: str) -> Quantity:
    """An expression that nothing can have cached: the sum with a new number."""
    return Quantity(q.name, q.expr + sp.Rational(len(tag), 10**9), q.definitions, domain=q.domain)


def main() -> None:
    many, some = (10**4, 500) if quick(__doc__) else (10**7, 10**5)
    one_core()
    warnings.simplefilter("ignore", RuntimeWarning)
    print(f"compiled and NumPy: for one of {many:.0e} points; conditional and six oscillators: of {some:.0e} points\n")
    header()
    speed(printed(), "as printed", many)
    speed(derived(), "as derived from the parts", many)
    conditional(some)
    six(some)
    first_value()


if __name__ == "__main__":
    main()
