"""The checker notices every small edit of a printed formula, or proves it an identity."""

from __future__ import annotations

import pytest

from cascade_sym.ledger.entries import run_audit
from cascade_sym.paper import load_folder


@pytest.mark.parametrize("id", ["4", "7", "S3", "S9"])
def test_no_edit_survives(huang, id):
    for a in run_audit(huang, [id]):
        assert a.edits >= 10
        assert not a.survivors
        assert a.caught + a.unreadable + len(a.identities) == a.edits


def test_a_checker_that_passes_everything_would_be_caught(small, monkeypatch):
    from cascade_sym.ledger import entries as ledger
    from cascade_sym.verdicts import Verdict

    class Passed:
        verdict = Verdict.EXACT

    monkeypatch.setattr(ledger, "judge", lambda *a, **k: Passed)
    found = run_audit(load_folder(small))
    assert all(a.survivors for a in found)
