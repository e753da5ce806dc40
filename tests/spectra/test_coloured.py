"""Coloured baths and damping that remembers: against NumPy, against viscous limits; what refuses them, and why."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import cascade_sym as cs
from cascade_sym.errors import DerivationError, NotMarkovian, ParameterError, UnstableError
from cascade_sym.solve.nyquist import turns

w = sp.Symbol("w")
R = sp.Rational
few = settings(max_examples=3 if settings().max_examples <= 100 else settings().max_examples)
share = st.integers(1, 99).map(lambda k: R(k, 50))


def optomechanics(G, Delta, kappa, **of_mirror) -> cs.SLH:
    c, (X, _) = cs.operator("c"), cs.quadratures("m")
    H = c.dagger() * c * Delta - X * (c + c.dagger()) * G
    return cs.SLH("o", H, {"light": sp.sqrt(kappa) * c}, mechanics=[cs.MechanicalOscillator("m", **of_mirror)])


@few
@given(st.lists(share, min_size=8, max_size=8), st.sampled_from([-1.3, 0.2, 2.0]))
def test_random_networks_with_coloured_baths(r, at):
    """Every output quadrature against (C (-i w - A)^-1 B + D) with n(w) for b and n(-w) for b^+."""
    a, b = cs.operator("a"), cs.operator("b")
    hot, tail = r[0] / (r[1] + (w - r[2]) ** 2), sp.exp(-w * r[3] / 2)
    H = a.dagger() * a * r[4] + b.dagger() * b * r[5] + (a * b + a.dagger() * b.dagger()) * r[6] / 20
    H = H + (a * b.dagger() + b * a.dagger()) * r[7]
    baths = {"h": (b * sp.sqrt(1 + r[0]), cs.Coloured(hot, w)), "t": (a * sp.sqrt(r[1]), cs.Coloured(tail, w))}
    s = cs.SLH("s", H, {"light": a * sp.sqrt(1 + r[2])}, baths).system()
    A, B, C, D = (np.array(m.tolist(), dtype=complex) for m in (s.A, s.B, s.C, s.D))
    n = [float(f.subs(w, x * at)) for f in (hot, tail) for x in (1, -1)]
    of = {"s.h": n[:2], "s.t": n[2:]}
    G = np.array([x + 0.5 for f in s.inputs for x in of.get(f, [0, 0])])
    K = np.linalg.inv(-1j * at * np.eye(4) - A) @ B
    T = (C @ K + D)[2 * list(s.outputs).index("s.out") :][:2].sum(axis=0) / np.sqrt(2)
    for name, row in (("X_a", K[:2].sum(axis=0) / np.sqrt(2)), ("X", T)):
        found = cs.evaluator(cs.noise_spectrum(s, name))(Omega=at)
        assert abs(found / (abs(row) ** 2 @ G) - 1) < 1e-11
    parts = cs.noise_budget(s, "X").values()
    assert abs(sum(cs.evaluator(p)(Omega=at) for p in parts) / (abs(T) ** 2 @ G) - 1) < 1e-11


@few
@given(share, share, share, st.sampled_from([1, -1]), st.integers(1, 20))
def test_the_stability_of_a_loop_is_that_of_its_viscous_limit(G, Delta, kappa, side, percent):
    """Friction that is constant but at frequencies that don't matter: Nyquist against eigenvalues."""
    gamma, G = R(percent, 100), G / 10
    white = optomechanics(G, side * Delta, kappa, frequency=1, gamma=gamma, n=1)
    nearly = cs.Coloured(gamma * w**2 / (w**2 + R(1, 10**20)), w)
    slow = optomechanics(G, side * Delta, kappa, frequency=1, gamma=nearly, n=1)
    A = np.array(cs.as_system(white).A.tolist(), dtype=complex)
    if abs(rate := np.linalg.eigvals(A).real.max()) < 1e-6:
        return
    if rate > 0:
        with pytest.raises(UnstableError):
            cs.noise_spectrum(slow, "X_m")
        return
    found, expected = (cs.evaluator(cs.noise_spectrum(s, "P"))(Omega=0.7) for s in (slow, white))
    assert abs(found / expected - 1) < 1e-10


def test_turns_count_the_zeros_that_grow():
    rng = np.random.default_rng(1)
    for _ in range(30):
        roots = rng.normal(size=4) * 10.0 ** rng.uniform(-4, 0, 4) + 1j * rng.normal(size=4)

        def response(x, roots=roots):
            return np.prod([(-1j * x - s) / (-1j * x + 1) for s in roots], axis=0)

        assert turns(response, "it", roots) == (roots.real > 0).sum()
    with pytest.raises(UnstableError, match="verge"):
        turns(lambda x: (-1j * x - 1j) / (-1j * x + 1), "it", [1j])


