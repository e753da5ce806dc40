"""One equation of the report: verdict, printed and derived form, correction, evidence, derivation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cascade_sym.ledger.records import Record, StatementRecord, StepRecord
from cascade_sym.report.findings import joint_title, number_text, reason, sentence
from cascade_sym.report.html import anchor, details, element, listing, table, text
from cascade_sym.report.mathml import FULL, HALF, block, edit_words, fits_beside, words
from cascade_sym.report.particulars import evidence_html, value_html
from cascade_sym.verdicts import Verdict

Name = Callable[[str], str]
FORMS = ("printed", "derived", "correction", "difference")


def verdict_mark(verdict: str) -> str:
    """A verdict as a coloured word."""
    return element("span", text(verdict), class_=f"verdict v-{anchor(verdict)}")


def entry_html(group: Sequence[tuple[Record, Derivation]], folder: str, name: Name) -> str:
    """The article of one printed equation, with each of its readings where it has several.

    `folder` is how commands name the paper, `name` gives the LaTeX of a name.
    """
    records = [r for r, _ in group]
    title = element(
        "h3", number_links(records), " ", words(joint_title(records), name), id=f"title-{anchor(records[0].id)}"
    )
    head = element("header", title, element("p", marks(records), class_="marks"))
    readings = [_reading(r, d, folder, name, alone=len(group) == 1, first=r is records[0]) for r, d in group]
    return element(
        "article", head, *readings, id=f"eq-{anchor(records[0].id)}", aria_labelledby=f"title-{anchor(records[0].id)}",
        data_verdict=worst(records),
    )  # fmt: skip


def number_links(records: Sequence[Record]) -> str:
    """The numbers of the readings of a print, each a link to it."""
    links = (element("a", text(f"({r.id})"), href=f"#eq-{anchor(r.id)}", class_="number") for r in records)
    return " ".join(links)


def marks(records: Sequence[Record]) -> str:
    """The verdicts of the readings of a print, one after the other."""
    odd = "" if all(r.as_expected for r in records) else element("span", "not as expected", class_="unexpected")
    return " ".join(verdict_mark(r.verdict) for r in records) + odd


def worst(records: Sequence[Record]) -> Verdict:
    """The verdict by which a print with several readings is chosen: a reader may take any of them."""
    return max((r.verdict for r in records), key=lambda v: v.severity)


def _reading(record: Record, derivation: Derivation, folder: str, name: Name, *, alone: bool, first: bool) -> str:
    """All of one reading of a print; the derived form, which is that of all readings, stands at the first one."""
    id, label = anchor(record.id), f"({record.id})"
    shown = FORMS if first else tuple(k for k in FORMS if k != "derived")
    forms = [(k, latex) for k in shown if (latex := record.form(k))]
    sources = "".join(element("h5", k.capitalize()) + listing([tex], _source(record, k)) for k, tex in forms)
    sources = details("LaTeX source", sources, class_="source") if sources else ""
    lines = [f"cascade-sym verify {folder} --only {record.id}", f"cascade-sym derive {folder} {record.id}"]
    commands = details("Reproduce", listing(lines), class_="commands")
    more = _statements(record, name), _steps(derivation, label, name), sources, commands
    parts = [
        _notes(record, name),
        _pair(record, label) if first else _form(record, "printed", f"Equation {label}, printed", FULL),
        _form(record, "correction", f"Equation {label}, corrected, the change marked", FULL, _repairs(record, name)),
        _form(record, "difference", f"Equation {label}, difference of derived and printed form", FULL),
        evidence_html(record.evidence.more, id, name),
        element("div", *more, class_="more"),
    ]
    if alone:
        return "".join(parts)
    head = element("h4", text(f"Read as {label}: "), verdict_mark(record.verdict), class_="read")
    return element("section", head, *parts, id=None if first else f"eq-{id}", class_="reading")


def notes(record: Record) -> list[tuple[str, str]]:
    """What is said of an equation beside its forms, each under its head."""
    found = record.evidence
    said = ("Conditions", found.conditions), ("Reading", found.reading), ("Why", reason(record))
    return [(head, text) for head, text in said if text]


def _notes(record: Record, name: Name) -> str:
    lines = [element("p", element("strong", f"{k}: "), words(sentence(said), name)) for k, said in notes(record)]
    return element("div", *lines, class_="notes") if lines else ""


def _pair(record: Record, label: str) -> str:
    printed, derived = record.printed_latex or "", record.derived_latex or ""
    beside = fits_beside((printed, derived))
    line = HALF if beside else FULL
    forms = "".join(_form(record, kind, f"Equation {label}, {kind}", line) for kind in ("printed", "derived"))
    return element("div", forms, class_="pair beside" if beside else "pair") if printed and derived else forms


def _form(record: Record, kind: str, label: str, line: float, more: str = "") -> str:
    """One form of the equation under its head; '' where there is none."""
    if not (latex := record.form(kind)):
        return ""
    copy = element(
        "button", "Copy LaTeX", type="button", class_="copy", hidden=True, data_source=_source(record, kind),
        aria_label=f"Copy LaTeX of equation ({record.id}), {kind}",
    )  # fmt: skip
    head = element("div", element("h4", kind.capitalize()), copy, class_="head")
    return element("section", head, block(latex, line, label), more, class_=f"form {kind}")


def _source(record: Record, kind: str) -> str:
    """The HTML id of the LaTeX of a form."""
    return f"tex-{anchor(record.id)}-{kind}"


def _repairs(record: Record, name: Name) -> str:
    said = ""
    for s in record.evidence.statements:
        if s.repair:
            said += element("p", edit_words(sentence(f"Repair: {s.repair}"), name))
            if s.equally_small_repairs:
                items = "".join(element("li", edit_words(o, name)) for o in s.equally_small_repairs)
                said += element("p", "Equally small repairs:") + element("ul", items)
    return said


def _statements(record: Record, name: Name) -> str:
    """How each statement was checked; one line where there is one."""
    found = record.evidence.statements
    if not found:
        return element("p", text(record.method), class_="method") if record.method else ""
    rows = []
    for s in found:
        statement = element("th", element("code", text(s.statement)), scope="row")
        rows.append(element("tr", statement, element("td", verdict_mark(s.verdict)), element("td", _how(s, name))))
    count = f"{len(found)} statement{'s' if len(found) > 1 else ''}"
    shown = table(("statement", "verdict", "checked by"), *rows)
    return details(f"How it was checked: {count}", shown, class_="checks")


def _how(s: StatementRecord, name: Name) -> str:
    said = words(s.method, name)
    if s.assumptions:
        said += element("p", "It rests on ", element("code", text(", ".join(s.assumptions))), ".")
    if at := s.witness:
        point = ", ".join(f"{k} = {number_text(v)}" for k, v in at["point"].items()) or "every point"
        sides = " and ".join(number_text(at[side]) for side in ("left", "right"))
        said += element("p", "At ", element("code", text(point)), " the sides are ", element("code", text(sides)), ".")
    more = {k.replace("_", " "): v for k, v in {**s.notes, "simpler": s.simpler}.items() if v is not None}
    return said + (value_html("", more, name) if more else "")


def _steps(derivation: Derivation, label: str, name: Name) -> str:
    if not derivation.steps:
        return ""
    shown = ""
    if derivation.beginning:
        link = element("a", text(f"({derivation.where})"), href=f"#eq-{anchor(derivation.where)}")
        shown += element("p", text(derivation.beginning), " ", link, ".")
    first = derivation.shared + 1
    items = "".join(_step(s, f"Equation {label}, step {n}", name) for n, s in enumerate(derivation.own, first))
    if items:
        shown += element("ol", items, start=first if first > 1 else None)
    return details(derivation.title, shown, class_="steps")


def _step(s: StepRecord, label: str, name: Name) -> str:
    head = element("p", words(s.title, name))
    shown = block(s.latex, FULL - 8, label, folded=True) if s.latex else ""
    failed = (s.checked or "").startswith("FAILED")
    word = "" if failed else "checked: "
    how = words(word + s.checked, name) if s.checked else ""
    return element("li", head, shown, element("p", how, class_="failed" if failed else "checked") if how else "")


Steps = Sequence[StepRecord]


@dataclass(frozen=True)
class Derivation:
    """The steps of an entry; `shared` of them, the first ones, stand at the entry `where`."""

    steps: Steps
    shared: int = 0
    where: str = ""

    @property
    def own(self) -> Steps:
        """The steps that only this entry shows."""
        return self.steps[self.shared :]

    @property
    def title(self) -> str:
        count, checked = len(self.steps), sum(1 for s in self.steps if s.checked)
        said = f"Derivation: {count} step{'s' if count > 1 else ''}"
        return f"{said}, {checked} with a check of {'their' if checked > 1 else 'its'} own" if checked else said

    @property
    def beginning(self) -> str:
        """Which steps stand elsewhere, in words; '' where none do."""
        if not self.shared:
            return ""
        if not self.own:
            return "All of them as in" if self.shared > 1 else "As in"
        return f"Steps 1 to {self.shared} as in" if self.shared > 1 else "Step 1 as in"


def derivations(records: Sequence[Record]) -> Iterator[tuple[Record, Derivation]]:
    """The records with their derivations.

    >>> from dataclasses import replace
    >>> from cascade_sym.verdicts import Verdict
    >>> a, b = StepRecord("a"), StepRecord("b")
    >>> one = Record("1", "", Verdict.EXACT, "", steps=(a,))
    >>> found = derivations([one, replace(one, id="2", steps=(a, b)), replace(one, id="3", steps=None)])
    >>> [(d.shared, d.where, len(d.own)) for _, d in found]
    [(0, '', 1), (1, '1', 1), (0, '', 0)]
    """
    before: list[tuple[Steps, str]] = []
    for r in records:
        steps = tuple(r.steps or ())
        shared, where = max(((_common(steps, s), id) for s, id in before), key=lambda x: x[0], default=(0, ""))
        yield r, Derivation(steps, shared, where if shared else "")
        if steps:
            before.append((steps, r.id))


def _common(a: Steps, b: Steps) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
