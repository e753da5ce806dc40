"""Names are hygienic: whatever a parameter is called, the results are the same."""

from __future__ import annotations

import os
from functools import cache

import pytest

from tests.symbols.renamed import SYSTEMS, differences, found
from tests.symbols.words import SUSPECTS, all_words, own_words

GROUPS = 10  # tests among which the other words are dealt
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
    """Every system with the suspects; in the thorough profile with every word as every parameter."""
    if THOROUGH:
        return [(s, h) for s, (_, v) in SYSTEMS.items() for k in range(len(v)) for h in hands(all_words(), len(v), k)]
    return [(s, h) for s, (_, v) in SYSTEMS.items() for h in hands(tuple(SUSPECTS), len(v), len(s))]


@pytest.mark.parametrize(("system", "names"), cases(), ids=lambda x: x if isinstance(x, str) else "-".join(x))
def test_results_do_not_depend_on_the_names_of_parameters(system, names):
    assert not differences(reference(system), found(system, names))


@pytest.mark.parametrize("group", range(GROUPS))
def test_results_do_not_depend_on_other_words(group):
    """One quick system with each of the other words; they are looked for when the first test needs them."""
    dealt = list(enumerate(hands(tuple(w for w in all_words() if w not in SUSPECTS), 8)))
    assert len(dealt) >= GROUPS
    for k, names in dealt[group::GROUPS]:
        system = list(SYSTEMS)[k % 2]
        assert not differences(reference(system), found(system, names)), names


def test_the_words_are_found():
    assert {"gamma_a", "Omega", "P", "g", "s", "wave"} <= set(own_words())
    assert len(all_words()) > 150
