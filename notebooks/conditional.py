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
# # Conditional states: what a detector knows
#
# Light that has met an oscillator carries information about it. Whoever detects the light knows more than the average
# observer, and describes the oscillator by a *conditional* state: a narrower Gaussian whose centre moves about with
# the measured record. Its width does not depend on the record, and obeys a Riccati equation. This notebook goes from
# the stochastic master equation to closed forms, and asks when the knowledge is worth having.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown

import cascade_sym as cs
from cascade_sym.plot import COLOURS, styled

C, n, gamma, eta = sp.symbols("C n gamma_0 eta")
mirror = cs.Oscillator("M", cooperativity=C, theta=sp.pi / 4, gamma=gamma, n=n)
detector = cs.Homodyne(angle=sp.pi / 2, efficiency=eta)  # P_L, its cosine and its sine component

# %% [markdown]
# ## One oscillator, watched
#
# With $\theta=\pi/4$ both sidebands are equally strong: the light reads the oscillator out and neither cools nor
# heats it. The master equation has the thermal bath, the back-action of the light (as much of $\mathcal D[a]$ as of
# $\mathcal D[a^\dagger]$), and the innovation $\mathcal H$ of the two currents, $\cos$ and $\sin$ of the sideband
# frequency.

# %%
cs.master_equation(mirror, detector)

# %% [markdown]
# The state stays Gaussian, so that the second moments close. Here is their equation as `cs.riccati` builds it, from
# drift, noise and what the currents see; it shares nothing with the master equation.

# %%
cs.riccati(mirror, detector)

# %% [markdown]
# Two derivations of one thing are a test. The moments of the master equation, against the Riccati equation:

# %%
riccati, closure = cs.riccati(mirror, detector), cs.moment_equations(mirror, detector)
agree = {pair: cs.equal(closure.covariances[pair], e) for pair, e in riccati.equations.items()}
rows = [f"| `{i}`, `{j}` | {'proved' if ok else 'no'} |" for (i, j), ok in agree.items()]
Markdown("\n".join(["| moment of | same equation |\n| --- | --- |", *rows]))

# %% [markdown]
# ## The closed form
#
# The stationary Riccati equation of one mode is a quadratic equation, and the root to take is the one whose filter is
# stable:

# %%
V = cs.conditional_covariance(riccati)
V["X_M", "X_M"]

# %% [markdown]
# Without light the variance is thermal, $n+\tfrac12$. With light, two things happen. The back-action heats without
# limit as $C$ grows, if nobody looks; and a detector narrows the state, until it is as pure as its efficiency allows.
# For $C\to\infty$ the conditional variance tends to

# %%
large = cs.expand(V["X_M", "X_M"].inline(), large=C, terms=2)
large.expr()

# %%
conditional = cs.evaluator(V["X_M", "X_M"])
unwatched = cs.evaluator(cs.covariance(mirror)["X_M", "X_M"])
cooperativity = np.geomspace(1e-3, 1e4, 300)
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.3), dpi=150, layout="constrained")
    thermal = unwatched(C=cooperativity, n=100.0, gamma_0=1.0)
    ax.loglog(cooperativity, thermal, color=COLOURS["black"], label="nobody looks")
    for efficiency, colour in ((0.1, "green"), (0.5, "blue"), (1.0, "red")):
        value = conditional(C=cooperativity, n=100.0, gamma_0=1.0, eta=efficiency)
        ax.loglog(cooperativity, value, color=COLOURS[colour], label=rf"$\eta={efficiency}$")
    ax.axhline(0.5, color=COLOURS["grey"], lw=0.6, ls=":")
    ax.text(1.5e-3, 0.55, "zero-point motion", color=COLOURS["grey"], fontsize=8)
    ax.set(xlabel="cooperativity $C$", ylabel=r"$\Delta^2X_\mathrm{M}$")
    ax.set(xlim=(1e-3, 1e4), ylim=(0.3, 3e4))
    ax.legend(loc="upper left")
    plt.show()

# %% [markdown]
# ## The record
#
# A conditional state is not a smaller noise; it is a narrower guess. Run the filter: some experiments, each with its
# own record, their conditional means (lines) and the width of the state around one of them (band). They all start in
# the same place. Once the records have parted, the means fluctuate by just what the conditional state lacks,
# $\Delta^2X = \Delta^2X_{\mathrm{cond}} + \mathrm{Var}\,\langle X\rangle$.

# %%
point = {"C": 0.5, "n": 2.0, "gamma_0": 1.0, "eta": 0.5}
drift, gains = closure.means["X_M"]
width = float(conditional(**point))
table = {sp.Symbol("var_X_M"): width, sp.Symbol("cov_X_M_P_M"): 0, sp.Symbol("mean_X_M"): 1}
given = {**table, **{sp.Symbol(k): v for k, v in point.items()}}
rate, gain = (float(e.subs(given)) for e in (drift, gains["c"]))

random = np.random.default_rng(1)
dt, steps, runs = 5e-3, 2000, 10000
mean = np.zeros((steps, runs))
for k in range(1, steps):
    mean[k] = mean[k - 1] * (1 + rate * dt) + gain * np.sqrt(dt) * random.standard_normal(runs)
