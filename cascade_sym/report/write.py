"""Writing the report of a folder beside its ledger; pdflatex is shut in.

It gets no shell, no file outside a temporary folder, and bounded time and size.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cascade_sym.declared.figures import figure_files
from cascade_sym.files import write
from cascade_sym.ledger.records import Record
from cascade_sym.ledger.stored import build_paper, read_heading
from cascade_sym.stamps import digest, is_current, stamp_of

if TYPE_CHECKING:
    from cascade_sym.report.page import Figure

Records = Sequence[Record]


def build_report(
    folder: str | Path, output: Path | None = None, progress: Callable[[str], None] | None = None, jobs: int = 1
) -> tuple[tuple[Record, ...], list[Path]]:
    """Write ledger.json, paper.json, equations.tex, report.html and (where pdflatex is) report.pdf for a folder.

    Gives the records of the ledger and the files, in that order. Derivations are cached by content (`build_paper`),
    and so is the report, together with the figures that lie in figures/ beside it. `jobs` processes make the ledger.
    """
    records, place = build_paper(folder, output, progress, jobs)
    page, pdf, stamp = place / "report.html", place / "report.pdf", place / "report.key"
    files = [place / "ledger.json", place / "equations.tex", page]
    inputs = [place / "ledger.json", place / "paper.json", place / "content.key", *figure_files(place)]
    key = digest(place, inputs, str(folder), str(find_pdflatex() is not None))
    if not is_current(stamp, key, [page, pdf]) or not page.is_file():
        if progress:
            progress("report.html and report.pdf")
        _write(records, place, str(folder), page, pdf)
        write(stamp, stamp_of(key, [page, pdf]))
    return records, [*files, pdf] if pdf.is_file() else files


def _write(records: Records, place: Path, folder: str, page: Path, pdf: Path) -> None:
    from cascade_sym.report.page import figures_in, report_page
    from cascade_sym.report.pdf_source import report_source

    heading, figures = read_heading(place), figures_in(place / "figures")
    images = _images(records, figures) if find_pdflatex() else {}
    typeset_pdf, said = typeset(report_source(records, heading, figures, images), images)
    if typeset_pdf is None:
        pdf.unlink(missing_ok=True)
    else:
        write(pdf, typeset_pdf)
    write(page, report_page(records, heading, folder, figures, said))


def _images(records: Records, figures: Sequence[Figure]) -> dict[str, bytes]:
    """What the PDF includes, by name: figures, and the plots of certificates."""
    from cascade_sym.report.pdf_source import plots_of
    from cascade_sym.report.plots import plot_pdf

    drawn = {name: plot_pdf(curves) for r in records for name, curves in plots_of(r)}
    return {f.paper.name: f.paper.read_bytes() for f in figures if f.paper is not None} | drawn


SECONDS = 180  # that pdflatex may take
MAX_FILE = 200_000_000  # bytes that pdflatex may write


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
        limit = _limit if os.name == "posix" else None
        options = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "-no-mktex=pk", "report.tex"]
        for _ in range(2):  # the second run knows the widths of the table
            try:
                done = subprocess.run(
                    [program, *options], cwd=room, env=_environment(room), stdin=subprocess.DEVNULL,
                    capture_output=True, timeout=SECONDS, preexec_fn=limit, check=False,
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


def _limit() -> None:
    import resource

    for bounded, most in (("CPU", SECONDS), ("FSIZE", MAX_FILE), ("CORE", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{bounded}"), (most, most))


def _reason(log: bytes) -> str:
    lines = log.decode("utf-8", "replace").splitlines()
    said = [x for x in lines if x.startswith("!")]
    return said[0][2:200] if said else "see the file with pdflatex itself."
