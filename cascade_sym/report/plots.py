"""The plots of a scaling's certificate: the optimum beside its law, and how it approaches the law.

Both the page (inline SVG) and the paper (a PDF of its own) draw these curves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any

from cascade_sym.plot import COLOURS, NOTHING, canvas, styled
from cascade_sym.report.html import element, text

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Curve:
    """One doubly logarithmic plot: its axes, its points, the law that they follow (or nothing), and words on it."""

    title: str
    below: str
    beside: str
    points: Points
    law: Points
    said: str


def certificates(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every table of an entry's evidence that holds a certificate with points; certificates under names of their own
    come one by one, the name as "label".

    >>> [c.get("label") for c in certificates({"a": {"certificate": {"free": {"points": [[1, 2]]}}}})]
    ['free']
    """
    if isinstance(value, Mapping):
        certificate = value.get("certificate")
        if _has_points(certificate):
            yield value
        elif isinstance(certificate, Mapping):
            named = {k: v for k, v in value.items() if k == "large_parameter"}
            yield from ({**named, "label": k, "certificate": c} for k, c in certificate.items() if _has_points(c))
        for key, v in value.items():
            if key != "certificate":
                yield from certificates(v)
    elif isinstance(value, list | tuple):
        for v in value:
            yield from certificates(v)


def curves(scaling: Mapping[str, Any]) -> tuple[Curve, ...]:
    """What is drawn of a certificate: its optimised values with the law, and their relative distance from it.

    `scaling` holds "certificate" with "points" (tables of "large" and "objective"), and "exponent" and a prefactor;
    nothing is drawn of fewer than two points.
    """
    certificate = scaling["certificate"]
    points = tuple(p for p in map(_point, certificate["points"]) if p)
    if len(points) < 2:
        return ()
    exponent, power = _exponent(scaling)
    # the points are optima at sample parameters, and so is their limit; the entry's own number may be at others
    prefactor = _number(certificate.get("prefactor_limit")) or _number(scaling.get("prefactor_value"))
    law: Points = ()
    if exponent is not None and prefactor:
        law = tuple((x, prefactor * x**exponent) for x, _ in points)
    said = f"{scaling['label']}: " if scaling.get("label") else ""
    said += f"{len(points)} points computed in high precision"
    if isinstance(sample := certificate.get("sample"), Mapping) and sample:
        said += " at " + ", ".join(f"{k} = {v}" for k, v in sample.items())
    large = str(scaling.get("large_parameter") or "growing parameter")
    said += f"; the line is {prefactor:.6g} times {large} to the power {power}" if law else ""
    shown = Curve("Optimised value", large, "optimum", points, law, said)
    away = tuple((x, abs(y / z - 1)) for (x, y), (_, z) in zip(points, law, strict=False) if z and y != z)
    if len(away) < 2:
        return (shown,)
    what = "Relative distance from the leading term; it falls as the next order says"
    return shown, Curve("Distance from the law", large, "|optimum/law − 1|", away, (), what)


def decades(values: Sequence[float]) -> tuple[int, int]:
    """The whole decades around positive numbers.

    >>> decades([0.5, 20])
    (-1, 2)
    """
    lo, hi = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    return (lo, hi) if hi > lo else (lo, lo + 1)


def ticks(lo: int, hi: int) -> range:
    """The powers of ten that are marked: at most seven."""
    return range(lo, hi + 1, max(1, math.ceil((hi - lo) / 6)))


def _has_points(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("points"))


def _exponent(scaling: Mapping[str, Any]) -> tuple[float | None, str]:
    """The exponent of the law, as a number and as text; where none is given, the one that the points approach."""
    if (exponent := _number(scaling.get("exponent"))) is not None:
        return exponent, str(scaling["exponent"])
    last = scaling["certificate"]["points"][-1]
    slope = _number(last.get("slope")) if isinstance(last, Mapping) else None
    if slope is None:
        return None, ""
    near = Fraction(slope).limit_denominator(12)
    return float(near), str(near)


def _point(raw: Any) -> tuple[float, float] | None:
    if isinstance(raw, Mapping):
        raw = (raw.get("large"), raw.get("objective"))
    if not isinstance(raw, list | tuple) or len(raw) < 2:
        return None
    x, y = _number(raw[0]), _number(raw[1])
    return (x, y) if x and y and x > 0 and y > 0 and math.isfinite(x) and math.isfinite(y) else None


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return float(Fraction(value)) if isinstance(value, str) and "/" in value else float(value)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        return None


WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 430, 290, 76, 46, 14, 14  # of a picture and its margins, in pixels
PANEL = 2.7, 2.1  # inches, in the PDF


