"""Parts and systems as one LinearSystem: cascades, concatenation, feedback reduction, redefinition by phases.

Connecting output o to input i makes i an internal field. Where such fields depend on each other without delay
(light that runs around a ring of mirrors), f = K f + rest is solved for f in exact algebra, once for each
strongly connected set of fields. Source: Gough and James, Commun. Math. Phys. 287, 1109 (2009).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import TypeAlias

import sympy as sp

from cascade_sym.errors import (
    AlgebraicLoop,
    DuplicateName,
    NotMarkovian,
    ParameterError,
    PortMismatch,
    UnknownName,
    listing,
)
from cascade_sym.operators import LinearForm, Op, linear_sum
from cascade_sym.shown import Card, card
from cascade_sym.symbols import NOTHING, Domains, all_domains
from cascade_sym.system import Inputs, LinearSystem, Port
from cascade_sym.system.coefficients import inverted
from cascade_sym.system.part import SINGLE, Part, called
from cascade_sym.system.sectors import flow_order
from cascade_sym.system.sketch import EMPTY, Sketch

System: TypeAlias = Part | LinearSystem  # what is taken for a system: a part, a cascade, a LinearSystem


def as_system(x: System, channels: tuple[str, ...] | None = None) -> LinearSystem:
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


def white_system(x: System, *, coloured: bool = False) -> LinearSystem:
    """As `as_system`, for what rests on white noise and motion without memory; NotMarkovian for other systems.

    `coloured` allows coloured noise, where only memory of the damping matters.

    >>> from cascade_sym.parts import Cavity
    >>> white_system(Cavity("c")).modes
    ('c',)
    """
    s = as_system(x)
    if found := (*(() if coloured else s.inputs.coloured), *s.remembering):
        raise NotMarkovian(
            f"the noise or damping of {listing(found)} depends on the frequency, and this rests on white noise and "
            "motion without memory. Ask for noise_spectrum, transfer or a sensitivity, and for a variance integrate "
            "the spectrum: cs.integrated(spectrum); or give rates and occupancies that are numbers."
        )
    return s


def channels_of(x: System) -> tuple[str, ...] | None:
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


def concatenate(*parts: System) -> LinearSystem:
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
        tuple(modes), _union(s.drift for s in systems), Inputs({}).beside(*(s.inputs for s in systems)),
        _union(s.outputs for s in systems), _union(s.internal for s in systems),
        _numbered(p for s in systems for p in s.in_ports), _numbered(p for s in systems for p in s.out_ports),
        all_domains(s.inherited for s in systems), _union(s.drives for s in systems),
        _union(s.brownian for s in systems), tuple(m for s in systems for m in s.free),
        reduce(Sketch.beside, (s.sketch for s in systems), EMPTY),
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


def series(first: System, second: System) -> LinearSystem:
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


def feedback(system: System, output: str, input: str) -> LinearSystem:
    """Feed the output field `output` back into the input field `input` of the same part or system, without delay.

    Both are names of fields (`system.outputs`, `system.inputs`). An algebraic loop is solved exactly;
    AlgebraicLoop is raised when it has no unique solution. Source: Gough and James (2009).

    >>> from cascade_sym.parts import Cavity
    >>> ring = Cavity("c", kappa={"1": 4, "2": 9})
    >>> feedback(ring, "c.out_1", "c.in_2").equation("c").terms  # damped by (2 + 3)^2/2
    {Op(name='c', dag=False): -25/2, Op(name='c.in_1', dag=False): -5}
    """
    return wired(as_system(system), {input: output})


def wired(system: LinearSystem, wires: Mapping[str, str]) -> LinearSystem:
    """The system with the output field wires[i] fed into the input field i, for every i in `wires`.

    Connected fields leave the ports; a port without fields disappears. Raises UnknownName for a field that is not
    there, PortMismatch for an output used twice, AlgebraicLoop where light goes around without a unique solution.
    """
    _check(system, wires)
    forms = {**system.internal, **{i: system.outputs[o] for i, o in wires.items()}}
    internal: dict[str, LinearForm] = {}
    sources = {f: {o.name for o, _ in form if o.name in forms} for f, form in forms.items()}
    for loop in flow_order(forms, sources):
        if len(loop) == 1 and loop[0] not in sources[loop[0]]:
            internal[loop[0]] = forms[loop[0]]
        else:
            internal |= solved_loop({f: forms[f] for f in loop}, system.domains)
    return replace(
        system, inputs=system.inputs.without(wires), internal=internal, domains=system.inherited,
        outputs={k: f for k, f in system.outputs.items() if k not in wires.values()},
        in_ports=_left(system.in_ports, set(wires)), out_ports=_left(system.out_ports, set(wires.values())),
        sketch=system.sketch.wired(wires),
    )  # fmt: skip


def _check(system: LinearSystem, wires: Mapping[str, str]) -> None:
    if bad := set(wires.values()) - set(system.outputs):
        raise UnknownName(f"no output field {listing(bad)}; there are {listing(system.outputs)}.")
    if bad := set(wires) - set(system.inputs):
        raise UnknownName(f"no free input field {listing(bad)}; there are {listing(system.inputs)}.")
    if lit := [f for f in wires if not system.inputs.is_vacuum(f)]:
        raise PortMismatch(
            f"light that is not vacuum enters at {listing(lit)} already; a state of light stands at the head of a "
            "cascade. Mix it with other light on a BeamSplitter."
        )
    used = list(wires.values())
    if twice := {o for o in used if used.count(o) > 1}:
        raise PortMismatch(f"output {listing(twice)} feeds two inputs; split the light with a BeamSplitter.")


def _left(ports: Sequence[Port], used: set[str]) -> tuple[Port, ...]:
    """The ports without the fields that are used up."""
    kept = [Port(p.name, {c: f for c, f in p.fields.items() if f not in used}) for p in ports]
    return tuple(p for p in kept if p.fields)


def solved_loop(forms: Mapping[str, LinearForm], domains: Domains = NOTHING) -> dict[str, LinearForm]:
    """f = K f + rest solved for the fields f named in `forms`; each result holds no field of the loop.

    Raises AlgebraicLoop when 1 - K is singular.
    """
    conjugate = any(o.name in forms and o.dag for form in forms.values() for o, _ in form)
    unknowns = [Op(f) for f in forms] + ([Op(f, True) for f in forms] if conjugate else [])
    full = [forms[o.name].turned(o.dag) for o in unknowns]
    rest = [LinearForm({o: c for o, c in form if o.name not in forms}) for form in full]
    rows = [[-form[o] + int(o == u) for o in unknowns] for u, form in zip(unknowns, full, strict=True)]
    gains = inverted(rows, domains)
    if gains is None:
        raise AlgebraicLoop(
            f"the light in {listing(forms)} runs in a loop with gain 1 and no delay, which has no unique "
            "solution; open the loop or add loss."
        )
    if any(c.has(sp.Float) for form in full for _, c in form):
        gains = [list(map(sp.N, row)) for row in gains]
    return {
        f: linear_sum(r.scaled(c) for r, c in zip(rest, row, strict=True) if c != 0)
        for f, row in zip(forms, gains, strict=False)
    }


ROW = 16  # systems from which a row is joined by halves: one by one, each step would check all that came before again


def _in_series(systems: Sequence[LinearSystem]) -> LinearSystem:
    if len(systems) < ROW:
        return reduce(series, systems)
    half = len(systems) // 2
    return series(_in_series(systems[:half]), _in_series(systems[half:]))


@dataclass(frozen=True)
class Chain(Part):
    """Parts (or systems) in series; flat, so that (a >> b) >> c and a >> (b >> c) are the same value.

    Parts without memory take the channels of their neighbours; unnamed parts are numbered along the cascade.
    """

    items: tuple[System, ...]
    name: str | None = None

    kind = "cascade"

    def __post_init__(self) -> None:
        flat = tuple(y for x in self.items for y in (x.items if isinstance(x, Chain) else (x,)))
        if wrong := [x for x in flat if not isinstance(x, Part | LinearSystem)]:
            raise ParameterError(f"{wrong[0]!r} can't stand in a cascade; give parts or linear systems.")
        object.__setattr__(self, "items", flat)

    @property
    def channels(self) -> tuple[str, ...] | None:
        fixed = [c for c in map(channels_of, self.items) if c is not None]
        if len(set(map(frozenset, fixed))) > 1:
            raise PortMismatch(
                f"the cascade joins parts with different channels: {sorted(set(map(str, fixed)))}; sideband parts "
                "(Oscillator, two-mode Squeezer) and narrow-band parts (Cavity) can't be joined directly."
            )
        return next(iter(fixed), None)

    @cached_property
    def _system(self) -> LinearSystem:
        return self._assembled(self.channels or SINGLE)

    def _assembled(self, channels: tuple[str, ...]) -> LinearSystem:
        taken = [x.name for x in self.items if isinstance(x, Part) and x.name]
        if twice := {n for n in taken if taken.count(n) > 1}:
            raise DuplicateName(f"{listing(twice)} used twice in the cascade; give each part its own name.")
        names = iter(names_of(x for x in self.items if isinstance(x, Part)))
        return _in_series([x.built(next(names), channels) if isinstance(x, Part) else as_system(x) for x in self.items])

    def system(self) -> LinearSystem:
        return self._system

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        return self._system if set(channels) == set(self.channels or SINGLE) else self._assembled(channels)


@card.register
def _(value: Chain) -> Card:
    names = [called(x) if isinstance(x, Part) else f"system of {', '.join(as_system(x).modes)}" for x in value.items]
    long = sum(map(len, names)) > 80
    return Card(" >> ".join(n.split(" (")[0] for n in names) if long else " >> ".join(names), {})
