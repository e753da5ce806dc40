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
# # The story of a paper: from two oscillators to Fig. 3
#
# Huang, Zeuthen, Vasilyev, He, Hammerer and Polzik, *Unconditional steady-state entanglement in macroscopic hybrid
# systems by coherent noise cancellation*, PRL **121**, 103602 (2018), ask a sharp question. A spin ensemble and a
# membrane sit one after the other in a beam of light. Nobody measures the light. How entangled are they in the steady
# state, and how much would somebody who did measure it gain?
#
# Here is the whole argument, derived again from the parts. The folder `derivations/huang2018` has every equation; this
# is the thread through them.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown, Math, display

import cascade_sym as cs
from cascade_sym.latex import body
from cascade_sym.paper import load_folder, notation_of
from cascade_sym.plot import COLOURS, styled

root = next(p for p in (Path.cwd(), *Path.cwd().parents) if (p / "derivations").is_dir())
paper = load_folder(root / "derivations" / "huang2018")
letters = notation_of(paper)


def show(value: object, left: str = "") -> None:
    """Typeset in the paper's letters."""
    display(Math(f"{left} = {body(value, letters)}" if left else body(value, letters)))


# %% [markdown]
# ## Why a negative mass
#
# Take one oscillator of each sign of mass, with equal frequencies. In $H_0=\sum_j \mathrm{sgn}(m_j)\tfrac{\omega}{2}
# (X_j^2+P_j^2)$ the two turn in opposite senses, so that the *sum* of the positions is driven by the *difference* of
# the momenta. And these two commute:

# %%
X_S, P_S = cs.quadratures("S")
X_M, P_M = cs.quadratures("M")
g = cs.symbol("g")
show(cs.commutator(X_S + X_M, P_S - P_M), r"[X_S+X_M, P_S-P_M]")
show(cs.commutator(X_S + X_M * g, P_S - P_M * g), r"[X_S+gX_M, P_S-gP_M]")

# %% [markdown]
# With equal weights both may be known at once, as closely as you like: if light reads out just this pair, its
# back-action goes elsewhere. And whatever the weight, a variance of the pair below that of two vacua, $\xi_g<1$ in
# (8), is entanglement (Duan *et al.*).
#
# ## From the Hamiltonian to the Langevin equations
#
# Each oscillator scatters light into two sidebands: a beam splitter with one (rate $\Gamma_{j\mathrm B}=\Gamma_j
# \sin^2\theta_j$, it cools) and pair creation with the other ($\Gamma_{j\mathrm P}=\Gamma_j\cos^2\theta_j$, it heats).
# The Hamiltonian (2) has both with the field as it stands. Split the field in sidebands and keep what does not rotate:

# %%
w = cs.symbol("omega")
field = cs.operator("b(t_M)")
a = cs.operator("a_M")
g_B, g_P = cs.symbol("g_MB"), cs.symbol("g_MP")  # roots of the two rates
H = a.dagger() * field * g_B + a.dagger() * field.dagger() * g_P
split = cs.in_sidebands(H + H.dagger(), {"b(t_M)": ("b_p(t_M)", "b_m(t_M)")})
kept = cs.rotating_wave(split.value, {"a_M": w, "b_p(t_M)": w, "b_m(t_M)": -w})
show(split.value, r"\hat H_M")
show(kept.value, r"\hat H_M^{\mathrm{RWA}}")

# %% [markdown]
# Half of the terms are gone: the upper sideband is left with the beam splitter, the lower one with the pairs. For the
# spin, whose frequency is $-\omega$, the two sidebands change roles, and that is all that a negative mass means here.
# In the toolkit the two are ready-made parts. Put them in a row, with transmission loss $\epsilon$ between them:

