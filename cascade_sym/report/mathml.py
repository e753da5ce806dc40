"""A block of formulas, and text with formulas in it, as HTML: LaTeX as MathML.

A formula that the converter cannot read is shown as its LaTeX source: the page is never without it. A block is broken
anew for each width of screen, and scrolls where it is wider still.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import inf

from cascade_sym.errors import CascadeError
from cascade_sym.extras import require
from cascade_sym.formula import names_in, parse, to_latex
from cascade_sym.latex.lines import aligned, rows_of
from cascade_sym.latex.notation import symbol_latex
from cascade_sym.latex.scan import checked, tokens
from cascade_sym.latex.text import text_latex
from cascade_sym.report.html import element, text

MAX_LENGTH = 200_000  # characters of a formula on a page
_ALIGNED = re.compile(r' style="text-align: (left|right);justify-items: (?:start|end);padding-(?:left|right): 0;"')
_ALONE = re.compile(r"<mrow><mspace/>(<mi[^>]*>[^<]*</mi>)</mrow>")  # upright letters: a group of one, and nothing
_RED = re.compile(r' style="color:#[0-9A-Fa-f]{6};?"')
_MATH = re.compile(r"\$((?:\\.|[^$\\])*)\$", re.S)
_SIGN = re.compile(r"\\?([&%#_{}$<>|])")
_QUOTED = re.compile(r"(?<!\w)'([^']+(?:'[^' ;]+)*)'(?!\w)")
_LIGATURES = (("---", "\u2014"), ("--", "\u2013"), ("``", "\u201c"), ("''", "\u201d"), ("`", "\u2018"))


def mathml(latex: str, *, display: bool = True) -> str:
    r"""A formula as a MathML element; what is marked in colour gets the class `changed`.

    >>> mathml("x^2", display=False)
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    >>> mathml(r"\nosuchmacro", display=False)
    '<code class="tex">\\nosuchmacro</code>'
    """
    converted = _converted(latex, display)
    return converted or element("code", text(latex), class_="tex")


def is_readable(latex: str) -> bool:
    """Whether a formula is shown as mathematics (not as its source)."""
    return _converted(latex, True) is not None


@cache
def _converted(latex: str, display: bool) -> str | None:
    from math_core import LatexError

    if len(latex) > MAX_LENGTH:
        return None
    try:
        found = _converter().convert_with_local_state(_flat(checked(latex, "a formula")), displaystyle=display)
    except (LatexError, CascadeError):
        return None
    # the macron of the font is a hairline that screens lose; its modifier letter is drawn as strong as the letters
    found = _ALONE.sub(r"\1", found)
    found = _ALIGNED.sub(r' class="\1"', _RED.sub(' class="changed"', found))
    return found.replace(">\u00af</mo>", ">\u02c9</mo>")


def _flat(latex: str) -> str:
    r"""Mathematics within \text{...} put beside it, since the converter knows no such nesting.

    >>> _flat(r"\text{at $x_{1}$ only} + y")
    '\\text{at }{x_{1}}\\text{ only} + y'
    """
    out, mark, rest = latex.partition("\\text{")
    while mark:
        end = next((t.at for t in tokens(rest) if t.braces < 0), len(rest))
        pieces = rest[:end].split("$") if rest[:end].count("$") % 2 == 0 else [rest[:end]]
        out += "".join(f"\\text{{{p}}}" if n % 2 == 0 else f"{{{p}}}" for n, p in enumerate(pieces) if p)
        head, mark, rest = rest[end + 1 :].partition("\\text{")
        out += head
    return out


@cache
def _converter():  # type: ignore[no-untyped-def]
    require("pages", "math_core")
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False)


def words(plain: str, name: Callable[[str], str] = symbol_latex) -> str:
    """Plain text with names and `$formulas$` in it as HTML; `name` gives the LaTeX of a name.

    >>> words("a & b for gamma_S")
    'a &amp; b for <math><msub><mi>γ</mi><mi>S</mi></msub></math>'
    """
    try:
        latex = text_latex(plain, name)
    except CascadeError:
        return text(plain)
    out, end = "", 0
    for m in _MATH.finditer(latex):
        sign = _SIGN.fullmatch(m.group(1))
        out += _prose(latex[end : m.start()]) + (text(sign[1]) if sign else mathml(m.group(1), display=False))
        end = m.end()
    return out + _prose(latex[end:])


def edit_words(plain: str, name: Callable[[str], str] = symbol_latex) -> str:
    """Text that quotes formulas of the plain language ('a/2*b') as HTML, the formulas typeset.

    >>> edit_words("a factor 2 on 'x/2'")
    'a factor 2 on <math><mfrac><mi>x</mi><mn>2</mn></mfrac></math>'
    """
    out = ""
    for said, latex in quoted(plain, name):
        shown = mathml(latex, display=False) if latex else element("code", text(said))
        out += text(said) if latex is None else shown
    return out


def _prose(latex: str) -> str:
    for old, new in _LIGATURES:
        latex = latex.replace(old, new)
    return text(latex)


def quoted(plain: str, name: Callable[[str], str] = symbol_latex) -> Iterator[tuple[str, str | None]]:
    """The pieces of a text that quotes formulas of the plain language, as repairs do ('a/2*b' replaced by 'a*b').

    Each is (words, None), or (a quoted formula, its LaTeX, which is "" where it can't be read).

    >>> list(quoted("a factor 2 on 'x/2'"))
    [('a factor 2 on ', None), ('x/2', '\\\\frac{x}{2}')]
    """
    end = 0
    for m in _QUOTED.finditer(plain):
        if m.start() > end:
            yield plain[end : m.start()], None
        yield m[1], _latex(m[1], name)
        end = m.end()
    if end < len(plain):
        yield plain[end:], None


def _latex(formula: str, name: Callable[[str], str]) -> str:
    try:
        node = parse(formula)
        return to_latex(node, {n: name(n) for n in names_in(node)})
    except CascadeError:
        return ""


HALF, FULL = 54.0, 112.0  # widths in digits: one of two columns, the whole page
NARROW = 36.0  # a phone
# the style shows one of these by the width of the screen; print is "full"
_SCREENS = (("full", FULL), ("medium", HALF), ("narrow", NARROW))


def broken(latex: str, line: float) -> str:
    """The formulas of a piece of LaTeX with lines of at most `line` digits, as one aligned block."""
    try:
        return aligned(rows, line) if (rows := rows_of(latex)) else latex
    except CascadeError:
        return latex


def fits_beside(
    forms: Iterable[str | None], half: float = HALF, full: float = FULL, tall: float = 7, more: float = 1.4,
    most: float = inf,
) -> bool:  # fmt: skip
    """Whether two formulas are there, and stand side by side without being broken into many more lines (`more`) than
    the page asks for: `tall` ones are no trouble, `most` are too many."""
    heights = [[broken(x, line).count("\\\\") for line in (half, full)] for x in forms if x]
    return len(heights) == 2 and all(narrow <= min(most, max(tall, more * wide)) for narrow, wide in heights)


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
