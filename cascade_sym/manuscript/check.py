"""A manuscript's equations held against what a folder derives."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, product
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, NoReturn

from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.folder.load import Folder
from cascade_sym.formula import Environment
from cascade_sym.formula.latex_in.symbols import symbol_key
from cascade_sym.latex.lines import row
from cascade_sym.manuscript.equations import MAX_EQUATIONS, Equation, equations_in, read_sources, statements
from cascade_sym.manuscript.judge import ZERO, judged, polynomial_verdict
from cascade_sym.manuscript.known import Meaning, Reading
from cascade_sym.manuscript.macros import Macro, expanded, macros_in
from cascade_sym.shown import Shown
from cascade_sym.verdicts import Verdict

UNKNOWN = "unknown"  # the folder does not know the left side
SECONDS, MEGABYTES = 60.0, 1500  # for one formula
TOTAL_SECONDS = 1800.0  # for a manuscript
MAX_LEFT = 400  # characters of a left side
MAX_LOCAL = 40  # abbreviations of one display
MAX_SCALINGS = 8  # formulas of a display with which its polynomials are compared


@dataclass(frozen=True)
class Checked(Shown):
    """One formula of a manuscript with its verdict.

    `verdict` is one of the ledger's, or "unknown" where the folder does not know the left side (then nothing was
    checked). `equation` is the paper's equation that it was compared with, `reason` what the verdict rests on.
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

    @property
    def passed(self) -> bool:
        return self.verdict == UNKNOWN or Verdict(self.verdict).passes


