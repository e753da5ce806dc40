"""Parts that send light from port to port unchanged: permutations, circulators, isolators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cascade_sym.errors import ParameterError
from cascade_sym.operators import op
from cascade_sym.system import VACUUM, Inputs, LinearSystem, Port
from cascade_sym.system.part import Part, field_name


@dataclass(frozen=True)
class Permutation(Part):
    """The light that enters at port k = 1, 2, ... leaves at port `order[k - 1]`.

    Raises ParameterError for an order that is no permutation of 1, 2, ...

    >>> Permutation((2, 1)).system().outputs["permutation.out2"].terms
    {Op(name='permutation.in1', dag=False): 1}
    """

    order: Sequence[int] = (2, 1)
    name: str | None = None

    kind = "permutation"
    channels = None

    def __post_init__(self) -> None:
        if sorted(self.order) != list(range(1, len(self.order) + 1)) or not self.order:
            raise ParameterError(f"order is {self.order!r}; give every one of 1, ..., n once.")

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        return _routed(name, channels, {str(k): str(to) for k, to in enumerate(self.order, 1)})


@dataclass(frozen=True)
class Circulator(Part):
    """Light that enters at port k leaves at port k + 1, and at the last one, at port 1. `ports` is their number.

    >>> Circulator().system().outputs["circulator.out1"].terms
    {Op(name='circulator.in3', dag=False): 1}
    """

    ports: int = 3
    name: str | None = None

    kind = "circulator"
    channels = None

    def __post_init__(self) -> None:
        if not isinstance(self.ports, int) or self.ports < 2:
            raise ParameterError(f"a circulator has 2 or more ports; got {self.ports!r}.")

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        n = self.ports
        return _routed(name, channels, {str(k): str(k % n + 1) for k in range(1, n + 1)})


@dataclass(frozen=True)
class Isolator(Part):
    """Light passes from port "1" to port "2" (in at "1", out at "2"); what comes back, in at "2", is absorbed.

    At "1" vacuum leaves.

    >>> Isolator().system().outputs["isolator.out1"].terms
    {Op(name='isolator.vacuum', dag=False): 1}
    """

    name: str | None = None

    kind = "isolator"
    channels = None

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        s = _routed(name, channels, {"1": "2", "2": "lost", "vacuum": "1"})
        return LinearSystem(
            (), {}, s.inputs, s.outputs, in_ports=tuple(p for p in s.in_ports if p.name != "vacuum"),
            out_ports=tuple(p for p in s.out_ports if p.name != "lost"),
        )  # fmt: skip


def _routed(name: str, channels: tuple[str, ...], route: dict[str, str]) -> LinearSystem:
    """Ports from which light goes to others, {in: out}."""

    def fields(end: str, port: str) -> dict[str, str]:
        label = f"{end}{port}" if port.isdigit() else port
        return {c: field_name(name, label, c) for c in channels}

    ins, outs = {k: fields("in", k) for k in route}, {k: fields("out", k) for k in sorted(route.values())}
    outputs = {outs[to][c]: op(ins[k][c]) for k, to in route.items() for c in channels}
    state = Inputs({f: VACUUM for light in ins.values() for f in light.values()})
    enter, leave = (tuple(Port(k, light) for k, light in ends.items()) for ends in (ins, outs))
    return LinearSystem((), {}, state, outputs, in_ports=enter, out_ports=leave)
