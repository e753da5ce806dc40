"""The printed side of a paper: its formulas as data, read from `printed.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sympy import Expr

from cascade_sym.errors import FolderError, FormulaError, UnknownName, listing
from cascade_sym.folder.schema import Key, Reader, any_text, one_of, text, texts
from cascade_sym.folder.toml_lines import Place, lines_of
from cascade_sym.formula import Relation, parse_relation, parse_value, to_text, walk
from cascade_sym.formula.ast import Name, Sum
from cascade_sym.formula.latex_in.reading import READ, read_formula, written
from cascade_sym.shown import Shown
from cascade_sym.verdicts import Verdict

KINDS = ("derived", "definition")
ORDER = ("<", "<=", ">", ">=")  # signs of a bound
MAX_BYTES = 2_000_000  # of printed.toml, far above the longest there is


@dataclass(frozen=True)
class Statement(Shown):
    """One printed relation: left side, sign, right side, as a tree that keeps the written order.

    `key` is what the derived side is found by: the left side as text unless the file gives another; `where` is a
    printed condition (LaTeX); `domain` is where an approximation is meant to hold, and how well.
    """

    text: str
    relation: Relation
    key: str
    where: str = ""
    domain: Domain | None = None

    @property
    def is_hamiltonian(self) -> bool:
        """Whether the left side is called H, with or without subscripts: a number in it moves nothing."""
        lhs = self.relation.lhs
        return isinstance(lhs, Name) and lhs.name.partition("_")[0].rstrip("'") == "H"


@dataclass(frozen=True)
class Domain(Shown):
    """Closed ranges of parameters in which an approximation is meant to hold, and a point of special interest.

    `error` is the relative deviation that is tolerated over the ranges.
    """

    ranges: Mapping[str, tuple[Expr, Expr]]
    at: Mapping[str, Expr]
    error: Expr


@dataclass(frozen=True)
class PrintedEquation(Shown):
    """A numbered equation: its statements, and what the transcriber noted about its reading."""

    id: str
    title: str
    statements: tuple[Statement, ...]
    kind: str = "derived"
    reading: str = ""
    conditions: str = ""
    expected: str | None = None


@dataclass(frozen=True)
class Printed(Shown):
    """A paper's printed formulas with its notation.

    `notation` maps names to LaTeX; `derived_notation` adds names that only derived results have; `functions` maps
    function names to LaTeX with #1, #2 for the arguments; `swaps` are letters easily taken for one another; `bibtex`
    holds the fields of the paper's entry in a bibliography, with `type` and `key`.
    """

    name: str
    title: str
    reference: str
    equations: tuple[PrintedEquation, ...]
    notation: Mapping[str, str] = field(default_factory=dict)
    derived_notation: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    swaps: tuple[tuple[str, str], ...] = ()
    bibtex: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def indices(self) -> Mapping[str, tuple[str, ...]]:
        """The values of summation indices in the printed formulas."""
        sides = [s.relation.rhs for e in self.equations for s in e.statements]
        return {n.index: n.values for side in sides for _, n in walk(side) if isinstance(n, Sum)}

    def equation(self, id: str) -> PrintedEquation:
        """An equation by its id."""
        (found,) = self.chosen((id,))
        return found

    def chosen(self, only: Sequence[str], progress: Callable[[str], None] | None = None) -> Iterator[PrintedEquation]:
        """All equations, or those in `only`, each told to `progress`; UnknownName for an id the paper does not have."""
        ids = [e.id for e in self.equations]
        if bad := set(only) - set(ids):
            raise UnknownName(f"no equation {listing(bad)} in {self.name}; it has {listing(ids)}.")
        for e in self.equations:
            if not only or e.id in only:
                if progress:
                    progress(e.id)
                yield e


def read_printed(path: Path) -> Printed:
    """The printed side from a TOML file. Raises FolderError with all that is wrong in it, each with its line."""
    data, lines = _load(path)
    reader = Reader(path.name, lines)
    found = data.get("equation")
    if "paper" not in data:
        reader.fault((), "no [paper] table; add one.")
    if not found or not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
        reader.fault((), "no [[equation]]; write each equation under such a head, at least one.")
        found = []
    head = reader.table(("paper",), data.get("paper", {"title": "none"}), _PAPER)
    told = reader.table((), {k: v for k, v in data.items() if k not in {"paper", "equation"}}, _TABLES)
    equations: dict[str, PrintedEquation] = {}
    latex = LatexReader((told["notation"] or {}) | (told["derived_notation"] or {}), told["functions"] or {})
    for n, raw in enumerate(found):
        e = _equation(reader, n, raw, latex)
        if e.id is not None and e.id in equations:
            reader.fault(("equation", n, "id"), f"the id {e.id!r} is used twice.")
        equations[e.id] = e
    reader.end()
    return Printed(path.parent.name, equations=tuple(equations.values()), **head, **told)


def _load(path: Path) -> tuple[Mapping[str, Any], Mapping[Place, int]]:
    try:
        if path.exists() and not path.is_file():
            raise FolderError(f"{path} is no ordinary file; a paper's folder needs printed.toml.")
        if path.stat().st_size > MAX_BYTES:
            raise FolderError(f"{path.name} is larger than {MAX_BYTES} bytes; a paper's formulas are not.")
        written = path.read_text(encoding="utf-8")
        return tomllib.loads(written), lines_of(written)
    except OSError as err:
        raise FolderError(f"can't read {path}: {err.strerror}; a paper's folder needs printed.toml.") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as err:
        raise FolderError(f"{path.name} is not valid TOML: {err}.") from err


def _swaps(found: Any) -> tuple[tuple[str, str], ...]:
    pairs = isinstance(found, list) and all(isinstance(p, list) and len(p) == 2 for p in found)
    if not pairs or not all(isinstance(x, str) and x for p in found for x in p):
        raise FolderError(f'swaps are pairs of letters, such as [["S", "M"]]; got {found!r}.')
    return tuple((a, b) for a, b in found)


def _equation(reader: Reader, n: int, raw: Mapping[str, Any], latex: LatexReader) -> PrintedEquation:
    place = ("equation", n)
    reader.titles[place] = f"equation {raw.get('id', f'number {n + 1}')!r}"
    told = reader.table(place, raw, _EQUATION)
    lines = enumerate(told.pop("statements") or ())
    statements = (s for k, line in lines for s in _statements(reader, (*place, "statements", k), line, latex))
    return PrintedEquation(statements=tuple(statements), **told)


def _lines(raw: Any) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise FolderError("'statements' must be a list of formulas such as \"x = y + z\".")
    return raw


def _statements(reader: Reader, place: Place, raw: Any, latex: LatexReader) -> Iterator[Statement]:
    """One statement for a formula; for LaTeX one for each part of a chain."""
    told = reader.table(place, {"formula": raw} if isinstance(raw, str) else raw, _STATEMENT)
    formula, given = told.pop("formula"), told.pop("latex")
    if not isinstance(raw, str | dict):
        return
    if isinstance(raw, dict) and ("formula" in raw) == ("latex" in raw):
        reader.fault(place, "a statement has one of formula and latex.")
        return
    relations = reader.value((*place, "latex"), latex.relations, given) if given else (formula,)
    for relation in relations or ():
        if relation is not None:
            written = raw if isinstance(raw, str) else raw.get("formula", str(relation))
            yield Statement(written, relation, **{**told, "key": told["key"] or to_text(relation.lhs)})


class LatexReader:
    """The reader of statements that are given as LaTeX, in the notation and with the functions of the paper."""

    def __init__(self, notation: Mapping[str, str], functions: Mapping[str, str]) -> None:
        heads = function_heads(functions)
        self._names = {latex: name for name, latex in {**heads, **notation}.items()}
        self._functions = tuple(functions)

    def relations(self, latex: str) -> tuple[Relation, ...]:
        """The statements of a formula; FormulaError where it is not read, or can be read in more than one way."""
        found = read_formula(latex, self._names, functions=self._functions)
        if found.status != READ:
            ways = "".join(f"; perhaps: {'; '.join(written(a))}" for a in found.alternatives)
            raise FormulaError(f"the LaTeX {latex!r} is {found.status}: {found.reason}{ways}")
        relations = tuple(s for s in found.statements if isinstance(s, Relation) and not s.given)
        if not relations or len(relations) < len(found.statements) or {r.op for r in relations} - {*Relation.SIGNS}:
            raise FormulaError(f"the LaTeX {latex!r} holds more than equations, or none; give each a statement.")
        return relations


def function_heads(functions: Mapping[str, str]) -> dict[str, str]:
    r"""What functions are printed as before their bracket: D for \mathcal{D}[#1].

    >>> function_heads({"D": r"\mathcal{D}[#1]", "f": "|#1|"})
    {'D': '\\mathcal{D}'}
    """
    found = ((f, re.fullmatch(r"(.*[^#\s])\s*[\[(]#1[\])]", template)) for f, template in functions.items())
    return {f: m[1] for f, m in found if m}


def _domain(raw: Any) -> Domain:
    """`{ ranges = { x = ["0", "oo"] }, at = { x = "1" }, error = "1/10" }`, values exact texts."""
    try:
        ranges = {str(k): (parse_value(str(lo)), parse_value(str(hi))) for k, (lo, hi) in raw["ranges"].items()}
        at = {str(k): parse_value(str(v)) for k, v in raw["at"].items()}
        error = parse_value(str(raw["error"]))
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise FolderError(
            f"a domain needs ranges (parameter to [low, high]), at (parameter to value), error; got {raw!r}."
        ) from err
    if extra := raw.keys() - {"ranges", "at", "error"}:
        raise FolderError(f"a domain has ranges, at and error, not {listing(extra)}.")
    if bad := set(ranges) ^ set(at):
        raise FolderError(f"ranges and at of a domain must name the same parameters; {listing(bad)} differ.")
    if wrong := [k for k, (lo, hi) in ranges.items() if not lo < hi]:
        raise FolderError(f"the range of {listing(wrong)} is empty; give [low, high] with low < high.")
    if outside := [k for k, (lo, hi) in ranges.items() if not lo <= at[k] <= hi]:
        raise FolderError(f"the point `at` of a domain has {listing(outside)} outside of its range.")
    return Domain(ranges, at, error)


_PAPER = {
    "title": Key(text), "reference": Key(any_text, ""), "swaps": Key(_swaps, ()), "bibtex": Key(texts, {}),
}  # fmt: skip
_TABLES = {name: Key(texts, {}) for name in ("notation", "derived_notation", "functions")}
_EQUATION = {
    "id": Key(text), "title": Key(text), "statements": Key(_lines), "kind": Key(one_of(KINDS), "derived"),
    "reading": Key(any_text, ""), "conditions": Key(any_text, ""), "expected": Key(one_of(tuple(Verdict)), None),
}  # fmt: skip
_STATEMENT = {
    "formula": Key(lambda raw: parse_relation(text(raw)), None), "latex": Key(text, None), "key": Key(text, ""),
    "where": Key(any_text, ""),
    "domain": Key(_domain, None),
}  # fmt: skip
