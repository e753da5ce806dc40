"""The certificates of a ledger checked again from the command line."""

from __future__ import annotations

import json

from tests.cli.test_cli import ROOT, run

GOUGH = str(ROOT / "derivations" / "gough2009")


def test_recheck_accepts_what_verify_wrote_and_says_what_is_wrong(capsys, tmp_path):
    """Exit code 0 for a ledger as it is, 1 for one with something changed, 2 with one line for what is no ledger."""
    out = run(capsys, "verify", GOUGH, "--json")[1]
    ledger = tmp_path / "ledger.json"
    ledger.write_text(out)
    code, said = run(capsys, "recheck", str(ledger))[:2]
    assert code == 0 and "10 accepted, 0 rejected, 0 not covered" in said
    entries = json.loads(out)
    one = next(s for e in entries for s in e["evidence"]["statements"] if s["statement"].startswith("S = S_11"))
    one["certificates"][0]["left"] += " + 1"
    ledger.write_text(json.dumps(entries))
    code, said = run(capsys, "recheck", str(ledger))[:2]
    assert code == 1 and "1 rejected" in said and "the two sides are not proved to be equal" in said
    for content in ("", "[", "{}", '[{"id": 1, "id": 2}]', '{"id": 1}', "[1]", "[" * 5000):
        ledger.write_text(content)
        code, _, err = run(capsys, "recheck", str(ledger))
        assert code == 2 and err.count("\n") == 1, content
    assert run(capsys, "recheck", str(tmp_path / "none"))[0] == 2


def test_what_no_certificate_covers_is_counted(capsys, tmp_path):
    said = {"statement": "x = y", "verdict": "exact", "assumptions": [], "complex": []}
    made = [{**said, "proof": kind, **more} for kind, more in (
        ("limit", {}), ("generator", {}), ("algebraic", {"certificates": [None]}), ("algebraic", {"certificates": []}),
        ("operator", {}), (None, {}))]  # fmt: skip
    wrong = {**said, "proof": "algebraic", "certificates": [{"left": "x", "right": "y", "proof": {"steps": []}}]}
    ledger = tmp_path / "ledger.json"
    ledger.write_text(json.dumps([{"id": "1", "evidence": {"statements": made}}]))
    assert run(capsys, "recheck", str(ledger))[:2] == (0, (out := run(capsys, "recheck", str(ledger))[1]))
    assert "0 accepted, 0 rejected, 6 not covered" in out
    ledger.write_text(json.dumps([{"id": "1", "evidence": {"statements": [wrong]}}]))
    assert run(capsys, "recheck", str(ledger))[0] == 1


def test_a_ledger_in_which_nothing_is_checked_says_so(capsys, tmp_path):
    """Without an exact statement there is nothing to check: that is no success."""
    other = {"statement": "x = y", "verdict": "asymptotic", "proof": "limit", "assumptions": [], "complex": []}
    ledger = tmp_path / "ledger.json"
    for entries in ([], [{"id": "1", "evidence": {"statements": []}}], [{"id": "1", "evidence": {"statements": [other]}}]):
        ledger.write_text(json.dumps(entries))
        code, out = run(capsys, "recheck", str(ledger))[:2]
        assert code == 2 and "nothing was checked" in out
    ledger.write_text(json.dumps([{"id": "1", "evidence": {"statements": [{**other, "verdict": "exact"}]}}]))
    code, out = run(capsys, "recheck", str(ledger))[:2]
    assert code == 0 and "1 not covered; nothing was checked" in out
