"""Fast modes eliminated: every noise is kept, commutators are, and the exact system is what it tends to."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_sym as cs
from cascade_sym.errors import ParameterError
from tests.core.hamiltonians import hundredths

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
AT = sp.Integer(3)
SMALL = sp.Rational(1, 500)  # the coupling of slow to fast modes, whose linewidths are of order one


@dataclass(frozen=True)
class Split:
    """Fast modes f0, f1 and slow modes s0, s1 with ports, losses and baths on any of them."""

    detuning: tuple[sp.Expr, ...]
    rates: tuple[sp.Expr, ...]
    hot: tuple[sp.Expr, ...]
    among: tuple[sp.Expr, ...]
    coupled: tuple[tuple[sp.Expr, ...], ...]
    fast: int
    slow: int

    @property
    def names(self) -> tuple[list[str], list[str]]:
        return [f"f{k}" for k in range(self.fast)], [f"s{k}" for k in range(self.slow)]

    def system(self) -> cs.SLH:
        fast, slow = ([cs.operator(n) for n in group] for group in self.names)
        H = sum((AT * b.dagger() * b for b in slow), 0 * slow[0])
        for f, d in zip(fast, self.detuning, strict=False):
            H = H + d * f.dagger() * f
        if self.fast > 1:
            x, y = self.among
            H = H + x * (fast[0].dagger() * fast[1] + fast[1].dagger() * fast[0])
            H = H + y * (fast[0].dagger() * fast[1].dagger() + fast[0] * fast[1])
        for f, row in zip(fast, self.coupled, strict=False):
            for b, g in zip(slow, row, strict=False):
                H = H + SMALL * g * (f + f.dagger()) * (b + b.dagger())
        ports = {"light": sp.sqrt(self.rates[0]) * fast[0], "back": sp.sqrt(self.rates[1]) * fast[0]}
        baths = {
            f"bath_{k}": (sp.sqrt(r) * f, n)
            for k, (f, r, n) in enumerate(zip(fast, self.rates[2:], self.hot, strict=False))
        }
        baths |= {
            f"slow_{k}": (SMALL**2 * r * b, n)
            for k, (b, r, n) in enumerate(zip(slow, self.rates, self.hot[::-1], strict=False))
        }
        return cs.SLH("x", H=H, ports=ports, baths=baths)


@st.composite
def splits(draw: st.DrawFn) -> Split:
    many = st.tuples(*[hundredths(20, 150)] * 4)
    return Split(
        draw(st.tuples(*[hundredths(-300, 300)] * 2)), draw(many), draw(st.tuples(*[hundredths(0, 300)] * 2)),
        (draw(hundredths(-40, 40)), draw(hundredths(-15, 15))),
        tuple(draw(st.tuples(*[hundredths(-100, 100).filter(bool)] * 2)) for _ in range(2)),
        draw(st.integers(1, 2)), draw(st.integers(1, 2)),
    )  # fmt: skip


@settings(max_examples=500 if THOROUGH else 12)
@given(splits())
def test_it_is_physical_and_tends_to_the_exact_system(m: Split) -> None:
    fast, slow = m.names
    whole = m.system()
    rename = {b: f"m{k}" for k, b in enumerate(slow)}
    found = cs.eliminate(whole, fast, slow, at=AT, rename=rename)
    assert cs.is_physical(found.system)
    assert all(s.check().ok for s in found.steps[:-1] if s.check)
    kept = {f.rstrip("+-") for f in found.system.inputs}
    assert kept >= {"x.bath_0", "x.slow_0"}
    A = np.array(found.system.A.evalf().tolist(), complex)
    if np.linalg.eigvals(A).real.max() > -1e-9:
        return  # amplified
    exact, near = moments(whole.system(), slow), moments(found.system, list(rename.values()))
    assert np.abs(exact - near).max() <= 0.05 * np.abs(exact).max()


def moments(s: cs.LinearSystem, modes: list[str]) -> np.ndarray:
    """<b_j b_k^+>, symmetrised, by the Kronecker form."""
    A, B = (np.array(m.evalf().tolist(), complex) for m in (s.A, s.B))
    noise = np.diag(np.repeat([float(n) for n in s.inputs.values()], 2))
    one = np.eye(len(A))
    W = np.linalg.solve(np.kron(A, one) + np.kron(one, A.conj()), -(B @ noise @ B.conj().T).ravel()).reshape(A.shape)
    at = [2 * s.modes.index(x) for x in modes]
    return W[np.ix_(at, at)]


def test_what_is_neither_fast_nor_slow_is_refused() -> None:
    a, b, c = (cs.operator(x) for x in "abc")
    H = a.dagger() * b + b.dagger() * a + b.dagger() * c + c.dagger() * b
    system = cs.SLH("x", H=H, ports={"light": a})
    with pytest.raises(ParameterError, match="neither fast nor slow"):
        cs.eliminate(system, "a", "b", at=1, rename="m")
    assert cs.is_physical(cs.eliminate(system, ["a", "c"], "b", at=1, rename="m").system)
    with pytest.raises(ParameterError, match="table"):
        cs.eliminate(system, "a", ["b", "c"], at=1, rename="m")


def test_the_correction_says_how_good_it_is():
    """A slow cavity behind a fast one: the exact pole, against the eliminated rate without and with the correction."""
    g, k = sp.Rational(1, 10), sp.Symbol("kappa")
    a, b = cs.operator("a"), cs.operator("b")
    s = cs.SLH("s", g * (a.dagger() * b + b.dagger() * a), {"light": sp.sqrt(k) * a}, modes=["a", "b"])
    found = cs.eliminate(s, "a", "b", at=0, rename="slow")
    first, better = [], []
    for rate in (2.0, 4.0, 8.0):
        exact = -np.linalg.eigvals([[-rate / 2, -0.1j], [-0.1j, 0]]).real.max() * 2
        plain = complex(sp.N(sp.sympify(found.linewidth).subs(k, rate))).real
        correction = complex(sp.N(sp.sympify(found.correction).subs(k, rate)))
        first.append(abs(plain / exact - 1))
        better.append(abs((plain / (1 + correction)).real / exact - 1))
        assert abs(first[-1] / abs(correction) - 1) < 0.2
    assert all(y < x**2 * 3 for x, y in zip(first, better, strict=True))
