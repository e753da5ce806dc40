"""A verdict is listed once: the page, the terminal, LaTeX and the ledger take everything about it from its enum."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from rich.color import Color

import cascade_sym
from cascade_sym.latex.document import VERDICT_COLOURS, verdict
from cascade_sym.report.page import verdict_style
from cascade_sym.verdicts import Verdict

PACKAGE = Path(cascade_sym.__file__).parent


@pytest.mark.parametrize("v", Verdict)
def test_every_room_that_shows_verdicts_knows_it(v: Verdict) -> None:
    assert f"\\definecolor{{verdict-{v}}}" in VERDICT_COLOURS and verdict(v) == f"\\verdict{{{v}}}"
    style = verdict_style()
    assert f".v-{v} {{" in style and style.count(f"--{v}: #") == 3 and f'[data-verdict="{v}"]' in style
    assert Color.parse(v.terminal) and v.meaning and len(v.sign) == 1
    assert json.loads(json.dumps(v)) == v == Verdict(str(v)) and repr(v) == f"'{v}'"


def test_severity_is_the_order_of_the_members() -> None:
    assert [v for v in Verdict if v.passes] == ["definition", "exact", "asymptotic"]
    assert [v for v in Verdict if v.fails] == ["misprint", "differs", "unchecked"]
    assert sorted(Verdict, key=lambda v: v.severity) == list(Verdict)


def test_no_other_file_lists_the_verdicts() -> None:
    """Adding one touches the enum and the file that gives it: no collection of verdicts stands anywhere else."""
    words = set(map(str, Verdict))
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if file.name != "verdicts.py" and isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
                items = node.keys if isinstance(node, ast.Dict) else node.elts
                found = {i.value for i in items if isinstance(i, ast.Constant)} & words
                assert len(found) < 3, f"{file.name}, line {node.lineno} lists verdicts: {sorted(found)}"
    assert not any(f"--{v}:" in (PACKAGE / "report" / "style.css").read_text(encoding="utf-8") for v in words)
