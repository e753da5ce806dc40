"""No folder, value or command makes a traceback, hangs, or is passed in silence: an answer, or one line and code 2."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cascade_sym.cli.main import main
from tests.manuscript.conftest import DERIVED, PRINTED

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
VALUES = (
    "[1]", "(1,)", "{1, 2}", "{'a': 1}", "lambda: 1", "lambda *a, **k: 1", "object()", "type", "...", "None", "True", "'x'", "b'x'",
    "model", "iter([])", "np.zeros(3)", "np.array(1.0)", "np.float64('nan')", "np.int64(3)", "float('inf')", "10**400", "1j", "0",
    "sp.Matrix([[1]])", "sp.nan", "sp.zoo", "sp.oo", "sp.I", "sp.true", "sp.Symbol('x') > 1", "sp.Symbol('kappa_1')",
    "sp.Symbol('x')", "sp.Function('f')(sp.Symbol('x'))", "sp.Integral(sp.Symbol('x'), sp.Symbol('x'))", "sp.Array([1, 2])",
    "sp.FiniteSet(1)", "operator('a')", "cs.Cavity", "cs.Cavity('c')", "system", "cs.Quantity('q', sp.Symbol('kappa_1'))",
    "sp.Symbol('kappa_1')**sp.Symbol('kappa_2')", "sp.Integer(2)**-5000", "1e-320", "Fraction(1, 3)", "Decimal(1)",
)  # fmt: skip
EQUATION = '\n@model.equation("9")\ndef nine():\n    return {}\n'
PLACES = {
    "value": EQUATION.format('{{"x": {}}}'),
    "result": EQUATION.format("{}"),
    "steps": EQUATION.format('Result({{"x": 1}}, {})'),
    "step": EQUATION.format('Result({{"x": 1}}, (Step("input", "a", {{}}, {{"x": {}}}),))'),
    "check": EQUATION.format('Result({{"x": 1}}, (Step("input", "a", check={}),))'),
    "evidence": EQUATION.format('Result({{"x": 1}}, evidence={{"e": {}}})'),
    "names": EQUATION.format('Result({{"x": 1}}, names={{"y": {}}})'),
    "leading": EQUATION.format('{{"x": Leading({}, lambda: 1, "n")}}'),
    "glossary": '\n@model.glossary\ndef more():\n    return {{"y": {}}}\n',
    "whole glossary": "\n@model.glossary\ndef more():\n    return {}\n",
    "function": '\n@model.function("f")\ndef f(*a):\n    return {}\n',
    "parameters": "\nmodel.parameters = {}\n",
    "base": '\nmodel.base = {{sp.Symbol("kappa_1"): {}}}\n',
    "abbreviations": '\nmodel.abbreviations = [(sp.Symbol("R"), {})]\n',
    "ranges": '\nmodel.ranges = {{"kappa_1": {}}}\n',
    "quantity": '\n@model.quantity("q", ["kappa_1"])\ndef q():\n    return {}\n',
    "formula": '\n@model.quantity("q", ["kappa_1"])\ndef q():\n    return cs.Quantity("q", {})\n',
    "default": '\n@model.quantity("q", ["kappa_1"], defaults={{"kappa_1": {}}})\ndef q():\n    return cs.Quantity("q", sp.Symbol("kappa_1"))\n',
    "number": '\n@model.number("q", ["kappa_1"], arrays=lambda: {0})\ndef q(at, digits):\n    return {0}\n',
    "arrays": '\n@model.number("q", ["kappa_1"], arrays=lambda: lambda **k: {0})\ndef q(at, digits):\n    return "1", 0.0\n',
    "figure": '\nmodel.figure(Figure("f", "t", "c", lambda: {}, lambda a, d: ()))\n',
    "drawing": '\nimport xarray\nmodel.figure(Figure("f", "t", "c", xarray.Dataset, {}, size=(1, 1)))\n',
}  # fmt: skip
HEAD = (
    "import numpy as np\nimport sympy as sp\nfrom decimal import Decimal\nfrom fractions import Fraction\n"
    "from cascade_sym.paper import Figure, Leading, Result\nfrom cascade_sym.steps import Step\n"
)
NINE = '\n[[equation]]\nid = "9"\ntitle = "nine"\nstatements = ["x = {}"]\n'
COMMANDS = (
    "verify P", "verify P --json", "list P", "list P --json", "derive P 9", "derive P 9 --latex", "latex P", "latex P --macros",
    "audit P --only 9", "eval P q", "eval P q --json", "scaling P q --large kappa_1", "figures P -o O", "report P -o O", "code P q",
    "sweep P q --grid kappa_1=1,2 -o O/q.nc", "sweep P q --optimise kappa_1 -o O/q.nc", "code P q -l c", "check M P",
)  # fmt: skip
TEXTS = ("", "=", "1/0", "oo", "-oo", "[1]", "kappa_1", "9^9^9", "1e400", "x" * 300, "\0", "é", "__import__('os')", "1:2:3", "$", "[/]", "{0}")
OPTIONS = ("--only", "--optimise", "--digits", "--jobs", "--equal", "--large", "--limit", "--terms", "--language", "--also", "--style", "-o")
FILES = {"helper.py": Path.mkdir, "pipe": os.mkfifo, "loop": lambda p: p.symlink_to(p), "data.csv": Path.touch, ".hidden": Path.mkdir}


def garbled(text: str, rng: random.Random) -> str:
    """The text with a few places changed."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(["", *"=[]{}()'\"\n0\\$^*", "[/x]", "é"]) + text[at + rng.randint(0, 3) :]
    return text


