"""Where the parts of a network stand: in columns along the light, with loops closed underneath."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cascade_sym.system import LinearSystem

COLUMN, ROW, SPREAD = 150.0, 110.0, 44.0  # between columns, rows, and the ports of one part
BETWEEN = 56.0  # parts below each other, where names stand
HALF = 32.0  # half of a part's width


@dataclass
class Place:
    """A part with its ports, on the left and on the right, in order, and where it stands."""

    name: str
    part: Any
    ins: list[str] = field(default_factory=list)
    outs: list[str] = field(default_factory=list)
    column: int = 0
    y: float = 0.0

    @property
    def x(self) -> float:
        return self.column * COLUMN

    def port(self, name: str, *, leaving: bool) -> tuple[float, float]:
        """Where a port is."""
        ports = self.outs if leaving else self.ins
        return self.x + (HALF if leaving else -HALF), self.y + SPREAD * (ports.index(name) - (len(ports) - 1) / 2)

    @property
    def height(self) -> float:
        """Half of it."""
        return HALF + SPREAD * max(0, max(len(self.ins), len(self.outs)) - 1) / 2


@dataclass(frozen=True)
class Beam:
    """Light from the port of one part to that of another; None is outside."""

    source: tuple[str, str] | None
    target: tuple[str, str] | None
    channels: tuple[str, ...] = ("",)
    label: str = ""


def arranged(s: LinearSystem) -> tuple[dict[str, Place], list[Beam]]:
    """The parts of a system in their places, and the beams between them and from and to outside."""
    places = {name: Place(name, part) for name, part in s.sketch.parts}
    beams = _beams(s, places)
    for b in beams:
        for end, side in ((b.source, "outs"), (b.target, "ins")):
            if end is not None and end[1] not in getattr(places[end[0]], side):
                getattr(places[end[0]], side).append(end[1])
    for p in places.values():
        p.ins.sort()
        p.outs.sort()
    _columns(places, beams)
    _rows(places, beams)
    return places, beams


def _beams(s: LinearSystem, places: dict[str, Place]) -> list[Beam]:
    inside = [(_end(o, places), _end(i, places)) for o, i in s.sketch.wires]
    found: dict[tuple[Any, Any], list[str]] = {}
    for (source, a), (target, _) in inside:
        found.setdefault((source, target), []).append(a)
    beams = [Beam(a, b, tuple(c)) for (a, b), c in found.items() if a and b]
    for port in s.in_ports:
        ends = [_end(s.sketch.first(f), places) for f in port.fields.values()]
        beams += [Beam(None, e, tuple(port.channels), port.name) for e in _once(e for e, _ in ends)]
    for port in s.out_ports:
        ends = [_end(s.sketch.first(f), places) for f in port.fields.values()]
        beams += [Beam(e, None, tuple(port.channels), port.name) for e in _once(e for e, _ in ends)]
    return beams


def _once(ends: Iterable[tuple[str, str] | None]) -> list[tuple[str, str]]:
    return [e for e in dict.fromkeys(ends) if e is not None]


def _end(field_name: str, places: dict[str, Place]) -> tuple[tuple[str, str] | None, str]:
    """The part and port of a field "part.in_port+", and its channel."""
    fits = [n for n in places if field_name.startswith(n + ".")]
    if not fits:
        return None, ""
    name = max(fits, key=len)
    rest = field_name[len(name) + 1 :]
    channel = rest[-1] if rest[-1:] in ("+", "-") else ""
    rest = rest.removesuffix(channel) if channel else rest
    for word in ("out", "in"):
        rest = rest.removeprefix(word) if rest.startswith(word) else rest
    return (name, rest.lstrip("_")), channel


def _columns(places: dict[str, Place], beams: Sequence[Beam]) -> None:
    """Each part behind all that feed it; beams that close a loop don't count."""
    after: dict[str, list[str]] = {n: [] for n in places}
    for b in beams:
        if b.source and b.target and b.source[0] != b.target[0]:
            after[b.source[0]].append(b.target[0])
    entered = [b.target[0] for b in beams if b.source is None and b.target]
    order: list[str] = []
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()

    def visit(n: str) -> None:
        state[n] = 1
        for m in after[n]:
            if state.get(m) == 1:
                back.add((n, m))
            elif m not in state:
                visit(m)
        state[n] = 2
        order.insert(0, n)

    for n in (*entered, *places):
        if n not in state:
            visit(n)
    for n in order:
        for m in after[n]:
            if (n, m) not in back:
                places[m].column = max(places[m].column, places[n].column + 1)


def _rows(places: dict[str, Place], beams: Sequence[Beam]) -> None:
    """Each part at the height of what feeds it, and none on top of another."""
    for column in range(max((p.column for p in places.values()), default=0) + 1):
        here = [p for p in places.values() if p.column == column]
        wanted = {}
        for k, p in enumerate(here):
            feeds = [
                places[b.source[0]].port(b.source[1], leaving=True)[1] - (p.port(b.target[1], leaving=False)[1] - p.y)
                for b in beams
                if b.source and b.target and b.target[0] == p.name and places[b.source[0]].column < column
            ]
            wanted[p.name] = sum(feeds) / len(feeds) if feeds else ROW * k
        here.sort(key=lambda p: wanted[p.name])
        low = -1e9
        for p in here:
            p.y = max(wanted[p.name], low + p.height)
            low = p.y + p.height + BETWEEN
