"""`cascade-sym report`: the ledger as a page, and as a PDF where TeX is installed."""

from __future__ import annotations

import sys
from pathlib import Path

from cascade_sym.cli.commands import Folder, Output


def report(folder: Folder, output: Output = None) -> int:
    """Write report.html, one self-contained page, and report.pdf where pdflatex is installed."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.report import build_report

    with progress(f"report {Path(folder).name}", None) as tick:
        records, files = build_report(folder, output, tick)
    print(f"written: {', '.join(map(str, files))}", file=sys.stderr)
    return 0 if all(r["as_expected"] for r in records) else 1
