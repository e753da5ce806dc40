"""Detectors: what is measured on an output port.

A detector is a value, not a part of the cascade: it names a port of the system whose light it looks at. Its
currents are linear forms in the light of that port and in vacuum that enters through imperfect detection.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import sympy as sp
from sympy import Expr

from cascade_sym.errors import ParameterError, PortMismatch, listing
from cascade_sym.operators import LinearForm, linear_sum, op
from cascade_sym.shown import Shown
from cascade_sym.system import VACUUM, Port
from cascade_sym.system.part import SIDEBANDS
from cascade_sym.system.values import Value, fraction, real


@dataclass(frozen=True)
class Current(Shown):
    """One measured current y dt = form dt, with vacuum noise variance 1/2 (times dt) for vacuum light.

    `paired`: the form is z = (y_c + i y_s)/sqrt2, not Hermitian but commuting with z^+, and stands for two real
    currents; else it is Hermitian. `vacua` are the vacuum fields that imperfect detection adds.
    """

    name: str
    form: LinearForm
    paired: bool
    vacua: Mapping[str, Expr] = field(default_factory=dict)


class Detector(Shown, ABC):
    """What detectors have in common: the output port (None: the only one) and the efficiency."""

    port: str | None
    efficiency: Value

    @abstractmethod
    def currents(self, port: Port) -> tuple[Current, ...]:
        """The currents measured on `port`."""

    @property
    def eta(self) -> Expr:
        """The efficiency as an expression, checked to lie in [0, 1] where it is a number."""
        return fraction(self.efficiency, f"efficiency of the {type(self).__name__} detector")

    def _channels(self, port: Port) -> tuple[str, ...]:
        wanted = getattr(self, "channels", None)
        if wanted is None:
            return port.channels
        if bad := set(wanted) - set(port.channels):
            raise PortMismatch(
                f"port {port.name!r} has no channel {listing(bad)} to detect; it carries {listing(port.channels)}."
            )
        return tuple(wanted)

    def _seen(self, port: Port, channel: str) -> tuple[LinearForm, dict[str, Expr]]:
        """The light of a channel after the loss 1 - eta of the detector."""
        b = op(port.fields[channel])
        if self.eta == 1:
            return b, {}
        v = f"{port.name}.undetected{channel}"
        return b.scaled(sp.sqrt(self.eta)) + op(v, sp.sqrt(1 - self.eta)), {v: VACUUM}


@dataclass(frozen=True)
class Homodyne(Detector):
    """Homodyne detection of the quadrature X_L cos(angle) + P_L sin(angle) of an output port.

    On a port with the sidebands "+" and "-" both the cosine and the sine component of the quadrature are measured
    (two currents); on a port with a single channel, the quadrature (b e^{-i angle} + b^+ e^{i angle})/sqrt2. Light
    of a detector with `efficiency` eta < 1 is mixed with vacuum, b -> sqrt(eta) b + sqrt(1 - eta) v. `channels`
    restricts the detection to some channels of the port, each measured on its own. `angle` None is the symbol phi.
    Raises ParameterError for an efficiency outside [0, 1] and for a complex angle.

    >>> Homodyne(angle=sp.pi/2, efficiency=sp.Symbol("eta"))
    Homodyne: angle = pi/2, efficiency = eta
    """

    angle: Value | None = None
    efficiency: Value = 1
    port: str | None = None
    channels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self.eta, self.phi  # noqa: B018  checks the parameters now

    @property
    def phi(self) -> Expr:
        """The angle as an expression."""
        return real(self.angle, "angle of the homodyne detector", "phi")

    def currents(self, port: Port) -> tuple[Current, ...]:
        turn = sp.exp(sp.I * self.phi)
        root = 1 / sp.sqrt(2)
        channels = self._channels(port)
        light = {c: self._seen(port, c) for c in channels}
        if set(channels) == set(SIDEBANDS):
            (plus, v), (minus, w) = light["+"], light["-"]
            form = linear_sum((plus.scaled(root / turn), minus.dagger().scaled(root * turn)))
            return (Current(port.name, form, True, {**v, **w}),)
        halves = ((c, b.scaled(root / turn), v) for c, (b, v) in light.items())
        return tuple(Current(port.name + c, half + half.dagger(), False, v) for c, half, v in halves)


@dataclass(frozen=True)
class Heterodyne(Detector):
    """Heterodyne detection: both quadratures of every channel of an output port, each with half of the light.

    The second half of each quadrature's noise is vacuum from the image band. Raises ParameterError for an
    efficiency outside [0, 1].

    >>> Heterodyne().efficiency
    1
    """

    efficiency: Value = 1
    port: str | None = None
    channels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self.eta  # noqa: B018  checks the parameter now

    def currents(self, port: Port) -> tuple[Current, ...]:
        out = []
        for c in self._channels(port):
            b, v = self._seen(port, c)
            image = f"{port.name}.image{c}"
            form = (b + op(image, dag=True)).scaled(1 / sp.sqrt(2))
            out.append(Current(port.name + c, form, True, {**v, image: VACUUM}))
        return tuple(out)


Detect: TypeAlias = Detector | tuple[Detector, ...] | list[Detector] | None  # what is measured, None for nothing


def detectors(detect: Detect) -> tuple[Detector, ...]:
    """A detector, a collection of them, or None as a tuple; ParameterError for anything else."""
    if detect is None:
        return ()
    if isinstance(detect, Detector):
        return (detect,)
    if isinstance(detect, tuple | list):
        if wrong := [d for d in detect if not isinstance(d, Detector)]:
            raise ParameterError(f"{wrong[0]!r} in detect is not a detector; give Homodyne(...) or Heterodyne(...).")
        return tuple(detect)
    raise ParameterError(f"detect is {detect!r}; give Homodyne(...), Heterodyne(...) or a tuple of them.")
