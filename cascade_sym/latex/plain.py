"""What values are at a prompt: short text in two dimensions, the same formulas as in their LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from sympy import Expr

from cascade_sym.errors import CascadeError
from cascade_sym.latex.cards import brief, has_card, has_formulas
from cascade_sym.latex.displayed import at_a_prompt, value_rows
from cascade_sym.latex.layout import layout, lines_of
from cascade_sym.latex.lines import Row
from cascade_sym.latex.notation import Notation
from cascade_sym.latex.text_blocks import beside, span
from cascade_sym.shown import card

COLUMNS = 100  # of a terminal
LINES = 23  # at most, with the one that says how much more there is: 24


def value_text(value: Any, notation: Notation | None = None) -> str:
    """Any value of the toolkit in at most 24 lines of at most 100 columns, and without working on it for long.

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Definitions, Quantity
    >>> x, y = sp.symbols("x y")
    >>> print(value_text(Quantity("xi_g", y**2, Definitions(((y, x + 1),)))))
    ξ_g = y²
    where
    y = x + 1
    """
    table = at_a_prompt() if notation is None else notation
    top, more = [], ""
    body: list[Row | str] = []
    if formulas := has_formulas(value):
        body = [*value_rows(value, table)]
    if has_card(value) or not formulas:
        found = card(value)
        top, more = [fitted(line) for line in found.title.splitlines()[: LINES - 1]], found.more
        if not formulas:
            rows = {k: brief(v) for k, v in found.rows.items()}
            if not more and (one := one_line(found.title, rows)) is not None:
                return one
            body = [r for name, v in rows.items() for r in shown_rows(name, v, table)]
    lines = top
    room = LINES - len(more.splitlines())
    for done, r in enumerate(body):
        new = row_lines(r)
        if len(lines) + len(new) > room:
            lines.append(f"... and {len(body) - done} more")
            break
        lines += new
    return "\n".join([*lines, *map(fitted, more.splitlines())])


def fitted(line: str) -> str:
    """A line of words, cut where it is too long."""
    return line if len(line) <= COLUMNS else f"{line[: COLUMNS - 4]} ..."


def one_line(title: str, rows: Mapping[str, Any]) -> str | None:
    """A small value in one line; None where it needs more."""
    if any(not isinstance(v, str | int | float | None | Expr) for v in rows.values()):
        return None
    text = f"{title}: " + ", ".join(f"{k} = {v}" for k, v in rows.items()) if rows else title
    return text if len(text) <= COLUMNS and "\n" not in text else None


def shown_rows(name: str, value: Any, table: Notation) -> Sequence[Row | str]:
    """The rows of one entry; long words stay words, to be broken between them."""
    said = f"{name} = {value}"
    return [said] if isinstance(value, str) and len(said) > COLUMNS else value_rows(value, table, name)


def row_lines(r: Row | str) -> list[str]:
    """A row in lines; what is too wide is broken, or cut where a term alone is wider than the page."""
    if isinstance(r, str):
        return wrap(r, COLUMNS, subsequent_indent="  ")
    left = layout(f"{r.lhs} {r.relation}" if r.lhs else "") if not r.text else layout("")
    head = left.width + 1 if r.lhs else 0
    try:
        whole = layout(f"{r.lhs} {r.relation} {r.rhs}" if not r.text else r.rhs)
    except (CascadeError, RecursionError):
        return [f"{left.text} ... (too deep to be shown)"]
    if whole.width <= COLUMNS:
        return [line.rstrip() for line in whole.lines]
    lines = lines_of(f"{r.lhs} {r.relation} {r.rhs}" if not r.text else r.rhs, min(head, 24), COLUMNS)
    if len(lines) <= LINES // 2 and all(span(line) <= COLUMNS for line in lines):
        return lines
    dots = beside([left, layout(" \\dots")]) if r.lhs else layout("\\dots")
    return [line.rstrip() for line in beside([dots, layout("\\text{   (too long to be shown)}")]).lines]
