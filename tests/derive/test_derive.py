"""Derivations against results that are known by other means."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import sympy as sp

import cascade_sym as cs
from cascade_sym.derive import (
    Bath,
    coupling_operator,
    effective_frequencies,
    eliminate,
    free_hamiltonian,
    from_coupling,
    in_sidebands,
    linearise,
    rotating_wave,
)
from cascade_sym.derive.hamiltonian import sideband_field
from cascade_sym.errors import DerivationError, ParameterError, UnknownName
from cascade_sym.operators import Op, operator

w, g, k, D, O, G0, n = sp.symbols("omega g kappa Delta Omega_m gamma_0 n")
a, b, c = operator("a"), operator("b"), operator("c")


def test_frequencies_of_either_mass_sign():
    H = free_hamiltonian({"a": w, "b": -w})
    assert effective_frequencies(H, ["a", "b"]) == {"a": w, "b": -w}
    with pytest.raises(DerivationError, match="mixes|rotate"):
        effective_frequencies(a.dagger() * b + b.dagger() * a, ["a"])


@pytest.mark.parametrize(("sign", "kept"), [(1, {("a", "b")}), (-1, set())])
def test_rotating_wave_keeps_what_does_not_rotate(sign, kept):
    """(a + a^+)(b + b^+): beam-splitter terms for equal frequencies, pair terms for opposite ones."""
    H = (a + a.dagger()) * (b + b.dagger())
    found = rotating_wave(H, {"a": w, "b": sign * w})
    assert all(s.check().ok for s in found.steps if s.check)
    exchange = {m for m in found.value.terms if len({o.dag for o in m}) == 2}
    assert bool(exchange) == bool(kept)
    assert len(found.value.terms) == 2


def test_a_wrong_rotating_wave_step_fails_its_check():
    H = (a + a.dagger()) * (b + b.dagger())
    good, bad = rotating_wave(H, {"a": w, "b": w}), rotating_wave(H, {"a": w, "b": -w})
    from dataclasses import replace

    mixed = replace(good.steps[0], after=bad.steps[0].after)
    assert mixed.check().ok  # the check belongs to the frequencies it was made with
    with pytest.raises(UnknownName, match="no rotation frequency"):
        rotating_wave(H, {"a": w})


def test_sidebands_and_coupling_operators():
    split = in_sidebands(a.dagger() * b * g + b.dagger() * a * g, {"b": ("b_p", "b_m")}).value
    assert coupling_operator(split, "b_p").terms == {(Op("a"),): g}
    with pytest.raises(UnknownName):
        in_sidebands(a.dagger() * a, {"b": ("b_p", "b_m")})
    with pytest.raises(DerivationError, match="not Hermitian"):
        coupling_operator(a.dagger() * b, "b")
    with pytest.raises(DerivationError, match="not linear"):
        coupling_operator(b.dagger() * b * a, "b")


def test_hamiltonian_and_part_give_the_same_oscillator():
    gB, gP = sp.symbols("g_B g_P")
    signs = {"g_B": "nonnegative", "g_P": "nonnegative"}
    half = a.dagger() * operator("b_p") * gB + a.dagger() * operator("b_m").dagger() * gP
    s = from_coupling(half + half.dagger(), ["a"], {"+": "b_p", "-": "b_m"}, name="a", baths={"a": Bath(G0, n)})
    part = cs.Oscillator("a", Gamma_B=gB**2, Gamma_P=gP**2, gamma=G0, n=n).system()
    for left, right in zip((s.A, s.B, s.C, s.D), (part.A, part.B, part.C, part.D), strict=True):
        assert all(cs.equal(x, y, domains=signs) for x, y in zip(left, right, strict=True))
    assert cs.is_physical(s)


def test_light_reflected_by_a_mirror_differs_by_the_sign_of_the_output():
    H = (a.dagger() * b + b.dagger() * a) * g
    straight, back = (from_coupling(H, ["a"], {"": "b"}, name="a", reflected=r) for r in (False, True))
    assert straight.A == back.A and straight.B == back.B
    assert back.D == -straight.D and back.C == -straight.C
    assert cs.is_physical(back)


def test_linearise_against_the_classical_energy():
    beta = sp.Symbol("beta")
    H = c.dagger() * c * (D - g * 1) + a.dagger() * a * O - c.dagger() * c * (a + a.dagger()) * g
    found = linearise(H, {"c": beta})
    assert found.steps[0].check().ok
    assert found.value.terms[(Op("a", True), Op("c", False))] == -g * beta
    assert not any(len(m) != 2 for m in found.value.terms)


def optomechanics():
    H = c.dagger() * c * D + a.dagger() * a * O - (c + c.dagger()) * (a + a.dagger()) * g
    light = (c.dagger() * b - b.dagger() * c) * (sp.I * sp.sqrt(k))
    return from_coupling(H + light, ["c", "a"], {"": "b"}, name="c", baths={"a": Bath(G0, n)})


def test_elimination_against_the_eigenvalues_of_the_full_system():
    """Linewidth and shifted frequency of the mechanics for a broad cavity: an eigenvalue of the full drift matrix."""
    at = sp.Symbol("Omega_t")
    found = eliminate(optomechanics(), "c", "a", at=at, rename="m")
    assert all(s.check().ok for s in found.steps if s.check)
    point = {k: 1000.0, D: 150.0, O: 200.0, g: 3.0, G0: 0.001, n: 0.0}
    freq = 200.0
    for _ in range(50):
        freq = float(sp.re(found.resonance.subs({**point, at: freq}).evalf()))
    width = float(sp.re(found.linewidth.subs({**point, at: freq}).evalf()))
    A = np.array(optomechanics().A.subs(point).evalf().tolist(), complex)
    ev = np.linalg.eigvals(A)
    slow = ev[np.argmin(abs(ev.real) + (ev.imag > 0) * 1e9)]
    assert -slow.imag == pytest.approx(freq, rel=1e-6)
    assert -2 * slow.real == pytest.approx(width, rel=1e-3)


def test_time_solution_is_the_matrix_exponential():
    chain = cs.Oscillator("x", -1) >> cs.Oscillator("y") >> cs.Oscillator("z", -1)
    solved = cs.time_solution(chain)
    assert all(s.check().ok for s in solved.steps)
    system = chain.system()
    rng = np.random.default_rng(0)
    point = {s: rng.uniform(0.2, 1.0) for s in system.parameters}
    A = np.array(system.A.subs(point).evalf().tolist(), complex)
    expm = scipy.linalg.expm(A * 0.7)
    order = [Op(m, d) for m in system.modes for d in (False, True)]
    for i, x in enumerate(order):
        for j, y in enumerate(order):
            e = solved.kernel[x].get(y, sp.S.Zero)
            assert complex(e.subs({**point, solved.delay: 0.7}).evalf()) == pytest.approx(expm[i, j], abs=1e-10)


def test_time_solution_gives_the_covariance():
    """Var X = int |K|^2 noise ds for one driven mode."""
    osc = cs.Oscillator("m", Gamma_B=2, Gamma_P=sp.Rational(1, 2), gamma=1, n=3)
    kernel = sp.lambdify(sp.Symbol("s"), cs.time_solution(osc).kernel[Op("m")][Op("m")])
    force = 0.5 * (2 + 0.5) + 3.5
    value, _ = scipy.integrate.quad(lambda s: kernel(s) ** 2 * force, 0, 60)
    assert float(cs.covariance(osc)["X_m", "X_m"].inline()) == pytest.approx(value, rel=1e-8)


def test_loops_and_degenerate_rates_are_refused():
    with pytest.raises(DerivationError, match="loop"):
        cs.time_solution(cs.Squeezer("q"))
    twins = cs.Oscillator("x", -1, Gamma_B=1, Gamma_P=1, gamma=1) >> cs.Oscillator("y", Gamma_B=2, Gamma_P=2, gamma=1)
    same = cs.Oscillator("x", -1, Gamma_B=1, Gamma_P=0, gamma=1) >> cs.Oscillator("y", Gamma_B=1, Gamma_P=0, gamma=1)
    assert cs.time_solution(same).kernel
    assert cs.is_physical(twins)
    driven = cs.Oscillator("x", -1, Gamma_B=2, Gamma_P=1, gamma=1) >> cs.Oscillator("y", Gamma_B=3, Gamma_P=2, gamma=1)
    with pytest.raises(DerivationError, match="same rate"):
        cs.time_solution(driven)


def test_frequency_solution_refuses_squeezing():
    with pytest.raises(DerivationError, match="adjoint"):
        cs.frequency_solution(cs.Squeezer("q"), "q")


def test_sideband_is_plus_or_minus():
    t, Omega = sp.symbols("t Omega")
    with pytest.raises(ParameterError):
        sideband_field("b", 0, w, t, Omega)


def test_views_name_what_exists():
    eq = cs.langevin(cs.Cavity("c"))
    assert list(eq) == ["c"] and len(eq) == 1
    with pytest.raises(UnknownName, match="no equation"):
        eq["d"]
    assert set(cs.input_output(cs.Oscillator("M"))) >= {"M.out+", "M.out-"}
