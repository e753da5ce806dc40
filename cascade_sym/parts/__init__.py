"""Parts of an experiment: oscillators, cavities, amplifiers, mechanics, passive optics, states of light."""

from cascade_sym.parts.cavity import Cavity, Squeezer
from cascade_sym.parts.detectors import Heterodyne, Homodyne
from cascade_sym.parts.light import CoherentLight, CorrelatedLight, SqueezedLight, ThermalLight, TwoModeSqueezedLight
from cascade_sym.parts.mechanics import FreeMass, MechanicalOscillator
from cascade_sym.parts.oscillator import Oscillator
from cascade_sym.parts.passive import BeamSplitter, Loss, PhaseShift
from cascade_sym.parts.scattering import Circulator, Isolator, Permutation
from cascade_sym.parts.slh import SLH
from cascade_sym.system.coloured import Coloured
from cascade_sym.system.part import Part

__all__ = [
    "SLH", "BeamSplitter", "Cavity", "Circulator", "CoherentLight", "Coloured", "CorrelatedLight", "FreeMass",
    "Heterodyne", "Homodyne", "Isolator", "Loss", "MechanicalOscillator", "Oscillator", "Part", "Permutation",
    "PhaseShift", "SqueezedLight", "Squeezer", "ThermalLight", "TwoModeSqueezedLight",
]  # fmt: skip
