"""Covariances in time: closed forms and evaluators against SciPy's matrix exponential, limits, bad input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym import errors
from tests.core.hamiltonians import Modes, modes

t, d = sp.symbols("t d")
THOROUGH = settings.get_profile("thorough").max_examples


def examples(few: int, many: int = 1000) -> settings:
    """A few examples, `many` in the thorough profile."""
    return settings(max_examples=many if settings.default.max_examples == THOROUGH else few, deadline=None)


def moved(A: np.ndarray, N: np.ndarray, V: np.ndarray, time: float) -> np.ndarray:
    """V(t) by Van Loan's block exponential."""
    n = len(A)
    big = scipy.linalg.expm(np.block([[-A, N], [np.zeros((n, n)), A.T]]) * time)
    E = big[n:, n:].T
    return E @ V @ E.T + E @ big[:n, n:]


def matrix(V: cs.Covariance, values: Mapping[Any, Any] | None = None) -> np.ndarray:
    """The closed form in numbers."""
    point = {sp.Symbol(str(k)): v for k, v in (values or {}).items()}
    shared, (full,) = sp.cse([V.matrix.applyfunc(lambda e: V.definitions.inline(e).xreplace(point))])
    with mp.workdps(60):  # far more than cancels, and none that grows by itself as that of evalf does
        known: dict[Any, Any] = {}
        for s, e in [*shared, *(((i, j), full[i, j]) for i in range(full.rows) for j in range(full.cols))]:
            used = sorted(e.free_symbols, key=str)
            known[s] = sp.lambdify(used, e, "mpmath")(*(known[x] for x in used))
        return np.array([[complex(known[i, j]).real for j in range(full.cols)] for i in range(full.rows)])


def initial(n: int, rng: np.random.Generator) -> np.ndarray:
    """A covariance well above vacuum, with correlations, of rational numbers."""
    L = np.round(rng.normal(size=(2 * n, 2 * n)), 1)
    return L @ L.T + np.eye(2 * n)


def table(V: np.ndarray, names: tuple[str, ...]) -> dict[tuple[str, str], sp.Expr]:
    return {(i, j): sp.nsimplify(round(V[a, b], 6), rational=True)
            for a, i in enumerate(names) for b, j in enumerate(names)}  # fmt: skip


@examples(12)
@given(modes(most=3), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1, 0.7, 3.0]))
def test_random_systems_against_the_matrix_exponential(found: Modes, seed: int, time: float) -> None:
    """Loops, unstable ones, any initial state and means: the evaluator, and closed forms where they exist."""
    rng = np.random.default_rng(seed)
    system = found.system(numbers=True)
    names = tuple(f"{q}_{m}" for m in found.names for q in "XP")
    V0, m0 = initial(found.size, rng), rng.integers(-3, 4, 2 * found.size)
    given_state: dict[Any, Any] = {**table(V0, names), **dict(zip(names, map(int, m0), strict=True))}
    V = cs.transient(system, t, given_state)
    A, (drive, noise) = found.drift(), found.inputs()
    N = drive * noise @ drive.T
    want = moved(A, N, V0, time)
    scale = max(1.0, np.abs(want).max())
    got = cs.evaluator(V)(t=time)
    assert np.abs(got.matrix - want).max() <= 1e-11 * scale
    means = scipy.linalg.expm(A * time) @ m0
    assert np.abs(np.array([got.mean(q) for q in names]) - means).max() <= 1e-11 * max(1, np.abs(means).max())
    if V.closed:
        at = V.subs({"t": sp.nsimplify(time, rational=True)})
        assert np.abs(matrix(at) - want).max() <= 1e-11 * scale


@examples(6)
@given(modes(most=2))
def test_it_begins_with_the_initial_state_and_ends_in_the_steady_one(found: Modes) -> None:
    if found.growth() > -0.02:
        return
    V = cs.evaluator(cs.transient(found.system(numbers=True), t))
    assert np.abs(V(t=0.0).matrix - np.eye(2 * found.size) / 2).max() == 0
    steady, condition = found.covariance()
    late = V(t=40 / -found.growth()).matrix
    assert np.abs(late - steady).max() <= 1e-12 * condition * max(1, np.abs(steady).max())


