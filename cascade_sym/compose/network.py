"""Parts and systems as one LinearSystem: series product, concatenation and feedback reduction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cascade_sym.compose.loops import wired
from cascade_sym.errors import DuplicateName, ParameterError, PortMismatch, listing
from cascade_sym.parts.part import SINGLE, Part
from cascade_sym.symbols import all_domains
from cascade_sym.system import LinearSystem, Port


def as_system(x: object, channels: tuple[str, ...] | None = None) -> LinearSystem:
    """A part, a cascade or a system as a LinearSystem; ParameterError for anything else.

    A part that takes any channels gets `channels` (default: one narrow band).

    >>> from cascade_sym.parts import Cavity, Loss
    >>> as_system(Cavity("c") >> Loss(0)).modes
    ('c',)
    """
    if isinstance(x, LinearSystem):
        return x
    if isinstance(x, Part):
        return x.built(x.name or x.kind, x.channels or channels or SINGLE)
    raise ParameterError(f"expected a part, a cascade or a LinearSystem, got {type(x).__name__}: {x!r}.")


def channels_of(x: object) -> tuple[str, ...] | None:
    """The channels of a part or system, None for a part that takes any; ParameterError for anything else."""
    if isinstance(x, LinearSystem):
        return next((p.channels for p in (*x.in_ports, *x.out_ports)), None)
    if isinstance(x, Part):
        return x.channels
    raise ParameterError(f"expected a part, a cascade or a LinearSystem, got {type(x).__name__}: {x!r}.")


def names_of(parts: Iterable[Part]) -> list[str]:
    """The names of parts; those without one are numbered by their kind, as "loss1"."""
    parts = list(parts)
    taken = {p.name for p in parts if p.name}
    count: Counter[str] = Counter()
    names = []
    for p in parts:
        name = p.name
        while name is None:
            count[p.kind] += 1
            trial = f"{p.kind}{count[p.kind]}"
            name = None if trial in taken else trial
        names.append(name)
    return names


def concatenate(*parts: object) -> LinearSystem:
    """Parts or systems side by side, without a connection. Raises DuplicateName when names or ports clash.

    Ports of the same name are told apart by no one, so give the parts different port names or connect them with
    `series`; in a concatenation a port that occurs twice gets the number of its system: "light", "light2".

    >>> from cascade_sym.parts import Cavity
    >>> both = concatenate(Cavity("a"), Cavity("b"))
    >>> both.modes, [p.name for p in both.in_ports]
    (('a', 'b'), ['light', 'light2'])
    """
    systems = [as_system(x) for x in parts]
    modes = [m for s in systems for m in s.modes]
    fields = [f for s in systems for f in (*s.inputs, *s.internal, *s.outputs)]
    if twice := {n for n in (*modes, *fields) if (*modes, *fields).count(n) > 1}:
        raise DuplicateName(f"{listing(twice)} used twice; give each part its own name.")
    return LinearSystem(
        tuple(modes), _union(s.drift for s in systems), _union(s.inputs for s in systems),
        _union(s.outputs for s in systems), _union(s.internal for s in systems),
        _numbered(p for s in systems for p in s.in_ports), _numbered(p for s in systems for p in s.out_ports),
        all_domains(s.inherited for s in systems),
    )  # fmt: skip


def _union(tables: Iterable[Mapping[str, object]]) -> dict:
    return {k: v for t in tables for k, v in t.items()}


def _numbered(ports: Iterable[Port]) -> tuple[Port, ...]:
    out: list[Port] = []
    for p in ports:
        name, k = p.name, 1
        while any(q.name == name for q in out):
            k += 1
            name = f"{p.name}{k}"
        out.append(Port(name, p.fields))
    return tuple(out)


def series(first: object, second: object) -> LinearSystem:
    """The series product: the light that leaves `first` enters `second` (parts or systems).

    All output ports of `first` are connected, in order, to the input ports of `second`. Raises PortMismatch when their
    numbers or channels differ, and DuplicateName when a name occurs in both. Source: Gough and James (2009).

    >>> from cascade_sym.parts import Cavity
    >>> series(Cavity("a", kappa=4), Cavity("b", kappa=9)).equation("b").terms
    {Op(name='b', dag=False): -9/2, Op(name='a', dag=False): -6, Op(name='a.in', dag=False): -3}
    """
    a, b = as_system(first, channels_of(second)), as_system(second, channels_of(first))
    outs, ins = a.out_ports, b.in_ports
    if not outs or not ins:
        raise PortMismatch("the series product needs an output port on the left and an input port on the right.")
    if len(outs) != len(ins):
        raise PortMismatch(
            f"{len(outs)} output port(s) ({listing(p.name for p in outs)}) can't feed {len(ins)} input "
            f"port(s) ({listing(p.name for p in ins)}); choose single ports with connect()."
        )
    joint = concatenate(a, b)
    wires: dict[str, str] = {}
    for o, i in zip(outs, ins, strict=True):
        if set(o.channels) != set(i.channels):
            raise PortMismatch(
                f"port {o.name!r} carries the channels {listing(o.channels)} but port {i.name!r} expects "
                f"{listing(i.channels)}; a sideband part and a narrow-band part can't be joined directly."
            )
        wires |= {i.fields[c]: o.fields[c] for c in o.channels}
    done = wired(joint, wires)
    return replace(done, in_ports=a.in_ports, out_ports=b.out_ports)


def feedback(system: object, output: str, input: str) -> LinearSystem:
    """Feed the output field `output` back into the input field `input` of the same part or system, without delay.

    Both are names of fields (`system.outputs`, `system.inputs`). An algebraic loop is solved exactly;
    AlgebraicLoop is raised when it has no unique solution. Source: Gough and James (2009).

    >>> from cascade_sym.parts import Cavity
    >>> ring = Cavity("c", kappa={"1": 4, "2": 9})
    >>> feedback(ring, "c.out_1", "c.in_2").equation("c").terms  # damped by (2 + 3)^2/2
    {Op(name='c', dag=False): -25/2, Op(name='c.in_1', dag=False): -5}
    """
    return wired(as_system(system), {input: output})
