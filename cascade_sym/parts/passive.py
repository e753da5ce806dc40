"""Parts without memory: loss, phase shift, beam splitter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.errors import ParameterError
from cascade_sym.operators import LinearForm, as_operator, linear_sum, op
from cascade_sym.system import VACUUM, Inputs, LinearSystem, Port
from cascade_sym.system.part import SINGLE, Part, coupled, field_name
from cascade_sym.system.values import Value, fraction, nonnegative, real


@dataclass(frozen=True)
class Loss(Part):
    """Power loss `epsilon`: b -> sqrt(1 - epsilon) b + sqrt(epsilon) b', with b' vacuum (or occupancy `n`).

    Raises ParameterError for a loss outside [0, 1].

    >>> Loss(sp.Symbol("epsilon")).system().D[0, 0]
    sqrt(1 - epsilon)
    """

    epsilon: Value | None = None
    name: str | None = None
    n: Value = 0

    kind = "loss"
    channels = None

    def known(self, name: str) -> tuple[Expr, ...]:
        eps = fraction(self.epsilon, "loss epsilon", "epsilon")
        return eps, 1 - eps, nonnegative(self.n, f"n of {name}")

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        eps = fraction(self.epsilon, "loss epsilon", "epsilon")
        noise = nonnegative(self.n, f"n of {name}") + VACUUM
        t, r = sp.sqrt(1 - eps), sp.sqrt(eps)
        inputs: dict[str, Expr] = {}
        outputs: dict[str, LinearForm] = {}
        for c in channels:
            b, v = field_name(name, "in", c), field_name(name, "vacuum", c)
            inputs |= {b: VACUUM, v: noise}
            outputs[field_name(name, "out", c)] = op(b, t) + op(v, r)
            outputs[field_name(name, "lost", c)] = op(v, t) - op(b, r)
        enters, leaves = (Port("light", {c: field_name(name, end, c) for c in channels}) for end in ("in", "out"))
        return LinearSystem((), {}, Inputs(inputs), outputs, in_ports=(enters,), out_ports=(leaves,))


@dataclass(frozen=True)
class PhaseShift(Part):
    """A rotation of the light: b -> exp(i phi) b; `phi` may differ by channel, as {"+": ..., "-": ...}.

    >>> PhaseShift(sp.pi/2).system().D[0, 0]
    I
    """

    phi: Value | Mapping[str, Value] | None = None
    name: str | None = None

    kind = "phase"

    @property
    def channels(self) -> tuple[str, ...] | None:
        return tuple(self.phi) if isinstance(self.phi, Mapping) else None

    def __post_init__(self) -> None:
        for c in self.channels or SINGLE:
            self._phase(self.name or self.kind, c)

    def _phase(self, name: str, channel: str) -> Expr:
        given = self.phi[channel] if isinstance(self.phi, Mapping) else self.phi
        return real(given, f"phase of {name}", "phi")

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        light = {c: (as_operator(0), sp.exp(sp.I * self._phase(name, c))) for c in channels}
        return coupled(name, (), 0, {"light": light}, ())


@dataclass(frozen=True)
class BeamSplitter(Part):
    """Two beams mixed: out_1 = t b_1 - r b_2, out_2 = r b_1 + t b_2.

    Given by `angle` (t = cos, r = sin) or by the power `transmission` (t = sqrt(T), r = sqrt(1 - T)); ports "1"
    and "2".

    >>> BeamSplitter(transmission=sp.Rational(1, 2)).system().D[0, 0]
    sqrt(2)/2
    """

    transmission: Value | None = None
    angle: Value | None = None
    name: str | None = None

    kind = "beamsplitter"
    channels = None

    def __post_init__(self) -> None:
        if self.transmission is not None and self.angle is not None:
            raise ParameterError("a beam splitter has a transmission or an angle, not both; give one.")
        self.amplitudes  # noqa: B018

    @property
    def amplitudes(self) -> tuple[Expr, Expr]:
        """(t, r)."""
        if self.angle is not None:
            a = real(self.angle, "angle of the beam splitter")
            return sp.cos(a), sp.sin(a)
        T = fraction(self.transmission, "transmission of the beam splitter", "T")
        return sp.sqrt(T), sp.sqrt(1 - T)

    def known(self, name: str) -> tuple[Expr, ...]:
        T = self.amplitudes[0] ** 2
        return () if self.angle is not None else (T, 1 - T)

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        t, r = self.amplitudes
        ins = {k: {c: field_name(name, f"in{k}", c) for c in channels} for k in "12"}
        outs = {k: {c: field_name(name, f"out{k}", c) for c in channels} for k in "12"}
        outputs: dict[str, LinearForm] = {}
        for c in channels:
            outputs[outs["1"][c]] = linear_sum((op(ins["1"][c], t), op(ins["2"][c], -r)))
            outputs[outs["2"][c]] = linear_sum((op(ins["1"][c], r), op(ins["2"][c], t)))
        return LinearSystem(
            (), {}, Inputs({f: VACUUM for k in "12" for f in ins[k].values()}), outputs,
            in_ports=tuple(Port(k, ins[k]) for k in "12"), out_ports=tuple(Port(k, outs[k]) for k in "12"),
        )  # fmt: skip
