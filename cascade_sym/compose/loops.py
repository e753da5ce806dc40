"""Fields of one system connected to each other; loops of light without delay solved exactly.

Connecting output o to input i makes i an internal field. Where such fields depend on each other without delay
(light that runs around a ring of mirrors), f = K f + rest is solved for f in exact algebra, once for each
strongly connected set of fields. Source: Gough and James, Commun. Math. Phys. 287, 1109 (2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from cascade_sym.errors import AlgebraicLoop, PortMismatch, UnknownName, listing
from cascade_sym.operators import LinearForm, Op, linear_sum
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.numbers import inverted
from cascade_sym.system.sectors import flow_order


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
            internal |= solved_loop({f: forms[f] for f in loop})
    return LinearSystem(
        system.modes, system.drift, {k: n for k, n in system.inputs.items() if k not in wires},
        {k: f for k, f in system.outputs.items() if k not in wires.values()}, internal,
        _left(system.in_ports, set(wires)), _left(system.out_ports, set(wires.values())),
        system.inherited,
    )  # fmt: skip


def _check(system: LinearSystem, wires: Mapping[str, str]) -> None:
    if bad := set(wires.values()) - set(system.outputs):
        raise UnknownName(f"no output field {listing(bad)}; there are {listing(system.outputs)}.")
    if bad := set(wires) - set(system.inputs):
        raise UnknownName(f"no free input field {listing(bad)}; there are {listing(system.inputs)}.")
    used = list(wires.values())
    if twice := {o for o in used if used.count(o) > 1}:
        raise PortMismatch(f"output {listing(twice)} feeds two inputs; split the light with a BeamSplitter.")


def _left(ports: Sequence[Port], used: set[str]) -> tuple[Port, ...]:
    """The ports without the fields that are used up."""
    kept = [Port(p.name, {c: f for c, f in p.fields.items() if f not in used}) for p in ports]
    return tuple(p for p in kept if p.fields)


def solved_loop(forms: Mapping[str, LinearForm]) -> dict[str, LinearForm]:
    """f = K f + rest solved for the fields f named in `forms`; each result holds no field of the loop.

    Raises AlgebraicLoop when 1 - K is singular.
    """
    conjugate = any(o.name in forms and o.dag for form in forms.values() for o, _ in form)
    unknowns = [Op(f) for f in forms] + ([Op(f, True) for f in forms] if conjugate else [])
    full = [forms[o.name].turned(o.dag) for o in unknowns]
    rest = [LinearForm({o: c for o, c in form if o.name not in forms}) for form in full]
    gains = inverted([[-form[o] + int(o == u) for o in unknowns] for u, form in zip(unknowns, full, strict=True)])
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
