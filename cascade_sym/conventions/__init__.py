"""Conventions as a value: the one home of hbar, vacuum variance, Fourier sign, ordering, input-output sign."""

from cascade_sym.conventions.conventions import STANDARD, Conventions

__all__ = ["STANDARD", "Conventions"]
