"""The inverse of the series product: G then G^-1 is nothing, in either order."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import DerivationError, ParameterError, PortMismatch
from cascade_sym.operators import Op

few = settings(max_examples=3 if settings().max_examples <= 100 else settings().max_examples)
number = st.integers(-3, 3).map(sp.Integer)
T, phi, kappa = sp.symbols("T phi kappa")
a, b = cs.operator("a"), cs.operator("b")


def unitary(n: int, xs) -> sp.Matrix:
    """Cayley's transform of a Hermitian matrix."""
    H = sp.Matrix(n, n, lambda i, j: xs[i * n + j] + (sp.I * xs[j * n + i] if i != j else 0))
    H = H + H.H
    return ((sp.eye(n) + sp.I * H).inv() * (sp.eye(n) - sp.I * H)).applyfunc(lambda e: sp.radsimp(sp.expand(e)))


def is_nothing(s) -> bool:
    outs, ins = (dict.fromkeys(f for p in ports for f in p.fields.values()) for ports in (s.out_ports, s.in_ports))
    forms = zip(outs, ins, strict=True)
    same = all(cs.is_zero(s.output(o)[Op(j)] - int(i == j)) for o, i in forms for j in s.inputs)
    return same and all(cs.is_zero(c) for m in s.modes for _, c in s.equation(m))


NETWORKS = {
    "splitter": cs.BeamSplitter(transmission=T),
    "phase": cs.PhaseShift(phi),
    "circulator": cs.Circulator(4),
    "permutation": cs.Permutation((3, 1, 2)),
    "mesh": cs.BeamSplitter(transmission=T, name="x") >> cs.Permutation((2, 1)) >> cs.BeamSplitter(transmission=sp.Rational(1, 3), name="y"),
    "sidebands": cs.rephased(cs.as_system(cs.PhaseShift(phi), ("+", "-")), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_passing_light(name):
    G = cs.as_system(NETWORKS[name])
    for s in (cs.series(G, cs.inverse(G)), cs.series(cs.inverse(G), G)):
        assert is_nothing(s)
    assert cs.is_physical(cs.inverse(G))
    again = cs.inverse(cs.inverse(G), name="again")
    assert is_nothing(cs.series(cs.inverse(G), again))


@few
@given(st.lists(number, min_size=9, max_size=9))
def test_random_unitaries(xs):
    G = cs.SLH("G", ports={str(k): 0 for k in range(3)}, S=unitary(3, xs), modes=[])
    assert is_nothing(cs.series(G, cs.inverse(G)))


def triple(xs, name="G", modes=("a", "b")) -> cs.SLH:
    """Two ports, active couplings, a hot bath."""
    x, y = (cs.operator(m) for m in modes)
    H = x.dagger() * x * xs[0] + (x * y + x.dagger() * y.dagger()) * xs[1] + (x * y.dagger() + y * x.dagger()) * xs[2]
    L = {"1": x * xs[3] + y.dagger() * xs[4], "2": y * (xs[5] + sp.I * xs[6])}
    return cs.SLH(name, H, L, {f"hot{name}": (x * xs[7], 2)}, modes=list(modes), S=unitary(2, xs[4:8]))


@few
@given(st.lists(number, min_size=9, max_size=9))
def test_triples_with_modes(xs):
    G = triple(xs)
    for both in (G.then(G.inverse()), G.inverse().then(G)):
        assert is_nothing(both.system())
    assert cs.is_physical(G.inverse())
    assert cs.inverse(G) == G.inverse()


@few
@given(st.lists(number, min_size=9, max_size=9), st.lists(number, min_size=9, max_size=9))
def test_the_product_of_different_modes_is_the_cascade(xs, ys):
    G, K = triple(xs, "G"), triple(ys, "K", ("c", "d"))
    by_triples, by_light = G.then(K).system(), cs.series(G, K)
    for m in "abcd":
        one, other = (s.equation(m) for s in (by_triples, by_light))
        assert all(cs.is_zero(one[Op(n, d)] - other[Op(n, d)]) for n in "abcd" for d in (False, True))


@few
@given(*[st.lists(number, min_size=9, max_size=9)] * 3)
def test_the_product_is_associative(xs, ys, zs):
    G, K, M = (triple(v, n) for v, n in ((xs, "G"), (ys, "K"), (zs, "M")))
    one, other = G.then(K).then(M).system(), G.then(K.then(M)).system()
    assert all(cs.is_zero(e) for e in one.A - other.A)
    assert all(cs.is_zero(e) for e in one.C - other.C)


def test_what_has_no_inverse():
    with pytest.raises(DerivationError, match="not causal"):
        cs.inverse(cs.Cavity("c"))
    with pytest.raises(DerivationError, match="lost or let in"):
        cs.inverse(cs.Loss("epsilon"))
    with pytest.raises(DerivationError, match="lost or let in"):
        cs.inverse(cs.Isolator())
    with pytest.raises(ParameterError):
        cs.inverse(3)
    moving = cs.SLH("m", ports={"light": cs.quadratures("m")[0]}, mechanics=[cs.MechanicalOscillator("m")])
    with pytest.raises(ParameterError, match="laboratory frame"):
        moving.inverse()
    one, two = cs.SLH("x", ports={"light": a}), cs.SLH("y", ports={"1": a, "2": b})
    with pytest.raises(PortMismatch):
        one.then(two)
    with pytest.raises(ParameterError, match="SLH parts"):
        one.then(cs.Cavity("c"))
    cold, hot = (cs.SLH(n, ports={"light": a}, baths={"bath": (a, k)}) for n, k in (("x", 0), ("y", 1)))
    with pytest.raises(ParameterError, match="in one state"):
        cold.then(hot)
