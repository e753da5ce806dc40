"""Transfer functions from any input to any output; noise by its origin: imprecision, back-action, baths, losses."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr

from cascade_sym.compose import as_system
from cascade_sym.errors import PortMismatch, UnknownName, listing
from cascade_sym.operators import Op
from cascade_sym.parts.values import Value
from cascade_sym.spectra.checks import response_steps
from cascade_sym.spectra.readout import SIDEBANDS, FrameName, Readable, as_readout, axis
from cascade_sym.spectra.spectrum import Spectrum, finished, noise_of, power_of, started
from cascade_sym.spectra.sweep import sweep, tag
from cascade_sym.system import LinearSystem

HALF = 1 / sp.sqrt(2)


def transfer(
    system: object,
    input: str | Op,
    output: Readable,
    *,
    frequency: Value | None = None,
    frame: FrameName = "rotating",
    carrier: Value | None = None,
) -> Spectrum:
    """The transfer function T(Omega) in output(Omega) = ... + T(Omega) input(Omega).

    `input` is an input field ("S.in+", a bath "M.bath", with "^+" for the adjoint b^+(Omega), the transform of b^+(t)),
    or a quadrature of the light that enters at the only input port: "X_in", "P_in" (two-mode quadratures X_L, P_L for
    light with two sidebands). `output` and the frame are read as in `noise_spectrum`. The result is complex, with named
    susceptibilities; its steps check it against the flattened (A, B, C, D).

    Raises UnknownName for a missing field, UnstableError, ParameterError for a frequency in the wrong frame.

    >>> from cascade_sym.parts import Cavity
    >>> transfer(Cavity("c"), "c.in", "c.out", frequency=0).inline()
    -1
    """
    s = as_system(system)
    read = as_readout(s, output)
    at = axis((read,), frequency, frame, carrier, s.inherited.gone)
    weights = input_weights(s, input)
    dynamics = started(s, at, (read,))
    response = sweep(dynamics, read.form)
    terms = [response.inputs[o] * c for o, c in weights.items() if o in response.inputs]
    label = input if isinstance(input, str) else input.name
    steps = response_steps(dynamics, (read,), (response,))
    return finished(dynamics, at, f"T_{read.label}_{label}", sp.Add(*terms), steps, second_moment=False)


def input_weights(system: LinearSystem, input: str | Op) -> dict[Op, Expr]:
    """By which weights the transfer functions of the fields add up to that of `input`.

    b = (X + i P)/sqrt2, hence T_X = (T_b + T_b^+)/sqrt2 and T_P = i (T_b - T_b^+)/sqrt2.
    """
    if isinstance(input, Op):
        o = input
    elif input in ("X_in", "P_in"):
        first, second = light_pair(system)
        if input == "X_in":
            return {first: HALF, second: HALF}
        return {first: sp.I * HALF, second: -sp.I * HALF}
    else:
        o = Op(input.removesuffix("^+"), input.endswith("^+"))
    if o.name not in system.inputs:
        raise UnknownName(f"no input {o.name!r}; there are X_in, P_in and the fields {listing(system.inputs)}.")
    return {o: sp.S.One}


def light_pair(system: LinearSystem) -> tuple[Op, Op]:
    """The operators (b, b^+) or (b_+, b_-^+) that make up the quadratures of the light at the only input port."""
    if len(system.in_ports) != 1:
        names = listing(p.name for p in system.in_ports)
        raise PortMismatch(f"which input port? The system has {names}; name a field instead of a quadrature.")
    port = system.in_ports[0]
    if set(port.channels) == SIDEBANDS:
        return Op(port.fields["+"]), Op(port.fields["-"], True)
    if len(port.channels) == 1:
        b = Op(port.fields[port.channels[0]])
        return b, b.dagger()
    raise PortMismatch(f"port {port.name!r} has the channels {port.channels}; name a field instead of a quadrature.")


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
    """The input quadrature, and for sidebands also its adjoint partner; none where the two fields differ in noise."""
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
