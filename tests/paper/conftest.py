from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cascade_sym.paper import load_folder

ROOT = Path(__file__).resolve().parents[2]
HUANG = ROOT / "derivations" / "huang2018"


@pytest.fixture(scope="session")
def huang():
    return load_folder(HUANG)


@pytest.fixture
def copied(tmp_path):
    """A copy of the paper's folder that a test may edit."""
    place = tmp_path / "huang2018"
    shutil.copytree(HUANG, place, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def make_small(place: Path) -> Path:
    """A small paper of one's own: a cavity with two ports."""
    (place / "printed.toml").write_text(
        '[paper]\ntitle = "A cavity"\nswaps = [["1", "2"]]\n'
        '[[equation]]\nid = "1"\ntitle = "reflection"\nstatements = ["r = 1 - 2*kappa_1/(kappa_1 + kappa_2)"]\n'
        '[[equation]]\nid = "2"\ntitle = "transmission"\nstatements = ["t = -2*sqrt(kappa_1*kappa_2)/(kappa_1 + kappa_2)"]\n'
    )
    (place / "derived.py").write_text(
        "import sympy as sp\nimport cascade_sym as cs\nfrom cascade_sym.paper import Model\n"
        "k1, k2 = sp.symbols('kappa_1 kappa_2')\n"
        "RATES = ('kappa_1', 'kappa_2')\n"
        "model = Model(parameters=RATES, ranges=dict.fromkeys(RATES, (sp.S.Zero, sp.oo)))\n"
        "cavity = cs.Cavity('c', kappa={'1': k1, '2': k2}).system()\n"
        "def gain(out, inp):\n"
        "    A, form = cavity.equation('c').terms[('c', False)], cavity.output(out)\n"
        "    response = -cavity.equation('c').terms[(inp, False)]/A\n"
        "    return form[(inp, False)] + form[('c', False)]*response\n"
        "@model.equation('1')\ndef reflection():\n    return {'r': gain('c.out_1', 'c.in_1')}\n"
        "@model.equation('2')\ndef transmission():\n    return {'t': gain('c.out_2', 'c.in_1')}\n"
        "@model.quantity('r', ['kappa_1', 'kappa_2'])\ndef r():\n    return cs.Quantity('r', gain('c.out_1', 'c.in_1'))\n"
    )
    return place


@pytest.fixture
def small(tmp_path):
    return make_small(tmp_path)
