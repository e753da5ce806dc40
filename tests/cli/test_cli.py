"""The command line as programs call it: JSON on stdout, exit codes, errors without traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sympy as sp

from cascade_sym.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
HUANG = str(ROOT / "derivations" / "huang2018")
POINT = ["C_S=100", "C_M=120", "theta_S=pi/4", "theta_M=1", "gamma_S0=2*pi*5000", "gamma_M0=1/10", "n_S=1", "n_M=1e5", "epsilon=1/10"]
SET = [x for p in POINT for x in ("--set", p)]


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    captured = capsys.readouterr()
    return end.value.code or 0, captured.out, captured.err


def test_verify_json(capsys):
    code, out, _ = run(capsys, "verify", HUANG, "--only", "7", "--only", "S6", "--json")
    data = json.loads(out)
    assert code == 0
    assert [(d["id"], d["verdict"]) for d in data] == [("7", "exact"), ("S6", "asymptotic")]
    assert isinstance(data[0]["evidence"], dict) and data[0]["seconds"] >= 0


def test_verify_table(capsys):
    code, out, _ = run(capsys, "verify", HUANG, "--only", "8")
    assert code == 0 and "exact" in out and "1 exact" in out


def test_verify_says_when_a_verdict_is_not_expected(capsys, tmp_path):
    import shutil

    place = tmp_path / "paper"
    shutil.copytree(HUANG, place, ignore=shutil.ignore_patterns("__pycache__"))
    file = place / "printed.toml"
    file.write_text(file.read_text().replace("gamma_S0*(n_S + 1/2)", "gamma_S0*(n_S + 1)"))
    code, out, _ = run(capsys, "verify", str(place), "--only", "7", "--json")
    (entry,) = json.loads(out)
    assert code == 1 and entry["verdict"] == "misprint" and entry["correction_latex"]


def test_eval(capsys):
    code, out, _ = run(capsys, "eval", HUANG, "xi_g", *SET)
    assert code == 0 and float(out) > 0
    code, out, _ = run(capsys, "eval", HUANG, "xi_g", *SET, "--json")
    plain = json.loads(out)
    code, out, _ = run(capsys, "eval", HUANG, "xi_g", *SET, "--json", "--digits", "40")
    exact = json.loads(out)
    assert plain["name"] == "xi_g" and isinstance(plain["value"], str) and isinstance(plain["error"], float)
    assert isinstance(exact["value"], str) and abs(sp.Float(exact["value"], 50) - sp.Float(plain["value"], 50)) <= plain["error"]
    assert len(exact["value"].replace(".", "").lstrip("0")) == 40


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "/nowhere"],
        ["verify", HUANG, "--only", "S999"],
        ["eval", HUANG, "xi_g", "--set", "C_S=100"],
        ["eval", HUANG, "xi_h", *SET],
        ["eval", HUANG, "xi_g", *SET, "--set", "C_S=1"],
        ["eval", HUANG, "xi_g", *SET[:-1], "epsilon=2"],
        ["eval", HUANG, "xi_g", *SET[:-1], "epsilon=__import__('os')"],
        ["eval", HUANG, "xi_g", *SET[:-1], "epsilon=9^9^9^9"],
        ["eval", HUANG, "xi_g", *SET, "--set", "theta"],
        ["derive", HUANG, "99"],
        ["latex", HUANG, "7", "-o", "/proc/nowhere/x.tex"],
        ["nonsense"],
        ["verify"],
    ],
)
def test_wrong_usage_ends_with_2_and_no_traceback(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert err.strip() and "Traceback" not in err + out


def test_derive(capsys):
    code, out, _ = run(capsys, "derive", HUANG, "7")
    assert code == 0 and "checked" in out and "FAILED" not in out
    code, out, _ = run(capsys, "derive", HUANG, "S5", "--latex")
    assert code == 0 and "\\hat" in out


def test_list(capsys):
    code, out, _ = run(capsys, "list", HUANG, "--json")
    data = json.loads(out)
    assert code == 0
    assert {"1", "8", "S1", "S14"} <= {e["id"] for e in data["equations"]}
    wanted = {"xi_g", "g", "R", "gamma_S", "gamma_M", "var_X_S", "var_X_M", "sym_X_S_X_M"}
    assert wanted <= {q["name"] for q in data["quantities"]}


def test_latex(capsys, tmp_path):
    file = tmp_path / "out" / "equations.tex"
    code, _, _ = run(capsys, "latex", HUANG, "7", "S3", "-o", str(file))
    assert code == 0
    text = file.read_text()
    assert text.startswith("\\documentclass") and text.rstrip().endswith("\\end{document}")


def test_audit(capsys):
    code, out, _ = run(capsys, "audit", HUANG, "--only", "S3", "--json")
    assert code == 0
    assert all(not a["survivors"] for a in json.loads(out))