# %%
SB, SP, MB, MP = sp.symbols("Gamma_SB Gamma_SP Gamma_MB Gamma_MP")
S = cs.Oscillator("a_S", -1, Gamma_B=SB, Gamma_P=SP, gamma=cs.symbol("gamma_S0"), n=cs.symbol("n_S"))
M = cs.Oscillator("a_M", +1, Gamma_B=MB, Gamma_P=MP, gamma=cs.symbol("gamma_M0"), n=cs.symbol("n_M"))
fields = {
    "a_S.in+": "b_p", "a_S.in-": "b_m", "loss.vacuum+": "bv_p", "loss.vacuum-": "bv_m",
    "a_S.bath": "a_S_in", "a_M.bath": "a_M_in",
}  # fmt: skip
cascade = (S >> cs.Loss(cs.symbol("epsilon"), name="loss") >> M).system().renamed(fields)
show({f"dot({mode})": form for mode, form in cs.langevin(cascade).forms.items()})
cs.is_physical(cascade)

# %% [markdown]
# These are (4) and (5). The new term is the one that feeds $\hat a_S^\dagger$ to $M$ at the rate $R=\sqrt{\Gamma_{SB}
# \Gamma_{MP}}-\sqrt{\Gamma_{MB}\Gamma_{SP}}=-\sqrt{\Gamma_M\Gamma_S}\sin(\theta_M-\theta_S)$. The light goes one way,
# and so does $R$: nothing comes back from $M$ to $S$. With equal angles it vanishes, and the two are driven by the
# same vacuum but do not talk. The paper is about what $R\neq0$ is good for.
#
# ## The steady state
#
# One way also means that the covariances follow one after another, each by one division. This is (7), in letters:

# %%
V = cs.covariance(cascade)
show(V)

# %% [markdown]
# ## Where entanglement is
#
# The weight $g$ in (8) is the one that the outgoing light reads out by itself. With it, look at $\xi_g$ over both
# angles at $C_S=100$, a hot membrane ($\bar n_M=10^5$, at the paper's rates) and no loss.

# %%
FIXED = {"gamma_S0": 2 * np.pi * 5e3, "n_S": 1.0, "gamma_M0": 2 * np.pi * 0.1, "n_M": 1e5}
xi_of = cs.evaluator(paper.model.declared("xi_g").make(), unstable="quiet")
theta = np.linspace(0.2, 0.5, 361) * np.pi
across, up = np.meshgrid(theta, theta)
value = xi_of(C_S=100.0, C_M=85.0, theta_S=across, theta_M=up, epsilon=0.0, **FIXED)
best = np.unravel_index(np.nanargmin(value), value.shape)

with styled():
    fig, ax = plt.subplots(figsize=(4.4, 3.5), dpi=150, layout="constrained")
    levels = np.geomspace(0.08, 1, 40)
    image = ax.contourf(theta / np.pi, theta / np.pi, value, levels, cmap="YlGnBu_r", norm="log")
    ax.plot([0.2, 0.5], [0.2, 0.5], "--", color=COLOURS["black"], lw=0.8)
    ax.text(0.375, 0.365, r"$R=0$", rotation=39, fontsize=8)
    ax.plot(theta[best[1]] / np.pi, theta[best[0]] / np.pi, "*", color=COLOURS["red"], ms=9)
    ax.set(xlabel=r"$\theta_\mathrm{S}/\pi$", ylabel=r"$\theta_\mathrm{M}/\pi$")
    ax.set(xlim=(0.2, 0.5), ylim=(0.2, 0.5))
    bar = fig.colorbar(image, label=r"$\xi_g$")
    bar.set_ticks([0.1, 0.2, 0.5, 1], labels=["0.1", "0.2", "0.5", "1"])
    bar.minorticks_off()
    plt.show()

# %% [markdown]
# White is not entangled, or not stable. The best point is far off the diagonal: the spin is balanced, $\theta_S\approx
# \pi/4$ (its light is read and not cooled), and the membrane leans to the beam splitter, $\theta_M>\pi/4$. Then $R<0$,
# and $\gamma_M\gg\gamma_S$: the membrane forgets quickly, but is told by the light what the spin has been doing.
#
# ## Why it works: cancellation
#
# How strongly do the spin's own fluctuations enter the EPR variance, when $M$ follows fast ($\gamma_S\ll\gamma_M$)?
# From the definitions above, with $x=2R/\gamma_M$:

