"""Every paper's folder but the large one: all as expected, no edit survives, LaTeX and quantities come out."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import sympy as sp
from scipy.optimize import minimize_scalar

import cascade_sym as cs
from cascade_sym.declared.computed import evaluate_declared
from cascade_sym.ledger.entries import run_audit
from cascade_sym.ledger.stored import build_paper
from cascade_sym.paper import load_folder, run_ledger

DERIVATIONS = Path(__file__).resolve().parents[2] / "derivations"
FOLDERS = sorted(p.name for p in DERIVATIONS.iterdir() if (p / "printed.toml").is_file() and p.name != "huang2018")


@pytest.fixture(scope="module", params=FOLDERS)
def folder(request):
    return load_folder(DERIVATIONS / request.param)


def test_all_as_expected(folder):
    entries = run_ledger(folder)
    assert all(e.as_expected for e in entries), [(e.printed.id, e.verdict) for e in entries]
    assert "unchecked" not in {e.verdict for e in entries}
    assert "exact" in {e.verdict for e in entries}


def test_no_edit_survives(folder):
    found = run_audit(folder)
    assert all(a.edits for a in found)
    assert not any(a.survivors for a in found)
    assert sum(a.caught for a in found) > 0.8 * sum(a.edits for a in found)


def test_it_builds(folder, tmp_path):
    records, place = build_paper(folder.path, tmp_path)
    assert len(records) == len(folder.printed.equations)
    tex = (place / "equations.tex").read_text()
    assert tex.startswith("\\documentclass") and tex.count("\\entry{") >= len(records)


def test_it_says_what_was_chosen_and_cites(folder):
    assert folder.printed.reference
    assert "left out" in (folder.path / "README.md").read_text()


def value(name: str, quantity: str, **given: object) -> float:
    model = load_folder(DERIVATIONS / name).model
    return float(evaluate_declared(model, quantity, {k: sp.sympify(v) for k, v in given.items()}).text)


@pytest.mark.parametrize("nu", ["1/2", "3/4", "2"])
def test_entangled_ensembles(nu):
    """(mu - nu)^2, and with a bath of rate gamma the mean of that and 2 n + 1, weighted by the rates Gamma and gamma."""
    v = float(sp.Rational(nu))
    best = ((1 + v**2) ** 0.5 - v) ** 2
    assert value("raymer2003", "xi", nu=nu) == pytest.approx(best, rel=1e-13)
    noisy = value("raymer2003", "xi_bath", nu=nu, Gamma=10, gamma=1, n=2)
    assert noisy == pytest.approx((10 * best + 1 * (2 * 2 + 1)) / 11, rel=1e-13)


@pytest.mark.parametrize(("Gamma", "eta", "t"), [("1", "1", "1"), ("3", "1/2", "1/4")])
def test_measured_ensembles(Gamma, eta, t):
    """A Gaussian estimate: P_cos over the pulse has noise t/2 and w t (X_S + X_M), of variance (w t)^2 in vacuum."""
    S, M = (cs.Oscillator(k, s, Gamma=sp.Rational(Gamma), theta=sp.pi / 4, gamma=0) for k, s in (("S", -1), ("M", 1)))
    w = cs.entanglement.two_mode_quadratures(S >> M)["P_cos"].modes["X_S"]
    ratio = float(w**2 * sp.Rational(t) / sp.Rational(1, 2) * sp.Rational(eta))
    assert value("raymer2003", "xi_measured", Gamma=Gamma, eta=eta, t=t) == pytest.approx(1 / (1 + ratio), rel=1e-12)


def test_derivations_of_quantities_hold():
    """The steps of the quantity that is solved in time: its check, which the evaluation does not run."""
    steps = load_folder(DERIVATIONS / "raymer2003").model.declared("xi_measured").make().steps
    assert steps and all(s.check is not None and s.check().ok for s in steps)


@pytest.mark.parametrize("alpha", ["0", "1/2", "4/5"])
def test_cavity_in_a_loop(alpha):
    share = float(sp.Rational(alpha))
    assert value("gough2009", "kappa_eff", kappa=3, alpha=alpha) == pytest.approx(3 * (1 - share) / (1 + share), rel=1e-13)


def test_dissipative_entanglement_against_optical_depth():
    """The least (d (1 - sin 2 theta) + 1)/(1 - d cos 2 theta) over theta, by SciPy, falls like sqrt(2/d)."""
    depths = (1e4, 1e6, 1e8)
    least = [
        minimize_scalar(
            lambda x, d=d: (d * (1 - math.sin(2 * x)) + 1) / (1 - d * math.cos(2 * x)),
            bounds=(math.pi / 4, math.pi / 4 + 10 / math.sqrt(d)), method="bounded", options={"xatol": 1e-14},
        )
        for d in depths
    ]  # fmt: skip
    for d, found in zip(depths, least, strict=True):
        assert value("vasilyev2013", "xi", d=d, theta=found.x) == pytest.approx(found.fun, rel=1e-9)
        assert found.fun * math.sqrt(d) == pytest.approx(math.sqrt(2), rel=2 / math.sqrt(d))
