"""Light of several ports is named by its port, in outputs, inputs and noise budgets."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import PortMismatch, UnknownName, WorkSpent


def test_ports_are_named_in_outputs_and_inputs():
    """Of several ports "X_light" is the light of one, in and out; the budget has the quadratures of each, and its parts
    add up."""
    kappa, gamma, g, w, n = sp.symbols("kappa gamma g omega n", positive=True)
    m, c, d = (cs.operator(x) for x in "mcd")
    X = {o: (o + o.dagger()) / sp.sqrt(2) for o in (m, c, d)}
    H = w * m.dagger() * m - w * d.dagger() * d + g * X[c] * X[m] + g * X[c] * X[d]
    ports = {"light": sp.sqrt(kappa) * c, "spin": sp.sqrt(gamma) * d}
    s = cs.SLH("om", H=H, ports=ports, baths={"bath": (sp.sqrt(gamma) * m, n)})
    budget = cs.noise_budget(s, "P_light")
    assert set(budget) == {"X_in_light", "P_in_light", "X_in_spin", "P_in_spin", "om.bath"}
    assert cs.is_zero(budget["X_in_light"])  # coherent cancellation: no back-action of light on itself
    at = {"kappa": 2.0, "gamma": 0.3, "g": 0.7, "omega": 1.1, "n": 3.0}
    f = cs.evaluator(cs.noise_spectrum(s, "P_light"))
    for Omega in (0.0, 0.4, 1.3):
        parts = [cs.evaluator(q) for k, q in budget.items() if k != "X_in_light"]
        found = sum(float(p(**{k: v for k, v in (at | {"Omega": Omega}).items() if k in p.parameters})) for p in parts)
        whole = float(f(**at, Omega=Omega))
        assert found == pytest.approx(whole, rel=1e-12)
        chi = abs(at["omega"] / ((at["gamma"] / 2 - 1j * Omega) ** 2 + at["omega"] ** 2))
        ratio = abs((at["gamma"] / 2 - 1j * Omega) / at["omega"]) ** 2
        force = at["gamma"] * (at["n"] + 1) * chi**2 * (1 + ratio)
        gain = at["kappa"] * at["g"] ** 2 / (at["kappa"] ** 2 / 4 + Omega**2)
        assert whole == pytest.approx(0.5 + gain * force, rel=1e-11)  # written down by hand
    assert cs.noise_spectrum(s, "X_spin").expr == cs.noise_spectrum(s, cs.Quadrature(0, port="spin")).expr
    reflected = cs.transfer(s, "P_in_light", "P_light", frequency=0)
    assert cs.equal(reflected, -1)
    for names, error in ((("X_in_lihgt", "P_light"), UnknownName), (("X_in", "P_light"), PortMismatch)):
        with pytest.raises(error, match="light"):
            cs.transfer(s, *names)
    with pytest.raises(UnknownName, match="X_ and P_ with the name of a port"):
        cs.noise_spectrum(s, "P_lamp")
    with pytest.raises(WorkSpent, match="simplified"):  # tens of millions of terms
        cs.noise_spectrum(s, "P_light").inline()


def test_a_field_keeps_its_name():
    """A field that is called as the quadrature of a port would be is still that field."""
    s = cs.Cavity("c", kappa=2).system().renamed({"c.in": "X_in_light"})
    assert cs.equal(cs.transfer(s, "X_in_light", "c.out", frequency=0), -1)  # the operator, reflected
    assert set(cs.noise_budget(s, "P", frequency=0)) == {"P_in"}
