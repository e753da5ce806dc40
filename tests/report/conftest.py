"""A small ledger made by the toolkit, with a misprint, a scaling and a figure, and its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from cascade_sym.ledger.records import Record
from cascade_sym.ledger.stored import read_ledger
from cascade_sym.report import build_report

PRINTED = r"""
[paper]
title = "A cavity & its <mirrors>"
reference = "A. Author (2026)"
swaps = [["1", "2"]]

[notation]
kappa_1 = '\kappa_1'
r = '\hat r'

[[equation]]
id = "1"
title = "Reflection at kappa_1"
statements = ["r = 1 - 3*kappa_1/(kappa_1 + kappa_2)"]
expected = "misprint"
conditions = '$\Omega=0$'

[[equation]]
id = "2.b"
title = "Transmission"
statements = ["t = -2*sqrt(kappa_1*kappa_2)/(kappa_1 + kappa_2)", "t = -2*sqrt(kappa_2*kappa_1)/(kappa_2 + kappa_1)"]
"""
DERIVED = '''
import sympy as sp
import cascade_sym as cs
from cascade_sym.paper import Model, Result
from cascade_sym.steps import Check, Step

RATES = ("kappa_1", "kappa_2")
model = Model(parameters=RATES, ranges=dict.fromkeys(RATES, (sp.S.Zero, sp.oo)))
cavity = cs.Cavity("c", kappa={"1": cs.symbol("kappa_1"), "2": cs.symbol("kappa_2")}).system()


def gain(out, inp):
    A, form = cavity.equation("c").terms[("c", False)], cavity.output(out)
    return form[(inp, False)] + form[("c", False)] * -cavity.equation("c").terms[(inp, False)] / A


@model.equation("1")
def reflection():
    step = Step("solve", "the field inside at rest", after={"r": gain("c.out_1", "c.in_1")}, check=lambda: Check(True, "put back"))
    return Result({"r": gain("c.out_1", "c.in_1")}, (step,))


@model.equation("2.b")
def transmission():
    return {"t": gain("c.out_2", "c.in_1")}
'''
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def make_folder(place: Path) -> Path:
    place.mkdir()
    (place / "printed.toml").write_text(PRINTED)
    (place / "derived.py").write_text(DERIVED)
    return place


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """Where the report of the small paper was written, with a figure."""
    root = tmp_path_factory.mktemp("report")
    out = root / "out"
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "fig_1.png").write_bytes(PIXEL)
    (out / "figures" / "fig_1.txt").write_text("One pixel < two.")
    build_report(make_folder(root / "cavity"), out)
    return out


@pytest.fixture(scope="session")
def page(built) -> str:
    return (built / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def records(built) -> list[Record]:
    return list(read_ledger(built / "ledger.json"))
