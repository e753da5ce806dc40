"""BibTeX that is well-formed, for every kind of result, and the citation file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.citations import METHODS, citation, references
from cascade_sym.errors import ParameterError
from cascade_sym.paper import load_folder, run_ledger

ROOT = Path(__file__).resolve().parents[2]
HUANG = ROOT / "derivations" / "huang2018"


def keys(*results) -> set[str]:
    return {r.key for r in references(*results)}


def test_it_prints_bibtex(capsys):
    citation(HUANG)
    out = capsys.readouterr().out
    entries = re.findall(r"^@(\w+)\{([^,\s]+),\n((?:  \w+ = \{.*\},\n)+)\}$", out, re.M)
    assert [(kind, key) for kind, key, _ in entries] == [("software", "cascade_sym"), ("article", "huang2018")]
    assert "10.1103/PhysRevLett.121.103602" in out and "Unconditional steady-state entanglement" in out


def test_every_reference_is_complete_and_its_braces_balance():
    found = list(METHODS.values())
    assert len({r.key for r in found}) == len(found)
    for r in found:
        text = r.bibtex()
        assert text.count("{") == text.count("}") and {"author", "title"} <= set(r.fields)
        if r.kind == "article":
            assert {"journal", "volume", "pages", "year"} <= set(r.fields) and 1960 < int(r.fields["year"]) < 2030


def test_methods_behind_results():
    S, M = cs.Oscillator("S", mass=-1), cs.Oscillator("M", mass=+1)
    system = S >> M
    V = cs.covariance(system)
    assert {"gough2009series", "gardiner1985", "meurer2017"} <= keys(V) and keys(system) == keys(S)
    assert "duan2000" in keys(cs.epr_variance(V, "S", "M"))
    assert keys(sp.Symbol("x") + 1) == {"cascade_sym", "meurer2017", "flint"}
    assert "johansson2017" in keys(cs.evaluator(V["X_S", "X_S"]))
    assert keys(V, system, V) == keys(V)
    assert keys() == {"cascade_sym"}


def test_a_ledger_entry_and_a_folder():
    folder = load_folder(HUANG)
    (entry,) = run_ledger(folder, ["7"])
    assert "gough2009series" in keys(entry) and keys(folder) == {"cascade_sym", "huang2018"}


def test_a_folder_without_bibtex_is_cited_by_its_title(tmp_path):
    (tmp_path / "printed.toml").write_text(
        '[paper]\ntitle="T"\nreference="A. Author (2026)"\n[[equation]]\nid="1"\ntitle="t"\nstatements=["r = 1"]\n'
    )
    _, paper = references(tmp_path)
    assert paper.kind == "misc" and paper.fields["note"] == "A. Author (2026)"


def test_other_things_are_refused():
    for x in (3, None, object()):
        with pytest.raises(ParameterError, match="no citation for"):
            citation(x)


def test_the_citation_file_names_this_version():
    text = (ROOT / "CITATION.cff").read_text()
    assert f'version: "{cs.__version__}"' in text and "cff-version: 1.2.0" in text and "license: MIT" in text
    assert "10.1103/PhysRevLett.121.103602" in text and "\t" not in text
