"""A printed stability condition against the derived one: equivalent, wrong with a point, reversed, strict or not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cascade_sym.formula import parse_relation
from cascade_sym.ledger.entries import run_audit
from cascade_sym.ledger.typeset import document_of, record
from cascade_sym.paper import load_folder, run_ledger

DERIVED = """
import sympy as sp
import cascade_sym as cs
from cascade_sym.paper import Model, Result

NAMES = "chi kappa Delta delta w gamma G k".split()
chi, kappa, Delta, delta, w, gamma, G, k = map(cs.symbol, NAMES)
UP = (sp.S.Zero, sp.oo)
model = Model(parameters=NAMES, ranges=dict.fromkeys("chi kappa w gamma k".split(), UP), base={Delta: 2*delta})


def amplifier(**how):
    return cs.stability_conditions(cs.Squeezer("q", chi=chi, kappa=kappa, **how))


def mirror():
    m, c = cs.MechanicalOscillator("m", w, gamma, 0), cs.operator("c")
    (X, _), (Q, _) = cs.quadratures("c"), cs.quadratures("m")
    H = Delta*c.dagger()*c - G*X*Q
    return cs.stability_conditions(cs.SLH("om", H, {"light": sp.sqrt(2)*sp.sqrt(kappa)*c}, mechanics=[m]))
"""
S_1 = (
    "2*gamma*kappa*((kappa^2 + (w - Delta)^2)*(kappa^2 + (w + Delta)^2)"
    " + gamma*((gamma + 2*kappa)*(kappa^2 + Delta^2) + 2*kappa*w^2)) + Delta*w*G^2*(gamma + 2*kappa)^2"
)
S_2 = "w*(kappa^2 + Delta^2) - G^2*Delta"


def folder(place, value, *texts, result="{{{keys}}}"):
    """A folder with one equation: the same derived value for every inequality, its left side for an equality."""
    relations = [parse_relation(t) for t in texts]
    keys = [f"s{n}" for n in range(len(texts))]
    values = ", ".join(f"{k!r}: {value}" for k, r in zip(keys, relations, strict=True) if r.op != "=")
    (place / "derived.py").write_text(
        DERIVED + "\n\n@model.equation('1')\ndef one():\n    return " + result.format(keys=values) + "\n"
    )
    rows = ", ".join(f'{{ formula = "{t}", key = "{k}" }}' for t, k in zip(texts, keys, strict=True))
    (place / "printed.toml").write_text(
        f'[paper]\ntitle = "t"\nreference = "r"\n\n[[equation]]\nid = "1"\ntitle = "1"\nstatements = [{rows}]\n'
    )
    return load_folder(place)


def judged(place, value, *texts):
    (entry,) = run_ledger(folder(place, value, *texts))
    return entry.statements[-1], entry


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("amplifier()", "kappa > 2*chi"), ("amplifier()", "2*chi < kappa"), ("amplifier()", "2*chi/kappa < 1"),
        ("amplifier()", "kappa*(kappa - 2*chi) > 0"), ("amplifier()", "(kappa^2 - 4*chi^2)/(k^2 + 1) > 0"),
        ("amplifier(two_mode=True)", "kappa > 2*chi"), ("amplifier(detuning=Delta)", "chi < sqrt(kappa^2/4 + Delta^2)"),
        ("amplifier(detuning=Delta)", "chi^2 < kappa^2/4 + 4*delta^2"), ("mirror()", f"{S_1} > 0"),
        ("mirror()", f"{S_2} > 0"), ("mirror()", "w*(kappa^2 + Delta^2) > G^2*Delta"), ("mirror()[1]", f"0 < {S_2}"),
    ],
)  # fmt: skip
def test_what_is_equivalent_is_exact(tmp_path, value, text):
    found, _ = judged(tmp_path, value, text)
    assert found.verdict == "exact" and found.found.witness is None


@pytest.mark.parametrize(
    ("value", "text", "said"),
    [
        ("amplifier()", "kappa < 2*chi", "reversed"), ("amplifier()", "kappa > chi", "there is none"),
        ("amplifier()", "kappa > 3*chi", "there is one"), ("amplifier()", "kappa >= 2*chi", "strict"),
        ("amplifier()", "kappa > 2*chi + k", "there is one"), ("amplifier()", "(kappa - 2*chi)^2 > 0", "there is none"),
        ("amplifier(detuning=Delta)", "chi^2 < kappa^2/4 + Delta^2/4", "there is one"),
        ("amplifier(detuning=Delta)", "chi^2 < kappa^2 + Delta^2", "there is none"),
        ("mirror()", f"{S_2.replace('- G', '+ G')} > 0", "there is one"), ("mirror()", f"{S_2} >= 0", "strict"),
        ("mirror()", f"{S_1.replace('2*kappa*w', 'kappa*w')} > 0", "there is one"), ("mirror()", f"{S_1} < 0", "reversed"),
        ("mirror()[2]", f"{S_1.replace('2*kappa*w', '3*kappa*w')} > 0", "there is none"),
    ],
)  # fmt: skip
def test_what_is_not_has_a_point(tmp_path, value, text, said):
    found, _ = judged(tmp_path, value, text)
    assert found.verdict == "differs" and said in found.method
    point = {n: float(Fraction(v)) for n, v in found.found.witness["point"].items()}
    left, right = (float(found.found.witness[side]) for side in ("left", "right"))
    holds = {"<": left < right, ">": left > right, ">=": left >= right}[found.statement.relation.op]
    growth = _growth(value, point)
    if said == "strict":
        assert left == right and growth > -1e-9
    else:
        assert holds == (growth > 0)


def _growth(value, at):
    """The largest real part of the drift's eigenvalues, from matrices written by hand."""
    p = {"delta": 0.0, "Delta": 2 * at.get("delta", 0.0), "chi": 1.0, "gamma": 0.7, "k": 1.0, **at}
    if value.startswith("amplifier"):
        d = p["Delta"] if "detuning" in value else 0
        rows = [[p["chi"] - p["kappa"] / 2, d], [-d, -p["chi"] - p["kappa"] / 2]]
    else:
        rows = [[0, p["w"], 0, 0], [-p["w"], -p["gamma"], p["G"], 0], [0, 0, -p["kappa"], p["Delta"]],
                [p["G"], 0, -p["Delta"], -p["kappa"]]]  # fmt: skip
    return np.linalg.eigvals(np.array(rows)).real.max()


