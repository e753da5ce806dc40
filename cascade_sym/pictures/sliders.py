"""A picture with a slider for each parameter, where a notebook can show one; else the picture as it is at the start."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from cascade_sym.errors import ParameterError
from cascade_sym.shown import Card, Shown, card

WIDE = 10.0  # bounds whose ratio exceeds this are on a logarithmic scale
STEPS = 100  # of a slider


class Live(Shown):
    """A picture that follows its sliders; made by `sliders`. `at(**values)` is the picture at other values."""

    def __init__(self, draw: Callable[..., Any], ranges: dict[str, tuple[float, float, float]]) -> None:
        self.draw, self.ranges = draw, ranges

    def at(self, **values: float) -> Any:
        """What is drawn at the values; parameters that are not given are where their sliders start."""
        if unknown := set(values) - set(self.ranges):
            raise ParameterError(f"there is no slider {sorted(unknown)}; there are {sorted(self.ranges)}.")
        return self.draw(**{n: values.get(n, start) for n, (_, _, start) in self.ranges.items()})

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if find_spec("ipywidgets") is None:
            display(self.at())  # type: ignore[no-untyped-call]
            return
        import ipywidgets

        moved = {n: _slider(ipywidgets, n, *bounds) for n, bounds in self.ranges.items()}
        shown = ipywidgets.interactive_output(lambda **values: display(self.at(**values)), moved)  # type: ignore[no-untyped-call]
        display(ipywidgets.VBox([*moved.values(), shown]))  # type: ignore[no-untyped-call]


def sliders(draw: Callable[..., Any], **ranges: tuple[float, ...]) -> Live:
    """`draw(**values)` with a slider for each parameter: NAME=(low, high) or (low, high, start).

    `draw` returns what it drew, such as the artists of `plot_motion` or of `spectrum.plot`. In Jupyter with ipywidgets
    (`pip install 'cascade-sym[notebooks]'`) the picture follows the sliders; elsewhere, and in what is stored or
    exported, it is the picture at the start (default: the middle). Positive bounds of a ratio beyond 10 are on a
    logarithmic scale. Raises ParameterError for bounds that are not in order.

    >>> from cascade_sym.pictures.axes import plot_spectrum
    >>> from cascade_sym.parts import Squeezer
    >>> from cascade_sym.spectra import noise_spectrum
    >>> N = noise_spectrum(Squeezer("q", kappa=1), "P")
    >>> picture = sliders(lambda chi: plot_spectrum(N, [0.0, 1.0], {"chi_q": chi}), chi=(0.1, 0.4))
    >>> picture.at(chi=0.3)[0].get_ydata().round(3)
    array([0.031, 0.317])
    """
    if not callable(draw):
        raise ParameterError(f"draw must be a function of the parameters that draws; got {type(draw).__name__}.")
    return Live(draw, {n: _bounds(n, r) for n, r in ranges.items()})


def _bounds(name: str, given: Any) -> tuple[float, float, float]:
    try:
        low, high, *start = map(float, given)
    except (TypeError, ValueError) as err:
        raise ParameterError(f"{name} is {given!r}; give (low, high) or (low, high, start).") from err
    middle = (low * high) ** 0.5 if _wide(low, high) else (low + high) / 2
    begin = start[0] if start else middle
    if len(start) > 1 or not low <= begin <= high or low == high:
        raise ParameterError(f"{name} is {given!r}; give low < high, and a start between them.")
    return low, high, begin


def _wide(low: float, high: float) -> bool:
    return low > 0 and high / low > WIDE


def _slider(ipywidgets: Any, name: str, low: float, high: float, start: float) -> Any:
    from math import log10

    if _wide(low, high):
        ends = {"min": log10(low), "max": log10(high), "step": log10(high / low) / STEPS}
        return ipywidgets.FloatLogSlider(start, description=name, continuous_update=False, **ends)
    step = (high - low) / STEPS
    return ipywidgets.FloatSlider(start, description=name, continuous_update=False, min=low, max=high, step=step)


@card.register
def _(value: Live) -> Card:
    rows = {n: f"from {low:g} to {high:g}" for n, (low, high, _) in value.ranges.items()}
    return Card("picture with sliders", rows, "in Jupyter it shows itself; at other values: picture.at(name=value)")
