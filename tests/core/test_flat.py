"""What `is_flat` takes for expanded is left by SymPy's `expand` as it is."""

from __future__ import annotations

import random

import pytest
import sympy as sp

from cascade_sym.system.coefficients import is_flat

x, y, z = sp.symbols("x y z")


def drawn(rng: random.Random, depth: int) -> sp.Expr:
    if depth == 0:
        return rng.choice([x, y, z, sp.I, sp.Rational(1, 2), sp.Integer(-3), sp.Integer(1), sp.sqrt(2), sp.pi])
    a, b = drawn(rng, depth - 1), drawn(rng, depth - 1)
    half = sp.Rational(1, 2)
    return rng.choice([a + b, a - b, a * b, a * b, sp.sqrt(a), a**-half, a**2, 1 / (a + 7), sp.exp(a), sp.cos(a), a**half * b])


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_flat_expressions_are_expanded(depth):
    rng, flat = random.Random(depth), 0
    for _ in range(300):
        e = drawn(rng, depth)
        if is_flat(e):
            flat += 1
            assert sp.expand(e) == e
    assert flat > 10


def test_what_a_cascade_is_made_of_is_flat():
    assert is_flat(sp.sqrt(x) * sp.sqrt(1 - y) * z / 2 - z**2)
    assert not any(map(is_flat, (x * (y + 1), (x + y) ** 2, sp.sqrt(x * y), 1 / (x + 1) ** 2)))
