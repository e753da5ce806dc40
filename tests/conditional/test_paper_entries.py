"""(S15)-(S20) in the ledger of Huang et al. (2018)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cascade_sym.ledger.entries import run_ledger
from cascade_sym.paper import load_folder

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
VERDICTS = {
    "S15": "definition", "S16": "definition", "S17": "exact", "S18": "exact", "S19.1": "misprint", "S19.2": "misprint",
    "S19.3": "exact", "S20.a": "differs", "S20.b": "exact",
}  # fmt: skip


@pytest.fixture(scope="module")
def entries():
    return {e.printed.id: e for e in run_ledger(load_folder(HUANG), list(VERDICTS))}


@pytest.mark.parametrize("id", VERDICTS)
def test_verdict(entries, id: str) -> None:
    e = entries[id]
    assert e.verdict == VERDICTS[id] and e.as_expected
    assert all(c["ok"] for c in e.evidence["derivation_checks"])


def test_the_closed_form_solves_the_riccati_equation(entries) -> None:
    methods = [c["method"] for c in entries["S20.b"].evidence["derivation_checks"]]
    assert any("zero residual of the Riccati equation, proved" in m for m in methods)
    assert any("Gaussian closure" in m for m in methods)  # from the master equation, independently
