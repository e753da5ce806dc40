r"""The report as a LaTeX document: printed and derived forms side by side, verdicts, derivations, figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.resources import files
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.latex.document import (
    StepText,
    Words,
    anchor,
    display,
    link,
    opening,
    steps_block,
    summary,
    verdict,
    whole,
)
from cascade_sym.latex.lines import Row, rows_of
from cascade_sym.latex.notation import symbol_latex
from cascade_sym.latex.scan import checked
from cascade_sym.latex.text import text_latex
from cascade_sym.ledger.records import Record, StepRecord
from cascade_sym.report.entry import Derivation, derivations, notes, worst
from cascade_sym.report.findings import attention, finding, joint_title, needing_attention, prints
from cascade_sym.report.mathml import fits_beside, quoted
from cascade_sym.report.page import Figure
from cascade_sym.report.particulars import is_formula, is_short, key_words
from cascade_sym.report.plots import Curve, certificates, curves

HALF, FULL = 42.0, 90.0  # widths in digits on a page in portrait
STEPS = 94.0  # width in digits of a line of steps, in small type
_TALL, _MOST = 6, 13  # lines of a column, which does not break over pages
_LEFT_OUT = "\\par (not shown: the formula is no plain mathematics)\\par"
_COLUMN = "\\begin{minipage}[t]{0.485\\linewidth}"
_PLOT = "\\includegraphics[scale=0.82]{{{}}}"

_HEAD = r"""\documentclass[10pt,fleqn]{article}
\usepackage[a4paper,margin=16mm]{geometry}
"""
_OWN = (files("cascade_sym.report") / "preamble.tex").read_text(encoding="utf-8")
_FIT = "width=0.8\\linewidth,height=0.78\\textheight,keepaspectratio"
_MORE = (
    "How every statement was checked, and the tables of the evidence, are in report.html and ledger.json; "
    "steps that two derivations share are shown once."
)


def report_source(
    records: Sequence[Record], heading: Mapping[str, Any], figures: Sequence[Figure] = (), images: Iterable[str] = ()
) -> str:
    """The document; `images` are names of image files in its folder (of figures, and of certificates' plots).

    A formula that is not mathematics is left out with a word that says so.
    """
    name = partial(symbol_latex, declared=heading.get("notation", {}))
    words = partial(_words, name=name)
    there = frozenset(images)
    told = {r.id: (r, d) for r, d in derivations(records)}
    parts = [
        f"\\begin{{center}}{words(heading.get('reference') or '')}\\end{{center}}",
        _summary(records, words, name),
        _shown("Abbreviations in derived forms", heading.get("abbreviations_latex"), FULL),
        *(part for group in prints(records) for part in _entries([told[r.id] for r in group], words, name, there)),
        *(_figure(f, words) for f in figures if f.paper is not None and f.paper.name in there),
    ]
    return whole(_HEAD, words(heading.get("title") or "Ledger"), parts, _OWN + _about(heading))


def _about(heading: Mapping[str, Any]) -> str:
    """Title, author and subject for the file's own description."""
    title, reference = (_in_brackets(heading.get(k) or "") for k in ("title", "reference"))
    said = f"pdftitle={{{title or 'Ledger'}: ledger}}, pdfauthor={{{reference}}}"
    subject = "pdfsubject={Printed equations compared with derived ones}, pdfcreator={cascade-sym}, pdflang={en}"
    return f"\\makeatletter\\@ifpackageloaded{{hyperref}}{{\\hypersetup{{{said}, {subject}}}}}{{}}\\makeatother\n"


def _in_brackets(plain: str) -> str:
    """Text for a bookmark or a property: no mathematics and no command."""
    return "".join(c for c in plain if c.isalnum() or c in " .,;:()-'/+&").replace("&", "\\&")


def _words(plain: str, name: Words) -> str:
    try:
        return text_latex(plain, name)
    except CascadeError:
        return text_latex(plain.replace("$", ""), name)


def _summary(records: Sequence[Record], words: Words, name: Words) -> str:
    every = prints(records)
    count = Counter(map(worst, every))
    line = ", ".join(f"{n} {verdict(v)}" for v, n in count.items())
    table = summary((([r.id for r in g], joint_title(g), [r.verdict for r in g]) for g in every), words, 0.6)
    wrong = needing_attention(records)
    head = attention(records)
    items = "\n".join(_finding(r, records, words, name) for r in wrong)
    listed = f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}" if items else ""
    parts = f"\\par\\bigskip{{\\large\\bfseries {head}\\par}}", listed, f"\\begin{{center}}{line}\\end{{center}}"
    return "\n".join((*parts, table, f"{{\\small {words(_MORE)}\\par}}"))


def _finding(r: Record, records: Sequence[Record], words: Words, name: Words) -> str:
    said = _quoting(finding(r, records), words, name) if r.correction else words(finding(r, records))
    return f"\\item[$\\bullet$] {link(r.id, words)} {words(r.title)}: {verdict(r.verdict)}\\\\ {{\\small {said}}}"


def _quoting(plain: str, words: Words, name: Words) -> str:
    """Text that quotes formulas, these typeset."""
    return "".join(f"${latex}$" if latex else words(said) for said, latex in quoted(plain, name))


def _figure(figure: Figure, words: Words) -> str:
    """A figure on a page of its own, with its caption."""
    assert figure.paper is not None
    picture = f"\\includegraphics[{_FIT}]{{{figure.paper.name}}}"
    said = f"\\textbf{{{words(figure.title)}.}} {words(figure.caption)}"
    return f"\\clearpage\n\\begin{{center}}{picture}\\par\\bigskip\n\\parbox{{0.8\\linewidth}}{{{said}}}\\end{{center}}"


