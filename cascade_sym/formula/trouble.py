"""Errors that point at the place in a formula's text."""

from __future__ import annotations

from cascade_sym.errors import FormulaError

_WINDOW = 60


def error_at(text: str, position: int, message: str) -> FormulaError:
    """A FormulaError naming line and column, with the line and a caret under the place.

    >>> print(error_at("a + * b", 4, "expected a term"))
    expected a term, at line 1, column 5:
      a + * b
          ^
    """
    position = min(position, len(text))
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else len(text)]
    number, column = text.count("\n", 0, position) + 1, position - start
    left = max(0, column - _WINDOW)
    shown = line[left : column + _WINDOW]
    shown = "".join(c if c.isprintable() else "?" for c in shown)
    return FormulaError(f"{message}, at line {number}, column {column + 1}:\n  {shown}\n  {' ' * (column - left)}^")
