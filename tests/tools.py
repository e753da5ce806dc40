"""TeX, KaTeX and Chromium where they do their work: half an installation, whose files are there, does not count.

`python -m tests.tools` says in one line which of them work, `--missing` names the others; it needs nothing installed.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SECONDS = 30
BROWSERS = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
HEADLESS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
            "--no-first-run")  # fmt: skip
TEX = ("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape")
# packages that the documents load, but not their preamble: a mistake in that has to fail, not to skip
_TRIAL = r"""\documentclass{%s}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,xcolor,longtable,geometry,graphicx,hyperref}
\begin{document}$\hat a=\mathcal A$, \textsf{\bfseries\large x}\end{document}
"""
_KATEX = r"""
const katex = require('katex');
const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const failures = [];
formulas.forEach((f, i) => {
  try { katex.renderToString(f, {strict: 'error', throwOnError: true, displayMode: true}); }
  catch (e) { failures.push([i, e.message]); }
});
console.log(JSON.stringify({version: katex.version, failures}));
"""


def run(
    *command: str | Path, cwd: Path | None = None, text: str = "", seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """A program with everything that it starts, ended after `seconds` or SECONDS (TimeoutExpired)."""
    places = [str(ROOT / "build" / "katex" / "node_modules"), os.environ.get("NODE_PATH", ""), "/usr/share/nodejs"]
    env = {**os.environ, "NODE_PATH": os.pathsep.join(p for p in places if p)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(
        [str(c) for c in command], cwd=cwd, env=env, **pipes, text=True, encoding="utf-8", errors="replace",
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, err = process.communicate(text, timeout=seconds or SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _tried(*command: str | Path, cwd: Path | None = None, text: str = "") -> str | None:
    """What a program writes; None where it is not there, fails or does not end."""
    if not shutil.which(str(command[0])):
        return None
    try:
        done = run(*command, cwd=cwd, text=text)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


@functools.cache
def has_tex(document_class: str = "article") -> bool:
    """Whether pdflatex makes a PDF of a trial document of that class."""
    with tempfile.TemporaryDirectory(prefix="trial-") as place:
        (Path(place) / "trial.tex").write_text(_TRIAL % document_class, encoding="utf-8")
        written = _tried(*TEX, "trial.tex", cwd=Path(place))
        pdf = Path(place) / "trial.pdf"
        return written is not None and pdf.is_file() and pdf.read_bytes().startswith(b"%PDF-")


@functools.cache
def katex(formulas: tuple[str, ...] = ("x^2",)) -> tuple[str, tuple[tuple[int, str], ...]] | None:
    """KaTeX's version, and what it refuses in strict mode: (number, reason); None where it does not run."""
    written = _tried("node", "-e", _KATEX, text=json.dumps(formulas))
    try:
        found = json.loads(written or "")
    except ValueError:
        return None
    return found["version"], tuple((i, reason) for i, reason in found["failures"])


@functools.cache
def chromium() -> str | None:
    """A Chromium that runs a script on a page without a screen; None where there is none."""
    for name in BROWSERS:
        with tempfile.TemporaryDirectory(prefix="trial-", ignore_cleanup_errors=True) as place:
            page = Path(place) / "trial.html"
            page.write_text("<p></p><script>document.querySelector('p').textContent = 6 * 7</script>")
            own = f"--user-data-dir={place}/profile"
            dom = _tried(name, *HEADLESS, own, "--dump-dom", page.as_uri())
        if dom is not None and "<p>42</p>" in dom:
            return shutil.which(name)
    return None


def need_tex(document_class: str = "article") -> None:
    """Skip the test without a pdflatex that works."""
    if not has_tex(document_class):
        _skip(f"no pdflatex that typesets {document_class} (Debian: texlive-publishers)")


def need_katex() -> None:
    """Skip the test without a KaTeX that works."""
    if katex() is None:
        _skip("no KaTeX that runs (make katex; Debian: katex)")


def need_chromium() -> str:
    """A Chromium that works; the test is skipped without."""
    return chromium() or _skip("no Chromium that runs (Debian: chromium)")


def need_axe() -> str:
    """A Chromium that works; the test is skipped without, and without axe-core."""
    return need_chromium() if AXE.is_file() else _skip("no axe-core (make axe)")


def _skip(reason: str) -> NoReturn:
    import pytest

    pytest.skip(reason)


def working() -> dict[str, str]:
    """What each tool that works says of itself; "" for one that does not."""
    node, browser = katex(), chromium()
    return {
        "tex": "revtex4-2" if has_tex("revtex4-2") else "",
        "katex": node[0] if node else "",
        "chromium": Path(browser).name if browser else "",
    }


def main() -> None:
    found = working()
    if "--missing" in sys.argv[1:]:
        print(" ".join(name for name, what in found.items() if not what))
        return
    said = [f"{name}: {what or 'none, its tests skip'}" for name, what in found.items()]
    print("Tools for the tests of documents and pages - " + "; ".join(said))


if __name__ == "__main__":
    main()
