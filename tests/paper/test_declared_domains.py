"""A verdict rests on the domains that the folder and the parts declare, and says on which: or it says "undecided"."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cascade_sym.cli.main import main
from cascade_sym.paper import load_folder, run_ledger

DERIVED = """
import sympy as sp
import cascade_sym as cs
from cascade_sym.paper import Model
x, y, t = (cs.symbol(n) for n in ("x", "y", "t"))
model = Model(parameters=("x", "y", "t"), ranges={ranges})

@model.glossary
def names():
    return {{"a": cs.operator("a"), "f": x}}

@model.equation("1")
def one():
    a = cs.operator("a")
    return {{"u": {value}}}
"""
PRINTED = """
[paper]
title = "t"
reference = "r"

[notation]

[[equation]]
id = "1"
title = "one"
statements = ["u = {printed}"]
"""


def entry(place: Path, value: str, printed: str, ranges: str = "{}"):
    (place / "derived.py").write_text(DERIVED.format(value=value, ranges=ranges))
    (place / "printed.toml").write_text(PRINTED.format(printed=printed))
    (found,) = run_ledger(load_folder(place))
    return found.to_json()


NONNEGATIVE = '{"x": (sp.S.Zero, sp.oo)}'


@pytest.mark.parametrize(
    ("value", "printed", "ranges", "verdict", "assumptions", "proof"),
    [
        ("x", "sqrt(x^2)", "{}", "differs", [], None),
        ("x", "sqrt(x^2)", NONNEGATIVE, "exact", ["x >= 0"], "algebraic"),
        ("sp.Abs(x)", "sqrt(x^2)", "{}", "exact", [], "algebraic"),
        ("sp.sqrt(x*y)", "sqrt(x)*sqrt(y)", "{}", "differs", [], None),
        ("sp.sqrt(x*y)", "sqrt(x)*sqrt(y)", NONNEGATIVE, "exact", ["x >= 0"], "algebraic"),
        ("x + y", "(x^2 - y^2)/(x - y)", "{}", "exact", ["x - y != 0"], "algebraic"),
        ("sp.log(sp.exp(x)) + y", "x + y", "{}", "exact", [], "algebraic"),
        ("a*sp.sqrt(x*y)", "a*sqrt(x)*sqrt(y)", "{}", "differs", [], None),
        ("a*sp.sqrt(x*y)", "a*sqrt(x)*sqrt(y)", NONNEGATIVE, "exact", ["x >= 0"], "operator"),
        ("sp.Integer(0)", "x/2 - x/2", "{}", "exact", [], "algebraic"),
        ("cs.Quantity('u', sp.sqrt(t**2))", "abs(t)", "{}", "exact", [], "algebraic"),
        ("sp.sqrt(x)", "conj(sqrt(x))", "{}", "differs", [], None),
        ("sp.sqrt(x)", "conj(sqrt(x))", NONNEGATIVE, "exact", ["x >= 0"], "algebraic"),
        ("x", "abs(x)", "{}", "differs", [], None),
    ],
)
def test_verdicts_rest_on_declared_signs(tmp_path, value, printed, ranges, verdict, assumptions, proof):
    found = entry(tmp_path, value, printed, ranges)
    assert found["verdict"] in (("differs", "misprint") if verdict == "differs" else (verdict,))
    assert found["assumptions"] == assumptions
    assert found["proof"] == proof
    assert (found["witness"] is not None) == (verdict == "differs")
    if found["witness"]:
        assert set(found["witness"]) == {"point", "left", "right"}


def test_what_a_part_declares_counts(tmp_path):
    value = 'cs.covariance(cs.Cavity("c", kappa=x, detuning=t))["X_c", "X_c"]'
    assert entry(tmp_path, value, "sqrt(x^2)/(2*x)")["assumptions"] == ["x > 0"]


GAIN = 'cs.covariance(cs.SLH("m", 0*a, {}, {"loss": (sp.sqrt(x)*a, t), "gain": (sp.sqrt(y)*a.dagger(), 0)}))'


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        ("(x*(t + 1/2) + y/2)/abs(x - y)", "exact"),
        ("(x*(t + 1/2) + y/2)/abs(y - x)", "exact"),
        ("(x*(t + 1/2) + y/2)/sqrt(x^2 - 2*x*y + y^2)", "exact"),
        ("-(x*(t + 1/2) + y/2)/abs(x - y)", "differs"),
        ("abs(x*(t + 1/2) + y/2)/(x - y)", "exact"),  # rates are not negative: they stand under roots
    ],
)
def test_where_a_steady_state_exists_counts(tmp_path, printed, verdict):
    value = GAIN + '["X_a", "X_a"]'
    found = entry(tmp_path, value, printed)
    assert found["verdict"] in (("differs", "misprint") if verdict == "differs" else (verdict,))
    if found["witness"]:  # it lies where there is a steady state
        at = {name: float(text) for name, text in found["witness"]["point"].items()}
        assert at["x"] > at["y"] >= 0 and at["t"] >= 0


def test_json_of_the_command_has_the_contract(tmp_path, capsys):
    entry(tmp_path, "x", "sqrt(x^2)", NONNEGATIVE)
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(tmp_path), "--json"])
    assert ended.value.code == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["assumptions"], found["witness"], found["proof"]) == (["x >= 0"], None, "algebraic")
    assert found["evidence"]["statements"][0]["assumptions"] == ["x >= 0"]
