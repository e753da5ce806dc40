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
# # Sensing: noise that cancels itself
#
# A force moves an oscillator, light reads it out. Weak light leaves the reading noisy, strong light kicks the
# oscillator: the best compromise is the standard quantum limit. A second oscillator of *negative* mass in the same
# beam is kicked by the same light in the opposite sense. What is left of the back-action when both are read out
# together? Here are the spectra, from the parts.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Math, display

import cascade_sym as cs
from cascade_sym.latex import body
from cascade_sym.plot import COLOURS, styled

G_S, G_M, g_S, g_M, n_S, n_M, w = sp.symbols("Gamma_S Gamma_M gamma_S0 gamma_M0 n_S n_M w")
M = cs.Oscillator("M", mass=+1, Gamma=G_M, theta=sp.pi / 4, gamma=g_M, n=n_M)
S = cs.Oscillator("S", mass=-1, Gamma=G_S, theta=sp.pi / 4, gamma=g_S, n=n_S)

# %% [markdown]
# ## One oscillator: where the noise comes from
#
# The phase quadrature of the outgoing light near the resonance, $\Omega$ counted from it. Its symmetrised spectrum
# over the squared susceptibility $L_M=|\chi_M|^2$:

# %%
alone = cs.noise_spectrum(M, "P_L")
cs.over_susceptibilities(alone).spectrum

# %% [markdown]
# The $\tfrac12$ is shot noise. In $h_M$ the term $\Gamma_M^2/2$ is back-action: the light's amplitude noise, which
# drove the oscillator. `cs.noise_budget` takes the spectrum apart by where each part comes in. In units of the force
# that drives the bath, at resonance:

# %%
names = {"P_in": "imprecision", "X_in": "back-action", "M.bath": "thermal"}
budget = cs.noise_budget(M, "P_L", frequency=0)
force_on_M = cs.force_port(M, "M", through="M.bath")
gain = cs.signal_transfer(force_on_M, "P_L", frequency=0).inline()  # real, at resonance
parts = {name: cs.normal_form(budget[name].inline() / gain**2) for name in names}
for name, part in parts.items():
    display(Math(rf"\text{{{names[name]}}} = {body(part)}"))

# %%
rate = np.geomspace(1e-2, 1e2, 200)
point = {"gamma_M0": 1.0, "n_M": 0.0}
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.3), dpi=150, layout="constrained")
    for (name, part), colour in zip(parts.items(), ("blue", "red", "green"), strict=True):
        f = cs.evaluator(part)
        value = f({k: v for k, v in {"Gamma_M": rate, **point}.items() if k in f.parameters})
        value = np.broadcast_to(value, rate.shape)
        ax.loglog(rate, value, color=COLOURS[colour], lw=0.9, label=names[name])
    total = cs.evaluator(cs.added_noise(force_on_M, "P_L", frequency=0))
    sum_of_all = total(Gamma_M=rate, **point)
    ax.loglog(rate, sum_of_all, color=COLOURS["black"], lw=1.6, label="sum")
    best = sum_of_all.argmin()
    ax.plot(rate[best], sum_of_all[best], "o", color=COLOURS["black"], ms=4)
    ax.set(xlabel=r"$\Gamma_\mathrm{M}/\gamma_\mathrm{M,0}$", ylabel="added noise")
    ax.set(xlim=(1e-2, 1e2), ylim=(1e-2, 1e2))
    ax.legend(ncols=2)
    plt.show()

# %% [markdown]
# The dot is the standard quantum limit: the imprecision has fallen to the back-action. It is no law of nature: the two
# come from different quadratures of the *same* light, and can be made to interfere.
#
# ## A negative mass in front
#
# Let the light pass the spin first. Nothing else changes.

# %%
hybrid = cs.noise_spectrum(S >> M, "P_L")
expansion = cs.over_susceptibilities(hybrid)
expansion.spectrum

# %% [markdown]
# There are two new terms, and they are negative: both oscillators respond to one and the same noise of the light, and
# the responses are subtracted. Match them, $\Gamma_S=\Gamma_M$ and $\gamma_{S,0}=\gamma_{M,0}$, and look at what
# comes from the light alone:

# %%
origin = cs.noise_budget(S >> M, "P_L")
from_light = origin["X_in"].inline() + origin["P_in"].inline()
cs.normal_form(from_light.subs({G_S: G_M, g_S: g_M}))

