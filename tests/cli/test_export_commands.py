"""latex --macros and --style, code, check, report: what they print, their exit codes, hostile input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from tests.cli.test_cli import HUANG, run
from tests.latex.tools import pdflatex
from tests.report.conftest import make_folder
from tests.tools import need_tex

R = r"r = 1 - \frac{2\kappa_1}{\kappa_1 + \kappa_2}"


def equation(formula: str) -> str:
    return f"\\begin{{equation}}\n{formula}\\label{{eq:r}}\n\\end{{equation}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    place = make_folder(tmp_path_factory.mktemp("cli") / "cavity")
    text = (place / "printed.toml").read_text().replace("3*kappa_1", "2*kappa_1").replace('expected = "misprint"\n', "")
    (place / "printed.toml").write_text(text.replace(r"r = '\hat r'", "r = 'r'"))
    derived = (place / "derived.py").read_text()
    (place / "derived.py").write_text(
        derived + '\n@model.quantity("r", ["kappa_1", "kappa_2"])\ndef r():\n    return cs.Quantity("r", gain("c.out_1", "c.in_1"))\n'
    )
    return str(place)


def test_macros_of_the_paper_compile_and_are_all_different(capsys, tmp_path):
    code, out, _ = run(capsys, "latex", HUANG, "--macros")
    names = re.findall(r"\\newcommand\{(\\[A-Za-z]+)\}", out)
    assert code == 0 and len(names) > 100 and len(set(names)) == len(names)
    need_tex()
    use = "".join(f"${n}$ " for n in names)
    source = f"\\documentclass{{article}}\\usepackage{{amsmath}}\n{out}\\begin{{document}}{use}\\end{{document}}"
    pdflatex(source, tmp_path, runs=1)


def test_styles(capsys, folder):
    for style, name in (("article", "{article}"), ("revtex", "{revtex4-2}")):
        code, out, _ = run(capsys, "latex", folder, "--style", style)
        assert code == 0 and name in out.splitlines()[0] and "\\end{document}" in out
    code, _, err = run(capsys, "latex", folder, "--style", "book")
    assert code == 2 and "article, revtex" in err


@pytest.mark.parametrize(("language", "word"), [("python", "def r("), ("c", "double r("), ("julia", "function r("), ("mathematica", "r[")])
def test_code(capsys, folder, language, word):
    code, out, _ = run(capsys, "code", folder, "r", "--language", language)
    assert code == 0 and word in out


def test_code_that_runs(capsys, folder, tmp_path):
    path = tmp_path / "r.py"
    code, _, _ = run(capsys, "code", folder, "r", "-o", str(path))
    line = f"exec(open({str(path)!r}).read()); print(r(1.0, 3.0))"
    assert code == 0 and float(subprocess.check_output([sys.executable, "-c", line])) == pytest.approx(0.5)
    assert run(capsys, "code", folder, "r", "--language", "cobol")[0] == 2
    assert run(capsys, "code", folder, "nothing")[0] == 2


def test_check_says_file_line_and_verdict(capsys, folder, tmp_path):
    good, bad = tmp_path / "good.tex", tmp_path / "bad.tex"
    good.write_text(equation(R))
    bad.write_text(equation(R) + equation(R.replace("1 -", "1 +")) + equation(r"r = \foo"))
    code, out, _ = run(capsys, "check", str(good), folder)
    assert code == 0 and f"{good}:2: [eq:r] r  exact, as (1)" in out and "1 exact" in out
    code, out, _ = run(capsys, "check", str(bad), folder)
    assert code == 1 and f"{bad}:5: [eq:r] r  misprint, as (1)" in out and "repair: the sign of" in out
    assert "unchecked" in out and "derived: r =" in out
    code, out, _ = run(capsys, "check", str(bad), folder, "--json")
    data = json.loads(out)
    assert code == 1 and [e["verdict"] for e in data["equations"]] == ["exact", "misprint", "unchecked"]
    assert data["equations"][1]["line"] == 5 and data["equations"][1]["correction_latex"] and data["notes"] == []


def test_check_round_trips_the_export(capsys, folder, tmp_path):
    path = tmp_path / "export.tex"
    assert run(capsys, "latex", folder, "-o", str(path))[0] == 0
    code, out, _ = run(capsys, "check", str(path), folder, "--json")
    assert code == 0 and [e["verdict"] for e in json.loads(out)["equations"]] == ["exact", "exact"]


def test_report_is_written(capsys, folder, tmp_path):
    code, _, err = run(capsys, "report", folder, "-o", str(tmp_path / "out"))
    assert code == 0 and "report.html" in err and (tmp_path / "out" / "report.html").is_file()


BAD_FILES = {
    "binary": b"\x00\xff" * 1000,
    "not UTF-8": b"\xff\xfe\xfa",
    "huge": b"%" * 5_000_000,
    "no equation": b"hello",
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_check_of_a_hostile_file_ends_with_a_message(capsys, folder, tmp_path, content):
    path = tmp_path / "m.tex"
    path.write_bytes(content)
    code, out, err = run(capsys, "check", str(path), folder)
    assert code == 2 and out == "" and err.startswith("cascade-sym: ") and "Traceback" not in err


BAD_FOLDERS = {
    "binary": b"\x00\xff" * 1000,
    "huge": b"#" * 3_000_000,
    "no TOML": b"= = =",
    "deep TOML": b"a = " + b"[" * 100_000,
    "deep formula": b'[paper]\ntitle="t"\n[[equation]]\nid="1"\ntitle="t"\nstatements=["r = ' + b"(" * 20000 + b'1"]\n',
    "long formula": b'[paper]\ntitle="t"\n[[equation]]\nid="1"\ntitle="t"\nstatements=["r = ' + b"1+" * 400000 + b'1"]\n',
    "wrong types": b'[paper]\ntitle="t"\n[notation]\nx = 3\n[[equation]]\nid="1"\ntitle=[]\nstatements=[1]\n',
    "swaps": b'[paper]\ntitle="t"\nswaps=[["S"]]\n[[equation]]\nid="1"\ntitle="t"\nstatements=["r = 1"]\n',
    "notation": b"notation=1\n[paper]\ntitle=\"t\"\n[[equation]]\nid=\"1\"\ntitle=\"t\"\nstatements=[\"r = 1\"]\n",
}  # fmt: skip


@pytest.mark.parametrize("command", ["verify", "report", "check"])
@pytest.mark.parametrize("content", BAD_FOLDERS.values(), ids=BAD_FOLDERS.keys())
def test_hostile_folders_end_with_a_message(capsys, folder, tmp_path, command, content):
    place = tmp_path / "paper"
    place.mkdir()
    (place / "printed.toml").write_bytes(content)
    (place / "derived.py").write_text("from cascade_sym.paper import Model\nmodel = Model()\n")
    manuscript = tmp_path / "m.tex"
    manuscript.write_text(equation(R))
    first = [str(manuscript)] if command == "check" else []
    code, out, err = run(capsys, command, *first, str(place))
    assert code == 2 and out == "" and err.startswith("cascade-sym: ") and "Traceback" not in err
    assert len(err) < 3000


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (r"""r = '\input{/etc/passwd}'""", "not mathematics"),
        (r"""r = '\r{r}'""", ""),
        (r"""r = '{'""", "braces"),
        (r"""r = '\def\r{\r}\r'""", "not mathematics"),
        (r"""r = '\immediate\write18{id}'""", "not mathematics"),
    ],
)
def test_hostile_notation_is_refused_or_shown_as_it_is(capsys, folder, tmp_path, table, words):
    import shutil

    place = tmp_path / "paper"
    shutil.copytree(folder, place)
    file = place / "printed.toml"
    file.write_text(file.read_text().replace("r = 'r'", table))
    code, _, err = run(capsys, "report", str(place), "-o", str(tmp_path / "out"))
    assert "Traceback" not in err
    if words:
        assert code == 2 and words in err
    else:
        assert code == 0 and "/etc" not in (tmp_path / "out" / "report.html").read_text()


def test_a_hostile_manuscript_is_bounded_in_time_and_memory(folder, tmp_path):
    path = tmp_path / "m.tex"
    bodies = [r"\x" + "{1}", "(" * 4000 + ")" * 4000, "(1+\\kappa_1+\\kappa_2)^{9999}", "9^{9^{9^9}}", "\\sqrt{" * 900]
    head = r"\newcommand{\x}[1]{\x{#1#1}\x{#1}} \input{/etc/passwd} \write18{touch " + str(tmp_path / "pwned") + "}\n"
    path.write_text(head + "".join(equation(f"r = {b}") for b in bodies))
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

    done = subprocess.run(
        [sys.executable, "-m", "cascade_sym.cli", "check", str(path), folder],
        capture_output=True, text=True, timeout=120, preexec_fn=limit, env={**os.environ, "COLUMNS": "120"},
    )  # fmt: skip
    assert done.returncode == 1 and done.stdout.count("unchecked") >= 5 and "Traceback" not in done.stderr
    assert "outside the manuscript's folder" in done.stderr and not (tmp_path / "pwned").exists()
