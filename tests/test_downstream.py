"""A program that uses the package is seen by type checkers and editors: names, types, signatures, docstrings, typos."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cascade_sym as cs

PROGRAM = """
import cascade_sym as cs
from cascade_sym import Oscillator

chain = Oscillator("S") >> cs.Loss() >> cs.Cavity("c")
V = cs.covariance(chain)
variance = V["X_S", "X_S"]
reveal_type(chain)
reveal_type(V)
reveal_type(variance)
reveal_type(cs.evaluator(V))
reveal_type(cs.noise_spectrum(chain, "X_S"))
reveal_type(cs.equal(variance, 0).status)
reveal_type(cs.log_negativity(V, "S", "c"))
"""
TYPES = ["Chain", "Covariance", "Quantity", "Evaluator", "Spectrum", "str", "Quantity"]


@pytest.fixture(scope="module")
def root() -> Path:
    return Path(cs.__file__).parents[1]


def test_strict_types_of_a_program(tmp_path: Path, root: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM + "cs.covarience(chain)\n")
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(root / "build" / "mypy"), "program.py"],
        cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "MYPYPATH": ""},
    )  # fmt: skip
    revealed = [line.split('"')[1] for line in found.stdout.splitlines() if "Revealed type" in line]
    assert [t.rpartition(".")[2] for t in revealed] == TYPES
    errors = [line for line in found.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 1 and "covarience" in errors[0], found.stdout


@pytest.mark.parametrize("name", [names[0] for names in cs._CONTENTS.values()])
def test_editors_see_every_name(name: str) -> None:
    jedi = pytest.importorskip("jedi")
    (found,) = jedi.Script(f"import cascade_sym as cs\ncs.{name}").infer(2, 4)
    assert found.type in ("function", "class")
    assert found.docstring(raw=True).strip()
    if found.type == "function":
        parameters = [p.name for p in found.get_signatures()[0].params]
        own = inspect.signature(getattr(cs, name)).parameters.values()
        assert parameters == [p.name for p in own if p.kind is not p.VAR_POSITIONAL]


def test_a_mistyped_name_is_answered() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'covariance'"):
        cs.covarience  # noqa: B018
