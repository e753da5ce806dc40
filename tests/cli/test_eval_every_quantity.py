"""`cascade-sym eval --json` for every declared quantity: its error bound holds, and 50 digits are 50 right digits.

The reference computes the definitions of a formula one after the other in mpmath at 120 digits; for quantities that are
found numerically it is the same command at more digits (their values are compared with SciPy's in tests/conditional).
"""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import pytest
import sympy as sp

from cascade_sym.cli.main import main
from cascade_sym.cli.quantities import settings
from cascade_sym.paper import load_folder

HUANG = Path(__file__).resolve().parents[2] / "derivations" / "huang2018"
MODEL = load_folder(HUANG).model
POINTS = {
    "typical": "C_S=100 C_M=80 theta_S=pi/4 theta_M=1.16 gamma_S0=2*pi*5000 gamma_M0=2*pi/10 n_S=1 n_M=1e5 epsilon=1/10 "
               "eta=9/10 psi=1/5 delta=1e4 gamma_sig=1e7",
    "cancelling": "C_S=1e8 C_M=123456789 theta_S=0.78539817 theta_M=0.7853982 gamma_S0=3 gamma_M0=1e-3 n_S=1/3 n_M=1e7 "
                  "epsilon=1e-3 eta=1/2 psi=1e-3 delta=1/7 gamma_sig=1e5",
}  # fmt: skip


def evaluated(capsys, name: str, point: dict[str, sp.Expr], digits: int | None = None) -> dict:
    options = [x for k, v in point.items() for x in ("--set", f"{k}={v}")]
    with pytest.raises(SystemExit) as end:
        main(["eval", str(HUANG), name, *options, "--json", *(["--digits", str(digits)] if digits else [])])
    assert not end.value.code
    return json.loads(capsys.readouterr().out)


def reference(name: str, point: dict[str, sp.Expr]) -> mpmath.mpf:
    q = MODEL.declared(name).make()
    table = {sp.Symbol(k): mpmath.mpmathify(sp.N(v, 130)) for k, v in point.items()}
    for s, e in (*q.definitions, (None, q.expr)):
        used = sorted(e.free_symbols, key=str)
        value = sp.lambdify(used, e, "mpmath")(*(table[u] for u in used))
        if s is None:
            return value
        table[s] = value
    raise AssertionError


@pytest.mark.parametrize("where", POINTS)
@pytest.mark.parametrize("name", MODEL.quantities)
def test_error_and_digits(name: str, where: str, capsys) -> None:
    declared = MODEL.declared(name)
    point = {k: v for k, v in settings(POINTS[where].split()).items() if k in declared.parameters}
    plain, fifty = evaluated(capsys, name, point), evaluated(capsys, name, point, 50)
    with mpmath.workdps(120):
        if declared.number is None:
            want = mpmath.re(reference(name, point))
        else:
            want = mpmath.mpf(evaluated(capsys, name, point, 75)["value"])
        assert want != 0
        assert abs(mpmath.mpf(plain["value"]) - want) <= plain["error"] <= abs(want) * 1e-14
        digits = mpmath.mpf(fifty["value"])
        unit = mpmath.mpf(10) ** (mpmath.floor(mpmath.log10(abs(want))) - 49)
        assert abs(digits - want) <= unit * (mpmath.mpf(1) / 2 + mpmath.mpf(10) ** -6)
        assert abs(digits - want) <= mpmath.mpf(fifty["error"])
    shown = fifty["value"].split("e")[0].replace(".", "").lstrip("-0")
    assert len(shown) == 50 and fifty["digits"] == 50
