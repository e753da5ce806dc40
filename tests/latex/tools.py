"""TeX and KaTeX, where this machine has them."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

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


@functools.cache
def _has_katex() -> bool:
    node = shutil.which("node")
    return bool(node) and subprocess.run(["node", "-e", "require('katex')"], capture_output=True).returncode == 0


def katex_failures(formulas: list[str]) -> list[str]:
    """What KaTeX in strict mode refuses, with its reason. Skips the test without node and katex."""
    if not _has_katex():
        pytest.skip("KaTeX is not installed for node (npm install katex, or Debian's node-katex)")
    out = subprocess.run(["node", "-e", _KATEX], input=json.dumps(formulas), capture_output=True, text=True, check=True)
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
