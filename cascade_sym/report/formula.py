"""A block of formulas: broken to the width it has, scrollable where it is wider than the screen."""

from __future__ import annotations

from cascade_sym.errors import CascadeError
from cascade_sym.latex.lines import all_broken, rows_of
from cascade_sym.report.html import element, text
from cascade_sym.report.mathml import mathml

HALF, FULL = 54.0, 112.0  # widths in digits: one of two columns, the whole page
_TALL = 7


def broken(latex: str, line: float) -> str:
    """The formulas of a piece of LaTeX with lines of at most `line` digits, as one aligned block."""
    try:
        rows = rows_of(latex)
        lines = all_broken(rows, line)
    except CascadeError:
        return latex
    if not lines:
        return latex
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def fits_beside(first: str, second: str) -> bool:
    """Whether two formulas stand side by side without being broken into many more lines than the page asks for."""
    heights = [(broken(x, HALF).count("\\\\"), broken(x, FULL).count("\\\\")) for x in (first, second)]
    return all(narrow <= max(_TALL, 1.4 * wide) for narrow, wide in heights)


def block(latex: str, line: float, label: str) -> str:
    """The formulas as a block that scrolls where it is too wide; `label` is its name for a screen reader."""
    shown = mathml(broken(latex, line))
    return element("div", shown, class_="formula", role="group", aria_label=label)


def source(*pieces: tuple[str, str | None]) -> str:
    """The LaTeX of formulas, folded away: (heading, LaTeX) pairs."""
    inner = "".join(
        element("h5", text(name)) + element("pre", element("code", text(latex)))
        for name, latex in pieces
        if latex
    )
    return element("details", element("summary", "LaTeX source"), inner, class_="source") if inner else ""
