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
# # A tour: two oscillators of opposite mass, one beam of light
#
# A spin ensemble that is pumped to its highest state is an oscillator of *negative mass*: it takes energy out to
# excite it. A membrane is an ordinary one. Send one beam of light through both, and the noise that the light writes on
# the first is written on the second with the opposite sign; what the beam carries away is a pair of EPR variables that
# can be quieter than two separate vacua. The question is how quiet, and for which couplings.
#
# We write down the parts and let the toolkit derive the rest.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown

import cascade_sym as cs
from cascade_sym.plot import COLOURS, styled

spin = cs.Oscillator("S", mass=-1)
motion = cs.Oscillator("M", mass=+1)
cascade = spin >> cs.Loss(cs.symbol("epsilon")) >> motion

# %% [markdown]
# ## Equations of motion
#
# Light meets the spin first. Each oscillator exchanges quanta with one sideband and creates pairs with the other; which
# is which depends on the sign of its mass. The commutators are taken from the coupling Hamiltonian, and the light
# between the two is eliminated.

# %%
cs.langevin(cascade)

# %% [markdown]
# The second equation has a term that drives the motion with the spin: the two differ in what they write into the light
# and what they read from it, unless the ratio of their two couplings is the same. Before using the equations, prove
# that they are quantum mechanics:

# %%
cs.is_physical(cascade)

# %% [markdown]
# ## The steady state
#
# The covariance matrix solves a Lyapunov equation. In a cascade information flows one way, so that each element follows
# from earlier ones by one division. The result is a short list of definitions, as one would write it in a paper.

# %%
V = cs.covariance(cascade)
V

# %% [markdown]
# Each result knows how it came about, and every step has a check that can be run again: here the commutators, and the
# Lyapunov equation with the flattened matrices, element by element.

# %%
xi = cs.epr_variance(V, "S", "M")
for check in xi.derivation.check():
    print("holds" if check.ok else "FAILS", "-", check.method)
xi

# %% [markdown]
# ## Numbers
#
# The weight $g$ is the one that homodyne detection of the output light reads out. We set the couplings by cooperativity
# and angle: $\theta=\pi/4$ is the balanced (quantum non-demolition) interaction, $\theta>\pi/4$ cools.

# %%
C_S, C_M, theta_S, theta_M, r, epsilon = sp.symbols("C_S C_M theta_S theta_M r epsilon")
n_M = 10**5
rates = {"S": sp.Integer(1), "M": r * sp.Rational(3, 2) / (n_M + sp.Rational(1, 2))}
S = cs.Oscillator("S", mass=-1, cooperativity=C_S, theta=theta_S, gamma=rates["S"], n=1)
M = cs.Oscillator("M", mass=+1, cooperativity=C_M, theta=theta_M, gamma=rates["M"], n=n_M)
figure_of_merit = cs.epr_variance(cs.covariance(S >> cs.Loss(epsilon) >> M), "S", "M")
xi_of = cs.evaluator(figure_of_merit)

angle = np.linspace(0.25, 0.5, 400) * np.pi
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.3), dpi=150, layout="constrained")
    for loss, colour in ((0.0, "red"), (0.1, "blue"), (0.3, "green")):
        value = xi_of(C_S=100.0, C_M=82.0, theta_S=np.pi / 4, theta_M=angle, r=4 / 3, epsilon=loss)
        ax.semilogy(angle / np.pi, value, color=COLOURS[colour], label=rf"$\epsilon={loss}$")
        best = np.nanargmin(value)
        ax.plot(angle[best] / np.pi, value[best], "o", color=COLOURS[colour], ms=4)
    ax.axhline(1, color=COLOURS["grey"], lw=0.6, ls=":")
    ax.text(0.495, 1.1, "two vacua", color=COLOURS["grey"], fontsize=8, ha="right")
    ax.set(xlabel=r"$\theta_\mathrm{M}/\pi$", ylabel=r"$\xi_g$", xlim=(0.25, 0.5), ylim=(0.08, 20))
    ax.legend(title=r"$C_\mathrm{S}=100$, balanced spin")
    plt.show()

# %% [markdown]
# With the motion balanced as well ($\theta_\mathrm M=\pi/4$) there is no steady-state entanglement. A little cooling
# of the second oscillator, and the spin's noise in the light interferes destructively with what it has written itself:
# $\xi_g$ drops far below 1. Loss between the two fills the valley from below.
#
# For one value, ask for digits; all that are printed are right.

# %%
point = {"C_S": 100, "C_M": 82, "theta_S": sp.pi / 4, "theta_M": 1}
point |= {"r": sp.Rational(4, 3), "epsilon": sp.Rational(1, 10)}
digits, bound = cs.exact_value(figure_of_merit, point, digits=30)
print(digits, "error below", bound)

# %% [markdown]
# ## And the printed paper?
#
# The folder `derivations/huang2018` holds what a paper printed, as data, and the derivations beside it. The checker is
# the only place where the two meet. *Exact* is a proof, not a comparison of numbers; and where the two differ, it
# looks for the smallest edit of what is printed that makes it right.

# %%
root = next(p for p in (Path.cwd(), *Path.cwd().parents) if (p / "derivations").is_dir())
entries = cs.verify(root / "derivations" / "huang2018", ("4", "7", "8", "S14", "S19.1", "S30"))


def row(e: object) -> str:
    repair = "; ".join(s.repair.description for s in e.statements if s.repair)
    repair = repair.replace("'", "`")  # formulas as code
    return f"| ({e.printed.id}) | {e.printed.title} | {e.verdict} | {repair} |"


head = "| | equation | verdict | smallest repair |\n| --- | --- | --- | --- |"
Markdown("\n".join([head, *map(row, entries)]))

# %% [markdown]
# From here: `story` follows that paper to its Fig. 3, `scalings` asks what is exact about its power laws,
# `own_system` builds something else and a folder to check it, `conditional` adds detectors and `sensing` forces.
