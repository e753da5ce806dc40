"""States of light as parts: what they put into a system, in every kind of beam, and what every function makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import Op
from tests.light.numeric import close, entangled, filtered, numbers, squeezed, steady

r, phi, n, kappa, eps, eta, theta = sp.symbols("r phi n kappa epsilon eta theta")
HALF = sp.Rational(1, 2)


def plain(V, **values):
    return np.array(V.subs(values).evalf().tolist(), float)


@pytest.mark.parametrize("values", [dict(r=0.7, phi=0.0, n=0.0), dict(r=-0.4, phi=1.3, n=2.0), dict(r=0.0, phi=2.0, n=0.5)])
def test_squeezed_light_is_a_rotated_ellipse(values):
    found = cs.SqueezedLight(r, phi, n).system().inputs.covariance
    assert close(plain(found, **values), squeezed(**values))


def test_phi_zero_squeezes_X():
    V = cs.SqueezedLight(r, n=n).system().inputs.covariance
    assert cs.equal(V[0, 0], (n + HALF) * sp.exp(-2 * r)) and cs.equal(V[1, 1], (n + HALF) * sp.exp(2 * r)) and V[0, 1] == 0


def test_about_the_carrier_the_sidebands_are_correlated():
    light = cs.SqueezedLight(r, phi).built("s", ("+", "-"))
    X = cs.noise_spectrum(light.subs({phi: 0}), "X_L")
    assert cs.equal(X, sp.exp(-2 * r) / 2) and cs.equal(cs.noise_spectrum(light.subs({phi: 0}), "P_L"), sp.exp(2 * r) / 2)
    one = cs.noise_spectrum(light, cs.Quadrature(0, channel="+"))
    assert cs.equal(one, (sp.exp(2 * r) + sp.exp(-2 * r)) / 4)  # a single sideband is only hot
    assert set(light.inputs.pairs) == {(Op("s.in+"), Op("s.in-"))}


@pytest.mark.parametrize("channels", [("",), ("+", "-")])
def test_entangled_beams(channels):
    s = cs.TwoModeSqueezedLight(r, phi, n).built("e", channels)
    assert len(s.in_ports) == len(s.out_ports) == 2
    if channels == ("",):
        assert close(plain(s.inputs.covariance, r=0.6, phi=0, n=0.5), entangled(0.6, 0.5))
    else:
        assert set(s.inputs.pairs) == {(Op("e.in1+"), Op("e.in2-")), (Op("e.in1-"), Op("e.in2+"))}


def test_the_sidebands_of_one_beam_are_the_same_as_squeezing_it():
    one, two = cs.TwoModeSqueezedLight(r, phi, sidebands=True, name="s"), cs.SqueezedLight(r, phi, name="s")
    assert one.system().inputs == two.built("s", ("+", "-")).inputs


def test_any_covariance_comes_back():
    rng = np.random.default_rng(1)
    root = sp.Matrix(4, 4, [sp.Rational(int(k), 10) for k in rng.integers(-9, 9, 16)])
    V = root * root.T + sp.eye(4) / 2
    assert cs.CorrelatedLight(V).system().inputs.covariance == V
    sides = cs.CorrelatedLight(V, sidebands=True).system().inputs
    assert sides.covariance == V and set(sides) == {"correlatedlight.in+", "correlatedlight.in-"}


def test_the_independent_noises_make_up_the_correlations():
    """G_xy = sum w v_x v_y^*, for every kind of group."""
    rng = np.random.default_rng(6)
    root = sp.Matrix(4, 4, [sp.Rational(int(k), 10) for k in rng.integers(-9, 9, 16)])
    for light in (cs.SqueezedLight(r, phi, n), cs.TwoModeSqueezedLight(r, phi, n), cs.CorrelatedLight(root * root.T + sp.eye(4)),
                  cs.CorrelatedLight([[1, HALF], [HALF, 2]])):  # fmt: skip
        state = light.system().inputs
        for x in state.operators:
            for y in state.operators:
                total = sp.Add(*(w.weight * w.parts.get(x, 0) * sp.conjugate(w.parts.get(y, 0)).subs({sp.conjugate(s): s for s in (r, phi, n)})
                                 for w in state.independent))  # fmt: skip
                assert cs.is_zero(total - state.symmetrised(x, y)), (light, x, y)


def test_loss_phase_and_cascade_order():
    """Squeezing after a phase shift is squeezing at another angle; loss mixes with vacuum; both commute."""
    one = cs.SqueezedLight(r, phi) >> cs.PhaseShift(theta) >> cs.Loss(eps)
    two = cs.SqueezedLight(r, phi + 2 * theta) >> cs.Loss(eps)
    for angle in (0, sp.pi / 2, sp.Rational(1, 3)):
        q = cs.Quadrature(angle)
        assert cs.equal(cs.noise_spectrum(one, q), cs.noise_spectrum(two, q))
    assert cs.equal(cs.noise_spectrum(cs.SqueezedLight(r) >> cs.Loss(eps), "X"), (1 - eps) * sp.exp(-2 * r) / 2 + eps / 2)


def test_rephased_and_renamed_light_is_the_same_light():
    s = (cs.SqueezedLight(r, phi, name="s") >> cs.Cavity("c", kappa=kappa, detuning=1)).system()
    turned = cs.rephased(s, {"s.in": theta, "c": theta})
    V, W = cs.covariance(s), cs.covariance(turned.renamed({"s.in": "light"}))
    cos, sin = sp.cos(theta), sp.sin(theta)
    X = W.definitions.inline(W.quadratic({"X_c": cos, "P_c": sin}))
    assert cs.equal(X, V["X_c", "X_c"].inline())


def test_every_function_takes_squeezed_light():
    """Covariance, conditional state, spectrum, master equation, moments, against plain matrices."""
    s = cs.SqueezedLight(r, n=n) >> cs.Cavity("c", kappa=kappa, loss=1)
    p = dict(r=0.5, n=0.3, kappa=2.0)
    light = np.diag(np.diag(squeezed(p["r"], 0, p["n"])))
    A, N = -np.eye(2) * (p["kappa"] + 1) / 2, light * p["kappa"] + np.eye(2) / 2
    assert close(numbers(cs.covariance(s), **p), steady(A, N))
    V = cs.conditional_covariance(s, cs.Homodyne(angle=0, efficiency=eta))
    f = cs.conditional_evaluator(V)(**p, eta=0.8)
    R = [[0.8 * light[0, 0] + 0.1]]
    S = [[-np.sqrt(0.8 * p["kappa"]) * light[0, 0]], [0]]
    expected = filtered(A, N, [[np.sqrt(0.8 * p["kappa"]), 0]], R, S)
    assert close([[f[i, j] for j in V.quadratures] for i in V.quadratures], expected)
    assert V.derivation.ok and cs.covariance(s).derivation.ok and cs.is_physical(s)
    assert all(step.check().ok for step in cs.master_equation(s, cs.Heterodyne()).steps)


def test_squeezed_reservoir_has_the_textbook_generator():
    """(N + 1) D[a] + N D[a^+] - M terms, by the Lindblad matrix <a, a>, <a^+, a^+>, <a, a^+>."""
    m = cs.master_equation(cs.SqueezedLight(r, phi, n) >> cs.Cavity("c", kappa=kappa))
    matrix = {}
    for jump in m.jumps:
        form = jump.operator.linear()
        for x, c in form:
            for y, d in form.dagger():
                matrix[x, y.dagger()] = matrix.get((x, y.dagger()), 0) + jump.rate * c * d
    N = (n + HALF) * (sp.exp(2 * r) + sp.exp(-2 * r)) / 2 - HALF
    M = -(n + HALF) * (sp.exp(2 * r) - sp.exp(-2 * r)) / 2 * sp.exp(sp.I * phi)
    a, ad = Op("c"), Op("c", True)
    assert cs.equal(matrix[a, a], kappa * (N + 1)) and cs.equal(matrix[ad, ad], kappa * N)
    assert cs.equal(matrix[ad, a], -kappa * M)  # -M in the term a^+ rho a^+


def test_a_pure_squeezed_reservoir_has_one_jump():
    assert len(cs.master_equation(cs.SqueezedLight(r) >> cs.Cavity("c", kappa=kappa)).jumps) == 1


def test_squeezed_baths_of_a_part():
    a = cs.operator("a")
    s = cs.SLH("p", ports={"light": sp.sqrt(kappa) * a}, baths={"th": (a, cs.SqueezedLight(r))})
    assert cs.equal(cs.covariance(s)["X_a", "X_a"], (kappa + sp.exp(-2 * r)) / (2 * (kappa + 1)))


def test_sensing_with_squeezed_light():
    """The matched filter sees the squeezed noise: with the signal in X alone it gains e^(2r)."""
    def V(light):
        c = cs.Cavity("c", kappa=2)
        return cs.matched_filter_sensitivity(cs.force_port((light >> c).system(), "c"), "P", cs.lorentzian(2)).variance.inline()

    assert cs.equal(V(cs.SqueezedLight(r, sp.pi)), V(cs.ThermalLight(0)) * sp.exp(-2 * r))


def test_elimination_keeps_squeezing():
    """<b b> of the light becomes <b_+ b_-> about the mechanical frequency."""
    c, m, g = cs.operator("c"), cs.operator("m"), sp.Symbol("g")
    H = m.dagger() * m + (c + c.dagger()) * (m + m.dagger()) * g
    s = cs.SqueezedLight(r, phi, name="s") >> cs.SLH("om", H, {"light": 10 * c})
    slow = cs.eliminate(s, "c", "m", at=1, rename="m").system
    ((x, y), M), = slow.inputs.pairs.items()
    assert {x.name[-1], y.name[-1]} == {"+", "-"} and cs.equal(M, (sp.exp(-2 * r) - sp.exp(2 * r)) / 4 * sp.exp(sp.I * phi))


def test_latex_shows_the_state():
    shown = (cs.SqueezedLight(r, name="s") >> cs.Cavity("c", kappa=kappa)).system()._repr_latex_()
    assert "\\langle" in shown and "e^{-2r}" in shown
    assert "alpha" in (cs.CoherentLight(name="l") >> cs.Cavity("c", kappa=kappa)).system()._repr_latex_()


@pytest.mark.parametrize("angle", [0.0, 0.7, 2.7])
def test_floats_of_pure_states_are_right_or_refused(angle):
    """The differences that vanish for a pure state must not be mistaken for its noise."""
    for light in (cs.ThermalLight(0), cs.SqueezedLight(0.3), cs.SqueezedLight(0.4, 1.1)):
        V = cs.conditional_covariance(light >> cs.Cavity("c", kappa=1.5), cs.Homodyne(angle=angle))
        pure = np.array(light.system().inputs.covariance.evalf().tolist(), complex).real
        if V.closed:
            assert close(numbers(V), pure, 1e-9)
        f = cs.conditional_evaluator(V)()
        assert close([[float(f[i, j]) for j in V.quadratures] for i in V.quadratures], pure, 1e-9)


def test_an_exceptional_point_is_stable():
    """chi = Delta: one eigenvalue -3/10 twice, with one eigenvector."""
    s = cs.Squeezer("q", chi=sp.Rational(1, 10), kappa=sp.Rational(3, 5), detuning=sp.Rational(1, 10))
    V = cs.covariance(s)
    assert close(numbers(V), steady([[-0.2, 0.1], [-0.1, -0.4]], np.eye(2) * 0.3))
