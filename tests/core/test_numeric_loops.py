"""Networks of numbers whose light nearly closes a loop: large amplitudes, whose rounding is no violation."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs


@pytest.mark.parametrize("loss", ["1/100", "1/10000"])
@pytest.mark.parametrize("turn", [0, sp.pi / 3])
def test_commutators_agree_to_rounding(loss, turn):
    eps = sp.Rational(loss)
    parts = [
        cs.Squeezer("q", 0, sp.Rational(3, 10), two_mode=True), cs.Loss(eps, name="m"), cs.Loss(eps, name="n"),
        cs.PhaseShift({"+": turn, "-": -turn}, name="p"),
    ]  # fmt: skip
    exact = cs.connect(parts, [("q", "m"), ("m", "n"), ("n", "p"), ("p", "q")])
    assert cs.is_physical(exact)
    numbers = exact.renamed({})
    floats = cs.LinearSystem(
        numbers.modes, {k: rounded(f) for k, f in numbers.drift.items()}, numbers.inputs,
        {k: rounded(f) for k, f in numbers.outputs.items()}, {k: rounded(f) for k, f in numbers.internal.items()},
    )  # fmt: skip
    found = cs.is_physical(floats)
    assert found and not found.exact


def test_a_real_violation_is_still_found():
    """A loss that forgets its vacuum, one part in a million."""
    system = cs.Loss(sp.Float("1e-6"), name="l").system()
    form = system.output("l.out")
    broken = cs.LinearForm({o: c for o, c in form if o.name == "l.in"})
    bad = cs.LinearSystem((), {}, system.inputs, {**system.outputs, "l.out": broken})
    assert not cs.is_physical(bad)


def rounded(form: cs.LinearForm) -> cs.LinearForm:
    return cs.LinearForm({o: sp.N(c) for o, c in form})


def test_phases_of_rational_angles():
    e = sp.exp(sp.I / 3)
    assert cs.is_zero(e / (2 * e - 3) - 1 / (2 - 3 / e))
    assert cs.is_zero(1 / ((2 - e) * (2 - 1 / e)) - 1 / (5 - 2 * e - 2 / e))
    assert not cs.is_zero(e - 1 / e)
    assert cs.is_zero(sp.exp(-2) * sp.exp(2 + sp.Symbol("x")) - sp.exp(sp.Symbol("x")))
