"""A small folder, and a function that checks a manuscript's text against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cascade_sym.manuscript import Report, check_manuscript
from cascade_sym.paper import load_folder

ROOT = Path(__file__).resolve().parents[2]
PRINTED = r"""
[paper]
title = "A cavity with two mirrors"
swaps = [["1", "2"]]

[notation]
kappa_1 = '\kappa_1'
kappa_2 = '\kappa_{\mathrm{R}}'
a = '\hat a'
b_1 = '\hat b_{1,\mathrm{in}}'
b_2 = '\hat b_{2,\mathrm{in}}'

[[equation]]
id = "1"
title = "reflection"
statements = ["r = 1 - 2*kappa_1/(kappa_1 + kappa_2)", "t = -2*sqrt(kappa_1*kappa_2)/(kappa_1 + kappa_2)"]

[[equation]]
id = "2"
title = "equation of motion"
statements = ["ddt(a) = -(kappa_1 + kappa_2)/2*a - sqrt(kappa_1)*b_1 - sqrt(kappa_2)*b_2"]
"""
DERIVED = '''
import sympy as sp

import cascade_sym as cs
from cascade_sym.operators import as_operator, operator
from cascade_sym.paper import Model

names = {"c": "a", "c.in_1": "b_1", "c.in_2": "b_2"}
RATES = ("kappa_1", "kappa_2")
model = Model(parameters=RATES, ranges=dict.fromkeys(RATES, (sp.S.Zero, sp.oo)))
system = cs.Cavity("c", kappa={"1": cs.symbol("kappa_1"), "2": cs.symbol("kappa_2")}).system()


def gain(out, inp):
    A, form = system.equation("c").terms[("c", False)], system.output(out)
    return form[(inp, False)] + form[("c", False)] * -system.equation("c").terms[(inp, False)] / A


@model.glossary
def glossary():
    return {n: operator(n) for n in names.values()}


@model.equation("1")
def mirrors():
    return {"r": gain("c.out_1", "c.in_1"), "t": gain("c.out_2", "c.in_1")}


@model.equation("2")
def motion():
    total = 0
    for op, c in system.equation("c"):
        total = operator(names[op.name]) * c + total
    return {"ddt(a)": as_operator(total)}
'''


@pytest.fixture(scope="session")
def cavity(tmp_path_factory):
    place = tmp_path_factory.mktemp("cavity")
    (place / "printed.toml").write_text(PRINTED)
    (place / "derived.py").write_text(DERIVED)
    return load_folder(place)


@pytest.fixture
def check(cavity, tmp_path):
    """Check a manuscript's body; other files of its folder by name."""

    def run(body: str | bytes, **files: str) -> Report:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        path = tmp_path / "m.tex"
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return check_manuscript(path, cavity)

    return run
