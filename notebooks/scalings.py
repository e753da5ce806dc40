# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Scalings: what happens for large cooperativity, exactly
#
# A figure of merit is a rational function of a dozen parameters; a paper minimises it over some of them and prints how
# the optimum falls with the one resource that is scarce: $\xi_g\approx\sqrt{[1+r+1/(2\bar n_S+1)]/(2C_S)}$, say. Such
# formulas come from an ansatz and a few neglected terms. Is the printed one the *leading term*, or only close to it?
#
# `cs.scaling` finds out without an ansatz. It follows the optimum numerically to very large $C_S$ and reads off the
# exponents, takes the leading order by exact valuations of polynomials, minimises that exactly by elimination, and
# holds the result against the followed optimum again.

# %%
import matplotlib.pyplot as plt
import mpmath as mp
import numpy as np
import sympy as sp
from IPython.display import Markdown, Math, display

import cascade_sym as cs
from cascade_sym.plot import COLOURS, styled

C_S, C_M, theta_S, theta_M = sp.symbols("C_S C_M theta_S theta_M")
r, epsilon, n_S, n_M = sp.symbols("r epsilon n_S n_M")
half = sp.Rational(1, 2)
bath = {"S": sp.Integer(1), "M": r * (n_S + half) / (n_M + half)}  # r: ratio of decoherence rates
S = cs.Oscillator("S", mass=-1, cooperativity=C_S, theta=theta_S, gamma=bath["S"], n=n_S)
M = cs.Oscillator("M", mass=+1, cooperativity=C_M, theta=theta_M, gamma=bath["M"], n=n_M)
xi = cs.epr_variance(cs.covariance(S >> cs.Loss(epsilon) >> M), "S", "M")

# %% [markdown]
# ## Two oscillators in cascade, no loss
#
# The motional bath is hot, $\bar n_M\to\infty$ at a fixed decoherence rate; $r$ and $\bar n_S$ stay symbols.

# %%
law = cs.scaling(xi, large=C_S, over=[C_M, theta_S, theta_M], at={epsilon: 0, n_M: sp.oo})
at_fig3 = {n_S: 1, r: sp.Rational(4, 3)}
minimal = sp.primitive(sp.expand(law.prefactor.polynomial.subs(at_fig3)))[1]
minimal = sp.numer(sp.together(minimal))
display(Math(rf"\xi_g = P(r,\bar n_S)\,C_S^{{{law.exponent}}} + \dots"))
display(Math(rf"\bar n_S=1,\ r=\tfrac43:\qquad {sp.latex(minimal)} = 0"))
print("irreducible over the rationals:", sp.Poly(minimal).is_irreducible)

# %% [markdown]
# $P$ is an algebraic function: $P^2$ solves a cubic whose coefficients are polynomials in $r$ and $\bar n_S$ (shown
# here at the parameters of the paper's Fig. 3). The polynomial does not factor, so that $P^2$ is no rational number
# there, and no square root of a sum like the printed one: the printed law is not the leading term. It is close, though:

# %%
ratio = np.geomspace(0.02, 50, 61)


def printed(r_value: float, n: float) -> float:
    return np.sqrt((1 + r_value + 1 / (2 * n + 1)) / 2)


with styled():
    fig, ax = plt.subplots(figsize=(4.6, 3.0), dpi=150, layout="constrained")
    for n, colour in ((0, "blue"), (1, "red"), (10, "green")):
        exact = [float(law.at({r: sp.Rational(x), n_S: n}, 12)) for x in ratio]
        excess = 100 * (np.array(exact) / printed(ratio, n) - 1)
        ax.semilogx(ratio, excess, color=COLOURS[colour], label=f"{n}")
    ax.axhline(0, color=COLOURS["grey"], lw=0.5)
    ax.axvline(4 / 3, color=COLOURS["grey"], lw=0.5, ls=":")
    ax.set(xlabel=r"$r=\tilde\gamma_\mathrm{M,0}/\tilde\gamma_\mathrm{S,0}$")
    ax.set(ylabel="exact above printed (%)")
    ax.legend(title=r"$\bar n_\mathrm{S}$")
    plt.show()

# %% [markdown]
# Below ten per cent, and least where a bath is hot. The exact prefactor at the parameters of the paper's Fig. 3
# ($\bar n_S=1$, $r=4/3$, dotted), to thirty digits, and the printed one:

# %%
simple = sp.sqrt((1 + r + 1 / (2 * n_S + 1)) / 2).subs(at_fig3)
derived, typed = mp.nstr(law.at(at_fig3), 30), sp.N(simple, 30)
Math(rf"P={derived},\qquad P_{{\mathrm{{printed}}}}={sp.latex(simple)}={typed}")

# %% [markdown]
# ## The certificate
#
# Why believe it? Because the optimum was followed over twenty decades in high precision, at generic values of the
# parameters, by other code than the one that found the formula. What is left after the leading term falls as the next
# order says, which is exact, too.

