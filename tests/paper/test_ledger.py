"""The ledger of Huang et al. (2018), Eqs. (1)-(8), (S1)-(S14), and of a small paper."""

from __future__ import annotations

import pytest

from cascade_sym.errors import FolderError, UnknownName
from cascade_sym.ledger.typeset import record
from cascade_sym.paper import load_folder, run_ledger

VERDICTS = {
    **dict.fromkeys(("1", "2", "S1", "S4", "S7", "S12", "S13"), "definition"),
    **dict.fromkeys(("3", "S6"), "asymptotic"),
    **dict.fromkeys(("4", "5", "6", "7", "8", "S2", "S3", "S5", "S8", "S9", "S10", "S11", "S14"), "exact"),
}
FIELDS = {
    "id", "title", "verdict", "method", "printed_latex", "derived_latex", "difference_latex", "correction_latex",
    "evidence", "seconds",
}  # fmt: skip


@pytest.mark.parametrize("id", VERDICTS)
def test_verdict(huang, id):
    (entry,) = run_ledger(huang, [id])
    assert entry.verdict == VERDICTS[id]
    assert entry.as_expected
    assert all(c.ok for c in entry.derivation.check())


def test_the_conditional_variances_are_repaired_by_two_factors(huang):
    """(S19): the damping of a variance is gamma, not gamma/2, and half the squared gain; (S20) solves the repaired form."""
    (entry,) = run_ledger(huang, ["S19.1"])
    data = record(huang, entry).to_json()
    assert "gamma_S0/2*v_S" in data["correction"] and "\\color{red}" in data["correction_latex"]


def test_derived_quantities_have_checked_derivations(huang):
    for id, verdict in VERDICTS.items():
        steps = huang.model.derive(id).steps
        assert steps, id
        if verdict == "exact" and id in ("4", "5", "6", "7", "8", "S2", "S5", "S8", "S10", "S11", "S14", "S17", "S19.3", "S20.b"):
            assert any(s.check for s in steps), id


def test_record_has_the_contract_fields(huang):
    (entry,) = run_ledger(huang, ["7"])
    data = record(huang, entry).to_json()
    assert set(data) >= FIELDS
    assert data["difference_latex"] is None and data["correction_latex"] is None
    assert "Gamma" in data["printed_latex"] and data["derived_latex"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1/gamma_M*(Gamma_M/2 + gammat_M0", "1/gamma_M*(Gamma_M + gammat_M0"),
        ("R = -sqrt(Gamma_M*Gamma_S)*sin", "R = sqrt(Gamma_M*Gamma_S)*sin"),
        ("sqrt(Gamma_MB)*bv_p", "sqrt(Gamma_MP)*bv_p"),
        ("R_0 = sqrt(Gamma_SB*Gamma_MP)*exp(-I", "R_0 = sqrt(Gamma_SB*Gamma_MP)*exp(I"),
        ("b_pS_out = b_p + I*g_SP*dag(a_S)", "b_pS_out = b_p + I*g_SP*a_S"),
        ("g_MB = 2*g_om*L(Omegat_M)/sqrt(kappa)", "g_MB = 2*g_om*L(Omegat_M)/kappa"),
    ],
)
def test_an_edited_print_is_a_misprint_and_is_repaired(copied, old, new):
    file = copied / "printed.toml"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    folder = load_folder(copied)
    before = {s.text for e in load_folder(file.parent).printed.equations for s in e.statements}
    (id,) = {e.id for e in folder.printed.equations for s in e.statements if new in s.text}
    (entry,) = run_ledger(folder, [id])
    assert entry.verdict == "misprint" and not entry.as_expected
    data = record(folder, entry).to_json()
    assert data["correction_latex"] and data["difference_latex"]
    assert before


def test_an_edited_definition_is_not_a_definition(copied):
    file = copied / "printed.toml"
    file.write_text(file.read_text().replace("sgn(m_j)*omega_j/2", "sgn(m_j)*omega_j"))
    (entry,) = run_ledger(load_folder(copied), ["1"])
    assert entry.verdict == "misprint"


def test_what_no_small_edit_repairs_differs(small):
    file = small / "printed.toml"
    file.write_text(file.read_text().replace("1 - 2*kappa_1/(kappa_1 + kappa_2)", "exp(-kappa_1)*kappa_2^3"))
    entries = run_ledger(load_folder(small))
    assert [e.verdict for e in entries] == ["differs", "exact"]


def test_a_formula_that_cannot_be_read_is_never_passed(small):
    file = small / "printed.toml"
    file.write_text(file.read_text().replace("1 - 2*kappa_1/(kappa_1 + kappa_2)", "1 - 2*kappa_3/(kappa_1 + kappa_2)"))
    entry = run_ledger(load_folder(small))[0]
    assert entry.verdict == "unchecked" and not entry.as_expected
    assert "kappa_3" in entry.statements[0].method


def test_expected_verdicts(small):
    file = small / "printed.toml"
    file.write_text(file.read_text().replace('title = "reflection"', 'title = "reflection"\nexpected = "misprint"'))
    entries = run_ledger(load_folder(small))
    assert [e.as_expected for e in entries] == [False, True]


def test_the_derived_side_does_not_need_the_printed_side(copied):
    from cascade_sym.folder.load import _load_model

    (copied / "printed.toml").unlink()
    model = _load_model(copied / "derived.py")
    assert model.derive("7").values["var_X_S"].parameters


def test_unknown_equation(huang):
    with pytest.raises(UnknownName, match="no equation 'S99'"):
        run_ledger(huang, ["S99"])


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("printed.toml", "[paper", "not valid TOML"),
        ("printed.toml", '[paper]\ntitle = "x"\n', "no \\[\\[equation\\]\\]"),
        ("printed.toml", '[paper]\ntitle = "x"\n[[equation]]\nid = "1"\ntitle = "t"\nstatements = ["a = = b"]', "expected"),
        ("printed.toml", '[paper]\ntitle = "x"\n[[equation]]\nid = "1"\ntitle = "t"\nstatments = ["a = b"]', "unknown key"),
        ("printed.toml", '[paper]\ntitle = "x"\n[[equation]]\nid = "9"\ntitle = "t"\nstatements = ["a = b"]', "printed.toml has"),
        ("derived.py", "x = 1", "defines no `model"),
        ("derived.py", "1/0", "ZeroDivisionError"),
        ("derived.py", "def (", "SyntaxError"),
    ],
)
def test_malformed_folders(small, file, text, message):
    (small / file).write_text(text)
    with pytest.raises(FolderError, match=message):
        load_folder(small)


def test_missing_folder(tmp_path):
    with pytest.raises(FolderError, match="is not a folder"):
        load_folder(tmp_path / "nothing")
    with pytest.raises(FolderError, match=r"printed\.toml"):
        load_folder(tmp_path)


def test_a_missing_factor_is_found(huang):
    (e,) = run_ledger(huang, ["S30"])
    signal, noise = e.statements
    assert signal.verdict == "exact" and noise.verdict == "misprint"
    assert noise.repair.description == "the factor 'A_0' put to 'Sig'" and not noise.repair.alternatives


def test_a_formula_that_would_explode_is_unchecked(small):
    file = small / "printed.toml"
    file.write_text(file.read_text().replace('"r = 1 -', '"r = (kappa_1 + kappa_2 + 1)^9000 + 1 -'))
    first, second = run_ledger(load_folder(small))
    assert first.verdict == "unchecked" and "multiplied out" in first.statements[0].method
    assert second.verdict == "exact"
