"""The optimal filter for a force of known shape: why G = S/N, as steps that can be checked again.

An amplitude A_0 of a known waveform is estimated from an output q(t) = A_0 S(t) + f_add(t) by a real filter G(t),
A_est = int G q dt / int G S dt. The proof that G = S/N is best is Lagrange's identity under the integral sign.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr

from cascade_sym.steps import Step, identity_check
from cascade_sym.symbols import complex_symbol, conj, symbol


def matched_filter_steps() -> tuple[Step, ...]:
    """From the estimator to G = S/N and V = 1/int |S|^2/N dOmega.

    Source: Huang et al. (2018), Eqs. (S25)-(S27); Wainstein and Zubakov, Extraction of Signals from Noise (1962).

    >>> all(step.check().ok for step in matched_filter_steps() if step.check)
    True
    """
    G, S, N, M, Mm = complex_symbol("G"), complex_symbol("S"), symbol("N"), symbol("M"), symbol("M_-")
    estimate = {"A_est - A_0": "int G(t) f_add(t) dt / int G(t) S(t) dt"}
    folded = {"integrand of V over Omega > 0": conj(G) * G * (M + Mm)}
    even = {"integrand of V over Omega > 0": 2 * conj(G) * G * N}
    return (
        Step("input", "estimator of the amplitude, with a real filter G(t)", {}, estimate),
        Step("fourier", "Parseval: int G(t) f(t) dt = int conj(G) f dOmega; |G|^2 is even because G(t) is real, so only "
             "the symmetrised N = (M(Omega) + M(-Omega))/2 of <f^+ f> = M delta counts", folded, even,
             identity_check(lambda: _folding(G, M, Mm), "the two half lines added")),
        Step("minimisation", "Lagrange's identity for two frequencies: the variance exceeds 1/int |S|^2/N by a mean square",
             {"(int |G|^2 N)(int |S|^2/N) - |int conj(G) S|^2": "half the double integral of"},
             {"excess": "|G N S' - G' N' S|^2/(N N')"},
             identity_check(_lagrange, "both sides multiplied out in exact algebra")),
        Step("minimisation", "equality holds exactly for G proportional to S/N", {"excess": "0"}, {"G": S / N},
             identity_check(_equality, "G = S/N put into the excess and into V")),
        Step("minimisation", "G = S/N is a stationary point of V for variations at any frequency", {"V": "dV/dG"},
             {"G": S / N}, identity_check(_stationarity, "derivatives of V by Re G and Im G at one of two frequencies")),
    )  # fmt: skip


def _folding(G: Expr, M: Expr, Mm: Expr) -> Mapping[str, tuple[Expr, Expr]]:
    N = (M + Mm) / 2
    return {"even": (G * conj(G) * M + conj(G) * G * Mm, 2 * G * conj(G) * N)}


def _lagrange() -> Mapping[str, tuple[Expr, Expr]]:
    G, S, g, s = map(complex_symbol, ("G", "S", "G'", "S'"))
    N, n = symbol("N"), symbol("N'")
    # the integrand of (int |G|^2 N)(int |S|^2/N) - |int conj(G) S|^2, symmetrised in the two frequencies
    left = G * conj(G) * N * s * conj(s) / n + g * conj(g) * n * S * conj(S) / N
    left -= conj(G) * S * g * conj(s) + G * conj(S) * conj(g) * s
    e = G * N * s - g * n * S
    return {"identity": (left, e * conj(e) / (N * n))}


def _equality() -> Mapping[str, tuple[Expr, Expr]]:
    S, s = map(complex_symbol, ("S", "S'"))
    N, n = symbol("N"), symbol("N'")
    G, g = S / N, s / n
    return {
        "excess": (G * N * s - g * n * S, sp.S.Zero),
        "numerator": (G * conj(G) * N, S * conj(S) / N),
        "signal": (conj(G) * S, S * conj(S) / N),
    }


def _stationarity() -> Mapping[str, tuple[Expr, Expr]]:
    """V over two frequencies with weights w: the derivative at one of them sees the other only through the totals."""
    u, v, x, y, a, b, c, d = sp.symbols("u v x y a b c d")
    N, n, w, W = map(symbol, ("N", "N'", "w", "w'"))
    V = (w * (u**2 + v**2) * N + W * (x**2 + y**2) * n) / (w * (u * a + v * b) + W * (x * c + y * d)) ** 2
    at = {u: a / N, v: b / N, x: c / n, y: d / n}
    return {f"dV/d{q}": (sp.diff(V, q).xreplace(at), sp.S.Zero) for q in (u, v)}
