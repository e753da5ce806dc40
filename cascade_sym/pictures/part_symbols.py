"""The symbols of parts and detectors in drawings, and their labels."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import singledispatch
from html import escape
from typing import Any

from sympy import Expr

from cascade_sym.formula.lettering import scripts
from cascade_sym.latex.bodies import expression_body
from cascade_sym.latex.layout import layout
from cascade_sym.latex.notation import Notation, symbol_latex
from cascade_sym.parts import BeamSplitter, Cavity, Loss, Oscillator, PhaseShift, Squeezer
from cascade_sym.parts.detectors import Detector, Heterodyne, Homodyne
from cascade_sym.pictures.arrange import HALF, Place

INK, BEAM, FAINT, GLASS = "#1a1a1a", "#c4302b", "#7a7a7a", "#dbe7f6"
PLUS, MINUS = ("#dbe7f6", "#2b5ca8"), ("#fbe0de", "#c4302b")
STYLE = (
    "text{font-family:STIX Two Text,STIXGeneral,Times New Roman,Times,serif;font-size:16px;fill:#1a1a1a}"
    ".s{font-size:12px;fill:#555}.i{font-style:italic}"
)
SHORT = 14  # characters of a value that is written at a part


def label(x: float, y: float, latex: str, anchor: str = "middle", *, small: bool = False) -> str:
    """A name at a place: its letter in italics, with indices."""
    if not latex:
        return ""
    nucleus, primes, sub, sup = scripts(latex) if "\\" in latex or re.search("[_^]", latex) else (latex, "", "", "")
    text = layout(nucleus).text.replace(" / ", "/") if "\\" in nucleus else nucleus
    style = ' class="i"' if len(text) <= 2 and text.isalpha() else ""
    out = f"<tspan{style}>{escape(text)}{primes}</tspan>"
    at = 0
    for script, dy in ((sub, 4), (sup, -6)):
        if script:
            inner = escape(layout(script).text)
            out += f'<tspan dy="{dy - at}" font-size="{9 if small else 12}px">{inner}</tspan>'
            at = dy
    kind = ' class="s"' if small else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{out}</text>'


def written(value: Any, table: Notation) -> str:
    """A parameter at a part, on one line, where it is short enough."""
    if isinstance(value, str):
        return symbol_latex(value, table.symbols)
    if not isinstance(value, Expr):
        return str(value)
    over, under = value.as_numer_denom()
    parts = [expression_body(e, table) for e in (over, under)]
    latex = parts[0] if under == 1 else "/".join(f"({p})" if " " in p else p for p in parts)
    found = layout(latex)
    return latex if found.flat and found.width <= SHORT else ""


def symbol_of(p: Place, table: Notation) -> str:
    """A part where it stands, with its name."""
    picture = _shape(p.part, p, table)
    return f'<g class="part"><title>{escape(_about(p))}</title>{picture}</g>'


def _about(p: Place) -> str:
    return repr(p.part).split("\n", 1)[0]


def _name(p: Place, table: Notation) -> str:
    """A part's name as it was given; of one that was numbered, nothing."""
    if p.part.name is None:
        return ""
    return table.operators.get(p.name) or symbol_latex(p.name, table.symbols, hats=False)


@singledispatch
def _shape(part: Any, p: Place, table: Notation) -> str:
    """Any part: a box with the words of its kind below one another."""
    words = re.findall(r"[A-Z][a-z]+", type(part).__name__) or [str(getattr(part, "kind", ""))]
    name = _name(p, table)
    first = p.y + 4 - 7 * (len(words) - 1) + (9 if name else 0)
    lines = "".join(label(p.x, first + 14 * n, escape(w.lower()), small=True) for n, w in enumerate(words))
    box = _box(p.x, p.y, HALF, p.height, f'rx="6" {_fill("#f4f4f4")}')
    return box + (label(p.x, first - 16, name) if name else "") + lines


def _box(x: float, y: float, half: float, tall: float, style: str) -> str:
    """A rectangle around a place."""
    return f'<rect x="{x - half:.1f}" y="{y - tall:.1f}" width="{2 * half:.1f}" height="{2 * tall:.1f}" {style}/>'


def _fill(colour: str, line: str = INK) -> str:
    return f'fill="{colour}" stroke="{line}" stroke-width="1.4"'


@_shape.register
def _(part: Oscillator, p: Place, table: Notation) -> str:
    """A ball, blue for a positive and red for a negative mass, whose sign stands at its side."""
    (fill, line), sign = (PLUS, "+") if part.mass == 1 else (MINUS, "\u2212")
    ball = f'<circle cx="{p.x:.1f}" cy="{p.y:.1f}" r="{HALF:.0f}" {_fill(fill, line)}/>'
    badge = f'<circle cx="{p.x + 23:.1f}" cy="{p.y - 23:.1f}" r="9.5" {_fill("#fff", line)}/>'
    text = f'<text x="{p.x + 23:.1f}" y="{p.y - 17.8:.1f}" text-anchor="middle" fill="{line}">{sign}</text>'
    return ball + badge + text + label(p.x, p.y + 5.5, _name(p, table))


