r"""The labelled equations of a manuscript: display environments, their rows, labels, tags, lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cascade_sym.latex.lines import row as split
from cascade_sym.latex.scan import between, tokens
from cascade_sym.manuscript.source import Lines, Source

ENVIRONMENTS = ("equation", "align", "gather", "multline", "eqnarray", "alignat", "flalign")
MAX_EQUATIONS = 5_000
MAX_LENGTH = 40_000
_BEGIN = re.compile(r"\\begin\{(" + "|".join(ENVIRONMENTS) + r")(\*?)\}")
_INNER = re.compile(
    r"\\(?:begin|end)\s*\{(?:aligned|split|gathered|alignedat|subequations)\}(?:\[[tbc]\])?(?:\{\d+\})?"
)
_MARK = re.compile(r"\\(label|tag)\*?\s*\{([^{}]*)\}")
_QUIET = re.compile(r"\\(?:nonumber|notag)(?![A-Za-z])")
_BREAK = re.compile(r"\\\\\*?(?:\[[^\[\]]*\])?")
_SPACE = re.compile(r"\\q?quad(?![A-Za-z])")
_ASIDE = re.compile(r"(?:\\quad\s*)?\\(?:text|textrm|mbox|intertext|shortintertext)\s*\{[^{}]*\}[\s,.:;]*")
_SAID = re.compile(r"\s*(?:\\(?:text|mbox|mathrm|textrm|forall|hbox|intertext)(?![A-Za-z])|\()")


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
    lines = Lines(text)
    while (m := _BEGIN.search(text, at)) is not None:
        end = text.find(f"\\end{{{m[1]}{m[2]}}}", m.end())
        if end < 0:
            yield Equation(source.path, lines.at(m.start()), (), "", "", block)
            return
        start = m.end()
        if m[1] == "alignat" and text[start : start + 1] == "{":
            start = text.find("}", start) + 1
        for row in _equations(text[start:end], start, joined=m[1] == "multline"):
            if m[2] and not (row.labels or row.tag):
                continue
            yield Equation(source.path, lines.at(row.start), tuple(row.labels), row.tag, row.latex, block)
        at, block = end, block + 1


def _equations(body: str, offset: int, joined: bool) -> list[_Row]:
    """Rows put together: one without a relation continues the one before, one that starts with it repeats its left."""
    body = _INNER.sub(lambda m: " " * len(m[0]), body)
    out: list[_Row] = []
    for row in _rows(body, offset):
        if not row.latex or _ASIDE.fullmatch(row.latex):
            if out:
                out[-1].labels += row.labels
                out[-1].tag = out[-1].tag or row.tag
            continue
        sides = split(row.latex)
        leads = bool(sides.relation) and not sides.lhs
        if out and (joined or not sides.relation or (leads and (out[-1].quiet or not out[-1].labels))):
            last = out[-1]
            if len(last.latex) < MAX_LENGTH:  # a longer one is refused when it is read
                last.latex = f"{last.latex} {row.latex}"
            last.quiet = row.quiet
            last.labels += row.labels
            last.tag = last.tag or row.tag
        elif out and leads:
            left = split(out[-1].latex)
            row.latex = f"{left.lhs if left.relation else left.rhs} {row.latex}"
            out.append(row)
        else:
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


def statements(latex: str) -> tuple[list[str], list[str]]:
    r"""The formulas of an equation, separated by wide spaces, and what is said beside them (conditions).

    >>> statements(r"a = b,\quad c = d \quad\text{for } x > 1")
    (['a = b', 'c = d'], ['\\text{for } x > 1'])
    """
    gaps = [(t.at, t.at + len(t.text)) for t in tokens(latex) if t.outside and _SPACE.match(t.text)]
    formulas: list[str] = []
    said: list[str] = []
    for _, piece in between(latex, gaps):
        piece = piece.strip().rstrip(",;").strip()
        if not piece:
            continue
        if formulas and (said or _SAID.match(piece)):
            said.append(piece)
        elif formulas and not split(piece).relation:
            formulas[-1] += f" {piece}"
        else:
            formulas.append(piece)
    return formulas, said
