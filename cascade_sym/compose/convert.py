"""Anything that can stand in a network, as a LinearSystem."""

from __future__ import annotations

from cascade_sym.errors import ParameterError
from cascade_sym.parts.part import SINGLE, Part
from cascade_sym.system import LinearSystem


def as_system(x: object, channels: tuple[str, ...] | None = None) -> LinearSystem:
    """A part, a cascade or a system as a LinearSystem; ParameterError for anything else.

    A part that takes any channels gets `channels` (default: one narrow band).

    >>> from cascade_sym.parts import Cavity, Loss
    >>> as_system(Cavity("c") >> Loss(0)).modes
    ('c',)
    """
    if isinstance(x, LinearSystem):
        return x
    if isinstance(x, Part):
        return x.built(x.name or x.kind, x.channels or channels or SINGLE)
    raise ParameterError(f"expected a part, a cascade or a LinearSystem, got {type(x).__name__}: {x!r}.")


def channels_of(x: object) -> tuple[str, ...] | None:
    """The channels of a part or system, None for a part that takes any; ParameterError for anything else."""
    if isinstance(x, LinearSystem):
        return next((p.channels for p in (*x.in_ports, *x.out_ports)), None)
    if isinstance(x, Part):
        return x.channels
    raise ParameterError(f"expected a part, a cascade or a LinearSystem, got {type(x).__name__}: {x!r}.")
