"""Text that quotes formulas of the plain language, as repairs do: 'a/2*b' replaced by 'a*b'."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cascade_sym.errors import CascadeError
from cascade_sym.formula import names_in, parse, to_latex
from cascade_sym.latex.names import symbol_latex

_QUOTED = re.compile(r"(?<!\w)'([^']+(?:'[^' ;]+)*)'(?!\w)")


def quoted(plain: str, name: Callable[[str], str] = symbol_latex) -> Iterator[tuple[str, str | None]]:
    """The pieces of a text: (words, None), or (a quoted formula, its LaTeX, which is "" where it can't be read).

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
