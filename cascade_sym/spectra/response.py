"""Transfer functions from any input to any output; noise by its origin: imprecision, back-action, baths, losses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

import sympy as sp
from sympy import Expr

from cascade_sym.errors import PortMismatch, UnknownName, listing
from cascade_sym.operators import LinearForm, Op
from cascade_sym.operators.linear import collected
from cascade_sym.shown import Table
from cascade_sym.spectra.backward import sweep, tag
from cascade_sym.spectra.readout import FrameName, Readable, light_ops, only_port
from cascade_sym.spectra.spectrum import Spectrum, amplitudes_of, begun, finished, noise_of, power_of
from cascade_sym.spectra.spectrum_steps import response_steps
from cascade_sym.symbols import conj
from cascade_sym.system import Inputs, LinearSystem
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.network import System
from cascade_sym.system.values import Value

HALF = 1 / sp.sqrt(2)  # weight of each field in a quadrature


def transfer(
    system: System,
    input: str | Op,
    output: Readable,
    *,
    frequency: Value | None = None,
    frame: FrameName = "rotating",
    carrier: Value | None = None,
    unstable: bool = False,
) -> Spectrum:
    """The transfer function T(Omega) in output(Omega) = ... + T(Omega) input(Omega).

    `input` is an input field ("S.in+", a bath "M.bath", with "^+" for the adjoint b^+(Omega), the transform of b^+(t)),
    or a quadrature of the light that enters at the only input port: "X_in", "P_in" (two-mode quadratures X_L, P_L for
    light with two sidebands), of several ports "X_in_light". `output` and the frame are read as in `noise_spectrum`.
    The result is complex, with named susceptibilities; its steps check it against the flattened (A, B, C, D).

    `unstable` allows a block that is unstable alone (a controller, which feedback will stabilise): its transfer
    function is then the ratio of polynomials, and no response that ever settles. Raises UnknownName for a missing
    field, UnstableError, ParameterError for a frequency in the wrong frame.

    >>> from cascade_sym.parts import Cavity
    >>> transfer(Cavity("c"), "c.in", "c.out", frequency=0).inline()
    -1
    """
    (read,), at, dynamics = begun(system, (output,), frequency, frame, carrier, stable=not unstable)
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
    o = input if isinstance(input, Op) else Op(input.removesuffix("^+"), input.endswith("^+"))
    m = re.fullmatch(r"([XP])_in(?:_(.+))?", input) if isinstance(input, str) else None
    if m and not (m[2] and o.name in system.inputs):  # a field may have such a name
        return _of_quadrature(m[1], *light_pair(system, m[2] or ""))
    if o.name not in system.inputs:
        raise UnknownName(
            f"no input {o.name!r}; there are X_in, P_in (of several ports: X_in_ and P_in_ with the name of one among "
            f"{listing(p.name for p in system.in_ports)}) and the fields {listing(system.inputs)}."
        )
    return {o: sp.S.One}


def _of_quadrature(letter: str, first: Op, second: Op) -> dict[Op, Expr]:
    return {first: HALF, second: HALF} if letter == "X" else {first: sp.I * HALF, second: -sp.I * HALF}


def light_pair(system: LinearSystem, port: str = "") -> tuple[Op, Op]:
    """The operators (b, b^+) or (b_+, b_-^+) that make up the quadratures of the light at an input port, or the only
    one."""
    advice = "give its name as in 'X_in_light', or name a field"
    of = system.in_port(port) if port else only_port(system.in_ports, "input", advice)
    if pair := light_ops(of):
        return pair
    raise PortMismatch(f"port {of.name!r} has the channels {of.channels}; name a field instead of a quadrature.")


def noise_budget(
    system: System,
    output: Readable,
    *,
    frequency: Value | None = None,
    frame: FrameName = "rotating",
    carrier: Value | None = None,
) -> Mapping[str, Spectrum]:
    """The noise spectrum of `output` split by origin; the parts add up to `noise_spectrum`.

    The light that enters counts as "X_in" and "P_in" (for a phase measurement: back-action and imprecision; of several
    ports as "X_in_light", with the name of each), every other input by the name of its field: a bath, a loss;
    correlated ones by "one with other". Arguments and errors as in `noise_spectrum`.

    >>> from cascade_sym.parts import Oscillator
    >>> sorted(noise_budget(Oscillator("M"), "P_L"))
    ['M.bath', 'P_in', 'X_in']
    """
    (read,), at, dynamics = begun(system, (output,), frequency, frame, carrier)
    swept = sweep(dynamics, read.form)
    noise = noise_of(dynamics.system, (read,))
    ports = dynamics.system.in_ports
    light = [found for port in ports for found in _quadratures(dynamics.system, noise, port.name)]
    parts: list[tuple[str, Expr]] = []
    for name, weights in light:
        total = sp.Add(*(swept.inputs.get(o, sp.S.Zero) * c for o, c in weights.items()))
        if total != 0:
            strength = sp.factor_terms(sp.expand(noise.correlation(*[_quadrature_of(weights)] * 2)))
            parts.append((name, strength * power_of(dynamics, f"_{name}", total)))
    taken = {o.name for _, weights in light for o in weights}
    for w, t in amplitudes_of(swept, noise):
        if not taken & (fields := {o.name for o in w.parts}):
            parts.append((" with ".join(sorted(fields)), w.weight * power_of(dynamics, f"_{tag(w.name)}", t)))
    return Table({k: finished(dynamics, at, f"N_{read.label}_{k}", e) for k, e in collected(parts).items()})


def _quadratures(s: LinearSystem, noise: Inputs, port: str) -> list[tuple[str, dict[Op, Expr]]]:
    """The input quadratures of a port, for sidebands also their adjoint partners; none where the noise mixes them."""
    try:
        first, second = light_pair(s, port)
    except PortMismatch:
        return []
    fields = {first.name, second.name}
    if not fields <= set(noise) or any({x.name, y.name} - fields for x, y in noise.pairs if fields & {x.name, y.name}):
        return []
    of = "" if len(s.in_ports) == 1 else f"_{port}"
    found = [(f"{q}_in{of}", _of_quadrature(q, first, second)) for q in "XP"]
    if first != second.dagger():
        found += [(name, {o.dagger(): c for o, c in w.items()}) for name, w in found]
    forms = [_quadrature_of(w) for _, w in found]
    mixed = (noise.correlation(f, g) for f, g in combinations(forms, 2))
    return [] if any(e != 0 and not vanishes(e) for e in mixed) else found


def _quadrature_of(weights: Mapping[Op, Expr]) -> LinearForm:
    """The noise whose transfer function has these weights: T_X = (T_b + T_b^+)/sqrt2 belongs to X = (b + b^+)/sqrt2."""
    return LinearForm({o: conj(c) for o, c in weights.items()})
