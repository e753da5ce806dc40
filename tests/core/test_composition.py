"""Series product, concatenation, feedback."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import AlgebraicLoop, UnknownName
from cascade_sym.operators import Op

x, y, T, Delta = sp.symbols("x y T Delta")


def same(left, right):
    return all(
        cs.equal(p, q)
        for m, k in zip((left.A, left.B, left.C, left.D), (right.A, right.B, right.C, right.D), strict=True)
        for p, q in zip(m, k, strict=True)
    )


PARTS = (
    cs.Oscillator("S", mass=-1), cs.Loss(x, name="l"), cs.PhaseShift(y, name="p"), cs.Oscillator("M"),
    cs.Squeezer("q", two_mode=True),
)  # fmt: skip


@pytest.mark.parametrize("triple", [(0, 1, 3), (4, 0, 3), (0, 2, 1), (3, 1, 4)])
def test_series_is_associative(triple):
    a, b, c = (PARTS[k] for k in triple)
    assert (a >> b) >> c == a >> (b >> c)
    f, g, h = ((p.build(p.name or p.kind, ("+", "-"))) for p in (a, b, c))
    assert same(cs.series(cs.series(f, g), h), cs.series(f, cs.series(g, h)))


def test_light_goes_one_way():
    """The first mode does not feel the second; exchanging them does."""
    s = (PARTS[0] >> PARTS[3]).system()
    assert s.equation("S")[Op("M", True)] == 0 and s.equation("M")[Op("S", True)] != 0
    r = (PARTS[3] >> PARTS[0]).system()
    assert r.equation("M")[Op("S", True)] == 0 and r.equation("S")[Op("M", True)] != 0


def test_losses_add_up():
    both = (cs.Loss(x, name="1") >> cs.Loss(y, name="2")).system()
    assert cs.equal(both.output("2.out")[Op("1.in")], sp.sqrt((1 - x) * (1 - y)), domains=both.domains)
    assert cs.is_physical(both)


def test_series_commutes_with_concatenation():
    a, b = cs.Cavity("a").system(), cs.Cavity("b").system()
    c, d = cs.Cavity("c").system(), cs.Cavity("d").system()
    left = cs.series(cs.concatenate(a, b), cs.concatenate(c, d))
    right = cs.concatenate(cs.series(a, c), cs.series(b, d))
    for m in "abcd":
        assert left.equation(m) == right.equation(m)
    for f in ("c.out", "d.out"):
        assert left.output(f) == right.output(f)


def test_feedback_through_a_beam_splitter_narrows_a_cavity():
    """kappa (1 - r)/(1 + r) with r the amplitude that is fed back; Gough and James (2009)."""
    r = cs.symbol("r", "nonnegative")
    splitter = cs.BeamSplitter(transmission=1 - r**2, name="bs").system()
    cavity = cs.Cavity("c", kappa=x).system()
    joint = cs.concatenate(splitter, cavity)
    loop = cs.feedback(cs.feedback(joint, "bs.out1", "c.in"), "c.out", "bs.in2")
    damping = -2 * loop.equation("c")[Op("c")]
    values = {x: 2, sp.Symbol("r"): sp.Rational(1, 3)}
    assert damping.subs(values) in (sp.Integer(1), sp.Integer(4))
    assert cs.equal(damping, x * (1 - r) / (1 + r)) or cs.equal(damping, x * (1 + r) / (1 - r))
    assert cs.is_physical(loop)


def test_algebraic_loops():
    wire = cs.PhaseShift(0, name="w").system()
    with pytest.raises(AlgebraicLoop):
        cs.feedback(wire, "w.out", "w.in")
    with pytest.raises(UnknownName):
        cs.feedback(wire, "w.out", "nothing")
    turned = cs.feedback(cs.PhaseShift(sp.pi, name="w").system(), "w.out", "w.in")
    assert not turned.inputs


def test_rephasing_changes_no_moment():
    pair = (cs.Oscillator("S", mass=-1) >> cs.Oscillator("M")).system()
    turned = cs.rephased(pair, {"S": y, "M": x})
    assert cs.is_physical(turned)
    V, W = cs.covariance(pair), cs.covariance(turned)
    assert cs.equal(V["X_S", "X_S"].inline(), W["X_S", "X_S"].inline())
    half = cs.rephased(pair, {"S": sp.pi})
    assert cs.equal(cs.covariance(half)["X_S", "X_M"].inline(), -V["X_S", "X_M"].inline())


def test_subs_and_renaming():
    s = cs.Oscillator("m").system()
    fixed = s.subs({sp.Symbol("Gamma_mB"): sp.Integer(4)})
    assert fixed.B[0, 0] == -2 * sp.I and sp.Symbol("Gamma_mB") not in fixed.parameters
    renamed = s.renamed({"m": "k", "m.in+": "b"})
    assert renamed.modes == ("k",) and "b" in renamed.inputs and renamed.in_port("light").fields["+"] == "b"
    with pytest.raises(UnknownName):
        s.renamed({"z": "y"})
    with pytest.raises(UnknownName):
        s.in_port("back")


def test_domain_of_a_system():
    assert "sqrt(Gamma_mB)" in str(cs.Oscillator("m").system().domain)
