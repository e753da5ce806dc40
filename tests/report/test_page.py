"""The page: well-formed, complete, self-contained, the same every time."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from cascade_sym.report.mathml import is_readable, mathml, words
from cascade_sym.report.page import Figure, figure_html, report_page
from cascade_sym.report.particulars import evidence_html
from cascade_sym.report.plots import certificate_plot

VOID = {"meta", "img", "input", "br", "hr"}
FETCHING = {"src", "href", "data", "poster", "action", "srcset", "background", "xlink:href"}


class Tree(HTMLParser):
    """Balanced elements, their ids, and everything that refers to something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[tuple[str, str, str]] = []
        self.headings: list[int] = []
        self.count: dict[str, int] = {}
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        for key, value in attrs:
            if key == "id":
                self.ids.append(value)
            if key in FETCHING:
                self.references.append((tag, key, value))
            if key in ("aria-labelledby", "aria-describedby"):
                self.references += [(tag, key, f"#{v}") for v in value.split()]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Tree:
    tree = Tree()
    tree.feed(page)
    tree.close()
    assert not tree.open
    return tree


def test_elements_balance_and_ids_are_unique(page):
    tree = read(page)
    assert len(tree.ids) == len(set(tree.ids))
    assert all(a - b <= 1 for b, a in zip(tree.headings, tree.headings[1:], strict=False)) and tree.headings[0] == 1
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert tree.count[landmark] >= 1
    assert page.startswith("<!DOCTYPE html>\n<html lang=") and 'name="viewport"' in page


def test_a_strict_html5_parser_finds_nothing_to_complain_of(page):
    html5lib = pytest.importorskip("html5lib")
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(page)
    assert [e for _, e, _ in parser.errors] == []


def test_mathematics_and_plots_are_html_too():
    html5lib = pytest.importorskip("html5lib")
    parser = html5lib.HTMLParser(strict=False)
    parser.parseFragment(evidence_html({"scaling": SCALING, "x_latex": r"\sqrt{x}"}, "1", str))
    assert [e for _, e, _ in parser.errors] == []


def test_nothing_is_fetched_and_nothing_is_run(page):
    tree = read(page)
    ids = {f"#{i}" for i in tree.ids}
    for _, _, target in tree.references:
        assert target in ids or target.startswith("data:image/"), target
    assert not {"link", "iframe", "object", "embed", "base"} & set(tree.count)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)  # it copies LaTeX; no other one may run
    only = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert tree.count["script"] == 1 and f"script-src &#x27;sha256-{only}&#x27;;" in page
    assert not re.search(r"fetch|XMLHttp|import|eval|https?:|src\s*=", script)
    style = re.search(r"<style>(.*)</style>", page, re.S)[1]
    assert all(u.startswith("data:font/woff2;base64,") for u in re.findall(r"url\(([^)]*)\)", style))
    assert "@import" not in style and not re.search(r"\son\w+=", page)
    assert "default-src &#x27;none&#x27;" in page


def test_every_equation_is_there_with_its_forms_as_mathml(page, records):
    for r in records:
        for key in ("printed_latex", "derived_latex", "correction_latex", "difference_latex"):
            assert (form := getattr(r, key)) is None or is_readable(form)
    articles = re.findall(r'<article id="eq-([^"]*)".*?</article>', page, re.S)
    assert articles == ["1", "2-b"]
    for body in re.findall(r"<article.*?</article>", page, re.S):
        assert body.count('class="formula"') >= 2 and "Printed" in body and "Derived" in body
        for formula in re.findall(r'<div class="formula".*?</div>', body, re.S):
            math = re.search(r"<math.*</math>", formula, re.S)[0]
            ET.fromstring(math.replace("&nbsp;", " "))
    assert 'class="tex"' not in page


def test_the_correction_is_marked_and_said(page, records):
    body = re.search(r'<article id="eq-1".*?</article>', page, re.S)[0]
    assert 'class="changed"' in body and "Correction" in body and "Repair: " in body
    assert records[0].correction and 'class="changed"' not in page.split('<article id="eq-2-b"')[1]


def test_verdicts_are_counted_and_steps_unfold(page, records):
    assert [r.verdict for r in records] == ["misprint", "exact"]
    for verdict in ("misprint", "exact"):
        assert re.search(rf'id="show-{verdict}" checked><b>1</b>', page)
    assert "Derivation: 1 step, 1 with a check of its own" in page and "put back" in page


