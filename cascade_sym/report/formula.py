"""A block of formulas: broken anew for each width of screen, scrollable where it is wider still."""

from __future__ import annotations

from cascade_sym.errors import CascadeError
from cascade_sym.latex.lines import all_broken, rows_of
from cascade_sym.report.html import details, element, listing, text
from cascade_sym.report.mathml import mathml

HALF, FULL = 54.0, 112.0  # widths in digits: one of two columns, the whole page
NARROW = 36.0  # a phone
_TALL = 7
# the style shows one of these by the width of the screen; print is "full"
_SCREENS = (("full", FULL), ("medium", HALF), ("narrow", NARROW))


def broken(latex: str, line: float) -> str:
    """The formulas of a piece of LaTeX with lines of at most `line` digits, as one aligned block."""
    try:
        lines = all_broken(rows_of(latex), line)
    except CascadeError:
        return latex
    if not lines:
        return latex
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def fits_beside(first: str, second: str) -> bool:
    """Whether two formulas stand side by side without being broken into many more lines than the page asks for."""
    heights = [(broken(x, HALF).count("\\\\"), broken(x, FULL).count("\\\\")) for x in (first, second)]
    return all(narrow <= max(_TALL, 1.4 * wide) for narrow, wide in heights)


def block(latex: str, line: float, label: str, *, folded: bool = False) -> str:
    """The formulas as a block with lines of at most `line` digits, fewer on narrower screens; it scrolls where it is
    too wide. `label` is its name for a screen reader, which reads what is shown only. What is `folded` away has no
    form of its own for screens between a phone's and a laptop's, so that the page stays small."""
    screens: dict[str, list[str]] = {}
    for screen, room in _SCREENS:
        room = NARROW if folded and screen == "medium" else room
        screens.setdefault(broken(latex, min(line, room)), []).append(screen)
    forms = (element("div", mathml(text), class_=" ".join(names)) for text, names in screens.items())
    shown = "".join(forms) if len(screens) > 1 else mathml(next(iter(screens)))
    return element("div", shown, class_="formula", role="group", aria_label=label)


def source(*pieces: tuple[str, str | None]) -> str:
    """The LaTeX of formulas, folded away: (heading, LaTeX) pairs."""
    inner = "".join(element("h5", text(name)) + listing([latex]) for name, latex in pieces if latex)
    return details("LaTeX source", inner, class_="source") if inner else ""
