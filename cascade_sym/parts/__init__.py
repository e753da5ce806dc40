"""Parts of an experiment: oscillators, cavities, parametric amplifiers, loss, phases, beam splitters, states of light."""

from cascade_sym.parts.cavity import Cavity, Squeezer
from cascade_sym.parts.light import CoherentLight, CorrelatedLight, SqueezedLight, ThermalLight, TwoModeSqueezedLight
from cascade_sym.parts.mechanics import FreeMass, MechanicalOscillator
from cascade_sym.parts.oscillator import Oscillator
from cascade_sym.parts.part import Part
from cascade_sym.parts.passive import BeamSplitter, Loss, PhaseShift
from cascade_sym.parts.slh import SLH

__all__ = [
    "SLH", "BeamSplitter", "Cavity", "CoherentLight", "CorrelatedLight", "FreeMass", "Loss", "MechanicalOscillator", "Oscillator", "Part",
    "PhaseShift", "SqueezedLight", "Squeezer", "ThermalLight", "TwoModeSqueezedLight",
]  # fmt: skip
