"""Random quadratic Hamiltonians with ports and baths, and what NumPy and SciPy say about them.

The matrices here are written by hand from H = sum_ij A_ij a_i^+ a_j + (B_ij a_i^+ a_j^+ + h.c.)/2: with damping rates
Gamma and inputs b_k at rates kappa_k, da/dt = -i A a - i B a^+ - Gamma a/2 - sum_k sqrt(kappa_k) b_k. Nothing here uses
the toolkit's algebra.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import scipy.linalg
import sympy as sp
from hypothesis import strategies as st

import cascade_sym as cs

KINDS = ("exchange", "pair", "position", "parametric")


def hundredths(low: int, high: int) -> st.SearchStrategy[sp.Rational]:
    return st.integers(low, high).map(lambda k: sp.Rational(k, 100))


@dataclass(frozen=True)
class Modes:
    """Couplings as numbers: `exchange` G a^+ b + h.c., `pair` G a^+ b^+ + h.c., `position` G (a + a^+)(b + b^+),
    `parametric` chi a^+2 + h.c.; `kappa` of the one port, which sees the mode `port`; `gamma` and `occupancy` of baths.
    """

    detuning: tuple[sp.Expr, ...]
    kappa: sp.Expr
    gamma: tuple[sp.Expr, ...]
    occupancy: tuple[sp.Expr, ...]
    couplings: Mapping[tuple[str, int, int], sp.Expr] = field(default_factory=dict)
    port: int = 0

    @property
    def size(self) -> int:
        return len(self.detuning)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"m{k}" for k in range(self.size))

    # -- the system, with a symbol for every number ---------------------------------------------------------------

    def symbols(self) -> dict[sp.Symbol, sp.Expr]:
        """The symbol of each number (complex where the number is), and the number."""
        out: dict[sp.Symbol, sp.Expr] = {sp.Symbol("kappa"): self.kappa}
        for k in range(self.size):
            out[sp.Symbol(f"Delta_{k}")] = self.detuning[k]
            out[sp.Symbol(f"gamma_{k}")] = self.gamma[k]
            out[sp.Symbol(f"n_{k}")] = self.occupancy[k]
        return out | {self.coupling(key): value for key, value in self.couplings.items()}

    def coupling(self, key: tuple[str, int, int]) -> sp.Symbol:
        return sp.Symbol(f"{key[0]}_{key[1]}{key[2]}", **({} if self.couplings[key].is_real else {"complex": True}))

    def system(self, numbers: bool = False, turn: Mapping[int, sp.Expr] | None = None) -> cs.SLH:
        """The part; `numbers` puts the numbers in at once, `turn` writes a_k as e^{i phi_k} a_k."""
        value = self.symbols()

        def given(s: sp.Symbol) -> sp.Expr:
            return value[s] if numbers else s

        phase = {k: sp.exp(sp.I * phi) for k, phi in (turn or {}).items()}
        a = [cs.operator(n) * phase.get(k, 1) for k, n in enumerate(self.names)]
        H = sum((given(sp.Symbol(f"Delta_{k}")) * x.dagger() * x for k, x in enumerate(a)), 0 * a[0])
        for key in self.couplings:
            kind, i, j = key
            G, x, y = given(self.coupling(key)), a[i], a[j]
            match kind:
                case "position":
                    H = H + G * (x + x.dagger()) * (y + y.dagger())
                case "exchange":
                    H = H + G * x.dagger() * y + cs.symbols.conj(G) * y.dagger() * x
                case _:
                    H = H + G * x.dagger() * y.dagger() + cs.symbols.conj(G) * x * y
        rates = [given(sp.Symbol(f"gamma_{k}")) for k in range(self.size)]
        baths = {f"bath{k}": (sp.sqrt(rates[k]) * x, given(sp.Symbol(f"n_{k}"))) for k, x in enumerate(a)}
        return cs.SLH("s", H=H, ports={"light": sp.sqrt(given(sp.Symbol("kappa"))) * a[self.port]}, baths=baths,
                      modes=list(self.names))  # fmt: skip

    # -- the same in NumPy ----------------------------------------------------------------------------------------

    def drift(self) -> np.ndarray:
        """Of (X_1, P_1, X_2, ...)."""
        n = self.size
        A, B = np.diag([complex(d) for d in self.detuning]), np.zeros((n, n), complex)
        for (kind, i, j), value in self.couplings.items():
            G = complex(value)
            if kind in ("exchange", "position"):
                A[i, j] += G
                A[j, i] += np.conj(G)
            if kind in ("pair", "position"):
                B[i, j] += G
                B[j, i] += G
            if kind == "parametric":
                B[i, i] += 2 * G
        rates = np.array([float(g) for g in self.gamma])
        rates[self.port] += float(self.kappa)
        alpha, beta = -1j * A - np.diag(rates) / 2, -1j * B
        out = np.zeros((2 * n, 2 * n))
        out[0::2, 0::2], out[0::2, 1::2] = (alpha + beta).real, (beta - alpha).imag
        out[1::2, 0::2], out[1::2, 1::2] = (alpha + beta).imag, (alpha - beta).real
        return out

    def inputs(self) -> tuple[np.ndarray, np.ndarray]:
        """How the quadratures of the light and of the baths drive those of the modes, and their noise."""
        n = self.size
        drive = np.zeros((2 * n, 2 * n + 2))
        drive[self._seen, :2] = -np.sqrt(float(self.kappa)) * np.eye(2)
        for k, g in enumerate(self.gamma):
            drive[2 * k : 2 * k + 2, 2 * k + 2 : 2 * k + 4] = -np.sqrt(float(g)) * np.eye(2)
        noise = np.repeat([0.5, *(float(x) + 0.5 for x in self.occupancy)], 2)
        return drive, noise

    @property
    def _seen(self) -> slice:
        return slice(2 * self.port, 2 * self.port + 2)

    def growth(self) -> float:
        return float(np.linalg.eigvals(self.drift()).real.max())

    def covariance(self) -> tuple[np.ndarray, float]:
        """The steady state and the condition number of its equation."""
        A, (drive, noise) = self.drift(), self.inputs()
        return lyapunov(A, drive * noise @ drive.T)

    def spectrum(self, which: int, frequency: float) -> tuple[float, float]:
        """Of quadrature `which`, or of X (-2) and P (-1) of the light that leaves; with its condition number."""
        A, (drive, noise) = self.drift(), self.inputs()
        M = -1j * frequency * np.eye(len(A)) - A
        T = np.linalg.solve(M, drive)
        if which < 0:
            T = np.sqrt(float(self.kappa)) * T[self._seen] + np.eye(2, len(noise))
        return float((abs(T[which]) ** 2 * noise).sum()), float(np.linalg.cond(M))

    def conditional(self, angle: float) -> tuple[np.ndarray, float]:
        """The steady state conditioned on homodyne detection of the light, and the condition number of its filter."""
        A, (drive, noise) = self.drift(), self.inputs()
        u = np.array([np.cos(angle), np.sin(angle)])
        C = np.zeros((1, len(A)))
        C[0, self._seen] = np.sqrt(float(self.kappa)) * u
        D = np.zeros((1, len(noise)))
        D[0, :2] = u
        N, R, S = drive * noise @ drive.T, D * noise @ D.T, drive * noise @ D.T
        V = scipy.linalg.solve_continuous_are(A.T, C.T, N, R, s=S)
        for _ in range(2):  # Newton steps: SciPy's answer alone is good to some nine digits
            K = (V @ C.T + S) / R
            rate = A @ V + V @ A.T + N - K @ R @ K.T
            step, condition = lyapunov(A - K @ C, rate)
            V = V + step
        return V, condition


def lyapunov(A: np.ndarray, N: np.ndarray) -> tuple[np.ndarray, float]:
    """V with A V + V A^T + N = 0 by the Kronecker form, and its condition number."""
    one = np.eye(len(A))
    big = np.kron(A, one) + np.kron(one, A)
    V = np.linalg.solve(big, -N.ravel()).reshape(A.shape)
    return (V + V.T) / 2, float(np.linalg.cond(big))


@st.composite
def modes(draw: st.DrawFn, most: int = 5, kinds: tuple[str, ...] = KINDS, least: int = 1, loops: bool = True) -> Modes:
    """One to `most` modes with couplings along a line and, with `loops`, between some more."""
    n = draw(st.integers(least, most))
    pairs = [(k, k + 1) for k in range(n - 1)]
    if loops:
        pairs += [p for p in combinations(range(n), 2) if p not in pairs and draw(st.integers(0, 2)) == 0]
    small = st.one_of(hundredths(-60, 60), st.tuples(hundredths(-40, 40), hundredths(-40, 40)))
    couplings: dict[tuple[str, int, int], sp.Expr] = {}

    def add(kind: str, i: int, j: int, value: Any) -> None:
        value = value[0] + sp.I * value[1] if isinstance(value, tuple) else value
        if value != 0:
            couplings[kind, i, j] = value

    for i, j in pairs:
        chosen = draw(st.sets(st.sampled_from([k for k in kinds if k != "parametric"] or ["exchange"]), max_size=2))
        for kind in sorted(chosen):
            add(kind, i, j, draw(hundredths(-40, 40) if kind == "position" else small))
    if "parametric" in kinds:
        for i in range(n):
            if draw(st.integers(0, 2)) == 0:
                add("parametric", i, i, draw(small))
    each = st.tuples(*[hundredths(-200, 200)] * n)
    rates, hot = st.tuples(*[hundredths(5, 150)] * n), st.tuples(*[hundredths(0, 500)] * n)
    return Modes(draw(each), draw(hundredths(20, 200)), draw(rates), draw(hot), couplings)