# %%
q = paper.model.declared("xi_g").make()
own, R_MS, fast, slow, weight = sp.symbols("var_X_S R_M_S gamma_M gamma_S g")
opened = {s: e for s, e in q.definitions if s not in {own, R_MS, fast, slow, weight}}
total = q.expr.xreplace({cs.symbol("var_X_M"): opened[cs.symbol("var_X_M")]})
total = total.xreplace({cs.symbol("cov_X_S_X_M"): opened[cs.symbol("cov_X_S_X_M")]})
share = (sp.diff(total, own) * (1 + weight**2) / 2).subs({slow: 0, R_MS: cs.symbol("x") * fast / 2})
show(sp.factor(share), r"\frac{1+g^2}{2}\,\frac{\partial\xi_g}{\partial\Delta^2X_S}")

# %% [markdown]
# A perfect square: with $g=1$ and $2R/\gamma_M\to-1$ *everything* that the spin does drops out, its thermal motion
# included. That is (T4) of the ledger, the "ideal cancellation", and it asks neither for a cold spin nor for cooling
# it.
#
# ## Fig. 3
#
# Now let the spin's cooperativity be what one can get, and optimise everything else, at every point: both angles and
# $C_M$. The figure is the one of the folder, on a coarser grid; the sweep behind it looks for the global optimum and
# tries to find a better one by independent restarts.

# %%
figure = paper.model.figures["fig3"]
data = figure.compute(count=25)
with styled():
    fig, ax = plt.subplots(figsize=(4.6, 4.0), dpi=150, layout="constrained")
    figure.draw(ax, data)
    plt.show()

# %% [markdown]
# Red: free angles; black: $R=0$; dashed: 10% loss. The inset has $-2\sqrt{1-\epsilon}R/\gamma_M$ (green, right scale)
# and how much somebody with a perfect homodyne detector in the output would gain (red, left scale).
#
# ## What the text claims
#
# The printed laws are numbers typed from the paper; the other column is the sweep above.

# %%
last = data.isel(C_S=-1)
C, eps = float(last.C_S), 0.1
r = FIXED["gamma_M0"] * (FIXED["n_M"] + 0.5) / (FIXED["gamma_S0"] * (FIXED["n_S"] + 0.5))
claims = [
    (r"$\xi_g\approx\sqrt{[1+r+1/(2\bar n_S+1)]/(2C_S)}$, $R\neq0$",
     np.sqrt((1 + r + 1 / (2 * FIXED["n_S"] + 1)) / (2 * C)), last.xi_g_lossless),
    (r"$\xi_g\approx\sqrt{2(1+r)/C_S}$, $R=0$",
     np.sqrt(2 * (1 + r) / C), last.xi_g_symmetric_lossless),
    ("improvement \"by up to a factor of 2\"",
     2, (data.xi_g_symmetric_lossless / data.xi_g_lossless).max()),
    (r"$\xi_g\geq\sqrt{\epsilon/(4-3\epsilon)}$, $\epsilon=0.1$",
     np.sqrt(eps / (4 - 3 * eps)), last.xi_g_lossy),
    (r"$\xi_g\geq\sqrt\epsilon(1+\epsilon/16)$, $R=0$",
     np.sqrt(eps) * (1 + eps / 16), last.xi_g_symmetric_lossy),
    (r"$-2R/\gamma_M\to1$", 1, last.coupling_lossless),
    ("conditioning adds \"a few per cent\"",
     0.03, max(data.improvement_same.max(), data.improvement_qnd.max())),
]  # fmt: skip
rows = [f"| {what} | {said:.4g} | {float(found):.4g} |" for what, said, found in claims]
head = f"At $C_S={C:.0f}$, or the largest value along the curves:\n"
Markdown("\n".join([head, "| claim | printed | found |\n| --- | --- | --- |", *rows]))

# %% [markdown]
# The laws hold within a few per cent at $C_S=1000$, and the bounds are bounds. Whether the two square roots are the
# *exact* leading terms is another question, which no plot can answer: the notebook `scalings` does. For the rest, ask
# the ledger, which proves what it says:

# %%
entries = cs.verify(paper.path, ("3", "4", "5", "7", "8", "T3", "T4"))
rows = [f"| ({e.printed.id}) | {e.printed.title} | {e.verdict} |" for e in entries]
Markdown("\n".join(["| | equation | verdict |\n| --- | --- | --- |", *rows]))
