"""What the plots of a scaling's certificate show: the optimum beside its law, and how it approaches the law.

Both the page and the paper draw these curves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

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
            yield from ({"label": k, "certificate": c} for k, c in certificate.items() if _has_points(c))
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
    said += f"; the line is {prefactor:.6g} times the large parameter to the power {power}" if law else ""
    shown = Curve("Optimised value", "large parameter", "optimum", points, law, said)
    away = tuple((x, abs(y / z - 1)) for (x, y), (_, z) in zip(points, law, strict=False) if z and y != z)
    if len(away) < 2:
        return (shown,)
    what = "Relative distance from the leading term; it falls as the next order says"
    return shown, Curve("Distance from the law", "large parameter", "|optimum/law − 1|", away, (), what)


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
