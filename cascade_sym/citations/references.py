"""The literature behind the toolkit's methods: methods.bib, whose comments say what each entry is cited for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_ENTRY = re.compile(r"% (?P<use>.+)\n@(?P<kind>\w+)\{(?P<key>\w+),\n(?P<fields>(?:  .+\n)*)\}")
_FIELD = re.compile(r"  (\w+) = \{(.*)\},\n")


@dataclass(frozen=True)
class Reference:
    """One entry of a bibliography: key, kind ("article", "book", "misc"), fields, and what it is cited for."""

    key: str
    kind: str
    fields: Mapping[str, str]
    use: str = ""

    def bibtex(self) -> str:
        """The entry in BibTeX.

        >>> print(Reference("a2020", "misc", {"title": "T", "year": "2020"}).bibtex())
        @misc{a2020,
          title = {T},
          year = {2020},
        }
        """
        lines = [f"  {k} = {{{_balanced(v)}}}," for k, v in self.fields.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


def _balanced(text: str) -> str:
    """Text without its braces where they would end the field early."""
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            break
    return text if depth == 0 else text.replace("{", "").replace("}", "")


METHODS: Mapping[str, Reference] = {
    m["use"]: Reference(m["key"], m["kind"], dict(_FIELD.findall(m["fields"])), m["use"])
    for m in _ENTRY.finditer((files("cascade_sym.citations") / "methods.bib").read_text(encoding="utf-8"))
}