def test_text_is_escaped_and_figures_are_in_place(page):
    assert "A cavity &amp; its" in page and "<mirrors>" not in page
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="[^"]*One pixel &lt; two\."', page)


def test_the_page_leads_to_its_figures_and_gives_wide_ones_a_row(page, records):
    assert '<a href="#figures">' in page and '<a href="#figures">' not in report_page(records, {"title": "x"}, "f")
    for size, wide in (((300, 100), True), ((100, 100), False)):
        header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", *size)
        data = "data:image/png;base64," + base64.b64encode(header).decode()
        assert ('class="wide"' in figure_html(Figure("fig1", "x", data))) is wide
    assert not Figure("fig1", "x", "data:image/png;base64,AAAA").wide and not Figure("fig1", "x", None).wide


def test_it_is_small_and_the_same_every_time(page, records, built):
    assert len(page.encode()) < 5_000_000
    assert report_page(records, {"title": "x"}, "f") == report_page(records, {"title": "x"}, "f")


def test_what_can_not_be_converted_is_shown_as_it_is_written():
    assert mathml(r"\frac{a<b", display=False) == r'<code class="tex">\frac{a&lt;b</code>'
    assert mathml(r"\input{/etc/passwd}") == r'<code class="tex">\input{/etc/passwd}</code>'
    assert "<script>" not in mathml(r"\text{<script>alert(1)</script>}") + words("<script> $\\text{<b>}$")
    endless = r"\text{" * 3000 + "}" * 3000
    assert mathml(endless)


SCALING = {
    "exponent": "-1/4",
    "prefactor_latex": r"\sqrt[4]{\frac{8}{3}}",
    "prefactor_value": "1.25",
    "certificate": {
        "points": [
            {"large": f"1e{k}", "objective": str(1.25 * 10 ** (-k / 4) * (1 + 10 ** (-k / 4))), "slope": "-0.25"}
            for k in range(4, 24, 2)
        ],
        "prefactor_limit": "1.25",
    },
}


def test_a_scaling_shows_its_certificate():
    shown = evidence_html({"scaling": SCALING, "note": "a < b"}, "S21", str)
    assert shown.count("<svg") == 2 and shown.count("<circle") == 20 and "to the power -1/4" in shown
    assert "<math>" in shown and "&lt;" in shown
    for svg in re.findall(r"<svg.*?</svg>", shown, re.S):
        tree = ET.fromstring(svg)
        box = [float(x) for x in tree.get("viewBox").split()]
        for c in tree.iter("circle"):
            assert 0 <= float(c.get("cx")) <= box[2] and 0 <= float(c.get("cy")) <= box[3]


def test_points_lie_on_the_law_that_they_obey():
    exact = {**SCALING, "certificate": {"points": [[f"1e{k}", str(1.25 * 10 ** (-k / 4))] for k in (4, 8, 12)]}}
    svg = certificate_plot(exact, "p")
    line = [tuple(map(float, p.split(","))) for p in re.search(r'polyline points="([^"]*)"', svg)[1].split()]
    dots = [(float(x), float(y)) for x, y in re.findall(r'circle cx="([^"]*)" cy="([^"]*)"', svg)]
    assert sum(dots, ()) == pytest.approx(sum(line, ()))
    slope = (line[2][1] - line[0][1]) / (line[2][0] - line[0][0])
    assert slope > 0  # down on paper: the optimum falls


@pytest.mark.parametrize("points", [[], ["x"], [{"large": "1e3"}], [["0", "1"], ["-1", "2"], ["nan", "1"]], [[1, 1]]])
def test_a_certificate_that_can_not_be_drawn_is_left_out(points):
    assert certificate_plot({"certificate": {"points": points}}, "p") == ""


def test_evidence_of_any_shape_is_shown():
    odd = {"a": None, "b": [1, "x", {"c": [True]}], "d_latex": "x^2", "rows": [{"p": 1}, {"q": 2}], "empty": []}
    shown = evidence_html(odd, "1", str)
    read(f"<div>{shown}</div>")
    assert "yes" in shown and "<msup>" in shown


def test_mathematics_in_text_is_converted():
    shown = mathml(r"\text{weight of $\hat X_{\mathrm{S}}$, at 5\%} = 1")
    assert "<mover" in shown and "weight" in shown and "5%" in shown and 'class="tex"' not in shown
    assert mathml(r"\text{" * 2000 + "$" * 4000 + "}" * 2000)
