"""The plots of a scaling's certificate as a PDF of their own, for the paper: vectors, the same bytes every time."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from cascade_sym.plot import COLOURS, NOTHING, canvas, styled
from cascade_sym.report.certificate import Curve, decades, ticks

PANEL = 2.7, 2.1  # inches


def plot_pdf(curves: Sequence[Curve]) -> bytes:
    """Curves beside each other, as the bytes of a PDF; there must be one."""
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
