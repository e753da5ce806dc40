"""The verdicts of a ledger, from best to worst, each with all that the rooms which show it need to know.

To add one, add a member in its place here, and the step of `cascade_sym.ledger.verdict` that gives it.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What the comparison of a printed formula with the derived one found; equal to its word.

    The order of the members is their severity: an equation is as good as its worst statement. `meaning` says it in
    words, `sign` is its mark on a page; `ink` is its colour in LaTeX, `light`, `dark` and `paper` those on a page of
    that kind and on a printed one (hexadecimal), `terminal` that on a terminal.

    >>> max((Verdict.EXACT, Verdict.DIFFERS), key=lambda v: v.severity), Verdict("exact").passes
    ('differs', True)
    """

    meaning: str
    ink: str
    light: str
    dark: str
    paper: str
    terminal: str
    sign: str

    DEFINITION = ("definition", "an input of the model; nothing to derive",
                  "5A5A5A", "57606a", "a9b3bd", "444", "cyan", "\u25a0")  # fmt: skip
    EXACT = ("exact", "identical to the derived form, proved in exact algebra",
                  "1B7837", "1a6b34", "6fd28d", "14532a", "green", "\u25cf")  # fmt: skip
    ASYMPTOTIC = ("asymptotic", "the printed terms are exactly the leading ones of the derived expansion",
                  "2166AC", "1d5fa8", "7fb8ff", "174a83", "green", "\u25cf")  # fmt: skip
    APPROXIMATE = ("approximate", "agrees to a stated error over a stated domain",
                  "B35806", "8a4b00", "f2b366", "6b3a00", "yellow", "\u25cf")  # fmt: skip
    MISPRINT = ("misprint", "one small typed edit makes it exact; the edit is given",
                  "B2182B", "a5121f", "ff8f8a", "8c0f1a", "red", "\u25b2")  # fmt: skip
    DIFFERS = ("differs", "no small edit repairs it; the derived form is given",
                  "B2182B", "7b2d8e", "dd9bee", "5f2370", "red", "\u25b2")  # fmt: skip
    UNCHECKED = ("unchecked", "not read, undecided, or a step of the derivation failed its own check",
                  "5A5A5A", "4d4d4d", "c5c5c5", "333", "magenta", "\u25cb")  # fmt: skip

    def __new__(cls, word: str, *about: str) -> Verdict:
        made = str.__new__(cls, word)
        made._value_ = word
        made.meaning, made.ink, made.light, made.dark, made.paper, made.terminal, made.sign = about
        return made

    __repr__ = str.__repr__

    @property
    def severity(self) -> int:
        """Its place from best to worst."""
        return list(Verdict).index(self)

    @property
    def passes(self) -> bool:
        """Whether what is printed is right as it stands."""
        return self.severity < Verdict.APPROXIMATE.severity

    @property
    def fails(self) -> bool:
        """Whether it is not what the author of a folder expects who said nothing about it."""
        return self.severity > Verdict.APPROXIMATE.severity
