"""Networks from named ports: equal to hand-made series products, loops solved, mistakes named."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import AlgebraicLoop, DuplicateName, ParameterError, PortMismatch, UnknownName
from cascade_sym.operators import Op

k, T, x, phi, eps = sp.symbols("kappa T x phi epsilon")


def same(left, right):
    assert (left.modes, list(left.inputs), set(left.outputs)) == (right.modes, list(right.inputs), set(right.outputs))
    rows = [(left.equation(m), right.equation(m)) for m in left.modes]
    rows += [(left.output(f), right.output(f)) for f in left.outputs]
    return all(cs.equal(f[o], g[o]) for f, g in rows for o in {*f.terms, *g.terms})


def test_a_chain_of_wires_is_the_series_product():
    parts = [cs.Oscillator("S", mass=-1), cs.Loss(eps, name="l"), cs.Oscillator("M")]
    net = cs.connect(parts, [("S", "l"), ("l.light", "M.light")], inputs={"light": "S"}, outputs={"light": "M"})
    chain = (parts[0] >> parts[1] >> parts[2]).system()
    assert same(net, chain)
    assert (net.in_ports, net.out_ports) == (chain.in_ports, chain.out_ports)


def test_order_of_wires_and_parts_does_not_matter():
    wires = [("S", "l"), ("l", "M")]
    parts = [cs.Oscillator("S", mass=-1), cs.Loss(eps, name="l"), cs.Oscillator("M")]
    one = cs.connect(parts, wires)
    two = cs.connect(parts, wires[::-1])
    assert one == two
    three = cs.connect(parts[::-1], wires)
    assert all(cs.equal(one.equation(m)[o], three.equation(m)[o]) for m in "SM" for o in one.equation(m).terms)


def test_free_ports_keep_their_full_names():
    net = cs.connect([cs.Cavity("c", kappa={"l": k, "r": x}), cs.BeamSplitter(name="bs")], [("c.l", "bs.1")])
    assert {p.name for p in net.in_ports} == {"c.l", "c.r", "bs.2"}
    assert {p.name for p in net.out_ports} == {"c.r", "bs.1", "bs.2"}


def test_unnamed_parts_are_numbered():
    net = cs.connect([cs.Loss(x), cs.Loss(eps), cs.Cavity("c")], [("loss1", "loss2"), ("loss2", "c")])
    assert cs.equal(net.equation("c")[Op("loss1.in")], -sp.sqrt(sp.Symbol("kappa_c")) * sp.sqrt((1 - x) * (1 - eps)), domains=net.domains)


def test_systems_and_chains_under_given_names():
    pair = cs.Cavity("a") >> cs.Loss(eps)
    net = cs.connect({"pair": pair, "end": cs.Cavity("b").system()}, [("pair", "end")])
    assert same(net, (pair >> cs.Cavity("b")).system())


def test_neutral_parts_take_the_channels_of_their_neighbours():
    parts = {"in": cs.Loss(x) >> cs.PhaseShift(phi), "bs": cs.BeamSplitter(angle=x), "M": cs.Oscillator("M")}
    net = cs.connect(parts, [("in", "bs.1"), ("bs.2", "M")])
    assert all(p.channels == ("+", "-") for p in (*net.in_ports, *net.out_ports))
    assert cs.is_physical(net)


def test_mach_zehnder_interferometer():
    """Balanced beam splitters with a phase: out = e^(i phi/2)(cos, i sin) up to the sign convention."""
    half = sp.Rational(1, 2)
    parts = {"a": cs.BeamSplitter(half), "p": cs.PhaseShift(phi), "b": cs.BeamSplitter(half)}
    net = cs.connect(parts, [("a.1", "p"), ("p", "b.1"), ("a.2", "b.2")])
    first = net.output(net.out_port("b.1").fields[""])
    second = net.output(net.out_port("b.2").fields[""])
    source = Op(net.in_port("a.1").fields[""])
    assert cs.equal(first[source], (sp.exp(sp.I * phi) - 1) / 2)
    assert cs.equal(second[source], (sp.exp(sp.I * phi) + 1) / 2)
    assert cs.is_physical(net)


def test_a_ring_resonator_without_delay_is_solved_exactly():
    """t + r^2 e^(i phi)/(1 - t e^(i phi)) for a beam splitter whose port 2 is fed back with a phase."""
    net = cs.connect([cs.BeamSplitter(T, name="bs"), cs.PhaseShift(phi, name="p")], [("bs.2", "p"), ("p", "bs.2")])
    out = net.output("bs.out1")[Op("bs.in1")]
    t, turn = sp.sqrt(T), sp.exp(sp.I * phi)
    assert cs.equal(out, t - (1 - T) * turn / (1 - t * turn))
    assert cs.is_physical(net)


def test_two_crossing_loops():
    """Three beam splitters, each fed by the next: three fields in one algebraic loop."""
    a, b, c = sp.symbols("alpha beta gamma")
    parts = [cs.BeamSplitter(angle=v, name=n) for v, n in ((a, "x"), (b, "y"), (c, "z"))]
    net = cs.connect(parts, [("x.1", "y.1"), ("y.1", "x.2"), ("x.2", "z.1"), ("z.2", "y.2")])
    assert cs.is_physical(net)
    # unitary scattering, by numbers as well
    D = net.D.subs({a: 0.3, b: 1.1, c: -0.8}).evalf()
    assert (D * D.H - sp.eye(D.rows)).norm() < 1e-12


def test_feedback_with_gain_and_phase_conjugation():
    """A static squeezing transformation in the loop: b and b^+ are solved for together."""
    c, s = sp.Rational(5, 4), sp.Rational(3, 4)
    form = cs.LinearForm({Op("sq.in"): c, Op("sq.in", True): s})
    squeeze = cs.LinearSystem(
        (), {}, {"sq.in": sp.Rational(1, 2)}, {"sq.out": form},
        in_ports=(cs.Port("light", {"": "sq.in"}),), out_ports=(cs.Port("light", {"": "sq.out"}),),
    )  # fmt: skip
    assert cs.is_physical(squeeze)
    net = cs.connect({"sq": squeeze, "bs": cs.BeamSplitter(T, name="bs")}, [("bs.2", "sq"), ("sq", "bs.2")])
    assert cs.is_physical(net)
    assert net.output("bs.out1")[Op("bs.in1", True)] != 0


@pytest.mark.parametrize(
    ("parts", "wires", "error", "says"),
    [
        ([cs.Cavity("c")], [("c", "d")], UnknownName, "'d' names no part"),
        ([cs.Cavity("c")], [("c.left", "c")], UnknownName, "no output port 'left'"),
        ([cs.BeamSplitter(name="b"), cs.Cavity("c")], [("b", "c")], UnknownName, "must be named"),
        ([cs.Cavity("c"), cs.Cavity("d"), cs.Cavity("f")], [("c", "d"), ("c", "f")], PortMismatch, "used twice"),
        ([cs.Cavity("c"), cs.Cavity("d"), cs.Cavity("f")], [("c", "f"), ("d", "f")], PortMismatch, "used twice"),
        ([cs.Cavity("c"), cs.Oscillator("M")], [("c", "M")], PortMismatch, "fit"),
        ([cs.Cavity("c"), cs.Cavity("c")], [], DuplicateName, "used twice"),
        ({"a": cs.Cavity("c"), "b": cs.Cavity("c")}, [], DuplicateName, "used twice"),
        ([cs.Cavity("c").system()], [], ParameterError, "name: part"),
        ([cs.Cavity("c")], ["c"], ParameterError, "wire"),
        ({"c": 3}, [], ParameterError, "expected a part"),
        ([cs.PhaseShift(0, name="p")], [("p", "p")], AlgebraicLoop, "loop"),
        ([cs.BeamSplitter(1, name="b")], [("b.1", "b.1")], AlgebraicLoop, "loop"),
    ],
)  # fmt: skip
def test_mistakes_have_names(parts, wires, error, says):
    with pytest.raises(error, match=says):
        cs.connect(parts, wires)


def test_a_connected_port_can_not_be_shown():
    parts = [cs.Cavity("c"), cs.Cavity("d")]
    with pytest.raises(PortMismatch, match="inside"):
        cs.connect(parts, [("c", "d")], outputs={"light": "c"})
    with pytest.raises(UnknownName):
        cs.connect(parts, [("c", "d")], inputs={"light": "c.back"})


def test_series_and_feedback_take_parts():
    assert (
        cs.series(cs.Loss(eps, name="l"), cs.Oscillator("M")) == (cs.Loss(eps, name="l") >> cs.Oscillator("M")).system()
    )
    assert cs.feedback(cs.Cavity("c", kappa={"l": k, "r": x}), "c.out_l", "c.in_r").modes == ("c",)


def test_an_output_feeds_one_input_only():
    both = cs.concatenate(cs.Cavity("a"), cs.Cavity("b"))
    once = cs.feedback(both, "a.out", "b.in")
    with pytest.raises(UnknownName):
        cs.feedback(once, "a.out", "a.in")
