"""What every part has in common: a name, a system, and `>>`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Expr

from cascade_sym.operators import OperatorPolynomial, as_operator
from cascade_sym.shown import Card, Shown, card, shown_fields
from cascade_sym.symbols import Domains, all_domains
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.coloured import FREQUENCY
from cascade_sym.system.sketch import Sketch
from cascade_sym.system.triple import Channel, slh_system
from cascade_sym.system.values import declared

if TYPE_CHECKING:
    from cascade_sym.system.network import Chain, System

SIDEBANDS = ("+", "-")
SINGLE = ("",)


class Part(Shown, ABC):
    """A part of an experiment. `a >> b` sends the light of a on to b (series product).

    `channels` are the frequency bands that the part's light port carries, or None for a part that takes any
    (loss, phase shift, beam splitter); `name` may be None for a part that a cascade should number by itself.
    """

    name: str | None

    @property
    @abstractmethod
    def channels(self) -> tuple[str, ...] | None: ...

    @abstractmethod
    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        """The part as a system under a definite name, for the given channels."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """The word used to number unnamed parts."""

    def known(self, name: str) -> tuple[Expr, ...]:
        """What the part, under a definite name, knows to be >= 0: rates, occupancies, what a loss lacks to 1."""
        return ()

    def __post_init__(self) -> None:
        """Values are checked when a part is made, and that they can be what it knows of them, not when it is used."""
        _ = self.declared(self.name or self.kind).ranges

    def declared(self, name: str) -> Domains:
        """Everything that is declared of the parameters: where their symbols were made, and by the part."""
        known = Domains(known=tuple(e for e in self.known(name) if e.free_symbols and not e.has(FREQUENCY)))
        return all_domains((declared(vars(self).values()), known))

    def built(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        """`build`, with everything that is declared of the parameters."""
        s = self.build(name, channels)
        sketch = s.sketch if s.sketch.parts else Sketch(((name, self),))
        return replace(s, domains=all_domains((s.domains, self.declared(name))), sketch=sketch)

    def system(self) -> LinearSystem:
        """The part on its own as a LinearSystem."""
        return self.built(self.name or self.kind, self.channels or SINGLE)

    def __rshift__(self, other: System) -> Chain:
        from cascade_sym.system.network import Chain

        return Chain((self, other))


@card.register
def _(value: Part) -> Card:
    return Card(called(value), {})


def called(part: Any) -> str:
    """A part with what was given for it, on one line: Oscillator M (mass = -1)."""
    given = {k: v for k, v in shown_fields(part).items() if v is not None and k not in ("name", "items")}
    words = ", ".join(f"{k} = {_written(v)}" for k, v in given.items())
    return f"{type(part).__name__}{f' {part.name}' if part.name else ''}{f' ({words})' if words else ''}"


def _written(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 and "\n" not in text else "..."


def coupled(
    name: str, modes: Sequence[str], H: Any, ports: Mapping[str, Mapping[str, tuple[OperatorPolynomial, Expr]]],
    others: Sequence[Channel], S: Mapping[tuple[str, str], Expr] | None = None,
) -> LinearSystem:  # fmt: skip
    """Modes with light at `ports`: for each channel of each the coupling operator and the phase of the light.

    `S` is what each port sends of the light that enters at each, (to, from): then the phases are left out.
    """
    slh: list[Channel] = []
    ins: list[Port] = []
    outs: list[Port] = []
    for port, light in ports.items():
        label = "" if port == "light" else f"_{port}"
        for end, found in (("in", ins), ("out", outs)):
            found.append(Port(port, {c: field_name(name, f"{end}{label}", c) for c in light}))
        slh += [Channel(ins[-1].fields[c], outs[-1].fields[c], L, phase) for c, (L, phase) in light.items()]
    if S is not None:
        fields = {p.name: p.fields for p in ins}
        rows = {(to, c): {fields[k][c]: S[to, k] for k in ports if S[to, k] != 0} for to in ports for c in fields[to]}
        slh = [replace(x, light=row) for x, row in zip(slh, rows.values(), strict=True)]
    return slh_system(list(modes), as_operator(H), [*slh, *others], in_ports=ins, out_ports=outs)


def field_name(part: str, label: str, channel: str) -> str:
    """The name of a field of a part: 'S.in+', 'cavity.out'."""
    return f"{part}.{label}{channel}"
