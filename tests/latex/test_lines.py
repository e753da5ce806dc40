"""Breaking and reading back rows of equations."""

from __future__ import annotations

import re

import pytest

from cascade_sym.latex.displayed import body
from cascade_sym.latex.lines import Row, aligned, all_broken, broken, row, rows_of, terms
from cascade_sym.latex.scan import width
from tests.latex.cases import PAPER, values


def plain(latex: str) -> str:
    """Without layout: what breaking lines may not change."""
    return re.sub(r"\\(left|right|biggl|biggr)(?![A-Za-z])|\\quad|&|\s|\\\\", "", latex)


LONG = r"\frac{1}{c}\left(" + " + ".join(rf"\frac{{a_{{{i}}}}}{{b_{{{i}}}}}" for i in range(40)) + r"\right) - d"


@pytest.mark.parametrize("rhs", [LONG, " - ".join(f"x_{{{i}}}(y + z)" for i in range(30)), "(" * 3 + LONG + ")" * 3])
def test_long_sums_are_broken_into_lines_that_fit_and_lose_nothing(rhs: str) -> None:
    lines = broken(Row("f", "=", rhs), 60)
    assert len(lines) > 2
    assert all(width(x) <= 60 for x in lines)
    assert plain("".join(lines)) == plain("f = " + rhs)
    for line in lines:
        assert line.count("{") == line.count("}")
        assert len(re.findall(r"\\left(?![A-Za-z])", line)) == len(re.findall(r"\\right(?![A-Za-z])", line))


def test_roots_and_fractions_that_fit_on_no_line_are_named() -> None:
    inner = " + ".join(rf"x_{{{i}}}y_{{{i}}}" for i in range(30))
    other = inner.replace("y", "z")
    rows = [Row("f", "=", rf"a\sqrt{{{inner}}} - \frac{{b\sqrt{{{inner}}} + c}}{{{other}}}"), Row("g", "=", "a + b")]
    lines = all_broken(rows, 60)
    assert all(width(x) <= 60 for x in lines)
    found = {r.lhs: r.rhs for r in rows_of(" \\\\ ".join(lines)) if r.relation}
    assert set(found) == {"f", "g", r"\mathcal{Q}_{1}", r"\mathcal{Q}_{2}"}
    f = found["f"]
    for name in (r"\mathcal{Q}_{2}", r"\mathcal{Q}_{1}"):
        f = f.replace(name, found[name])
    assert plain(f) == plain(rows[0].rhs)
    assert all_broken(rows, 1e9) == [f"{r.lhs} &= {r.rhs}" for r in rows]


def test_short_equations_stay_on_one_line() -> None:
    assert broken(Row("f", "=", "a + b"), 60) == ["f &= a + b"]
    assert broken(Row("", "", r"\text{where}", text=True)) == [r"&\text{where}"]


def test_signs_that_are_not_operations_do_not_split() -> None:
    assert terms(r"a^{-1} + e^{-x + y}\cdot -b") == ["a^{-1}", r"+ e^{-x + y}\cdot -b"]
    assert terms("-a + (b - c)") == ["-a", "+ (b - c)"]
    assert terms(r"\left(a - b\right)[c + d] - \langle x + y\rangle") == [
        r"\left(a - b\right)[c + d]",
        r"- \langle x + y\rangle",
    ]


def test_relations_inside_brackets_are_not_the_equation() -> None:
    assert row(r"f(x=1) \approx y") == Row("f(x=1)", r"\approx", "y")
    assert row("f := y") == Row("f", ":=", "y")
    assert row("a + b") == Row("", "", "a + b")


@pytest.mark.parametrize("name", ["quantity", "system", "covariance", "complex covariance", "definitions"])
def test_rows_of_a_block_are_read_back(name: str) -> None:
    latex = body(values()[name], PAPER)
    rows = rows_of(latex)
    again = aligned(rows)
    assert plain(again) == plain(latex)
    assert rows_of(again) == rows


def test_statements_on_one_line_become_rows() -> None:
    assert [r.lhs for r in rows_of(r"a = b,\quad c = d \\ e \approx f")] == ["a", "c", "e"]
    assert rows_of(r"a = b \\ + c") == [Row("a", "=", "b + c")]


def test_a_wide_left_side_stands_above_its_right_side() -> None:
    wide = " + ".join(f"x_{{{i}}}" for i in range(12))
    rows = [Row("f", "=", "a + b"), Row(wide, "\\approx", " - ".join(f"y_{{{i}}}" for i in range(12)))]
    lines = all_broken(rows, 30)
    assert lines[0] == "f &= a + b" and lines[1].startswith("&x_{0}")
    assert all(width(x) <= 30 for x in lines) and sum("\\approx" in x for x in lines) == 1
    assert rows_of(" \\\\ ".join(lines)) == rows
    assert broken(rows[1], 1e9) == [f"{wide} &\\approx {rows[1].rhs}"]


def test_imaginary_units_of_several_brackets_are_multiplied() -> None:
    import sympy as sp

    a, b = sp.symbols("a b")
    assert body(-sp.I * (sp.I * a + sp.I * b) / 2, PAPER) == r"\frac{a + b}{2}"