@pytest.mark.parametrize(
    ("value", "text", "said"),
    [
        ("amplifier()", "kappa = 2*chi", "condition"), ("kappa - 2*chi", "kappa > 2*chi", "equality"),
        ("mirror()", f"{S_1} >= 0", "no such point"), ("mirror()", "gamma*k > 0", "nor refuted"),
        ("mirror()", "s_1 > 0", "s_1"),
    ],
)  # fmt: skip
def test_what_is_neither_is_left_open(tmp_path, value, text, said):
    (entry,) = run_ledger(folder(tmp_path, value, text, result=f"{{{{'s0': {value}}}}}"))
    assert entry.verdict == "unchecked" and said in entry.method


@pytest.mark.parametrize("second", ["s_1 > 0", "0 < s_1", "s_1/kappa > 0"])
def test_a_name_stands_for_what_the_equation_prints(tmp_path, second):
    (entry,) = run_ledger(folder(
        tmp_path, "mirror()", f"s_1 = {S_1}", second, result="{{{keys}, 's0': mirror().conditions[-1]}}"
    ))  # fmt: skip
    known = second == "s_1 > 0"  # elsewhere the name has no value
    assert [v.verdict for v in entry.statements] == ["exact", "exact" if known else "unchecked"]


def test_it_is_typeset_recorded_and_audited(tmp_path):
    place = folder(tmp_path, "amplifier(detuning=Delta)", "chi^2 < kappa^2/4 + Delta^2")
    (entry,) = run_ledger(place)
    assert ">" in record(place, entry).derived_latex and "chi" in document_of(place, [entry])
    (audit,) = run_audit(place)
    assert not audit.survivors and audit.caught >= 4
