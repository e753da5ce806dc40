"""One equation of the report: verdict, printed and derived form, correction, evidence, derivation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cascade_sym.formula.lettering import GREEK
from cascade_sym.latex.scan import width
from cascade_sym.report.html import anchor, details, element, listing, table, text
from cascade_sym.report.mathml import FULL, HALF, NARROW, block, edit_words, fits_beside, mathml, words
from cascade_sym.report.plots import certificate_plot, certificates

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
    forms = [(k.capitalize(), latex) for k in FORMS if (latex := record.get(f"{k}_latex"))]
    sources = "".join(element("h5", head) + listing([latex]) for head, latex in forms)
    sources = details("LaTeX source", sources, class_="source") if sources else ""
    lines = [f"cascade-sym verify {folder} --only {record['id']}", f"cascade-sym derive {folder} {record['id']}"]
    commands = details("Reproduce", listing(lines), class_="commands")
    more = _statements(record, name), _steps(derivation, label, name), sources, commands
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


def notes(record: Record) -> list[tuple[str, str]]:
    """What is said of an equation beside its forms, each under its head."""
    evidence = record.get("evidence", {})
    return [(key.capitalize(), evidence[key]) for key in ("conditions", "reading", "failed") if evidence.get(key)]


def _notes(record: Record, name: Name) -> str:
    lines = [element("p", element("strong", f"{k}: "), words(_sentence(said), name)) for k, said in notes(record)]
    return element("div", *lines, class_="notes") if lines else ""


def _sentence(x: str) -> str:
    return x if x.rstrip().endswith((".", "!", "?")) else f"{x}."


def _pair(record: Record, label: str) -> str:
    printed, derived = record.get("printed_latex") or "", record.get("derived_latex") or ""
    beside = fits_beside((printed, derived))
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
    known = (
        "statement verdict method repair equally_small_repairs assumptions witness proof complex certificates".split()
    )
    more = {k.replace("_", " "): v for k, v in s.items() if k not in known}
    said = words(s["method"], name)
    if rests := s.get("assumptions"):
        said += element("p", "It rests on ", element("code", text(", ".join(rests))), ".")
    if at := s.get("witness"):
        point = ", ".join(f"{k} = {_number_text(v)}" for k, v in at["point"].items()) or "every point"
        sides = " and ".join(_number_text(at[side]) for side in ("left", "right"))
        said += element("p", "At ", element("code", text(point)), " the sides are ", element("code", text(sides)), ".")
    return said + (value_html("", more, name) if more else "")


def _number_text(v: Any) -> str:
    """A number of a witness, in twelve digits."""
    if isinstance(v, str):
        return f"{float(v):.12g}"
    return f"{float(v['re']):.12g} + {float(v['im']):.12g} I".replace("+ -", "- ")


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


# shown elsewhere on the page
SHOWN = frozenset(("statements", "derivation_steps", "derivation_checks", "reading", "conditions", "failed", "seconds"))
LINE = 80.0  # width of a long formula, in digits


def evidence_html(evidence: Mapping[str, Any], id: str, name: Name) -> str:
    """The rest of an entry's evidence, with a plot of every certificate in it; '' where there is none."""
    rest = {k: v for k, v in evidence.items() if k not in SHOWN}
    if not rest:
        return ""
    show = partial(words, name=name)
    plots = [certificate_plot(holder, f"plot-{id}-{n}", show) for n, holder in enumerate(certificates(rest), 1)]
    head, long = {k: v for k, v in rest.items() if is_short(v)}, {k: v for k, v in rest.items() if not is_short(v)}
    shown = _table(head, name) if head else ""
    folded = "".join(details(_title(k, name), value_html(k, v, name)) for k, v in long.items())
    return element("section", element("h4", "Evidence"), shown, _plots(plots), folded, class_="evidence")


def _plots(plots: Sequence[str]) -> str:
    """The first plot; others are folded away."""
    first, *more = [p for p in plots if p] or [""]
    count = f"{len(more)} further certificate{'s' if len(more) > 1 else ''}"
    return first + (details(count, *more) if more else "")


def is_formula(key: str, value: Any) -> bool:
    """Whether a value of evidence is LaTeX."""
    return isinstance(value, str) and (key.endswith("latex") or "\\" in value)


def is_short(value: Any) -> bool:
    """Whether a value of evidence is a single one (no table, no list)."""
    return not isinstance(value, Mapping | list | tuple)


def key_words(key: str) -> str:
    """A key as words; where it is a formula rather than words it stays one.

    >>> key_words("relative_error"), key_words("n_S = 0"), key_words("epsilon")
    ('Relative error', 'n_S = 0', 'epsilon')
    """
    word = key.removesuffix("_latex").strip()
    if word in GREEK or not re.fullmatch(r"[A-Za-z0-9]{2,}(_[A-Za-z0-9]{2,})*", word):
        return word
    return (word[:1].upper() + word[1:]).replace("_", " ")


def _title(key: str, name: Name) -> str:
    shown = key_words(key)
    return text(shown) if shown[0].isupper() and shown.replace(" ", "").isalnum() else words(shown, name)


def _table(table: Mapping[str, Any], name: Name) -> str:
    rows = "".join(element("dt", _title(k, name)) + element("dd", value_html(k, v, name)) for k, v in table.items())
    return element("dl", rows)


def value_html(key: str, value: Any, name: Name) -> str:
    """A value of evidence as HTML: formulas typeset, tables as tables."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return text(value)
    if value in ("oo", "-oo"):
        return value.replace("oo", "\u221e").replace("-", "\u2212")
    if isinstance(value, str):
        if not is_formula(key, value):
            return words(value, name)
        return mathml(value, display=False) if width(value) <= NARROW else block(value, LINE, key_words(key))
    if isinstance(value, Mapping):
        return _table(value, name)
    if isinstance(value, Sequence) and value and all(isinstance(v, Mapping) for v in value):
        return _rows(value, name)
    if value and not any(isinstance(v, Mapping | list | tuple) for v in value):
        return ", ".join(value_html(key, v, name) for v in value)
    items = (element("li", value_html(key, v, name)) for v in value)
    return element("ul", *items) if value else "none"


def _rows(rows: Sequence[Mapping[str, Any]], name: Name) -> str:
    keys = list(dict.fromkeys(k for r in rows for k in r))
    body = (element("tr", *(element("td", value_html(k, r.get(k), name)) for k in keys)) for r in rows)
    return table((_title(k, name) for k in keys), *body)


Steps = Sequence[Mapping[str, Any]]


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
        count, checked = len(self.steps), sum(1 for s in self.steps if s.get("checked"))
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


def derivations(records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Derivation]]:
    """The records with their derivations.

    >>> a, b = {"title": "a"}, {"title": "b"}
    >>> found = derivations([{"id": "1", "steps": [a]}, {"id": "2", "steps": [a, b]}, {"id": "3"}])
    >>> [(d.shared, d.where, len(d.own)) for _, d in found]
    [(0, '', 1), (1, '1', 1), (0, '', 0)]
    """
    before: list[tuple[Steps, str]] = []
    for r in records:
        steps = tuple(r.get("steps") or ())
        shared, where = max(((_common(steps, s), id) for s, id in before), key=lambda x: x[0], default=(0, ""))
        yield r, Derivation(steps, shared, where if shared else "")
        if steps:
            before.append((steps, r["id"]))


def _common(a: Steps, b: Steps) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
