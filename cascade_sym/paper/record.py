"""A ledger entry, and what a folder says of its paper, as plain data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cascade_sym.definitions import Definitions
from cascade_sym.latex.document import Entry as DocumentEntry
from cascade_sym.latex.document import StepText
from cascade_sym.latex.equations import definition_rows
from cascade_sym.latex.lines import aligned
from cascade_sym.paper.folder import Folder
from cascade_sym.paper.ledger import Entry
from cascade_sym.paper.show import correction_latex, derived_latex, difference_latex, notation_of, printed_latex


def record(folder: Folder, entry: Entry, shown: DocumentEntry | None = None) -> dict[str, Any]:
    """id, title, verdict, method, the four *_latex, evidence, seconds, and what the author expected.

    `difference_latex` is null where the forms are identical, `correction_latex` where nothing was repaired. With
    `shown`, the entry as it was typeset for a document, formulas are taken from there and `steps` are added: title,
    equations (null where there are none) and how the step was checked (null for an input).
    """
    out = {
        "id": entry.printed.id,
        "title": entry.printed.title,
        "verdict": entry.verdict,
        "method": "; ".join(dict.fromkeys(v.method for v in entry.statements)),
        "printed_latex": shown.printed_latex if shown else printed_latex(folder, entry),
        "derived_latex": shown.derived_latex if shown else derived_latex(folder, entry),
        "difference_latex": shown.difference_latex if shown else difference_latex(folder, entry),
        "correction_latex": shown.correction_latex if shown else correction_latex(folder, entry),
        "evidence": dict(entry.evidence),
        "seconds": round(entry.seconds, 3),
        "expected": entry.printed.expected,
        "as_expected": entry.as_expected,
        "deviation": entry.deviation,
        "correction": "; ".join(v.repair.description for v in entry.statements if v.repair) or None,
    }
    return {**out, "steps": _steps(shown.steps)} if shown else out


def _steps(steps: Sequence[StepText]) -> list[dict[str, Any]]:
    return [{"title": s.title, "latex": aligned(s.rows) if s.rows else None, "checked": s.checked} for s in steps]


def heading(folder: Folder) -> dict[str, Any]:
    """The paper's title and reference, and its abbreviations as LaTeX (null where it has none)."""
    rows = definition_rows(Definitions(tuple(folder.model.abbreviations)), notation_of(folder))
    printed = folder.printed
    return {
        "name": printed.name,
        "title": printed.title,
        "reference": printed.reference,
        "notation": {**printed.notation, **printed.derived_notation},
        "abbreviations_latex": aligned(rows) if rows else None,
    }