CLOSED = {
    "cascade": cs.Oscillator("S", mass=-1) >> cs.Loss() >> cs.Oscillator("M"),
    "three cavities": cs.Cavity("a") >> cs.Cavity("b", detuning=d) >> cs.Cavity("c"),
    "equal rates": cs.Cavity("a", kappa=2) >> cs.Cavity("b", kappa=2) >> cs.Cavity("c", kappa=2),
    "amplifier": cs.Squeezer("s"),
    "two modes": cs.Squeezer("s", two_mode=True),
    "detuned amplifier": cs.Squeezer("s", chi=sp.Rational(1, 3), detuning=d),
    "threshold": cs.Squeezer("s", chi=sp.Rational(1, 5), kappa=1, detuning=sp.Rational(1, 5)),
}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms(name: str) -> None:
    """The differential equation and the initial value are proved; SciPy has the same numbers on both sides of r = 0."""
    V = cs.transient(CLOSED[name], t)
    assert V.closed
    if name not in ("three cavities", "detuned amplifier"):  # long proofs: their numbers tell as much
        assert all(s.check().ok for s in V.steps if s.check is not None)
    for shift in (0.05, 0.4):
        values = {s.name: shift + 0.06 * k for k, s in enumerate(V.parameters)}
        e = cs.evaluator(V)
        A, N, V0 = (e._stacked({k: np.array(v) for k, v in values.items()}, ())[m] for m in
                    ("drift", "diffusion", "start"))  # fmt: skip
        A, N, V0 = (m[:-1, :-1] for m in (A, N, V0))  # the last row is the constant by which forces act
        want = moved(A, N, V0, values["t"])
        assert np.abs(matrix(V, values) - want).max() < 1e-11
        assert np.abs(e(values).matrix - want).max() < 1e-11


def test_rates_that_become_equal_are_solved_anew() -> None:
    general = cs.transient(cs.Cavity("a") >> cs.Cavity("b"), t, {"X_a": 1})
    both = general.subs({"kappa_b": sp.Symbol("kappa_a")})
    assert cs.equal(both.mean("X_b"), -sp.Symbol("kappa_a") * t * sp.exp(-sp.Symbol("kappa_a") * t / 2))
    assert cs.evaluator(general)(kappa_a=1.0, kappa_b=1.0, t=2.0).mean("X_b") == pytest.approx(-2 * np.exp(-1), abs=1e-14)


def test_a_steady_state_stays() -> None:
    system = cs.Cavity("a", detuning=d) >> cs.Squeezer("s", chi=sp.Rational(1, 5), kappa=1)
    steady = cs.covariance(system)
    V = cs.transient(system, t, steady)
    values = {"kappa_a": 0.7, "d": 0.3}
    assert np.abs(cs.evaluator(V)(values, t=1.3).matrix - cs.evaluator(steady)(values).matrix).max() < 1e-13


def test_heating_without_damping_grows_linearly() -> None:
    """A mode that is measured but not damped: Var P grows by the back-action."""
    part = cs.Oscillator("M", Gamma=sp.Symbol("Gamma"), theta=sp.pi / 4, gamma=0)
    V = cs.transient(part, t)
    assert cs.equal(V["X_M", "X_M"], (1 + sp.Symbol("Gamma") * t) / 2)


def test_coherent_light_displaces() -> None:
    """Means grow towards those of the steady state: closed, and as numbers with a changing rate."""
    system = cs.CoherentLight(3) >> cs.Cavity("c", detuning=d)
    V, late = cs.transient(system, t), cs.means(system)
    values = {"kappa_c": 0.7, "d": 0.4}
    z = -3 * np.sqrt(0.7) * (1 - np.exp(-(0.35 + 0.4j) * 1.3)) / (0.35 + 0.4j)
    found = cs.evaluator(V)(values, t=1.3)
    for q, want in (("X_c", np.sqrt(2) * z.real), ("P_c", np.sqrt(2) * z.imag)):
        assert cs.evaluator(V.mean(q))(values, t=1.3) == pytest.approx(want, abs=1e-13)
        assert found.mean(q) == pytest.approx(want, abs=1e-13)
        assert cs.evaluator(V)(kappa_c=lambda x: 0.7, d=0.4, t=1.3).mean(q) == pytest.approx(want, abs=1e-11)
        steady = cs.evaluator(late[q])
        assert cs.evaluator(V)(values, t=200.0).mean(q) == pytest.approx(steady(values), abs=1e-12)


def test_squeezed_light_squeezes_in_time() -> None:
    system = cs.SqueezedLight(r=sp.Symbol("r"), phi=0) >> cs.Cavity("c", kappa=2)
    V, late = cs.transient(system, t), cs.covariance(system)
    f, end = cs.evaluator(V), cs.evaluator(late)
    for q in ("X", "P"):
        assert f(r=0.5, t=0.0)[f"{q}_c", f"{q}_c"] == 0.5
        assert f(r=0.5, t=60.0)[f"{q}_c", f"{q}_c"] == pytest.approx(end(r=0.5)[f"{q}_c", f"{q}_c"], abs=1e-13)


def test_loops_without_a_closed_form_have_numbers() -> None:
    a, c = cs.operator("m"), cs.operator("c")
    H = a.dagger() * a + c.dagger() * c - (c + c.dagger()) * (a + a.dagger()) * sp.Symbol("g")
    system = cs.SLH("s", H=H, ports={"light": c}, modes=["m", "c"])
    V = cs.transient(system, t)
    assert not V.closed
    with pytest.raises(errors.NoClosedForm, match="evaluator"):
        V["X_m", "X_m"]
    with pytest.raises(errors.NoClosedForm):
        V.mean("X_m")
    assert cs.evaluator(V)(g=0.2, t=[0.0, 1.0])["X_m", "X_m"][0] == 0.5


