"""A folder drafted from a manuscript loads, says what is uncertain, and its LaTeX statements are read by the same reader."""

from __future__ import annotations

import pytest

from cascade_sym.errors import FolderError, FormulaError
from cascade_sym.folder.printed import read_printed
from cascade_sym.formula import parse_relation
from cascade_sym.manuscript.draft import draft_folder
from cascade_sym.paper import load_folder, run_ledger

BODY = r"""
\newcommand\g[1]{\gamma_{#1}}
\begin{align}
R &= \g{0} + \hat a^\dagger \hat a \label{eq:r} \\
S &= \frac{R}{2} = x/2a \\
T &= \strange{3} \label{t} \\
f(t) &\approx \g{0} t + \bar n
\end{align}
\[ u + v \]
"""


@pytest.fixture
def drafted(tmp_path):
    (tmp_path / "m.tex").write_text(BODY)
    return draft_folder(tmp_path / "mine", tmp_path / "m.tex")


def test_it_loads_with_notation_functions_and_lines(drafted):
    place, draft = drafted
    folder = load_folder(place)
    assert [e.id for e in folder.printed.equations] == ["eq:r", "line 7"] and draft.uncertain == 3
    assert [e.verdict for e in run_ledger(folder)] == ["unchecked", "unchecked"]
    assert folder.printed.notation["gamma_0"] == r"\gamma_{0}" and folder.printed.notation["hat_a"] in (r"\hat a", r"\hat{a}")
    assert folder.printed.functions == {"f": "f(#1)"}
    assert folder.printed.equation("eq:r").statements[0].relation == parse_relation("R = gamma_0 + dag(hat_a)*hat_a")
    text = (place / "printed.toml").read_text()
    assert "# m.tex, line 4: R" in text and "line 5: UNCERTAIN" in text and "# perhaps: " in text and r"\strange" in text


def test_nothing_of_a_manuscript_becomes_code(tmp_path):
    hostile = r"""\begin{equation}a = b\label{x'""" + '"""' + r""" import os; os.system('touch pwned') \n [[equation]]}\end{equation}"""
    (tmp_path / "m.tex").write_text(hostile)
    place, _ = draft_folder(tmp_path / "mine", tmp_path / "m.tex")
    assert len(load_folder(place).printed.equations) == 1 and not (tmp_path / "pwned").exists()


def test_what_can_not_be_drafted_is_refused_and_nothing_is_overwritten(tmp_path):
    (tmp_path / "m.tex").write_text(r"\[ \strange \]")
    with pytest.raises(FormulaError, match="nothing to draft"):
        draft_folder(tmp_path / "mine", tmp_path / "m.tex")
    assert not (tmp_path / "mine").exists()
    (tmp_path / "m.tex").write_text(r"\[ a = b \]")
    (tmp_path / "mine").mkdir()
    with pytest.raises(FolderError, match="exists already"):
        draft_folder(tmp_path / "mine", tmp_path / "m.tex")


PRINTED = """
[paper]
title = "t"
[notation]
g = '\\gamma_{0}'
[functions]
D = '\\mathcal{D}[#1]'
[[equation]]
id = "1"
title = "t"
statements = [STATEMENT]
"""


def printed(tmp_path, statement: str):
    (tmp_path / "printed.toml").write_text(PRINTED.replace("STATEMENT", statement))
    return [(str(s.relation), s.key) for s in read_printed(tmp_path / "printed.toml").equations[0].statements]


def test_a_statement_may_be_given_as_latex(tmp_path):
    assert printed(tmp_path, r"{ latex = '\gamma_0 = \frac{x}{2} = y' }") == [("g = x/2", "g"), ("g = y", "g")]
    assert printed(tmp_path, r"""{ latex = '\rho = \mathcal D[c]\rho', key = "k" }, "a = b" """) == [("rho = D(c)*rho", "k"), ("a = b", "a")]
    same = printed(tmp_path, r"{ latex = '\gamma_0 \approx x^2' }"), printed(tmp_path, '"g ~= x^2"')
    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (r"{ latex = 'a = \strange' }", r"not read.*strange"), (r"{ latex = 'a = x/2b' }", "ambiguous.*perhaps"),
        (r"{ latex = 'a + b' }", "equations"), (r"""{ latex = 'a = b', formula = "a = b" }""", "one of formula and latex"),
        (r"{ where = 'x' }", "one of formula and latex"),
    ],
)  # fmt: skip
def test_latex_that_is_not_one_thing_is_refused(tmp_path, statement, words):
    with pytest.raises(FolderError, match=words):
        printed(tmp_path, statement)
