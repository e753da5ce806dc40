"""Random systems that mix states of light, mechanics, drives and passive parts, against laws and plain NumPy."""

from __future__ import annotations

import numpy as np
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from tests.light.numeric import close, evaluated, numbers

EXAMPLES = 6 if settings().max_examples <= 100 else settings().max_examples
few = settings(max_examples=EXAMPLES)


def tenths(low, high):
    return st.integers(low, high).map(lambda k: sp.Rational(k, 10))


SQUEEZING = st.sampled_from([sp.log(k) / 2 for k in (sp.Rational(3, 2), 2, 3)] + [sp.S.Zero])
ANGLE = st.sampled_from([0, sp.pi / 2, -sp.pi / 2, sp.pi])


@st.composite
def correlated(draw, beams):
    """Any state: what a random real matrix makes of noise, above vacuum."""
    size = 2 * beams
    root = sp.Matrix(size, size, draw(st.lists(tenths(-9, 9), min_size=size**2, max_size=size**2)))
    return cs.CorrelatedLight(root * root.T + sp.eye(size) / 2, ports=[str(k + 1) for k in range(beams)], name="source")


@st.composite
def sources(draw):
    """Two beams, on the ports "1" and "2"."""
    which = draw(st.integers(0, 2))
    if which == 0:
        return draw(correlated(2))
    if which == 1:
        return cs.TwoModeSqueezedLight(draw(SQUEEZING), draw(ANGLE), draw(tenths(0, 9)), name="source")
    splitter = cs.BeamSplitter(angle=draw(ANGLE), name="mix")
    lights = {"s": cs.SqueezedLight(draw(SQUEEZING), draw(ANGLE), draw(tenths(0, 9)), name="s"),
              "l": draw(st.sampled_from([cs.ThermalLight(2, name="l"), cs.CoherentLight(1 + sp.I, name="l")])), "mix": splitter}  # fmt: skip
    return cs.connect(lights, [("s", "mix.1"), ("l", "mix.2")], outputs={"1": "mix.1", "2": "mix.2"})


@st.composite
def absorbers(draw, name):
    """A part with the port "light" for one band, and whether it is declared not to be of Lindblad form."""
    a, k = cs.operator(f"{name}a"), sp.sqrt(draw(tenths(5, 20)))
    which = draw(st.integers(0, 3))
    if which == 0:
        return cs.Cavity(name, kappa=draw(tenths(5, 20)), detuning=draw(tenths(-9, 9)), loss=draw(tenths(0, 5)))
    if which == 1:
        return cs.Squeezer(name, chi=draw(tenths(0, 2)), kappa=draw(tenths(5, 20)), detuning=draw(tenths(-5, 5)))
    if which == 2:
        light = cs.SqueezedLight(draw(SQUEEZING), draw(ANGLE), draw(tenths(0, 9)))
        return cs.SLH(name, a.dagger() * a + draw(tenths(-9, 9)) * (a + a.dagger()), {"light": k * a}, {"bath": (a / 2, light)})
    m = cs.MechanicalOscillator(f"{name}m", draw(tenths(8, 12)), draw(tenths(1, 5)), draw(tenths(0, 30)), mass=draw(st.sampled_from([1, -1])))
    X, Q = cs.quadratures(f"{name}a")[0], cs.quadratures(m.name)[0]
    return cs.SLH(name, a.dagger() * a * m.mass - draw(tenths(0, 3)) * X * Q, {"light": k * a}, mechanics=[m])


@st.composite
def systems(draw):
    """A source, loss and a phase, two absorbers, one behind the other or side by side."""
    one, two = draw(absorbers("one")), draw(absorbers("two"))
    parts = {"source": draw(sources()), "loss": cs.Loss(draw(tenths(0, 10))), "turn": cs.PhaseShift(draw(ANGLE)), "one": one, "two": two}
    wires = [("source.1", "loss"), ("loss", "turn"), ("turn", "one")]
    wires.append(("one", "two") if draw(st.booleans()) else ("source.2", "two"))
    return cs.connect(parts, wires)


def matrices(s):
    """Real drift and diffusion in quadratures, by complex NumPy on what the system stores."""
    A, B, G = (np.array(m.evalf(30).tolist(), complex) for m in (s.A, s.B, s.inputs.matrix))
    U = np.kron(np.eye(len(s.modes)), np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2))
    A, N = U @ A @ U.conj().T, U @ B @ G @ B.conj().T @ U.conj().T
    assert np.abs(A.imag).max() < 1e-12 and np.abs(N.imag).max() < 1e-12
    return A.real, N.real


