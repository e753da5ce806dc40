"""A cascade as it is written down: `S >> Loss(eps) >> M`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce

from cascade_sym.compose.network import as_system, channels_of, names_of, series
from cascade_sym.errors import DuplicateName, ParameterError, PortMismatch, listing
from cascade_sym.parts.part import SINGLE, Part
from cascade_sym.system import LinearSystem


@dataclass(frozen=True)
class Chain(Part):
    """Parts (or systems) in series; flat, so that (a >> b) >> c and a >> (b >> c) are the same value.

    Parts without memory take the channels of their neighbours; unnamed parts are numbered along the cascade.
    """

    items: tuple[object, ...]
    name: str | None = None

    kind = "cascade"

    def __post_init__(self) -> None:
        flat = tuple(y for x in self.items for y in (x.items if isinstance(x, Chain) else (x,)))
        if wrong := [x for x in flat if not isinstance(x, Part | LinearSystem)]:
            raise ParameterError(f"{wrong[0]!r} can't stand in a cascade; give parts or linear systems.")
        object.__setattr__(self, "items", flat)

    @property
    def channels(self) -> tuple[str, ...] | None:
        fixed = [c for c in map(channels_of, self.items) if c is not None]
        if len(set(map(frozenset, fixed))) > 1:
            raise PortMismatch(
                f"the cascade joins parts with different channels: {sorted(set(map(str, fixed)))}; sideband parts "
                "(Oscillator, two-mode Squeezer) and narrow-band parts (Cavity) can't be joined directly."
            )
        return next(iter(fixed), None)

    @cached_property
    def _system(self) -> LinearSystem:
        return self._assembled(self.channels or SINGLE)

    def _assembled(self, channels: tuple[str, ...]) -> LinearSystem:
        taken = [x.name for x in self.items if isinstance(x, Part) and x.name]
        if twice := {n for n in taken if taken.count(n) > 1}:
            raise DuplicateName(f"{listing(twice)} used twice in the cascade; give each part its own name.")
        names = iter(names_of(x for x in self.items if isinstance(x, Part)))
        return reduce(
            series, (x.built(next(names), channels) if isinstance(x, Part) else as_system(x) for x in self.items)
        )

    def system(self) -> LinearSystem:
        return self._system

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        return self._system if set(channels) == set(self.channels or SINGLE) else self._assembled(channels)
