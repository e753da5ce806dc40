"""Control, smoothing, feedback and combinations of outputs against SciPy, simulated records, other controllers; errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym import errors
from tests.core.hamiltonians import Modes, lyapunov, modes
from tests.motion.test_transient import examples
from tests.motion.test_two_time import at

w, g, eta = sp.symbols("Omega g eta")


def filter_matrices(found: Modes, angle: float, efficiency: float) -> tuple[np.ndarray, ...]:
    """A, N, C, R, S of homodyne detection of the light, by hand."""
    A, (drive, noise) = found.drift(), found.inputs()
    u = np.array([np.cos(angle), np.sin(angle)]) * np.sqrt(efficiency)
    C, D = np.zeros((1, len(A))), np.zeros((1, len(noise)))
    C[0, found._seen] = np.sqrt(float(found.kappa)) * u
    D[0, :2] = u
    return A, drive * noise @ drive.T, C, D * noise @ D.T + (1 - efficiency) / 2, drive * noise @ D.T


def care(A: np.ndarray, B: np.ndarray, Q: np.ndarray, R: np.ndarray, S: np.ndarray | None = None) -> np.ndarray:
    """SciPy's solution with two Newton steps."""
    S = np.zeros_like(B) if S is None else S
    X = scipy.linalg.solve_continuous_are(A, B, Q, R, s=S)
    for _ in range(2):
        K = np.linalg.solve(R, (X @ B + S).T)
        X = X + lyapunov((A - B @ K).T, A.T @ X + X @ A + Q - K.T @ R @ K)[0]
    return X


@examples(6)
@given(modes(most=2), st.integers(0, 2**32 - 1))
def test_lqg_against_scipy_and_other_controllers(found: Modes, seed: int) -> None:
    if found.growth() > -0.02:
        return
    rng = np.random.default_rng(seed)
    n, angle, efficiency = 2 * found.size, 0.3, 0.75
    root = np.round(rng.normal(size=(n, n)), 1)
    Q, R = root @ root.T + np.eye(n) / 10, np.diag(np.round(rng.uniform(0.2, 2, 2), 1))
    driven = [f"P_{found.names[0]}", {f"X_{m}": k + 1 for k, m in enumerate(found.names)}]
    detector = cs.Homodyne(angle=sp.Rational(3, 10), efficiency=sp.Rational(3, 4))
    best = cs.evaluator(cs.lqg(found.system(numbers=True), detector, driven, (Q, R)))()
    A, N, C, Ry, S = filter_matrices(found, angle, efficiency)
    B = np.zeros((n, 2))
    B[1, 0], B[0::2, 1] = 1, np.arange(found.size) + 1
    V, P = care(A.T, C.T, N, Ry, S), care(A, B, Q, R)
    scale = max(1.0, np.abs(V).max(), np.abs(P).max())
    assert np.abs(best.filter - V).max() < 1e-11 * scale
    assert np.abs(best.control - P).max() < 1e-11 * scale
    assert best.closed_loop > 0

    def cost(F: np.ndarray, K: np.ndarray) -> float:
        """Of the controller d<x> = (A - B F)<x> dt + K (y - C <x>) dt, u = -F <x>, by a joint Lyapunov equation."""
        whole = np.block([[A, -B @ F], [K @ C, A - B @ F - K @ C]])
        if np.linalg.eigvals(whole).real.max() > -1e-3:
            return np.inf
        noise = np.block([[N, S @ K.T], [K @ S.T, K @ Ry @ K.T]])
        joint = lyapunov(whole, noise)[0]
        return float(np.trace(Q @ joint[:n, :n]) + np.trace(R @ F @ joint[n:, n:] @ F.T))

    F, K = best.control_gain, best.filter_gain
    least = cost(F, K)
    assert best.cost == pytest.approx(least, rel=1e-11)
    for _ in range(10):
        other = cost(F + rng.normal(size=F.shape) / 5, K + rng.normal(size=K.shape) / 5)
        assert other >= least * (1 - 1e-11)
    assert least <= np.trace(Q @ found.covariance()[0]) * (1 + 1e-11)  # no worse than doing nothing


