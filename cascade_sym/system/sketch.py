"""What a network is made of: its parts and the beams between them, remembered so that it can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cascade_sym.shown import Shown


@dataclass(frozen=True)
class Sketch(Shown):
    """`parts` are (name, part) in the order in which they were put together; `wires` are (output field, input field).

    Fields are called "part.end" with the channel behind; `names` are (name now, that name). Nothing is
    computed from a sketch.
    """

    parts: tuple[tuple[str, Any], ...] = ()
    wires: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()

    def beside(self, other: Sketch) -> Sketch:
        """Both."""
        return Sketch(self.parts + other.parts, self.wires + other.wires, self.names + other.names)

    def wired(self, wires: Mapping[str, str]) -> Sketch:
        """With the output field wires[i] fed into the input field i."""
        pairs = ((self.first(o), self.first(i)) for i, o in wires.items())
        return Sketch(self.parts, (*self.wires, *pairs), self.names)

    def renamed(self, names: Mapping[str, str]) -> Sketch:
        """With fields called otherwise (old -> new)."""
        known = dict(self.names)
        new = {new: known.pop(old, old) for old, new in names.items()}
        return Sketch(self.parts, self.wires, (*known.items(), *new.items()))

    def first(self, field: str) -> str:
        """What a field was called at first."""
        return dict(self.names).get(field, field)


EMPTY = Sketch()
