"""Arithmetic with quantities: the same values as of the expressions written out, and nothing silently renamed."""

from __future__ import annotations

import copy
import math
import operator
import pickle

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import DuplicateName, MissingParameter, ParameterError, UnstableError

V = cs.covariance(cs.Oscillator("S") >> cs.Loss("epsilon") >> cs.Oscillator("M", mass=-1))
q, r = V["X_S", "X_S"], V["X_S", "X_M"]
x, y = sp.symbols("x y")
OPERANDS = [2, sp.Rational(1, 3), x, x + 1, r, q]


@pytest.mark.parametrize("f", [operator.add, operator.sub, operator.mul, operator.truediv], ids=lambda f: f.__name__)
@pytest.mark.parametrize("other", OPERANDS, ids=str)
def test_arithmetic_is_that_of_the_expressions_written_out(f, other) -> None:
    plain = other.inline() if isinstance(other, cs.Quantity) else other
    for found, wanted in ((f(q, other), f(q.inline(), plain)), (f(other, q), f(plain, q.inline()))):
        assert isinstance(found, cs.Quantity)
        assert found.inline() == wanted
        assert found.domain == q.domain
        assert set(found.definitions.items) >= set(q.definitions.needed(found.expr).items)


def test_powers_signs_and_sizes() -> None:
    assert (q**2).inline() == q.inline() ** 2
    assert (2**q).inline() == 2 ** q.inline()
    assert (-q).inline() == -q.inline()
    assert abs(r).inline() == sp.Abs(r.inline())
    assert +q is q


def test_a_clash_of_names_raises() -> None:
    other = cs.Quantity("z", y, cs.Definitions(((y, x + 1),)))
    clash = cs.Quantity("w", y, cs.Definitions(((y, x + 2),)))
    with pytest.raises(DuplicateName, match="y has two"):
        other + clash
    with pytest.raises(DuplicateName, match="parameter of"):
        other + cs.Quantity("w", y * x)
    with pytest.raises(DuplicateName, match="'y' in"):
        other * y
    with pytest.raises(DuplicateName):
        cs.Quantity("w", x * y).subs({"x": other})
    with pytest.raises(DuplicateName):
        clash.subs({"x": other})


def test_substitution_of_quantities_merges_definitions() -> None:
    inner = cs.Quantity("z", y**2, cs.Definitions(((y, x + 1),)))
    u = sp.Symbol("u")
    found = cs.Quantity("w", 1 / u + sp.Symbol("v")).subs({"u": inner, "v": 2})
    assert found.inline() == 1 / (x + 1) ** 2 + 2
    assert found.definitions == inner.definitions
    assert cs.Quantity("w", u).subs({"u": q}).domain == q.domain
    assert u.subs({"u": inner}) == (x + 1) ** 2
    assert sp.sin(inner) == sp.sin((x + 1) ** 2)


def test_numbers() -> None:
    point = dict.fromkeys((s.name for s in q.parameters), 2) | {"Gamma_SP": 1}
    value = q.subs(point)
    assert float(value) == float(value.inline()) and complex(value) == float(value)
    big = cs.Quantity("z", y - x, cs.Definitions(((x, sp.Integer(10) ** 40), (y, x + sp.Rational(1, 3)))))
    assert float(big) == 1 / 3
    assert float(cs.Quantity("z", sp.sqrt(2))) == math.sqrt(2)
    with pytest.raises(MissingParameter, match="Gamma_SB"):
        float(q)
    with pytest.raises(UnstableError):
        float(q.subs(dict.fromkeys((s.name for s in q.parameters), 1) | {"Gamma_SP": 9}))
    with pytest.raises(ParameterError, match="complex"):
        float(cs.Quantity("z", sp.I))
    with pytest.raises(TypeError):
        q + "a"


def test_spectra_stay_spectra_of_one_frequency() -> None:
    N = cs.noise_spectrum(cs.Oscillator("M"), "P_L")
    assert type(N + N) is type(N / 2) is cs.Spectrum and (N + N).frequency == N.frequency
    assert (2 * N).second_moment and not (N * N).second_moment
    other = cs.noise_spectrum(cs.Cavity("c"), "X_c", frequency=sp.Symbol("w"))
    with pytest.raises(ParameterError, match="one frequency"):
        N + other


def test_equality_is_structural_and_hashes() -> None:
    again = V["X_S", "X_S"]
    assert q == again and hash(q) == hash(again) and q != r
    assert q + r != r + q or str(q + r) == str(r + q)
    assert cs.equal(q + r, r + q).status == "equal"
    for made in (pickle.loads(pickle.dumps(q)), copy.deepcopy(q)):
        assert made == q and hash(made) == hash(q)


def test_text_is_a_name_where_a_symbol_is() -> None:
    assert cs.Loss("epsilon").system().D == cs.Loss(sp.Symbol("epsilon")).system().D
    assert cs.Cavity("c", kappa={"l": "kappa_l", "r": 1}, detuning="Delta").system().parameters == sp.symbols("Delta kappa_l")
    assert cs.Homodyne(angle="phi").phi == sp.Symbol("phi")
    with pytest.raises(ParameterError, match="name or a number"):
        cs.Loss("1 - epsilon")


@pytest.mark.parametrize("values", [{"u": 0.1, "v": 0.2, "k": 0.6}, {"u": 0.7, "v": 0.1, "k": 1.6}, {"u": 1.1, "v": 2.2, "k": 6.6}])
def test_floats_that_cancel_as_decimals_cancel(values):
    """0.6/2 - 0.1 - 0.2 is 0, so there is no steady state; SymPy's sum of doubles is -5.6e-17."""
    u, v, k = sp.symbols("u v k")
    assert k.subs(values) / 2 - values["u"] - values["v"] != 0
    V = cs.covariance(cs.Squeezer("c", chi=u + v, kappa=k))
    q = V["X_c", "X_c"].subs(values)
    assert q.inline() is sp.zoo and V.subs(values)["X_c", "X_c"].inline() is sp.zoo
    near = {**values, "k": values["k"] + 0.5}
    exact = {n: sp.Rational(str(x)) for n, x in near.items()}
    wanted = V["X_c", "X_c"].subs(exact).inline()
    assert float(V["X_c", "X_c"].subs(near)) == pytest.approx(float(wanted), rel=1e-14)


def test_a_sum_of_floats_beside_a_symbol_is_that_of_their_decimals():
    x, u, v = sp.symbols("x u v")
    q = cs.Quantity("q", sp.sqrt(x) * (u + v - sp.Rational(3, 10)) + x * u)
    assert q.subs({"u": 0.1, "v": 0.2}).expr == 0.1 * x
    precise = cs.Quantity("q", u + v).subs({"u": sp.Float("0.1", 40), "v": sp.Float("0.2", 40)}).expr
    assert precise == sp.Float("0.3", 40)