def test_a_symbolic_loop_is_decided_where_it_is_one_oscillator():
    """On resonance light does not act back; off resonance the loop needs numbers."""
    G, Delta, kappa = sp.symbols("G Delta kappa")
    assert cs.noise_spectrum(optomechanics(G, 0, kappa, loss_angle="phi"), "P").domain
    with pytest.raises(ParameterError, match="decided for numbers only"):
        cs.noise_spectrum(optomechanics(G, Delta, kappa, loss_angle="phi"), "P")
    with pytest.raises(UnstableError):
        cs.noise_spectrum(optomechanics(R(1, 10), -1, 1, frequency=1, loss_angle=R(1, 100), n=1), "P")
    assert cs.noise_spectrum(optomechanics(R(1, 10), 1, 1, frequency=1, loss_angle=R(1, 100), n=1), "P")


def test_integrals_of_coloured_noise():
    """Numerically, with an error; against SciPy and against the exact variance of quantum Brownian motion."""
    part = cs.MechanicalOscillator("m", frequency=1, gamma=R(1, 10), temperature=3)
    found = float(cs.integrated(cs.noise_spectrum(part, "X_m")))

    def density(u: float) -> float:
        x = np.exp(u)
        return 2 * x * 0.1 * x / np.tanh(x / 6) / ((1 - x**2) ** 2 + 0.01 * x**2) / (2 * np.pi)

    expected, _ = quad(density, -30, 30, points=[0.0], limit=500, epsabs=1e-13, epsrel=1e-13)
    assert abs(found / expected - 1) < 1e-11
    light = cs.ThermalLight(cs.Coloured(3 / (w**2 + 4), w)) >> cs.Cavity("a", kappa=2)
    assert abs(float(cs.integrated(cs.noise_spectrum(light, "X_a"))) - 1) < 1e-11  # 1/2 + 3/(2*(2 + 1))
    assert abs(float(cs.integrated(cs.emission_spectrum(light, "a.out"))) - 0.75) < 1e-11
    sharp = cs.MechanicalOscillator("m", frequency=1, gamma=R(1, 10**7), temperature=3)
    assert abs(float(cs.integrated(cs.noise_spectrum(sharp, "X_m"))) / (0.5 / np.tanh(1 / 6)) - 1) < 1e-8


@pytest.mark.parametrize("what", ["X_m", "light", "minus", "symbols"])
def test_integrals_that_are_refused(what):
    m = cs.MechanicalOscillator("m", frequency=1, loss_angle=R(1, 100), n=3)
    light = cs.ThermalLight(cs.Coloured(3 / (w**2 + 4), w)) >> cs.Cavity("a", kappa=2)
    free = cs.ThermalLight(cs.Coloured(sp.Symbol("A") / (w**2 + 4), w)) >> cs.Cavity("a", kappa=2)
    spectrum, minus, words = {
        "X_m": (cs.noise_spectrum(m, "X_m"), 0, "diverges at low"),
        "light": (cs.noise_spectrum(light, "X"), 0, "diverges at high"),
        "minus": (cs.noise_spectrum(light, "X"), R(1, 2), "emission_spectrum"),
        "symbols": (cs.noise_spectrum(free, "X_a"), 0, "put in numbers"),
    }[what]
    with pytest.raises(DerivationError, match=words):
        cs.integrated(spectrum, minus=minus)