# %%
points, end = law.certificate.points, sp.Float(law.certificate.prefactor_limit, 30)
large = np.array([float(p[0]) for p in points])
optimum = np.array([float(p[1]) for p in points])
away = np.array([float(abs(sp.Float(p[3], 25) / end - 1)) for p in points])
with styled():
    fig, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), dpi=150, layout="constrained")
    expected = float(end) * large**-0.5
    left.loglog(large, expected, color=COLOURS["grey"], label=r"$P\,C_\mathrm{S}^{-1/2}$")
    left.loglog(large, optimum, "o", color=COLOURS["red"], ms=4, label="optimum")
    sample = law.certificate.sample
    title = rf"$r={sample['r']}$, $\bar n_\mathrm{{S}}={sample['n_S']}$"
    left.set(xlabel=r"$C_\mathrm{S}$", ylabel=r"$\xi_g$", title=title)
    left.legend()
    right.loglog(large, away, "o", color=COLOURS["blue"], ms=4)
    beside = away[0] * (large / large[0]) ** -0.5
    right.loglog(large, beside, color=COLOURS["grey"], label=r"$\propto C_\mathrm{S}^{-1/2}$")
    right.set(xlabel=r"$C_\mathrm{S}$", ylabel="relative distance from the law")
    right.set(ylim=(1e-13, 1), title=title)
    right.legend()
    plt.show()

# %% [markdown]
# From which cooperativity on is the law good enough? With the next order the answer is much friendlier:

# %%
window = law.certificate.window
rows = [f"| {x} | {float(w['leading']):,.0f} | {float(w['two_terms']):,.0f} |" for x, w in window.items()]
head = "| within | leading term: $C_S$ from | two terms: $C_S$ from |\n| --- | --- | --- |"
Markdown("\n".join([head, *rows]))

# %% [markdown]
# ## Loss sets a floor
#
# With loss $\epsilon$ between the two, the optimum no longer falls to zero. `cs.lower_bound` finds where it ends,
# exactly: (T3) of the paper, and here the printed form *is* the exact one, for every $\epsilon$, whatever the baths.

# %%
floor = cs.lower_bound(xi, large=C_S, over=[C_M, theta_S, theta_M], at={n_M: sp.oo}, small=epsilon)
series = " + ".join(rf"{sp.latex(c)}\,\epsilon^{{{p}}}" for c, p in floor.series.terms)
Math(rf"\xi_g\to {floor.value.latex()} = {series} + \dots")

# %% [markdown]
# The two regimes meet where $P\,C_S^{-1/2}$ reaches the floor. Beyond $C_S\approx P^2(4-3\epsilon)/\epsilon$ better
# cooperativity is wasted; with ten per cent of loss, and the parameters of Fig. 3, that is

# %%
tenth = sp.Rational(1, 10)
Math(rf"C_S\approx{mp.nstr((law.at(at_fig3) / floor.value.at({epsilon: tenth})) ** 2, 3)}")

# %% [markdown]
# ## Another field: one-axis twisting
#
# The method knows nothing of light. A spin $S$ twisted by $\chi S_z^2$ for a time $\mu/(2\chi)$ is squeezed to
# $\xi^2 = 1/(S\mu)^2 + S^2\mu^4/24$ for $S^{-1}\ll\mu\ll S^{-1/2}$ (Kitagawa and Ueda, PRA **47**, 5138 (1993)): it is
# sheared first and bent around the sphere later. Losing atoms meanwhile adds noise in proportion to the time,
# $\lambda\mu$. Which of the three wins for large spins?

# %%
spin, mu, loss = sp.symbols("S mu lambda")
sheared = 1 / (spin * mu) ** 2 + spin**2 * mu**4 / 24
clean = cs.scaling(sheared, large=spin, over=[mu])
lossy = cs.scaling(sheared + loss * mu, large=spin, over=[mu])
for name, found in (("without loss", clean), ("with loss", lossy)):
    time = found.optimum["mu"]
    optimum_latex = rf"\mu = {time.coefficient.latex()}\,S^{{{time.exponent}}}"
    value = rf"\xi^2 = {found.prefactor.latex()}\,S^{{{found.exponent}}}"
    display(Math(rf"\text{{{name}:}}\quad {optimum_latex},\qquad {value}"))

# %% [markdown]
# All three balance: loss does not change the exponent, only the prefactor, which is algebraic in $\lambda$. The exact
# expression of Kitagawa and Ueda says whether the short form that we started from is good enough:

# %%
J = np.geomspace(10, 1e5, 60)
time = np.geomspace(1e-5, 1, 4000)[:, None]
A = 1 - np.cos(time) ** (2 * J - 2)
B = 4 * np.sin(time / 2) * np.cos(time / 2) ** (2 * J - 2)
exact = 1 - (J - 0.5) / 2 * (B**2 / (A + np.hypot(A, B)))
with styled():
    fig, ax = plt.subplots(figsize=(4.6, 3.0), dpi=150, layout="constrained")
    ax.loglog(J, exact.min(axis=0), color=COLOURS["black"], label="exact, $\\lambda=0$")
    for found, colour, value in ((clean, "red", None), (lossy, "blue", 1), (lossy, "green", 10)):
        scale = float(found.at({} if value is None else {loss: value}))
        label = r"$\lambda=0$" if value is None else rf"$\lambda={value}$"
        ax.loglog(J, scale * J ** float(found.exponent), "--", color=COLOURS[colour], label=label)
    ax.set(xlabel="$S$", ylabel=r"$\xi^2$", ylim=(1e-4, 3))
    ax.legend()
    plt.show()

# %% [markdown]
# Where there is no power law, `cs.scaling` says so; a number that it can't prove it does not print.

# %%
try:
    cs.scaling(sp.exp(-spin * mu) + mu, large=spin, over=[mu])
except cs.errors.CascadeError as err:
    print(f"{type(err).__name__}: {err}")
