"""Master equations against SLH triples composed by hand, against Langevin equations, and against each other."""

from __future__ import annotations

import pytest
import sympy as sp

from cascade_sym.derive.master_equation import Jump, MasterEquation, Measured, master_equation, same_master_equation
from cascade_sym.errors import UnphysicalError
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, as_operator, operator
from cascade_sym.parts import BeamSplitter, Cavity, Loss, Oscillator, Squeezer
from cascade_sym.parts.detectors import Heterodyne, Homodyne
from cascade_sym.system import LinearSystem

eps, eta, phi, psi = sp.symbols("epsilon eta phi psi")
SB, SP, MB, MP = (sp.sqrt(sp.Symbol(f"Gamma_{x}")) for x in ("SB", "SP", "MB", "MP"))
S, M = operator("S"), operator("M")
CASCADE = Oscillator("S", mass=-1) >> Loss() >> Oscillator("M")


def series_hamiltonian(first: OperatorPolynomial, second: OperatorPolynomial) -> OperatorPolynomial:
    """(L2^+ L1 - L1^+ L2)/(2i): the Hamiltonian of the series product (Gough and James 2009)."""
    return (second.dagger() * first - first.dagger() * second) / (2 * sp.I)


def test_hamiltonian_of_the_cascade_is_that_of_the_series_product() -> None:
    tau = sp.sqrt(1 - eps)
    plus = series_hamiltonian(S.dagger() * (-sp.I * SP * tau), M * (-sp.I * MB))
    minus = series_hamiltonian(S * (-sp.I * SB * tau), M.dagger() * (-sp.I * MP))
    assert (master_equation(CASCADE).H - plus - minus).is_zero


def test_hamiltonian_is_in_normal_order_whatever_the_modes_are_called() -> None:
    """Modes met in the order z, a: still the polynomial that products of operators make."""
    z, a = operator("z"), operator("a")
    k, l = sp.symbols("kappa_z kappa_a")
    H = master_equation(Cavity("z", kappa=k) >> Cavity("a", kappa=l)).H
    expected = series_hamiltonian(z * sp.sqrt(k), a * sp.sqrt(l))
    assert set(H.terms) == set(expected.terms)
    assert (H - expected).is_zero


def test_sign_of_the_squeezing_hamiltonian() -> None:
    """-i[H, rho] = -(tau R/2) [a_S a_M - h.c., rho], R = sqrt(Gamma_SB Gamma_MP) - sqrt(Gamma_MB Gamma_SP)."""
    R = SB * MP - MB * SP
    expected = (S * M - S.dagger() * M.dagger()) * (-sp.I * sp.sqrt(1 - eps) * R / 2)
    assert (master_equation(CASCADE).H - expected).is_zero
    assert not (master_equation(CASCADE).H + expected).is_zero


def printed(sign: int = 1, phase: sp.Expr = sp.S.Zero) -> MasterEquation:
    """The conditional master equation of the cascade written out by hand, without detector loss."""
    tau = sp.sqrt(1 - eps)
    plus, minus = S.dagger() * tau * SP + M * MB, S * tau * SB + M.dagger() * MP
    H = (S * M - S.dagger() * M.dagger()) * (-sp.I * sign * tau * (SB * MP - MB * SP) / 2)
    jumps = [Jump(sp.S.One, plus), Jump(sp.S.One, minus), Jump(eps * SB**2, S), Jump(eps * SP**2, S.dagger())]
    for name, a in (("S", S), ("M", M)):
        g, n = sp.Symbol(f"gamma_{name}0"), sp.Symbol(f"n_{name}")
        jumps += [Jump(g * (n + 1), a), Jump(g * n, a.dagger())]
    turn = sp.exp(sp.I * phase) / sp.sqrt(2)
    measured = (Measured("c", (plus + minus) * turn), Measured("s", (plus - minus) * (-sp.I * turn)))
    return MasterEquation(("S", "M"), H, tuple(jumps), measured)


