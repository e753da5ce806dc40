"""Exported LaTeX is accepted by KaTeX in strict mode and compiles with pdflatex without overfull lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sympy as sp

from cascade_sym.errors import FormulaError
from cascade_sym.latex import expr_latex
from cascade_sym.latex.displayed import body
from cascade_sym.latex.document import Entry, document, steps_of
from cascade_sym.latex.lines import rows_of
from cascade_sym.latex.newcommands import macros
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.scan import width
from tests.latex.cases import EXPRESSIONS, PAPER, derivation, values
from tests.latex.tools import katex_failures, pdflatex
from tests.tools import need_tex

HOSTILE = "100% of {x} & γ_S_0 #1 ~ ^ \\ $ ⟨X̂⟩ – “naïve” 日本 a_b_c \\input{x} \\end{document}"


def formulas() -> list[str]:
    shown = [body(v, n, name) for v in values().values() for n in (FALLBACK, PAPER) for name in ("", "f_0")]
    return shown + [expr_latex(e, n) for e in EXPRESSIONS for n in (FALLBACK, PAPER)]


def entries() -> list[Entry]:
    v = values()
    long = body(
        {"f": sp.Add(*(sp.Symbol(f"x_{i}") / sp.Symbol(f"y_{i}") for i in range(60))) * sp.Symbol("z")}, line=1e9
    )
    return [
        Entry(
            "7",
            "Covariances of γ_S",
            "exact",
            "proved",
            r"a = b,\quad c = d",
            body(v["covariance"], PAPER),
            steps=steps_of(derivation()),
        ),
        Entry("S1.a", HOSTILE, "misprint", HOSTILE, "x = 1", "x = 2", "1", r"x = {\color{red}2}", HOSTILE, HOSTILE),
        Entry("8", "A long sum", "asymptotic", derived_latex=long, printed_latex=long),
        Entry("9", "Equations of motion", "differs", derived_latex=body(v["system"])),
        *(
            Entry(f"v{i}", name, "unchecked", derived_latex=body(value, PAPER))
            for i, (name, value) in enumerate(v.items())
        ),
    ]


def test_katex_in_strict_mode_accepts_every_formula() -> None:
    assert katex_failures(formulas()) == []


def test_katex_refuses_what_is_wrong() -> None:
    assert len(katex_failures([r"\frac{a}", "é", "x"])) == 2


@pytest.mark.parametrize(("style", "document_class"), [("article", "article"), ("revtex", "revtex4-2")])
def test_a_document_compiles_and_no_line_is_too_long(style: str, document_class: str, tmp_path: Path) -> None:
    need_tex(document_class)
    log = pdflatex(document(entries(), PAPER, f"Ledger: {HOSTILE}", style=style), tmp_path)
    too_wide = [float(w) for w in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert not [w for w in too_wide if w > 2.0]
    assert "undefined" not in log
    assert (tmp_path / "document.pdf").stat().st_size > 20_000


def test_macros_compile_and_give_the_declared_symbols(tmp_path: Path) -> None:
    need_tex()
    n = Notation({"Gamma_S1": r"\Gamma_{S1}", "R": "R", "gamma": r"\gamma"}, {"S.in+": r"\hat b_+"})
    use = " ".join(re.findall(r"\\sym[A-Za-z]+", macros(n)))
    pdflatex(f"\\documentclass{{article}}\n{macros(n)}\n\\begin{{document}}${use}$\\end{{document}}", tmp_path, runs=1)


def test_widths_are_those_of_tex(tmp_path: Path) -> None:
    need_tex()
    lines = [
        f"{r.lhs}{r.relation}{r.rhs}"
        for v in values().values()
        for r in rows_of(body(v, PAPER, line=1e9))
        if not r.text
    ]
    lines = [x for x in dict.fromkeys(lines) if width(x) > 10 and "\\text" not in x and "begin" not in x]
    assert len(lines) > 30
    boxes = "\n".join(f"\\setbox0\\hbox{{$\\displaystyle {x}$}}\\typeout{{W=\\the\\wd0}}" for x in lines)
    zero = "\\setbox0\\hbox{$0$}\\typeout{D=\\the\\wd0}"
    head = "\\documentclass{article}\\usepackage{amsmath,amssymb}\\begin{document}"
    source = f"{head}{zero}\n{boxes}\nx\\end{{document}}"
    log = pdflatex(source, tmp_path, runs=1).replace("\n", "")
    digit = float(re.findall(r"D=([\d.]+)pt", log)[0])
    measured = [float(w) / digit for w in re.findall(r"W=([\d.]+)pt", log)]
    assert len(measured) == len(lines)
    for line, real in zip(lines, measured, strict=True):
        assert 0.93 * real <= width(line) <= 1.2 * real, line


def test_unknown_styles_and_commands_are_refused() -> None:
    with pytest.raises(FormulaError, match="style"):
        document([], style="book")
    with pytest.raises(FormulaError, match="equation 3"):
        document([Entry("3", "t", "exact", derived_latex=r"\input{x}")])
    with pytest.raises(FormulaError, match="equation 4"):
        document([Entry("4", "t", "exact", printed_latex="x_{")])


def test_failed_checks_are_said_in_print() -> None:
    from cascade_sym.steps import Check, Derivation, Step

    broken = Derivation(
        "d", (Step("solve", "s", after={"x": sp.Symbol("y")}, check=lambda: Check(False, "m", "left over")),)
    )
    assert "FAILED: left over" in document([Entry("1", "t", "unchecked", steps=steps_of(broken))])
