"""Which operators move together, and in which order information flows among them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from sympy.utilities.iterables import connected_components, strongly_connected_components

from cascade_sym.operators import Op
from cascade_sym.system import LinearSystem

T = TypeVar("T", bound=Hashable)


def flow_order(nodes: Iterable[T], sources: Mapping[T, Iterable[T]]) -> tuple[tuple[T, ...], ...]:
    """Strongly connected components, upstream first; `sources[x]` drive x. Order within the input is kept.

    A unidirectional cascade gives one component for each mode; a feedback loop is one component.
    """
    position = {x: k for k, x in enumerate(nodes)}
    edges = [(x, y) for x in position for y in sorted(sources[x], key=position.__getitem__)]
    return tuple(
        tuple(sorted(part, key=position.__getitem__)) for part in strongly_connected_components((list(position), edges))
    )


def sectors(system: LinearSystem) -> tuple[tuple[Op, ...], ...]:
    """Sets of mode operators that share drift or noise; moments between different sectors vanish.

    A sector and its adjoint hold the same moments: only one of the two is returned. In a phase-insensitive
    cascade of a negative- and a positive-mass oscillator the sector is {a_S, a_M^+}.
    """
    every = [Op(name, dag) for name in (*system.drift, *system.internal, *system.inputs) for dag in (False, True)]
    links = [
        (Op(name, dag), Op(o.name, o.dag != dag))
        for table in (system.drift, system.internal) for name, form in table.items() for o, _ in form
        for dag in (False, True)
    ] + system.inputs.links  # fmt: skip
    found = {o: k for k, part in enumerate(connected_components((every, links))) for o in part}
    groups: dict[int, list[Op]] = {}
    for m in system.modes:
        for o in (Op(m), Op(m, True)):
            groups.setdefault(found[o], []).append(o)
    out: list[tuple[Op, ...]] = []
    seen: set[Op] = set()
    for group in groups.values():
        if group[0] not in seen:
            seen |= {*group, *(o.dagger() for o in group)}
            out.append(tuple(group))
    return tuple(out)


def is_self_adjoint(sector: Sequence[Op]) -> bool:
    """Whether a sector contains the adjoint of its members (phase-sensitive dynamics)."""
    return sector[0].dagger() in set(sector)
