"""Writing the report of a folder beside its ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cascade_sym.errors import CascadeError
from cascade_sym.paper.build import build_paper, read_heading
from cascade_sym.report.figures import figures_in
from cascade_sym.report.page import report_page

Records = Sequence[Mapping[str, Any]]


def build_report(
    folder: str | Path, output: Path | None = None, progress: Callable[[str], None] | None = None
) -> tuple[list[dict[str, Any]], list[Path]]:
    """Write ledger.json, paper.json, equations.tex and report.html for a folder.

    Gives the records of the ledger and the files, in that order. Derivations are cached by content (`build_paper`);
    the page is made anew each time, with the figures that lie in figures/ beside it.
    """
    records, place = build_paper(folder, output, progress)
    page = place / "report.html"
    html = report_page(records, read_heading(place), str(folder), figures_in(place / "figures"))
    try:
        page.write_text(html, encoding="utf-8")
    except OSError as err:
        raise CascadeError(f"can't write {page}: {err.strerror}; choose another place with -o.") from err
    return records, [place / "ledger.json", place / "equations.tex", page]
