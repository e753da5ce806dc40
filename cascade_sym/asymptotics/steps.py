"""Steps of a derivation: a title, a formula in LaTeX, and a sentence where one is needed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: what was done (`title`), the resulting formula (`latex`), and why (`text`)."""

    title: str
    latex: str
    text: str = ""
