"""Which operators move together, and in which order information flows among them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from cascade_sym.operators import LinearForm, Op
from cascade_sym.system import LinearSystem

T = TypeVar("T", bound=Hashable)


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


def flow_order(nodes: Iterable[T], sources: Mapping[T, Iterable[T]]) -> tuple[tuple[T, ...], ...]:
    """Strongly connected components, upstream first; `sources[x]` drive x. Order within the input is kept.

    A unidirectional cascade gives one component for each mode; a feedback loop is one component.
    """
    nodes = list(nodes)
    position = {x: i for i, x in enumerate(nodes)}
    index: dict[T, int] = {}
    low: dict[T, int] = {}
    stack: list[T] = []
    out: list[tuple[T, ...]] = []
    for start in nodes:
        if start in index:
            continue
        work = [(start, iter(sorted(sources[start], key=position.__getitem__)))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            x, rest = work[-1]
            for y in rest:
                if y not in index:
                    index[y] = low[y] = len(index)
                    stack.append(y)
                    work.append((y, iter(sorted(sources[y], key=position.__getitem__))))
                    break
                if y in stack:
                    low[x] = min(low[x], index[y])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[x])
                if low[x] == index[x]:
                    k = stack.index(x)
                    out.append(tuple(sorted(stack[k:], key=position.__getitem__)))
                    del stack[k:]
    return tuple(out)
