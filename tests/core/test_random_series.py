"""The series product is associative, and concatenation commutes with it, for random parts of one kind of light."""

from __future__ import annotations

import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from tests.core.networks import SIDEBANDS, make_part
from tests.counts import examples

ONE_PORT = ("oscillator", "negative mass", "detuned oscillator", "two-mode squeezer", "loss", "phase")


def part(kind: str, k: int) -> cs.LinearSystem:
    made = make_part(kind, k, True, lambda name, bounds: sp.Symbol(name))
    return made.build(made.name, SIDEBANDS)


def parts(n: int):
    kinds = st.lists(st.sampled_from(ONE_PORT), min_size=n, max_size=n)
    return kinds.map(lambda found: [part(kind, k) for k, kind in enumerate(found)])


def same(left: cs.LinearSystem, right: cs.LinearSystem) -> bool:
    assert set(left.modes) == set(right.modes) and set(left.outputs) == set(right.outputs)
    rows = [(left.equation(m), right.equation(m)) for m in left.modes]
    rows += [(left.output(f), right.output(f)) for f in left.outputs]
    return all(cs.equal(p[o], q[o]) for p, q in rows for o in {*p.terms, *q.terms})


@given(parts(3))
@settings(max_examples=examples(40))
def test_series_is_associative(systems):
    f, g, h = systems
    assert same(cs.series(cs.series(f, g), h), cs.series(f, cs.series(g, h)))


@given(parts(4))
@settings(max_examples=examples(40))
def test_concatenation_commutes_with_series(systems):
    f, g, h, k = systems
    left = cs.series(cs.concatenate(f, g), cs.concatenate(h, k))
    right = cs.concatenate(cs.series(f, h), cs.series(g, k))
    assert same(left, right)
    assert [p.fields for p in left.in_ports] == [p.fields for p in right.in_ports]


@given(parts(2))
@settings(max_examples=examples(40))
def test_order_matters_only_through_light(systems):
    """Side by side, parts do not know of each other: the order of a concatenation is a matter of naming."""
    f, g = systems
    assert same(cs.concatenate(f, g), cs.concatenate(g, f))
