"""The evidence that a paper's folder adds to an entry, of any form: tables, formulas, plots; its keys as words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cascade_sym.formula.lettering import GREEK
from cascade_sym.latex.scan import width
from cascade_sym.report.html import details, element, table, text
from cascade_sym.report.mathml import NARROW, block, mathml, words
from cascade_sym.report.plots import certificate_plot, certificates

Name = Callable[[str], str]

LINE = 80.0  # width of a long formula, in digits


def evidence_html(evidence: Mapping[str, Any], id: str, name: Name) -> str:
    """What a folder adds to the evidence, with a plot of every certificate in it; '' where there is nothing."""
    rest = {k: v for k, v in evidence.items() if k != "seconds"}
    if not rest:
        return ""
    show = partial(words, name=name)
    plots = [certificate_plot(holder, f"plot-{id}-{n}", show) for n, holder in enumerate(certificates(rest), 1)]
    head, long = {k: v for k, v in rest.items() if is_short(v)}, {k: v for k, v in rest.items() if not is_short(v)}
    shown = _table(head, name) if head else ""
    folded = "".join(details(_summary(k, name), value_html(k, v, name)) for k, v in long.items())
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


FUNCTIONS = frozenset(("sin", "cos", "tan", "exp", "log", "ln", "arg", "xi"))


def key_words(key: str) -> str:
    """A key as words in which names stand as they are written elsewhere; one that is a formula stays one.

    >>> key_words("relative_error"), key_words("n_S = 0"), key_words("epsilon"), key_words("C_M")
    ('Relative error', 'n_S = 0', 'epsilon', 'C_M')
    >>> key_words("2R_over_gamma_M_at_optimum"), key_words("sin_2theta")
    ('2 R / gamma_M at optimum', 'sin 2 theta')
    """
    word = key.removesuffix("_latex").strip()
    if not re.fullmatch(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)*", word):
        return word
    pieces = re.sub(r"(?<=\d)(?=[A-Za-z])", "_", word) if re.search(r"(^|_)\d+[A-Za-z]", word) else word
    out: list[str] = []
    before_is_name = False
    for piece in pieces.split("_"):
        is_name = piece in GREEK or (len(piece) == 1 and piece.isalpha())
        if before_is_name and piece not in GREEK and (len(piece) == 1 or piece.isdigit()):
            out[-1] += f"_{piece}"  # an index
            is_name = False
        else:
            out.append(piece)
        before_is_name = is_name
    said = " ".join(out).replace(" over ", " / ")
    plain = out[0] in FUNCTIONS or not out[0].isalpha() or out[0] in GREEK or len(out[0]) == 1
    return said if plain else said[:1].upper() + said[1:]


def _title(key: str, name: Name) -> str:
    shown = key_words(key)
    return text(shown) if shown[0].isupper() and shown.replace(" ", "").isalnum() else words(shown, name)


def _summary(key: str, name: Name) -> str:
    """What is read aloud too: a formula has words before it."""
    title = _title(key, name)
    return f"Evidence for {title}" if title.startswith("<math") else title


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
