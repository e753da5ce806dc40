"""Series product, concatenation and feedback reduction of linear systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp

from cascade_sym.errors import AlgebraicLoop, DuplicateName, PortMismatch, UnknownName, listing
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op
from cascade_sym.symbols import conj
from cascade_sym.system import LinearSystem, Port


def concatenate(*systems: LinearSystem) -> LinearSystem:
    """Systems side by side, without a connection. Raises DuplicateName when names or ports clash.

    Ports of the same name are told apart by no one, so give the parts different port names or connect them with
    `series`; in a concatenation a port that occurs twice gets the number of its system: "light", "light2".
    """
    modes = [m for s in systems for m in s.modes]
    fields = [f for s in systems for f in (*s.inputs, *s.internal, *s.outputs)]
    if twice := {n for n in (*modes, *fields) if (*modes, *fields).count(n) > 1}:
        raise DuplicateName(f"{listing(twice)} used twice; give each part its own name.")
    return LinearSystem(
        tuple(modes), _union(s.drift for s in systems), _union(s.inputs for s in systems),
        _union(s.outputs for s in systems), _union(s.internal for s in systems),
        _numbered(p for s in systems for p in s.in_ports), _numbered(p for s in systems for p in s.out_ports),
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


def series(first: LinearSystem, second: LinearSystem) -> LinearSystem:
    """The series product: the light that leaves `first` enters `second`.

    All output ports of `first` are connected, in order, to the input ports of `second`. Raises PortMismatch when
    their numbers or channels differ, and DuplicateName when a name occurs in both. Source: Gough and James (2009).
    """
    outs, ins = first.out_ports, second.in_ports
    if not outs or not ins:
        raise PortMismatch("the series product needs an output port on the left and an input port on the right.")
    if len(outs) != len(ins):
        raise PortMismatch(
            f"{len(outs)} output port(s) ({listing(p.name for p in outs)}) can't feed {len(ins)} input port(s) "
            f"({listing(p.name for p in ins)}); concatenate first, or connect single ports with feedback()."
        )
    joint = concatenate(first, second)
    wires = {}
    for o, i in zip(outs, ins, strict=True):
        if set(o.channels) != set(i.channels):
            raise PortMismatch(
                f"port {o.name!r} carries the channels {listing(o.channels)} but port {i.name!r} expects "
                f"{listing(i.channels)}; a sideband part and a narrow-band part can't be joined directly."
            )
        wires |= {i.fields[c]: o.fields[c] for c in o.channels}
    order = [*first.internal, *wires, *second.internal]
    new = {i: first.outputs[o] for i, o in wires.items()}
    table = {**joint.internal, **new}
    return LinearSystem(
        joint.modes, joint.drift, {k: n for k, n in joint.inputs.items() if k not in wires},
        {k: f for k, f in joint.outputs.items() if k not in wires.values()},
        {k: table[k] for k in order}, first.in_ports, second.out_ports,
    )  # fmt: skip


def feedback(system: LinearSystem, output: str, input: str) -> LinearSystem:
    """Feed the output field `output` back into the input field `input` of the same system, without delay.

    Both are names of fields (`system.outputs`, `system.inputs`). An algebraic loop b = F + alpha b + beta b^+ is
    solved exactly; AlgebraicLoop is raised when it has no unique solution. Source: Gough and James (2009).
    """
    if output not in system.outputs:
        raise UnknownName(f"no output field {output!r}; there are {listing(system.outputs)}.")
    if input not in system.inputs:
        raise UnknownName(f"no free input field {input!r}; there are {listing(system.inputs)}.")
    form = system.outputs[output]
    reach = _depends_on(system, input)
    form = form.substituted({k: f for k, f in _inlined(system).items() if k in reach})
    solved = _solve_loop(form, input)
    before = [k for k in system.internal if k not in reach]
    order = [*before, input, *(k for k in system.internal if k in reach)]
    table = {**system.internal, input: solved}
    return LinearSystem(
        system.modes, system.drift, {k: n for k, n in system.inputs.items() if k != input},
        {k: f for k, f in system.outputs.items() if k != output}, {k: table[k] for k in order},
        tuple(_without(p, input) for p in system.in_ports if _without(p, input).fields),
        tuple(_without(p, output) for p in system.out_ports if _without(p, output).fields),
    )  # fmt: skip


def _without(port: Port, field: str) -> Port:
    return Port(port.name, {c: f for c, f in port.fields.items() if f != field})


def _depends_on(system: LinearSystem, field: str) -> set[str]:
    """Internal fields that depend on `field` without delay."""
    reach: set[str] = set()
    for k, form in system.internal.items():
        if any(o.name == field or o.name in reach for o, _ in form):
            reach.add(k)
    return reach


def _inlined(system: LinearSystem) -> dict[str, LinearForm]:
    done: dict[str, LinearForm] = {}
    for k, form in system.internal.items():
        done[k] = form.substituted(done)
    return done


def _solve_loop(form: LinearForm, b: str) -> LinearForm:
    alpha, beta = form[Op(b)], form[Op(b, True)]
    rest = LinearForm({o: c for o, c in form if o.name != b})
    if beta == 0:
        if is_zero(1 - alpha):
            raise AlgebraicLoop(f"feeding back into {b!r} with gain 1 and no delay has no unique solution.")
        return rest.scaled(1 / (1 - alpha)) if alpha != 0 else rest
    det = (1 - alpha) * (1 - conj(alpha)) - beta * conj(beta)
    if is_zero(det):
        raise AlgebraicLoop(f"feeding back into {b!r} has no unique solution: |1 - alpha| = |beta|.")
    det = sp.expand(det)
    return rest.scaled((1 - conj(alpha)) / det) + rest.dagger().scaled(beta / det)
