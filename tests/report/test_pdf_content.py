"""What the PDF holds: derivation steps (shared ones once), plots of certificates, figures with their captions."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from cascade_sym.ledger.records import Evidence, Record, StepRecord
from cascade_sym.report.page import figures_in, report_page
from cascade_sym.report.pdf_source import report_source
from cascade_sym.report.plots import certificates, curves, plot_pdf
from cascade_sym.report.write import _images, find_pdflatex, typeset
from tests.latex.tools import pdflatex
from tests.report.conftest import PIXEL
from tests.report.test_page import SCALING

LONG = "x = " + " + ".join(f"a_{{{i}}}b_{{{i}}}" for i in range(150))


@pytest.fixture
def many(records) -> list[Record]:
    """Entries that share steps, one with a certificate, one with a long step."""
    first, second = records
    steps = (*first.steps, StepRecord("expand $x$", LONG, "by hand & eye"))
    evidence = Evidence(more={"scaling": SCALING, "note": "a < b"})
    return [
        replace(first, steps=steps),
        replace(second, steps=steps),
        replace(second, id="3", steps=(*steps, StepRecord("take γ_S to 0", "y = x"))),
        replace(second, id="4", steps=(), evidence=evidence),
    ]


def test_every_step_is_there_and_shared_ones_once(many):
    source = report_source(many, {})
    assert source.count("the field inside at rest") == 1 and source.count("expand $x$") == 1
    assert r"All of them as in \hyperlink{eq-1}{(1)}" in source
    assert r"Steps 1 to 2 as in \hyperlink{eq-1}{(1)}" in source
    assert source.count(r"\setcounter{enumi}{2}") == 1 and r"take $\gamma_{S}$ to 0" in source
    assert r"\checkedby{put back}" in source and r"\checkedby{by hand \& eye}" in source.replace("$\\&$", "\\&")
    assert "Derivation: 2 steps, 2 with a check of their own" in source


def test_the_page_shows_shared_steps_once_too(many):
    page = report_page(many, {}, "f")
    assert page.count("the field inside at rest") == 1 and page.count('<ol start="3">') == 1
    assert 'All of them as in <a href="#eq-1">(1)</a>.' in page and 'Steps 1 to 2 as in <a href="#eq-1">(1)</a>.' in page


def test_nothing_is_lost_of_a_long_step_and_no_line_is_too_long(many, tmp_path):
    if find_pdflatex() is None:
        pytest.skip("pdflatex is not installed (Debian: texlive-latex-recommended)")
    source = report_source(many, {})
    assert all(f"a_{{{i}}}b_{{{i}}}" in source for i in range(150))
    assert not re.findall(r"Overfull \\[hv]box", pdflatex(source, tmp_path))


def test_certificates_are_drawn_the_same_every_time(many):
    (scaling,) = certificates(many[-1].evidence.more)
    drawn = curves(scaling)
    assert [len(c.points) for c in drawn] == [10, 10]
    one, two = plot_pdf(drawn), plot_pdf(drawn)
    assert one == two and one.startswith(b"%PDF-") and b"CreationDate" not in one
    images = _images(many, ())
    assert list(images) == ["certificate-4-1.pdf"]
    source = report_source(many, {}, (), images)
    assert source.count(r"\includegraphics") == 1 and "to the power -1/4" in source
    assert r"\includegraphics" not in report_source(many, {})
    if find_pdflatex():
        assert typeset(source, images)[0] is not None


def test_figures_stand_with_their_captions_and_as_vectors_where_there_are_any(tmp_path: Path, many):
    (tmp_path / "fig2.png").write_bytes(PIXEL)
    (tmp_path / "fig2.pdf").write_bytes(plot_pdf(curves(SCALING)))
    (tmp_path / "fig2.txt").write_text("Angles & losses at γ_S, 10%.")
    (tmp_path / "fig_3.png").write_bytes(PIXEL)
    figures = figures_in(tmp_path)
    assert [(f.title, f.paper.name, f.data[:14]) for f in figures] == [
        ("Fig. 2", "fig2.pdf", "data:image/png"), ("Fig. 3", "fig_3.png", "data:image/png")
    ]  # fmt: skip
    images = _images([], figures)
    source = report_source(many, {}, figures, images)
    assert r"\textbf{Fig. 2.} Angles $\&$ losses at $\gamma_{S}$, 10$\%$." in source
    assert source.index("fig2.pdf") < source.index("Fig. 2.") < source.index("fig_3.png")
    if find_pdflatex():
        content, said = typeset(source, images)
        assert content == typeset(source, images)[0] is not None, said


def test_a_step_that_is_no_mathematics_is_named_without_its_formula(many):
    bad = [replace(many[0], steps=(StepRecord("read $\\input{x}$", r"\input{/etc/passwd}"),))]
    source = report_source(bad, {})
    assert "\\input" not in source and "no plain mathematics" in source
