"""`cascade-sym scaling`: the contract's fields, on the paper's figure of merit and on errors."""

from __future__ import annotations

import json

import pytest

from cascade_sym.cli.main import main

FOLDER = "derivations/huang2018"
FREE = ["--large", "C_S", "--over", "C_M,theta_S,theta_M"]


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["scaling", FOLDER, *arguments])
    out = capsys.readouterr()
    return stop.value.code or 0, out.out, out.err


def test_json_has_the_promised_fields(capsys):
    values = ["--set", "epsilon=0", "--set", "n_S=1", "--set", "r=4/3", "--set", "n_M=oo"]
    code, out, _ = run(capsys, "xi_g", *FREE, *values, "--terms", "2", "--json")
    data = json.loads(out)
    assert code == 0
    assert data["exponent"] == "-1/2"
    assert data["prefactor_value"].startswith("1.18322933825067633881808865")
    assert len(data["prefactor_value"].replace(".", "")) == 30
    assert data["next_exponent"] == "-1"
    assert data["next_value"].startswith("-0.2377874656807914668")
    assert set(data["optimum"]) == {"C_M", "theta_S", "theta_M"}
    assert set(data["optimum"]["theta_S"]) == {"limit", "exponent", "coefficient"}
    assert data["certificate"]["digits"] > 20
    assert data["seconds"] > 0


def test_table_and_symbols(capsys):
    given = ["--set", "theta_S=pi/4", "--set", "theta_M=pi/4", "--set", "epsilon=0", "--set", "n_M=oo"]
    code, out, _ = run(capsys, "xi_g_conditional", "--large", "C_S", "--over", "C_M", *given, "--terms", "1")
    assert code == 0
    assert "P = sqrt(2)*sqrt(2*n_S + r*(2*n_S + 1) + 2)/(2*sqrt(2*n_S + 1))" in out
    assert "next" not in out


def test_an_optimum_that_never_moves(capsys):
    """var_X_S = (Gamma_S/2 + gammat_S0)/gamma_S is least at theta_S = pi/2 for every C_S."""
    code, out, _ = run(capsys, "var_X_S", "--large", "C_S", "--over", "theta_S", "--set", "n_S=1", "--json")
    assert code == 0
    assert json.loads(out)["optimum"]["theta_S"] == {"limit": "pi/2", "exponent": None, "coefficient": None}
    assert json.loads(out)["prefactor_latex"] == r"\frac{1}{2}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["xi_g", *FREE, "--set", "gamma_M0=1"], "gamma_M0 is given by"),
        (["xi_g", *FREE, "--set", "epsilon=2"], "outside [0, 1]"),
        (["xi_g", *FREE, "--set", "C_M=2"], "set and varied"),
        (["xi_g", "--large", "C_S", "--over", "C_M,theta_S"], "an angle that is neither optimised"),
        (["xi_g", "--large", "x", "--over", "C_M"], "has no parameter 'x'"),
        (["nope", *FREE], "no quantity 'nope'"),
        (["xi_g", *FREE, "--limit", "1"], "must tend to oo or to 0"),
    ],
)
def test_errors(capsys, arguments, message):
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert message in " ".join(err.split())


def test_a_parameter_that_tends_to_zero(capsys):
    """No optimisation, nested roots: xi_g at fixed angles for small loss, against its exact value at epsilon = 0."""
    point = ["C_S=1000", "C_M=750", "theta_S=pi/4", "theta_M=3*pi/8", "n_S=1", "n_M=oo", "r=4/3"]
    sets = [x for p in point for x in ("--set", p)]
    code, out, _ = run(capsys, "xi_g", "--large", "epsilon", "--limit", "0", *sets, "--json")
    assert code == 0
    data = json.loads(out)
    assert (data["exponent"], data["next_exponent"]) == ("0", "1")
    assert data["prefactor_value"].startswith("0.1155043160069667")


def test_a_spectrum_for_strong_coupling(capsys):
    """N_M at resonance, theta_M = pi/4: back action grows as C_M^2."""
    code, out, _ = run(capsys, "N_M", "--large", "C_M", "--set", "delta=0", "--set", "theta_M=pi/4")
    assert code == 0
    assert "C_M^(2)" in out
