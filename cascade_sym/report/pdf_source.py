r"""The report as a LaTeX document: printed and derived forms side by side, with their verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.latex.document import PREAMBLE, VERDICT_COLOURS, equations, verdict
from cascade_sym.latex.guard import checked
from cascade_sym.latex.names import symbol_latex
from cascade_sym.latex.text import text_latex
from cascade_sym.report.formula import broken

HALF, FULL = 57.0, 118.0  # widths in digits on a landscape page
_TALL = 6
_HEAD = r"""\documentclass[10pt]{article}
\usepackage[a4paper,landscape,margin=18mm]{geometry}
"""
_OWN = r"""\usepackage{graphicx}
\setcounter{secnumdepth}{0}
\newcommand{\formhead}[1]{\textsf{\small\textcolor{verdict-definition}{#1}}}
"""
_FIT = "width=0.8\\linewidth,height=0.8\\textheight,keepaspectratio"

Record = Mapping[str, Any]
Words = Callable[[str], str]


def report_source(records: Sequence[Record], heading: Mapping[str, Any], figures: Sequence[str] = ()) -> str:
    """The document; `figures` are names of image files in its folder.

    A formula that is not mathematics is left out with a word that says so.
    """
    words = partial(_words, name=partial(symbol_latex, declared=heading.get("notation", {})))
    parts = [
        _HEAD + PREAMBLE + VERDICT_COLOURS + _OWN + "\\begin{document}\n\\tighter",
        f"\\begin{{center}}\\Large\\textbf{{{words(heading.get('title') or 'Ledger')}}}\\end{{center}}",
        f"\\begin{{center}}{words(heading.get('reference') or '')}\\end{{center}}",
        _summary(records, words),
        _shown("Abbreviations in derived forms", heading.get("abbreviations_latex"), FULL),
        *(_entry(r, words) for r in records),
        *(f"\\begin{{center}}\\includegraphics[{_FIT}]{{{f}}}\\end{{center}}" for f in figures),
        "\\end{document}",
    ]
    return "\n\n".join(p for p in parts if p) + "\n"


def _words(plain: str, name: Words) -> str:
    try:
        return text_latex(plain, name)
    except CascadeError:
        return text_latex(plain.replace("$", ""), name)


def _summary(records: Sequence[Record], words: Words) -> str:
    count = Counter(r["verdict"] for r in records)
    line = ", ".join(f"{n} {verdict(v)}" for v, n in count.items())
    links = (f"\\hyperlink{{eq-{_anchor(r['id'])}}}{{({words(r['id'])})}}" for r in records)
    rows = [
        f"{x} & {words(r['title'])} & {verdict(r['verdict'])} \\\\" for x, r in zip(links, records, strict=True)
    ]
    table = ["\\begin{longtable}{@{}lp{0.7\\textwidth}l@{}}", "\\hline", *rows, "\\hline", "\\end{longtable}"]
    return f"\\begin{{center}}{line}\\end{{center}}\n" + "\n".join(table)


def _entry(r: Record, words: Words) -> str:
    evidence = r.get("evidence", {})
    n = _anchor(r["id"])
    parts = [f"\\entry{{eq-{n}}}{{({words(r['id'])})}}{{{words(r['title'])}}}{{{verdict(r['verdict'])}}}"]
    parts += [
        f"\\par\\textsf{{{what}:}} {words(evidence[key])}\\nopagebreak"
        for key, what in (("conditions", "Conditions"), ("reading", "Reading"))
        if evidence.get(key)
    ]
    parts.append(_pair(r.get("printed_latex"), r.get("derived_latex")))
    parts.append(_shown("Correction", r.get("correction_latex"), FULL))
    if r.get("correction"):
        parts.append(f"\\par\\textsf{{Repair:}} {words(r['correction'])}")
    parts.append(_shown("Difference", r.get("difference_latex"), FULL))
    if r.get("method"):
        parts.append(f"\\par\\textsf{{Checked by:}} {words(r['method'])}")
    return "\n".join(p for p in parts if p)


def _pair(printed: str | None, derived: str | None) -> str:
    lines = [(broken(x, HALF).count("\\\\"), broken(x, FULL).count("\\\\")) for x in (printed, derived) if x]
    if len(lines) == 2 and all(half <= max(_TALL, 2 * full) for half, full in lines):
        sides = (_column(name, x) for name, x in (("Printed", printed), ("Derived", derived)))
        return "\\par\\nopagebreak\\medskip\\noindent" + "\\hfill\n".join(sides) + "\\par\\smallskip"
    return "\n".join(_shown(name, x, FULL) for name, x in (("Printed", printed), ("Derived", derived)) if x)


def _column(name: str, latex: str | None) -> str:
    inner = _equations(latex or "", HALF)
    return f"\\begin{{minipage}}[t]{{0.485\\linewidth}}\\formhead{{{name}}}\n{inner}\n\\end{{minipage}}"


def _shown(name: str, latex: str | None, line: float) -> str:
    return f"\\par\\smallskip\\formhead{{{name}}}\n{_equations(latex, line)}" if latex else ""


def _equations(latex: str, line: float) -> str:
    try:
        return equations(checked(latex, "a formula"), line)
    except CascadeError:
        return "\\par (not shown: the formula is no plain mathematics)\\par"


def _anchor(id: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in id)
