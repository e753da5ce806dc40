"""Parts of an experiment: oscillators, cavities, parametric amplifiers, loss, phases, beam splitters."""

from cascade_sym.parts.cavity import Cavity, Squeezer
from cascade_sym.parts.detectors import Heterodyne, Homodyne
from cascade_sym.parts.oscillator import Oscillator
from cascade_sym.parts.part import Part
from cascade_sym.parts.passive import BeamSplitter, Loss, PhaseShift
from cascade_sym.parts.slh import SLH

__all__ = [
    "SLH",
    "BeamSplitter",
    "Cavity",
    "Heterodyne",
    "Homodyne",
    "Loss",
    "Oscillator",
    "Part",
    "PhaseShift",
    "Squeezer",
]  # fmt: skip
