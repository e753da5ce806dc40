"""The whole report as one page: no network, everything in the file, figures too, and one small script."""

from __future__ import annotations

import re
import struct
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from cascade_sym.latex.notation import symbol_latex
from cascade_sym.ledger.records import Record
from cascade_sym.report.entry import Name, derivations, entry_html, marks, number_links, verdict_mark, worst
from cascade_sym.report.findings import attention, finding, joint_title, needing_attention, prints
from cascade_sym.report.html import anchor, details, element, listing, section, table, text
from cascade_sym.report.mathml import FULL, block, edit_words, words
from cascade_sym.verdicts import Verdict

SECTIONS = (
    ("summary", "Findings"), ("contents", "All equations"), ("figures", "Figures"), ("equations", "Equations"),
    ("reproduce", "Reproduce"),
)  # fmt: skip
COMPUTED_WITH = ("sympy", "python-flint", "mpmath")
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src '{script}'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def report_page(
    records: Sequence[Record], heading: Mapping[str, Any], folder: str, figures: Sequence[Figure] = (), pdf: str = ""
) -> str:
    """The page for a ledger's records (`cascade_sym.ledger.records`).

    `heading` says title, reference, notation and abbreviations; `folder` is how commands name the paper; `pdf` is a
    sentence on the PDF beside the page.
    """
    from cascade_sym import __version__

    name = partial(symbol_latex, declared=heading.get("notation", {}))
    title = heading.get("title") or "Ledger"
    used = ", ".join(f"{p} {version(p)}" for p in COMPUTED_WITH)
    sections = [_summary(records, name), _contents(records, name)]
    if latex := heading.get("abbreviations_latex"):
        formulas = block(latex, FULL, "Abbreviations in derived forms")
        sections.append(section("abbreviations", "Abbreviations", formulas))
    if figures:
        drawn = (figure_html(f, partial(words, name=name)) for f in figures)
        sections.append(section("figures", "Figures", element("div", *drawn, class_="figures")))
    told = {r.id: (r, d) for r, d in derivations(records)}
    entries = (entry_html([told[r.id] for r in group], folder, name) for group in prints(records))
    sections += [section("equations", "Equations", *entries), _reproduce(folder)]
    script = (files("cascade_sym.report") / "page.js").read_text(encoding="utf-8")
    only = f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"
    body = [
        element("a", "Skip to the equations", href="#equations", class_="skip"),
        element("header", _head(title, heading, records, bool(figures), pdf), class_="top"),
        element("main", *sections, id="main"),
        element("footer", element("p", text(f"Made by cascade-sym {__version__} with {used}."))),
        element("script", script),
    ]
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY.format(script=only)),
        element("meta", name="color-scheme", content="light dark"),
        element("title", text(f"{title}: ledger")),
        element("style", _style()),
    ]
    return f"<!DOCTYPE html>\n{element('html', element('head', *head), element('body', *body), lang='en')}\n"


def _style() -> str:
    room = files("cascade_sym.report")
    font = b64encode((room / "math.woff2").read_bytes()).decode()
    face = f'@font-face{{font-family:"Cascade Math";src:url(data:font/woff2;base64,{font}) format("woff2")}}\n'
    return face + (room / "style.css").read_text(encoding="utf-8") + verdict_style()


def verdict_style() -> str:
    """Colour and sign of every verdict, and how its equations are hidden."""
    light, dark, paper = (
        f":root {{ {''.join(f'--{v}: #{getattr(v, kind)}; ' for v in Verdict)}}}" for kind in ("light", "dark", "paper")
    )
    words = (f'.v-{v} {{ color: var(--{v}); --sign: "{v.sign}"; }}' for v in Verdict)
    hidden = (f'body:has(#show-{v}:not(:checked)) [data-verdict="{v}"] {{ display: none; }}' for v in Verdict)
    schemes = light, f"@media (prefers-color-scheme: dark) {{ {dark} }}", f"@media print {{ {paper} }}"
    return "\n".join((*schemes, *words, *hidden)) + "\n"


def _head(title: str, heading: Mapping[str, Any], records: Sequence[Record], drawn: bool, pdf: str) -> str:
    there = [(id, word) for id, word in SECTIONS if drawn or id != "figures"]
    links = element("ul", *(element("li", element("a", word, href=f"#{id}")) for id, word in there))
    reference = element("p", text(heading["reference"]), class_="reference") if heading.get("reference") else ""
    said = f"{len(prints(records))} equations derived from the parts and compared with the printed ones. {pdf}"
    what = element("p", text(said.strip()))
    return element("h1", words(title)) + reference + what + element("nav", links, aria_label="Sections")


def _summary(records: Sequence[Record], name: Name) -> str:
    """What is wrong with the paper, each with its repair or reason, before anything else."""
    title = attention(records)
    wrong = (group for group in map(needing_attention, prints(records)) if group)
    items = "".join(element("li", *_finding(group, records, name), data_verdict=worst(group)) for group in wrong)
    unexpected = [r.id for r in records if not r.as_expected]
    note = "All verdicts are as the author of the folder expects."
    if unexpected:
        note = f"Not as the author of the folder expects: {', '.join(f'({i})' for i in unexpected)}."
    listed = element("ul", items, class_="findings") if items else ""
    return section("summary", title, listed, element("p", text(note)))


def _finding(group: Sequence[Record], records: Sequence[Record], name: Name) -> Iterator[str]:
    title = words(joint_title(group), name)
    yield element("span", number_links(group), " ", title, " ", marks(group), class_="what")
    yield from (element("span", _said(r, records, name), class_="note") for r in group)


