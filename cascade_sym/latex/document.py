"""A complete LaTeX document of a ledger: every equation as printed and as derived, with verdict and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files

from cascade_sym.definitions import Definitions
from cascade_sym.errors import FormulaError
from cascade_sym.latex.displayed import rows_of_steps
from cascade_sym.latex.lines import Row, rows_broken, rows_of
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.rows import definition_rows
from cascade_sym.latex.scan import checked
from cascade_sym.latex.text import text_latex
from cascade_sym.steps import Derivation
from cascade_sym.verdicts import Verdict

Words = Callable[[str], str]
LINE = 80.0  # widths in digits
INDENTED = 76.0  # width in digits of a line within a list
LABELS = {"Derived": "derived", "Correction": "corrected"}  # what `cascade-sym check` reads, and agrees with
CLASSES = {
    "article": "\\documentclass[11pt]{article}\n\\usepackage[a4paper,margin=25mm]{geometry}",
    "revtex": "\\documentclass[aps,pra,onecolumn,notitlepage,superscriptaddress,nofootinbib,11pt]{revtex4-2}",
}
PREAMBLE = (files("cascade_sym.latex") / "preamble.tex").read_text(encoding="utf-8")
VERDICT_COLOURS = "".join(f"\\definecolor{{verdict-{v}}}{{HTML}}{{{v.ink}}}\n" for v in Verdict)


@dataclass(frozen=True)
class StepText:
    """One step of a derivation for print: what was done, its equations, and how it was checked (None: input)."""

    title: str
    rows: tuple[Row, ...] = ()
    checked: str | None = None


@dataclass(frozen=True)
class Entry:
    """One equation of a ledger for print.

    `*_latex` are LaTeX without delimiters, several equations separated by line breaks or as an `aligned` block;
    `title`, `method`, `reading` and `conditions` are plain text (mathematics between dollar signs).
    """

    id: str
    title: str
    verdict: str
    method: str = ""
    printed_latex: str = ""
    derived_latex: str = ""
    difference_latex: str | None = None
    correction_latex: str | None = None
    reading: str = ""
    conditions: str = ""
    steps: tuple[StepText, ...] = ()


def steps_of(derivation: Derivation, notation: Notation = FALLBACK) -> tuple[StepText, ...]:
    """The steps of a derivation for print; their checks are run, and it is said how each was checked.

    >>> from cascade_sym.steps import Step
    >>> steps_of(Derivation("x", (Step("input", "take $x$"),)))
    (StepText(title='input: take $x$', rows=(), checked=None),)
    """
    out = []
    for step, (_, *rows) in zip(derivation.steps, rows_of_steps(derivation, notation), strict=True):
        title = f"{step.kind}: {step.title}" + (f" ({step.note})" if step.note else "")
        outcome = step.check() if step.check is not None else None
        words = None if outcome is None else outcome.method if outcome.ok else f"FAILED: {outcome.residual}"
        out.append(StepText(title, tuple(rows), words))
    return tuple(out)


def document(
    entries: Sequence[Entry], notation: Notation = FALLBACK, title: str = "", *, style: str = "article"
) -> str:
    r"""A .tex file that compiles as it is with pdflatex.

    `style` is "article" (any TeX installation) or "revtex" (needs revtex4-2). The abbreviations of the
    notation are listed first. Raises FormulaError for an unknown style or LaTeX that is not mathematics.

    >>> print(document([Entry("1", "Free", "exact", derived_latex="H = x")], title="T").splitlines()[0])
    \documentclass[11pt]{article}
    """
    if style not in CLASSES:
        raise FormulaError(f"the style of a document is {style!r}; give one of {', '.join(CLASSES)}.")
    words = partial(text_latex, name=notation.name)
    rows = definition_rows(Definitions(notation.abbreviations), notation)
    parts = [
        summary((([e.id], e.title, [e.verdict]) for e in entries), words, 0.66) if entries else "",
        "\\heading{Abbreviations}\n" + display(rows, label="abbreviation") if rows else "",
        *(_section(e, words) for e in entries),
    ]
    return whole(f"{CLASSES[style]}\n", words(title or "Derived equations"), parts)


def whole(head: str, title: str, parts: Iterable[str], own: str = "") -> str:
    """A document with its title, its parts that are not empty apart from each other; `own` ends the preamble."""
    head += PREAMBLE + VERDICT_COLOURS + own
    begin = f"{head}\\begin{{document}}\n\\tighter", f"\\begin{{center}}\\Large\\textbf{{{title}}}\\end{{center}}"
    return "\n\n".join(p for p in (*begin, *parts, "\\end{document}") if p) + "\n"


def display(rows: Sequence[Row], line: float = LINE, label: str = "") -> str:
    r"""Rows as an align* display; with `label`, equation n carries \label{label:n}, which prints nothing.

    >>> print(display(rows_of("a = b"), label="derived:7"))
    \begin{align*}
    a &= b\tag*{}\label{derived:7:1}
    \end{align*}
    """
    if not rows:
        return ""
    lines, n = [], 0
    for r, (first, *more) in rows_broken(rows, line):
        if label and r.relation:
            n += 1
            first += f"\\tag*{{}}\\label{{{label}:{n}}}"
        lines += [first, *more]
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"


def summary(prints: Iterable[tuple[Iterable[str], str, Iterable[str]]], words: Words, width: float) -> str:
    """A table of what is printed: the ids of its readings with links, title (of that share of the page), verdicts."""
    lines = (
        f"{' '.join(link(i, words) for i in ids)} & {words(title)} & {' '.join(map(verdict, found))} \\\\"
        for ids, title, found in prints
    )
    head = f"\\begin{{longtable}}{{@{{}}lp{{{width}\\textwidth}}l@{{}}}}"
    return "\n".join([head, "\\hline", *lines, "\\hline", "\\end{longtable}"])


def link(id: str, words: Words) -> str:
    """The number of an equation, a link to it."""
    return f"\\hyperlink{{eq-{anchor(id)}}}{{({words(id)})}}"


def opening(id: str, title: str, v: str, words: Words) -> str:
    """The head of an equation."""
    return f"\\entry{{eq-{anchor(id)}}}{{({words(id)})}}{{{words(title)}}}{{{verdict(v)}}}"


def _section(e: Entry, words: Words) -> str:
    printed = (
        ("Printed", e.printed_latex), ("Derived", e.derived_latex), ("Correction", e.correction_latex),
        ("Difference", e.difference_latex),
    )  # fmt: skip
    said = (("Conditions", e.conditions), ("Reading", e.reading), ("Method", e.method))
    parts = [opening(e.id, e.title, e.verdict, words)]
    for name, latex in printed:
        if latex:
            checked(latex, f"the LaTeX of equation {e.id}")
            label = f"{LABELS[name]}:{anchor(e.id)}" if name in LABELS else ""
            parts.append(f"\\heading{{{name}}}\n{display(rows_of(latex), label=label)}")
    for name, text in said:
        if text:
            stop = "" if text.rstrip().endswith((".", "!", "?")) else "."
            parts.append(f"\\par\\textsf{{{name}:}} {words(text)}{stop}")
    if e.steps:
        parts.append("\\heading{Derivation}\n" + steps_block(e.steps, words))
    return "\n".join(parts)


def steps_block(steps: Sequence[StepText], words: Words = text_latex, line: float = INDENTED, first: int = 1) -> str:
    """Steps as a numbered list that starts at `first`; `words` makes LaTeX of their titles."""
    lines = ["\\begin{enumerate}", *([f"\\setcounter{{enumi}}{{{first - 1}}}"] if first != 1 else [])]
    for s in steps:
        shown = display(s.rows, line)
        if s.checked:
            end = shown or "\\par"
            lines.append(f"\\item {{\\parfillskip=0pt {words(s.title)}\\checkedby{{{words(s.checked)}}}\n{end}}}")
        else:
            lines += [f"\\item {words(s.title)}", shown]
    return "\n".join(x for x in [*lines, "\\end{enumerate}"] if x)


def verdict(v: str) -> str:
    """A verdict as a coloured word."""
    return f"\\verdict{{{Verdict(v)}}}"


def anchor(id: str) -> str:
    """An equation's id as part of a target or of a file's name."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in id)
