"""The whole export of a paper, as `make paper` wrote it: KaTeX in strict mode, and pdflatex in revtex4-2.

CASCADE_BUILD names another folder that `cascade-sym paper` wrote to.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from cascade_sym.latex.document import CLASSES
from tests.latex.tools import katex_failures, pdflatex
from tests.tools import need_tex

BUILD = Path(os.environ.get("CASCADE_BUILD") or Path(__file__).resolve().parents[2] / "build" / "huang2018")


@pytest.fixture(scope="module")
def build() -> Path:
    if not (BUILD / "ledger.json").is_file():
        pytest.skip(f"{BUILD} has no ledger; run `make paper` first")
    return BUILD


def test_katex_in_strict_mode_accepts_every_exported_formula(build: Path) -> None:
    records = json.loads((build / "ledger.json").read_text())
    forms = ("printed_latex", "derived_latex", "correction_latex", "difference_latex")
    formulas = [r[k] for r in records for k in forms if r[k]]
    formulas += [s["latex"] for r in records for s in r["steps"] if s["latex"]]
    assert len(formulas) > 100
    assert katex_failures(formulas) == []


def test_the_whole_export_compiles_in_revtex(build: Path, tmp_path: Path) -> None:
    need_tex("revtex4-2")
    source = (build / "equations.tex").read_text().replace(CLASSES["article"], CLASSES["revtex"], 1)
    assert "{revtex4-2}" in source.splitlines()[0]
    log = pdflatex(source, tmp_path)
    assert "undefined" not in log and (tmp_path / "document.pdf").stat().st_size > 100_000
    too_wide = [float(w) for w in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert not [w for w in too_wide if w > 80.0]  # a factor that can't be broken