def ended(capsys, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    out, err = capsys.readouterr()
    assert end.value.code in (None, 0, 1, 2), arguments
    assert "Traceback" not in out + err and "not understood by this program" not in err, (arguments, err)
    assert end.value.code != 2 or err.strip(), arguments


@pytest.mark.parametrize("seed", range(1000 if THOROUGH else 16))
def test_whatever_is_given_ends_with_an_answer_or_a_message(seed, capsys, tmp_path, monkeypatch):
    rng = random.Random(seed)
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "P"
    place.mkdir()
    where = rng.choice(list(PLACES))
    printed, derived = PRINTED, HEAD + DERIVED
    if where != "printed":
        derived += PLACES[where].format(rng.choice(VALUES))
    nine = "def nine" in derived
    printed += NINE.format(rng.choice(["1", "y", "kappa_1", "f(1)", "2*kappa_1"])) if nine else ""
    if rng.random() < 0.15:
        printed = garbled(printed, rng)
    (place / "printed.toml").write_text(printed)
    (place / "derived.py").write_text(derived)
    (tmp_path / "M").write_text("\\begin{equation}r = 1\\label{a}\\end{equation}")
    for name, make in FILES.items():
        if rng.random() < 0.3:
            make(place / name)
    quantity = "\"q\"" in derived
    fits = [c for c in COMMANDS if (quantity or " q" not in c) and (nine or "9" not in c)]
    for command in rng.sample(fits, 2):
        arguments = command.split()
        if rng.random() < 0.3:
            text = rng.choice(TEXTS)
            arguments += rng.choice([["--set", f"kappa_1={text}"], [text], ["--grid", f"kappa_1={text}"], [rng.choice(OPTIONS), text]])
        ended(capsys, arguments)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes can't be forked here")
def test_an_end_from_within_is_no_success(tmp_path):
    (tmp_path / "printed.toml").write_text(PRINTED)
    (tmp_path / "derived.py").write_text(DERIVED + "\nimport os\nos._exit(0)\n")
    done = subprocess.run([sys.executable, "-m", "cascade_sym.cli", "verify", tmp_path], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("cascade-sym: ended from within")
