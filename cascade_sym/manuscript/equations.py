r"""The labelled equations of a manuscript: display environments, their rows, labels, tags, lines.

Its text is read with bounds, without comments, with the files that it includes from its own folder; nothing is executed
and nothing is read outside that folder.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os.path import isdir, isfile
from pathlib import Path

from cascade_sym.errors import FormulaError
from cascade_sym.latex.lines import row as split
from cascade_sym.latex.scan import between, tokens

ENVIRONMENTS = ("equation", "align", "gather", "multline", "eqnarray", "alignat", "flalign")
MAX_BYTES = 4_000_000  # of all files together
MAX_FILES, MAX_NOTES = 64, 50  # of a manuscript, and remarks about them
MAX_EQUATIONS = 5_000  # of a manuscript
MAX_LENGTH = 40_000  # characters of a formula before it is read
_BEGIN = re.compile(r"\\begin\{(" + "|".join(ENVIRONMENTS) + r")(\*?)\}")
_INNER = re.compile(
    r"\\(?:begin|end)\s*\{(?:aligned|split|gathered|alignedat|subequations)\}(?:\[[tbc]\])?(?:\{\d+\})?"
)
_MARK = re.compile(r"\\(label|tag)\*?\s*\{([^{}]*)\}")
_QUIET = re.compile(r"\\(?:nonumber|notag)(?![A-Za-z])")
_BREAK = re.compile(r"\\\\\*?(?:\[[^\[\]]*\])?")
_SPACE = re.compile(r"\\q?quad(?![A-Za-z])")
_ASIDE = re.compile(r"(?:\\quad\s*)?\\(?:text|textrm|mbox|intertext|shortintertext)\s*\{[^{}]*\}[\s,.:;]*")
_SAID = re.compile(r"\s*\\(?:(?:text|mbox|mathrm|textrm|hbox)\s*\{(?P<words>[^{}]*)\}|forall(?![A-Za-z]))")
_RANGE = re.compile(r"\(.*(?:[<>=]|\\(?:gg|ll|geq?|leq?|approx|simeq|neq?|to|in)(?![A-Za-z])).*\)[.,;]?", re.S)
_CONDITION = re.compile(r"\W*(?:for|if|when|whenever|provided|assuming|in the|at|as)\b")
_END = re.compile(r"(?:\s|(?<!\\)[,;])+$")  # the comma of a thin space is none
_INPUT = re.compile(r"\\(?:input|include|subfile)\s*(?:\{([^{}]*)\}|([^\s\\{}]+))")
_UNREAD = re.compile(r"\\begin\{(verbatim\*?|lstlisting|comment|filecontents\*?)\}.*?(?:\\end\{\1\}|\Z)", re.S)


@dataclass(frozen=True)
class Source:
    """One file: its path as the user wrote it, and its text with comments and verbatim blanked, line for line."""

    path: str
    text: str


def read_sources(path: str | Path) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    r"""The manuscript and what it \inputs from its own folder, in the order of reading, and notes on what was not read.

    Raises FormulaError for a file that is missing, too large, or no text.
    """
    first = Path(path)
    try:
        root = first.resolve().parent
    except (OSError, RuntimeError, ValueError) as err:  # a circle of links, a name that no file can have
        raise FormulaError(f"{path!s} can't be found: {err}; give a .tex file.") from err
    sources: list[Source] = []
    notes: list[str] = []
    seen: set[Path] = set()
    left = MAX_BYTES

    def read(file: Path, shown: str) -> None:
        nonlocal left
        seen.add(file.resolve())
        content, size = _content(file, shown, left)
        left -= size
        text = blanked(content)
        sources.append(Source(shown, text))
        line = line_of(text)
        for m in _INPUT.finditer(text):
            if len(notes) >= MAX_NOTES:
                notes[MAX_NOTES - 1 :] = ["further files were not read."]
                return
            name = (m[1] or m[2] or "").strip()
            found = _inside(root, name)
            if found is None:
                why = "is outside the manuscript's folder and was not read."
            elif not found.is_file():
                why = "was not found and not read."
            elif found.resolve() in seen:
                why = "is included again; it was read once."
            elif len(sources) >= MAX_FILES:
                why = f"was not read; at most {MAX_FILES} files are."
            else:
                read(found, str(found.relative_to(root)))
                continue
            notes.append(f"{shown}, line {line(m.start())}: {name!r} {why}")

    read(first, str(path))
    return tuple(sources), tuple(notes)


def _content(file: Path, shown: str, limit: int) -> tuple[str, int]:
    """The text of a file, and its size in bytes."""
    if isdir(file):  # names that no file can have are no folder, not an error
        raise FormulaError(f"{shown} is a folder; give a .tex file.")
    if not isfile(file):
        raise FormulaError(f"{shown} is not there, or no ordinary file; give a .tex file.")
    try:
        with file.open("rb") as f:
            raw = f.read(limit + 1)
    except OSError as err:
        raise FormulaError(f"can't read {shown}: {err.strerror}.") from err
    if len(raw) > limit:
        raise FormulaError(f"{shown}: a manuscript of more than {MAX_BYTES} bytes is not read; split it.")
    if b"\0" in raw:
        raise FormulaError(f"{shown} is a binary file; give a .tex file.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"), len(raw)
    except UnicodeDecodeError as err:
        raise FormulaError(f"{shown} is not UTF-8 text (byte {err.start}); convert it first.") from err


def _inside(root: Path, name: str) -> Path | None:
    """The file that a name means, or None where it lies outside `root` (links are followed before that is asked)."""
    try:
        for candidate in (root / name, root / f"{name}.tex"):
            full = candidate.resolve()
            if not full.is_relative_to(root):
                return None
            if full.is_file():
                return full
    except (OSError, ValueError, RuntimeError):
        return None
    return root / name


def blanked(text: str) -> str:
    r"""`text` with comments and verbatim blanked out, every line and column where it was.

    >>> blanked("a % b\n50\\% c")
    'a    \n50\\% c'
    """
    out = re.sub(r"(?<!\\)((?:\\\\)*)%[^\n]*", lambda m: m[1] + " " * (len(m[0]) - len(m[1])), text)
    return _UNREAD.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), out)


def line_of(text: str) -> Callable[[int], int]:
    """The line number of a place in a text, for many places."""
    ends = [m.start() for m in re.finditer("\n", text)]
    return lambda place: bisect_left(ends, place) + 1


@dataclass(frozen=True)
class Equation:
    """One labelled equation: file, line, its labels and tag ('' where it is only numbered), its LaTeX in one line.

    `block` numbers the displays of a file.
    """

    path: str
    line: int
    labels: tuple[str, ...]
    tag: str
    latex: str
    block: int = 0

    @property
    def name(self) -> str:
        """How the equation is called: its label, else its tag, else nothing."""
        return self.labels[0] if self.labels else self.tag


@dataclass
class _Row:
    latex: str
    start: int
    labels: list[str]
    tag: str
    quiet: bool


def equations_in(source: Source) -> Iterator[Equation]:
    r"""The equations of numbered environments, and those of starred ones that carry a \tag or a \label.

    >>> text = r"\begin{equation}a = b\label{x}\end{equation}"
    >>> [(e.line, e.name, e.latex) for e in equations_in(Source("m.tex", text))]
    [(1, 'x', 'a = b')]
    """
    text = source.text
    at = block = 0
    line = line_of(text)
    while (m := _BEGIN.search(text, at)) is not None:
        end = text.find(f"\\end{{{m[1]}{m[2]}}}", m.end())
        if end < 0:
            yield Equation(source.path, line(m.start()), (), "", "", block)
            return
        start = m.end()
        if m[1] == "alignat" and text[start : start + 1] == "{":
            start = text.find("}", start) + 1
        for row in _equations(text[start:end], start, joined=m[1] == "multline"):
            if m[2] and not (row.labels or row.tag):
                continue
            yield Equation(source.path, line(row.start), tuple(row.labels), row.tag, row.latex, block)
        at, block = end, block + 1


def _equations(body: str, offset: int, joined: bool) -> list[_Row]:
    """Rows put together: one without a relation continues the one before, one that starts with it repeats its left."""
    body = _INNER.sub(lambda m: " " * len(m[0]), body)
    out: list[_Row] = []
    for row in _rows(body, offset):
        last = out[-1] if out else None
        aside = not row.latex or bool(_ASIDE.fullmatch(row.latex))
        sides = split(row.latex)
        leads = bool(sides.relation) and not sides.lhs
        if last and (aside or joined or not sides.relation or (leads and (last.quiet or not last.labels))):
            if not aside:
                last.quiet = row.quiet
                if len(last.latex) < MAX_LENGTH:  # a longer one is refused when it is read
                    last.latex = f"{last.latex} {row.latex}"
            last.labels += row.labels
            last.tag = last.tag or row.tag
        elif not aside:
            if last and leads:
                left = split(last.latex)
                row.latex = f"{left.lhs if left.relation else left.rhs} {row.latex}"
            out.append(row)
    for row in out:
        if re.search(r"\\(?:left|right)\s*\.", row.latex):  # a bracket broken over lines
            row.latex = re.sub(r"\\(?:left|right)\s*\.|\\(?:left|right)(?![A-Za-z])", " ", row.latex)
    return out


def _rows(body: str, offset: int) -> Iterator[_Row]:
    breaks = (_BREAK.match(body, t.at) for t in tokens(body) if t.text == "\\\\" and t.braces == 0)
    for at, piece in between(body, [m.span() for m in breaks if m]):
        marks: dict[str, list[str]] = {"label": [], "tag": []}
        for m in _MARK.finditer(piece):
            marks[m[1]].append(m[2].strip())
        bare = _QUIET.sub(" ", _MARK.sub(" ", piece)).replace("\\&", " ")
        latex = " ".join(re.sub(r"(?<!\\)&", " ", bare).split())
        start = offset + at + len(piece) - len(piece.lstrip())
        yield _Row(latex, start, marks["label"], "".join(marks["tag"][:1]), bool(_QUIET.search(piece)))


def statements(latex: str) -> tuple[list[str], str]:
    r"""The formulas of an equation, separated by wide spaces, and the condition under which it states them.

    What is said in words and is no condition stays in its formula, which then is not read.

    >>> statements(r"a = b,\quad c = d \quad\text{for } x > 1")
    (['a = b', 'c = d'], '\\text{for } x > 1')
    """
    gaps = [(t.at, t.at + len(t.text)) for t in tokens(latex) if t.outside and _SPACE.match(t.text)]
    formulas: list[str] = []
    listed = False  # after a comma
    for at, piece in between(latex, gaps):
        said = _SAID.match(piece)
        ranged = not said and not split(piece).relation and _RANGE.fullmatch(piece.strip())
        if formulas and (ranged or (said and (not said["words"] or _CONDITION.match(said["words"])))):
            return [_END.sub("", f) for f in formulas], latex[at:].strip()
        if said and formulas and said["words"].strip(" ,") in ("and", ""):
            piece, listed = piece[said.end() :], True
        piece, before = piece.strip(), listed
        listed = piece.endswith((",", ";")) or (not piece and listed)
        if formulas and piece and not split(piece).relation:
            formulas[-1] += f"{',' if before else ''} {piece}"
        elif piece:
            formulas.append(piece)
    return [_END.sub("", f) for f in formulas], ""
