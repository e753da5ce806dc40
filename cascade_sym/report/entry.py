"""One equation of the report: verdict, printed and derived form, correction, evidence, derivation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cascade_sym.report.derivation import Derivation
from cascade_sym.report.evidence import evidence_html, value_html
from cascade_sym.report.formula import FULL, HALF, block, fits_beside, source
from cascade_sym.report.html import anchor, details, element, listing, table, text
from cascade_sym.report.mathml import edit_words, words

Name = Callable[[str], str]
Record = Mapping[str, Any]
FORMS = ("printed", "derived", "correction", "difference")


def verdict_mark(verdict: str) -> str:
    """A verdict as a coloured word."""
    return element("span", text(verdict), class_=f"verdict v-{anchor(verdict)}")


def entry_html(record: Record, derivation: Derivation, folder: str, name: Name) -> str:
    """The article of one equation; `folder` is how commands name the paper, `name` gives the LaTeX of a name."""
    id, label = anchor(record["id"]), f"({record['id']})"
    link = element("a", text(label), href=f"#eq-{id}", class_="number")
    mark = verdict_mark(record["verdict"])
    if not record.get("as_expected", True):
        mark += element("span", "not as expected", class_="unexpected")
    title = element("h3", link, " ", words(record["title"], name), id=f"title-{id}")
    sources = source(*((k.capitalize(), record.get(f"{k}_latex")) for k in FORMS))
    more = _statements(record, name), _steps(derivation, label, name), sources, _commands(record, folder)
    parts = [
        element("header", title, element("p", mark, class_="marks")),
        _notes(record, name),
        _pair(record, label),
        _form(record, "correction", f"Equation {label}, corrected, the change marked", FULL, _repairs(record, name)),
        _form(record, "difference", f"Equation {label}, difference of derived and printed form", FULL),
        evidence_html(record.get("evidence", {}), id, name),
        element("div", *more, class_="more"),
    ]
    return element("article", *parts, id=f"eq-{id}", aria_labelledby=f"title-{id}", data_verdict=record["verdict"])


def _notes(record: Record, name: Name) -> str:
    evidence = record.get("evidence", {})
    lines = [
        element("p", element("strong", f"{what}: "), words(_sentence(evidence[key]), name))
        for key, what in (("conditions", "Conditions"), ("reading", "Reading"), ("failed", "Failed"))
        if evidence.get(key)
    ]
    return element("div", *lines, class_="notes") if lines else ""


def _sentence(x: str) -> str:
    return x if x.rstrip().endswith((".", "!", "?")) else f"{x}."


def _pair(record: Record, label: str) -> str:
    printed, derived = record.get("printed_latex") or "", record.get("derived_latex") or ""
    beside = bool(printed and derived) and fits_beside(printed, derived)
    line = HALF if beside else FULL
    forms = "".join(_form(record, kind, f"Equation {label}, {kind}", line) for kind in ("printed", "derived"))
    return element("div", forms, class_="pair beside" if beside else "pair") if printed and derived else forms


def _form(record: Record, kind: str, label: str, line: float, more: str = "") -> str:
    """One form of the equation under its head; '' where there is none."""
    if not (latex := record.get(f"{kind}_latex")):
        return ""
    return element("section", element("h4", kind.capitalize()), block(latex, line, label), more, class_=f"form {kind}")


def _repairs(record: Record, name: Name) -> str:
    said = ""
    for s in record.get("evidence", {}).get("statements", ()):
        if repair := s.get("repair"):
            said += element("p", edit_words(_sentence(f"Repair: {repair}"), name))
            if others := s.get("equally_small_repairs"):
                items = "".join(element("li", edit_words(o, name)) for o in others)
                said += element("p", "Equally small repairs:") + element("ul", items)
    return said


def _statements(record: Record, name: Name) -> str:
    """How each statement was checked; one line where there is one."""
    found = record.get("evidence", {}).get("statements", ())
    if not found:
        return element("p", text(record.get("method", "")), class_="method") if record.get("method") else ""
    rows = []
    for s in found:
        statement = element("th", element("code", text(s["statement"])), scope="row")
        rows.append(element("tr", statement, element("td", verdict_mark(s["verdict"])), element("td", _how(s, name))))
    count = f"{len(found)} statement{'s' if len(found) > 1 else ''}"
    shown = table(("statement", "verdict", "checked by"), *rows)
    return details(f"How it was checked: {count}", shown, class_="checks")


def _how(s: Mapping[str, Any], name: Name) -> str:
    known = ("statement", "verdict", "method", "repair", "equally_small_repairs")
    more = {k.replace("_", " "): v for k, v in s.items() if k not in known}
    return words(s["method"], name) + (value_html("", more, name) if more else "")


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


def _step(s: Mapping[str, Any], label: str, name: Name) -> str:
    head = element("p", words(s["title"], name))
    shown = block(s["latex"], FULL - 8, label, folded=True) if s.get("latex") else ""
    failed = (s.get("checked") or "").startswith("FAILED")
    word = "" if failed else "checked: "
    how = words(word + s["checked"], name) if s.get("checked") else ""
    return element("li", head, shown, element("p", how, class_="failed" if failed else "checked") if how else "")


def _commands(record: Record, folder: str) -> str:
    lines = [f"cascade-sym verify {folder} --only {record['id']}", f"cascade-sym derive {folder} {record['id']}"]
    return details("Reproduce", listing(lines), class_="commands")
