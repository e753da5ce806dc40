"""Transfer functions from any input to any output; noise by its origin: imprecision, back-action, baths, losses."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr

from cascade_sym.errors import PortMismatch, UnknownName, listing
from cascade_sym.operators import Op
from cascade_sym.operators.linear import collected
from cascade_sym.parts.values import Value
from cascade_sym.shown import Table
from cascade_sym.spectra.readout import FrameName, Readable, light_ops, only_port
from cascade_sym.spectra.spectrum import Spectrum, begun, finished, noise_of, power_of, response_steps
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
    (read,), at, dynamics = begun(system, (output,), frequency, frame, carrier)
    weights = input_weights(dynamics.system, input)
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
    port = only_port(system.in_ports, "input", "name a field instead of a quadrature")
    if pair := light_ops(port):
        return pair
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
    (read,), at, dynamics = begun(system, (output,), frequency, frame, carrier)
    inputs = sweep(dynamics, read.form).inputs
    noise = noise_of(dynamics.system, (read,))
    light = {name: _pairs(dynamics.system, noise, name) for name in ("X_in", "P_in")}
    parts: list[tuple[str, Expr]] = []
    for name, weights in ((name, w) for name, pairs in light.items() for w in pairs):
        total = sp.Add(*(inputs.get(o, sp.S.Zero) * c for o, c in weights.items()))
        if total != 0:
            parts.append((name, noise[next(iter(weights)).name] * power_of(dynamics, f"_{name}", total)))
    taken = {o for pairs in light.values() for w in pairs for o in w}
    others = {o: t for o, t in inputs.items() if o not in taken}
    parts += [(o.name, noise[o.name] * power_of(dynamics, f"_{tag(o)}", t)) for o, t in others.items()]
    return Table({k: finished(dynamics, at, f"N_{read.label}_{k}", e) for k, e in collected(parts).items()})


def _pairs(s: LinearSystem, noise: Mapping[str, Expr], name: str) -> list[dict[Op, Expr]]:
    """The input quadrature, and for sidebands also its adjoint partner; none where the two fields differ in noise."""
    try:
        first, second = light_pair(s)
    except PortMismatch:
        return []
    if first.name not in noise or second.name not in noise or noise[first.name] != noise[second.name]:
        return []
    weights = input_weights(s, name)
    return [weights] if first == second.dagger() else [weights, {o.dagger(): c for o, c in weights.items()}]