def test_detecting_the_phase_quadrature_is_detection_phase_zero() -> None:
    derived = master_equation(CASCADE, Homodyne(angle=sp.pi / 2))
    assert same_master_equation(derived, printed()).ok
    assert same_master_equation(master_equation(CASCADE, Homodyne(angle=sp.pi / 2 - psi)), printed(phase=psi)).ok


def test_comparison_sees_sign_phase_rate_and_number_of_currents() -> None:
    derived = master_equation(CASCADE, Homodyne(angle=sp.pi / 2))
    assert "Hamiltonian" in same_master_equation(derived, printed(sign=-1)).residual
    assert "measurement" in same_master_equation(derived, printed(phase=sp.pi / 2)).residual
    other = master_equation(Oscillator("S", mass=-1) >> Loss(0) >> Oscillator("M"), Homodyne(angle=sp.pi / 2))
    assert "dissipators" in same_master_equation(derived, other).residual
    assert "measurement" in same_master_equation(derived, master_equation(CASCADE)).residual
    assert "modes" in same_master_equation(derived, master_equation(Oscillator("M"))).residual


def test_mixing_two_jump_operators_unitarily_changes_nothing() -> None:
    m = printed()
    plus, minus = m.jumps[0].operator, m.jumps[1].operator
    mixed = (Jump(sp.S.Half, plus + minus * sp.I), Jump(sp.S.Half, plus - minus * sp.I))
    assert same_master_equation(m, MasterEquation(m.modes, m.H, mixed + m.jumps[2:], m.measured)).ok


@pytest.mark.parametrize(
    "system, detect",
    [
        (CASCADE, Homodyne(angle=phi, efficiency=eta)),
        (CASCADE, Heterodyne(efficiency=eta)),
        (Cavity("a", detuning=sp.Symbol("Delta"), loss=sp.Symbol("l")), Homodyne(angle=phi)),
        (Squeezer("a") >> Loss(eps, n=sp.Symbol("n_l")) >> Cavity("b"), Homodyne(angle=phi, efficiency=eta)),
        (Squeezer("q", two_mode=True) >> Oscillator("M"), Homodyne(angle=0, channels=("-",))),
        (BeamSplitter(T := sp.Symbol("T")), None),
    ],
)
def test_master_equations_pass_their_own_checks(system: object, detect: object) -> None:
    m = master_equation(system, detect)
    assert m.steps and all(s.check is not None and s.check().ok for s in m.steps)


def test_thermal_light_on_the_detector() -> None:
    """The measured operator is [(n + 1) c - n c^+]/sqrt(2 n + 1) (Wiseman and Milburn 2010, (4.244))."""
    n, k = sp.symbols("n kappa")
    a = operator("a")
    hot = Loss(1, n=n, name="oven") >> Cavity("a", kappa=k)
    m = master_equation(hot, Homodyne(angle=0))
    expected = (a * (n + 1) - a.dagger() * n) * sp.sqrt(k) / sp.sqrt(2 * n + 1)
    rest = (m.measured[0].operator - expected).linear()
    assert all(is_zero(c) for _, c in rest)
    rates = {next(iter(j.operator.linear().terms)): j.rate for j in m.jumps}
    assert is_zero(rates[Op("a")] - k * (n + 1)) and is_zero(rates[Op("a", True)] - k * n)


def test_equations_without_hamiltonian_are_refused() -> None:
    bad = LinearSystem(("a",), {"a": LinearForm({Op("a"): -sp.Symbol("k")})}, {}, {})
    with pytest.raises(UnphysicalError, match="commutators"):
        master_equation(bad)


def test_generator_preserves_the_identity_and_damps_the_number() -> None:
    m = master_equation(Cavity("a", kappa=sp.Symbol("kappa")))
    a = operator("a")
    assert m.rate_of(as_operator(1)).is_zero
    assert (m.rate_of(a.dagger() * a) + a.dagger() * a * sp.Symbol("kappa")).is_zero
