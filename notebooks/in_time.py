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
# # In time: transients, light in pulses, feedback
#
# Steady states are where everything ends. This notebook looks at the way there, at what the light of a steady state
# carries in pulses and filters, and at what a detector's current, fed back, makes of the state.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

import cascade_sym as cs
from cascade_sym.plot import COLOURS, styled

t, tau, g, n = sp.symbols("t tau g n")
chi, kappa = sp.symbols("chi kappa")

# %% [markdown]
# ## A cascade, switched on
#
# Two cavities of equal linewidth in series, the first one displaced and noisy. Both rates are the same, so that the
# drift has no complete set of eigenvectors: the second cavity follows with powers of $t$.

# %%
cavities = cs.Cavity("a", kappa=1) >> cs.Cavity("b", kappa=1)
V = cs.transient(cavities, t, {("X_a", "X_a"): 3, ("P_a", "P_a"): 3, "X_a": 2})
V.mean("X_b").inline(), sp.simplify(V["X_b", "X_b"].inline())

# %% [markdown]
# The differential equation and the initial value are proved, step by step:

# %%
[step.check() for step in V.derivation.steps if step.check is not None]

# %% [markdown]
# An evaluator takes any system, loops too, and couplings that are functions of the time: here the first cavity is
# opened by a pulse.

# %%
opened = cs.evaluator(cs.transient(cs.Cavity("a") >> cs.Cavity("b", kappa=1), t, {"X_a": 2}))
times = np.linspace(0, 8, 81)
found = opened(kappa_a=lambda x: 2 * np.exp(-((x - 2) ** 2)), t=times)
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.0), dpi=150, layout="constrained")
    ax.plot(times, found.mean("X_a"), color=COLOURS["red"], label="first cavity")
    ax.plot(times, -found.mean("X_b"), color=COLOURS["blue"], label="second cavity")
    ax.set_xlabel("time")
    ax.set_ylabel("mean amplitude")
    ax.legend()
    plt.show()

# %% [markdown]
# How fast the noise of the first cavity reaches the second one depends on its linewidth. In Jupyter, with
# ipywidgets, sliders move the picture:

# %%
noisy = cs.transient(cs.Cavity("a") >> cs.Cavity("b", kappa=1), t, {("X_a", "X_a"): n, ("P_a", "P_a"): n})


def spread(noise, linewidth):
    return cs.plot_motion(noisy, times, {"n": noise, "kappa_a": linewidth}, of=["X_a", "X_b"])


cs.sliders(spread, noise=(0.5, 8, 5), linewidth=(0.2, 5, 1.5))

# %% [markdown]
# ## What the light remembers
#
# The light of a parametric oscillator is bunched, $g^{(2)}(0) > 2$, because its photons come in pairs:

# %%
amplifier = cs.Squeezer("s", chi=sp.Rational(1, 4), kappa=1)
cs.second_order_coherence(amplifier, "s.out", tau).inline()

# %% [markdown]
# A filter picks a temporal mode of it. Signal and idler of a nondegenerate oscillator, each behind a filter of
# linewidth $g$, are entangled; a narrow filter sees the best squeezing, a wide one mostly vacuum.

# %%
pair = cs.Squeezer("o", chi=chi, kappa=kappa, two_mode=True)
modes = cs.temporal_mode(pair, ["o.out+", "o.out-"], cs.exponential_envelope(g))
sp.factor(modes["X_f1", "X_f2"].inline())

# %%
entanglement = cs.evaluator(cs.log_negativity(modes, "f1", "f2"))
widths = np.geomspace(1e-2, 1e2, 60)
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.0), dpi=150, layout="constrained")
    for gain, colour in ((0.1, "green"), (0.25, "blue"), (0.45, "red")):
        values = entanglement(chi=gain, kappa=1.0, g=widths)
        ax.semilogx(widths, values, color=COLOURS[colour], label=rf"$\chi={gain}$")
    ax.set_xlabel("linewidth of the filter")
    ax.set_ylabel("logarithmic negativity")
    ax.legend()
    plt.show()

# %% [markdown]
# ## Fed back
#
# Homodyne detection of the amplified quadrature with the efficiency $\eta$, the current fed back into it with the gain
# $g$. The fed-back system is a system like any other; the least variance is that of the conditional state.

# %%
eta = sp.Symbol("eta")
detector = cs.Homodyne(angle=0, efficiency=eta)
fed = cs.measurement_feedback(amplifier, detector, "X_s", g)
sp.factor(cs.covariance(fed)["X_s", "X_s"].inline())

# %%
gains = np.linspace(-1.5, 0.2, 18)
fed_back = cs.evaluator(cs.covariance(fed)["X_s", "X_s"])(g=gains, eta=0.8)
known = cs.evaluator(cs.conditional_covariance(amplifier, detector)["X_s", "X_s"])(eta=0.8)
bool(fed_back.min() >= known), round(float(fed_back.min() - known), 4)

# %% [markdown]
# Optimal control asks for the cost of control too, and smoothing for what was, given all that was measured later:

# %%
best = cs.lqg(amplifier, detector, "X_s", (sp.diag(1, 0), sp.Rational(1, 10)))
past = cs.smoothing(amplifier, detector)
[round(float(x.subs({"eta": sp.Rational(4, 5)}).inline()), 4)
 for x in (best.cost, past.filtered["X_s", "X_s"], past["X_s", "X_s"])]
