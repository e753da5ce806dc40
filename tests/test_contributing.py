"""The lists of CONTRIBUTING are whole: a newcomer's part, verdict and export language touch these files and no other."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cascade_sym as cs

ROOT = Path(cs.__file__).parents[1]
LISTS = dict(re.findall(r"^## Add (.+)\n\n((?:.+\n)+)", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))

PART = '''
from dataclasses import dataclass
from cascade_sym.operators import op
from cascade_sym.system.part import Part, field_name
from cascade_sym.system.values import fraction
from cascade_sym.system import VACUUM, LinearSystem, Port
import sympy as sp


@dataclass(frozen=True)
class Mirror(Part):
    """A mirror of power reflectivity `R`, seen in reflection."""

    R: object = None
    name: str | None = None
    kind = "mirror"
    channels = None

    def known(self, name):
        R = fraction(self.R, "R", "R")
        return R, 1 - R

    def build(self, name, channels):
        R = fraction(self.R, "R", "R")
        inputs, outputs = {}, {}
        for c in channels:
            b, v = field_name(name, "in", c), field_name(name, "behind", c)
            inputs |= {b: VACUUM, v: VACUUM}
            outputs[field_name(name, "out", c)] = op(b, -sp.sqrt(R)) + op(v, sp.sqrt(1 - R))
        ports = [Port("light", {c: field_name(name, end, c) for c in channels}) for end in ("in", "out")]
        return LinearSystem((), {}, inputs, outputs, in_ports=(ports[0],), out_ports=(ports[1],))
'''
C = re.search(r"^\[c\]\n.*?(?=^\[julia\])", (ROOT / "cascade_sym/evaluate/source/languages.toml").read_text(), re.M | re.S)[0]
RUST = re.sub(r"words = \[.*?\n\]", 'words = ["fn let mut"]', C, flags=re.S).replace("[c", "[rust").replace("/* {} */", "// {}")
MEMBER = """    INCONSISTENT = (
        "inconsistent", "breaks a law by itself", "B2182B", "a5121f", "ff8f8a", "8c0f1a", "red", "!",
    )  # fmt: skip
"""
BRANCH = """    if c.statement.text.startswith("gamma ="):
        return c.said(Verdict.INCONSISTENT, "it breaks a law")
"""
CHANGES: dict[str, tuple[dict[str, tuple[str, str]], str, str]] = {
    # what: {file: (after this text, or "" at the end, what is put)}, a program, what it prints
    "a part": (
        {
            "cascade_sym/parts/mirror.py": ("", PART),
            "cascade_sym/parts/__init__.py": ("import Oscillator\n", "from cascade_sym.parts.mirror import Mirror\n"),
            "cascade_sym/__init__.pyi": ("    Oscillator as Oscillator,\n", "    Mirror as Mirror,\n"),
        },
        "import cascade_sym as cs\ns = (cs.Mirror() >> cs.Cavity('c', kappa=1)).system()\nprint(s.assumptions, bool(cs.is_physical(s)))",
        "('1 - R >= 0', 'R >= 0') True",
    ),
    "a verdict": (
        {
            "cascade_sym/verdicts.py": ('"8c0f1a", "red", "\\u25b2")  # fmt: skip\n', MEMBER),
            "cascade_sym/ledger/verdict.py": ("def _mistyped(c: Case) -> StatementVerdict | None:\n", BRANCH),
        },
        "from cascade_sym.paper import load_folder, run_ledger\nfrom cascade_sym.cli.main import main\n"
        "for command in (['new', 'f'], ['verify', 'f']):\n"
        "    try:\n        main(command)\n    except SystemExit as end:\n        print(end.code)\n"
        "print(*[e.verdict for e in run_ledger(load_folder('f'))])",
        "definition inconsistent exact",
    ),
    "an export language": (
        {
            "cascade_sym/evaluate/source/languages.toml": ("", f"\n{RUST}"),
            "cascade_sym/evaluate/source/code.py": (
                '    "c": {"number": numbers("NAN"), "layout": c_layout},\n',
                '    "rust": {"number": numbers("f64::NAN"), "layout": c_layout},\n',
            ),
        },
        "import sympy as sp\nfrom cascade_sym.evaluate.source.code import code\n"
        "import cascade_sym as cs\nx = sp.Symbol('fn')\n"
        "print(code(cs.Quantity('z', x**2), 'rust').splitlines()[3])",
        "// fn_ is fn",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_newcomer_touches_these_files(what: str, tmp_path: Path) -> None:
    files, program, printed = CHANGES[what]
    listed = [f.replace("YOURS", "mirror") for f in re.findall(r"^\d\. `(.+?)`", LISTS[what], re.MULTILINE)]
    assert listed == list(files)
    shutil.copytree(ROOT / "cascade_sym", tmp_path / "cascade_sym", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (after, put) in files.items():
        place = tmp_path / name
        text = place.read_text() if place.exists() else ""
        assert after in text
        head, mark, tail = text.partition(after) if after else (text, "", "")
        place.write_text(head + mark + put + tail)
    found = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert found.stdout.strip().splitlines()[-1:] == [printed], found.stderr


def test_every_file_of_a_list_exists() -> None:
    named = re.findall(r"`((?:cascade_sym|tests|docs)/[\w./]+)`", "".join(LISTS.values()))
    assert named and all((ROOT / n).exists() for n in named if "YOURS" not in n)
