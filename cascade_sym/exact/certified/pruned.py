"""Certificates without what their proofs do not need, so that nothing in them can be changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cascade_sym import recheck

Json = dict[str, Any]


def prune(claim: Json, proof: Json) -> None:
    """Takes out of a proof, part of what is claimed, every step and every part of a step that it holds without."""
    if "split" in proof:
        for side in ("plus", "minus"):
            prune(claim, proof[side])
        return
    steps = proof["steps"]
    for n in range(len(steps) - 1, -1, -1):
        _tried(claim, proof, [*steps[:n], *_renumbered(steps[n + 1 :], _facts(steps[:n]), _facts(steps[n : n + 1]))])
        steps = proof["steps"]
    for place, key in list(_parts(steps)):
        kept = place[key]
        del place[key]
        try:
            recheck.check(claim)
        except recheck.Rejected:
            place.insert(key, kept) if isinstance(place, list) else place.update({key: kept})


def _tried(claim: Json, proof: Json, steps: list[Json]) -> None:
    kept, proof["steps"] = proof["steps"], steps
    try:
        recheck.check(claim)
    except recheck.Rejected:
        proof["steps"] = kept


def _facts(steps: list[Json]) -> int:
    """How many facts steps add."""
    return sum(2 if "arg" in s or "cos" in s else 1 if {"fact", "turn"} & set(s) else 0 for s in steps)


def _renumbered(x: Any, first: int, fewer: int) -> Any:
    """Steps of a proof in which the facts from number `first` on have other numbers."""
    if isinstance(x, dict):
        return {k: _renumbered(v, first, fewer) for k, v in x.items()}
    if isinstance(x, list) and x and x[0] in ("fact", "less"):
        return [x[0], x[1] - fewer if x[1] >= first else x[1], *x[2:]]
    return [_renumbered(v, first, fewer) for v in x] if isinstance(x, list) else x


def _parts(x: Any) -> Iterator[tuple[Any, Any]]:
    """Steps of signs, last ones first, and bounds of generators."""
    if isinstance(x, list):
        for n in range(len(x) - 1, -1, -1):
            yield from _parts(x[n])
            if isinstance(x[n], list) and x[n] and x[n][0] in ("on", "less"):
                yield x, n
    elif isinstance(x, dict):
        for key, inner in list(x.items()):
            yield from _parts(inner)
            if key == "low":
                yield x, key
