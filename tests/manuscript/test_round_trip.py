"""The folder's own export is read back: every printed and every derived formula of the paper."""

from __future__ import annotations

import pytest

from cascade_sym.errors import CascadeError
from cascade_sym.formula import to_latex
from cascade_sym.latex.document import Entry as DocumentEntry
from cascade_sym.latex.document import document
from cascade_sym.manuscript import check_manuscript
from cascade_sym.manuscript.known import Reading
from cascade_sym.paper import load_folder
from cascade_sym.paper.compare import compare
from cascade_sym.paper.environment import value_of
from cascade_sym.paper.ledger import Entry, run_ledger
from cascade_sym.paper.show import derived_latex, document_of, notation_of
from cascade_sym.paper.verdict import StatementVerdict
from cascade_sym.steps import Derivation
from tests.manuscript.conftest import ROOT

SCALINGS = ("T", "S18.psi", "S21", "S22", "S23", "S24")  # optimised: slow to derive


@pytest.fixture(scope="module")
def huang():
    return load_folder(ROOT / "derivations" / "huang2018")


def test_every_printed_formula_is_read_back(huang):
    count = 0
    for e in huang.printed.equations:
        if e.id.startswith(SCALINGS):
            continue
        reading = Reading(huang, e)
        for s in e.statements:
            latex = to_latex(s.relation, huang.printed.notation, huang.printed.functions)
            lhs = to_latex(s.relation.lhs, huang.printed.notation, huang.printed.functions)
            meaning = reading.meanings(lhs)[0]
            (read,) = reading.relations(latex, meaning.env)
            assert (read.lhs, read.op) == (s.relation.lhs, s.relation.op), latex
            if read.rhs != s.relation.rhs:  # brackets that print alike: another tree of the same value
                one, two = (value_of(x, meaning.env) for x in (read.rhs, s.relation.rhs))
                assert compare(one, two, huang.model).equal, latex
            count += 1
    assert count > 100


def test_every_derived_formula_of_the_export_is_exact(huang, tmp_path):
    entries, count = [], 0
    for e in huang.printed.equations:
        if e.id.startswith(SCALINGS):
            continue
        values = huang.model.derive(e.id).values
        shown = tuple(StatementVerdict(s, "exact", "", values[s.key]) for s in e.statements)
        latex = derived_latex(huang, Entry(e, "exact", shown, Derivation("", ()), {}, 0.0))
        entries.append(DocumentEntry(e.id, e.title, "exact", derived_latex=latex))
        count += len({s.key for s in e.statements})
    path = tmp_path / "export.tex"
    path.write_text(document(entries, notation_of(huang), "Export"))
    report = check_manuscript(path, huang)
    bad = [c for c in report.checked if c.verdict not in ("exact", "definition", "asymptotic", "unknown")]
    assert not bad
    abbreviations = [c for c in report.checked if c.verdict == "unknown"]
    assert all("abbreviation of this display" in c.reason for c in abbreviations)
    assert len(report.checked) - len(abbreviations) == count > 90


OTHERS = sorted(p.name for p in (ROOT / "derivations").iterdir() if (p / "printed.toml").is_file() and p.name != "huang2018")


@pytest.mark.parametrize("name", OTHERS)
def test_the_export_of_every_other_paper_is_read_back(name, tmp_path):
    folder = load_folder(ROOT / "derivations" / name)
    path = tmp_path / "export.tex"
    path.write_text(document_of(folder, run_ledger(folder)))
    report = check_manuscript(path, folder)
    assert {c.verdict for c in report.checked} <= {"exact", "definition", "asymptotic"} and report.passed
    assert len(report.checked) == sum(len({s.key for s in e.statements}) for e in folder.printed.equations)


def test_a_changed_export_is_noticed(huang, tmp_path):
    (s,) = [s for s in huang.printed.equation("7").statements if s.key == "var_X_S"]
    latex = to_latex(s.relation, huang.printed.notation, huang.printed.functions).replace("}{2}", "}{3}")
    path = tmp_path / "m.tex"
    path.write_text(f"\\begin{{equation}}{latex}\\label{{eq:7}}\\end{{equation}}")
    (c,) = check_manuscript(path, huang).checked
    assert c.verdict == "misprint" and c.equation == "7" and "3 replaced by 2" in c.repair


def test_spelling_makes_no_difference(huang, tmp_path):
    path = tmp_path / "m.tex"
    path.write_text(
        "\\begin{align}\n"
        r"\langle\hat X_S,\, \hat X_M\rangle &= -\frac{2\sqrt{1-\epsilon}}{\gamma_S+\gamma_M}\left[\sqrt{\Gamma_S\Gamma_M}"
        r"\sin(\theta_M+\theta_S) - 2R\,\Delta^2 \hat X_{\rm S}\right] \label{c}\\"
        r"\Delta^2 \hat X_{S} &= \tfrac1{\gamma_S}\Big(\tfrac12\Gamma_S + \gamma_{S0}(\bar n_S + \tfrac12)\Big)\label{v}"
        "\n\\end{align}"
    )
    assert [(c.verdict, c.equation) for c in check_manuscript(path, huang).checked] == [("exact", "7"), ("exact", "7")]


def test_what_the_symbol_table_does_not_hold_has_no_meaning(huang):
    reading = Reading(huang, huang.printed.equation("7"))
    assert reading.meanings(r"\Delta^2\hat X_{\mathrm Z}") == [] and not reading.knows(r"\gamma_{\mathrm S}")
    with pytest.raises(CascadeError):
        reading.relations(r"x = \nosuchmacro", reading.meanings(r"\Delta^2\hat X_{\mathrm S}")[0].env)