def _said(r: Record, records: Sequence[Record], name: Name) -> str:
    """The line on what is wrong with an equation."""
    return (edit_words if r.correction else words)(finding(r, records), name)


def _choice(records: Sequence[Record]) -> str:
    """How many equations have which verdict, as a bar and as what chooses those that are shown."""
    count = Counter(map(worst, prints(records)))
    order = [v for v in Verdict if count[v]]
    bar = "".join(element("span", class_=f"part v-{anchor(v)}", style=f"flex-grow:{count[v]}") for v in order)
    boxes = "".join(
        element(
            "label",
            element("input", type="checkbox", id=f"show-{anchor(v)}", checked=True),
            element("b", str(count[v])), " ", verdict_mark(v),
            class_="choice",
        )
        for v in order
    )  # fmt: skip
    chosen = element("fieldset", element("legend", "Show equations that are"), boxes)
    terms = "".join(element("dt", verdict_mark(v)) + element("dd", text(v.meaning)) for v in order)
    meaning = details("What the verdicts mean", element("dl", terms))
    return element("div", bar, class_="bar", aria_hidden="true") + chosen + meaning


def _contents(records: Sequence[Record], name: Name) -> str:
    rows = []
    for group in prints(records):
        notes = "".join(element("span", _said(r, records, name), class_="note") for r in group if finding(r))
        title = element("td", words(joint_title(group), name), notes)
        number, verdict = element("th", number_links(group), scope="row"), element("td", marks(group))
        rows.append(element("tr", number, title, verdict, data_verdict=worst(group)))
    shown = table(("no.", "equation", "verdict"), *rows, caption="Every equation and its verdict")
    return section("contents", "All equations", _choice(records), shown)


def _reproduce(folder: str) -> str:
    lines = (
        f"cascade-sym report {folder}    # this page and report.pdf",
        f"cascade-sym verify {folder}    # every verdict, derived anew",
        f"cascade-sym audit {folder}     # small edits of every printed formula; none may survive",
    )
    return section("reproduce", "How to reproduce this", listing(lines))


KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
PAPER_KINDS = (".pdf", ".png")  # what pdflatex includes, the best first
PNG = "data:image/png;base64,"
HEAD = 4096  # characters of an image in which its size stands
WIDE = 1.6  # width over height from which a figure has a row of its own
MAX_BYTES = 3_000_000  # of all figures together, so that the page stays small


@dataclass(frozen=True)
class Figure:
    """A figure's name, its caption, its image as a data URI (None where the page would become too large, or where
    there is none that a browser shows), and its file for the paper (None where there is none)."""

    name: str
    caption: str
    data: str | None
    paper: Path | None = None

    @property
    def title(self) -> str:
        """The name in words.

        >>> Figure("fig2", "", None).title
        'Fig. 2'
        """
        title = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", self.name).replace("_", " ").replace("-", " ")
        return re.sub(r"^Fig ", "Fig. ", title[:1].upper() + title[1:])

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, so that its place is kept before it is drawn; None where it doesn't say."""
        if self.data is None:
            return None
        start = b64decode(self.data.partition(",")[2][:HEAD])
        if not self.data.startswith(PNG):
            box = re.search(rb'viewBox="\s*\S+\s+\S+\s+([\d.]+)\s+([\d.]+)\s*"', start)
            return (round(float(box[1])), round(float(box[2]))) if box else None
        width, height = struct.unpack(">II", start[16:24]) if len(start) >= 24 else (0, 0)
        return (width, height) if width and height else None

    @property
    def wide(self) -> bool:
        """Whether it has several panels side by side, so that it needs a row of its own."""
        return self.size is not None and self.size[0] > WIDE * self.size[1]


def figures_in(place: Path) -> tuple[Figure, ...]:
    """The figures in a folder, by name: for the page SVG or PNG, whichever is smaller, for the paper PDF or PNG; a
    caption from NAME.txt beside it."""
    if not place.is_dir():
        return ()
    files: dict[str, list[Path]] = {}
    for p in sorted(place.iterdir()):
        if p.suffix.lower() in (*KINDS, *PAPER_KINDS) and p.is_file() and not p.is_symlink():
            files.setdefault(p.stem, []).append(p)
    out, left = [], MAX_BYTES
    for name, found in files.items():
        shown = [p for p in found if p.suffix.lower() in KINDS]
        best = min(shown, key=lambda p: (p.stat().st_size, p.suffix), default=None)
        data = None
        if best is not None and best.stat().st_size <= left:
            content = best.read_bytes()
            left -= len(content)
            data = f"data:{KINDS[best.suffix.lower()]};base64,{b64encode(content).decode()}"
        paper = next((p for kind in PAPER_KINDS for p in found if p.suffix.lower() == kind), None)
        out.append(Figure(name, _caption(place / f"{name}.txt"), data, paper))
    return tuple(out)


def _caption(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")[:2000].strip() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""


def figure_html(figure: Figure, words: Callable[[str], str] = text) -> str:
    """A figure with its caption, of which `words` makes HTML."""
    if figure.data is None:
        shown = element("p", text(f"{figure.name} is not shown on this page; it lies in figures/ beside it."))
    else:
        said = f"{figure.title}. {figure.caption.partition('. ')[0]}".strip()
        width, height = figure.size or (None, None)
        shown = element("img", src=figure.data, alt=said, width=width, height=height)
    under = element("strong", text(f"{figure.title}. ")) + words(figure.caption)
    place = {"id": f"figure-{anchor(figure.name)}", "class_": "wide" if figure.wide else None}
    return element("figure", shown, element("figcaption", under), **place)
