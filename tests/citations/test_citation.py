"""BibTeX that a BibTeX parser reads, for every kind of result; the methods that are really behind it."""

from __future__ import annotations

import re

import pytest
import sympy as sp
from pybtex.database import BibliographyData, parse_string

import cascade_sym as cs
from cascade_sym.citations import METHODS, ROOMS, STEPS, Reference, citation, references
from cascade_sym.errors import ParameterError
from cascade_sym.paper import load_folder, run_ledger
from tests.citations.folders import FOLDERS, HUANG

TOOLKIT = {"cascade_sym", "meurer2017", "flint"}
NETWORK = {"gough2009", "gardiner1985"}
S, M = cs.Oscillator("S", mass=-1), cs.Oscillator("M", mass=+1)
HOMODYNE = cs.Homodyne(angle=sp.pi / 2, efficiency=cs.symbol("eta"))
x, N = sp.symbols("x N")


def keys(*results) -> set[str]:
    return {r.key for r in references(*results)}


def printed(capsys, *results) -> BibliographyData:
    citation(*results)
    return parse_string(capsys.readouterr().out, "bibtex")


def test_a_parser_reads_what_is_printed(capsys):
    found = printed(capsys, HUANG, cs.covariance(S >> M))
    assert list(found.entries) == ["cascade_sym", "huang2018", "gough2009", "gardiner1985", "meurer2017", "flint"]
    paper = found.entries["huang2018"]
    assert paper.type == "article" and paper.fields["doi"] == "10.1103/PhysRevLett.121.103602"
    assert [p.last_names for p in paper.persons["author"]][::5] == [["Huang"], ["Polzik"]]


def test_it_says_what_each_is_cited_for(capsys):
    citation(cs.noise_spectrum(M, "P_L"))
    out = capsys.readouterr().out
    uses = re.findall(r"^% (.*)\n@\w+\{(.*),$", out, re.M)
    assert uses[0] == ("the toolkit", "cascade_sym") and ("noise spectra", "clerk2010") in uses
    assert len(uses) == out.count("\n@") and "%" not in re.sub(r"^% .*$", "", out, flags=re.M)


@pytest.mark.parametrize("use", METHODS)
def test_every_reference_is_complete(use):
    r = METHODS[use]
    entry = parse_string(r.bibtex(), "bibtex").entries[r.key]
    assert r.use == use and entry.type == r.kind and entry.persons["author"] and entry.fields["title"]
    needed = {"article": {"journal", "volume", "pages", "year", "doi"}, "book": {"publisher", "year"}, "misc": set()}
    assert needed[r.kind] <= set(entry.fields) and r.key.isalnum()
    if "year" in entry.fields:
        assert r.key.endswith(entry.fields["year"]) and 1900 < int(entry.fields["year"]) < 2030
    if "doi" in entry.fields:
        assert re.fullmatch(r"10\.\d{4,}/\S+", entry.fields["doi"])


