"""Derivations that share their first steps: what an earlier entry shows is not shown again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Derivation:
    """The steps of an entry; `shared` of them, the first ones, stand at the entry `where`."""

    steps: Steps
    shared: int = 0
    where: str = ""

    @property
    def own(self) -> Steps:
        """The steps that only this entry shows."""
        return self.steps[self.shared :]

    @property
    def title(self) -> str:
        count, checked = len(self.steps), sum(1 for s in self.steps if s.get("checked"))
        said = f"Derivation: {count} step{'s' if count > 1 else ''}"
        return f"{said}, {checked} with a check of {'their' if checked > 1 else 'its'} own" if checked else said

    @property
    def beginning(self) -> str:
        """Which steps stand elsewhere, in words; '' where none do."""
        if not self.shared:
            return ""
        if not self.own:
            return "All of them as in" if self.shared > 1 else "As in"
        return f"Steps 1 to {self.shared} as in" if self.shared > 1 else "Step 1 as in"


def derivations(records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Derivation]]:
    """The records with their derivations.

    >>> a, b = {"title": "a"}, {"title": "b"}
    >>> found = derivations([{"id": "1", "steps": [a]}, {"id": "2", "steps": [a, b]}, {"id": "3"}])
    >>> [(d.shared, d.where, len(d.own)) for _, d in found]
    [(0, '', 1), (1, '1', 1), (0, '', 0)]
    """
    before: list[tuple[Steps, str]] = []
    for r in records:
        steps = tuple(r.get("steps") or ())
        shared, where = max(((_common(steps, s), id) for s, id in before), key=lambda x: x[0], default=(0, ""))
        yield r, Derivation(steps, shared, where if shared else "")
        if steps:
            before.append((steps, r["id"]))


def _common(a: Steps, b: Steps) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
