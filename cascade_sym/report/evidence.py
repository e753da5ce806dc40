"""What a verdict rests on, beyond its statements: numbers, scalings, certificates, in a general form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cascade_sym.report.html import element, text
from cascade_sym.report.mathml import mathml, words
from cascade_sym.report.plot import certificate_plot

# shown elsewhere on the page
SHOWN = frozenset(("statements", "derivation_steps", "derivation_checks", "reading", "conditions", "failed", "seconds"))
Name = Callable[[str], str]


def evidence_html(evidence: Mapping[str, Any], id: str, name: Name) -> str:
    """The rest of an entry's evidence, with a plot of every certificate in it; '' where there is none."""
    rest = {k: v for k, v in evidence.items() if k not in SHOWN}
    if not rest:
        return ""
    plots = "".join(
        certificate_plot(holder, f"plot-{id}-{n}") for n, holder in enumerate(_certified(rest), 1)
    )
    head, long = {k: v for k, v in rest.items() if _short(v)}, {k: v for k, v in rest.items() if not _short(v)}
    shown = _table(head, name) if head else ""
    folded = "".join(_folded(k, v, name) for k, v in long.items())
    return element("section", element("h4", "Evidence"), shown, plots, folded, class_="evidence")


def _short(value: Any) -> bool:
    return not isinstance(value, Mapping | list | tuple)


def _certified(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every table that holds a certificate with points."""
    if isinstance(value, Mapping):
        certificate = value.get("certificate")
        if isinstance(certificate, Mapping) and certificate.get("points"):
            yield value
        for key, v in value.items():
            if key != "certificate":
                yield from _certified(v)
    elif isinstance(value, list | tuple):
        for v in value:
            yield from _certified(v)


def _folded(key: str, value: Any, name: Name) -> str:
    return element("details", element("summary", text(_title(key))), _value(key, value, name))


def _title(key: str) -> str:
    word = key.removesuffix("_latex").replace("_", " ").strip()
    return word[:1].upper() + word[1:]


def _table(table: Mapping[str, Any], name: Name) -> str:
    rows = "".join(element("dt", text(_title(k))) + element("dd", _value(k, v, name)) for k, v in table.items())
    return element("dl", rows)


def _value(key: str, value: Any, name: Name) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return text(value)
    if isinstance(value, str):
        return mathml(value, display=False) if key.endswith("latex") or "\\" in value else words(value, name)
    if isinstance(value, Mapping):
        return _table(value, name)
    if isinstance(value, Sequence) and value and all(isinstance(v, Mapping) for v in value):
        return _rows(value, name)
    items = (element("li", _value(key, v, name)) for v in value)
    return element("ul", *items) if value else "none"


def _rows(rows: Sequence[Mapping[str, Any]], name: Name) -> str:
    keys = list(dict.fromkeys(k for r in rows for k in r))
    head = element("thead", element("tr", *(element("th", text(_title(k)), scope="col") for k in keys)))
    body = "".join(element("tr", *(element("td", _value(k, r.get(k), name)) for k in keys)) for r in rows)
    return element("div", element("table", head, element("tbody", body)), class_="scroll", tabindex=0)