def certificate_plot(scaling: Mapping[str, Any], id: str, words: Callable[[str], str] = text) -> str:
    """The plots of a certificate (see `curves`); '' where nothing can be drawn. `words` makes HTML of the captions."""
    drawn = [_plot(f"{id}-{letter}", curve, words) for letter, curve in zip("ab", curves(scaling), strict=False)]
    return element("div", *drawn, class_="plots") if drawn else ""


def _plot(id: str, curve: Curve, words: Callable[[str], str]) -> str:
    every = [*curve.points, *curve.law]
    (x0, x1), (y0, y1) = (decades([p[n] for p in every]) for n in (0, 1))
    right, low = WIDTH - RIGHT, HEIGHT - BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        across, up = (math.log10(x) - x0) / (x1 - x0), (math.log10(y) - y0) / (y1 - y0)
        return LEFT + across * (right - LEFT), low - up * (low - TOP)

    parts = [element("title", text(curve.title), id=f"{id}-t"), element("desc", text(curve.said), id=f"{id}-d")]
    parts.append(element("rect", x=LEFT, y=TOP, width=right - LEFT, height=low - TOP, class_="frame"))
    for k in ticks(x0, x1):
        x = _n(at(10.0**k, 1)[0])
        parts += [element("line", x1=x, x2=x, y1=TOP, y2=low, class_="grid"), _power(k, x, low + 18, "middle")]
    for k in ticks(y0, y1):
        y = at(1, 10.0**k)[1]
        parts.append(element("line", x1=LEFT, x2=right, y1=_n(y), y2=_n(y), class_="grid"))
        parts.append(_power(k, LEFT - 8, _n(y + 4), "end"))
    line, kind = (curve.law, "law") if curve.law else (curve.points, "guide")
    path = " ".join(",".join(map(_n, at(*p))) for p in line)
    parts.append(element("polyline", points=path, class_=kind, fill="none"))
    for p in curve.points:
        parts.append(element("circle", cx=_n(at(*p)[0]), cy=_n(at(*p)[1]), r=4, class_="point"))
    middle, up = _n((LEFT + right) / 2), _n((TOP + low) / 2)
    parts.append(element("text", text(curve.below), x=middle, y=HEIGHT - 8, text_anchor="middle", class_="axis"))
    turned = f"rotate(-90 14 {up})"
    parts.append(element("text", text(curve.beside), x=14, y=up, text_anchor="middle", class_="axis", transform=turned))
    named = {"role": "img", "aria_labelledby": f"{id}-t {id}-d", "class_": "plot"}
    svg = element("svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", **named)
    caption = element("strong", text(f"{curve.title}. ")), words(f"{curve.said}.")
    return element("figure", svg, element("figcaption", *caption))


def _power(k: int, x: str | int, y: str | int, align: str) -> str:
    up = element("tspan", str(k).replace("-", "\u2212"), dy=-6, class_="exponent")
    return element("text", "10", up, x=x, y=y, text_anchor=align)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def plot_pdf(curves: Sequence[Curve]) -> bytes:
    """Curves beside each other, as the bytes of a PDF, the same every time; there must be one."""
    with styled():
        page, axes = canvas((PANEL[0] * len(curves), PANEL[1]), (1, len(curves)))
        for curve, place in zip(curves, axes if len(curves) > 1 else [axes], strict=True):
            _draw(place, curve)
        out = BytesIO()
        page.savefig(out, format="pdf", metadata=NOTHING["pdf"])
    return out.getvalue()


def _draw(axes: Any, curve: Curve) -> None:
    if curve.law:
        axes.plot(*zip(*curve.law, strict=True), color=COLOURS["blue"], linewidth=1)
    else:
        axes.plot(*zip(*curve.points, strict=True), color=COLOURS["grey"], linewidth=0.6, linestyle=":")
    axes.plot(*zip(*curve.points, strict=True), color=COLOURS["red"], marker="o", markersize=3, linestyle="none")
    axes.set(xscale="log", yscale="log")
    axes.set_xlabel(curve.below, fontsize=8)
    axes.set_ylabel(curve.beside, fontsize=8)
    every = [*curve.points, *curve.law]
    for n, axis in enumerate((axes.xaxis, axes.yaxis)):
        lo, hi = decades([p[n] for p in every])
        axis.set_view_interval(10.0**lo, 10.0**hi, ignore=True)
        axis.set_ticks([10.0**k for k in ticks(lo, hi)])
        axis.set_ticks([], minor=True)
    axes.grid(color="#dddddd", linewidth=0.4)