@examples(4)
@given(modes(most=2), st.sampled_from([0.2, 1.0]))
def test_smoothed_filtered_unconditional(found: Modes, efficiency: float) -> None:
    if found.growth() > -0.02:
        return
    detector = cs.Homodyne(angle=sp.Rational(3, 10), efficiency=sp.Rational(str(efficiency)))
    x = cs.evaluator(cs.smoothing(found.system(numbers=True), detector))()
    steady = found.covariance()[0]
    scale = np.abs(steady).max()
    for low, high in ((x.smoothed, x.filtered), (x.filtered, steady)):
        assert np.linalg.eigvalsh(high - low).min() > -1e-11 * scale
    A, N, C, R, S = filter_matrices(found, 0.3, efficiency)
    D, free, told = A - S @ C / R, N - S @ S.T / R, x.information
    rest = D.T @ told + told @ D - told @ free @ told + C.T @ C / R
    assert np.abs(rest).max() < 1e-11 * max(1, np.abs(told).max())
    assert np.linalg.eigvals(D - free @ told).real.max() < 0 or np.abs(told).max() == 0


def test_a_simulated_record_against_filter_and_smoother() -> None:
    """A classical simulation of the Wigner diffusion and its record: scatter of the estimates is V, and V_S for both.

    Discretised exactly enough; four standard errors of 400 trajectories at 40 independent times.
    """
    rng = np.random.default_rng(5)
    part = cs.Squeezer("s", chi=sp.Rational(1, 4), kappa=1)
    V = cs.smoothing(part, cs.Homodyne(angle=0, efficiency=sp.Rational(4, 5)))
    f, e, s = (float(x["X_s", "X_s"].inline()) for x in (V.filtered, V.retrodicted, V))
    A, C, R, N, S = -0.25, np.sqrt(0.8), 0.5, 0.5, -np.sqrt(0.8) / 2
    problem = cs.riccati(part, cs.Homodyne(angle=0, efficiency=sp.Rational(4, 5)))
    assert [float(getattr(problem, k)[0, 0]) for k in "ACRNS"] == pytest.approx([A, C, R, N, S])
    dt, steps, runs = 2e-3, 12_000, 400
    cov = np.linalg.cholesky(np.array([[N, S], [S, R]]) * dt)
    kicks = rng.normal(size=(steps, runs, 2)) @ cov.T
    x = np.zeros((steps + 1, runs))
    y = np.zeros((steps, runs))
    for k in range(steps):
        y[k] = C * x[k] * dt + kicks[k, :, 1]
        x[k + 1] = x[k] + A * x[k] * dt + kicks[k, :, 0]
    forward, K = np.zeros((steps + 1, runs)), (f * C + S) / R
    for k in range(steps):
        forward[k + 1] = forward[k] + A * forward[k] * dt + K * (y[k] - C * forward[k] * dt)
    back, L = np.zeros((steps + 1, runs)), (e * C - S) / R
    for k in reversed(range(steps)):
        back[k] = back[k + 1] - A * back[k + 1] * dt + L * (y[k] - C * back[k + 1] * dt)
    middle = slice(steps // 3, 2 * steps // 3, 100)
    both = (forward / f + back / e) / (1 / f + 1 / e)
    for estimate, want in ((forward, f), (both, s)):
        found = ((estimate - x)[middle] ** 2).mean(0)
        assert abs(found.mean() - want) < 4 * found.std() / np.sqrt(runs) + 0.01 * want


def test_lqg_in_closed_form() -> None:
    """The closed form solves both equations: against evaluator and SciPy."""
    part = cs.Squeezer("s", detuning=sp.Symbol("d"))
    best = cs.lqg(part, cs.Homodyne(angle=0, efficiency=eta), "P_s", ([[2, 1], [1, 3]], sp.Symbol("r")))
    assert best.closed
    values = {"chi_s": 0.2, "kappa_s": 1.0, "d": 0.3, "eta": 0.7, "r": 0.4}
    numbers = cs.evaluator(best)(values)
    here = {k: v for k, v in values.items() if k in cs.evaluator(best.cost).parameters}
    assert cs.evaluator(best.cost)(here) == pytest.approx(numbers.cost, abs=1e-11)
    assert np.abs(cs.evaluator(best.covariance)(values).matrix - numbers.covariance).max() < 1e-11
    P = care(np.array([[-0.3, 0.3], [-0.3, -0.7]]), np.array([[0.0], [1.0]]), np.array([[2.0, 1], [1, 3]]), np.array([[0.4]]))
    assert np.abs(numbers.control - P).max() < 1e-11
    half = best.subs({"eta": sp.Rational(1, 2)})
    assert "eta" not in {s.name for s in half.parameters}


def test_feedback_without_delay_is_a_linear_system() -> None:
    part = cs.Squeezer("s", chi=sp.Rational(1, 5), kappa=1, detuning=sp.Rational(1, 10), loss=sp.Rational(1, 10))
    detector = cs.Homodyne(angle=sp.Rational(1, 3), efficiency=sp.Rational(9, 10))
    fed = cs.measurement_feedback(part, detector, {"X_s": 1, "P_s": sp.Rational(1, 2)}, g)
    assert cs.is_physical(fed) and set(fed.outputs) == {"s.lost"}
    spectrum = cs.feedback_spectrum(part, "X_s", detector, {"X_s": 1, "P_s": sp.Rational(1, 2)}, g)
    direct = cs.noise_spectrum(fed, "X_s")
    some = np.array([-0.7, 0.0, 2.0])
    assert at(spectrum, g=-0.3, Omega=some) == pytest.approx(at(direct, g=-0.3, Omega=some), abs=1e-13)
    area = np.trapezoid(cs.evaluator(direct)(g=-0.3, Omega=(x := np.linspace(-2000, 2000, 4_000_001))), x) / (2 * np.pi)
    assert area == pytest.approx(cs.evaluator(cs.covariance(fed)["X_s", "X_s"])(g=-0.3), abs=1e-3)


@pytest.mark.parametrize(("delay", "corner"), [(0.0, 2.0), (0.3, 2.0), (1.5, 0.5)])
def test_filter_and_delay_against_matrices(delay: float, corner: float) -> None:
    """T = C (-i w - A)^-1 B with NumPy, the loop closed by hand."""
    part = cs.Cavity("a", kappa=1, detuning=sp.Rational(1, 4))
    gain, tau = -0.4, delay
    filter_ = gain / (1 - sp.I * w / corner)
    N = cs.feedback_spectrum(part, "P_a", cs.Homodyne(angle=0), "P_a", sp.nsimplify(filter_, rational=True),
                             delay=sp.nsimplify(tau))  # fmt: skip
    A, B = np.array([[-0.5, 0.25], [-0.25, -0.5]]), -np.eye(2)
    C, D, u = np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]), np.array([[0.0], [1.0]])
    for frequency in (-0.6, 0.0, 1.3):
        M = np.linalg.inv(-1j * frequency * np.eye(2) - A)
        G = gain / (1 - 1j * frequency / corner) * np.exp(1j * frequency * tau)
        y = (D + C @ M @ B) / (1 - G * (C @ M @ u))
        q = (M @ B + M @ u * G @ y)[1]
        assert cs.evaluator(N)(Omega=frequency) == pytest.approx((abs(q) ** 2).sum() / 2, abs=1e-12)


