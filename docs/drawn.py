"""Thumbnails of the systems in tests/systems: the network, or the state where there is no network."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import reduce
from importlib import import_module
from operator import rshift
from pathlib import Path
from types import ModuleType
from typing import Any

import cascade_sym as cs
from cascade_sym.errors import CascadeError

POINT = 0.5  # of every parameter of a state that is drawn by its ellipses
# where the functions of a file need arguments, or its tests put the system together
OWN: dict[str, Callable[[ModuleType], Any]] = {
    "test_coloured_cooling": lambda m: cs.ThermalLight(m.colour) >> cs.Cavity("a", kappa=m.kappa, detuning=m.Delta),
    "test_distances_of_thermal_states": lambda m: m.thermal(m.r, m.n),
    "test_epr_negative_mass": lambda m: m.hybrid(cs.TwoModeSqueezedLight(m.r)),
    "test_feedback_amplifier": lambda m: m.fed_back(cs.Squeezer("q")),
    "test_feedback_cavity": lambda m: m.fed_back(cs.Cavity("c")),
    "test_filtered_outputs": lambda m: cs.Squeezer("s"),
    "test_mixed_mass_chains": lambda m: reduce(rshift, (cs.Oscillator(f"o{k}", mass=(-1) ** k) for k in range(3))),
    "test_noise_cancellation": lambda m: m.probed("b", 1) >> m.probed("c", -1),
    "test_structural_damping": lambda m: cs.MechanicalOscillator("m", loss_angle=m.phi, Gamma="Gamma"),
    "test_squeezed_back_action": lambda m: cs.SqueezedLight(m.r) >> cs.FreeMass("f", mass=m.m, Gamma=m.Gamma),
}


def thumbnail(source: Path, place: Path) -> str:
    """The picture of the system in a test file, written into `place`: the name of the picture.

    ValueError where nothing in the file can be drawn: it then needs a line in OWN.
    """
    module = import_module(f"tests.systems.{source.stem}")
    for value in [OWN[source.stem](module)] if source.stem in OWN else _values(module):
        state = value if isinstance(value, cs.Covariance) else None
        try:
            drawn = cs.draw(cs.as_system(value if state is None or state.system is None else state.system))
        except (CascadeError, TypeError, AttributeError):
            if state is None:
                continue
            picture = state.plot(dict.fromkeys(state.parameters, POINT), which="modes")._repr_png_()
            (place / f"{source.stem}.png").write_bytes(picture)
            return f"{source.stem}.png"
        (place / f"{source.stem}.svg").write_text(drawn.svg, encoding="utf-8")
        return f"{source.stem}.svg"
    raise ValueError(f"nothing in {source.name} can be drawn; say in docs/drawn.py what its picture is")


def _values(module: ModuleType) -> Iterator[Any]:
    """What a module has, and what its functions give that need no arguments; of several results the first."""
    for name, value in vars(module).items():
        found = value
        if inspect.isfunction(value):
            needs = [p for p in inspect.signature(value).parameters.values() if p.default is p.empty]
            if value.__module__ != module.__name__ or name.startswith("test") or any(p.kind < 2 for p in needs):
                continue
            found = value()
        if not (inspect.ismodule(found) or inspect.isclass(found) or isinstance(found, str | int | float)):
            yield found[0] if isinstance(found, tuple) and found else found
