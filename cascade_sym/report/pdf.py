"""Typesetting with pdflatex, shut in: no shell, no file outside a temporary folder, bounded time and size."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

SECONDS = 180
MAX_FILE = 200_000_000


def find_pdflatex() -> str | None:
    """Where pdflatex is; None where it is not installed."""
    return shutil.which("pdflatex")


def typeset(source: str, images: Mapping[str, bytes] | None = None) -> tuple[bytes | None, str]:
    """The PDF of a LaTeX document and a word on how it went; (None, reason) where there is none.

    `images` are files that it includes, by name.
    """
    program = find_pdflatex()
    if program is None:
        return None, "pdflatex is not installed; install TeX Live for report.pdf."
    with tempfile.TemporaryDirectory(prefix="cascade-sym-") as place:
        room = Path(place)
        (room / "report.tex").write_text(source, encoding="utf-8")
        for name, content in (images or {}).items():
            (room / Path(name).name).write_bytes(content)
        options = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "-no-mktex=pk", "report.tex"]
        for _ in range(2):  # the second run knows the widths of the table
            try:
                done = subprocess.run(
                    [program, *options], cwd=room, env=_environment(room), stdin=subprocess.DEVNULL,
                    capture_output=True, timeout=SECONDS, preexec_fn=_limits(), check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return None, f"pdflatex did not end within {SECONDS} seconds."
            except OSError as err:
                return None, f"pdflatex could not be started: {err.strerror}."
            if done.returncode:
                return None, f"pdflatex failed: {_reason(done.stdout)}"
        return (room / "report.pdf").read_bytes(), "report.pdf holds the same on paper."


def _environment(room: Path) -> dict[str, str]:
    """What pdflatex sees: it reads and writes nothing above its folder (but TeX's own), and dates are fixed."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEXMFDIST")}
    return {
        **kept, "HOME": str(room), "TEXMFVAR": str(room), "TEXMFHOME": str(room), "TEXMFCONFIG": str(room),
        "openin_any": "p", "openout_any": "p", "shell_escape": "f",
        "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1",
    }  # fmt: skip


def _limits() -> Callable[[], None] | None:
    if os.name != "posix":
        return None
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return limit


def _reason(log: bytes) -> str:
    lines = log.decode("utf-8", "replace").splitlines()
    said = [x for x in lines if x.startswith("!")]
    return said[0][2:200] if said else "see the file with pdflatex itself."
