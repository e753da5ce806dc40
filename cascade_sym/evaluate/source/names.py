"""Names of a program as identifiers of a language: distinct, legal, the same every time.

Identifiers are ASCII, since languages disagree about which other letters are the same: θ becomes theta. A name that
is legal as it is stays; the others give way to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cascade_sym.evaluate.source.languages import Language

Key = TypeVar("Key", bound=Hashable)
SIGNS = {"'": "_prime", "′": "_prime", "+": "_plus", "-": "_minus", "−": "_minus", "*": "_star", "†": "_dagger"}
LETTER = re.compile(r"(?:GREEK|LATIN|CYRILLIC) (SMALL|CAPITAL) LETTER (\w+)")


def identifiers(wanted: Mapping[Key, str], language: Language) -> dict[Key, str]:
    """An identifier for each thing that wants a name, all different, even where things want the same one."""
    found: dict[Key, str] = {}
    taken = set(language.reserved)
    for as_it_is in (True, False):
        for key, name in wanted.items():
            new = language.spelled(name)
            if key not in found and (not as_it_is or (new == name and new not in taken)):
                found[key] = next(c for c in candidates(new, language.joint) if c not in taken)
                taken.add(found[key])
    return found


def candidates(name: str, joint: str) -> Iterator[str]:
    """`name`, or it with more behind it."""
    yield name
    if joint:
        yield name + joint
    yield from (f"{name}{joint}{k}" for k in count(2))


def plain(name: str) -> str:
    """`name` in ASCII letters, digits and underscores, with a letter in front.

    >>> plain("θ_S"), plain("q+'"), plain("a b"), plain("_x"), plain("Δ²")
    ('theta_S', 'q_plus_prime', 'a_b', 'v_x', 'Delta2')
    """
    text = "".join(map(ascii_letters, unicodedata.normalize("NFKD", name)))
    return text if re.match("[A-Za-z]", text) else f"v{text}"


def ascii_letters(c: str) -> str:
    """One character as what may stand in an identifier."""
    if c.isascii() and c.isalnum():
        return c
    if (letter := LETTER.match(unicodedata.name(c, ""))) is not None:
        return letter[2].lower() if letter[1] == "SMALL" else letter[2].capitalize()
    if unicodedata.combining(c):
        return ""
    return SIGNS.get(c) or (f"u{ord(c):x}" if c.isalnum() else "_")


def without_underscores(name: str) -> str:
    """`plain` in one piece with a small letter in front, since capitals are Mathematica's own words.

    >>> without_underscores("theta_S"), without_underscores("C_M")
    ('thetaS', 'vCM')
    """
    head, *rest = re.findall("[A-Za-z0-9]+", plain(name))
    text = head + "".join(p[0].upper() + p[1:] for p in rest)
    return text if text[0].islower() else f"v{text}"
