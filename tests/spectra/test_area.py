"""Spectra integrate to covariances: exactly, by Hurwitz determinants, and numerically."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.linalg import solve_continuous_lyapunov

from cascade_sym.errors import DerivationError
from cascade_sym.evaluate import evaluator
from cascade_sym.exact import equal
from cascade_sym.operators import operator
from cascade_sym.parts import SLH, Cavity, Loss, Oscillator, Squeezer
from cascade_sym.solve import covariance
from cascade_sym.spectra import cross_spectrum, integrated, noise_spectrum
from cascade_sym.spectra.quotients import hurwitz_integral
from cascade_sym.symbols import conj


def lyapunov(system):
    """Quadrature covariance by SciPy from the doubled-up matrices."""
    A, B = (np.array(sp.Matrix(m).evalf(30), dtype=complex) for m in (system.A, system.B))
    N = np.diag(np.repeat([float(n) for n in system.inputs.values()], 2))
    M = solve_continuous_lyapunov(A, -B @ N @ B.conj().T)
    U = np.kron(np.eye(len(system.modes)), np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2))
    return (U @ M @ U.conj().T).real


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["cascade", "network"])
def test_random_systems(seed, kind, cascade, network):
    s = cascade(seed, length=2) if kind == "cascade" else network(seed, modes=1 + seed % 2)
    V, reference = covariance(s), lyapunov(s)
    quads = V.quadratures
    for i, p in enumerate(quads):
        for j, q in enumerate(quads[: i + 1]):
            spectrum = noise_spectrum(s, p) if p == q else cross_spectrum(s, p, q)
            area = integrated(spectrum).inline()
            other = V[p, q].inline()
            assert equal(area, other), (p, q)
            assert complex(area) == pytest.approx(reference[i, j], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_numerical_integral(seed, network, cascade):
    for s in (network(seed, modes=2), cascade(seed, length=2)):
        q = f"X_{s.modes[-1]}"
        f = evaluator(noise_spectrum(s, q))
        value, error = quad(lambda t, f=f: float(f(Omega=np.tan(t))) / np.cos(t) ** 2, -np.pi / 2, np.pi / 2, limit=500)
        assert value / (2 * np.pi) == pytest.approx(float(covariance(s)[q, q].inline()), abs=error + 1e-8)


def test_a_loop_of_six_operators(network):
    s = network(21, modes=3)
    q = "P_m2"
    area = integrated(noise_spectrum(s, q)).inline()
    assert area.is_Rational  # exact arithmetic all the way
    V = lyapunov(s)
    assert float(area) == pytest.approx(V[5, 5], rel=1e-9)


def test_symbolic_cascade_with_loss():
    s = Oscillator("S", mass=-1) >> Loss() >> Oscillator("M")
    V = covariance(s)
    for q in ("X_S", "P_M"):
        assert equal(integrated(noise_spectrum(s, q)).inline(), V[q, q].inline())
    assert equal(integrated(cross_spectrum(s, "X_S", "X_M")).inline(), V["X_S", "X_M"].inline())


def test_symbolic_detuned_cavities():
    D = sp.Symbol("Delta")
    s = Cavity("c", detuning=D) >> Cavity("d", kappa=1, loss=sp.Symbol("k"))
    V = covariance(s)
    assert equal(integrated(noise_spectrum(s, "X_d")).inline(), V["X_d", "X_d"].inline())


def test_symbolic_squeezer():
    s = Squeezer("q", chi=sp.Symbol("chi"), kappa=sp.Symbol("kappa"), loss=sp.Symbol("k"))
    V = covariance(s)
    for q in ("X_q", "P_q"):
        assert equal(integrated(noise_spectrum(s, q)).inline(), V[q, q].inline())


def test_complex_couplings():
    """Areas are variances, and real ones are real: a loop of three modes with a complex hopping."""
    G, a, b, c = sp.Symbol("G", complex=True), *map(operator, "abc")
    exchange = (G * a.dagger() * b + conj(G) * b.dagger() * a) + (b.dagger() * c + c.dagger() * b) / 3
    H = exchange + (a.dagger() * c + c.dagger() * a) / 2 + sp.Symbol("D") * b.dagger() * b
    s = SLH("s", H=H, ports={"light": a}, baths={"B": (b / 2, sp.Symbol("n")), "C": (c, 0)})
    V = covariance(s)
    point = {"G": 0.3 + 0.4j, "D": 0.7, "n": 2.0}
    for spectrum, moment in (
        (noise_spectrum(s, "X_b"), V["X_b", "X_b"]), (cross_spectrum(s, "X_b", "P_c"), V["X_b", "P_c"]),
    ):  # fmt: skip
        f, g = evaluator(integrated(spectrum)), evaluator(moment)
        assert f(point) == pytest.approx(g(point), rel=1e-12)
    assert evaluator(integrated(noise_spectrum(s, "X_b")))(point).dtype == np.float64


def test_squeezed_light_has_less_than_the_white_level():
    chi, kappa = sp.Rational(1, 3), 1
    excess = integrated(noise_spectrum(Squeezer("q", chi=chi, kappa=kappa), "P"), minus=sp.Rational(1, 2))
    # S_P - 1/2 = -kappa chi/((kappa/2 + chi)^2 + Omega^2), a Lorentzian of area kappa chi/(2 (kappa/2 + chi))
    assert excess.inline() == -kappa * chi / (2 * (sp.Rational(kappa, 2) + chi))


def test_white_noise_diverges():
    with pytest.raises(DerivationError, match="diverges"):
        integrated(noise_spectrum(Cavity("c"), "X"))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_determinants_against_residues(n):
    """H with real negative roots: the integral by residues in the upper half plane, in exact fractions."""
    roots = [Fraction(-k - 1, k + 2) for k in range(n)]
    even = [sp.Rational(k + 1, 3) for k in range(n)]
    s = sp.Symbol("s")
    H = sp.Poly(sp.Mul(*(s - sp.Rational(r) for r in map(sp.Rational, roots))) * 3, s).all_coeffs()
    total = Fraction(0)
    for k, r in enumerate(roots):
        # integrand in w: g(w)/prod(9)(w^2 + r_j^2); residue at w = i |r_k|, times i
        x2 = -(r**2)
        g = sum(Fraction(int(c.p), int(c.q)) * x2**m for m, c in enumerate(even))
        others = Fraction(1)
        for j, t in enumerate(roots):
            if j != k:
                others *= t**2 - r**2
        total += g / (2 * abs(r) * others * 9)
    assert hurwitz_integral(even, H) == sp.Rational(total.numerator, total.denominator)


def test_unit_determinant_formula_is_symbolic():
    a = sp.symbols("a0:4")
    c = sp.symbols("c0:3")
    value = hurwitz_integral(c, a)
    # James, Nichols, Phillips (1947), appendix: I_3 with g in powers of s^2 = -w^2
    b0, b1, b2 = c[2], -c[1], c[0]
    a0, a1, a2, a3 = a
    printed = (-a2 * b0 + a0 * b1 - a0 * a1 * b2 / a3) / (2 * a0 * (a0 * a3 - a1 * a2))
    assert equal(value, printed)


def test_repeated_poles():
    k = sp.Symbol("k")
    twice = Squeezer("a", chi=k / 5, kappa=k) >> Squeezer("b", chi=k / 5, kappa=k)
    N = noise_spectrum(twice, "X_b")
    assert integrated(N).inline() == sp.Rational(145, 54)
    assert equal(covariance(twice)["X_b", "X_b"].inline(), sp.Rational(145, 54))