def stable(s):
    return np.linalg.eigvals(matrices(s)[0]).real.max() < -0.02


@few
@given(systems())
def test_states_means_and_laws(s):
    import scipy.linalg

    physical = cs.is_physical(s)
    assert physical.as_declared and bool(physical) == (not s.brownian)
    if not stable(s):
        return
    A, N = matrices(s)
    exact = cs.covariance(s)
    V = numbers(exact)
    assert close(V, scipy.linalg.solve_continuous_lyapunov(A, -N))
    J = np.kron(np.eye(len(s.modes)), [[0, 1], [-1, 0]])
    assert np.linalg.eigvalsh(V + 0.5j * J).min() > -1e-10 or s.brownian  # the uncertainty relation
    m = cs.means(s)
    drive = [complex(m.of(s.equation(k)).subs(dict(m.definitions)) + s.drives.get(k, 0)) for k in s.modes]
    assert np.abs(drive).max(initial=0) < 1e-10


@few
@given(systems(), ANGLE)
def test_spectra(s, angle):
    """The spectrum of an output against plain linear algebra at one frequency; that of a mode integrates to its variance."""
    if not stable(s):
        return
    port = s.out_ports[-1]
    b = port.fields[""]
    w = 0.7
    N = cs.noise_spectrum(s, cs.Quadrature(angle, port=port.name))
    A, B, C, D, G = (np.array(m.evalf(30).tolist(), complex) for m in (s.A, s.B, s.C, s.D, s.inputs.matrix))
    T = C @ np.linalg.solve(-1j * w * np.eye(len(A)) - A, B) + D
    k = 2 * list(s.outputs).index(b)
    row = np.exp(-1j * float(angle)) / np.sqrt(2) * T[k] + np.exp(1j * float(angle)) / np.sqrt(2) * T[k + 1]
    expected = (row @ G @ row.conj()).real
    assert abs(evaluated(N, w) - expected) < 1e-11 * max(1, expected)
    q = f"X_{s.modes[-1]}"
    of_mode, V = cs.noise_spectrum(s, q), cs.covariance(s)
    # the trapezoidal rule in t of Omega = tan(t), which is exact but for e^(-points) where the integrand is periodic
    points = np.pi * (np.arange(600) + 0.5) / 600 - np.pi / 2
    area = evaluated(of_mode, np.tan(points)).real / np.cos(points) ** 2
    variance = numbers(V)[-2, -2]
    assert abs(area.sum() / 1200 - variance) < 1e-8 * variance


@few
@given(systems())
def test_conditional_states(s):
    """The filtering problem against plain matrices; with SciPy's solution of it, less than the unconditional variance."""
    import scipy.linalg

    if not stable(s):
        return
    port, eta = s.out_ports[-1], 0.8
    problem = cs.riccati(s, cs.Homodyne(angle=0, port=port.name, efficiency=sp.Rational(4, 5)))
    found = (np.array(m.evalf(20).tolist(), float) for m in (problem.A, problem.N, problem.C, problem.R, problem.S))
    A, N, C, R, S = found
    drift, noise = matrices(s)
    assert close(A, drift) and close(N, noise)
    if not C.size:  # no mode is seen by the light, or heard in it
        return
    B, C_, D, G = (np.array(m.evalf(30).tolist(), complex) for m in (s.B, s.C, s.D, s.inputs.matrix))
    U = np.kron(np.eye(len(s.modes)), np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2))
    k = 2 * list(s.outputs).index(port.fields[""])
    light, seen = ((m[k] + m[k + 1]) / np.sqrt(2) for m in (D, C_))
    assert close(R, [[eta * (light @ G @ light.conj()).real + (1 - eta) / 2]])
    assert close(C, [np.sqrt(eta) * (seen @ U.conj().T).real])
    assert close(S[:, 0], np.sqrt(eta) * (U @ B @ G @ light.conj()).real)
    after, before = scipy.linalg.solve_continuous_are(A.T, C.T, N, R, s=S), scipy.linalg.solve_continuous_lyapunov(A, -N)
    assert np.linalg.eigvalsh(before - after).min() > -1e-8 * np.abs(before).max()