@dataclass(frozen=True)
class Report(Shown):
    """All formulas of a manuscript, and notes on what was not read."""

    checked: tuple[Checked, ...]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether something was checked, and all of that agrees."""
        return all(c.passed for c in self.checked) and any(c.verdict != UNKNOWN for c in self.checked)


def check_manuscript(path: str | Path, folder: Folder, progress: Callable[[str], None] | None = None) -> Report:
    """Every labelled equation `name = formula` of a manuscript, with its verdict.

    Raises FormulaError when the file can't be read or has no labelled equation.
    """
    sources, notes = read_sources(path)
    macros = macros_in(s.text for s in sources)
    equations = [e for s in sources for e in equations_in(s)]
    if not equations:
        raise FormulaError(f"{path} has no labelled equation (equation, align, gather, multline, eqnarray).")
    if len(equations) > MAX_EQUATIONS:
        raise FormulaError(f"{path} has {len(equations)} equations; at most {MAX_EQUATIONS} are read.")
    readings = [Reading(folder, e) for e in folder.printed.equations]
    found: list[Checked] = []
    end = time.monotonic() + TOTAL_SECONDS
    for _, group in groupby(equations, key=lambda e: (e.path, e.block)):
        if time.monotonic() > end:
            late = f"given up: the manuscript took more than {TOTAL_SECONDS:g} seconds."
            found += [Checked(e.path, e.line, e.name, "", Verdict.UNCHECKED, reason=late) for e in group]
        else:
            found += _block(list(group), macros, readings, progress)
    return Report(tuple(found), notes)


def _block(
    equations: Sequence[Equation], macros: Mapping[str, Macro], readings: Sequence[Reading],
    progress: Callable[[str], None] | None,
) -> Iterator[Checked]:  # fmt: skip
    """The equations of one display: what it defines itself may be used in its other formulas."""
    split: list[tuple[Equation, list[str] | str, str]] = []
    for e in equations:
        try:
            formulas, condition = statements(expanded(e.latex, macros))
            split.append((e, formulas or ["" if e.latex else "the environment is empty or not closed"], condition))
        except CascadeError as err:
            split.append((e, _line(err), ""))
    display = _display([f for _, read, _ in split if isinstance(read, list) for f in read], readings)
    for e, read, condition in split:
        if progress:
            progress(f"line {e.line}")
        if isinstance(read, str):
            yield Checked(e.path, e.line, e.name, "", Verdict.UNCHECKED, reason=read)
            continue
        for f in read:
            found = _formula(e, f, readings, display)
            if condition and not found.passed:  # what holds everywhere holds there
                under = f"it is stated under a condition that is not read: {condition}"
                found = Checked(*(found.file, found.line, found.label, found.left), Verdict.UNCHECKED, reason=under)
            yield found


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


def _formula(e: Equation, latex: str, readings: Sequence[Reading], display: _Display) -> Checked:
    r = row(latex)
    at = e.path, e.line, e.name, r.lhs
    if not r.relation or not r.lhs:
        return Checked(*at, Verdict.UNCHECKED, reason="it is not of the form name = formula.")
    if len(r.lhs) > MAX_LEFT:
        return Checked(*at, Verdict.UNCHECKED, reason=f"the left side has more than {MAX_LEFT} characters.")
    if r.lhs == ZERO and display.known:
        return _polynomial(e, r.rhs, readings, display)
    known = [x for x in readings if x.knows(r.lhs)]
    if not known:
        if r.lhs in display.local and symbol_key(r.lhs) is not None:
            return Checked(*at, UNKNOWN, reason="an abbreviation of this display; it counts where it is used.")
        if all(x.left_side(r.lhs) is None for x in readings):
            return Checked(*at, Verdict.UNCHECKED, reason=f"the left side can't be read: {_why(readings[0], r.lhs)}")
        return Checked(*at, UNKNOWN, reason="the folder does not know this left side.")
    known.sort(key=lambda x: not hinted(e, x.equation.id))
    meanings: list[Meaning] = []
    trouble: CascadeError | None = None
    for x in known:  # the first that agrees decides: what is slow to derive is not derived without need
        try:
            new = x.meanings(r.lhs)
            meanings += new
            found = _bounded(judged, latex, new, display.local, display.polynomials, repair=False)
            if Verdict(found["verdict"]).passes:
                return Checked(*at, **found)
        except CascadeError as err:
            trouble = trouble or err
    try:
        return Checked(*at, **_bounded(judged, latex, meanings, display.local, display.polynomials))
    except CascadeError as err:
        return Checked(*at, Verdict.UNCHECKED, equation=known[0].equation.id, reason=_line(trouble or err))


def _polynomial(e: Equation, latex: str, readings: Sequence[Reading], display: _Display) -> Checked:
    """0 = a polynomial in the prefactor of a scaling of the same display."""
    at = e.path, e.line, e.name, ZERO
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
    return last or Checked(*at, Verdict.UNCHECKED, reason=_line(trouble) if trouble else "it is compared with nothing.")


def _bounded(work: Callable[..., Any], *given: Any, **options: Any) -> Any:
    return bounded(partial(work, *given, **options), SECONDS, MEGABYTES)


def hinted(e: Equation, id: str) -> bool:
    """Whether an equation's label or tag names the paper's equation `id`."""
    names = (e.tag, *e.labels, *(piece for label in e.labels for piece in re.split(r"[:/ ]", label)))
    return re.sub(r"\W", "-", id) in {re.sub(r"\W", "-", n) for n in names}


def _why(reading: Reading, lhs: str) -> str:
    try:
        reading.relations(f"{lhs} = 0", Environment())
    except CascadeError as err:
        return _line(err)
    return "its parts do not fit."


def _line(err: CascadeError) -> str:
    """The first line of an error's message: the place in an expanded formula says nothing of the manuscript."""
    text = str(err).split("\n", 1)[0]
    return re.sub(r", at line \d+, column \d+:?$", "", text)


class BoundReached(CascadeError, RuntimeError):
    """A computation was ended because it took too long or too much memory."""


def bounded(work: Callable[[], Any], seconds: float, megabytes: int) -> Any:
    """The value of `work` (JSON data), computed in a child process that is ended after `seconds`.

    Raises BoundReached when it is, or when it runs out of memory; a CascadeError of `work` comes out as one. Where a
    process can't be forked the work is done here, without bounds.
    """
    if not hasattr(os, "fork"):
        return work()  # Windows
    receiver, sender = Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        _child(work, megabytes, sender)
    sender.close()
    try:
        if not receiver.poll(seconds):
            raise BoundReached(f"given up after {seconds:g} seconds; write the formula shorter.")
        value, error = json.loads(receiver.recv_bytes())
    except EOFError:
        reason = f"given up: it needs more than {megabytes} MB of memory, or the reader failed on it."
        raise BoundReached(reason) from None
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        receiver.close()
    if error is not None:
        raise CascadeError(error)
    return value


def _child(work: Callable[[], Any], megabytes: int, sender: Connection) -> NoReturn:
    """Sends the value of `work` and no error, or no value and the words of an error made on purpose."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (used + megabytes * 2**20,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        outcome: tuple[Any, str | None]
        try:
            outcome = work(), None
        except CascadeError as err:
            outcome = None, str(err)
        sender.send_bytes(json.dumps(outcome).encode())
    finally:  # nothing may escape from here: what is not sent has failed
        os._exit(0)
