"""`make paper`: files, and a cache that is keyed by content."""

from __future__ import annotations

import json
from dataclasses import replace

from cascade_sym.ledger.stored import build_paper


def test_build_writes_and_reuses(small, tmp_path):
    out = tmp_path / "out"
    seen = []
    records, place = build_paper(small, out, seen.append)
    assert seen == ["1", "2"] and place == out
    assert json.loads((out / "ledger.json").read_text()) == [r.to_json() for r in records]
    tex = (out / "equations.tex").read_text()
    assert "\\begin{document}" in tex and "\\end{document}" in tex
    assert build_paper(small, out, seen.append)[0] == records and seen == ["1", "2"]


def test_a_change_of_the_folder_or_of_the_output_runs_again(small, tmp_path):
    out = tmp_path / "out"
    build_paper(small, out)
    file = small / "printed.toml"
    file.write_text(file.read_text().replace("1 - 2*kappa_1", "1 + 2*kappa_1"))
    records, _ = build_paper(small, out)
    assert records[0].verdict == "misprint"
    (out / "ledger.json").write_text("[]")
    again, _ = build_paper(small, out)
    assert [replace(r, seconds=0) for r in again] == [replace(r, seconds=0) for r in records]