t = dt * np.arange(steps)
total = float(unwatched(**{k: v for k, v in point.items() if k != "eta"}))
with styled():
    fig, (left, right) = plt.subplots(1, 2, figsize=(7, 2.9), dpi=150, layout="constrained")
    left.plot(t, mean[:, 1:6], color=COLOURS["grey"], lw=0.5, alpha=0.7)
    low, high = (mean[:, 0] + sign * width**0.5 for sign in (-1, 1))
    left.fill_between(t, low, high, color=COLOURS["red"], alpha=0.3, lw=0)
    left.plot(t, mean[:, 0], color=COLOURS["red"], lw=0.9)
    left.set(xlabel=r"$\gamma_0t$", ylabel=r"$\langle X_\mathrm{M}\rangle$", xlim=(0, 10))
    label = r"$\Delta^2X_\mathrm{cond}+$Var$\langle X\rangle$"
    right.plot(t, mean.var(axis=1) + width, color=COLOURS["blue"], label=label)
    right.axhline(total, color=COLOURS["black"], ls="--", lw=0.9, label="nobody looks")
    right.axhline(width, color=COLOURS["red"], ls=":", lw=0.9, label="conditional")
    right.set(xlabel=r"$\gamma_0t$", ylim=(0, 1.25 * total), xlim=(0, 10))
    right.legend(loc="center right")
    plt.show()

# %% [markdown]
# ## Two oscillators in cascade
#
# Now the hybrid system: a spin of negative mass, loss, a membrane, and a homodyne detector behind. Every conditional
# moment has a closed form here as well (two modes and one current for each quadrature: the gains follow from the
# spectral factor $\varphi(s)\varphi(-s)=s^4-ps^2+q$, two square roots). It evaluates like any other quantity.

# %%
C_S, C_M, theta_S, theta_M, r, epsilon, psi = sp.symbols("C_S C_M theta_S theta_M r epsilon psi")
n_M = 10**5
motion_rate = r * sp.Rational(3, 2) / (n_M + sp.Rational(1, 2))
S = cs.Oscillator("S", mass=-1, cooperativity=C_S, theta=theta_S, gamma=1, n=1)
M = cs.Oscillator("M", mass=+1, cooperativity=C_M, theta=theta_M, gamma=motion_rate, n=n_M)
cascade = (S >> cs.Loss(epsilon) >> M).system()
behind = cs.Homodyne(angle=sp.pi / 2 + psi, efficiency=eta)
weight = cs.readout_weight(cascade, "S", "M")
state = cs.conditional_covariance(cascade, behind, newton=1)
with_record = cs.evaluator(cs.epr_variance(state, "S", "M", g=weight), unstable="quiet")
without = cs.evaluator(cs.epr_variance(cs.covariance(cascade), "S", "M"), unstable="quiet")

setting = {"C_S": 100.0, "C_M": 82.0, "theta_S": np.pi / 4, "r": 4 / 3, "epsilon": 0.1}
angle = np.linspace(0.25, 0.5, 300) * np.pi
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.3), dpi=150, layout="constrained")
    ignored = without(theta_M=angle, **setting)
    ax.semilogy(angle / np.pi, ignored, color=COLOURS["black"], label="nobody looks")
    for efficiency, colour in ((0.1, "green"), (0.5, "blue"), (1.0, "red")):
        value = with_record(theta_M=angle, eta=efficiency, psi=0.0, **setting)
        ax.semilogy(angle / np.pi, value, color=COLOURS[colour], label=rf"$\eta={efficiency}$")
    ax.axhline(1, color=COLOURS["grey"], lw=0.6, ls=":")
    ax.set(xlabel=r"$\theta_\mathrm{M}/\pi$", ylabel=r"$\xi_g$", ylim=(0.1, 20), xlim=(0.25, 0.5))
    ax.legend(title=r"$\epsilon=0.1$, $C_\mathrm{S}=100$")
    plt.show()

# %% [markdown]
# At the left edge the membrane is balanced, and *all* of the entanglement is in the record: without a detector there
# is none, and a poor detector gets little. Cool the membrane a little, and the curves close up. At their minimum the
# state is as entangled for somebody who ignores the light as for somebody who detects all of it: the system has done
# the filtering itself, and has left nothing in the light worth knowing. That is the finding of Huang *et al.* (2018).
#
# Which quadrature to detect? Near balance the phase quadrature, $\psi=0$; the amplitude knows next to nothing:

# %%
phase = np.linspace(-0.5, 0.5, 241) * np.pi
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.0), dpi=150, layout="constrained")
    for theta, colour in ((0.26, "blue"), (0.28, "green"), (0.36, "red")):
        here = {**setting, "theta_M": theta * np.pi}
        ax.semilogy(phase / np.pi, with_record(eta=1.0, psi=phase, **here), color=COLOURS[colour],
                    label=rf"$\theta_\mathrm{{M}}={theta}\,\pi$")  # fmt: skip
        ax.axhline(float(without(**here)), color=COLOURS[colour], lw=0.7, ls=":")
    ax.set(xlabel=r"detection phase $\psi/\pi$", ylabel=r"$\xi_g$")
    ax.set(xlim=(-0.5, 0.5), ylim=(0.15, 4))
    ax.set_yticks([0.2, 0.5, 1, 2], labels=["0.2", "0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend(loc="upper center")
    plt.show()
far = {**setting, "theta_M": 0.36 * np.pi}
loss = with_record(eta=1.0, psi=0.0, **far) / with_record(eta=1.0, psi=phase, **far).min() - 1

# %% [markdown]
# Dotted: without detection. At $\theta_M=0.36\,\pi$ it no longer matters much what is detected, or whether. Look
# closely, and $\psi=0$ is not even the best choice there; what it gives away is

# %%
Markdown(f"{100 * loss:.1f} % of $\\xi_g$.")
