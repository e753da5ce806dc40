"""The plot of a scaling's certificate as inline SVG: the optimum beside its law, and how it approaches the law."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cascade_sym.report.html import element, text

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 430, 290, 76, 46, 14, 14
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class _Axes:
    """Decades that a doubly logarithmic plot covers."""

    x0: int
    x1: int
    y0: int
    y1: int

    def x(self, value: float) -> float:
        return LEFT + (math.log10(value) - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - self.y0) / (self.y1 - self.y0) * (HEIGHT - BOTTOM - TOP)


def certificate_plot(scaling: Mapping[str, Any], id: str, words: Callable[[str], str] = text) -> str:
    """Two plots of a certificate: its optimised values with the law, and their relative distance from it.

    `scaling` holds "certificate" with "points" (tables of "large" and "objective"), and "exponent" and a prefactor;
    '' where fewer than two points can be drawn. `words` makes HTML of the captions.
    """
    certificate = scaling["certificate"]
    points = [p for p in map(_point, certificate["points"]) if p]
    if len(points) < 2:
        return ""
    exponent, power = _exponent(scaling)
    # the points are optima at sample parameters, and so is their limit; the entry's own number may be at others
    prefactor = _number(certificate.get("prefactor_limit")) or _number(scaling.get("prefactor_value"))
    law: list[tuple[float, float]] = []
    if exponent is not None and prefactor:
        law = [(x, prefactor * x**exponent) for x, _ in points]
    said = f"{scaling['label']}: " if scaling.get("label") else ""
    said += f"{len(points)} points computed in high precision"
    if isinstance(sample := certificate.get("sample"), Mapping) and sample:
        said += " at " + ", ".join(f"{k} = {v}" for k, v in sample.items())
    said += f"; the line is {prefactor:.6g} times the large parameter to the power {power}" if law else ""
    drawn = _plot(f"{id}-a", "Optimised value", "large parameter", "optimum", points, law, said, words)
    away = [(x, abs(y / z - 1)) for (x, y), (_, z) in zip(points, law, strict=False) if z and y != z]
    if len(away) > 1:
        what = "Relative distance from the leading term; it falls as the next order says"
        beside = "|optimum/law − 1|"
        drawn += _plot(f"{id}-b", "Distance from the law", "large parameter", beside, away, [], what, words)
    return element("div", drawn, class_="plots")


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
        x, y = _number(raw.get("large")), _number(raw.get("objective"))
    elif isinstance(raw, list | tuple) and len(raw) >= 2:
        x, y = _number(raw[0]), _number(raw[1])
    else:
        return None
    return (x, y) if x and y and x > 0 and y > 0 and math.isfinite(x) and math.isfinite(y) else None


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return float(Fraction(value)) if isinstance(value, str) and "/" in value else float(value)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        return None


def _decades(values: Sequence[float]) -> tuple[int, int]:
    lo, hi = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    return (lo, hi) if hi > lo else (lo, lo + 1)


def _plot(
    id: str, title: str, below: str, beside: str, points: Points, law: Points, said: str, words: Callable[[str], str]
) -> str:
    every = [*points, *law]
    axes = _Axes(*_decades([x for x, _ in every]), *_decades([y for _, y in every]))
    parts = [element("title", text(title), id=f"{id}-t"), element("desc", text(said), id=f"{id}-d"), _frame(axes)]
    if law:
        parts.append(element("polyline", points=_path(axes, law), class_="law", fill="none"))
    elif len(points) > 1:
        parts.append(element("polyline", points=_path(axes, points), class_="guide", fill="none"))
    parts += [element("circle", cx=_n(axes.x(x)), cy=_n(axes.y(y)), r=4, class_="point") for x, y in points]
    middle, up = _n((LEFT + WIDTH - RIGHT) / 2), _n((TOP + HEIGHT - BOTTOM) / 2)
    parts.append(element("text", text(below), x=middle, y=HEIGHT - 8, text_anchor="middle", class_="axis"))
    turned = f"rotate(-90 14 {up})"
    parts.append(element("text", text(beside), x=14, y=up, text_anchor="middle", class_="axis", transform=turned))
    svg = element(
        "svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_labelledby=f"{id}-t {id}-d", class_="plot"
    )
    return element("figure", svg, element("figcaption", element("strong", text(f"{title}. ")), words(f"{said}.")))


def _frame(axes: _Axes) -> str:
    out = element("rect", x=LEFT, y=TOP, width=WIDTH - LEFT - RIGHT, height=HEIGHT - TOP - BOTTOM, class_="frame")
    for k in _ticks(axes.x0, axes.x1):
        x = _n(axes.x(10.0**k))
        out += element("line", x1=x, x2=x, y1=TOP, y2=HEIGHT - BOTTOM, class_="grid")
        out += _power(k, x, str(HEIGHT - BOTTOM + 18), "middle")
    for k in _ticks(axes.y0, axes.y1):
        y = axes.y(10.0**k)
        out += element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=_n(y), y2=_n(y), class_="grid")
        out += _power(k, str(LEFT - 8), _n(y + 4), "end")
    return out


def _ticks(lo: int, hi: int) -> range:
    return range(lo, hi + 1, max(1, math.ceil((hi - lo) / 6)))


def _power(k: int, x: str, y: str, align: str) -> str:
    up = element("tspan", str(k).replace("-", "\u2212"), dy=-6, class_="exponent")
    return element("text", "10", up, x=x, y=y, text_anchor=align)


def _path(axes: _Axes, points: Points) -> str:
    return " ".join(f"{_n(axes.x(x))},{_n(axes.y(y))}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
