"""What to cite for a result: the toolkit, the paper of a folder, the methods that the result rests on.

The literature behind the methods is in methods.bib, whose comments say what each entry is cited for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from cascade_sym.citations.rules import methods
from cascade_sym.errors import ParameterError

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


def citation(*results: Any) -> None:
    """Print BibTeX for what `results` rest on: the toolkit, and the papers and methods behind each.

    A result is anything that the toolkit returns (a system, a covariance, a quantity, a scaling, a sweep, a ledger
    entry, ..., or several in a dict, list or tuple), or a paper's folder (loaded, or its path). The methods are those
    of the steps of its derivation and of its kind; a comment before each entry says what it is cited for. Raises
    ParameterError for anything else. Source: the docstrings of the functions that made the result say more.

    >>> citation()  # doctest: +ELLIPSIS
    % the toolkit
    @software{cascade_sym,
    ...
    """
    print("\n\n".join(f"% {r.use}\n{r.bibtex()}" for r in references(*results)))


def references(*results: Any) -> tuple[Reference, ...]:
    """The references that `citation` prints, each once.

    >>> import cascade_sym as cs
    >>> V = cs.covariance(cs.Oscillator("M", mass=+1))
    >>> [r.key for r in references(V)]
    ['cascade_sym', 'gough2009', 'gardiner1985', 'meurer2017', 'flint']
    """
    found: dict[str, Reference] = {}
    for r in (_toolkit(), *(r for x in results for r in _behind(x))):
        found.setdefault(r.key, r)
    return tuple(found.values())


def _toolkit() -> Reference:
    from cascade_sym import __version__

    title = "cascade-sym: symbolic derivation of the formulas of cascaded quantum-optical systems"
    fields = {"author": "{The cascade-sym authors}", "title": f"{{{title}}}", "version": __version__}
    return Reference("cascade_sym", "software", fields, use="the toolkit")


def _behind(result: Any) -> Iterator[Reference]:
    from cascade_sym.paper import Folder

    if isinstance(result, str | Path):
        from cascade_sym.paper.printed import read_printed

        yield _paper(read_printed(Path(result) / "printed.toml"))
    elif isinstance(result, Folder):
        yield _paper(result.printed)
    else:
        found = methods(result)
        if not found:
            raise ParameterError(
                f"no citation for {type(result).__name__}: give something that the toolkit returned, or a paper's "
                "folder."
            )
        for name in found:
            yield METHODS[name]


def _paper(printed: Any) -> Reference:
    """The paper of a folder: its own BibTeX fields, or what its title and reference say."""
    fields = dict(printed.bibtex)
    title = {"title": f"{{{printed.title}}}"}
    if not fields:
        return Reference(printed.name, "misc", {**title, "note": printed.reference}, use="the paper")
    key, kind = fields.pop("key", printed.name), fields.pop("type", "article")
    return Reference(key, kind, {**title, **fields}, use="the paper")
