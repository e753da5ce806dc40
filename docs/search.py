"""Search over all pages, without a network: an index beside the pages, and the page that asks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from docs.page import page

LONGEST = 600  # characters of a piece: what is shown and searched; beyond, the index would outgrow the pages
SHORT = 120  # the same, of members of rooms: most of them stand among the public names too
HEADINGS = {"h1", "h2", "h3"}
SILENT = {"script", "style", "nav", "header", "svg"}

SCRIPT = """
const box = document.getElementById('words'), list = document.getElementById('found');
const plain = text => text.normalize('NFKD').toLowerCase();
function find() {
  const words = plain(box.value).split(/\\s+/).filter(Boolean);
  // of pieces that match alike, an answer to a question comes first
  const score = ([url, title, text]) => words.reduce((sum, w) => {
    const inTitle = plain(title).includes(w), there = inTitle || plain(text).includes(w);
    return there && sum >= 0 ? sum + (plain(title) === w ? 20 : inTitle ? 5 : 1) : -1;
  }, url.startsWith('howto/') ? 1 : 0);
  const hits = words.length ? INDEX.map(p => [score(p), p]).filter(h => h[0] > 0).sort((a, b) => b[0] - a[0]) : [];
  list.replaceChildren(...hits.slice(0, 40).map(([, [url, title, text]]) => {
    const item = document.createElement('li'), link = document.createElement('a'), said = document.createElement('p');
    link.href = url; link.textContent = title;
    const at = Math.max(0, plain(text).indexOf(words[0]) - 60);
    said.textContent = (at ? '…' : '') + text.slice(at, at + 220);
    item.append(link, said);
    return item;
  }));
  document.getElementById('count').textContent = words.length ? `${hits.length} found` : '';
}
box.value = new URLSearchParams(location.search).get('q') || '';
box.addEventListener('input', find);
find();
"""


class Pieces(HTMLParser):
    """A page in pieces, from heading to heading: (place, title, text)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pieces: list[list[str]] = []
        self.place, self.heading, self.silent = "", "", 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs).get("id") or ""
        self.silent += tag in SILENT
        if tag == "section" and given:
            self.place = given
        if tag in HEADINGS and not self.silent:
            self.place = given or self.place
            self.heading = tag
            self.pieces.append([self.place, "", ""])

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT
        self.heading = "" if tag == self.heading else self.heading

    def handle_data(self, data: str) -> None:
        if self.pieces and not self.silent:
            self.pieces[-1][1 if self.heading else 2] += data + " "


def index(site: Path) -> list[tuple[str, str, str]]:
    """(address, title, text) of every piece of the pages of `site`, in the order of their names, rooms last."""
    found = []
    pages = [p for p in site.rglob("*.html") if "api" not in p.relative_to(site).parts]
    for source in sorted(set(pages) - {site / "howto" / "index.html"}):  # it only repeats
        for place, title, text in Pieces(source.read_text(encoding="utf-8")).pieces:
            address = f"{source.relative_to(site).as_posix()}{f'#{place}' if place else ''}"
            found.append((address, _line(title).removesuffix("¶").strip(), _line(text)[:LONGEST]))
    return found + [row for source in sorted((site / "api").rglob("*.html")) for row in _members(site, source)]


_MEMBER = re.compile(r'<section id="([^"]+)">(?:(?!<section ).)*?<div class="docstring">(.*?)</div>', re.S)


def _members(site: Path, source: Path) -> Iterator[tuple[str, str, str]]:
    """What a page of a room says of each of its functions and classes, public or not, in short."""
    place = source.relative_to(site).as_posix()
    room = source.relative_to(site / "api").with_suffix("").as_posix().replace("/", ".")
    for m in _MEMBER.finditer(source.read_text(encoding="utf-8")):
        yield f"{place}#{m[1]}", f"{room}.{m[1]}", _line(unescape(re.sub(r"<[^>]*>", "", m[2])))[:SHORT]


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def write(site: Path) -> None:
    """Write the index of all pages, and the page that asks it."""
    rows = json.dumps(index(site), ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    (site / "index.js").write_text(f"const INDEX = {rows};\n", encoding="utf-8")
    content = (
        '<h1>Search</h1><p><input id="words" type="search" aria-label="Words to search for" autofocus> '
        '<span id="count" role="status"></span></p><ul id="found" class="found"></ul>'
        f'<script src="index.js"></script><script>{SCRIPT}</script>'
    )
    (site / "search.html").write_text(page("Search", content, here="search.html"), encoding="utf-8")
