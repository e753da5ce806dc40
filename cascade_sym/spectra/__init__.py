"""Transfer functions and noise spectra of any cascade or network."""

from cascade_sym.spectra.correlation import Correlation, correlation, first_order_coherence, second_order_coherence
from cascade_sym.spectra.emission import emission_spectrum
from cascade_sym.spectra.envelope import Envelope, exponential_envelope, top_hat
from cascade_sym.spectra.expansion import Expansion, over_susceptibilities, partial_fractions
from cascade_sym.spectra.poles import poles, zeros
from cascade_sym.spectra.quotients import Quotient, integrated, quotient
from cascade_sym.spectra.readout import Quadrature
from cascade_sym.spectra.response import noise_budget, transfer
from cascade_sym.spectra.spectrum import Spectrum, cross_spectrum, noise_spectrum
from cascade_sym.spectra.temporal import TemporalModes, temporal_mode

__all__ = [
    "Correlation", "Envelope", "Expansion", "Quadrature", "Quotient", "Spectrum", "TemporalModes",
    "correlation", "cross_spectrum", "emission_spectrum", "exponential_envelope", "first_order_coherence",
    "integrated", "noise_budget", "noise_spectrum", "over_susceptibilities", "partial_fractions", "poles", "quotient",
    "second_order_coherence", "temporal_mode", "top_hat", "transfer", "zeros",
]  # fmt: skip