def _mirrors(p: Place, table: Notation, inside: str) -> str:
    h = max(p.height - 4, 28)
    glass = _box(p.x, p.y, HALF, h, 'fill="#fff"')
    field = (
        f'<path d="M{p.x - HALF + 7:.1f} {p.y - 12:.1f}Q{p.x:.1f} {p.y - 3:.1f} {p.x + HALF - 7:.1f} {p.y - 12:.1f}'
        f'V{p.y + 12:.1f}Q{p.x:.1f} {p.y + 3:.1f} {p.x - HALF + 7:.1f} {p.y + 12:.1f}Z" fill="#f7c9c5" stroke="none"/>'
    )
    both = ""
    for s in (-1, 1):
        x = p.x + s * (HALF - 1)
        both += (
            f'<path d="M{x:.1f} {p.y - h:.1f}h{-7 * s}Q{x - s:.1f} {p.y:.1f} {x - 7 * s:.1f} {p.y + h:.1f}h{7 * s}Z" '
            f"{_fill(GLASS)}/>"
        )
    return glass + field + inside + both + label(p.x, p.y + h + 17, _name(p, table))


@_shape.register
def _(part: Cavity, p: Place, table: Notation) -> str:
    """Two mirrors with light between them."""
    return _mirrors(p, table, "")


@_shape.register
def _(part: Squeezer, p: Place, table: Notation) -> str:
    """A cavity with a squeezed ellipse in it."""
    place = f'cx="{p.x:.1f}" cy="{p.y:.1f}" transform="rotate(-35 {p.x:.1f} {p.y:.1f})"'
    ellipse = f'<ellipse {place} rx="15" ry="6" {_fill("#fff")}/>'
    return _mirrors(p, table, ellipse)


@_shape.register
def _(part: Loss, p: Place, table: Notation) -> str:
    """A plate that sends light away, and vacuum that comes in."""
    x, y = p.x, p.y
    through = f'<path d="M{x - HALF:.1f} {y:.1f}H{x + HALF:.1f}" stroke="{BEAM}" stroke-width="2"/>'
    plate = f'<path d="M{x - 15:.1f} {y + 15:.1f}L{x + 15:.1f} {y - 15:.1f}" stroke="{FAINT}" stroke-width="4"/>'
    away = f'<path d="M{x:.1f} {y:.1f}V{y - 34:.1f}" stroke="{BEAM}" stroke-width="1.4" stroke-dasharray="3 3"/>'
    tip = f'<path d="M{x:.1f} {y - 40:.1f}l-4 7h8Z" fill="{BEAM}"/>'
    value = written("epsilon" if part.epsilon is None else part.epsilon, table)
    return through + away + tip + plate + label(x, y + 32, value)


@_shape.register
def _(part: PhaseShift, p: Place, table: Notation) -> str:
    """A plate in the beam."""
    x, y = p.x, p.y
    through = f'<path d="M{x - HALF:.1f} {y:.1f}H{x + HALF:.1f}" stroke="{BEAM}" stroke-width="2"/>'
    plate = f'<rect x="{x - 8:.1f}" y="{y - 20:.1f}" width="16" height="40" rx="2" {_fill(GLASS)}/>'
    value = part.phi if not isinstance(part.phi, dict) else None
    return through + plate + label(x, y + 37, written("phi" if part.phi is None else value, table))


@_shape.register
def _(part: BeamSplitter, p: Place, table: Notation) -> str:
    """A cube with its diagonal; beams in and out on both sides."""
    h = p.height
    box = _box(p.x, p.y, HALF, h, _fill(GLASS))
    diagonal = f'<path d="M{p.x - HALF:.1f} {p.y:.1f}H{p.x + HALF:.1f}" stroke="{INK}" stroke-width="2.4"/>'
    cross = ""
    ys = [p.port(k, leaving=False)[1] for k in p.ins]
    zs = [p.port(k, leaving=True)[1] for k in p.outs]
    for a in ys:
        for b in zs:
            way = f"M{p.x - HALF:.1f} {a:.1f}L{p.x + HALF:.1f} {b:.1f}"
            cross += f'<path d="{way}" stroke="{BEAM}" stroke-width="1.2" opacity=".7"/>'
    value = written(
        part.angle if part.angle is not None else "T" if part.transmission is None else part.transmission, table
    )
    return box + cross + diagonal + label(p.x, p.y - h - 7, value) + label(p.x, p.y + h + 17, _name(p, table))


def detector(x: float, y: float, d: Detector, table: Notation) -> str:
    """A half disc with what it measures."""
    shape = f'<path d="M{x:.1f} {y - 16:.1f}A16 16 0 0 1 {x:.1f} {y + 16:.1f}Z" {_fill("#3a3a3a")}/>'
    kinds: dict[type, Callable[[Any], str]] = {
        Homodyne: lambda d: _quadrature(d, table), Heterodyne: lambda d: "X,P",
    }  # fmt: skip
    words = next((f(d) for kind, f in kinds.items() if isinstance(d, kind)), "")
    eta = "" if d.eta == 1 else written(d.eta, table)
    about = f"{words}, {eta}" if words and eta else words or eta
    return f'<g class="detector">{shape}{label(x + 24, y + 5.5, about, "start")}</g>'


def _quadrature(d: Homodyne, table: Notation) -> str:
    angle = str(d.phi)
    return {"0": "X", "pi/2": "P"}.get(angle) or written(d.phi, table)