MEMORY = cs.MechanicalOscillator("m", loss_angle="phi", Gamma="Gamma")
COLOUR = cs.ThermalLight(cs.Coloured(1 / (w**2 + 1), w)) >> cs.Cavity("c", kappa=2)
WHITE_ONLY = {
    "covariance": cs.covariance,
    "transient": lambda s: cs.transient(s, "t"),
    "master_equation": cs.master_equation,
    "moment_equations": cs.moment_equations,
    "riccati": lambda s: cs.riccati(s, cs.Homodyne(angle=0)),
    "conditional_covariance": lambda s: cs.conditional_covariance(s, cs.Homodyne(angle=0)),
    "smoothing": lambda s: cs.smoothing(s, cs.Homodyne(angle=0)),
    "lqg": lambda s: cs.lqg(s, cs.Homodyne(angle=0), f"P_{cs.as_system(s).modes[0]}", (sp.eye(2), 1)),
    "correlation": lambda s: cs.correlation(s, f"X_{cs.as_system(s).modes[0]}", f"X_{cs.as_system(s).modes[0]}", "tau"),
    "g1": lambda s: cs.first_order_coherence(s, cs.as_system(s).modes[0], "tau"),
    "temporal_mode": lambda s: cs.temporal_mode(s, next(iter(cs.as_system(s).outputs)), cs.top_hat(0, 1)),
    "to_statespace": cs.to_statespace,
    "to_julia": cs.to_julia,
    "to_mathematica": cs.to_mathematica,
    "eliminate": lambda s: cs.eliminate(s, cs.as_system(s).modes[0], "other", at=0, rename="x"),
}
NO_MEMORY = {
    "langevin": cs.langevin,
    "input_output": cs.input_output,
    "time_solution": cs.time_solution,
    "means": cs.means,
    "poles": cs.poles,
    "zeros": lambda s: cs.zeros(s, next(iter(cs.as_system(s).inputs)), next(iter(cs.as_system(s).outputs))),
    "stability_conditions": cs.stability_conditions,
    "feedback_spectrum": lambda s: cs.feedback_spectrum(
        s, f"X_{cs.as_system(s).modes[0]}", cs.Homodyne(angle=sp.pi / 2), f"P_{cs.as_system(s).modes[0]}",
        -1 / (1 - sp.I * sp.Symbol("Omega")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHITE_ONLY)
@pytest.mark.parametrize("system", [MEMORY, COLOUR], ids=["memory", "colour"])
def test_what_rests_on_white_noise_refuses(name, system):
    with pytest.raises(NotMarkovian, match="depends on the frequency"):
        WHITE_ONLY[name](system)


@pytest.mark.parametrize("name", NO_MEMORY)
def test_what_needs_equations_without_memory_takes_coloured_light(name):
    with pytest.raises(NotMarkovian):
        NO_MEMORY[name](MEMORY)
    assert NO_MEMORY[name](COLOUR) is not None


def test_bad_input():
    x = sp.Symbol("x")
    for wrong in (lambda: cs.Coloured(x, "w"), lambda: cs.Coloured("1/w", "w"), lambda: cs.Coloured(sp.I * w, w),
                  lambda: cs.MechanicalOscillator("m", gamma=cs.Coloured(1 - w**2, w)),
                  lambda: cs.MechanicalOscillator("m", n=1, temperature=2),
                  lambda: cs.MechanicalOscillator("m", temperature=0),
                  lambda: cs.Cavity("c", kappa=cs.Coloured(w**2, w)),
                  lambda: cs.SqueezedLight(1, n=cs.Coloured(w**2, w)),
                  lambda: cs.Oscillator("m", cooperativity=1, theta=0, n=cs.Coloured(w**2, w))):  # fmt: skip
        with pytest.raises(ParameterError):
            wrong()
    planck = cs.ThermalLight(cs.Coloured(1 / (sp.exp(w) - 1), w)) >> cs.Cavity("c", kappa=1)
    with pytest.raises(ParameterError, match="at the frequency -1"):  # a carrier was forgotten
        cs.noise_spectrum(planck, "X_c", frequency=1)


def test_coloured_light_passes_through_all_else(tmp_path):
    """Composition, phases, files, pictures, sensitivities, states of light at a frequency."""
    A = sp.Symbol("A")
    light = cs.ThermalLight(cs.Coloured(A / (w**2 + 1), w), name="l")
    s = cs.as_system(light >> cs.PhaseShift("theta") >> cs.Cavity("c", kappa=2))
    cs.save(s, tmp_path / "s.json")
    assert cs.load(tmp_path / "s.json") == s
    assert "omega" in repr(cs.noise_spectrum(s, "X", frequency=cs.symbol("omega")))
    assert cs.draw(light >> cs.Cavity("c")).svg
    assert [p.name for p in s.parameters] == ["A", "theta"]
    put = s.subs({A: 2})
    V = cs.light_state(put, frequency=1)
    assert cs.equal(V["X_light", "X_light"], sp.Rational(3, 2))
    assert not cs.is_physical(MEMORY) and cs.is_physical(MEMORY).as_declared and cs.is_physical(s)


def test_the_sensitivity_of_a_structurally_damped_mirror():
    """The optimal filter, integrated numerically: int |T f|^2/N against SciPy."""
    mirror = cs.MechanicalOscillator("m", frequency=1, loss_angle=R(1, 10), n=3, Gamma=1)
    force, shape = cs.force_port(mirror, "m"), cs.lorentzian(1)
    V = cs.matched_filter_sensitivity(force, "P", shape)
    assert V.variance is None
    noise = cs.evaluator(cs.added_noise(force, "P"))
    weight = sp.lambdify(sp.Symbol("Omega"), shape * sp.conjugate(shape))
    total = 2 * quad(lambda x: abs(weight(x)) / noise(Omega=x), 0, np.inf, limit=500, epsabs=1e-13)[0]
    assert abs(V.value({})[0] * total - 1) < 1e-8
