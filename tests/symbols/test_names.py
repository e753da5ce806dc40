"""Names are hygienic: whatever a parameter is called, the results are the same."""

from __future__ import annotations

import os
from functools import cache

import pytest

from tests.symbols.renamed import SYSTEMS, differences, found
from tests.symbols.words import SUSPECTS, all_words, own_words

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
PLAIN = tuple(f"q{k}" for k in range(8))  # of which the toolkit makes no use


@cache
def reference(system: str):
    return found(system, PLAIN[: len(SYSTEMS[system][1])])


def hands(words: tuple[str, ...], size: int, offset: int = 0) -> list[tuple[str, ...]]:
    """The words dealt out, `size` at a time; `offset` turns them, so that each becomes another parameter."""
    many = -(-len(words) // size)
    full = [(*words[k::many], *PLAIN)[:size] for k in range(many)]
    return [(*h[offset % size :], *h[: offset % size]) for h in full]


def cases() -> list[tuple[str, tuple[str, ...]]]:
    """Every system with the suspects, and one quick system with each other word; every system with every word as every
    parameter in the thorough profile."""
    if THOROUGH:
        return [(s, h) for s, (_, v) in SYSTEMS.items() for k in range(len(v)) for h in hands(all_words(), len(v), k)]
    chosen = [(s, h) for s, (_, v) in SYSTEMS.items() for h in hands(tuple(SUSPECTS), len(v), len(s))]
    rest = tuple(w for w in all_words() if w not in SUSPECTS)
    return chosen + [(list(SYSTEMS)[k % 2], h) for k, h in enumerate(hands(rest, 8))]


@pytest.mark.parametrize(("system", "names"), cases(), ids=lambda x: x if isinstance(x, str) else "-".join(x))
def test_results_do_not_depend_on_the_names_of_parameters(system, names):
    assert not differences(reference(system), found(system, names))


def test_the_words_are_found():
    assert {"gamma_a", "Omega", "P", "g", "s", "wave"} <= set(own_words())
    assert len(all_words()) > 150
