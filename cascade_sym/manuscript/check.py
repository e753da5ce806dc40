"""A manuscript's equations held against what a folder derives."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, product
from pathlib import Path
from typing import Any

from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.folder.load import Folder
from cascade_sym.formula import Environment, Relation, read_formula
from cascade_sym.formula.latex_in.reading import NOT_READ
from cascade_sym.formula.latex_in.symbols import symbol_key
from cascade_sym.latex.lines import row
from cascade_sym.manuscript.bounded import bounded
from cascade_sym.manuscript.formulas import Formula, read_formulas
from cascade_sym.manuscript.judge import ZERO, judged, polynomial_verdict
from cascade_sym.manuscript.known import Meaning, Reading, readings
from cascade_sym.manuscript.understood import first_line
from cascade_sym.processes import in_order
from cascade_sym.shown import Shown
from cascade_sym.verdicts import Verdict

UNKNOWN = "unknown"  # the folder does not know the left side
SECONDS, MEGABYTES = 60.0, 1500  # for one formula
TOTAL_SECONDS = 1800.0  # for a manuscript
MAX_LEFT = 400  # characters of a left side
MAX_LOCAL = 40  # abbreviations of one display
_WORDS = re.compile(r"\\(?:text|textrm|mbox)\s*\{[^{}$]*\}[\s.,]*")  # a condition that is said in words alone
MAX_SCALINGS = 8  # formulas of a display with which its polynomials are compared


@dataclass(frozen=True)
class Part:
    """A part of a chain a = b = c with its verdict."""

    statement: str
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Checked(Shown):
    """One formula of a manuscript with its verdict.

    `verdict` is one of the ledger's, or "unknown" where the formula is understood but the folder does not know its left
    side (then nothing was checked). `equation` is the paper's equation that it was compared with, `reason` what the
    verdict rests on; of a chain, `parts` has the verdict of each; `understood` is False where it was not read.
    """

    file: str
    line: int
    label: str
    left: str
    verdict: str
    equation: str = ""
    reason: str = ""
    repair: str = ""
    equally_small_repairs: tuple[str, ...] = ()
    correction_latex: str = ""
    derived_latex: str = ""
    parts: tuple[Part, ...] = ()
    understood: bool = True

    @property
    def failed(self) -> bool:
        """Whether it was judged and does not agree."""
        return not self.passed and self.verdict != Verdict.UNCHECKED

    @property
    def passed(self) -> bool:
        return self.verdict == UNKNOWN or Verdict(self.verdict).passes


@dataclass(frozen=True)
class Report(Shown):
    """All formulas of a manuscript, notes on what was not read, and the ids of the folder's equations."""

    checked: tuple[Checked, ...]
    notes: tuple[str, ...]
    ids: tuple[str, ...] = ()
    unnumbered: int = 0  # displays without a number, which were not judged

    @property
    def passed(self) -> bool:
        """Whether something was checked, and all of that agrees."""
        return all(c.passed for c in self.checked) and any(c.verdict != UNKNOWN for c in self.checked)

    def code(self, strict: bool = False) -> int:
        """0 where all that was judged agrees and every file was found, if `strict` with nothing unchecked; else 1."""
        wrong = any(c.failed or (strict and c.verdict == Verdict.UNCHECKED) for c in self.checked)
        return 1 if wrong or self.notes else 0

    def coverage(self) -> dict[str, Any]:
        """How many formulas were judged, are not known to the folder, were not understood or are undecided, and which
        equations of the folder were met with which verdicts."""
        count = Counter(_kind(c) for c in self.checked)
        met: dict[str, list[str]] = {id: [] for id in self.ids}
        for c in self.checked:
            if _kind(c) == "judged" and c.equation in met:
                met[c.equation].append(str(c.verdict))
        kinds = ("judged", "unknown", "not understood", "undecided")
        counts = {"formulas": len(self.checked), "unnumbered": self.unnumbered}
        return {**counts, **{k.replace(" ", "_"): count[k] for k in kinds}, "equations": met}


