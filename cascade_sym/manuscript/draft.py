"""A paper's folder drafted from a manuscript: notation, functions, printed statements, each with its line.

What is read is drafted as it is printed; what can be read in several ways, or not at all, stays as a comment that says
so. Nothing is derived: derived.py has a place for each equation, and until it is filled the ledger says "unchecked".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap

from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.folder.load import new_folder, template
from cascade_sym.formula import names_in, parse_relation, walk
from cascade_sym.formula.ast import Call, Node, Relation
from cascade_sym.formula.latex_in.reading import AMBIGUOUS, READ, written
from cascade_sym.formula.lettering import group_ends
from cascade_sym.manuscript.understood import Understood, read_manuscript

_BAD = re.compile(r"[\x00-\x1f\x7f]+")
PRINTED = """# Drafted from {source}: check each line against the print.
# A comment with UNCERTAIN marks what could be read otherwise or was not read; write its statements by hand, as
# "left = right" or {{ latex = '...' }}.

[paper]
title = {title}
reference = "authors, journal, year"

[notation]
{notation}

[functions]
{functions}
"""
DERIVED = '''"""What is derived for the paper: the parts of the experiment, and from them each printed equation.

Drafted from {source}.
Nothing is derived yet, and `cascade-sym verify` says "unchecked" until it is.
"""

from __future__ import annotations

from cascade_sym.paper import Model

# Names that printed formulas may use as they are. Found in the manuscript:
{names}
model = Model(parameters=())
'''


@dataclass
class Draft:
    """What was found in `source`: notation and functions (name to LaTeX), equations and remarks in their order."""

    source: str
    notation: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)  # further spellings of a name
    equations: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)  # of each equation: the left sides
    uncertain: int = 0


def draft_folder(folder: str | Path, manuscript: str | Path, root: str | Path | None = None) -> tuple[Path, Draft]:
    """Makes the folder `folder` from a manuscript (a .tex, a folder, an archive), and says what was drafted.

    Raises FormulaError where nothing in it was understood, otherwise as `new_folder`.
    """
    found = Draft(Path(manuscript).name)
    for u in read_manuscript(manuscript, root=root).formulas:
        _add(found, u)
    if not found.ids:
        raise FormulaError(f"no formula of {manuscript} was understood; there is nothing to draft.")
    source = re.sub(r"[^\w .-]", "_", found.source)
    head = PRINTED.format(
        source=source, title=_text(Path(folder).resolve().name), notation="\n".join(_notation(found)),
        functions="\n".join(f"{_key(k)} = {_text(v)}" for k, v in found.functions.items()),
    )  # fmt: skip
    names = "\n".join(wrap(", ".join(found.notation), 110, initial_indent="# ", subsequent_indent="# "))
    places = "".join(_place(n, id, sides) for n, (id, sides) in enumerate(found.ids.items(), 1))
    texts = {
        "printed.toml": head + "\n" + "\n".join(found.equations),
        "derived.py": DERIVED.format(source=source.replace('"', "'").replace("\\", "/"), names=names) + places,
        "README.md": template("README.md").split("```sh")[0] + "Drafted from a manuscript; check every line.\n",
    }
    return new_folder(folder, texts), found


def _add(draft: Draft, u: Understood) -> None:
    f, reading = u.formula, u.reading
    file = draft.source if f.file.endswith(draft.source) else f.file
    where = f"# {_line(file)}, line {f.line}"
    relations = [s for s in reading.statements if isinstance(s, Relation) and _says(s)]
    if reading.status != READ or not relations or len(relations) < len(reading.statements):
        why = reading.reason or "a part of it is no relation that a folder holds"
        lines = [f"{where}: UNCERTAIN, {_line(why)}", f"# {_line(f.latex)}"]
        if reading.status == AMBIGUOUS:
            lines += [f"# perhaps: {_line('; '.join(written(a)))}" for a in reading.alternatives]
        draft.equations.append("\n".join(lines) + "\n")
        draft.uncertain += 1
        return
    id = _id(draft, f.name or f"line {f.line}")
    draft.ids[id] = list(dict.fromkeys(str(r.lhs) for r in relations))
    _symbols(draft, relations, dict(reading.symbols))
    statements = "".join(f"  {_text(str(r))},\n" for r in relations)
    draft.equations.append(
        f"{where}: {_line(f.latex)}\n[[equation]]\nid = {_text(id)}\ntitle = {_text(f'line {f.line} of {file}')}\n"
        f"statements = [\n{statements}]\n"
    )


def _says(r: Relation) -> bool:
    """Whether the plain language has the relation: a folder holds nothing else."""
    try:
        return parse_relation(str(r)) == r
    except CascadeError:
        return False


def _symbols(draft: Draft, relations: Sequence[Relation], printed: dict[str, str]) -> None:
    sides: list[Node] = [side for r in relations for side in (r.lhs, r.rhs)]
    calls = {n.function: len(n.args) for side in sides for _, n in walk(side) if isinstance(n, Call)}
    for name in dict.fromkeys(n for side in sides for n in names_in(side)):
        if name not in printed:
            continue
        latex = _bare(printed[name])
        if _letters(draft.notation.setdefault(name, latex)) != _letters(latex):
            seen = draft.others.setdefault(name, [])
            seen += [latex] if latex not in seen else []
    for function, count in calls.items():
        if function in printed:
            slots = ", ".join(f"#{k}" for k in range(1, count + 1))
            draft.functions.setdefault(function, f"{printed[function]}({slots})")


def _bare(latex: str) -> str:
    """A symbol without the group that it stands in."""
    return latex[1:-1] if latex[:1] == "{" and group_ends(latex).get(0) == len(latex) else latex


def _letters(latex: str) -> str:
    """A symbol without the braces and spaces that make no difference."""
    return re.sub(r"[{}\s]", "", latex)


def _notation(draft: Draft) -> Iterator[str]:
    for name, latex in draft.notation.items():
        also = draft.others.get(name)
        yield f"{_key(name)} = {_text(latex)}" + (
            f"  # UNCERTAIN, printed too as {_line(' '.join(also))}" if also else ""
        )


def _id(draft: Draft, wanted: str) -> str:
    id, n = _line(wanted), 1
    while id in draft.ids:
        n += 1
        id = f"{_line(wanted)} ({n})"
    return id


def _place(number: int, id: str, sides: Sequence[str]) -> str:
    lefts = "".join(f"    # {_line(side)}\n" for side in sides)
    return f"\n\n@model.equation({id!r})\ndef equation_{number}() -> dict[str, object]:\n{lefts}    return {{}}\n"


def _line(text: str) -> str:
    """A text for a comment: one line without control characters."""
    return " ".join(_BAD.sub(" ", text).split())


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(text: str) -> str:
    """A text as TOML: as it is where it can be, so that LaTeX stays legible."""
    clean = _line(text)
    return f"'{clean}'" if "\\" in clean and "'" not in clean else json.dumps(clean, ensure_ascii=False)
