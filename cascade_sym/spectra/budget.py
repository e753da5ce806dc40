"""Where the noise comes from: imprecision, back-action, baths, losses."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr

from cascade_sym.compose import as_system
from cascade_sym.errors import PortMismatch
from cascade_sym.operators import Op
from cascade_sym.parts.values import Value
from cascade_sym.spectra.frame import FrameName, axis
from cascade_sym.spectra.readout import Readable, as_readout
from cascade_sym.spectra.response import input_weights, light_pair
from cascade_sym.spectra.spectrum import Spectrum, finished, noise_of, power_of, started
from cascade_sym.spectra.sweep import sweep, tag


def noise_budget(
    system: object,
    output: Readable,
    *,
    frequency: Value | None = None,
    frame: FrameName = "rotating",
    carrier: Value | None = None,
) -> Mapping[str, Spectrum]:
    """The noise spectrum of `output` split by origin; the parts add up to `noise_spectrum`.

    The light that enters counts as "X_in" and "P_in" (for a phase measurement: back-action and imprecision),
    every other input by the name of its field: a bath, a loss. Arguments and errors as in `noise_spectrum`.

    >>> from cascade_sym.parts import Oscillator
    >>> sorted(noise_budget(Oscillator("M"), "P_L"))
    ['M.bath', 'P_in', 'X_in']
    """
    s = as_system(system)
    read = as_readout(s, output)
    at = axis((read,), frequency, frame, carrier, s.inherited.gone)
    dynamics = started(s, at, (read,))
    inputs = dict(sweep(dynamics, read.form).inputs)
    noise = noise_of(s, (read,))
    parts: dict[str, Expr] = {}
    for name in ("X_in", "P_in"):
        for weights in _pairs(s, noise, name):
            total = sp.Add(*(inputs.get(o, sp.S.Zero) * c for o, c in weights.items()))
            if total != 0:
                n = noise[next(iter(weights)).name]
                parts[name] = parts.get(name, sp.S.Zero) + n * power_of(dynamics, f"_{name}", total)
    taken = {o for name in ("X_in", "P_in") for w in _pairs(s, noise, name) for o in w}
    for o, t in inputs.items():
        if o not in taken:
            power = noise[o.name] * power_of(dynamics, f"_{tag(o)}", t)
            parts[o.name] = parts.get(o.name, sp.S.Zero) + power
    return {k: finished(dynamics, at, f"N_{read.label}_{k}", e) for k, e in parts.items()}


def _pairs(system: object, noise: Mapping[str, Expr], name: str) -> list[dict[Op, Expr]]:
    """The input quadrature, and for sidebands also its adjoint partner; none where the two fields differ in
    noise."""
    s = as_system(system)
    try:
        first, second = light_pair(s)
    except PortMismatch:
        return []
    if first.name not in noise or second.name not in noise or noise[first.name] != noise[second.name]:
        return []
    weights = input_weights(s, name)
    if first == second.dagger():
        return [weights]
    return [weights, {o.dagger(): c for o, c in weights.items()}]
