"""How many cases a property draws: some by default, and many in the thorough profile."""

from __future__ import annotations

from hypothesis import settings

THOROUGH = settings.default.max_examples >= settings.get_profile("thorough").max_examples


def examples(usual: int) -> int:
    """A quarter of the usual count, or with HYPOTHESIS_PROFILE=thorough thousands."""
    return max(usual, settings.default.max_examples) if THOROUGH else max(usual // 4, 10)
