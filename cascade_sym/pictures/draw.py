"""`draw`: a network as a picture, in SVG that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from cascade_sym.compose import System, as_system
from cascade_sym.errors import ParameterError
from cascade_sym.files import write
from cascade_sym.latex.notation import Notation, current
from cascade_sym.parts.detectors import Detect, Detector, detectors
from cascade_sym.pictures.arrange import COLUMN, HALF, Beam, Place, arranged
from cascade_sym.pictures.part_symbols import BEAM, STYLE, detector, label, symbol_of
from cascade_sym.shown import Shown

MARGIN, END = 30.0, 76.0  # around the picture; how far beams reach outside
NAMES = 18.0  # below the parts
LANE = 20.0  # between beams that pass parts by


@dataclass(frozen=True)
class Drawing(Shown):
    """A picture: its `svg`; Jupyter shows it, `save` writes it.

    >>> from cascade_sym.parts import Cavity
    >>> draw(Cavity("c")).svg.startswith("<svg")
    True
    """

    title: str
    svg: str

    def save(self, path: str | Path) -> None:
        """Write it to an .svg file; CascadeError where that is not possible."""
        write(Path(path), self.svg + "\n")

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return f'<div class="cascade-sym">{self.svg}</div>'

    def __repr__(self) -> str:
        return f"Drawing of {self.title}; show it in a notebook, or write it with .save('network.svg')"


def draw(system: System, detect: Detect = None, *, notation: Notation | None = None) -> Drawing:
    """The network of a part, cascade or LinearSystem as an SVG picture: parts, beams, ports, loops, detectors.

    Light runs from left to right; beams that close a loop run back underneath. Oscillators carry the sign of their
    mass. `detect` are the detectors on output ports, as in `cascade_sym.riccati`. Names are typeset in `notation` (or
    that of the `with` block). Raises ParameterError for what is no system, or for one whose parts are not known (one
    that was put together from equations).

    >>> from cascade_sym.parts import Loss, Oscillator
    >>> picture = draw(Oscillator("S") >> Loss("epsilon") >> Oscillator("M", mass=-1))
    >>> picture.title, picture.svg.count('class="part"')
    ('S, loss1, M', 3)
    """
    s = as_system(system)
    table = notation or current()
    if not s.sketch.parts:
        raise ParameterError("the parts of this system are not known (it was made from equations); draw what is made "
                             "of parts with >>, connect and feedback.")  # fmt: skip
    places, beams = arranged(s)
    seen = _detected(s, detectors(detect))
    low = max(p.y + p.height for p in places.values()) + NAMES
    high = min(p.y - p.height for p in places.values())
    pieces: list[str] = []
    below = above = 0
    for b in sorted(beams, key=lambda b: b.source is None or b.target is None):
        text, lane = _beam(b, places, low, high, below, above, table, seen)
        below, above = below + (lane > 0), above + (lane < 0)
        pieces.append(text)
    pieces += [symbol_of(p, table) for p in places.values()]
    top, bottom = high - LANE * (above + 1) - MARGIN, low + LANE * (below + 1) + MARGIN - NAMES
    left, right = -HALF - END - MARGIN, max(p.x for p in places.values()) + HALF + END + MARGIN + (60 if seen else 0)
    title = ", ".join(places)
    wide, tall = right - left, bottom - top
    box = f"{left:.0f} {top:.0f} {wide:.0f} {tall:.0f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{wide:.0f}" height="{tall:.0f}" role="img" '
        f'aria-label="{escape(title)}"><style>{STYLE}</style>'
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{wide:.0f}" height="{tall:.0f}" rx="8" fill="#fff"/>'
    )
    return Drawing(title, head + "".join(pieces) + "</svg>")


def _detected(s: object, given: Sequence[Detector]) -> dict[str, Detector]:
    """Detect by the output port that they look at."""
    ports = [p.name for p in s.out_ports]  # type: ignore[attr-defined]
    found: dict[str, Detector] = {}
    for d in given:
        name = d.port if d.port is not None else ports[0] if len(ports) == 1 else None
        if name is None or name not in ports:
            raise ParameterError(f"there is no output port {name!r} to detect; there are {', '.join(ports)}.")
        found[name] = d
    return found


def _beam(
    b: Beam, places: dict[str, Place], low: float, high: float, below: int, above: int, table: Notation,
    seen: dict[str, Detector],
) -> tuple[str, int]:  # fmt: skip
    """A beam, and whether it took a lane below (1) or above (-1) the parts."""
    if b.source is None and b.target is not None:
        p = places[b.target[0]]
        x, y = p.port(b.target[1], leaving=False)
        start = -HALF - END if p.column == 0 else x - END * 0.55
        return _line([(start, y), (x, y)]) + label(start - 4, y - 8, _port(b.label), "start", small=True), 0
    if b.target is None and b.source is not None:
        p = places[b.source[0]]
        x, y = p.port(b.source[1], leaving=True)
        last = max(q.column for q in places.values())
        stop = last * COLUMN + HALF + END if p.column == last else x + END * 0.55
        if (d := seen.get(b.label)) is not None:
            return _line([(x, y), (stop - 26, y)], arrow=False) + detector(stop - 26, y, d, table), 0
        return _line([(x, y), (stop, y)]) + label(stop + 2, y - 8, _port(b.label), "end", small=True), 0
    assert b.source is not None and b.target is not None
    p, q = places[b.source[0]], places[b.target[0]]
    (x1, y1), (x2, y2) = p.port(b.source[1], leaving=True), q.port(b.target[1], leaving=False)
    if q.column == p.column + 1:
        bend = (x1 + x2) / 2
        return _line([(x1, y1), (x2, y2)] if y1 == y2 else [(x1, y1), (bend, y1), (bend, y2), (x2, y2)]), 0
    if q.column > p.column:  # past other parts, above them
        lane = high - LANE * (above + 1)
        return _line([(x1, y1), (x1 + 18, y1), (x1 + 18, lane), (x2 - 18, lane), (x2 - 18, y2), (x2, y2)]), -1
    lane = low + LANE * (below + 1)
    out, back = x1 + 14 + 5 * below, x2 - 14 - 5 * below
    return _line([(x1, y1), (out, y1), (out, lane), (back, lane), (back, y2), (x2, y2)]), 1


def _port(name: str) -> str:
    return "" if name == "light" else name


def _line(points: Sequence[tuple[float, float]], *, arrow: bool = True) -> str:
    """A line with rounded corners, and an arrow in the middle of its longest stretch."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        r = min(9.0, _far(before, here) / 2, _far(here, after) / 2)
        (ax, ay), (bx, by) = _towards(here, before, r), _towards(here, after, r)
        path += f"L{ax:.1f} {ay:.1f}Q{here[0]:.1f} {here[1]:.1f} {bx:.1f} {by:.1f}"
    path += f"L{points[-1][0]:.1f} {points[-1][1]:.1f}"
    text = f'<path d="{path}" fill="none" stroke="{BEAM}" stroke-width="2"/>'
    if not arrow:
        return text
    a, b = max(pairwise(points), key=lambda ends: _far(*ends))
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    dx, dy = (b[0] - a[0]) / _far(a, b), (b[1] - a[1]) / _far(a, b)
    tip = [
        (x + 5 * dx, y + 5 * dy),
        (x - 4 * dx - 4 * dy, y - 4 * dy + 4 * dx),
        (x - 4 * dx + 4 * dy, y - 4 * dy - 4 * dx),
    ]
    return text + f'<path d="M{" ".join(f"{u:.1f} {v:.1f}" for u, v in tip)}Z" fill="{BEAM}"/>'


def _far(a: tuple[float, float], b: tuple[float, float]) -> float:
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 or 1e-9


def _towards(a: tuple[float, float], b: tuple[float, float], r: float) -> tuple[float, float]:
    d = _far(a, b)
    return a[0] + (b[0] - a[0]) * r / d, a[1] + (b[1] - a[1]) * r / d