def test_the_stability_of_loops() -> None:
    """Hurwitz's conditions against eigenvalues; with a delay, Nyquist against the known threshold of a pure delay."""
    part = cs.Cavity("a", kappa=1)
    N = cs.feedback_spectrum(part, "X_a", cs.Homodyne(angle=0), "X_a", g / (1 - sp.I * w / 3))
    for gain in (-20.0, 0.1, 0.45, 0.55, 3.0):
        grows = np.linalg.eigvals([[-0.5, 1.0], [3 * gain, -3.0]]).real.max() > 0
        with pytest.warns(RuntimeWarning, match="outside") if grows else _Nothing():
            assert np.isnan(cs.evaluator(N)(g=gain, Omega=0.3)) == grows
    # dx/dt = -x/2 + g x(t - T): unstable beyond |g| = sqrt(w^2 + 1/4), w T = pi - atan(2 w), without the filter's phase
    wide = 10**6
    for strength, stable in ((1.05, True), (1.25, False)):
        args = (part, "X_a", cs.Homodyne(angle=0), "X_a", -sp.Rational(str(strength)) / (1 - sp.I * w / wide))
        if stable:
            assert cs.evaluator(cs.feedback_spectrum(*args, delay=2))(Omega=0.1) > 0
        else:
            with pytest.raises(errors.UnstableError, match="delay"):
                cs.feedback_spectrum(*args, delay=2)


