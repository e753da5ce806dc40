"""Spectra of emitted photons: normally ordered, so that vacuum gives nothing."""

from __future__ import annotations

import sympy as sp

from cascade_sym.compose import System
from cascade_sym.errors import ParameterError
from cascade_sym.spectra.backward import sweep, tag
from cascade_sym.spectra.readout import Readable
from cascade_sym.spectra.spectrum import Spectrum, amplitudes_of, begun, finished, noise_of, power_of
from cascade_sym.spectra.spectrum_steps import response_steps
from cascade_sym.system import VACUUM
from cascade_sym.system.values import Value


def emission_spectrum(system: System, output: Readable, *, frequency: Value | None = None) -> Spectrum:
    """The spectrum of emitted photons of a mode or output A, S(Omega) = int <A^+(t) A(t + tau)> e^(i Omega tau) dtau.

    Normally ordered: vacuum gives nothing. `output` is an amplitude ("c", "c.out"), `frequency` is counted in the
    frame of the system, where a mode of detuning 0 emits at 0. The photon number of a mode, the flux of an output
    without thermal white noise, is the integral of S over Omega/(2 pi). Raises ParameterError for a Hermitian
    quadrature, and as `noise_spectrum`. Source: Wiener and Khinchin; Carmichael, Statistical Methods in Quantum Optics
    1, Sec. 2.3.

    >>> from cascade_sym.parts import Oscillator
    >>> hot = Oscillator("c", Gamma_B=0, Gamma_P=0, gamma=2, n=3)
    >>> emission_spectrum(hot, "c", frequency=0).inline()
    6
    """
    reads, at, dynamics = begun(system, (output,), frequency, "rotating", None)
    (read,) = reads
    if read.hermitian:
        raise ParameterError(
            f"{read.label} is Hermitian; photons are emitted into an amplitude, such as 'c' or 'c.out'."
        )
    response, noise = sweep(dynamics, read.form), noise_of(dynamics.system, reads)
    parts, left = [], dict(response.inputs)
    for w, t in amplitudes_of(response, noise):
        weight = w.weight
        if len(w.parts) == 1:  # <o^+ o> = n for a field, n + 1 for its adjoint
            (o,) = w.parts
            left.pop(o)
            weight = sp.expand(weight + (VACUUM if o.dag else -VACUUM))
        if weight != 0:
            parts.append(weight * power_of(dynamics, f"_{tag(w.name)}", t))
    # of correlated light half the commutator is subtracted field by field
    parts += [power_of(dynamics, f"_{tag(o)}", t) * (VACUUM if o.dag else -VACUUM) for o, t in left.items()]
    steps = response_steps(dynamics, reads, (response,))
    return finished(dynamics, at, f"S_{read.label}", sp.Add(*parts), steps)
