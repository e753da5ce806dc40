"""Conditional against unconditional entanglement (T5), and the detection phase: the numbers of the ledger.

The optimised figures are recomputed with matrices written down by hand (SciPy's Riccati and Lyapunov solvers), and
random points of the stable region are searched for better ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cascade_sym.ledger.entries import run_ledger
from cascade_sym.paper import load_folder
from cascade_sym.steps import check_all
from tests.conditional.test_declared import by_hand

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
LOSSES = ("epsilon = 0", "epsilon = 0.1")


@pytest.fixture(scope="module")
def entries():
    return {e.printed.id: e for e in run_ledger(load_folder(HUANG), ["S18.psi", "T5"])}


@pytest.fixture(scope="module")
def comparison(entries) -> dict[str, Any]:
    return entries["T5"].evidence["comparison"]


def gains(comparison: dict[str, Any], claim: str, which: str = "largest") -> list[float]:
    return [float(comparison[claim]["reduction_of_xi_g"][loss][which]) for loss in LOSSES]


def test_verdicts(entries) -> None:
    assert entries["T5"].verdict == "approximate" and entries["T5"].as_expected
    assert entries["S18.psi"].verdict == "differs" and entries["S18.psi"].as_expected
    assert [v.verdict for v in entries["S18.psi"].statements] == ["approximate", "differs", "differs"]
    for e in entries.values():
        assert all(c.ok for c in check_all(e.derivation.steps)) and e.evidence["derivation_checks"]


def test_the_two_schemes_agree_within_a_few_per_cent(comparison) -> None:
    """1.1 % at the same parameters, 2.2 % separately optimised with QND coupling, and never worse."""
    for claim, most in (("same parameters", 0.0106), ("separately optimised", 0.0224)):
        assert gains(comparison, claim)[0] == pytest.approx(most, abs=2e-4)
        assert max(gains(comparison, claim)) < 0.03 and min(gains(comparison, claim, "smallest")) > 0


def test_balanced_angles_are_nearly_the_best_for_the_phase_quadrature(comparison) -> None:
    assert max(gains(comparison, "any angles")) == pytest.approx(0.0064, abs=2e-4)
    assert min(gains(comparison, "any angles", "smallest")) > 0


def test_another_phase_is_better_unless_the_angles_are_balanced(comparison) -> None:
    assert max(map(abs, gains(comparison, "psi at pi/4"))) < 1e-9
    assert gains(comparison, "psi at the unconditional optimum")[0] == pytest.approx(0.104, abs=2e-3)
    assert gains(comparison, "psi at any angles")[0] == pytest.approx(0.185, abs=2e-3)
    assert gains(comparison, "separately optimised, any psi")[0] == pytest.approx(0.1965, abs=2e-3)


def test_figures_by_hand(comparison) -> None:
    """Wherever two figures differ most: the same values from matrices written down by hand."""
    seen = set()
    for claim in comparison.values():
        for figure, found in claim["farthest"].items():
            p = {"psi": 0.0, **found["parameters"], "eta": 1.0 if figure != "unconditional" else 1e-12}
            assert by_hand(p)["xi_g_conditional"] == pytest.approx(found["xi_g"], rel=1e-7), figure
            seen.add(figure)
    assert {"unconditional", "same", "qnd", "angles", "phases"} <= seen


def test_random_points_are_no_better(comparison) -> None:
    """The best conditional scheme with psi = 0 against random C_M and angles, some close to the optimum found."""
    rng = np.random.default_rng(0)
    found = comparison["any angles"]["farthest"]["angles"]
    best, p = found["xi_g"], {"psi": 0.0, "eta": 1.0, **found["parameters"]}
    tried = 0
    for k in range(400):
        near = 0.02 if k % 2 else 1.0
        q = {**p, "C_M": p["C_M"] * np.exp(near * rng.normal())}
        for angle in ("theta_S", "theta_M"):
            q[angle] = float(np.clip(p[angle] + near * rng.uniform(-0.8, 0.8), 0, np.pi / 2))
        rates = [q[f"C_{j}"] * (q[f"n_{j}"] + 0.5) * np.cos(2 * q[f"theta_{j}"]) for j in "SM"]
        if max(rates) < 1:
            tried += 1
            assert by_hand(q)["xi_g_conditional"] > best * (1 - 1e-9)
    assert tried > 50
