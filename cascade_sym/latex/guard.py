"""LaTeX given from outside: balanced, and without commands that define, read, write or run anything."""

from __future__ import annotations

import re

from cascade_sym.errors import FormulaError

_FORBIDDEN = re.compile(
    r"\\(?:input|include\w*|import|openin|openout|read\w*|write\w*|immediate|special|csname|catcode|def|edef|gdef|xdef"
    r"|let|futurelet|newcommand|renewcommand|providecommand|DeclareMathOperator|newenvironment|usepackage|loop|repeat"
    r"|expandafter|afterassignment|everymath|everypar|directlua|verbatiminput|lstinputlisting|includegraphics|href|url"
    r"|includegraphics|documentclass|shipout|jobname|meaning|string|scantokens|uppercase|lowercase|aftergroup|toks"
    r"|begingroup|endgroup|begin\s*\{document|end\s*\{document)(?![A-Za-z])|\^\^"
)


def checked(latex: str, what: str) -> str:
    r"""`latex`, or FormulaError where its braces don't balance or a command in it is not mathematics.

    >>> checked(r"\tilde\gamma_{S}", "the notation of g")
    '\\tilde\\gamma_{S}'
    >>> checked(r"\input{x}", "the notation of g")
    Traceback (most recent call last):
    ...
    cascade_sym.errors.FormulaError: the notation of g holds '\\input', which is not mathematics; remove it.
    """
    if not isinstance(latex, str) or not latex.strip():
        raise FormulaError(f"{what} is {latex!r}; give LaTeX, e.g. '\\gamma_{{S}}'.")
    if m := _FORBIDDEN.search(latex):
        raise FormulaError(f"{what} holds {m.group()!r}, which is not mathematics; remove it.")
    if not balanced(latex):
        raise FormulaError(f"{what} is {latex!r}, whose braces do not balance; close each {{ with a }}.")
    return latex


def balanced(latex: str) -> bool:
    r"""Whether braces open and close in order, those written \{ and \} aside.

    >>> balanced(r"a_{b}\}"), balanced("a_{b"), balanced("}{")
    (True, False, False)
    """
    depth = 0
    for c in re.sub(r"\\.", "", latex, flags=re.S):
        depth += (c == "{") - (c == "}")
        if depth < 0 or c == "\\":
            return False
    return depth == 0
