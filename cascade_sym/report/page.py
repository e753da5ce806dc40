"""The whole report as one page: no network, no scripts, everything in the file."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from importlib.resources import files

from cascade_sym.latex.notation import symbol_latex
from cascade_sym.report.derivation import derivations
from cascade_sym.report.entry import Name, Record, entry_html, verdict_mark
from cascade_sym.report.figures import Figure, figure_html
from cascade_sym.report.formula import FULL, block
from cascade_sym.report.html import anchor, details, element, listing, section, table, text, void
from cascade_sym.report.mathml import edit_words, words

MEANINGS = {
    "definition": "an input of the model; nothing to derive",
    "exact": "identical to the derived form, proved in exact algebra",
    "asymptotic": "the printed terms are exactly the leading ones of the derived expansion",
    "approximate": "agrees to a stated error over a stated domain",
    "misprint": "one small typed edit makes it exact; the edit is given",
    "differs": "no small edit repairs it; the derived form is given",
    "unchecked": "could not be read, or a step of the derivation failed its own check",
}
SECTIONS = (
    ("summary", "Summary"), ("contents", "All equations"), ("figures", "Figures"), ("equations", "Equations"),
    ("reproduce", "Reproduce"),
)  # fmt: skip
COMPUTED_WITH = ("sympy", "python-flint", "mpmath")
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)


def report_page(
    records: Sequence[Record], heading: Record, folder: str, figures: Sequence[Figure] = (), pdf: str = ""
) -> str:
    """The page for a ledger's records (`cascade_sym.paper.show.record`).

    `heading` says title, reference, notation and abbreviations; `folder` is how commands name the paper; `pdf` is a
    sentence on the PDF beside the page.
    """
    from cascade_sym import __version__

    name = partial(symbol_latex, declared=heading.get("notation", {}))
    title = heading.get("title") or "Ledger"
    used = ", ".join(f"{p} {version(p)}" for p in COMPUTED_WITH)
    sections = (
        _summary(records), _contents(records, name), _abbreviations(heading), _figures(figures, name),
        section("equations", "Equations", *(entry_html(r, d, folder, name) for r, d in derivations(records))),
        _reproduce(folder),
    )  # fmt: skip
    body = [
        element("a", "Skip to the equations", href="#equations", class_="skip"),
        element("header", _head(title, heading, records, bool(figures), pdf), class_="top"),
        element("main", *sections, id="main"),
        element("footer", element("p", text(f"Made by cascade-sym {__version__} with {used}."))),
    ]
    head = [
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        void("meta", name="color-scheme", content="light dark"),
        element("title", text(f"{title}: ledger")),
        element("style", _style()),
    ]
    return f"<!DOCTYPE html>\n{element('html', element('head', *head), element('body', *body), lang='en')}\n"


def _style() -> str:
    room = files("cascade_sym.report")
    font = b64encode((room / "math.woff2").read_bytes()).decode()
    face = f'@font-face{{font-family:"Cascade Math";src:url(data:font/woff2;base64,{font}) format("woff2")}}\n'
    return face + (room / "style.css").read_text(encoding="utf-8")


def _head(title: str, heading: Record, records: Sequence[Record], drawn: bool, pdf: str) -> str:
    there = [(id, word) for id, word in SECTIONS if drawn or id != "figures"]
    links = element("ul", *(element("li", element("a", word, href=f"#{id}")) for id, word in there))
    reference = element("p", text(heading["reference"]), class_="reference") if heading.get("reference") else ""
    said = f"{len(records)} equations derived from the parts and compared with the printed ones. {pdf}"
    what = element("p", text(said.strip()))
    return element("h1", words(title)) + reference + what + element("nav", links, aria_label="Sections")


def _summary(records: Sequence[Record]) -> str:
    count = Counter(r["verdict"] for r in records)
    order = [v for v in MEANINGS if count[v]] + sorted(set(count) - set(MEANINGS))
    bar = "".join(element("span", class_=f"part v-{anchor(v)}", style=f"flex-grow:{count[v]}") for v in order)
    boxes = "".join(
        element(
            "label",
            void("input", type="checkbox", id=f"show-{anchor(v)}", checked=True),
            element("b", str(count[v])), " ", verdict_mark(v),
            class_="choice",
        )
        for v in order
    )  # fmt: skip
    chosen = element("fieldset", element("legend", "Show equations that are"), boxes)
    terms = "".join(element("dt", verdict_mark(v)) + element("dd", text(MEANINGS.get(v, ""))) for v in order)
    meaning = details("What the verdicts mean", element("dl", terms))
    unexpected = [r["id"] for r in records if not r.get("as_expected", True)]
    note = "All verdicts are as the author of the folder expects."
    if unexpected:
        note = f"Not as the author of the folder expects: {', '.join(f'({i})' for i in unexpected)}."
    shown = element("div", bar, class_="bar", aria_hidden="true")
    return section("summary", "Summary", shown, chosen, element("p", text(note)), meaning)


def _contents(records: Sequence[Record], name: Name) -> str:
    rows = []
    for r in records:
        link = element("a", text(f"({r['id']})"), href=f"#eq-{anchor(r['id'])}")
        note = element("span", edit_words(r["correction"], name), class_="note") if r.get("correction") else ""
        title, verdict = element("td", words(r["title"], name), note), element("td", verdict_mark(r["verdict"]))
        rows.append(element("tr", element("th", link, scope="row"), title, verdict, data_verdict=r["verdict"]))
    shown = table(("no.", "equation", "verdict"), *rows, caption="Every equation and its verdict")
    return section("contents", "All equations", shown)


def _abbreviations(heading: Record) -> str:
    latex, label = heading.get("abbreviations_latex"), "Abbreviations in derived forms"
    return section("abbreviations", "Abbreviations", block(latex, FULL, label)) if latex else ""


def _figures(figures: Sequence[Figure], name: Name) -> str:
    shown = element("div", *(figure_html(f, partial(words, name=name)) for f in figures), class_="figures")
    return section("figures", "Figures", shown) if figures else ""


def _reproduce(folder: str) -> str:
    lines = (
        f"cascade-sym report {folder}    # this page and report.pdf",
        f"cascade-sym verify {folder}    # every verdict, derived anew",
        f"cascade-sym audit {folder}     # small edits of every printed formula; none may survive",
    )
    return section("reproduce", "How to reproduce this", listing(lines))