# %% [markdown]
# Shot noise, at every frequency and every coupling. The back-action is gone, exactly, and not just on resonance. What
# is not matched does not cancel: here with a spin ten times broader, as is usual.

# %%
x = np.linspace(-6, 6, 801)
rates = {"Gamma_M": 8.0, "gamma_M0": 0.5, "n_M": 1.0, "n_S": 0.0}
with_spin, without_spin = cs.evaluator(hybrid), cs.evaluator(alone)
with styled():
    fig, axes = plt.subplots(1, 2, figsize=(7, 3), dpi=150, layout="constrained", sharey=True)
    cases = ((0.5, "equal linewidths"), (5.0, "spin ten times broader"))
    for ax, (width, title) in zip(axes, cases, strict=True):
        only = without_spin({k: rates[k] for k in ("Gamma_M", "gamma_M0", "n_M")} | {"Omega": x})
        both = with_spin({**rates, "Gamma_S": 8.0, "gamma_S0": width, "Omega": x})
        ax.semilogy(x, only, color=COLOURS["black"], label="membrane alone")
        ax.semilogy(x, both, color=COLOURS["red"], label="spin and membrane")
        ax.axhline(0.5, color=COLOURS["grey"], lw=0.6, ls=":")
        ax.set(xlabel=r"$\Omega$", title=title, xlim=(-6, 6))
    axes[0].set(ylabel=r"$N_{P_\mathrm{L}}(\Omega)$")
    axes[0].legend(loc="upper right")
    axes[0].text(-5.8, 0.55, "shot noise", color=COLOURS["grey"], fontsize=8)
    plt.show()

# %% [markdown]
# ## Partial fractions
#
# A product of two resonances is awkward to integrate or to fit. With different linewidths it splits into one term for
# each oscillator, $N = \tfrac12 + \sum_j p_j|\chi_j|^2$, and a fit of two Lorentzians recovers $p_S$ and $p_M$:

# %%
fractions = cs.partial_fractions(hybrid)
table = {f"p_{mode}": sp.factor(cs.normal_form(p)) for mode, (p, _) in fractions.items() if mode}
Math(body(table))

# %% [markdown]
# ## How small a force
#
# The force has a known shape, here a Lorentzian of width $w$. The best estimate of its amplitude weighs each
# frequency by signal over noise (the matched filter), and its variance is $V=[\int|S|^2/N\,\mathrm d\Omega]^{-1}$, in
# closed form:

# %%
force = cs.lorentzian(w)
V_M = cs.matched_filter_sensitivity(force_on_M, "P_L", force)
V_H = cs.matched_filter_sensitivity(cs.force_port(S >> M, "M", through="M.bath"), "P_L", force)
V_M.variance

# %% [markdown]
# Against coupling, for a broad force, in units of the standard quantum limit (the least $V$ of the membrane alone).
# With matched coupling $\Gamma_S=\Gamma_M$ the hybrid sensor goes below it and stays there; what ends the fall is
# thermal.

# %%
rate = np.geomspace(1e-1, 1e5, 300)
bath = {"gamma_M0": 1.0, "n_M": 10.0, "w": 1e4}
membrane = cs.evaluator(V_M.variance)(Gamma_M=rate, **bath)
limit = membrane.min()
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.3), dpi=150, layout="constrained")
    ax.loglog(rate, membrane / limit, color=COLOURS["black"], label="membrane alone")
    f = cs.evaluator(V_H.variance)
    for width, colour in ((100.0, "blue"), (10.0, "green"), (1.0, "red")):
        value = f(Gamma_M=rate, Gamma_S=rate, gamma_S0=width, n_S=0.0, **bath)
        label = rf"with spin, $\gamma_\mathrm{{S,0}}={width:.0f}$"
        ax.loglog(rate, value / limit, color=COLOURS[colour], label=label)
    ax.axhline(1, color=COLOURS["grey"], lw=0.6, ls=":")
    ax.set(xlabel=r"$\Gamma_\mathrm{M}/\gamma_\mathrm{M,0}$", ylabel=r"$V/V_\mathrm{SQL}$")
    ax.set(xlim=(1e-1, 1e5), ylim=(1e-2, 1e2))
    ax.legend()
    plt.show()

# %% [markdown]
# Every step of such a result can be run again, from the estimator to the proof that no other filter does better:

# %%
for check in V_H.derivation.check():
    print("holds" if check.ok else "FAILS", "-", check.method)
