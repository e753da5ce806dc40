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
# # A system of your own
#
# Nothing in the toolkit is about one paper. Here is another experiment, from parts to a folder that checks your
# manuscript: a squeezer whose output is fed back into it through a beam splitter, with loss in the loop, and a cavity
# that catches the light behind. Coherent feedback of this kind widens or narrows the squeezer by a turn of the beam
# splitter (Gough and Wildfeuer, PRA **80**, 042107 (2009); Iida *et al.*, IEEE Trans. Autom. Control **57**, 2045
# (2012)). How much squeezing comes out, and how much is left in the cavity?

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown, Math, display

import cascade_sym as cs
from cascade_sym.evaluate import code
from cascade_sym.latex import body
from cascade_sym.paper import new_folder
from cascade_sym.plot import COLOURS, styled

kappa, chi, T, epsilon, nu = sp.symbols("kappa chi T epsilon nu")

# %% [markdown]
# ## Parts and wires
#
# `a >> b` puts parts in a row. For loops there is `cs.connect`: each wire goes from an output port to an input port,
# and ports that no wire uses stay open. The beam splitter transmits $T$ of the incoming light past the loop, and as
# much of the squeezer's light back into it; a phase of $\pi$ on the way turns the feedback against the squeezer's own
# decay.

# %%
squeezer = cs.Squeezer("q", chi=chi, kappa=kappa)
splitter = cs.BeamSplitter(transmission=T, name="bs")
loop = cs.connect(
    [squeezer, splitter, cs.Loss(epsilon, name="loss"), cs.PhaseShift(sp.pi, name="turn")],
    [("bs.2", "q"), ("q", "loss"), ("loss", "turn"), ("turn", "bs.2")],
    inputs={"light": "bs.1"},
    outputs={"light": "bs.1"},
)
cs.langevin(loop)

# %% [markdown]
# Before anything else: is this quantum mechanics? Commutators of the mode and of every output, proved.

# %%
cs.is_physical(loop)

# %% [markdown]
# ## The steady state
#
# The two quadratures are damped differently. Both have to be damped, which is where the threshold of a parametric
# oscillator comes from, $\chi<\kappa/2$; with feedback it moves with $T$:

# %%
V = cs.covariance(loop)
rates = dict(V.definitions)
threshold = sp.solve(rates[sp.Symbol("gamma_X_q")], chi)[0]
display(Math(body({name: rates[sp.Symbol(name)] for name in ("gamma_X_q", "gamma_P_q")})))
Math(rf"\chi_{{\mathrm{{max}}}} = {body(sp.factor(threshold))}")

# %% [markdown]
# ## The spectrum of squeezing
#
# The phase quadrature of the light that leaves, relative to vacuum (0 dB). The loop trades bandwidth for depth, at one
# and the same pump:

# %%
N = cs.noise_spectrum(loop, "P")
noise = cs.evaluator(N)
frequency = np.linspace(0, 3, 400)
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.3), dpi=150, layout="constrained")
    for t, colour in ((0.0, "black"), (0.05, "blue"), (0.2, "green"), (0.4, "red")):
        value = noise(Omega=frequency, T=t, chi=0.1, kappa=1.0, epsilon=0.05)
        ax.plot(frequency, 10 * np.log10(2 * value), color=COLOURS[colour], label=f"$T={t}$")
    ax.axhline(0, color=COLOURS["grey"], lw=0.6, ls=":")
    ax.set(xlabel=r"$\Omega/\kappa$", ylabel="noise (dB)", xlim=(0, 3))
    ax.legend(title=r"$\chi=0.1\,\kappa$, $\epsilon=0.05$")
    plt.show()

# %% [markdown]
# What is the best beam splitter? Without loss, the nearer to threshold the better. With loss in the loop it pays to
# stop earlier; `cs.sweep` finds where, for every loss, at resonance:

# %%
on_resonance = cs.noise_spectrum(loop, "P", frequency=0).subs({kappa: 1, chi: sp.Rational(1, 10)})
losses = np.geomspace(1e-3, 0.5, 25)
best = cs.sweep(on_resonance, {"epsilon": losses}, optimise={"T": (1e-4, 0.9)}, name="N")
with styled():
    fig, (left, right) = plt.subplots(1, 2, figsize=(7, 2.8), dpi=150, layout="constrained")
    left.semilogx(best.epsilon, 10 * np.log10(2 * best.N), color=COLOURS["red"])
    left.set(xlabel=r"loss $\epsilon$", ylabel="best noise (dB)")
    right.semilogx(best.epsilon, best["T"], color=COLOURS["blue"])
    right.set(xlabel=r"loss $\epsilon$", ylabel="best $T$")
    plt.show()

