"""TeX and KaTeX, where this machine has them."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_KATEX = r"""
const katex = require('katex');
const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const failures = [];
formulas.forEach((f, i) => {
  try { katex.renderToString(f, {strict: 'error', throwOnError: true, displayMode: true}); }
  catch (e) { failures.push([i, e.message]); }
});
console.log(JSON.stringify(failures));
"""


def _node(script: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """A script run by node, which finds packages where `make katex` puts them (and where NODE_PATH says)."""
    places = [str(ROOT / "build" / "katex" / "node_modules"), os.environ.get("NODE_PATH", "")]
    env = {**os.environ, "NODE_PATH": os.pathsep.join(p for p in places if p)}
    return subprocess.run(["node", "-e", script], input=text, capture_output=True, text=True, env=env)


@functools.cache
def _has_katex() -> bool:
    return bool(shutil.which("node")) and _node("require('katex')").returncode == 0


def katex_failures(formulas: list[str]) -> list[str]:
    """What KaTeX in strict mode refuses, with its reason. Skips the test without node and katex."""
    if not _has_katex():
        pytest.skip("KaTeX is not installed for node (make katex)")
    out = _node(_KATEX, json.dumps(formulas))
    out.check_returncode()
    return [f"{reason}: {formulas[i]}" for i, reason in json.loads(out.stdout)]


def need_tex(*files: str) -> None:
    """Skip the test without pdflatex or without one of `files`."""
    if not shutil.which("pdflatex"):
        pytest.skip("pdflatex is not installed (Debian: texlive-latex-recommended)")
    for f in files:
        if subprocess.run(["kpsewhich", f], capture_output=True).returncode:
            pytest.skip(f"{f} is not installed (Debian: texlive-publishers)")


def pdflatex(source: str, folder: Path, runs: int = 2) -> str:
    """The log of compiling `source`; AssertionError with TeX's own words where that fails."""
    (folder / "document.tex").write_text(source, encoding="utf-8")
    for _ in range(runs):
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "document.tex"],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
        )
        assert done.returncode == 0, "\n".join(done.stdout.splitlines()[-25:])
    return done.stdout
