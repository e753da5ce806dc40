"""Stability conditions as textbooks print them, against eigenvalues (NumPy) and published forms."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import ParameterError, UnknownParameter, UnstableError, WorkSpent
from tests.core import oracle

S = sp.Symbol
a, b, m = map(cs.operator, "abm")
kappa, chi, Delta = S("kappa"), S("chi"), S("Delta")


def positive(*names):
    return {S(n): S(n, positive=True) for n in names}


def three(hamiltonian):
    return cs.SLH("t", hamiltonian, {n: sp.sqrt(S(f"k_{n}")) * cs.operator(n) for n in "abm"})


def mirror(*more):
    """A movable mirror in a cavity, or in two."""
    q, _ = cs.quadratures("m")
    terms, light = sp.S.Zero, {}
    for n in ("c", *more):
        x, _ = cs.quadratures(n)
        terms = S(f"D_{n}") * cs.operator(n).dagger() * cs.operator(n) - S(f"G_{n}") * x * q + terms
        light[n] = sp.sqrt(2) * sp.sqrt(S(f"k_{n}")) * cs.operator(n)
    return cs.SLH("om", terms, light, mechanics=[cs.MechanicalOscillator("m", S("w"), S("g"), S("n"))])


HOPPING = S("f") * (a.dagger() * b + b.dagger() * a)
SIGNED = ("D", "G_c", "d", "f", "h", "chi")  # of either sign
SYSTEMS = {
    "one mode": (cs.Oscillator("M"), 1),
    "a cascade": (cs.Oscillator("S", detuning=S("d")) >> cs.Oscillator("M"), 2),
    "a detuned amplifier": (cs.Squeezer("q", chi=chi, kappa=kappa, detuning=Delta), 2),
    "two modes with different rates": (
        cs.SLH("n", S("D") * a.dagger() * a + S("f") * (a * b + a.dagger() * b.dagger()),
               {"x": sp.sqrt(S("k_a")) * a, "y": sp.sqrt(S("k_b")) * b}), 1),
    "a mirror": (mirror(), 3),
    "an amplifier coupled to a cavity": (
        cs.SLH("o", S("h") * (a * a + a.dagger() * a.dagger()) + HOPPING,
               {"x": sp.sqrt(S("k_a")) * a, "y": sp.sqrt(S("k_b")) * b}), 4),
}  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_conditions_hold_exactly_where_eigenvalues_decay(name):
    system, count = SYSTEMS[name]
    assert len(agreed(system)) == count


def test_three_complex_modes():
    agreed(three(S("D") * a.dagger() * a + HOPPING + S("h") * (b * m + b.dagger() * m.dagger())))


def agreed(system):
    """The conditions, which agree with eigenvalues at random points of both kinds."""
    found = cs.stability_conditions(system)
    system, seen = cs.as_system(system), set()
    rng = np.random.default_rng(len(system.parameters))
    for _ in range(60):
        values = {s: rng.uniform(0.1, 1) for s in system.parameters}
        values = {s: v * rng.choice([-2, 2]) if s.name.startswith(SIGNED) else v for s, v in values.items()}
        growth = oracle.growth(system, values)
        if abs(growth) < 1e-6:
            continue
        assert found.holds({s: v for s, v in values.items() if s in found.parameters}) == (growth < 0)
        seen.add(growth < 0)
    assert seen == {True, False}
    return found


@pytest.mark.parametrize(
    ("n", "draws"), [(1, 60), (2, 60), (3, 60), (4, 60), (5, 40), (6, 40)],
)  # fmt: skip
@pytest.mark.parametrize("real", [True, False])
def test_criteria_of_any_degree(n, draws, real):
    """The criteria themselves, on polynomials with random roots, which decay or of which some grow."""
    from cascade_sym.exact import converter
    from cascade_sym.solve.routh_hurwitz import _hermite, _lienard_chipart

    if not real and n > 4:
        return
    rng, seen = np.random.default_rng(n), set()
    conv, _ = converter([sp.I])
    for k in range(draws // (1 if real else 3)):
        roots = rng.normal(size=n) * 2 + 1j * rng.normal(size=n) * (0 if k % 2 else 1)
        roots = -np.abs(roots.real) * rng.choice([1, 1, 1, 1, 1, -1], n) + 1j * roots.imag
        if real and n > 1 and k % 2 == 0:
            roots[1] = roots[0].conjugate()
            roots[2:] = roots[2:].real
        if real and n == 1:
            roots = roots.real + 0j
        p = np.poly(roots)
        p = p.real if real else p
        exact = [sp.Rational(str(round(x.real, 9))) + sp.I * sp.Rational(str(round(x.imag, 9))) for x in p + 0j]
        p = np.array([complex(x) for x in exact])
        growth = np.roots(p).real.max()
        coefficients = [conv(x) for x in exact]
        for criterion in ([_hermite, _lienard_chipart] if real else [_hermite]):
            forms = criterion(coefficients, conv) if criterion is _hermite else [c for c, _ in criterion(coefficients)]
            assert all(sp.re(conv.expr(c)) > 0 and sp.im(conv.expr(c)) == 0 for c in forms) == (growth < 0)
        seen.add(growth < 0)
    assert seen == {True, False}


def test_what_is_enough_as_zero_is_enough():
    """Conditions that are dropped because they are >= 0: where they are zero, another one fails."""
    k = S("k", nonnegative=True)
    found = cs.stability_conditions(three(S("D") * a.dagger() * a + HOPPING))
    assert found.holds(dict.fromkeys(found.parameters, 1))
    undamped = cs.SLH("n", HOPPING + S("D") * a.dagger() * a, {"x": sp.sqrt(k) * a})
    for value in (0, 1):
        system = cs.as_system(undamped).subs({"k": value, "D": 2, "f": 1})
        found = cs.stability_conditions(undamped)
        assert found.holds({s: {"k": value, "D": 2, "f": 1}[s.name] for s in found.parameters}) == bool(value)
        assert (oracle.growth(system, {}) < -1e-12) == bool(value)


def test_published_forms():
    """Vitali et al. (2007), Genes et al. (2008); thresholds of parametric amplifiers."""
    w, g, k, D, G = (S(x) for x in ("w", "g", "k_c", "D_c", "G_c"))
    s_1 = 2 * g * k * ((k**2 + (w - D) ** 2) * (k**2 + (w + D) ** 2) + g * ((g + 2 * k) * (k**2 + D**2) + 2 * k * w**2))
    s_1 += D * w * G**2 * (g + 2 * k) ** 2
    s_2 = w * (k**2 + D**2) - G**2 * D
    found = cs.stability_conditions(mirror().system().subs(positive("w", "g", "k_c")))
    assert len(found) == 2 and all(any(cs.equal(c, s) for c in found.conditions) for s in (s_1, s_2))
    assert max(c.count_ops() for c in found.conditions) <= 1.3 * s_1.count_ops()
    for two in (False, True):
        part = cs.Squeezer("q", chi=S("chi", positive=True), kappa=kappa, two_mode=two)
        assert cs.stability_conditions(part).conditions == (kappa - 2 * chi,)
        both = cs.stability_conditions(cs.Squeezer("q", chi=chi, kappa=kappa, two_mode=two))
        assert not both.holds({"kappa": 1, "chi": -1}) and both.holds({"kappa": 3, "chi": -1})
    assert repr(cs.stability_conditions(cs.Squeezer("q", chi=S("chi", positive=True), kappa=kappa))).endswith("κ > 2 χ")


def test_a_stable_part_has_no_condition_and_a_growing_one_is_refused():
    stable = cs.stability_conditions(cs.Cavity("c", kappa=S("k", positive=True)))
    assert stable.conditions == () and stable.holds({}) and "whatever" in repr(stable)
    assert cs.stability_conditions(cs.Squeezer("q", chi=sp.Rational(1, 4), kappa=1)).conditions == ()
    for part in (
        cs.Squeezer("q", chi=2, kappa=1), cs.Squeezer("q", chi=sp.Rational(1, 2), kappa=1), cs.Cavity("c", kappa=0),
        cs.Oscillator("m", gamma=0, Gamma_B=0, Gamma_P=S("k", positive=True)), cs.Oscillator("m", gamma=0, Gamma_B=0),
        cs.SLH("s", S("D") * a.dagger() * a, {}, modes=("a",)),
    ):  # fmt: skip
        with pytest.raises(UnstableError):
            cs.stability_conditions(part)


def test_substitution_and_values():
    found = cs.stability_conditions(cs.Squeezer("q", chi=chi, kappa=kappa, detuning=Delta))
    assert found.subs({"Delta": 0}).holds({"kappa": 3, "chi": 1})
    assert found.subs({"Delta": 0, "chi": 1, "kappa": 3}).conditions == ()
    with pytest.raises(UnstableError):
        found.subs({"Delta": 0, "chi": 2, "kappa": 3})
    with pytest.raises(ParameterError, match="chi"):
        found.holds({"kappa": 3})
    with pytest.raises(UnknownParameter, match="kappa"):
        found.subs({"kapa": 3})
    with pytest.raises(ParameterError, match="domain|declared"):
        cs.stability_conditions(cs.Squeezer("q", chi=S("chi", positive=True), kappa=kappa)).holds({"kappa": 3, "chi": -1})
    assert found[0].conditions == found.conditions[:1] and [c.conditions for c in found] == [(c,) for c in found.conditions]


def test_it_is_kept_and_shown(tmp_path):
    found = cs.stability_conditions(mirror())
    cs.save(found, tmp_path / "s.json")
    for again in (cs.load(tmp_path / "s.json"), pickle.loads(pickle.dumps(found))):
        assert again == found and repr(again) == repr(found)
    assert "> 0" in repr(found) and "> 0" in found._repr_latex_() and "<" in found._repr_html_()
    assert cs.stability_conditions(mirror()) == found


def test_what_is_too_long_says_so():
    with pytest.raises(WorkSpent, match="covariance"):
        cs.stability_conditions(mirror("b", "d"))
