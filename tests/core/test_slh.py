"""From a Hamiltonian and couplings to Langevin equations: textbook cases, and the SLH part."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import DerivationError, ParameterError, PortMismatch, UnknownName
from cascade_sym.operators import Op
from cascade_sym.system import LinearSystem
from cascade_sym.system.triple import Channel, langevin_of, slh_system

G, k, w, n, chi = sp.symbols("G kappa omega n chi")
a, b = cs.operator("a"), cs.operator("b")


def test_damped_oscillator():
    s = slh_system(["a"], w * a.dagger() * a, [Channel("in", "out", sp.sqrt(k) * a)])
    f = s.equation("a")
    assert f[Op("a")] == -sp.I * w - k / 2
    assert f[Op("in")] == -sp.sqrt(k)
    assert s.output("out")[Op("a")] == sp.sqrt(k)
    assert s.output("out")[Op("in")] == 1


def test_amplifying_coupling_has_gain():
    s = slh_system(["a"], 0 * a, [Channel("in", "out", sp.sqrt(k) * a.dagger())])
    assert s.equation("a")[Op("a")] == k / 2
    assert s.equation("a")[Op("in", True)] == sp.sqrt(k)


def test_heisenberg_equation_of_any_operator():
    """The number of a damped mode: d(a^+a)/dt = -kappa a^+a - sqrt(kappa)(a^+ b + b^+ a)."""
    rate = langevin_of(a.dagger() * a, w * a.dagger() * a, [Channel("b", "out", sp.sqrt(k) * a)])
    expected = -k * a.dagger() * a - sp.sqrt(k) * (a.dagger() * b + b.dagger() * a)
    assert (rate - expected).is_zero


def test_the_product_rule_holds_with_the_ito_term():
    """d(a a^+) - da a^+ - a da^+ is the quantum Ito term: kappa for [b, b^+] = delta and L = sqrt(kappa) a."""
    channels = [Channel("b", "out", sp.sqrt(k) * a)]
    H = G * (a * a + a.dagger() * a.dagger())
    z, zd = a, a.dagger()
    both = langevin_of(z * zd, H, channels)
    apart = langevin_of(z, H, channels) * zd + z * langevin_of(zd, H, channels)
    assert (both - apart - k).is_zero


def test_slh_part_is_the_cavity():
    built = cs.Cavity("c", kappa={"light": k, "back": G}, detuning=w).system()
    c = cs.operator("c")
    general = cs.SLH("c", H=w * c.dagger() * c, ports={"light": sp.sqrt(k) * c, "back": sp.sqrt(G) * c}).system()
    assert general == built


def test_slh_part_with_sidebands_is_the_oscillator():
    GB, GP, g0 = sp.symbols("Gamma_MB Gamma_MP gamma_M0")
    M, nM = cs.operator("M"), sp.Symbol("n_M")
    part = cs.SLH(
        "M", ports={"light": {"+": -sp.I * sp.sqrt(GB) * M, "-": -sp.I * sp.sqrt(GP) * M.dagger()}},
        baths={"bath": (-sp.sqrt(g0) * M, nM)},
    )  # fmt: skip
    assert part.system() == cs.Oscillator("M").system()
    assert part.channels == ("+", "-")
    assert cs.is_physical(cs.Oscillator("S", mass=-1) >> cs.Loss() >> part)


def test_phases_and_order_of_modes():
    part = cs.SLH("p", ports={"light": sp.sqrt(k) * b}, baths={"th": (sp.sqrt(G) * a, n)}, phases={"light": sp.pi / 2},
                  modes=("b", "a"))  # fmt: skip
    s = part.system()
    assert s.modes == ("b", "a")
    assert s.output("p.out")[Op("p.in")] == sp.I
    assert s.inputs["p.th"] == n + sp.Rational(1, 2)
    assert cs.is_physical(s)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: cs.SLH("p", H=sp.I * a, ports={"light": a}), DerivationError, "Hermitian"),
        (lambda: cs.SLH("p", H=a**3 + a.dagger() ** 3, ports={"light": a}), DerivationError, "linear"),
        (lambda: cs.SLH("p", ports={"light": a * a}), DerivationError, "linear"),
        (lambda: cs.SLH("p", baths={"th": (a, -1)}), ParameterError, "negative"),
        (lambda: cs.SLH("p", ports={"light": a}, phases={"dark": 0}), UnknownName, "dark"),
        (lambda: cs.SLH("", ports={"light": a}), ParameterError, "name"),
        (lambda: cs.SLH("p", ports={"x": a, "y": {"+": a}}), PortMismatch, "channels"),
    ],
    ids=["not hermitian", "cubic", "quadratic coupling", "occupancy", "phase", "name", "channels"],
)  # fmt: skip
def test_errors(make, error, says):
    with pytest.raises(error, match=says):
        make().system()


def test_a_system_checks_its_names():
    form = cs.LinearForm({Op("nobody"): sp.S.One})
    with pytest.raises(UnknownName, match="nobody"):
        LinearSystem(("a",), {"a": form}, {}, {})
