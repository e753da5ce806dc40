"""How well a parameter is estimated from the mean of an output: classical signal over noise."""

from __future__ import annotations

from typing import Any

import sympy as sp

from cascade_sym.compose import System, as_system
from cascade_sym.definitions import Quantity
from cascade_sym.errors import DerivationError, UnknownParameter, did_you_mean, listing
from cascade_sym.exact import is_zero
from cascade_sym.solve.complex_pairs import pair
from cascade_sym.solve.means import means
from cascade_sym.spectra.readout import Readable, as_readout
from cascade_sym.spectra.spectrum import noise_spectrum
from cascade_sym.steps import Step
from cascade_sym.symbols import read_name, symbol


def phase_sensitivity(system: System, parameter: Any, output: Readable) -> Quantity:
    """The variance with which `parameter` (a phase, a frequency) is estimated, for one unit of measuring time.

    V = N(0)/(d<q>/d parameter)^2 with the mean <q> of the Hermitian read-out `output` ("P", `Quadrature(...)`, ...) and
    its noise N; over a time T it is V/T. Amplitudes are those of `CoherentLight` and of drives in H. The parameter
    stays a symbol: the working point is put in afterwards. Raises UnknownParameter, DerivationError where the mean does
    not depend on it, and the errors of `noise_spectrum`. Source: Caves, PRD 23, 1693 (1981).

    >>> from cascade_sym.parts import CoherentLight, PhaseShift
    >>> phi, alpha = sp.Symbol("phi"), sp.Symbol("alpha")
    >>> V = phase_sensitivity(CoherentLight(alpha) >> PhaseShift(phi), phi, "P")
    >>> V.subs({"phi": 0}).inline()  # 4 alpha^2 photons in unit time give 1/(4 alpha^2)
    1/(4*alpha**2)
    """
    s = as_system(system)
    x = symbol(read_name(parameter, "the parameter"))
    names = [p.name for p in s.parameters]
    if x.name not in names:
        hint = did_you_mean([x.name], names)
        raise UnknownParameter(f"the system has no parameter {x}; there are {listing(names)}.{hint}")
    read = as_readout(s, output)
    if not read.hermitian:
        raise DerivationError(f"{read.label} is not Hermitian and has no real mean; read out one quadrature.")
    found = means(s)
    mean = pair(found.definitions.inline(found.of(read.form))).re
    slope = sp.diff(mean, x)
    if is_zero(slope):
        raise DerivationError(
            f"the mean of {read.label} does not depend on {x}: {mean}; is the light bright, and the port right?"
        )
    N = noise_spectrum(s, output, frequency=0)
    step = Step("readout", f"slope of the mean with {x}", {"mean": mean}, {"slope": slope})
    definitions, moved = N.definitions.beside([slope])
    expr, domain = N.expr.xreplace(moved) / slope**2, tuple(d.xreplace(moved) for d in N.domain)
    return Quantity(f"V_{x}", expr, definitions, (*N.steps, step), domain, nonnegative=N.nonnegative)
