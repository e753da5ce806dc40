"""The optimal linear combination of several outputs: Wiener's estimate of a signal, frequency by frequency.

With the spectra S of a signal q and outputs y_k, the combination sum_k h_k y_k that comes nearest to q leaves the error

    S_qq - sum_kl S_qk (S^-1)_kl S_lq.

The outputs are taken one after the other, each freed from what the earlier ones tell (Gram and Schmidt). Source:
Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series (1949). The record is used on both sides
of time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System
from cascade_sym.errors import ParameterError
from cascade_sym.exact import is_zero
from cascade_sym.shown import Shown
from cascade_sym.spectra.backward import sweep, tag
from cascade_sym.spectra.readout import FrameName, Readable
from cascade_sym.spectra.spectrum import Spectrum, amplitudes_of, begun, finished, noise_of, power_of
from cascade_sym.symbols import conj
from cascade_sym.system.values import Value


@dataclass(frozen=True)
class Combination(Shown):
    """The optimal combination of outputs: the `weights` h_k by their names, the spectrum of the `error`, and that of
    the signal itself (`prior`).

    >>> from cascade_sym.parts import Cavity
    >>> best = optimal_combination(Cavity("c", kappa=2, loss=2), "X_c", ["X"], frequency=0)
    >>> best.prior.inline(), best.error.inline()
    (1/2, 1/4)
    """

    weights: Mapping[str, Spectrum]
    error: Spectrum
    prior: Spectrum = field(repr=False)


def optimal_combination(
    system: System,
    signal: Readable,
    outputs: Sequence[Readable],
    *,
    frequency: Value | None = None,
    frame: FrameName = "rotating",
    carrier: Value | None = None,
) -> Combination:
    """The linear combination of `outputs` that comes nearest to `signal`, at each frequency.

    `signal` and `outputs` are read as in `noise_spectrum`: quadratures of modes ("X_M"), of the light of ports
    (`Quadrature`, `Homodyne`), linear forms. Raises ParameterError where one output is a multiple of others or has no
    noise; else as `noise_spectrum`.

    >>> from cascade_sym.parts import Cavity
    >>> best = optimal_combination(Cavity("c", kappa=2), "X_c", ["X"], frequency=0)
    >>> best.error.inline(), best.weights["X"].inline()
    (0, sqrt(2))
    """
    outputs = list(outputs) if not isinstance(outputs, str) else [outputs]
    if not outputs:
        raise ParameterError("outputs is empty; name at least one output to estimate the signal from.")
    reads, at, dynamics = begun(system, (signal, *outputs), frequency, frame, carrier)
    noise = noise_of(dynamics.system, reads)
    swept = [amplitudes_of(sweep(dynamics, r.form, f"_{k}"), noise) for k, r in enumerate(reads)]
    labels = _labels([r.label for r in reads[1:]])
    n = range(len(reads))
    S: dict[tuple[int, int], Expr] = {}
    for a in n:
        S[a, a] = sp.Add(*(w.weight * power_of(dynamics, f"_{a}_{tag(w.name)}", t) for w, t in swept[a]))
        for b in range(a + 1, len(reads)):
            other = {w.name: u for w, u in swept[b]}
            S[a, b] = sp.Add(*(w.weight * t * conj(other[w.name]) for w, t in swept[a] if w.name in other))
    prior = S[0, 0]
    made = {k: {k: sp.S.One} for k in n[1:]}  # each freed output as a combination of those given
    weights: dict[int, Expr] = dict.fromkeys(n[1:], sp.S.Zero)
    for k in n[1:]:
        own = dynamics.naming.once(f"S_{k}_{k}", S[k, k])
        if own == 0 or is_zero(dynamics.naming.quantity(own)):
            raise ParameterError(f"the output {labels[k - 1]!r} has no noise that the outputs before it don't have.")
        for a in (0, *n[k + 1 :]):
            c = dynamics.naming.once(f"c_{a}_{k}", (S[a, k] if a < k else conj(S[k, a])) / own)
            if a == 0:
                for j, w in made[k].items():
                    weights[j] += c * w
            else:
                for j, w in made[k].items():
                    made[a][j] = made[a].get(j, sp.S.Zero) - c * w
            S[a, a] = S[a, a] - own * power_of(dynamics, f"_c_{a}_{k}", c)
            for b in n[k + 1 :]:
                if b > a:
                    S[a, b] = S[a, b] - c * S[k, b]
    label = reads[0].label
    combined = {x: finished(dynamics, at, f"h_{x}", weights[k], second_moment=False) for k, x in enumerate(labels, 1)}
    error, whole = (finished(dynamics, at, f"{x}_{label}", e) for x, e in (("E", S[0, 0]), ("N", prior)))
    return Combination(combined, error, whole)


def _labels(labels: Sequence[str]) -> list[str]:
    """Names of the outputs, numbered where they are alike."""
    return [f"{x}_{labels[: k + 1].count(x)}" if labels.count(x) > 1 else x for k, x in enumerate(labels)]
