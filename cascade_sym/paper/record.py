"""A ledger entry as plain data, for JSON."""

from __future__ import annotations

from typing import Any

from cascade_sym.paper.folder import Folder
from cascade_sym.paper.ledger import Entry
from cascade_sym.paper.show import correction_latex, derived_latex, difference_latex, printed_latex


def record(folder: Folder, entry: Entry) -> dict[str, Any]:
    """id, title, verdict, method, the four *_latex, evidence, seconds, and what the author expected.

    `difference_latex` is null where the forms are identical, `correction_latex` where nothing was repaired.
    """
    return {
        "id": entry.printed.id,
        "title": entry.printed.title,
        "verdict": entry.verdict,
        "method": "; ".join(dict.fromkeys(v.method for v in entry.statements)),
        "printed_latex": printed_latex(folder, entry),
        "derived_latex": derived_latex(folder, entry),
        "difference_latex": difference_latex(folder, entry),
        "correction_latex": correction_latex(folder, entry),
        "evidence": dict(entry.evidence),
        "seconds": round(entry.seconds, 3),
        "expected": entry.printed.expected,
        "as_expected": entry.as_expected,
        "correction": "; ".join(v.repair.description for v in entry.statements if v.repair) or None,
    }
