"""Transfer functions and noise spectra of any cascade or network."""

from cascade_sym.spectra.expansion import Expansion, over_susceptibilities, partial_fractions
from cascade_sym.spectra.poles import poles, zeros
from cascade_sym.spectra.quotients import Quotient, integrated, quotient
from cascade_sym.spectra.readout import Quadrature
from cascade_sym.spectra.response import noise_budget, transfer
from cascade_sym.spectra.spectrum import Spectrum, cross_spectrum, noise_spectrum

__all__ = [
    "Expansion", "Quadrature", "Quotient", "Spectrum", "cross_spectrum", "integrated", "noise_budget", "noise_spectrum",
    "over_susceptibilities", "partial_fractions", "poles", "quotient", "transfer", "zeros",
]  # fmt: skip
