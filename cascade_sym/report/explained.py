"""An entry of a ledger explained in words: what was printed, derived, compared, assumed, and found."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from cascade_sym.ledger.records import Record, StatementRecord
from cascade_sym.report.findings import finding, reason, sentence

LINE, INDENT = 100, 2  # characters: of a line, and before what stands under a head


def explanation(record: Record) -> str:
    """The entry in paragraphs of plain text; its steps are named where the record has them.

    >>> from cascade_sym.verdicts import Verdict
    >>> print(explanation(Record("7", "Gain", Verdict.UNCHECKED, "undecided: no proof was found")))
    (7) Gain: unchecked (not read, undecided, or a step of the derivation failed its own check)
    <BLANKLINE>
    Found
      Not checked; undecided: no proof was found.
    """
    found = record.evidence
    parts = {
        "Printed": [s.statement for s in found.statements],
        "Read": [said for said in (found.reading, found.conditions and f"conditions: {found.conditions}") if said],
        "Derived": list(_derived(record)),
        "Compared": [line for s in found.statements for line in _compared(s, len(found.statements) > 1)],
        "Assumed": list(record.assumptions) or (["nothing beyond the folder's domains"] if record.proof else []),
        "Found": list(_found(record)),
    }
    lines = [f"({record.id}) {record.title}: {record.verdict} ({record.verdict.meaning})"]
    for head, said in parts.items():
        if said:
            lines += ["", head, *(_wrapped(x) for x in said)]
    return "\n".join(lines)


def _wrapped(said: str) -> str:
    pad = " " * INDENT
    return textwrap.fill(said, LINE, initial_indent=pad, subsequent_indent=2 * pad, break_long_words=False)


def _derived(record: Record) -> Iterator[str]:
    for n, step in enumerate(record.steps or (), 1):
        yield f"{n}. {step.title}" + (f" [checked: {step.checked}]" if step.checked else "")
    if checks := record.evidence.derivation_checks:
        passed = sum(c.ok for c in checks)
        yield f"{passed} of {len(checks)} checks of its own passed."


def _compared(s: StatementRecord, several: bool) -> Iterator[str]:
    how = s.method + (f" ({s.proof} proof)" if s.proof else "")
    yield f"{s.statement}: {s.verdict}, {how}" if several else how
    if s.certificates and all(s.certificates):
        yield "its proof has a certificate that `cascade-sym recheck` checks by itself"


def _found(record: Record) -> Iterator[str]:
    if said := finding(record):
        yield said
    if record.correction:
        yield reason(record)
    others = [o for s in record.evidence.statements for o in s.equally_small_repairs]
    if others:
        yield f"Equally small: {'; '.join(others)}."
    if not said:
        yield sentence("It is an input of the model" if record.verdict == "definition" else "It holds as printed")
    if record.deviation:
        yield sentence(record.deviation)
    if not record.as_expected:
        yield f"The author of the folder expects {record.expected or 'a verdict that is no failure'}."
