"""The optimal filter for a force of known shape: why G = S/N, as steps that can be checked again.

An amplitude A_0 of a known waveform is estimated from an output q(t) = A_0 S(t) + f_add(t) by a real filter G(t),
A_est = int G q dt / int G S dt. The proof that G = S/N is best is Lagrange's identity under the integral sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.exact import identity_check, normal_form
from cascade_sym.operators import formal_integral
from cascade_sym.steps import Step
from cascade_sym.symbols import complex_symbol, conj, own, symbol

Pairs = Mapping[str, tuple[Expr, Expr]]
OMEGA = symbol("Omega")


def integral_of(body: Expr, constants: Iterable[Symbol] = ()) -> Expr:
    """The integral of `body` as a linear functional: one symbol for each product of functions under the integral.

    Numbers and `constants` come out of the integral; two integrals cancel only if they are the same.

    >>> a, f, g = sp.symbols("a f g")
    >>> integral_of(f*(2*a*g + f), [a])
    2*a*int_f_g + int_f2
    """
    fixed = set(constants)
    total = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(normal_form(body))):
        outside, inside = sp.S.One, []
        for factor in sp.Mul.make_args(term):
            if factor.free_symbols <= fixed:
                outside *= factor
            else:
                inside.append(factor)
        total += outside * Symbol("_".join(["int", *sorted(map(_letter, inside))]))
    return total


def _letter(factor: Expr) -> str:
    base, power = factor.as_base_exp()
    name = f"{base.args[0]}c" if isinstance(base, sp.conjugate) else str(base)
    if power < 0:
        name = f"per_{name}"
    return name if abs(power) == 1 else f"{name}{abs(power)}"


def filter_variance(G: Expr, S: Expr, N: Expr) -> Expr:
    """V = int |G|^2 N dOmega / (int conj(G) S dOmega)^2, over the integrals of `integral_of`.

    >>> G, S, N = symbol("G"), symbol("S"), symbol("N")
    >>> filter_variance(G, S, N)
    int_G2_N/int_G_S**2
    """
    return integral_of(G * conj(G) * N) / integral_of(conj(G) * S) ** 2


def optimal_filter(S: Expr, N: Expr) -> Expr:
    """The filter at which V is stationary, up to a factor that does not matter: the root of G N - S.

    From d(log V) = 2 Re int conj(dG) (G N/A - S/D), A = int |G|^2 N, D = int conj(G) S.

    >>> optimal_filter(symbol("S"), symbol("N"))
    S/N
    """
    G = own("G")
    (found,) = sp.solve(_variation(G, S, N, sp.S.One, sp.S.One), G)
    return found


def matched_filter_steps() -> tuple[Step, ...]:
    """From the estimator to G = S/N and V = 1/int |S|^2/N dOmega.

    Source: Huang et al. (2018), Eqs. (S25)-(S27); Wainstein and Zubakov, Extraction of Signals from Noise
    (1962).

    >>> all(step.check().ok for step in matched_filter_steps() if step.check)
    True
    """
    G, S, N, M, Mm = complex_symbol("G"), complex_symbol("S"), symbol("N"), symbol("M_p"), symbol("M_m")
    A, D, t = symbol("A"), symbol("D"), symbol("t")
    best = optimal_filter(S, N)
    identity = _lagrange()["identity"]
    ratio = {"V": A / D**2, "D": _over(conj(G) * S, OMEGA)}
    return (
        Step(
            "input", "estimator of the amplitude A_0 with a real filter G(t); unbiased because D divides", {},
            {"A_est": _over(symbol("G") * symbol("q"), t) / D, "D": _over(symbol("G") * symbol("S"), t)},
        ),
        Step(
            "fourier",
            "transforms are unitary and |G|^2 is even, so Omega and -Omega count together: only the symmetrised "
            "N = (M_p + M_m)/2 of the spectrum M enters",
            {**ratio, "A": _over(G * conj(G) * (M + Mm) / 2, OMEGA)}, {**ratio, "A": _over(G * conj(G) * N, OMEGA)},
            identity_check(lambda: _folding(G, M, Mm), "the two half lines added"),
        ),
        Step(
            "minimisation", "V is stationary where its variation by conj(G) vanishes",
            {"dV/dG": _variation(G, S, N, A, D)}, {"G": best},
            identity_check(_stationarity, "derivatives of V by Re G and Im G at one of two frequencies"),
        ),
        Step(
            "minimisation",
            "no filter does better: (int |G|^2 N)(int |S|^2/N) - |int conj(G) S|^2 is half the double integral of a "
            "square (Lagrange's identity), which vanishes for G = S/N alone",
            {"E": identity[0]}, {"E": identity[1]},
            identity_check(lambda: {**_lagrange(), **_equality()}, "multiplied out in exact algebra; G = S/N put in"),
        ),
        Step(
            "substitution", "the variance at the optimal filter", {"G": best}, {"1/V": _over(best * conj(S), OMEGA)},
            identity_check(
                lambda: {"V": (filter_variance(best, S, N), 1 / integral_of(best * conj(S)))},
                "numerator and denominator become the same integral",
            ),
        ),
    )  # fmt: skip


def _over(body: Expr, x: Symbol) -> Expr:
    return formal_integral(body, x, -sp.oo, sp.oo)


def _variation(G: Expr, S: Expr, N: Expr, A: Expr, D: Expr) -> Expr:
    return G * N / A - S / D


def _folding(G: Expr, M: Expr, Mm: Expr) -> Pairs:
    N = (M + Mm) / 2
    return {"even": (G * conj(G) * M + conj(G) * G * Mm, 2 * G * conj(G) * N)}


def _lagrange() -> Pairs:
    G, S, g, s = map(complex_symbol, ("G", "S", "G'", "S'"))
    N, n = symbol("N"), symbol("N'")
    # the integrand of (int |G|^2 N)(int |S|^2/N) - |int conj(G) S|^2, symmetrised in the two frequencies
    left = G * conj(G) * N * s * conj(s) / n + g * conj(g) * n * S * conj(S) / N
    left -= conj(G) * S * g * conj(s) + G * conj(S) * conj(g) * s
    e = G * N * s - g * n * S
    return {"identity": (left, e * conj(e) / (N * n))}


def _equality() -> Pairs:
    S, s = map(complex_symbol, ("S", "S'"))
    N, n = symbol("N"), symbol("N'")
    G, g = optimal_filter(S, N), optimal_filter(s, n)
    return {"excess": (G * N * s - g * n * S, sp.S.Zero)}


def _stationarity() -> Pairs:
    """V over two frequencies with weights w: the derivative at one sees the other only through the totals."""
    u, v, x, y, a, b, c, d = sp.symbols("u v x y a b c d")
    N, n, w, W = map(symbol, ("N", "N'", "w", "w'"))
    V = (w * (u**2 + v**2) * N + W * (x**2 + y**2) * n) / (w * (u * a + v * b) + W * (x * c + y * d)) ** 2
    at = {u: optimal_filter(a, N), v: optimal_filter(b, N), x: optimal_filter(c, n), y: optimal_filter(d, n)}
    return {f"dV/d{q}": (sp.diff(V, q).xreplace(at), sp.S.Zero) for q in (u, v)}
