"""A Mach-Zehnder interferometer with a laser (alpha, real) in one port and squeezed vacuum in the other.

With the photons counted at both outputs, at the working point where they are equally bright,

    (Delta phi)^2 = [alpha^2 e^(-2r) + sinh^2 r]/(alpha^2 - sinh^2 r)^2,

which at N photons in all is least at sinh^2 r ~ sqrt(N)/2, where it is N^(-3/2) to leading order. With the loss eps in
both outputs eps/(1 - eps) (alpha^2 + sinh^2 r)/(alpha^2 - sinh^2 r)^2 is added. Homodyne detection of the dark port has
[(1 - eps) e^(-2r) + eps]/[(1 - eps) alpha^2].
Source: Caves, PRD 23, 1693 (1981); Bondurant and Shapiro, PRD 30, 2548 (1984).
"""

from __future__ import annotations

import numpy as np
import sympy as sp

import cascade_sym as cs
from cascade_sym.derive.master_equation_moments import GaussianState

alpha, r, phi, eps, N, x = sp.symbols("alpha r phi epsilon N x")
SINH2 = (sp.exp(2 * r) + sp.exp(-2 * r) - 2) / 4


def interferometer(loss=0, angle=sp.pi):  # the squeezed quadrature is P, a quarter turn from the laser
    parts = {"laser": cs.CoherentLight(alpha), "vacuum": cs.SqueezedLight(r, angle), "in": cs.BeamSplitter(angle=sp.pi / 4),
             "arm": cs.PhaseShift(phi), "out": cs.BeamSplitter(angle=-sp.pi / 4), "one": cs.Loss(loss), "two": cs.Loss(loss)}  # fmt: skip
    wires = [("laser", "in.1"), ("vacuum", "in.2"), ("in.1", "arm"), ("arm", "out.1"), ("in.2", "out.2"),
             ("out.1", "one"), ("out.2", "two")]  # fmt: skip
    return cs.connect(parts, wires)


def counted(system):
    """(Delta phi)^2 of the difference of the photon numbers at phi = pi/2, one mode each, by Isserlis' theorem."""
    fields = [p.fields[""] for p in system.out_ports]
    state, m, form = GaussianState(fields), cs.means(system), {f: system.output(f) for f in fields}
    half = {f: {q: form[f].scaled(c) + form[f].dagger().scaled(sp.conjugate(c)) for q, c in (("X", 1 / sp.sqrt(2)),
            ("P", -sp.I / sp.sqrt(2)))} for f in fields}  # fmt: skip
    q = [(f, k) for f in fields for k in "XP"]
    values = {state.mean[f"{k}_{f}"]: m.of(half[f][k]) for f, k in q}
    values |= {state.cov(f"{k}_{f}", f"{l}_{h}"): system.inputs.correlation(half[f][k], half[h][l]) for f, k in q for h, l in q}
    one, two = (cs.operator(f).dagger() * cs.operator(f) for f in fields)
    first, second = (state.expectation(w).subs(values) for w in (one - two, (one - two) ** 2))
    slope = sp.diff(first.rewrite(sp.cos), phi)
    return ((second - first**2) / slope**2).subs(phi, sp.pi / 2)


def formula(loss=0):
    signal = (alpha**2 - SINH2) ** 2
    return (alpha**2 * sp.exp(-2 * r) + SINH2) / signal + loss / (1 - loss) * (alpha**2 + SINH2) / signal


def test_counting_photons():
    assert cs.equal(counted(interferometer()), formula())
    assert cs.equal(counted(interferometer(eps)), formula(eps))


def test_a_phase_that_squeezes_the_wrong_quadrature():
    assert cs.equal(counted(interferometer(angle=0)), (alpha**2 * sp.exp(2 * r) + SINH2) / (alpha**2 - SINH2) ** 2)


def test_the_optimum_scales_as_caves_found():
    """e^(2r) = x: sinh^2 r = (x + 1/x - 2)/4, and alpha^2 are the other photons."""
    total = formula().subs(alpha, sp.sqrt(N - SINH2)).subs(r, sp.log(x) / 2)
    found = cs.scaling(sp.simplify(total), large=N, over=[x], positive=[N - (x + 1 / x - 2) / 2], terms=1)
    assert found.exponent == sp.Rational(-3, 2) and found.prefactor.expr() == 1


def test_homodyne_detection_of_the_dark_port():
    V = cs.phase_sensitivity(interferometer(eps), phi, cs.Quadrature(sp.pi / 2, port="two.light")).subs({phi: 0})
    assert cs.equal(V, ((1 - eps) * sp.exp(-2 * r) + eps) / ((1 - eps) * alpha**2))


def test_against_numpy():
    """Matrices of the passive network written down by hand."""
    rng = np.random.default_rng(2)
    for _ in range(3):
        p = dict(alpha=rng.uniform(2, 5), r=rng.uniform(0, 1), phi=rng.uniform(0, 6))
        t = np.sqrt(0.5)
        first, second = np.array([[t, -t], [t, t]]), np.array([[t, t], [-t, t]])
        U = second @ np.diag([np.exp(1j * p["phi"]), 1]) @ first
        m = cs.means(interferometer())
        found = [complex(m[f].inline().subs(p).evalf()) for f in ("one.out", "two.out")]
        assert np.allclose(found, U @ [p["alpha"], 0], rtol=0, atol=1e-11)