def plots_of(record: Record) -> Iterator[tuple[str, tuple[Curve, ...]]]:
    """The certificates of an entry that can be drawn: the name of the file, and what is drawn in it."""
    for n, scaling in enumerate(certificates(record.evidence.more), 1):
        if drawn := curves(scaling):
            yield f"certificate-{anchor(record.id)}-{n}.pdf", drawn


def _entries(
    group: Sequence[tuple[Record, Derivation]], words: Words, name: Words, images: frozenset[str]
) -> Iterator[str]:
    """The readings of one print, under one head."""
    title = joint_title([r for r, _ in group])
    for n, (r, d) in enumerate(group):
        place = f"\\par\\medskip\\hypertarget{{eq-{anchor(r.id)}}}{{}}"
        head = place if n else opening(r.id, title, r.verdict, words)
        if len(group) > 1:
            head += f"\\par\\nopagebreak\\formhead{{Read as ({words(r.id)})}}: {verdict(r.verdict)}\\nopagebreak"
        yield _entry(replace(r, derived_latex=None) if n else r, d, head, words, name, images)


def _entry(record: Record, derivation: Derivation, head: str, words: Words, name: Words, images: frozenset[str]) -> str:
    """The LaTeX of an entry: `words` makes LaTeX of text, `name` of a name; `images` are the files that lie there."""
    evidence = record.evidence.more
    parts = [head]
    if not record.as_expected:
        parts.append("\\par\\textsf{Not the verdict that the author of the folder expects.}\\nopagebreak")
    parts += [f"\\par\\textsf{{{head}:}} {words(said)}\\nopagebreak" for head, said in notes(record)]
    parts.append(_pair(record.printed_latex, record.derived_latex))
    parts.append(_shown("Correction", record.correction_latex, FULL))
    if record.correction:
        parts.append(f"\\par\\textsf{{Repair:}} {_quoting(record.correction, words, name)}")
    parts.append(_shown("Difference", record.difference_latex, FULL))
    if record.method:
        parts.append(f"\\par\\textsf{{Checked by:}} {words(record.method)}")
    parts += [*_evidence(evidence, words), *_plots(record, words, images), _steps(derivation, words)]
    return "\n".join(p for p in parts if p)


def _pair(printed: str | None, derived: str | None) -> str:
    if fits_beside((printed, derived), HALF, FULL, _TALL, 2, _MOST):
        sides = (
            f"{_COLUMN}\\formhead{{{name}}}\n{_equations(x or '', HALF)}\n\\end{{minipage}}"
            for name, x in (("Printed", printed), ("Derived", derived))
        )
        return "\\par\\nopagebreak\\medskip\\noindent" + "\\hfill\n".join(sides) + "\\par\\nopagebreak\\smallskip"
    return "\n".join(_shown(name, x, FULL) for name, x in (("Printed", printed), ("Derived", derived)) if x)


def _shown(name: str, latex: str | None, line: float) -> str:
    """A form under its name; '' where there is none."""
    return f"\\par\\smallskip\\formhead{{{name}}}\\nopagebreak\n{_equations(latex, line)}" if latex else ""


def _equations(latex: str, line: float) -> str:
    try:
        return display(rows_of(checked(latex, "a formula")), line)
    except CascadeError:
        return _LEFT_OUT


def _evidence(evidence: Mapping[str, Any], words: Words) -> list[str]:
    """Numbers and words of the evidence in one paragraph, its formulas below; tables are in the page only."""
    rest = {k: v for k, v in evidence.items() if k != "seconds" and is_short(v) and v is not None}
    formulas = {k: v for k, v in rest.items() if is_formula(k, v)}
    plain = [f"{words(key_words(k))}: {words(str(v))}" for k, v in rest.items() if k not in formulas]
    said = [f"\\par\\textsf{{Evidence:}} {'; '.join(plain)}"] if plain else []
    return said + [_shown(words(key_words(k)), v, FULL) for k, v in formulas.items()]


def _plots(record: Record, words: Words, images: frozenset[str]) -> Iterator[str]:
    for name, drawn in plots_of(record):
        if name in images:
            said = " ".join(f"\\textsf{{{words(c.title)}.}} {words(c.said)}." for c in drawn)
            caption = f"\\parbox[c]{{0.3\\linewidth}}{{\\raggedright\\small {said}}}"
            picture = f"\\raisebox{{-0.5\\height}}{{{_PLOT.format(name)}}}"
            yield f"\\par\\smallskip\\noindent{picture}\\hspace{{1.5em}}{caption}\\par"


def _steps(derivation: Derivation, words: Words) -> str:
    """The derivation; what an earlier entry shows of it already is not shown again."""
    if not derivation.steps:
        return ""
    parts = [f"\\par\\smallskip\\formhead{{{derivation.title}}}"]
    if derivation.beginning:
        parts[0] += f".\\ \\ {derivation.beginning} {link(derivation.where, words)}."
    if derivation.own:
        text = [_step(s) for s in derivation.own]
        parts.append("{\\small\n" + steps_block(text, words, STEPS, derivation.shared + 1) + "}")
    return "\\nopagebreak\n".join(parts)


def _step(step: StepRecord) -> StepText:
    try:
        rows = tuple(rows_of(checked(step.latex, "a step"))) if step.latex else ()
    except CascadeError:
        rows = (Row("", "", "\\text{(not shown: the formula is no plain mathematics)}", text=True),)
    return StepText(step.title, rows, step.checked)
