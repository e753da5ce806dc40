r"""One equation of the PDF: verdict, printed and derived form, correction, evidence, certificates, derivation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.latex.document import StepText, equations, steps_block, verdict
from cascade_sym.latex.guard import checked
from cascade_sym.latex.lines import Row, rows_of
from cascade_sym.report.certificate import Curve, certificates, curves
from cascade_sym.report.derivation import Derivation
from cascade_sym.report.evidence import SHOWN, is_formula, is_short, key_words
from cascade_sym.report.formula import broken
from cascade_sym.report.quoted import quoted

HALF, FULL = 62.0, 132.0  # widths in digits on a landscape page
STEPS = 128.0
_TALL, _MOST = 6, 13  # lines of a column, which does not break over pages
_LEFT_OUT = "\\par (not shown: the formula is no plain mathematics)\\par"
_PLOT = "\\includegraphics[scale=0.9]{{{}}}"

Record = Mapping[str, Any]
Words = Callable[[str], str]


def anchor(id: str) -> str:
    """An equation's id as part of a target or of a file's name."""
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in id)


def plots_of(record: Record) -> Iterator[tuple[str, tuple[Curve, ...]]]:
    """The certificates of an entry that can be drawn: the name of the file, and what is drawn in it."""
    for n, scaling in enumerate(certificates(record.get("evidence", {})), 1):
        if drawn := curves(scaling):
            yield f"certificate-{anchor(record['id'])}-{n}.pdf", drawn


def entry_latex(record: Record, derivation: Derivation, words: Words, name: Words, images: frozenset[str]) -> str:
    """The LaTeX of an entry: `words` makes LaTeX of text, `name` of a name; `images` are the files that lie there."""
    evidence = record.get("evidence", {})
    mark = verdict(record["verdict"])
    head = f"({words(record['id'])})", words(record["title"]), mark
    parts = [f"\\entry{{eq-{anchor(record['id'])}}}" + "".join(f"{{{x}}}" for x in head)]
    if not record.get("as_expected", True):
        parts.append("\\par\\textsf{Not the verdict that the author of the folder expects.}\\nopagebreak")
    parts += [
        f"\\par\\textsf{{{what}:}} {words(evidence[key])}\\nopagebreak"
        for key, what in (("conditions", "Conditions"), ("reading", "Reading"), ("failed", "Failed"))
        if evidence.get(key)
    ]
    parts.append(_pair(record.get("printed_latex"), record.get("derived_latex")))
    parts.append(shown("Correction", record.get("correction_latex"), FULL))
    if record.get("correction"):
        parts.append(f"\\par\\textsf{{Repair:}} {_repair(record['correction'], words, name)}")
    parts.append(shown("Difference", record.get("difference_latex"), FULL))
    if record.get("method"):
        parts.append(f"\\par\\textsf{{Checked by:}} {words(record['method'])}")
    parts += [*_evidence(evidence, words), *_plots(record, words, images), _steps(derivation, words)]
    return "\n".join(p for p in parts if p)


def _repair(plain: str, words: Words, name: Words) -> str:
    pieces = (f"${latex}$" if latex else words(said) for said, latex in quoted(plain, name))
    return "".join(pieces)


def _pair(printed: str | None, derived: str | None) -> str:
    lines = [(broken(x, HALF).count("\\\\"), broken(x, FULL).count("\\\\")) for x in (printed, derived) if x]
    if len(lines) == 2 and all(half <= min(_MOST, max(_TALL, 2 * full)) for half, full in lines):
        sides = (_column(name, x) for name, x in (("Printed", printed), ("Derived", derived)))
        return "\\par\\nopagebreak\\medskip\\noindent" + "\\hfill\n".join(sides) + "\\par\\nopagebreak\\smallskip"
    return "\n".join(shown(name, x, FULL) for name, x in (("Printed", printed), ("Derived", derived)) if x)


def _column(name: str, latex: str | None) -> str:
    inner = _equations(latex or "", HALF)
    return f"\\begin{{minipage}}[t]{{0.485\\linewidth}}\\formhead{{{name}}}\n{inner}\n\\end{{minipage}}"


def shown(name: str, latex: str | None, line: float) -> str:
    """A form under its name; '' where there is none."""
    return f"\\par\\smallskip\\formhead{{{name}}}\\nopagebreak\n{_equations(latex, line)}" if latex else ""


def _equations(latex: str, line: float) -> str:
    try:
        return equations(checked(latex, "a formula"), line)
    except CascadeError:
        return _LEFT_OUT


def _evidence(evidence: Mapping[str, Any], words: Words) -> list[str]:
    """Numbers and words of the evidence in one paragraph, its formulas below; tables are in the page only."""
    rest = {k: v for k, v in evidence.items() if k not in SHOWN and is_short(v) and v is not None}
    formulas = {k: v for k, v in rest.items() if is_formula(k, v)}
    plain = [f"{words(key_words(k))}: {words(str(v))}" for k, v in rest.items() if k not in formulas]
    said = [f"\\par\\textsf{{Evidence:}} {'; '.join(plain)}"] if plain else []
    return said + [shown(words(key_words(k)), v, FULL) for k, v in formulas.items()]


def _plots(record: Record, words: Words, images: frozenset[str]) -> Iterator[str]:
    for name, drawn in plots_of(record):
        if name in images:
            said = " ".join(f"\\textsf{{{words(c.title)}.}} {words(c.said)}." for c in drawn)
            caption = f"\\parbox[c]{{0.34\\linewidth}}{{\\raggedright\\small {said}}}"
            picture = f"\\raisebox{{-0.5\\height}}{{{_PLOT.format(name)}}}"
            yield f"\\par\\smallskip\\noindent{picture}\\hspace{{1.5em}}{caption}\\par"


def _steps(derivation: Derivation, words: Words) -> str:
    """The derivation; what an earlier entry shows of it already is not shown again."""
    if not derivation.steps:
        return ""
    parts = [f"\\par\\smallskip\\formhead{{{derivation.title}}}"]
    if derivation.beginning:
        link = f"\\hyperlink{{eq-{anchor(derivation.where)}}}{{({words(derivation.where)})}}"
        parts[0] += f".\\ \\ {derivation.beginning} {link}."
    if derivation.own:
        text = [_step(s) for s in derivation.own]
        parts.append("{\\small\n" + steps_block(text, words, STEPS, derivation.shared + 1) + "}")
    return "\\nopagebreak\n".join(parts)


def _step(step: Mapping[str, Any]) -> StepText:
    try:
        rows = tuple(rows_of(checked(step["latex"], "a step"))) if step.get("latex") else ()
    except CascadeError:
        rows = (Row("", "", "\\text{(not shown: the formula is no plain mathematics)}", text=True),)
    return StepText(step["title"], rows, step.get("checked"))
