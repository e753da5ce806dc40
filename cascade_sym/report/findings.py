"""Why an equation is not exact, in a sentence; what needs attention in a paper; an entry explained in words.

All is plain text, in which names and quoted formulas stand as in the plain language; each painter typesets them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import takewhile
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
    every = prints(records)
    count = sum(bool(needing_attention(group)) for group in every)
    return f"{count or 'None'} of {len(every)} equations {'need' if count > 1 else 'needs'} attention"


def prints(records: Sequence[Record]) -> tuple[tuple[Record, ...], ...]:
    """The records by what is printed: readings of one print together, where the first of them stands.

    >>> from cascade_sym.ledger.records import Evidence
    >>> a, b = (Record(f"2.{k}", "", Verdict.EXACT, "", derived_latex="x", evidence=Evidence(reading=k)) for k in "ab")
    >>> [[r.id for r in group] for group in prints([a, Record("3", "", Verdict.EXACT, ""), b])]
    [['2.a', '2.b'], ['3']]
    """
    found: dict[str, tuple[Record, ...]] = {}
    for r in records:
        first = next((o.id for o in other_readings(r, records) if o.id in found), r.id)
        found[first] = (*found.get(first, ()), r)
    return tuple(found.values())


def joint_title(group: Sequence[Record]) -> str:
    """The title of what is printed: what the titles of its readings begin with.

    >>> joint_title([Record("2", f"Gain, {way} way", Verdict.EXACT, "") for way in ("one", "another")])
    'Gain'
    """
    words = [re.split(r"(?=[ ,;:(])", r.title) for r in group]
    same = "".join(w[0] for w in takewhile(lambda w: len(set(w)) == 1, zip(*words, strict=False)))
    return same.rstrip(" ,;:(") or group[0].title


def other_readings(record: Record, records: Sequence[Record]) -> tuple[Record, ...]:
    """Entries that read the same print in another way: ids that differ after the last point, each with a reading, and
    the same derived form."""
    base, read = record.id.rpartition(".")[0], record.evidence.reading
    if not base or not read or not record.derived_latex:
        return ()
    beside = (r for r in records if r.id != record.id and r.id.rpartition(".")[0] == base and r.evidence.reading)
    return tuple(r for r in beside if r.derived_latex == record.derived_latex)


def finding(record: Record, records: Sequence[Record] = ()) -> str:
    """What is wrong with an equation, in a line: the repair, or else the reason; and, of the ledger's `records`, what
    became of other readings of the same print.

    >>> finding(Record("7", "Gain", Verdict.MISPRINT, "", correction="'2' replaced by '3'"))
    "Repair: '2' replaced by '3'."
    """
    said = [f"Repair: {sentence(record.correction)}" if record.correction else reason(record)]
    if said[0]:
        said += [
            f"Another reading of the same print, ({r.id}), is {r.verdict}." for r in other_readings(record, records)
        ]
    return " ".join(said)


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
        more = f", more than the {_short(about['tolerated'])} that is tolerated" if about.get("tolerated") else ""
        end = "" if s.verdict == Verdict.APPROXIMATE else more
        said = f"{_distance(about)}{end}."
        return f"{case[:1].upper()}{case[1:]}: {said[:1].lower()}{said[1:]}" if (case := _case(s.where)) else said
    if s.notes.get("bound") or not (found := _refuted(s)):
        found = (_refuted(s, typed=False) + ": " if s.witness else "") + s.method
        return sentence(found)
    return f"{found}; no small edit of the printed formula makes it right."


def _case(where: str) -> str:
    r"""A printed condition, which is LaTeX of formulas, as text with formulas in it; '' where it can't be.

    >>> _case(r"\text{at $\psi = 0$}"), _case("R = 0"), _case(r"\text{best }\psi\text{ of all}"), _case("$")
    ('at $\\psi = 0$', '$R = 0$', 'best $\\psi$ of all', '')
    """
    pieces = re.split(r"(?<![_^{])\\text\{((?:[^{}]|\{[^{}]*\})*)\}", where)
    if any("$" in formula for formula in pieces[::2]):
        return ""
    return "".join(x if n % 2 else f"${x}$" if x.strip() else x for n, x in enumerate(pieces))


def _distance(about: dict[str, Any]) -> str:
    """How far an approximation is from the derived form."""
    most = about["maximum"]
    size = percent(most).lstrip("+-")
    at = ", ".join(f"{k} = {_short(v)}" for k, v in about.get("maximum_at", {}).items())
    domain = " and ".join(f"{k} from {a} to {b}" for k, (a, b) in about.get("domain", {}).items())
    domain = domain.replace("to oo", "upwards")
    if about.get("maximum_is") == PROVED:
        within = f"The derived form is within {size} of the printed one (proved)"
        return f"{within} for {domain}" if domain else within
    said = f"The derived form is {size} {'smaller' if float(most) < 0 else 'larger'} than the printed one"
    return f"{said} at {at}, the most that was seen for {domain}" if domain else said


def _refuted(s: StatementRecord, typed: bool = True) -> str:
    """A point at which a statement does not hold, with both sides; '' where none is known."""
    if not s.witness:
        return ""
    point = ", ".join(f"{k} = {number_text(v)}" for k, v in s.witness["point"].items())
    left, right = (number_text(s.witness[side]) for side in ("left", "right"))
    what = "a coefficient is" if s.proof is None and "coefficient" in s.method else "the printed side is"
    typed = typed and "for a steady state" not in s.method  # of a condition both sides are printed
    sides = f"{what} {left}, the derived one {right}" if typed else f"the sides are {left} and {right}"
    said = f"at {point} {sides}" if point else f"{sides} everywhere"
    return said[:1].upper() + said[1:]


def _short(value: str) -> str:
    try:
        return f"{float(Fraction(value)):.4g}"
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
