"""To and from other programs: held against these programs, or against the same network put together otherwise."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import CascadeError, FormulaError, MissingParameter, ParameterError, UnknownName

CHAIN = cs.Squeezer("q", chi="chi", kappa="kappa") >> cs.Loss("epsilon") >> cs.Cavity("c", kappa=2, detuning="Delta")
POINT = {"chi": 0.2, "kappa": 1.0, "epsilon": 0.3, "Delta": 0.7}


def test_a_state_space_has_the_spectrum_of_the_system() -> None:
    s = cs.to_statespace(CHAIN, POINT)
    assert all(m.dtype == float for m in (s.A, s.B, s.C, s.D))
    assert s.states == ("X_q", "P_q", "X_c", "P_c")
    w = 0.4
    T = s.C @ np.linalg.solve(-1j * w * np.eye(4) - s.A, s.B) + s.D
    row = T[s.outputs.index("P_c.out")]
    N = cs.noise_spectrum(CHAIN, cs.Quadrature(sp.pi / 2))
    assert float(cs.evaluator(N)(**POINT, Omega=w)) == pytest.approx(np.sum(np.abs(row) ** 2) / 2)
    amplitudes = cs.to_statespace(CHAIN, POINT, basis="amplitudes")
    assert amplitudes.states[:2] == ("q", "q^+")
    assert np.allclose(np.poly(amplitudes.A), np.poly(s.A))
    assert np.array_equal(CHAIN.system().to_statespace(POINT).A, s.A)
    with pytest.raises(MissingParameter, match="Delta"):
        cs.to_statespace(CHAIN, {"chi": 1})
    with pytest.raises(ParameterError):
        cs.to_statespace(CHAIN, POINT, basis="modes")


def test_python_control_reads_it() -> None:
    control = pytest.importorskip("control")
    s = cs.to_statespace(CHAIN, POINT)
    system = s.control()
    assert isinstance(system, control.StateSpace) and np.array_equal(system.A, s.A)
    assert list(system.state_labels) == list(s.states)


def test_qutip_has_the_same_steady_state() -> None:
    qutip = pytest.importorskip("qutip")
    part = cs.Squeezer("q", chi=0.1, kappa=1, detuning=0.2, loss=0.3)
    H, c_ops = cs.to_qutip(part, 12)
    rho = qutip.steadystate(H, c_ops)
    a = qutip.tensor([qutip.destroy(12)])
    X = (a + a.dag()) / np.sqrt(2)
    assert qutip.expect(X * X, rho) == pytest.approx(float(cs.covariance(part)["X_q", "X_q"]), rel=1e-6)
    two = cs.Cavity("a", kappa=1) >> cs.Cavity("b", kappa=2)
    H, c_ops = cs.to_qutip(two, {"a": 2, "b": 3})
    assert H.dims == [[2, 3], [2, 3]] and H.isherm
    with pytest.raises(UnknownName):
        cs.to_qutip(two, {"a": 2})
    with pytest.raises(ParameterError):
        cs.to_qutip(two, 1)


def test_text_for_other_languages() -> None:
    text = cs.to_julia(cs.Cavity("a", kappa="kappa") >> cs.Cavity("b", kappa="kappa_b"))
    assert "FockSpace(:a) ⊗ FockSpace(:b)" in text and "b = Destroy(hilbert, :b, 2)" in text
    assert "sqrt(kappa)" in text
    assert "_" not in cs.to_mathematica(cs.Cavity("b", kappa="kappa_b"))
    assert "kappa$b^(1/2)" in cs.to_mathematica(cs.Cavity("b", kappa="kappa_b"))


def test_an_slh_triple_with_scattering_is_a_beam_splitter_before_a_part() -> None:
    a, k, t = cs.operator("a"), sp.Symbol("kappa"), sp.Symbol("theta")
    S = [[sp.cos(t), -sp.sin(t)], [sp.sin(t), sp.cos(t)]]
    found = cs.from_slh(S, [sp.sqrt(k) * a, 0], a.dagger() * a * sp.Symbol("D"))
    wanted = cs.BeamSplitter(angle=t, name="b") >> cs.SLH(
        "slh", H=a.dagger() * a * sp.Symbol("D"), ports={"1": sp.sqrt(k) * a, "2": a * 0}
    )
    for m in "ABCD":
        assert sp.simplify(getattr(found, m) - getattr(wanted.system(), m)) == sp.zeros(*getattr(found, m).shape)
    assert cs.is_physical(found)
    with pytest.raises(ParameterError, match="unitary"):
        cs.from_slh([[1, 1], [0, 1]], [a, 0])
    with pytest.raises(ParameterError, match="shape"):
        cs.from_slh([[1]], [a, 0])


NET = """
# a cavity in a loop of light
c   cavity        kappa=kappa
bs  beamsplitter  transmission=T
bs.2 -> c -> bs.2
in  light = bs.1
out dark = bs.1
"""


def test_a_netlist_is_the_network_that_connect_makes() -> None:
    k, T = sp.symbols("kappa T")
    parts = [cs.Cavity("c", kappa=k), cs.BeamSplitter(transmission=T, name="bs")]
    wanted = cs.connect(parts, [("bs.2", "c"), ("c", "bs.2")], inputs={"light": "bs.1"}, outputs={"dark": "bs.1"})
    found = cs.from_netlist(NET)
    assert found == wanted and found.out_ports[0].name == "dark"


WRONG = {
    "": "no parts", "c cavty": "cavity", "c cavity kapa=1": "kapa", "c cavity kappa": "no parameter=value",
    "c cavity kappa=1+": "line 1", "c cavity\nc loss": "line 2", "c cavity\nc ->": "somewhere", "???": "give",
    "c cavity kappa=1 kappa=2": "twice", "l loss epsilon=2": "line 1", "c cavity kappa=__import__('os')": "line 1",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_netlist_says_where(text: str) -> None:
    with pytest.raises(FormulaError, match=WRONG[text].replace("?", r"\?")):
        cs.from_netlist(text)


def test_wrong_wires_of_a_netlist() -> None:
    with pytest.raises(CascadeError):
        cs.from_netlist("c cavity\nc -> d")
