"""Operator polynomials against matrices in a truncated Fock space, and linear forms."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from cascade_sym.errors import DerivationError, ParameterError
from cascade_sym.exact import equal
from cascade_sym.operators import LinearForm, Op, as_operator, commutator, linear_sum, op, operator, quadratures

x, y = sp.symbols("x y")
a, b = operator("a"), operator("b")
SIZE, KEPT = 8, 4  # levels of each mode; those far enough from the edge for words of four operators


def matrix_of(name: str) -> np.ndarray:
    lower = np.diag(np.sqrt(np.arange(1.0, SIZE)), 1)
    return np.kron(lower, np.eye(SIZE)) if name == "a" else np.kron(np.eye(SIZE), lower)


def as_matrix(poly) -> np.ndarray:
    """A normally ordered polynomial with numbers as coefficients, on the lowest levels of both modes."""
    total = np.zeros((SIZE**2, SIZE**2), complex)
    for word, c in poly.terms.items():
        m = np.eye(SIZE**2)
        for o in word:
            m = m @ (matrix_of(o.name).T if o.dag else matrix_of(o.name))
        total = total + complex(c) * m
    return low(total)


def low(m: np.ndarray) -> np.ndarray:
    keep = [i * SIZE + j for i in range(KEPT) for j in range(KEPT)]
    return m[np.ix_(keep, keep)]


letters = st.sampled_from(["a", "A", "b", "B"])


@given(st.lists(letters, min_size=1, max_size=4))
def test_products_are_those_of_fock_space_matrices(word):
    poly, m = as_operator(1), np.eye(SIZE**2)
    for w in word:
        o, n = operator(w.lower()), matrix_of(w.lower())
        poly, m = poly * (o.dagger() if w.isupper() else o), m @ (n.T if w.isupper() else n)
    assert np.allclose(as_matrix(poly), low(m))
    assert np.allclose(as_matrix(poly.dagger()), low(m).conj().T)
    for monomial in poly.terms:
        assert list(monomial) == sorted(monomial, key=lambda o: (o.name, not o.dag))


@given(st.lists(letters, min_size=1, max_size=2), st.lists(letters, min_size=1, max_size=2))
def test_commutator_is_antisymmetric_and_a_derivation(v, w):
    def poly(letters):
        out = as_operator(1)
        for z in letters:
            out = out * (operator(z.lower()).dagger() if z.isupper() else operator(z.lower()))
        return out

    p, q, r = poly(v), poly(w), a.dagger() + b * x
    assert (commutator(p, q) + commutator(q, p)).is_zero
    assert (commutator(p, q * r) - commutator(p, q) * r - q * commutator(p, r)).is_zero


def test_canonical_commutators():
    assert commutator(a, a.dagger()).scalar() == 1
    assert commutator(a, b.dagger()).scalar() == 0
    X, P = quadratures("a")
    assert commutator(X, P).scalar() == sp.I
    number = a.dagger() * a
    assert (commutator(a, number) - a).is_zero
    assert ((X * X + P * P) / 2 - number - sp.Rational(1, 2)).is_zero


def test_arithmetic_with_numbers_and_symbols():
    assert ((2 * a + x * a) - (2 + x) * a).is_zero
    assert ((a + 1) ** 2 - a * a - 2 * a - 1).is_zero
    assert ((a - 1) / x * x + (1 - a)).is_zero
    assert (a**0).scalar() == 1
    assert ((sp.I * x * a).dagger() + sp.I * x * a.dagger()).is_zero


def test_substitution_respects_order_and_adjoint():
    shifted = (a.dagger() * a).substituted({"a": a + as_operator(sp.I * x)})
    assert (shifted - (a.dagger() - sp.I * x) * (a + sp.I * x)).is_zero
    swapped = (a * b.dagger()).substituted({"a": b, "b": a})
    assert (swapped - b * a.dagger()).is_zero


@pytest.mark.parametrize(
    "wrong",
    [lambda: a / b, lambda: a**-1, lambda: a ** sp.Rational(1, 2), lambda: (a * a).linear(), lambda: a.scalar(),
     lambda: (a + 1).linear()],
    ids=["division", "negative power", "root", "quadratic as linear", "operator as number", "constant as linear"],
)  # fmt: skip
def test_what_has_no_meaning_is_an_error(wrong):
    with pytest.raises(DerivationError):
        wrong()


def test_linear_forms():
    f = op("a", x) + op("b", sp.I * y, dag=True)
    assert f[Op("b", True)] == sp.I * y
    assert f[Op("b")] == 0
    assert f.dagger()[Op("b")] == -sp.I * y
    assert len(f - f) == 0
    assert f.substituted({"b": op("c", 2 * sp.I)})[Op("c", True)] == 2 * y
    assert f.renamed({"a": "z"})[Op("z")] == x
    assert f.mapped({x: sp.Integer(3)})[Op("a")] == 3
    assert linear_sum([f, f.scaled(-1)]) == LinearForm()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(-3, 3)), max_size=4))
def test_the_commutator_of_linear_forms_is_a_number(terms):
    f = as_operator(linear_sum(op(n, k + sp.I, dag=d) for n, d, k in terms))
    g = as_operator(op("a", x) + op("b", y, dag=True))
    got = commutator(f, g).scalar()
    expected = sum((k + sp.I) * ((-x if d else 0) if n == "a" else (0 if d else y)) for n, d, k in terms)
    assert equal(got, expected)


@pytest.mark.parametrize("key", ["a", ("a",), sp.Symbol("a")])
def test_the_keys_of_a_linear_form_are_operators(key):
    with pytest.raises(ParameterError, match="has operators as keys"):
        LinearForm({key: 1})
