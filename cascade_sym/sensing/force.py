"""A force on a mode: how its signal reaches an output, and the noise in units of the force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, as_system
from cascade_sym.definitions import Definitions
from cascade_sym.errors import ParameterError, UnknownName, listing, require_type
from cascade_sym.operators import Op
from cascade_sym.shown import Shown
from cascade_sym.spectra.backward import Response, sweep, tag
from cascade_sym.spectra.readout import SIDEBANDS, Axis, FrameName, Readable, Readout, as_readout, axis
from cascade_sym.spectra.spectrum import Spectrum, amplitudes_of, finished, noise_of, power_of, started
from cascade_sym.spectra.spectrum_steps import response_steps
from cascade_sym.symbols import conj, is_real
from cascade_sym.system import LinearSystem
from cascade_sym.system.values import Value, declared, value


@dataclass(frozen=True)
class ForcePort(Shown):
    """A classical force on a mode of a system: d z/dt gains drive[z] * F for every operator z in `drive`.

    `envelope` says that F is the complex envelope of a force near the resonance of a mode in its rotating
    frame (the counter-rotating part is dropped); else F(t) is real and drives a and a^+ alike.

    >>> from cascade_sym.parts import Cavity
    >>> port = force_port(Cavity("c"), "c")
    >>> port.envelope, port.drive[Op("c")]
    (False, sqrt(2)*I/2)
    """

    system: LinearSystem
    mode: str
    drive: Mapping[Op, Expr]
    envelope: bool


def force_port(system: System, mode: str, *, through: str | None = None, coupling: Value | None = None) -> ForcePort:
    """A force on `mode`.

    By default F enters the Hamiltonian as -F X (hbar = 1), so da/dt gains i F/sqrt2. With `through`, an input
    field of the mode (its bath, say), the force displaces that field, b -> b + F, and is measured in its
    units. `coupling` gives the coefficient in da/dt directly. In a system with sidebands F is an envelope
    (see `ForcePort`).

    Raises UnknownName for a missing mode or field, ParameterError where the field does not drive the mode.

    >>> from cascade_sym.parts import Oscillator
    >>> force_port(Oscillator("M"), "M", through="M.bath").drive
    {Op(name='M', dag=False): sqrt(gamma_M0)}
    """
    s = as_system(system)
    if mode not in s.modes:
        raise UnknownName(f"no mode {mode!r} to put a force on; the modes are {listing(s.modes)}.")
    if through is not None and coupling is not None:
        raise ParameterError("give the field that the force enters through, or its coupling, not both.")
    envelope = any(set(p.channels) == SIDEBANDS for p in (*s.in_ports, *s.out_ports))
    if through is None:
        c = sp.I / sp.sqrt(2) if coupling is None else value(coupling, "coupling of the force")
        s = replace(s, domains=s.domains.merged(declared(coupling)))
    elif through not in s.inputs:
        raise UnknownName(f"no input field {through!r}; there are {listing(s.inputs)}.")
    else:
        form = s.equation(mode)
        c = form[Op(through)] + (0 if envelope else form[Op(through, True)])
        if c == 0:
            raise ParameterError(f"the field {through!r} does not drive {mode!r}; the force has no effect through it.")
    drive = {Op(mode): c} if envelope else {Op(mode): c, Op(mode, True): conj(c)}
    return ForcePort(s, mode, drive, envelope)


@dataclass(frozen=True)
class Reading:
    """The signal transfer T_F and the noise N of one read-out, over shared `definitions`; N is the sum of n |T|^2 over
    the `amplitudes` (n, T) of its independent noises.
    """

    signal: Spectrum
    noise: Spectrum
    readout: Readout
    definitions: Definitions
    amplitudes: tuple[tuple[Expr, Expr], ...]

    def combined(self, name: str, expr: Expr) -> Spectrum:
        """An expression in signal and noise."""
        n = self.noise
        return replace(n, name=name, expr=expr, definitions=self.definitions, second_moment=True)


def signal_transfer(
    force: ForcePort, output: Readable, *, frequency: Value | None = None, frame: FrameName = "rotating",
    carrier: Value | None = None, unstable: bool = False,
) -> Spectrum:  # fmt: skip
    """T_F(Omega) in output(Omega) = T_F(Omega) F(Omega) + noise. Arguments and errors as in `transfer`.

    >>> from cascade_sym.parts import Oscillator
    >>> M = Oscillator("M", Gamma_B=1, Gamma_P=1, gamma=1)
    >>> signal_transfer(force_port(M, "M", through="M.bath"), "P_L", frequency=0).inline()
    -2*sqrt(2)
    """
    return reading(force, output, frequency, frame, carrier, stable=not unstable).signal


def added_noise(
    force: ForcePort, output: Readable, *, frequency: Value | None = None, frame: FrameName = "rotating",
    carrier: Value | None = None,
) -> Spectrum:  # fmt: skip
    """The noise spectrum in units of the force, N/|T_F|^2. Arguments and errors as in `noise_spectrum`.

    >>> from cascade_sym.parts import Oscillator
    >>> M = Oscillator("M", Gamma_B=1, Gamma_P=1, gamma=1, n=0)
    >>> added_noise(force_port(M, "M", through="M.bath"), "P_L", frequency=0).inline()
    25/16
    """
    r = reading(force, output, frequency, frame, carrier)
    return r.combined(f"{r.noise.name}_F", r.noise.expr / magnitude_squared(r.signal.expr))


def magnitude_squared(z: Expr) -> Expr:
    """|z|^2 in a form that evaluators keep real."""
    return z**2 if is_real(z) else sp.Abs(z) ** 2


def reading(
    force: ForcePort, output: Readable, frequency: Value | None, frame: FrameName, carrier: Value | None,
    *, stable: bool = True,
) -> Reading:  # fmt: skip
    """Signal and noise from one sweep."""
    require_type(force, ForcePort, "the force", "make one by force_port(system, mode)")
    s = force.system
    read = as_readout(s, output)
    names = s.inherited.gone.union(x.name for c in force.drive.values() for x in c.free_symbols)
    at: Axis = axis((read,), frequency, frame, carrier, names)
    dynamics = started(s, at, (read,), force.drive.values(), stable=stable)
    response: Response = sweep(dynamics, read.form)
    noise = noise_of(dynamics.system, (read,))
    found = amplitudes_of(response, noise)
    parts = [w.weight * power_of(dynamics, f"_{tag(w.name)}", t) for w, t in found]
    signal = sp.Add(*(response.drives.get(o, sp.S.Zero) * c for o, c in force.drive.items()))
    signal = dynamics.naming.once("T_F", signal) if signal.args else signal
    steps = response_steps(dynamics, (read,), (response,))
    return Reading(
        finished(dynamics, at, f"T_{read.label}_F", signal, steps, second_moment=False),
        finished(dynamics, at, f"N_{read.label}", sp.Add(*parts), steps), read, dynamics.naming.definitions,
        tuple((w.weight, t) for w, t in found),
    )  # fmt: skip
