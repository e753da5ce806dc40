"""Intervals of real numbers, and signs that are declared or proved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from cascade_sym.exact.fraction import Poly

Step = tuple[Any, ...]  # of a proof; see `Signs.nonnegative`


@dataclass(frozen=True)
class Interval:
    """Real numbers from `low` to `high` (None: without end); `above`, `below`: without that edge."""

    low: Fraction | int | None = None
    high: Fraction | int | None = None
    above: bool = False
    below: bool = False
    facts: tuple[str, ...] = ()  # the declarations that say so

    @property
    def sign(self) -> int:
        """1 and -1 for what is >= 0 and <= 0, else 0."""
        return 1 if self.low is not None and self.low >= 0 else -1 if self.high is not None and self.high <= 0 else 0

    def some(self, rng: Random) -> float:
        """A number inside."""
        size = rng.choice((0.03, 0.4, 1.3, 7.0, 60.0)) * rng.uniform(0.5, 1.5)
        if self.low is not None and self.high is not None:
            return float(self.low) + (float(self.high) - float(self.low)) * rng.random()
        if self.low is not None:
            return float(self.low) + size
        return float(self.high) - size if self.high is not None else rng.choice((size, -size))

    @property
    def nonzero(self) -> bool:
        """Whether zero is not among them."""
        end, open_end = (self.low, self.above) if self.sign > 0 else (self.high, self.below)
        return self.sign != 0 and (end != 0 or open_end)


@dataclass(frozen=True)
class Sign:
    """A proved sign: of values that are >= 0 (`value` 1) or <= 0 (-1), `strict` where they are never 0; by which
    declarations and steps.
    """

    value: int
    strict: bool
    facts: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()

    def __neg__(self) -> Sign:
        return replace(self, value=-self.value)

    def times(self, other: Sign) -> Sign:
        strict = self.strict and other.strict
        return Sign(self.value * other.value, strict, self.facts | other.facts, self.steps + other.steps)


@dataclass(frozen=True)
class Fact:
    """A polynomial that is declared >= 0, or > 0, how the declaration reads, and which others that rests on."""

    poly: Poly
    strict: bool
    said: str
    also: tuple[str, ...] = ()
