"""Elements of a covariance in time where rates that are different symbols coincide, or nearly so.

The oracle is Van Loan's exponential of a block matrix (SciPy), which shares no code with the closed form.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
import scipy.linalg
import sympy as sp

import cascade_sym as cs
from tests.core import oracle

S = sp.Symbol
t = S("t")
a, b = cs.operator("a"), cs.operator("b")
START = {("X_c", "X_c"): 3, ("P_c", "P_c"): 2, ("X_c", "P_c"): sp.Rational(1, 2), "X_c": 1}


def cascade(n):
    return reduce(cs.series, [cs.Cavity(name, kappa=S(f"k{j}"), detuning=S(f"D{j}")) for j, name in enumerate("cde"[:n])])


def kicked():
    return cs.SLH("m", (a.dagger() * a) * S("w") + S("h") * (a * a + a.dagger() * a.dagger()), {"x": sp.sqrt(S("k")) * a})


CASES = {
    "two cavities": (cascade(2), START, {"k0": 1, "k1": 1, "D0": 0.5, "D1": 0.5}),
    "two of three": (cascade(3), START, {"k0": 1, "k1": 2, "k2": 1, "D0": 0.3, "D1": 0, "D2": 0.3}),
    "nothing moves": (cascade(2), START, {"k0": 0, "k1": 0, "D0": 0, "D1": 0}),
    "a critical amplifier": (kicked(), {("X_a", "X_a"): 3, ("P_a", "P_a"): 2}, {"w": 1, "h": 0.5, "k": 1}),
    "at the edge of growth": (kicked(), {("X_a", "X_a"): 3, ("P_a", "P_a"): 2}, {"w": 0, "h": 0.5, "k": 2}),
    "equal rates, coupled critically": (
        cs.SLH("n", S("g") * (a * b.dagger() + a.dagger() * b), {n: sp.sqrt(S(f"k_{n}")) * cs.operator(n) for n in "ab"}),
        {("X_a", "X_a"): 3, ("P_a", "P_a"): 2}, {"g": 0.25, "k_a": 2, "k_b": 1}),
}  # fmt: skip


def expected(V, system, values):
    """V(t) over the quadratures, from the drift and diffusion of operators."""
    at = {S(n): v for n, v in values.items() if n != "t"}
    A, N = oracle.drift_and_noise(cs.as_system(system), at)
    n = len(A)
    block = scipy.linalg.expm(np.block([[A, N], [np.zeros((n, n)), -A.T]]) * values["t"])
    U = block[:n, :n]
    start = np.array(V.begin.matrix.tolist(), dtype=float)
    return U @ start @ U.T + block[:n, n:] @ U.T, U


@pytest.mark.parametrize("off", [0, 1e-12])
@pytest.mark.parametrize("name", CASES)
def test_single_elements_against_an_exponential(name, off):
    system, start, values = CASES[name]
    V = cs.transient(system, t, start)
    values = {n: v * (1 + off * k) for k, (n, v) in enumerate(values.items())} | {"t": 0.7}
    wanted, U = expected(V, system, values)
    q = V.quadratures
    pairs = [(i, j) for i in q[-2:] for j in (q[0], q[-1]) if V.element(i, j) != 0]
    rows = [cs.evaluator(V[i, j]) for i, j in pairs]
    found = [float(f(**{n: v for n, v in values.items() if n in f.parameters})) for f in rows]
    right = [wanted[q.index(i), q.index(j)] for i, j in pairs]
    assert np.allclose(found, right, rtol=1e-11, atol=1e-11)
    if "X_c" in q:
        mean = cs.evaluator(V.mean(q[-2]))
        assert np.isclose(mean(**{n: v for n, v in values.items() if n in mean.parameters}), U[-2, 0], atol=1e-12)


@pytest.mark.parametrize("how", [{"backend": "compiled"}, {"backend": "mpmath"}])
def test_other_evaluators_agree(how):
    pytest.importorskip("llvmlite")
    V = cs.transient(cascade(2), t, START)
    at = {"k0": 1.0, "k1": [1.0, 2.0], "D0": 0.5, "D1": 0.5, "t": 0.7}
    plain, other = (cs.evaluator(V["X_d", "X_d"], **h)(**at) for h in ({}, how))
    assert np.allclose(plain, np.array(other, dtype=float), rtol=1e-12)


def test_what_is_guaranteed_is_right_or_absent():
    V = cs.transient(cascade(2), t, START)["X_d", "X_d"]
    at = {"k0": 1.0, "k1": [1.0, 1 + 1e-9, 2.0], "D0": 0.5, "D1": 0.5, "t": 0.7}
    with pytest.warns(RuntimeWarning):
        found = cs.evaluator(V, precision="guaranteed")(**at)
    right = cs.evaluator(V)(**at)
    assert np.isnan(found[0]) and np.allclose(found[1:], right[1:], rtol=1e-12)


def test_an_exact_value_says_what_to_do():
    V = cs.transient(cs.as_system(cascade(2)).subs({"D0": 0, "D1": 0}), t, START)
    with pytest.raises(cs.errors.ParameterError, match="subs"):
        cs.exact_value(V["X_d", "X_d"], {"k0": 1, "k1": 1, "t": 1})
    solved = V.subs({"k0": 1, "k1": 1, "t": 1})["X_d", "X_d"]
    assert np.isclose(float(cs.exact_value(solved, {})[0]), cs.evaluator(V["X_d", "X_d"])(k0=1, k1=1, t=1), rtol=1e-13)