class _Nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def test_combinations_against_matrices() -> None:
    system = cs.Squeezer("s", kappa={"light": sp.Rational(1, 2), "back": sp.Rational(1, 3)}, loss=sp.Rational(1, 10))
    ports = [p.name for p in cs.as_system(system).out_ports]
    outputs = [cs.Quadrature(0, p) for p in ports] + [cs.Quadrature(sp.pi / 4, ports[0])]
    best, reads = cs.optimal_combination(system, "X_s", outputs), ["X_s", *outputs]
    spectra = [[cs.cross_spectrum(system, a, b) if a is not b else cs.noise_spectrum(system, a) for b in reads]
               for a in reads]  # fmt: skip
    for frequency in (0.0, 0.8):
        values = {"chi_s": 0.2, "Omega": frequency}
        S = np.array([[complex(at(x, **values)) for x in row] for row in spectra])
        h = np.linalg.solve(S[1:, 1:].T, S[0, 1:])
        error = (S[0, 0] - S[0, 1:] @ np.linalg.solve(S[1:, 1:], S[1:, 0])).real
        assert complex(at(best.error, **values)) == pytest.approx(error, abs=1e-12)
        assert [complex(at(x, **values)) for x in best.weights.values()] == pytest.approx(list(h), abs=1e-11)
        assert error <= S[0, 0].real


BAD = [
    (lambda s, d: cs.lqg(s, None, "P_a", (sp.eye(2), 1)), errors.NoDetector, "nothing is measured"),
    (lambda s, d: cs.lqg(s, cs.Homodyne(port="dark"), "P_a", (sp.eye(2), 1)), errors.UnknownName, "dark"),
    (lambda s, d: cs.lqg(s, d, "P_b", (sp.eye(2), 1)), errors.UnknownName, "P_a"),
    (lambda s, d: cs.lqg(s, d, [], (sp.eye(2), 1)), errors.ParameterError, "empty"),
    (lambda s, d: cs.lqg(s, d, 3, (sp.eye(2), 1)), errors.ParameterError, "control holds 3"),
    (lambda s, d: cs.lqg(s, d, "P_a", sp.eye(2)), errors.ParameterError, "pair"),
    (lambda s, d: cs.lqg(s, d, "P_a", (sp.eye(3), 1)), errors.ParameterError, "2 x 2"),
    (lambda s, d: cs.lqg(s, d, "P_a", (sp.eye(2), sp.eye(2))), errors.ParameterError, "1 x 1"),
    (lambda s, d: cs.lqg(s, d, "P_a", ([[1, 1], [0, 1]], 1)), errors.ParameterError, "symmetric"),
    (lambda s, d: cs.lqg(s, d, "P_a", ([[1, 0], [0, -1]], 1)), errors.ParameterError, "nonnegative"),
    (lambda s, d: cs.lqg(s, d, "P_a", (sp.eye(2), 0)), errors.ParameterError, "positive"),
    (lambda s, d: cs.lqg(s, d, "P_a", (sp.I * sp.eye(2), 1)), errors.ParameterError, "real"),
    (lambda s, d: cs.lqg(s, d, "P_a", ("Q", 1)), errors.ParameterError, "matrix"),
    (lambda s, d: cs.smoothing(s, None), errors.NoDetector, "nothing"),
    (lambda s, d: cs.measurement_feedback(s, None, "P_a", 1), errors.NoDetector, "nothing"),
    (lambda s, d: cs.measurement_feedback(s, d, "P_a", [[1, 2]]), errors.ParameterError, "columns"),
    (lambda s, d: cs.measurement_feedback(s, d, "P_a", sp.I), errors.ParameterError, "real"),
    (lambda s, d: cs.covariance(cs.measurement_feedback(s, d, "X_a", 2)), errors.UnstableError, "lower"),
    (lambda s, d: cs.feedback_spectrum(s, "X_a", d, "X_a", 2), errors.UnstableError, "lower the gain"),
    (lambda s, d: cs.feedback_spectrum(s, "X_a", d, "X_a", sp.I), errors.ParameterError, "filter"),
    (lambda s, d: cs.feedback_spectrum(s, "X_a", d, "X_a", sp.exp(w)), errors.ParameterError, "filter"),
    (lambda s, d: cs.feedback_spectrum(s, "X_a", d, "X_a", -1, delay=-1), errors.ParameterError, "negative"),
    (lambda s, d: cs.feedback_spectrum(s, "X_a", d, "X_a", g, delay=1), errors.ParameterError, "numbers"),
    (lambda s, d: cs.feedback_spectrum(s, "X_a", cs.Heterodyne(), "X_a", 1), errors.ParameterError, "currents"),
    (lambda s, d: cs.optimal_combination(s, "X_a", []), errors.ParameterError, "empty"),
    (lambda s, d: cs.optimal_combination(s, "X_a", ["X", "X"]), errors.ParameterError, "no noise"),
    (lambda s, d: cs.optimal_combination(s, "X_q", ["X"]), errors.UnknownName, "X_q"),
]