def _kind(c: Checked) -> str:
    if c.verdict == UNKNOWN:
        return "unknown"
    if c.verdict != Verdict.UNCHECKED:
        return "judged"
    return "undecided" if c.understood else "not understood"


def check_manuscript(
    path: str | Path, folder: Folder, progress: Callable[[str], None] | None = None, root: str | Path | None = None,
    everything: bool = False, jobs: int = 1,
) -> Report:  # fmt: skip
    """Every numbered equation `name = formula` of a manuscript (a .tex, a folder, an archive), with its verdict.

    With `everything` those without a number, label or tag too: such displays are often steps and special cases.
    `jobs` processes work on the displays; the report is the same for any number of them.
    Raises FormulaError when the file can't be read or has none.
    """
    manuscript = read_formulas(path, root=root)
    chosen = [f for f in manuscript.formulas if f.numbered or everything]
    if not chosen:
        raise FormulaError(f"{path} has no labelled equation (equation, align, gather, ...); --all takes others.")
    ways = readings(folder)
    displays = [list(group) for _, group in groupby(chosen, key=lambda f: f.display)]
    end = time.monotonic() + TOTAL_SECONDS

    def block(group: list[Formula]) -> list[Checked]:
        if time.monotonic() > end:
            late = f"given up: the manuscript took more than {TOTAL_SECONDS:g} seconds."
            return [Checked(f.file, f.line, f.name, "", Verdict.UNCHECKED, reason=late) for f in group]
        return list(_block(group, ways))

    def told(group: list[Formula]) -> None:
        if progress:
            for e in group:
                progress(f"line {e.line}")

    found = [c for checked in in_order(block, displays, jobs, told) for c in checked]
    ids = tuple(e.id for e in folder.printed.equations)
    return Report(tuple(found), manuscript.notes, ids, len(manuscript.formulas) - len(chosen))


def _block(equations: Sequence[Formula], readings: Sequence[Reading]) -> Iterator[Checked]:
    """The equations of one display: what it defines itself may be used in its other formulas."""
    display = _display([s for e in equations if not e.reason for s in e.statements], readings)
    for e in equations:
        if e.reason:
            yield Checked(e.file, e.line, e.name, "", Verdict.UNCHECKED, reason=e.reason, understood=False)
            continue
        for s in e.statements:
            found = _formula(e, s, readings, display)
            if e.condition and not (found.passed and _only_a_condition(e.condition)):  # holds everywhere, so there
                under = f"it is stated under a condition that is not read: {e.condition}"
                found = Checked(found.file, found.line, found.label, found.left, Verdict.UNCHECKED, reason=under)
            yield found


def _only_a_condition(latex: str) -> bool:
    r"""Whether what stands behind a statement restricts it and states nothing itself: words, or a condition as it is
    read, \text{for } x > 0, with nothing behind it (", and t = 1", ", else 0")."""
    if _WORDS.fullmatch(latex):
        return True
    read = read_formula(f"u = v \\quad {latex}")
    ways = read.alternatives or (read.statements,)
    return all(len(way) == 1 and isinstance(way[0], Relation) and bool(way[0].given) for way in ways)


@dataclass
class _Display:
    """What the formulas of one display have in common: abbreviations (left side to right side), polynomials that
    vanish (their LaTeX), and the formulas whose left sides the folder knows."""

    local: dict[str, str] = field(default_factory=dict)
    polynomials: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


def _display(formulas: Sequence[str], readings: Sequence[Reading]) -> _Display:
    found = _Display()
    for f in formulas:
        r = row(f)
        if len(r.lhs) > MAX_LEFT or len(found.local) + len(found.polynomials) >= MAX_LOCAL:
            continue
        if r.lhs == ZERO and r.relation == "=":
            found.polynomials.append(r.rhs)
        elif any(x.knows(r.lhs) for x in readings):
            found.known += [f] if len(found.known) < MAX_SCALINGS else []
        elif r.relation in ("=", ":=", "\\equiv"):
            found.local[r.lhs] = r.rhs
    return found


