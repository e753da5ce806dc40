"""In which order information flows through a network."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


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
