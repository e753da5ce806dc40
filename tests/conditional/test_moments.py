"""Two derivations of the second moments, sharing no code, agree exactly."""

from __future__ import annotations

import pytest
import sympy as sp

from cascade_sym.derive.master_equation import MasterEquation, Measured, master_equation
from cascade_sym.derive.master_equation_moments import GaussianState, moment_equations
from cascade_sym.errors import DerivationError, NoDetector
from cascade_sym.operators import Op, OperatorPolynomial, as_operator, operator, quadratures
from cascade_sym.parts import Cavity, Loss, Oscillator, Squeezer
from cascade_sym.parts.detectors import Heterodyne, Homodyne
from cascade_sym.solve.conditional import conditional_covariance, riccati
from cascade_sym.solve.conditional.filtering import same_equations

eps, eta, phi, psi = sp.symbols("epsilon eta phi psi")
CASCADE = Oscillator("S", mass=-1) >> Loss() >> Oscillator("M")
SYSTEMS = {
    "cascade": (CASCADE, Homodyne(angle=sp.pi / 2 - psi, efficiency=eta)),
    "cascade, one sideband": (CASCADE, Homodyne(angle=phi, channels=("+",))),
    "cascade, heterodyne": (CASCADE, Heterodyne(efficiency=eta)),
    "detuned": (Oscillator("M", detuning=sp.Symbol("d")), Homodyne(angle=phi)),
    "phases": (Oscillator("M", phases=(phi, 0)), Homodyne(angle=0)),
    "cavity": (Cavity("a", detuning=sp.Symbol("Delta"), loss=sp.Symbol("l")), Homodyne(angle=phi, efficiency=eta)),
    "amplifier": (Squeezer("a"), Heterodyne(efficiency=eta)),
    "hot light": (Loss(1, n=sp.Symbol("n")) >> Squeezer("a"), Homodyne(angle=phi, efficiency=eta)),
    "two cavities": (Squeezer("a") >> Loss(eps) >> Cavity("b", detuning=1), Homodyne(angle=0)),
    "two ports": (
        Cavity("a", kappa={"l": 1, "r": 2}), (Homodyne(angle=0, port="l"), Homodyne(angle=phi, port="r")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_gaussian_closure_agrees_with_the_filter(name: str) -> None:
    system, detect = SYSTEMS[name]
    check = same_equations(moment_equations(system, detect), riccati(system, detect))
    assert check.ok, check.residual


def test_the_comparison_can_fail() -> None:
    moments = moment_equations(CASCADE, Homodyne(angle=0))
    assert not same_equations(moments, riccati(CASCADE, Homodyne(angle=sp.pi / 2))).ok


def test_without_detector_the_moments_are_the_unconditional_ones() -> None:
    m = moment_equations(Cavity("a", kappa=2))
    X = sp.Symbol("var_X_a")
    assert sp.expand(m.covariances["X_a", "X_a"] - (1 - 2 * X)) == 0
    assert all(not kicks for _, kicks in m.means.values())
    with pytest.raises(NoDetector, match="detect="):
        riccati(Cavity("a"), None)


def test_a_master_equation_written_by_hand() -> None:
    cavity, detect = Cavity("a", kappa=2), Homodyne(angle=0)
    equation = master_equation(cavity, detect)
    assert moment_equations(equation).covariances == moment_equations(cavity, detect).covariances
    with pytest.raises(DerivationError, match="leave out"):
        moment_equations(equation, Homodyne(angle=0))


def test_a_quartic_hamiltonian_does_not_close() -> None:
    a = operator("a")
    kerr = MasterEquation(("a",), a.dagger() ** 2 * a**2, ())
    with pytest.raises(DerivationError, match="close"):
        moment_equations(kerr)


def test_expectations_of_a_gaussian_state() -> None:
    """<a^+ a> and <(a^+ a)^2> of a thermal state: n and 2 n^2 + n."""
    state = GaussianState(["a"])
    n = sp.Symbol("n")
    a = operator("a")
    values = {**dict.fromkeys(state.mean.values(), sp.S.Zero), state.cov("X_a", "P_a"): sp.S.Zero}
    values |= {state.cov(q, q): n + sp.S.Half for q in state.quadratures}
    number = a.dagger() * a
    assert sp.expand(state.expectation(number).subs(values)) == n
    assert sp.expand(state.expectation(number * number).subs(values) - 2 * n**2 - n) == 0
    alpha = {state.mean["X_a"]: sp.sqrt(2) * sp.Symbol("x"), state.mean["P_a"]: sp.S.Zero}
    vacuum = {**values, **alpha, **{state.cov(q, q): sp.S.Half for q in state.quadratures}}
    assert sp.expand(state.expectation(number * number).subs(vacuum)) == sp.Symbol("x") ** 4 + sp.Symbol("x") ** 2


@pytest.mark.parametrize("word", [("a", False), ("a", True), ("b", False)])
@pytest.mark.parametrize("factor", [sp.S.One, sp.I])
def test_covariances_of_gaussian_states_have_no_noise(word: tuple[str, bool], factor: sp.Expr) -> None:
    """The dW term of <x_i x_j> is the product rule of those of the means, for M = u a and M = u a^+, u = 1 and i.

    The term is real-linear in M, so that these span all measured operators that are linear in the modes.
    """
    state = GaussianState(["a", "b"])
    x = {f"{n}_{m}": q for m in "ab" for n, q in zip("XP", quadratures(m), strict=True)}
    M = OperatorPolynomial({(Op(*word),): factor})

    def kick(O: OperatorPolynomial) -> sp.Expr:
        centred = O - as_operator(state.expectation(O))
        return state.expectation(centred * M + M.dagger() * centred)

    for i, j in (("X_a", "X_a"), ("X_a", "P_a"), ("X_a", "X_b"), ("P_a", "X_b")):
        rest = kick((x[i] * x[j] + x[j] * x[i]) / 2) - kick(x[i]) * state.mean[j] - state.mean[i] * kick(x[j])
        assert sp.expand(rest) == 0


def test_operators_beyond_linear_ones_are_refused() -> None:
    a = operator("a")
    with pytest.raises(DerivationError, match="linear"):
        moment_equations(MasterEquation(("a",), a * 0, (), (Measured("y", a * a),)))


def test_the_derivation_checks_itself() -> None:
    V = conditional_covariance(Oscillator("M", theta=sp.pi / 4), Homodyne(angle=sp.pi / 2, efficiency=eta))
    assert len(V.derivation.steps) == 3 and all(s.check is not None for s in V.derivation.steps)
    assert V.derivation.ok and V["X_M", "X_M"].steps == V.steps
    assert [k for s in V.steps for k in s.after][:2] == ["master equation", "moments"]


def test_floats_agree_to_rounding() -> None:
    system = (
        Oscillator("S", mass=-1, Gamma=2.0, theta=0.7, gamma=sp.Symbol("g"), n=1)
        >> Loss(0.1)
        >> Oscillator("M", Gamma=3.0, theta=0.8, gamma=0.01, n=10)
    )
    V = conditional_covariance(system, Homodyne(angle=1.4, efficiency=0.9))
    assert V.derivation.ok
