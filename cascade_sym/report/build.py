"""Writing the report of a folder beside its ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cascade_sym.files import write
from cascade_sym.paper.build import build_paper, figure_files, is_current, read_heading, stamp_of
from cascade_sym.paper.folder import digest
from cascade_sym.report.pdf import find_pdflatex

if TYPE_CHECKING:
    from cascade_sym.report.figures import Figure

Records = Sequence[Mapping[str, Any]]


def build_report(
    folder: str | Path, output: Path | None = None, progress: Callable[[str], None] | None = None
) -> tuple[list[dict[str, Any]], list[Path]]:
    """Write ledger.json, paper.json, equations.tex, report.html and (where pdflatex is) report.pdf for a folder.

    Gives the records of the ledger and the files, in that order. Derivations are cached by content (`build_paper`),
    and so is the report, together with the figures that lie in figures/ beside it.
    """
    records, place = build_paper(folder, output, progress)
    page, pdf, stamp = place / "report.html", place / "report.pdf", place / "report.key"
    files = [place / "ledger.json", place / "equations.tex", page]
    key = _key(place, str(folder))
    if not is_current(stamp, key, [page, pdf]) or not page.is_file():
        _write(records, place, str(folder), page, pdf)
        write(stamp, stamp_of(key, [page, pdf]))
    return records, [*files, pdf] if pdf.is_file() else files


def _write(records: Records, place: Path, folder: str, page: Path, pdf: Path) -> None:
    from cascade_sym.report.figures import figures_in
    from cascade_sym.report.page import report_page
    from cascade_sym.report.pdf import typeset
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


def _key(place: Path, folder: str) -> str:
    """A hash of all that the report depends on; the ledger's own key stands for the toolkit's code."""
    inputs = [place / n for n in ("ledger.json", "paper.json", "content.key")]
    return digest(place, [*inputs, *figure_files(place)], folder, str(find_pdflatex() is not None))