# %% [markdown]
# ## What the cavity catches
#
# Now send the light into an empty cavity of decay rate $\nu$: one more part in the row. Its covariance is the overlap
# of the squeezing spectrum with the cavity's line, in closed form, and it is as long as a formula of two modes and a
# loop has to be; the definitions keep it readable.

# %%
caught = cs.covariance(loop >> cs.Cavity("c", kappa=nu))
caught["P_c", "P_c"].subs({epsilon: 0})

# %%
in_cavity = cs.evaluator(caught["P_c", "P_c"])
width = np.geomspace(1e-2, 10, 200)
with styled():
    fig, ax = plt.subplots(figsize=(4.8, 3.0), dpi=150, layout="constrained")
    for t, colour in ((0.0, "black"), (0.2, "green"), (0.4, "red")):
        value = in_cavity(nu=width, T=t, chi=0.1, kappa=1.0, epsilon=0.05)
        ax.semilogx(width, 10 * np.log10(2 * value), color=COLOURS[colour], label=f"$T={t}$")
    ax.axhline(0, color=COLOURS["grey"], lw=0.6, ls=":")
    ax.set(xlabel=r"$\nu/\kappa$", ylabel=r"$\Delta^2P_\mathrm{c}$ (dB)", xlim=(1e-2, 10))
    ax.legend()
    plt.show()

# %% [markdown]
# A slow cavity takes the centre of the line and likes the feedback; a fast one averages over it, and does not.
#
# ## Out of the notebook
#
# Formulas leave as LaTeX, in your own letters, and as code in Python, C, Julia or Mathematica:

# %%
t = sp.Symbol("t", positive=True)  # the amplitude, sqrt(T): rational functions of it can be factored
at_centre = cs.noise_spectrum(loop, "P", frequency=0).subs({epsilon: 0}).inline()
squeezing = cs.Quantity("N_0", sp.factor(at_centre.subs(T, t**2)).subs(t, sp.sqrt(T)))
display(squeezing)
Markdown(f"```latex\n{body(squeezing)}\n```\n```julia\n{code(squeezing, 'julia')}```")

# %% [markdown]
# ## A folder for your paper
#
# `cascade-sym new FOLDER` makes a paper of yours: `printed.toml` holds what is printed, as data; `derived.py` holds
# what follows from the parts, and never sees the other. The new folder has a small example in it that verifies at
# once. Put the squeezer in instead, with a misprint: a factor of 2.

# %%
PRINTED = """
[paper]
title = "A squeezer in a loop"

[[equation]]
id = "1"
title = "Noise at resonance without feedback"
statements = ["N_0 = (kappa - 2*chi)^2/(kappa + 2*chi)^2/2"]

[[equation]]
id = "2"
title = "Threshold"
statements = ["chi_max = kappa*(1 - sqrt(T))/(1 + sqrt(T))"]
"""
DERIVED = """
import sympy as sp

import cascade_sym as cs
from cascade_sym.paper import Model

kappa, chi, T = sp.symbols("kappa chi T")
model = Model(parameters=("kappa", "chi", "T"))


def loop(transmission):
    squeezer, turn = cs.Squeezer("q", chi=chi, kappa=kappa), cs.PhaseShift(sp.pi, name="turn")
    parts = [squeezer, turn, cs.BeamSplitter(transmission=transmission, name="bs")]
    wires = [("bs.2", "q"), ("q", "turn"), ("turn", "bs.2")]
    return cs.connect(parts, wires, inputs={"light": "bs.1"}, outputs={"light": "bs.1"})


@model.equation("1")
def noise():
    return {"N_0": cs.noise_spectrum(loop(0), "P", frequency=0)}


@model.equation("2")
def threshold():
    damping = dict(cs.covariance(loop(T)).definitions)[sp.Symbol("gamma_X_q")]
    return {"chi_max": sp.solve(damping, chi)[0]}
"""
with tempfile.TemporaryDirectory() as place:
    folder = new_folder(Path(place) / "mine")
    (folder / "printed.toml").write_text(PRINTED)
    (folder / "derived.py").write_text(DERIVED)
    entries = cs.verify(folder)


def row(e: object) -> str:
    repair = "; ".join(s.repair.description for s in e.statements if s.repair)
    repair = repair.replace("'", "`")  # formulas as code
    return f"| ({e.printed.id}) | {e.printed.title} | {e.verdict} | {repair} |"


head = "| | equation | verdict | repair |\n| --- | --- | --- | --- |"
Markdown("\n".join([head, *map(row, entries)]))