def test_references_and_rules_name_each_other():
    assert len({r.key for r in METHODS.values()}) == len(METHODS)
    named = {m for names in ROOMS.values() for m in names} | {m for _, _, names in STEPS for m in names}
    assert named <= set(METHODS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_every_paper_is_cited_as_an_article(capsys, folder):
    entry = printed(capsys, folder).entries[folder.name]
    assert entry.type == "article" and {"journal", "volume", "pages", "year", "doi"} <= set(entry.fields)
    assert folder.name.endswith(entry.fields["year"])
    assert folder.name.startswith(entry.persons["author"][0].last_names[0].lower())


def test_parts_and_systems():
    assert keys(S) == TOOLKIT | {"gardiner1985"}
    assert keys(S >> M) == keys((S >> M).system()) == TOOLKIT | NETWORK
    assert keys(S, M, S) == keys(S) and keys() == {"cascade_sym"}
    assert keys(x + 1) == TOOLKIT
    assert keys(cs.is_physical(S)) >= {"james2008"}
    assert keys(cs.langevin(S >> M)) == TOOLKIT | NETWORK


def test_networks_with_a_loop():
    def ring(turns: bool) -> cs.LinearSystem:
        cavity, splitter = cs.Cavity("c", kappa={"1": 1, "2": 2}), cs.BeamSplitter(transmission=cs.symbol("T"), name="bs")
        second = cs.Cavity("d", kappa=3)
        wires = [("bs.2", "c.1"), ("c.1", "d"), *([("d", "bs.2")] if turns else [])]
        return cs.connect([cavity, splitter, second], wires)

    assert keys(ring(False)) == TOOLKIT | NETWORK
    assert keys(ring(True)) == keys(cs.covariance(ring(True))) == TOOLKIT | NETWORK | {"goughnetworks2009"}
    alone = cs.connect([cs.Squeezer("q"), cs.BeamSplitter(transmission=x, name="bs")], [("bs.2", "q"), ("q", "bs.2")])
    assert "goughnetworks2009" in keys(alone) and "goughnetworks2009" not in keys(S >> M)


def test_states_and_criteria():
    V = cs.covariance(S >> M)
    assert keys(V) == keys(V["X_S", "X_M"]) == TOOLKIT | NETWORK
    assert keys(cs.epr_variance(V, "S", "M")) == keys(V) | {"duan2000"}
    assert keys(cs.epr_variance(V, "S", "M", g=1)) == keys(V) | {"duan2000"}
    assert keys(cs.log_negativity(V, "S", "M")) == keys(V) | {"vidal2002"}


def test_conditional_states():
    filtering = {"wiseman2010", "wiseman2005", "kalman1961"}
    V = cs.conditional_covariance(M, HOMODYNE)
    behind = TOOLKIT | NETWORK | filtering
    assert keys(cs.riccati(M, HOMODYNE)) == behind
    assert keys(V) == keys(V["X_M", "X_M"]) == behind | {"bini2012"}
    assert keys(cs.conditional_evaluator(V)) >= {"wiseman2005", "chu2005", "harris2020"}
    assert keys(cs.master_equation(M, HOMODYNE)) == TOOLKIT | NETWORK | {"wiseman2010"}


def test_spectra_and_sensing():
    assert keys(cs.noise_spectrum(M, "P_L")) == TOOLKIT | {"gardiner1985", "clerk2010"}
    assert keys(cs.noise_budget(M, "P_L")) == keys(cs.noise_spectrum(M, "P_L"))
    port = cs.force_port(M, "M", through="M.bath")
    found = cs.matched_filter_sensitivity(port, "P_L", cs.lorentzian(cs.symbol("w")))
    assert keys(found) == TOOLKIT | {"gardiner1985", "clerk2010", "wainstein1962", "james1947"}


def test_scalings_and_expansions():
    law = cs.scaling(x / N + 1 / x, large=N, over=[x])
    assert keys(law) == TOOLKIT | {"walker1950", "cox2015", "mpmath"}
    assert keys(cs.expand(1 / (1 + N), large=N)) == TOOLKIT | {"walker1950"}
    assert keys(cs.lower_bound(x + 1 / x + 1 / N, large=N, over=[x])) == keys(law)


def test_numbers():
    q = cs.covariance(M)["X_M", "X_M"]
    assert keys(cs.evaluator(q)) == TOOLKIT | {"harris2020"}
    assert keys(cs.evaluator(q, precision="guaranteed")) == keys(cs.evaluator(q)) | {"johansson2017"}
    assert keys(cs.evaluator(q, error=True)) == keys(cs.evaluator(q, precision="guaranteed"))
    grid = {"a": [1.0, 4.0]}
    a = sp.Symbol("a")
    plain = cs.sweep(a + 1, grid, name="f")
    assert keys(plain) == {"cascade_sym", "harris2020", "hoyer2017"}
    assert keys(cs.sweep(x + a / x, grid, optimise=["x"], name="f")) == keys(plain) | {"virtanen2020"}


def test_ledger_entries():
    folder = load_folder(HUANG)
    steady, conditional, sensing = run_ledger(folder, ["7", "S17", "S32"])
    assert keys(steady) >= NETWORK | TOOLKIT and "wiseman2010" not in keys(steady)
    assert "wiseman2010" in keys(conditional) and "clerk2010" in keys(sensing)
    assert keys(folder) == {"cascade_sym", "huang2018"}


def test_the_paper_of_a_method_is_listed_once():
    found = [r.key for r in references(FOLDERS[0].parent / "gough2009", S >> M)]
    assert found.count("gough2009") == 1


def test_a_folder_without_bibtex_is_cited_by_its_title(tmp_path, capsys):
    (tmp_path / "printed.toml").write_text(
        '[paper]\ntitle="A {title"\nreference="A. Author (2026), p} 3"\n[[equation]]\nid="1"\ntitle="t"\n'
        'statements=["r = 1"]\n'
    )
    entry = printed(capsys, tmp_path).entries[tmp_path.name]
    assert entry.type == "misc" and entry.fields["note"] == "A. Author (2026), p 3"


@pytest.mark.parametrize("title", ["}{", "{", "}", "a } b { c", "{{}"])
def test_braces_never_end_a_field_early(title):
    text = Reference("k", "misc", {"title": title, "note": "n"}).bibtex()
    assert parse_string(text, "bibtex").entries["k"].fields["note"] == "n"


def test_other_things_are_refused():
    for thing in (3, None, object(), [], {}):
        with pytest.raises(ParameterError, match="no citation for"):
            citation(thing)
