"""Files of a report: cached by content, made anew where something changed, complete without TeX."""

from __future__ import annotations

import os
from dataclasses import replace

from cascade_sym.report import build_report
from cascade_sym.report import write as pdf
from cascade_sym.report.pdf_source import report_source
from cascade_sym.report.write import typeset
from tests.report.conftest import make_folder
from tests.tools import need_tex

HEAD = "\\documentclass{article}\\begin{document}x"


def test_a_second_run_writes_nothing_and_a_change_does(tmp_path):
    folder, out = make_folder(tmp_path / "cavity"), tmp_path / "out"
    _, files = build_report(folder, out)
    page = out / "report.html"
    assert page in files and (out / "ledger.json") in files
    before = page.stat().st_mtime_ns
    assert build_report(folder, out)[1] == files and page.stat().st_mtime_ns == before
    (out / "figures").mkdir()
    (out / "figures" / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    build_report(folder, out)
    assert "data:image/svg+xml;base64," in page.read_text()
    page.write_text("edited")
    build_report(folder, out)
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_without_tex_the_page_is_complete_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    folder, out = make_folder(tmp_path / "cavity"), tmp_path / "out"
    _, files = build_report(folder, out)
    assert not (out / "report.pdf").exists() and len(files) == 3
    text = (out / "report.html").read_text()
    assert "pdflatex is not installed; install TeX Live for report.pdf." in text and text.count("<article") == 2


def test_the_pdf_is_typeset(built, records):
    need_tex()
    content = (built / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-") and len(content) > 20_000
    assert "report.pdf holds the same" in (built / "report.html").read_text()
    source = report_source(records, {"title": "A & B"}, [])
    assert typeset(source)[0] == typeset(source)[0]


def test_forms_stand_side_by_side_unless_they_are_long(records):
    source = report_source(records, {})
    assert source.count("\\begin{minipage}") == 4 and "\\color{red}" in source
    long = [replace(records[1], derived_latex="x = " + " + ".join(f"a_{{{i}}}b_{{{i}}}" for i in range(200)))]
    assert "\\begin{minipage}" not in report_source(long, {})


def test_tex_reads_and_writes_nothing_outside_and_runs_nothing(tmp_path):
    need_tex()
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    for body in (f"\\input{{{secret}}}", f"\\openin5={secret} \\ifeof5\\undefined\\fi", "\\input{/etc/hostname}"):
        assert typeset(f"{HEAD}{body}\\end{{document}}")[0] is None
    target = tmp_path / "written"
    typeset(f"{HEAD}\\immediate\\write18{{touch {target}}}\\end{{document}}")
    typeset(f"{HEAD}\\immediate\\openout5={target}\\immediate\\write5{{x}}\\end{{document}}")
    assert os.listdir(tmp_path) == ["secret.txt"]


def test_tex_that_does_not_end_is_ended(monkeypatch):
    need_tex()
    monkeypatch.setattr(pdf, "SECONDS", 2)
    found, said = typeset(f"{HEAD}\\def\\x{{\\x}}\\x\\end{{document}}")
    assert found is None and ("within 2 seconds" in said or "failed" in said)


def test_formulas_that_are_no_mathematics_are_left_out(records):
    bad = [replace(records[0], printed_latex=r"\input{/etc/passwd}", title="$\\write18{x}$")]
    source = report_source(bad, {})
    assert "\\input" not in source and "no plain mathematics" in source and "\\write" not in source