def test_couplings_that_change_in_time() -> None:
    """Against SciPy's integrator: a ramp, a pulse, a jump."""
    system = cs.Squeezer("s", detuning=d) >> cs.Cavity("c", kappa=1)
    V = cs.evaluator(cs.transient(system, t, {"X_s": 1}))
    A, N = V.target.problem.drift, V.target.problem.diffusion
    f = sp.lambdify(sorted((s for s in V.target.parameters if s.name != "t"), key=str), [A, N])
    chi = lambda x: 0.3 * np.exp(-((x - 1) ** 2))  # noqa: E731
    kappa = lambda x: 1 + x / 2  # noqa: E731
    detuning = 0.2

    def rate(x: float, y: np.ndarray) -> np.ndarray:
        a, n = map(np.array, f(**{"chi_s": chi(x), "d": detuning, "kappa_s": kappa(x)}))
        m = y.reshape(4, 4)
        return (a @ m + m @ a.T + n).ravel()

    start = np.eye(4).ravel() / 2
    want = scipy.integrate.solve_ivp(rate, (0, 3), start, method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
    got = V(chi_s=chi, kappa_s=kappa, d=detuning, t=[0.0, 1.2, 3.0])
    assert np.abs(got.matrix[0] - np.eye(4) / 2).max() == 0
    assert np.abs(got.matrix[-1].ravel() - want).max() < 1e-11
    jump = V(chi_s=lambda x: 0.1 if x < 0.77 else 0.4, kappa_s=1.0, d=0.3, t=2.0)
    first = cs.transient(cs.as_system(system).subs({"chi_s": 0.1, "kappa_s": 1, "d": 0.3}), 0.77)
    second = cs.transient(cs.as_system(system).subs({"chi_s": 0.4, "kappa_s": 1, "d": 0.3}), 1.23, first)
    assert np.abs(jump.matrix - cs.evaluator(second)().matrix).max() < 1e-11


BAD = [
    (dict(t=-1), errors.ParameterError, "t >= 0"),
    (dict(t=sp.Rational(-1, 3)), errors.ParameterError, "t >= 0"),
    (dict(t=sp.I), errors.ParameterError, "real"),
    (dict(t="t + 1"), errors.ParameterError, "give an expression"),
    (dict(t=sp.Symbol("chi_s")), errors.ParameterError, "another symbol"),
    (dict(t=t, initial="vaccum"), errors.ParameterError, "vacuum"),
    (dict(t=t, initial=3), errors.ParameterError, "Covariance"),
    (dict(t=t, initial={("X_s", "X_s"): 1}), errors.ParameterError, "P_s"),
    (dict(t=t, initial={("X_q", "X_q"): 1}), errors.UnknownName, "X_s"),
    (dict(t=t, initial={3: 1}), errors.ParameterError, "pairs"),
    (dict(t=t, initial={("X_s", "X_s"): sp.I, ("P_s", "P_s"): 1}), errors.ParameterError, "real"),
    (dict(t=t, initial={("X_s", "X_s"): 0.1, ("P_s", "P_s"): 1}), errors.UnphysicalError, "uncertainty"),
    (dict(t=t, initial={("X_s", "P_s"): 1, ("P_s", "X_s"): 2}), errors.ParameterError, "twice"),
    (dict(t=t, initial=cs.covariance(cs.Cavity("q"))), errors.UnknownName, "'q'"),
    (dict(t=t, means={"Y_s": 1}), errors.UnknownName, "X_s"),
]


@pytest.mark.parametrize(("arguments", "error", "says"), BAD)
def test_bad_input(arguments: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        cs.transient(cs.Squeezer("s"), **arguments)


def test_a_time_before_zero_is_refused_later_too() -> None:
    V = cs.transient(cs.Cavity("a"), t)
    with pytest.raises(errors.ParameterError):
        V.subs({"t": -1})
    with pytest.raises(errors.ParameterError):
        V.subs({cs.symbol("t", "nonnegative"): -1})
    assert cs.is_zero(V.subs({cs.symbol("t", "nonnegative"): 1})["X_a", "P_a"])
    with pytest.raises(errors.ParameterError):
        V["X_a", "X_a"].subs({t: -1})
    with pytest.raises(errors.ParameterError, match="t >= 0"):
        cs.evaluator(V)(kappa_a=1.0, t=[1.0, -1.0])
    with pytest.raises(errors.ParameterError, match="increases"):
        cs.evaluator(V)(kappa_a=lambda x: 1.0, t=[1.0, 0.5])
    with pytest.raises(errors.DerivationError, match="near t"):
        cs.evaluator(V)(kappa_a=lambda x: np.nan if x > 0.3 else 1.0, t=1.0)
