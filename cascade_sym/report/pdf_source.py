r"""The report as a LaTeX document: printed and derived forms side by side, verdicts, derivations, figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.latex.document import PREAMBLE, VERDICT_COLOURS, verdict
from cascade_sym.latex.names import symbol_latex
from cascade_sym.latex.text import text_latex
from cascade_sym.report.derivation import derivations
from cascade_sym.report.figures import Figure
from cascade_sym.report.pdf_entry import FULL, anchor, entry_latex, shown

_HEAD = r"""\documentclass[10pt,fleqn]{article}
\usepackage[a4paper,landscape,margin=18mm]{geometry}
"""
_OWN = r"""\usepackage{graphicx}
\setcounter{secnumdepth}{0}
\setlength{\mathindent}{1em}
\setlength{\emergencystretch}{4em}
\makeatletter \@beginparpenalty=10000 \makeatother
\predisplaypenalty=10000 \postdisplaypenalty=2000 \clubpenalty=10000 \widowpenalty=10000
\raggedbottom
\setlength{\leftmargini}{1.6em}
\newcommand{\formhead}[1]{\textsf{\small\textcolor{verdict-definition}{#1}}}
"""
_FIT = "width=0.8\\linewidth,height=0.78\\textheight,keepaspectratio"
_MORE = (
    "How every statement was checked, and the tables of the evidence, are in report.html and ledger.json; "
    "steps that two derivations share are shown once."
)

Record = Mapping[str, Any]
Words = Callable[[str], str]


def report_source(
    records: Sequence[Record], heading: Mapping[str, Any], figures: Sequence[Figure] = (), images: Iterable[str] = ()
) -> str:
    """The document; `images` are names of image files in its folder (of figures, and of certificates' plots).

    A formula that is not mathematics is left out with a word that says so.
    """
    name = partial(symbol_latex, declared=heading.get("notation", {}))
    words = partial(_words, name=name)
    there = frozenset(images)
    parts = [
        _HEAD + PREAMBLE + VERDICT_COLOURS + _OWN + "\\begin{document}\n\\tighter",
        f"\\begin{{center}}\\Large\\textbf{{{words(heading.get('title') or 'Ledger')}}}\\end{{center}}",
        f"\\begin{{center}}{words(heading.get('reference') or '')}\\end{{center}}",
        _summary(records, words),
        shown("Abbreviations in derived forms", heading.get("abbreviations_latex"), FULL),
        *(entry_latex(r, d, words, name, there) for r, d in derivations(records)),
        *(_figure(f, words) for f in figures if f.paper is not None and f.paper.name in there),
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
    links = (f"\\hyperlink{{eq-{anchor(r['id'])}}}{{({words(r['id'])})}}" for r in records)
    rows = [f"{x} & {words(r['title'])} & {verdict(r['verdict'])} \\\\" for x, r in zip(links, records, strict=True)]
    table = ["\\begin{longtable}{@{}lp{0.7\\textwidth}l@{}}", "\\hline", *rows, "\\hline", "\\end{longtable}"]
    return f"\\begin{{center}}{line}\\end{{center}}\n" + "\n".join(table) + f"\n{{\\small {words(_MORE)}\\par}}"


def _figure(figure: Figure, words: Words) -> str:
    """A figure on a page of its own, with its caption."""
    assert figure.paper is not None
    picture = f"\\includegraphics[{_FIT}]{{{figure.paper.name}}}"
    said = f"\\textbf{{{words(figure.title)}.}} {words(figure.caption)}"
    return f"\\clearpage\n\\begin{{center}}{picture}\\par\\bigskip\n\\parbox{{0.8\\linewidth}}{{{said}}}\\end{{center}}"
