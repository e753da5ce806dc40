"""Parts of an experiment: oscillators, cavities, parametric amplifiers, loss, phases, beam splitters."""

from cascade_sym.parts.cavity import Cavity, Squeezer
from cascade_sym.parts.oscillator import Oscillator
from cascade_sym.parts.part import Part
from cascade_sym.parts.passive import BeamSplitter, Loss, PhaseShift

__all__ = ["BeamSplitter", "Cavity", "Loss", "Oscillator", "Part", "PhaseShift", "Squeezer"]
