r"""LaTeX formulas as MathML, and text with formulas in it as HTML.

A formula that the converter cannot read is shown as its LaTeX source: the page is never without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from cascade_sym.errors import CascadeError
from cascade_sym.formula import names_in, parse, to_latex
from cascade_sym.latex.notation import symbol_latex
from cascade_sym.latex.scan import checked
from cascade_sym.latex.text import text_latex
from cascade_sym.report.html import element, text

MAX_LENGTH = 200_000
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
    out, end = "", 0
    while (at := latex.find("\\text{", end)) >= 0:
        start = at + len("\\text{")
        stop, depth = start, 1
        while stop < len(latex) and depth:
            escaped = latex[stop - 1] == "\\"
            depth += 0 if escaped else (latex[stop] == "{") - (latex[stop] == "}")
            stop += 1
        inner = latex[start : stop - 1]
        pieces = inner.split("$") if inner.count("$") % 2 == 0 else [inner]
        made = (f"\\text{{{p}}}" if n % 2 == 0 else f"{{{p}}}" for n, p in enumerate(pieces) if p)
        out += latex[end:at] + "".join(made)
        end = stop
    return out + latex[end:]


@cache
def _converter():  # type: ignore[no-untyped-def]
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
