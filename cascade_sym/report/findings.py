"""Why an equation is not exact, in a sentence; what needs attention in a paper; an entry explained in words.

All is plain text, in which names and quoted formulas stand as in the plain language; each painter typesets them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cascade_sym.ledger.deviation import PROVED, percent
from cascade_sym.ledger.records import Record, StatementRecord
from cascade_sym.verdicts import Verdict


def needing_attention(records: Sequence[Record]) -> tuple[Record, ...]:
    """The entries that a reader of the paper has to know of: what is printed is wrong, or could not be judged."""
    return tuple(r for r in records if r.verdict.fails or not r.as_expected)


def attention(records: Sequence[Record]) -> str:
    """How many entries need it, in words.

    >>> attention([Record("1", "", Verdict.EXACT, ""), Record("2", "", Verdict.DIFFERS, "")])
    '1 of 2 equations needs attention'
    """
    count, verb = len(needing_attention(records)), "need" if len(needing_attention(records)) > 1 else "needs"
    return f"{count or 'None'} of {len(records)} equations {verb} attention"


def finding(record: Record) -> str:
    """What is wrong with an equation, in a line: the repair, or else the reason.

    >>> finding(Record("7", "Gain", Verdict.MISPRINT, "", correction="'2' replaced by '3'"))
    "Repair: '2' replaced by '3'."
    """
    return f"Repair: {sentence(record.correction)}" if record.correction else reason(record)


def reason(record: Record) -> str:
    """Why the verdict is not "exact", in a sentence for each statement that is as bad as the worst; '' where it is
    exact, or an input of the model.

    >>> reason(Record("7", "Gain", Verdict.UNCHECKED, "undecided: no proof was found"))
    'Not checked; undecided: no proof was found.'
    """
    if record.verdict in (Verdict.EXACT, Verdict.DEFINITION):
        return ""
    if record.evidence.failed:
        return f"Not checked; {sentence(record.evidence.failed)}"
    worst = [s for s in record.evidence.statements if s.verdict == record.verdict]
    said = [_of(s) for s in worst or [StatementRecord("", record.verdict, record.method, witness=record.witness)]]
    return " ".join(dict.fromkeys(said))


def _of(s: StatementRecord) -> str:
    if s.verdict == Verdict.MISPRINT:
        return f"{_refuted(s) or 'It does not hold as printed'}; with the repair it is exact."
    if s.verdict == Verdict.ASYMPTOTIC:
        order = s.notes.get("order")
        return "The printed terms are the leading ones of the derived expansion" + (f"; {order}." if order else ".")
    if s.verdict == Verdict.UNCHECKED:
        return f"Not checked; {sentence(s.method)}"
    if isinstance(about := s.notes.get("relative_difference"), dict):
        end = "" if s.verdict == Verdict.APPROXIMATE else ", more than is stated"
        return f"{_distance(about)}{end}."
    if s.notes.get("bound") or not (found := _refuted(s)):
        found = (_refuted(s, typed=False) + ": " if s.witness else "") + s.method
        return sentence(found)
    return f"{found}; no small edit of the printed formula makes it right."


def _distance(about: dict[str, Any]) -> str:
    """How far an approximation is from the derived form."""
    most = percent(about["maximum"])
    at = ", ".join(f"{k} = {_short(v)}" for k, v in about.get("maximum_at", {}).items())
    domain = " and ".join(f"{k} from {a} to {b}" for k, (a, b) in about.get("domain", {}).items())
    domain = domain.replace("to oo", "upwards")
    said = f"The derived form differs from the printed one by {most}"
    if about.get("maximum_is") == PROVED:
        said = f"The derived form differs from the printed one by at most {most.lstrip('+-')} (proved)"
    if not domain:
        return said
    if about.get("maximum_is") == PROVED:
        return f"{said} for {domain}"
    return f"{said} at {at}, the most that was seen for {domain}"


def _refuted(s: StatementRecord, typed: bool = True) -> str:
    """A point at which a statement does not hold, with both sides; '' where none is known."""
    if not s.witness:
        return ""
    point = ", ".join(f"{k} = {number_text(v)}" for k, v in s.witness["point"].items())
    left, right = (number_text(s.witness[side]) for side in ("left", "right"))
    what = "a coefficient is" if s.proof is None and "coefficients" in s.method else "the printed side is"
    sides = f"{what} {left}, the derived one {right}" if typed else f"the sides are {left} and {right}"
    said = f"at {point} {sides}" if point else f"{sides} everywhere"
    return said[:1].upper() + said[1:]


def _short(value: str) -> str:
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value


def number_text(v: Any) -> str:
    """A number of a witness (text, or a table of "re" and "im"), in six digits.

    >>> number_text("0.3333333333333333"), number_text({"re": "1", "im": "-2"})
    ('0.333333', '1 - 2 i')
    """
    if isinstance(v, str):
        return f"{float(v):.6g}"
    return f"{float(v['re']):.6g} + {float(v['im']):.6g} i".replace("+ -", "- ")


def sentence(x: str) -> str:
    """Text with a full stop at its end, and no second one.

    >>> sentence("a"), sentence("b.")
    ('a.', 'b.')
    """
    return x if x.rstrip().endswith((".", "!", "?")) else f"{x}."
