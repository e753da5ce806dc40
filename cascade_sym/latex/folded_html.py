"""What values are in a notebook: their LaTeX, with what is long folded away, and nothing that needs a network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from cascade_sym.latex.cards import has_card, has_formulas
from cascade_sym.latex.displayed import at_a_prompt, value_rows
from cascade_sym.latex.lines import WHERE, Row, aligned
from cascade_sym.latex.notation import Notation
from cascade_sym.shown import card

FOLDED = 6  # rows that are shown without being asked for


def value_html(value: Any, notation: Notation | None = None) -> str:
    r"""Any value of the toolkit as HTML: formulas between dollar signs for MathJax, a long list behind a click.

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Quantity
    >>> print(value_html(Quantity("z", sp.Symbol("x") + 1)))
    <div class="cascade-sym">$\displaystyle \begin{aligned}
    z &amp;= x + 1
    \end{aligned}$</div>
    """
    table = at_a_prompt() if notation is None else notation
    rows = value_rows(value, table)
    head = ""
    if has_card(value) and has_formulas(value):
        head = f"<div><small>{escape(card(value).title)}</small></div>"
    first, rest, what = divided(rows)
    body = typeset(first)
    if rest:
        body += f"<details><summary>{escape(what)}</summary>{typeset(rest)}</details>"
    return f'<div class="cascade-sym">{head}{body}</div>'


def divided(rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row], str]:
    """What is shown at once, what is folded, and what is said of that."""
    if len(rows) <= FOLDED:
        return rows, [], ""
    if WHERE in rows and 0 < (at := list(rows).index(WHERE)) <= FOLDED:
        return rows[:at], rows[at + 1 :], f"where: {len(rows) - at - 1} definitions"
    return rows[:FOLDED], rows[FOLDED:], f"{len(rows) - FOLDED} more"


def typeset(rows: Sequence[Row]) -> str:
    """Rows as one display; those of words alone as paragraphs."""
    if rows and all(r.text for r in rows):
        return "".join(f"<div>${escape(r.rhs)}$</div>" for r in rows)
    return f"$\\displaystyle {escape(aligned(rows))}$" if rows else ""
