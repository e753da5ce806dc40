"""What a verdict rests on, beyond its statements: numbers, scalings, certificates, in a general form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
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
    show = partial(words, name=name)
    plots = [certificate_plot(holder, f"plot-{id}-{n}", show) for n, holder in enumerate(_certified(rest), 1)]
    head, long = {k: v for k, v in rest.items() if _short(v)}, {k: v for k, v in rest.items() if not _short(v)}
    shown = _table(head, name) if head else ""
    folded = "".join(_folded(k, v, name) for k, v in long.items())
    return element("section", element("h4", "Evidence"), shown, _plots(plots), folded, class_="evidence")


def _plots(plots: Sequence[str]) -> str:
    """The first plot; others are folded away."""
    first, *more = [p for p in plots if p] or [""]
    count = f"{len(more)} further certificate{'s' if len(more) > 1 else ''}"
    return first + (element("details", element("summary", count), *more) if more else "")


def _short(value: Any) -> bool:
    return not isinstance(value, Mapping | list | tuple)


def _certified(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every table that holds a certificate with points; certificates under names of their own come one by one."""
    if isinstance(value, Mapping):
        certificate = value.get("certificate")
        if isinstance(certificate, Mapping) and certificate.get("points"):
            yield value
        elif isinstance(certificate, Mapping):
            yield from ({"label": k, "certificate": c} for k, c in certificate.items() if _has_points(c))
        for key, v in value.items():
            if key != "certificate":
                yield from _certified(v)
    elif isinstance(value, list | tuple):
        for v in value:
            yield from _certified(v)


def _has_points(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("points"))


def _folded(key: str, value: Any, name: Name) -> str:
    return element("details", element("summary", _title(key, name)), value_html(key, value, name))


def _title(key: str, name: Name) -> str:
    """A key as words (`relative_error`), or as the formula that it is (`n_S = 0`)."""
    word = key.removesuffix("_latex").strip()
    if not re.fullmatch(r"[A-Za-z0-9]{2,}(_[A-Za-z0-9]{2,})*", word):
        return words(word, name)
    return text((word[:1].upper() + word[1:]).replace("_", " "))


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
    if isinstance(value, str):
        return mathml(value, display=False) if key.endswith("latex") or "\\" in value else words(value, name)
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
    head = element("thead", element("tr", *(element("th", _title(k, name), scope="col") for k in keys)))
    body = "".join(element("tr", *(element("td", value_html(k, r.get(k), name)) for k in keys)) for r in rows)
    return element("div", element("table", head, element("tbody", body)), class_="scroll")
