"""(S25)-(S33) in the ledger of Huang et al. (2018)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cascade_sym.ledger.entries import run_ledger
from cascade_sym.ledger.typeset import record
from cascade_sym.paper import load_folder

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
EXACT = ("S25", "S26", "S27", "S28", "S29", "S31", "S32", "S33.h1", "S33.h2", "S33.h3", "S33.h4")


@pytest.fixture(scope="module")
def folder():
    return load_folder(HUANG)


@pytest.fixture(scope="module")
def entries(folder):
    return {e.printed.id: e for e in run_ledger(folder, [*EXACT, "S30.norm"])}


@pytest.mark.parametrize("id", EXACT)
def test_exact(entries, id: str) -> None:
    assert entries[id].verdict == "exact"
    checks = entries[id].evidence["derivation_checks"]
    assert checks and all(c["ok"] for c in checks)


def test_norm_of_the_force(entries) -> None:
    """2 pi for the printed form on the whole line; 4 pi for a real force, for a resonance far above its width."""
    assert entries["S30.norm"].verdict == "asymptotic"
    notes = [s.notes for s in entries["S30.norm"].statements if s.notes]
    assert "4 pi - 2 gamma_sig/Omegat_M" in notes[0]["leading_term"]
    assert entries["S30.norm"].evidence["norm"]["printed form on the whole line"] == "2*pi"


def test_simpler_forms_are_said(folder, entries) -> None:
    """h_4 is one product, h_3 loses a term; both are proved equal to the printed forms."""
    for id, most in (("S33.h3", 54), ("S33.h4", 12)):
        (first, *_) = entries[id].evidence["statements"]
        assert first["verdict"] == "exact" and first["simpler"].startswith("the derived form has ")
        assert int(first["simpler"].split()[4]) < most
    shown = record(folder, entries["S33.h4"]).derived_latex
    assert shown.count("Gamma") == 4 and "R" not in shown.replace("mathrm", "")
    assert "simpler" not in entries["S32"].evidence["statements"][0]
