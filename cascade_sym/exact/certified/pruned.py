"""Certificates without what their proofs do not need, so that nothing in them can be changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any

from cascade_sym import recheck

Json = dict[str, Any]
MOST_CHARACTERS = 6000  # of a proof in which it is tried what can be left out
MOST_WORK = 50_000  # products of terms that its check takes: what is tried takes as many again, some dozen times


def prune(claim: Json, proof: Json, cases: tuple[str, ...] = ()) -> bool:
    """Takes out of a proof, part of what is claimed, every step and every part of a step that it holds without.

    The checker goes through the steps once and is kept as it stands before each; from there it is tried, last step
    first, whether what follows holds without it. Rejected where the proof does not hold as it is. Whether it was tried:
    proofs that are long, or long to check, stay as they are.
    """
    if "split" in proof:
        sides = (("plus", ">="), ("minus", "<="))
        tried = [prune(claim, proof[side], (*cases, f"{proof['split']} {op} 0")) for side, op in sides]
        return any(tried)
    before = [recheck.Leaf(claim, list(cases))]
    for step in proof["steps"]:
        before.append(_after(before[-1], [step]))
    work = _work(before[-1], [])
    if work is None:
        raise recheck.Rejected
    if len(str(proof)) > MOST_CHARACTERS or work > MOST_WORK:
        return False
    later: list[Json] = []
    for n in range(len(proof["steps"]) - 1, -1, -1):
        step, facts = proof["steps"][n], _facts(proof["steps"][:n])
        rest = _renumbered(later, facts, _facts([step]))
        if not _needed(step, facts, later) and _work(before[n], rest) is not None:
            later = rest
            continue
        whole = before[n + 1]
        for place, key in list(_parts(step)):
            kept = place[key]
            del place[key]
            if not _suffices(before[n], step, whole, later):
                place.insert(key, kept) if isinstance(place, list) else place.update({key: kept})
        later = [step, *later]
    proof["steps"] = later
    return True


def _after(leaf: recheck.Leaf, steps: list[Json]) -> recheck.Leaf:
    """The checker after some steps; what was given stays as it was."""
    own = copy(leaf)
    for name, x in vars(leaf).items():
        if isinstance(x, dict | list):
            setattr(own, name, x.copy())
    try:
        for step in steps:
            getattr(own, f"by_{next(iter(step))}")(step)
    except Exception as err:  # as the checker has it
        raise recheck.Rejected from err
    return own


def _work(leaf: recheck.Leaf, steps: list[Json]) -> int | None:
    """What a check takes that ends with those steps; None where they do not show that the two sides are equal."""
    try:
        own = _after(leaf, steps)
        return own.work if own.same(*map(own.of, own.sides)) else None
    except Exception:  # as the checker has it
        return None


def _suffices(leaf: recheck.Leaf, step: Json, whole: recheck.Leaf, later: list[Json]) -> bool:
    """Whether a step with something left out leads to what the `whole` one did, or to what the later ones need."""
    try:
        own = _after(leaf, [step])
    except recheck.Rejected:
        return False
    return (
        all(x == getattr(whole, name) for name, x in vars(own).items() if name != "work")
        or _work(own, later) is not None
    )


def _needed(step: Json, number: int, later: list[Json]) -> bool:
    """Whether a step is certainly needed: for a part of the formulas, or since later ones name what it makes."""
    if "gen" in step:
        names = step["gen"] if isinstance(step["gen"], list) else [step["gen"]]
        said = repr(later)
        return any(re.search(rf"{name}(?![0-9])", said) for name in names)
    added = range(number, number + _facts([step]))
    return "root" in step or "sum" in step or any(n in added for n in _numbers(later))


def _numbers(x: Any) -> Iterator[int]:
    """The facts that steps use."""
    if isinstance(x, list) and x and x[0] == "fact":
        yield x[1]
    else:
        for inner in x.values() if isinstance(x, dict) else x if isinstance(x, list) else ():
            yield from _numbers(inner)


def _facts(steps: list[Json]) -> int:
    """How many facts steps add."""
    return sum(2 if "arg" in s or "cos" in s else 1 if {"fact", "turn"} & set(s) else 0 for s in steps)


def _renumbered(x: Any, first: int, fewer: int) -> Any:
    """Steps of a proof in which the facts from number `first` on have other numbers."""
    if isinstance(x, dict):
        return {k: _renumbered(v, first, fewer) for k, v in x.items()}
    if isinstance(x, list) and x and x[0] == "fact":
        return [x[0], x[1] - fewer if x[1] >= first else x[1], *x[2:]]
    return [_renumbered(v, first, fewer) for v in x] if isinstance(x, list) else x


def _parts(x: Any) -> Iterator[tuple[Any, Any]]:
    """Mappings and facts in proofs of signs, last ones first, and bounds of generators."""
    if isinstance(x, list):
        for n in range(len(x) - 1, -1, -1):
            yield from _parts(x[n])
            if isinstance(x[n], list) and x[n] and x[n][0] in ("on", "fact"):
                yield x, n
    elif isinstance(x, dict):
        for key, inner in list(x.items()):
            yield from _parts(inner)
            if key == "low":
                yield x, key
