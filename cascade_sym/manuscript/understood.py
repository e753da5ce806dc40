"""A manuscript read without a folder: each displayed formula, how it was understood, or why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path
from typing import Any

from cascade_sym.formula.latex_in import Reading, read_formula
from cascade_sym.formula.latex_in.reading import AMBIGUOUS, NOT_READ, READ, written
from cascade_sym.manuscript.formulas import Formula, read_formulas

MAX_ALTERNATIVES = 16  # readings of the parts of a formula, put together
SEPARATOR = ",\\quad "


@dataclass(frozen=True)
class Understood:
    """A formula of a manuscript and how it was understood."""

    formula: Formula
    reading: Reading

    def to_json(self) -> dict[str, Any]:
        """The fields that `cascade-sym read --json` gives."""
        f, r = self.formula, self.reading
        out: dict[str, Any] = {
            "file": f.file, "line": f.line, "label": f.name or None, "latex": f.latex, "reading": r.texts,
            "typeset": r.typeset, "status": r.status, "reason": r.reason,
        }  # fmt: skip
        if r.status == AMBIGUOUS:
            out["readings"] = [written(a) for a in r.alternatives]
        return out


@dataclass(frozen=True)
class Contents:
    """The formulas of a manuscript in the order of reading, and notes on what could not be followed."""

    formulas: tuple[Understood, ...]
    notes: tuple[str, ...]

    @property
    def understood(self) -> int:
        """How many formulas were read with every token accounted for."""
        return sum(u.reading.status == READ for u in self.formulas)


def read_manuscript(
    path: str | Path, main: str | None = None, root: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Contents:  # fmt: skip
    r"""Every displayed formula of a manuscript, understood or with the reason why not.

    `path` is a .tex, a folder or a .tar.gz; `main` names the root of the latter two where it is not to be found;
    `root` is a folder above a .tex from which it takes files too. Nothing is executed, nothing outside is read.
    Raises FormulaError for what is missing, too large, or no manuscript.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = (Path(place) / "m.tex").write_text(r"\newcommand\g{\gamma} \[ R = \g/2 \] $$ x \sharp y $$")
    ...     [(u.formula.line, u.reading.texts) for u in read_manuscript(Path(place) / "m.tex").formulas]
    [(1, ['R = gamma//2']), (1, [])]
    """
    found = read_formulas(path, main, root)
    out = []
    for f in found.formulas:
        if progress:
            progress(f"line {f.line}")
        out.append(Understood(f, understood(f)))
    return Contents(tuple(out), found.notes)


def understood(formula: Formula, read: Callable[[str], Reading] = read_formula) -> Reading:
    """How all that a formula says is read: as a whole, else statement by statement, or why not."""
    whole = _in_one_line(read(formula.text)) if formula.text else Reading(NOT_READ, reason=formula.reason)
    if whole.status != NOT_READ or formula.reason:
        return whole if whole.status != NOT_READ else replace(whole, reason=formula.reason)
    if formula.condition:
        return Reading(NOT_READ, reason=f"it is stated under a condition that is not read: {formula.condition}")
    return together([_in_one_line(read(s)) for s in formula.statements]) if len(formula.statements) > 1 else whole


def together(readings: Iterable[Reading]) -> Reading:
    """The reading of several statements as one."""
    parts = list(readings)
    if bad := next((r for r in parts if r.status == NOT_READ), None):
        return bad
    if len(parts) == 1:
        return parts[0]
    if all(r.status == READ for r in parts):
        typeset = SEPARATOR.join(r.typeset or "" for r in parts)
        symbols = tuple(dict.fromkeys(s for r in parts for s in r.symbols))
        return Reading(READ, tuple(s for r in parts for s in r.statements), typeset, symbols=symbols)
    ways = product(*(r.alternatives if r.status == AMBIGUOUS else (r.statements,) for r in parts))
    alternatives = tuple(tuple(s for part in way for s in part) for way in islice(ways, MAX_ALTERNATIVES))
    reason = next((r.reason for r in parts if r.reason), None)
    return Reading(AMBIGUOUS, alternatives=alternatives, reason=reason)


def _in_one_line(r: Reading) -> Reading:
    """The place in an expanded formula says nothing of the manuscript."""
    return replace(r, reason=r.reason and first_line(r.reason))


def first_line(reason: str) -> str:
    """A reason without the place in the expanded formula."""
    line = reason.split("\n", 1)[0]
    cut = line.rfind(", at line ")
    return f"{line[:cut]}." if cut >= 0 and line.endswith(":") else line