def _formula(e: Formula, latex: str, readings: Sequence[Reading], display: _Display) -> Checked:
    r = row(latex)
    at = e.file, e.line, e.name, r.lhs
    if not r.relation or not r.lhs:
        said = "it is not of the form name = formula."
        return Checked(
            *at, Verdict.UNCHECKED, reason=said, understood=readings[0].lexicon.read(latex).status != NOT_READ
        )
    if len(r.lhs) > MAX_LEFT:
        return Checked(*at, Verdict.UNCHECKED, reason=f"the left side has more than {MAX_LEFT} characters.")
    if r.lhs == ZERO and display.known:
        return _polynomial(e, r.rhs, readings, display)
    known = [x for x in readings if x.knows(r.lhs)]
    if not known:
        if all(x.lexicon.left_side(r.lhs) is None for x in readings):
            why = f"the left side can't be read: {_why(readings[0], r.lhs)}"
            return Checked(*at, Verdict.UNCHECKED, reason=why, understood=False)
        if (reading := readings[0].lexicon.read(latex)).status == NOT_READ:
            return Checked(*at, Verdict.UNCHECKED, reason=first_line(reading.reason or ""), understood=False)
        if display.known and r.lhs in display.local and symbol_key(r.lhs) is not None:
            return Checked(*at, UNKNOWN, reason="an abbreviation of this display; it counts where it is used.")
        return Checked(*at, UNKNOWN, reason="understood, but the folder does not know this left side.")
    known.sort(key=lambda x: not hinted(e, x.equation.id))
    meanings: list[Meaning] = []
    trouble: CascadeError | None = None
    for x in known:  # the first that agrees decides: what is slow to derive is not derived without need
        try:
            new = x.meanings(r.lhs)
            meanings += new
            found = _bounded(judged, latex, new, display.local, display.polynomials, repair=False)
            if Verdict(found["verdict"]).passes:
                return _checked(at, found)
        except CascadeError as err:
            trouble = trouble or err
    try:
        return _checked(at, _bounded(judged, latex, meanings, display.local, display.polynomials))
    except CascadeError as err:
        read = all(x.lexicon.read(latex).status != NOT_READ for x in known)
        why = first_line_of(trouble or err)
        return Checked(*at, Verdict.UNCHECKED, equation=known[0].equation.id, reason=why, understood=read)


def _checked(at: tuple[str, int, str, str], found: dict[str, Any]) -> Checked:
    parts = tuple(Part(*p) for p in found.pop("parts", ()))
    return Checked(*at, **found, parts=parts)


def _polynomial(e: Formula, latex: str, readings: Sequence[Reading], display: _Display) -> Checked:
    """0 = a polynomial in the prefactor of a scaling of the same display."""
    at = e.file, e.line, e.name, ZERO
    trouble: CascadeError | None = None
    last: Checked | None = None
    for x, f in product(sorted(readings, key=lambda x: not hinted(e, x.equation.id)), display.known):
        if not x.knows(lhs := row(f).lhs):
            continue
        try:
            found = Checked(*at, **_bounded(polynomial_verdict, latex, f, x.meanings(lhs), display.local))
        except CascadeError as err:
            trouble = trouble or err
            continue
        if found.passed:
            return found
        last = last or found
    why = first_line_of(trouble) if trouble else "it is compared with nothing."
    return last or Checked(*at, Verdict.UNCHECKED, reason=why)


def _bounded(work: Callable[..., Any], *given: Any, **options: Any) -> Any:
    return bounded(partial(work, *given, **options), SECONDS, MEGABYTES)


def hinted(e: Formula, id: str) -> bool:
    """Whether an equation's label or tag names the paper's equation `id`."""
    names = (e.tag, *e.labels, *(piece for label in e.labels for piece in re.split(r"[:/ ]", label)))
    return re.sub(r"\W", "-", id) in {re.sub(r"\W", "-", n) for n in names}


def _why(reading: Reading, lhs: str) -> str:
    try:
        reading.relations(f"{lhs} = 0", Environment())
    except CascadeError as err:
        return first_line_of(err)
    return "its parts do not fit."


def first_line_of(err: CascadeError) -> str:
    """An error's message without its place in the expanded formula, which says nothing of the manuscript."""
    return first_line(str(err))
