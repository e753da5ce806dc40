"""Broken and hostile folders end with one clear line in bounded time, whatever is wrong with them."""

from __future__ import annotations

import os
import re
import time

import pytest

from cascade_sym import deadline
from cascade_sym.cli.main import main
from cascade_sym.deadline import TimeReached, at_most
from cascade_sym.declared.figures import build_figures
from cascade_sym.errors import CascadeError
from cascade_sym.ledger import entries as ledger
from cascade_sym.paper import load_folder, run_ledger
from tests.manuscript.conftest import DERIVED, PRINTED, cavity, check  # noqa: F401

FIFTH = '\n[[equation]]\nid = "5"\ntitle = "x"\nstatements = ["{}"]\n'
FIVE = '\n\n@model.equation("5")\ndef five():\n    {}\n'


def make(place, printed: str | bytes = PRINTED, derived: str | bytes = DERIVED):
    place.mkdir(exist_ok=True)
    for name, text in (("printed.toml", printed), ("derived.py", derived)):
        (place / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return place


@pytest.mark.parametrize(
    ("printed", "derived", "said"),
    [
        (PRINTED, DERIVED + "\nimport sys\nsys.exit(0)\n", "SystemExit"),
        (PRINTED, DERIVED + "\n1/0\n", "ZeroDivisionError"),
        (PRINTED, b"\0\xff", "SyntaxError"),
        (b"\xff\0", DERIVED, "not valid TOML"),
        ("#" * 3_000_000, DERIVED, "larger than"),
        (PRINTED.replace('title = "reflection"', 'title = "reflection"\nexpected = "wonderful"'), DERIVED, "'wonderful'"),
        (PRINTED + FIFTH.format("x = " + "(" * 4000 + "1" + ")" * 4000), DERIVED + FIVE.format('return {"x": 1}'), "nested"),
        (PRINTED + FIFTH.format("x = 1"), DERIVED + FIVE.format("return 1/0"), "derivation of 5 failed (derived.py, line"),
        (PRINTED + FIFTH.format("x = 1"), DERIVED + FIVE.format("raise SystemExit(0)"), "derivation of 5 failed"),
        (PRINTED + FIFTH.format("x = 1"), DERIVED + FIVE.format('return {"x": "__import__(1)"}'), "gives a str"),
        (PRINTED + FIFTH.format("x = 1"), DERIVED + FIVE.format('return {"x": None}'), "gives a NoneType"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["verify", "report"])
def test_one_line_and_exit_code_2(tmp_path, capsys, command, printed, derived, said):
    folder = make(tmp_path / "paper", printed, derived)
    more = ["-o", str(tmp_path / "out")] if command == "report" else []
    with pytest.raises(SystemExit) as ended:
        main([command, str(folder), *more])
    err = capsys.readouterr().err
    assert ended.value.code == 2 and said in err and "Traceback" not in err


@pytest.mark.parametrize("name", ["nowhere", "x" * 300, "\0", "loop", "file"])
def test_what_is_no_folder(tmp_path, name):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").write_text("")
    with pytest.raises(CascadeError, match="not a folder"):
        load_folder(f"{tmp_path}/{name}")


def test_what_is_no_file_is_not_read(tmp_path):
    folder = make(tmp_path / "paper")
    toml = folder / "printed.toml"
    toml.unlink()
    os.mkfifo(toml)  # would block
    with pytest.raises(CascadeError, match="no ordinary file"):
        load_folder(folder)
    toml.unlink()
    toml.symlink_to(toml)
    with pytest.raises(CascadeError, match="can't read"):
        load_folder(folder)


@pytest.mark.parametrize("formula", ["9^9^9^9", "(kappa_1 + kappa_2)^9999", "(kappa_1 + kappa_2 + 1)^2000"])
def test_powers_that_would_explode_end(tmp_path, formula):
    folder = load_folder(make(tmp_path / "paper", PRINTED + FIFTH.format(f"x = {formula}"), DERIVED + FIVE.format('return {"x": cs.symbol("kappa_1")}')))
    (entry,) = run_ledger(folder, only=["5"])
    assert entry.verdict in ("unchecked", "differs")


@pytest.mark.parametrize("formula", ["1/((kappa_1 + kappa_2)^2 - kappa_1^2 - 2*kappa_1*kappa_2 - kappa_2^2)", "1/(kappa_1 - kappa_1)"])
def test_what_divides_by_zero_is_unchecked(tmp_path, formula):
    folder = load_folder(make(tmp_path / "paper", PRINTED + FIFTH.format(f"x = {formula}"), DERIVED + FIVE.format('return {"x": cs.symbol("kappa_1")}')))
    (entry,) = run_ledger(folder, only=["5"])
    assert entry.verdict == "unchecked" and "division by" in entry.statements[0].method


def test_a_verdict_that_takes_too_long_is_unchecked(tmp_path, monkeypatch):
    def endless(*given, **options):
        while True:
            try:
                time.sleep(10)
            except Exception:  # what swallows errors does not swallow the end
                continue

    folder = load_folder(make(tmp_path / "paper"))
    monkeypatch.setattr(ledger, "SECONDS", 0.2)
    monkeypatch.setattr(ledger, "judge", endless)
    (entry,) = run_ledger(folder, only=["2"])
    assert entry.verdict == "unchecked" and "given up after 0.2 seconds" in entry.statements[0].method


def test_a_bound_on_time_ends_only_what_is_inside():
    with pytest.raises(TimeReached), at_most(0.05):
        while True:
            pass
    with at_most(0.05):
        pass
    time.sleep(0.1)


def test_of_nested_bounds_the_nearer_one_counts():
    start = time.monotonic()
    with pytest.raises(TimeReached), at_most(0.1), at_most(60):
        time.sleep(60)
    with pytest.raises(TimeReached), at_most(0.3):
        with pytest.raises(TimeReached), at_most(0.05):
            time.sleep(60)
        time.sleep(60)
    assert 0.35 < time.monotonic() - start < 30
    time.sleep(0.1)


LATE = "while True:\n        pass"
GLOSSARY = "\n\n@model.glossary\ndef more():\n    {}\n"
STEP = 'from cascade_sym.steps import Step\n    from cascade_sym.paper import Result\n    return Result({"x": 1}, (Step("a", "b", check=lambda: CHECK),))'
FIGURE = "\n\nfrom cascade_sym.paper import Figure\n\n\ndef compute():\n    {}\n\n\nmodel.figure(Figure('f', 't', 'c', compute, None))\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("\nwhile True:\n    pass\n", "derived.py was given up after 0.3 seconds"),
        (FIVE.format(LATE), "the derivation of 5 was given up"),
        (GLOSSARY.format(LATE) + FIVE.format('return {"x": 1}'), "the glossary was given up"),
        (GLOSSARY.format("return 1/0") + FIVE.format('return {"x": 1}'), "the glossary failed (derived.py, line"),
        (FIVE.format(STEP.replace("CHECK", "all(iter(int, 1)) or next(x for x in iter(int, 1) if x)")), "a check of the derivation of 5 was given up"),
        (FIVE.format(STEP.replace("CHECK", "1/0")), "a check of the derivation of 5 failed"),
    ],
)  # fmt: skip
def test_what_the_folder_runs_is_bounded(tmp_path, monkeypatch, more, said):
    monkeypatch.setattr(deadline, "SECONDS", 0.3)
    printed = PRINTED + FIFTH.format("x = 1") if "model.equation" in more else PRINTED
    with pytest.raises(CascadeError, match=re.escape(said)):
        run_ledger(load_folder(make(tmp_path / "paper", printed, DERIVED + more)), only=["5"])


@pytest.mark.parametrize(("line", "said"), [(LATE, "the computation of f was given up"), ("1/0", "computation of f failed")])
def test_figures_are_bounded(tmp_path, monkeypatch, line, said):
    folder = load_folder(make(tmp_path / "paper", PRINTED, DERIVED + FIGURE.format(line)))
    monkeypatch.setattr(deadline, "SECONDS", 0.3)
    with pytest.raises(CascadeError, match=said):
        build_figures(folder, tmp_path)


@pytest.mark.parametrize("name", ["loop.tex", "directory.tex", "fifo.tex", "missing.tex", "\0.tex", "x" * 300 + ".tex"])
def test_manuscripts_that_are_no_files(cavity, tmp_path, name):  # noqa: F811
    from cascade_sym.manuscript import check_manuscript

    (tmp_path / "loop.tex").symlink_to(tmp_path / "other.tex")
    (tmp_path / "other.tex").symlink_to(tmp_path / "loop.tex")
    (tmp_path / "directory.tex").mkdir()
    os.mkfifo(tmp_path / "fifo.tex")
    with pytest.raises(CascadeError, match=r"tex"):
        check_manuscript(f"{tmp_path}/{name}", cavity)


def test_a_long_formula_is_not_called_endless(check):  # noqa: F811
    (c,) = check("\\begin{equation}r = " + "+1" * 20_000 + "\\label{a}\\end{equation}").checked
    assert c.verdict == "unchecked" and "characters" in c.reason
