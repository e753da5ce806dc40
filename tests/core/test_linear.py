"""The solver behind loops: cofactors, elimination with definitions, and matrices of numbers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from cascade_sym.errors import UnstableError
from cascade_sym.exact import converter, equal
from cascade_sym.exact.matrix import inverse
from cascade_sym.solve.linear_systems import solve_named
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.probe import Probe
from tests.core import oracle

a, b, c, t = sp.symbols("a b c t")


def symbols_matrix(n, zeros=()):
    return [[sp.S.Zero if (i, j) in zeros else sp.Symbol(f"m_{i}_{j}") for j in range(n)] for i in range(n)]


def entries(M):
    return [e for row in M for e in row]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7])
def test_independent_entries(n):
    M, rhs = symbols_matrix(n), [sp.Symbol(f"r_{i}") for i in range(n)]
    naming = Naming([*entries(M), *rhs])
    x = solve_named(M, rhs, naming, "a test")
    rng = np.random.default_rng(n)
    values = {s: rng.normal() for s in (*entries(M), *rhs)}
    expected = np.linalg.solve(oracle.numbers(sp.Matrix(M), values), [values[r] for r in rhs])
    got = [oracle.value(e, naming.definitions, values) for e in x]
    assert np.allclose(got, expected, rtol=1e-8)


@pytest.mark.parametrize("n", [3, 4, 6])
def test_zeros_on_the_diagonal_need_other_pivots(n):
    M, rhs = symbols_matrix(n, {(i, i) for i in range(n)}), [sp.S.One] * n
    naming = Naming(s for row in M for s in row if s != 0)
    x = solve_named(M, rhs, naming, "a test")
    rng = np.random.default_rng(n)
    values = {s: rng.normal() for row in M for s in row if s != 0}
    got = [oracle.value(e, naming.definitions, values) for e in x]
    assert np.allclose(oracle.numbers(sp.Matrix(M), values) @ got, 1)


@pytest.mark.parametrize("n", [2, 3, 5, 6])
def test_singular_matrices_are_refused(n):
    """Two rows are equal only by a trigonometric identity: no syntactic zero shows it."""
    M = symbols_matrix(n)
    M[1] = [e * (sp.cos(t) ** 2 + sp.sin(t) ** 2) for e in M[0]]
    naming = Naming([*entries(symbols_matrix(n)), t])
    with pytest.raises(UnstableError, match="no unique steady state for this"):
        solve_named(M, [sp.S.One] * n, naming, "this")


@pytest.mark.parametrize(
    "M",
    [
        [[sp.Integer(2), sp.Rational(1, 3)], [sp.Integer(1), sp.Integer(-1)]],
        [[sp.sqrt(2), sp.I], [sp.Integer(3), 1 - sp.sqrt(2)]],
        [[sp.Integer(2), 1, 0, 0, 1], [1, 3, 1, 0, 0], [0, 1, 4, 1, 0], [0, 0, 1, 5, sp.sqrt(3)], [1, 0, 0, 1, 6]],
    ],
)
def test_numbers_stay_exact(M):
    rhs = [sp.Symbol(f"r_{i}") for i in range(len(M))]
    x = solve_named(M, rhs, Naming(rhs), "a test")
    for row, r in zip(M, rhs, strict=True):
        assert equal(sum(m * e for m, e in zip(row, x, strict=True)), r)


def test_floats_and_many_roots_are_solved_in_digits():
    M = [[sp.Float(0.1), sp.Float(0.7)], [sp.Float(0.3), sp.Integer(2)]]
    x = solve_named(M, [sp.Float(1), sp.Integer(0)], Naming([]), "a test")
    assert np.allclose([[0.1, 0.7], [0.3, 2]] @ np.array(x, float), [1, 0], atol=1e-14)
    roots = [[sp.sqrt(p + 10 * q + 2) for p in range(5)] for q in range(5)]
    x = solve_named(roots, [sp.Integer(1)] * 5, Naming([]), "a test")
    residual = [sp.N(sum(m * e for m, e in zip(row, x, strict=True)) - 1, 40) for row in roots]
    assert max(map(abs, residual)) < 1e-30


def test_singular_numbers():
    for M in ([[1, 2], [2, 4]], [[sp.sqrt(2), 2], [1, sp.sqrt(2)]], [[0, 0], [0, 0]]):
        with pytest.raises(UnstableError):
            solve_named([[sp.sympify(e) for e in row] for row in M], [sp.S.One] * 2, Naming([]), "a test")


def test_inverse_in_the_exact_field():
    M = sp.Matrix([[sp.sqrt(a), sp.cos(t)], [-sp.cos(t), sp.sqrt(1 - b)]])
    conv, flat = converter(list(M))
    found = inverse([[conv(e) for e in flat[:2]], [conv(e) for e in flat[2:]]])
    product = M * sp.Matrix([[conv.expr(x) for x in row] for row in found])
    assert all(equal(e, int(i == j)) for (i, j), e in zip([(0, 0), (0, 1), (1, 0), (1, 1)], product, strict=True))
    conv, flat = converter([sp.cos(t), sp.sin(t), sp.sin(t) * sp.cos(t), 1 - sp.cos(t) ** 2])
    assert inverse([[conv(e) for e in flat[:2]], [conv(e) for e in flat[2:]]]) is None


def test_probe_proves_nonzero_and_nothing_else():
    naming = Naming([a, b, t])
    y = naming.name("y", sp.sqrt(a) * sp.exp(sp.I * t))
    probe = Probe(naming)
    assert probe.nonzero(y)
    assert probe.nonzero(a - b)
    assert probe.nonzero(sp.Rational(1, 10**40) * a)
    assert not probe.nonzero(y * sp.conjugate(y) - a)
    assert not probe.nonzero(sp.sin(t) ** 2 + sp.cos(t) ** 2 - 1)
