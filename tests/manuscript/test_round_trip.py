"""The folder's own export is read back: every printed and every derived formula of the paper."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import sympy as sp

from cascade_sym.errors import CascadeError
from cascade_sym.folder.derived_values import leading_form
from cascade_sym.folder.environment import value_of
from cascade_sym.formula import to_latex
from cascade_sym.latex import expr_latex
from cascade_sym.latex.document import Entry as DocumentEntry
from cascade_sym.latex.document import document
from cascade_sym.latex.lines import rows_of
from cascade_sym.ledger.comparison import compare
from cascade_sym.ledger.entries import Entry, run_ledger
from cascade_sym.ledger.typeset import correction_latex, derived_latex, document_of, notation_of
from cascade_sym.ledger.verdict import StatementVerdict
from cascade_sym.manuscript import check_manuscript
from cascade_sym.manuscript.known import Reading
from cascade_sym.paper import load_folder
from cascade_sym.steps import Derivation
from tests.manuscript.conftest import ROOT


@pytest.fixture(scope="module")
def huang():
    return load_folder(ROOT / "derivations" / "huang2018")


def test_every_printed_formula_is_read_back(huang):
    count = 0
    for e in huang.printed.equations:
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
    assert count == sum(len(e.statements) for e in huang.printed.equations) > 120


def is_numeric(values) -> bool:
    return any(isinstance(leading_form(v), sp.Float) for v in values)


def test_every_formula_of_the_export_is_exact(huang, tmp_path):
    """Derived forms of every equation, implicit prefactors among them, corrections and abbreviations."""
    entries, rows = [], len(huang.model.abbreviations)
    for e in huang.printed.equations:
        values = huang.model.derive(e.id).values
        shown = tuple(StatementVerdict(s, "exact", "", values[s.key]) for s in e.statements)
        latex = derived_latex(huang, Entry(e, "exact", shown, Derivation("", ()), {}, 0.0))
        corrected = None
        if e.expected == "misprint":
            (entry,) = run_ledger(huang, only=[e.id])
            corrected = correction_latex(huang, entry)
        entries.append(DocumentEntry(e.id, e.title, "exact", derived_latex=latex, correction_latex=corrected))
        rows += sum(r.relation != "" for x in (latex, corrected) for r in rows_of(x or ""))
    path = tmp_path / "export.tex"
    text = document(entries, notation_of(huang), "Export")
    path.write_text(text)
    labels = re.findall(r"\\label\{([^}]*)\}", text)
    assert len(labels) == len(set(labels)) >= rows > 130
    report = check_manuscript(path, huang)
    assert [c.label for c in report.checked] == labels and not report.notes
    good = ("exact", "definition", "asymptotic", "unknown")
    # what was found as a number is a float, and a float never earns "exact"
    floats = {e.id for e in huang.printed.equations if is_numeric(huang.model.derive(e.id).values.values())}
    assert [c for c in report.checked if c.verdict not in good and c.equation not in floats] == []
    assert not [c for c in report.checked if c.verdict == "exact" and c.equation in floats]
    abbreviations = [c for c in report.checked if c.verdict == "unknown"]
    assert all(c.left.startswith("\\mathcal{Q}") and "abbreviation of this display" in c.reason for c in abbreviations)
    asked = Counter(label.split(":")[0] for label in labels)
    assert asked["corrected"] >= 4 and asked["abbreviation"] == len(huang.model.abbreviations)
    assert [c.equation for c in report.checked if c.left == "0"] == ["T1"]
    printed = sum(len({s.key for s in e.statements}) for e in huang.printed.equations)
    assert asked["derived"] - len(abbreviations) == printed + 1


IMPLICIT = r"""\begin{align*}
\xi_g &\approx \frac{P}{\sqrt{C_{\mathrm S}}} \tag{1}\label{T1} \\
0 &= POLYNOMIAL \tag{2}
\end{align*}"""


CASES = (
    # polynomial, other changes, verdicts of the scaling and of the polynomial
    (lambda x: x, (), ("asymptotic", "exact")),
    (lambda x: f"-\\frac{{1 + r}}{{7}}\\left({x}\\right)", (), ("asymptotic", "exact")),
    (lambda x: x.replace("2048", "2049", 1), (), ("differs", "differs")),
    (lambda x: f"P\\,({x})", (), ("differs", "differs")),
    (lambda x: "0", (), ("differs", "differs")),
    (lambda x: "1 + r", (), ("differs", "differs")),
    (lambda x: x + "\\nosuchmacro", (), ("differs", "unchecked")),
    (lambda x: x, ((r"\frac{P}", r"\frac{2P}"),), ("differs", "exact")),
    (lambda x: x, ((r"\approx", "="),), ("differs", "exact")),
    (lambda x: x, (("{P}{", "{P^2}{"),), ("differs", "exact")),
    (lambda x: x.replace("P", r"\left(2P\right)"), ((r"\frac{P}", r"\frac{2P}"),), ("asymptotic", "exact")),
    (lambda x: x.replace("P", r"\left(P/2\right)"), ((r"\frac{P}", r"\frac{P}{2}\frac{1}"),), ("asymptotic", "exact")),
)


def test_an_implicit_prefactor_is_held_against_its_polynomial(huang, tmp_path):
    polynomial = expr_latex(huang.model.derive("T1").values["xi_g"].law.prefactor.polynomial, notation_of(huang))
    path = tmp_path / "m.tex"
    displays = []
    for change, others, _ in CASES:
        display = IMPLICIT
        for old, new in others:
            display = display.replace(old, new)
        displays.append(display.replace("POLYNOMIAL", change(polynomial)))
    path.write_text("\n\n".join(displays))
    checked = check_manuscript(path, huang).checked
    found = [tuple(c.verdict for c in checked[k : k + 2]) for k in range(0, len(checked), 2)]
    assert found == [verdicts for _, _, verdicts in CASES]
    assert all(c.equation == "T1" and "polynomial" in c.reason for c in checked if c.verdict in ("exact", "asymptotic"))


OTHERS = sorted(p.name for p in (ROOT / "derivations").iterdir() if (p / "printed.toml").is_file() and p.name != "huang2018")


@pytest.mark.parametrize("name", OTHERS)
def test_the_export_of_every_other_paper_is_read_back(name, tmp_path):
    folder = load_folder(ROOT / "derivations" / name)
    path = tmp_path / "export.tex"
    path.write_text(document_of(folder, run_ledger(folder)))
    report = check_manuscript(path, folder)
    held = [c for c in report.checked if not c.left.startswith("\\mathcal{Q}")]  # what a long formula names on its way
    assert report.passed and {c.verdict for c in held} <= {"exact", "definition", "asymptotic"}, held
    derived = [c for c in held if c.label.startswith("derived:")]
    assert len(derived) == sum(len({s.key for s in e.statements}) for e in folder.printed.equations)


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
