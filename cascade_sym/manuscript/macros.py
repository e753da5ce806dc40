r"""User macros: collected from \newcommand, \def, \let and \DeclareMathOperator, expanded with bounds.

Only plain substitution is done. A macro with delimited arguments is not collected, so that a formula that uses it
can't be read (and is not passed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cascade_sym.errors import FormulaError
from cascade_sym.formula.latex_in.symbols import ACCENTS, FONTS
from cascade_sym.formula.lettering import group_ends

_TAKING = "|".join((*sorted({*ACCENTS, *FONTS}), "[dtc]?frac", "sqrt", "d?dot", "operatorname", "(over|under)line"))
_ARGUMENT = re.compile(rf"(\\({_TAKING})\s*|[\^_]\s*|[}}\]])$")  # a group behind this is an argument
MAX_EXPANSIONS = 2_000  # of one formula: macros may call themselves
MAX_LENGTH = 20_000  # characters of one expanded formula
MAX_MACROS = 5_000  # of a manuscript
_PIECE = re.compile(r"\\[A-Za-z@]+\s*|\\.|[^\\]", re.S)
_START = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?\s*+"
    r"(?:\{\s*+(?P<a>\\[A-Za-z@]++)\s*+\}|(?P<b>\\[A-Za-z@]++))"
    r"\s*+(?:\[(?P<count>\d)\])?\s*+(?:\[(?P<default>[^\[\]]*)\])?\s*+(?=\{)"
    r"|\\[gex]?def\s*+(?P<c>\\[A-Za-z@]++)(?P<slots>(?:#\d)*+)\s*+(?=\{)"
    r"|\\DeclareMathOperator\*?\s*+\{\s*+(?P<d>\\[A-Za-z@]++)\s*+\}\s*+(?=\{)"
    r"|\\let\s*+(?P<e>\\[A-Za-z@]++)\s*+=?\s*+(?P<to>\\[A-Za-z@]++)"
)


@dataclass(frozen=True)
class Macro:
    """A macro: how many arguments it takes, the default of the first where that is optional, and its body."""

    count: int
    body: str
    default: str | None = None


# colours and boxes, which say nothing of the formula in them
LAYOUT = {
    "\\color": Macro(2, "", ""), "\\textcolor": Macro(3, "{#3}", ""), "\\colorbox": Macro(3, "{#3}", ""),
    "\\boxed": Macro(1, "#1"), "\\mathcolor": Macro(3, "{#3}", ""),
}  # fmt: skip


def macros_in(texts: Iterable[str]) -> dict[str, Macro]:
    r"""The macros that texts define, the last definition of each.

    >>> macros_in([r"\newcommand{\G}[1]{\Gamma_{\mathrm #1}} \def\half{\frac12}"])["\\G"]
    Macro(count=1, body='\\Gamma_{\\mathrm #1}', default=None)
    """
    found: dict[str, Macro] = {}
    for text in texts:
        at = 0
        ends = group_ends(text)
        while (m := _START.search(text, at)) is not None:
            at = m.end()
            if m["e"]:
                found[m["e"]] = found.get(m["to"], Macro(0, m["to"]))
                continue
            end = ends.get(m.end())
            if end is None:
                continue
            body = text[m.end() + 1 : end - 1]
            at = end
            name = m["a"] or m["b"] or m["c"] or m["d"]
            if m["d"]:
                found[name] = Macro(0, f"\\operatorname{{{body}}}")
            elif m["c"]:
                found[name] = Macro(m["slots"].count("#"), body)
            elif not (text.startswith("\\providecommand", m.start()) and name in found):
                found[name] = Macro(int(m["count"] or 0), body, m["default"])
            if len(found) > MAX_MACROS:
                raise FormulaError(f"the manuscript defines more than {MAX_MACROS} macros.")
    return found


def expanded(latex: str, macros: Mapping[str, Macro]) -> str:
    r"""`latex` with all macros of the table and of `LAYOUT` expanded, from the left, as TeX does.

    Raises FormulaError when that does not end within MAX_EXPANSIONS steps and MAX_LENGTH characters.

    >>> expanded(r"\half\g x", {"\\half": Macro(0, r"\frac12"), "\\g": Macro(0, r"\gamma")})
    '\\frac12\\gamma x'
    >>> expanded(r"a + {\color{red}b}\textcolor[rgb]{1,0,0}{c}", {})
    'a + {b}{c}'
    >>> expanded(r"a {\color{red}{}- b} c", {})
    'a - b c'
    """
    waiting = [m[0] for m in _PIECE.finditer(latex)][::-1]
    out: list[str] = []
    steps = length = 0
    while waiting:
        piece = waiting.pop()
        name = piece.rstrip()
        macro = macros.get(name) or LAYOUT.get(name) if piece[0] == "\\" else None
        if macro is None:
            out.append(piece)
            length += len(piece)
        else:
            steps += 1
            given = _arguments(waiting, macro, name)
            body = re.sub(r"#(\d)", lambda m, given=given: given.get(m[1], ""), macro.body)  # type: ignore[misc]
            if macro is LAYOUT["\\color"]:
                _dissolve(out, waiting)
            waiting += [m[0] for m in _PIECE.finditer(_closed(body))][::-1]
        if not steps and length + len(waiting) > MAX_LENGTH:
            raise FormulaError(f"the formula has more than {MAX_LENGTH} characters; write it shorter.")
        if steps > MAX_EXPANSIONS or length > MAX_LENGTH or len(waiting) > MAX_LENGTH:
            last = piece.strip()
            raise FormulaError(f"the macros of the formula do not end (after {steps} expansions, at {last!r}).")
    return "".join(out)


def _dissolve(out: list[str], waiting: list[str]) -> None:
    """A group that colours a term with its sign, as in a {\\color{red}{}+ b}, is no group of the formula."""
    if out[-1:] != ["{"] or _ARGUMENT.search("".join(out[-4:-1])):
        return
    ahead = [n for n in range(len(waiting) - 1, -1, -1) if not waiting[n].isspace()]
    empty = len(ahead) > 2 and (waiting[ahead[0]], waiting[ahead[1]]) == ("{", "}")
    if len(ahead) < 3 or waiting[ahead[2 if empty else 0]] not in "+-":
        return
    depth = 0
    for n in ahead:
        depth += (waiting[n] == "{") - (waiting[n] == "}")
        if depth < 0:
            gone = {n, *(ahead[:2] if empty else ())}
            waiting[:] = [piece for k, piece in enumerate(waiting) if k not in gone]
            out.pop()
            return


def _arguments(waiting: list[str], macro: Macro, name: str) -> dict[str, str]:
    given: dict[str, str] = {}
    first = 1
    if macro.default is not None and macro.count:
        given["1"] = macro.default
        first = 2
        if waiting and waiting[-1] == "[":
            waiting.pop()
            given["1"] = "".join(_until(waiting, "]", name))
    for k in range(first, macro.count + 1):
        while waiting and waiting[-1].isspace():
            waiting.pop()
        if not waiting:
            raise FormulaError(f"the macro {name} lacks its argument {k}.")
        piece = waiting.pop()
        given[str(k)] = "".join(_until(waiting, "}", name)) if piece == "{" else piece
    return {k: _closed(v) for k, v in given.items()}


def _closed(latex: str) -> str:
    """`latex` such that a letter behind it is not read into its last command."""
    return f"{latex} " if re.search(r"\\[A-Za-z@]+$", latex) else latex


def _until(waiting: list[str], closer: str, name: str) -> list[str]:
    taken: list[str] = []
    depth = 0
    while waiting:
        piece = waiting.pop()
        if piece == closer and depth == 0:
            return taken
        depth += (piece == "{") - (piece == "}")
        taken.append(piece)
    raise FormulaError(f"an argument of the macro {name} is not closed.")
