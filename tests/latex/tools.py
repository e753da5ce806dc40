"""What TeX and KaTeX say of LaTeX; tests without them skip."""

from __future__ import annotations

from pathlib import Path

from tests.tools import TEX, katex, need_katex, run


def katex_failures(formulas: list[str]) -> list[str]:
    """What KaTeX in strict mode refuses, with its reason."""
    need_katex()
    found = katex(tuple(formulas))
    assert found is not None, "KaTeX did not get through these formulas"
    return [f"{reason}: {formulas[i]}" for i, reason in found[1]]


def pdflatex(source: str, folder: Path, runs: int = 2) -> str:
    """The log of compiling `source`; AssertionError with TeX's own words where that fails."""
    (folder / "document.tex").write_text(source, encoding="utf-8")
    for _ in range(runs):
        done = run(*TEX, "document.tex", cwd=folder, seconds=120)
        assert done.returncode == 0, "\n".join(done.stdout.splitlines()[-25:])
    return done.stdout
