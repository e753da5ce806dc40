"""Which operators move together, and in which order information flows among them."""

from __future__ import annotations

from collections.abc import Sequence

from cascade_sym.operators import LinearForm, Op
from cascade_sym.system import LinearSystem
from cascade_sym.system.flow import flow_order

__all__ = ["flow_order", "is_self_adjoint", "sectors"]


def sectors(system: LinearSystem) -> tuple[tuple[Op, ...], ...]:
    """Sets of mode operators that share drift or noise; moments between different sectors vanish.

    A sector and its adjoint hold the same moments: only one of the two is returned. In a phase-insensitive
    cascade of a negative- and a positive-mass oscillator the sector is {a_S, a_M^+}.
    """
    parent: dict[Op, Op] = {}

    def find(x: Op) -> Op:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def join(name: str, form: LinearForm) -> None:
        for dag in (False, True):
            root = find(Op(name, dag))
            for o, _ in form:
                parent[find(Op(o.name, o.dag != dag))] = root

    for table in (system.drift, system.internal):
        for name, form in table.items():
            join(name, form)
    groups: dict[Op, list[Op]] = {}
    for m in system.modes:
        for o in (Op(m), Op(m, True)):
            groups.setdefault(find(o), []).append(o)
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