@pytest.mark.parametrize(("call", "error", "says"), BAD)
def test_bad_input(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call(cs.Cavity("a", kappa=1), cs.Homodyne(angle=0))


def test_what_cannot_be_controlled() -> None:
    grows = cs.Squeezer("s", chi=1, kappa=1)
    with pytest.raises(errors.UnstableError, match="reach"):
        cs.lqg(grows, cs.Homodyne(angle=0), "P_s", (sp.eye(2), 1))
    reached = cs.lqg(grows, cs.Homodyne(angle=0), "X_s", (sp.eye(2), 1))
    assert cs.evaluator(reached)().closed_loop > 0
    with pytest.raises(errors.UndetectableError):
        cs.lqg(grows, cs.Homodyne(angle=sp.pi / 2), "X_s", (sp.eye(2), 1))


def test_the_controlled_state_of_several_modes_in_closed_form():
    """Modes apart, and modes that a Bell measurement joins: the closed form against the numbers of both equations."""
    chi, r, eta, G, gamma = sp.symbols("chi r eta G gamma")
    apart = cs.concatenate(cs.Squeezer("a", chi=chi, kappa=1), cs.Squeezer("b", chi=sp.Rational(1, 5), kappa=2))
    seen = [cs.Homodyne(angle=0, port="light"), cs.Homodyne(angle=0, port="light2", efficiency=eta)]
    best = cs.lqg(apart, seen, ["X_a", "X_b"], (sp.diag(1, 0, 1, 0), sp.diag(r, 1)))
    a, b = cs.operator("a"), cs.operator("b")
    light = {p: sp.sqrt(G / 2) * (a.dagger() + s * b.dagger()) for p, s in (("plus", 1), ("minus", -1))}
    emitters = cs.SLH("e", 0 * a, light, {"x": (sp.sqrt(gamma) * a, 0), "y": (sp.sqrt(gamma) * b, 0)}, modes=["a", "b"])
    bell = [cs.Homodyne(angle=0, port="plus"), cs.Homodyne(angle=sp.pi / 2, port="minus")]
    swapped = cs.lqg(emitters, bell, ["X_a", "P_a", "X_b", "P_b"], (sp.eye(4), sp.eye(4)))
    for found, values in ((best, {"chi": 0.2, "r": 0.5, "eta": 0.7}), (swapped, {"G": 0.3, "gamma": 1.0})):
        assert found.closed
        numbers = cs.evaluator(found)(values)
        closed = cs.evaluator(found.covariance)(values)
        for i, x in enumerate(found.quadratures):
            for j, y in enumerate(found.quadratures):
                assert abs(closed[x, y] - numbers.covariance[i, j]) < 1e-11
