"""Networks of parts with named ports: interferometers, coherent feedback, anything that is not a cascade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cascade_sym.errors import DuplicateName, ParameterError, PortMismatch, UnknownName, listing
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.network import System, as_system, channels_of, concatenate, names_of, wired
from cascade_sym.system.part import SINGLE, Part

Wire = tuple[str, str]


def connect(
    parts: Sequence[Part] | Mapping[str, System],
    wires: Iterable[Wire],
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> LinearSystem:
    """A network: every wire ("part.port", "part.port") sends the light of an output port into an input port.

    `parts` are parts or systems; a table gives them names for the wires, otherwise a part's own name (or its kind and
    number: "beamsplitter1") is used. ".port" may be left out where a part has one port in that direction. Ports that no
    wire uses stay open under the name "part.port"; `inputs` and `outputs` = {new name: "part.port"} choose and rename
    the ones that the network shows (the light of the others is still there, as fields). Parts without memory take the
    channels of what they are connected to. Light that runs around a loop without delay is solved for exactly.

    Raises UnknownName for a part or port that does not exist, PortMismatch for a port used twice or for
    channels that do not fit, DuplicateName, and AlgebraicLoop for a loop without a unique solution. Source:
    Gough and James, Commun. Math. Phys. 287, 1109 (2009).

    >>> import sympy as sp
    >>> from cascade_sym.parts import BeamSplitter, Cavity
    >>> k, T = sp.symbols("kappa T")
    >>> net = connect([Cavity("c", kappa=k), BeamSplitter(transmission=T, name="bs")],
    ...               [("bs.2", "c"), ("c", "bs.2")], inputs={"light": "bs.1"}, outputs={"light": "bs.1"})
    >>> from cascade_sym.exact import equal
    >>> equal(net.A[0, 0], -(k/2)*(1 + sp.sqrt(T))/(1 - sp.sqrt(T)))
    True
    """
    table = _named(parts)
    pairs = [_wire(w) for w in wires]
    systems = _built(table, pairs)
    joint = concatenate(*(_labelled(s, label) for label, s in systems.items()))
    fields: dict[str, str] = {}
    used: set[tuple[str, str]] = set()
    for source, target in pairs:
        o, i = _port(systems, source, "output"), _port(systems, target, "input")
        for port, kind, text in ((o, "output", source), (i, "input", target)):
            if (kind, port.name) in used:
                raise PortMismatch(f"{kind} port {text!r} is used twice; split or join light with a BeamSplitter.")
            used.add((kind, port.name))
        if set(o.channels) != set(i.channels):
            raise PortMismatch(
                f"channels {listing(o.channels)} of {source!r} don't fit {listing(i.channels)} of {target!r}."
            )
        fields |= {i.fields[c]: o.fields[c] for c in o.channels}
    net = wired(joint, fields)
    return replace(net, in_ports=_shown(net.in_ports, inputs, systems, "input"),
                   out_ports=_shown(net.out_ports, outputs, systems, "output"))  # fmt: skip


def _named(parts: Sequence[Part] | Mapping[str, System]) -> dict[str, System]:
    """Every part under the name by which the wires call it."""
    if isinstance(parts, Mapping):
        return {str(k): p for k, p in parts.items()}
    table: dict[str, System] = {}
    if wrong := [p for p in parts if not isinstance(p, Part)]:
        raise ParameterError(f"{type(wrong[0]).__name__} has no name for the wires; give the parts as {{name: part}}.")
    for name, p in zip(names_of(p for p in parts if isinstance(p, Part)), parts, strict=True):
        if name in table:
            raise DuplicateName(f"{name!r} is used twice; give each part its own name.")
        table[name] = p
    return table


def _wire(wire: object) -> Wire:
    if not isinstance(wire, tuple | list) or len(wire) != 2 or not all(isinstance(x, str) for x in wire):
        raise ParameterError(f'a wire is ("part.port", "part.port"), from an output to an input; got {wire!r}.')
    return wire[0], wire[1]


def _split(table: Iterable[str], text: str) -> tuple[str, str | None]:
    """ "part.port" as (part, port); the longest part name that fits."""
    fits = [n for n in table if text == n or text.startswith(n + ".")]
    if not fits:
        raise UnknownName(f"{text!r} names no part; there are {listing(table)} (write part.port).")
    name = max(fits, key=len)
    return name, text[len(name) + 1 :] or None


def _built(table: Mapping[str, System], pairs: Sequence[Wire]) -> dict[str, LinearSystem]:
    """All parts as systems; those that take any channels get those of their neighbours."""
    channels = {n: channels_of(p) for n, p in table.items()}
    links = [(_split(table, a)[0], _split(table, b)[0]) for a, b in pairs]
    changed = True
    while changed:
        changed = False
        for a, b in (*links, *((b, a) for a, b in links)):
            if channels[a] is None and channels[b] is not None:
                channels[a], changed = channels[b], True
    return {
        n: p.built(p.name or n, channels[n] or SINGLE) if isinstance(p, Part) else as_system(p)
        for n, p in table.items()
    }


def _labelled(s: LinearSystem, label: str) -> LinearSystem:
    """The system with its ports called "label.port"."""

    def named(ports: Iterable[Port]) -> tuple[Port, ...]:
        return tuple(Port(f"{label}.{p.name}", p.fields) for p in ports)

    return replace(s, in_ports=named(s.in_ports), out_ports=named(s.out_ports))


def _port(systems: Mapping[str, LinearSystem], text: str, kind: str) -> Port:
    """The port that "part.port" or "part" means, under its full name."""
    label, port = _split(systems, text)
    ports = systems[label].in_ports if kind == "input" else systems[label].out_ports
    if port is None and len(ports) == 1:
        port = ports[0].name
    for p in ports:
        if p.name == port:
            return Port(f"{label}.{port}", p.fields)
    what = f"no {kind} port {port!r}" if port else f"{len(ports)} {kind} ports, so its port must be named"
    raise UnknownName(f"{text!r}: {label!r} has {what}; there are {listing(f'{label}.{p.name}' for p in ports)}.")


def _shown(
    free: Sequence[Port], chosen: Mapping[str, str] | None, systems: Mapping[str, LinearSystem], kind: str
) -> tuple[Port, ...]:
    if chosen is None:
        return tuple(free)
    out = []
    for name, text in chosen.items():
        full = _port(systems, text, kind).name
        fits = [p for p in free if p.name == full]
        if not fits:
            raise PortMismatch(f"{kind} port {text!r} is connected inside the network and can't be shown outside.")
        out.append(Port(name, fits[0].fields))
    return tuple(out)
