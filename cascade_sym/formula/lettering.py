"""LaTeX of names: a declared notation first, a rule for all others; scripts on a symbol, brackets around pieces."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cascade_sym.formula.walk import WORDS

GREEK = {
    name: "\\" + name
    for name in """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi
    chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega varepsilon vartheta varphi
    varrho varsigma ell hbar
""".split()
}
SUM, SLASH, PRODUCT, ATOM = 1, 2, 3, 4  # a - b, a/b on one line, a b, and what is closed in itself
_BRACE = re.compile(r"\\.|[{}]", re.S)
_TALL = re.compile(r"\\(frac|left|sum|int)")
CONSTANTS = {"I": "i", "oo": "\\infty", "pi": "\\pi"}


def name_latex(name: str, notation: Mapping[str, str] | None = None) -> str:
    """LaTeX of a name: from `notation`, else by rule (Greek letters by name, `_` starts a subscript).

    A primed name whose unprimed form is declared takes that with primes.

    >>> name_latex("Gamma_SB"), name_latex("theta_M'"), name_latex("a_S_in"), name_latex("h1")
    ('\\\\Gamma_{SB}', "\\\\theta'_{M}", 'a_{S,\\\\mathrm{in}}', 'h_{1}')
    """
    declared = notation or {}
    if name in declared:
        return declared[name]
    if name in CONSTANTS:
        return CONSTANTS[name]
    bare = name.rstrip("'")
    primes = name[len(bare) :]
    if primes and bare in declared:
        nucleus, own, sub, sup = scripts(declared[bare])
        return f"{{{declared[bare]}}}{primes}" if sup else nucleus + own + primes + (f"_{sub}" if sub else "")
    head, *subs = bare.split("_")
    base, digits = _head(head)
    subs = [s for s in [digits, *subs] if s]
    sub = ",".join(_subscript(s) for s in subs)
    return base + primes + (f"_{{{sub}}}" if sub else "")


def _head(head: str) -> tuple[str, str]:
    letters = head.rstrip("0123456789")
    digits = head[len(letters) :]
    if letters in GREEK:
        return GREEK[letters], digits
    return (letters if len(letters) == 1 else f"\\mathrm{{{letters}}}"), digits


def _subscript(s: str) -> str:
    if s in GREEK:
        return GREEK[s]
    if len(s) > 1 and s.isalpha() and (s in WORDS or s.islower()):
        return f"\\mathrm{{{s}}}"
    return s


def scripts(latex: str) -> tuple[str, str, str, str]:
    r"""A symbol's LaTeX as (nucleus, primes, subscript, superscript); scripts with their braces or ''.

    >>> scripts(r"\hat b'_{+,\mathrm{in}}")
    ('\\hat b', "'", '{+,\\mathrm{in}}', '')
    """
    depth, cut = 0, len(latex)
    for m in re.finditer(r"\\.|[{}^_']", latex):
        c = m.group()
        depth += (c == "{") - (c == "}")
        if c in "^_'" and depth == 0:
            cut = m.start()
            break
    nucleus, rest = latex[:cut], latex[cut:]
    primes = sub = sup = ""
    while rest:
        if rest[0] == "'":
            primes, rest = primes + "'", rest[1:]
            continue
        kind = rest[0]
        body, rest = _group(rest[1:].lstrip())
        if kind == "_" and not sub:
            sub = body
        elif kind == "^" and not sup:
            sup = body
        else:  # not a plain symbol with scripts: treat it as one opaque nucleus
            return f"{{{latex}}}", "", "", ""
    return nucleus.rstrip(), primes, sub, sup


def _group(text: str) -> tuple[str, str]:
    """The script at the start of `text` (braced, a control word, or one character), and the rest."""
    if text.startswith("{"):
        end = group_ends(text).get(0, len(text))
    else:
        first = re.match(r"\\[A-Za-z]+|\\.|.", text)
        end = first.end() if first else 0
    return text[:end], text[end:].lstrip()


def group_ends(text: str) -> dict[int, int]:
    r"""Where each group of a text opens, and the place after it closes; groups that are not closed are left out.

    >>> group_ends(r"{a{b}\}}{")
    {2: 5, 0: 8}
    """
    found: dict[int, int] = {}
    waiting: list[int] = []
    for m in _BRACE.finditer(text):
        if m[0] == "{":
            waiting.append(m.start())
        elif m[0] == "}" and waiting:
            found[waiting.pop()] = m.end()
    return found


def with_superscript(latex: str, sup: str) -> str:
    r"""The symbol with a superscript; one that already has a superscript is grouped first.

    >>> with_superscript(r"b'_{+}", r"\dagger"), with_superscript(r"X^{c}_{in}", "2")
    ("b_{+}'^{\\dagger}", '{X^{c}_{in}}^{2}')
    """
    nucleus, primes, sub, old = scripts(latex)
    if old:
        return f"{{{latex}}}^{{{sup}}}"
    return nucleus + (f"_{sub}" if sub else "") + primes + f"^{{{sup}}}"


def with_accent(latex: str, accent: str) -> str:
    r"""The symbol with an accent such as `\dot` on its nucleus.

    >>> with_accent(r"\hat a_{S}", r"\dot")
    '\\dot{\\hat a}_{S}'
    """
    nucleus, primes, sub, sup = scripts(latex)
    return f"{accent}{{{nucleus}}}" + primes + (f"_{sub}" if sub else "") + (f"^{sup}" if sup else "")


def bracket(text: str) -> str:
    r"""`text` in the next kind of brackets: ( ), then [ ], then \{ \}, then ( ) again.

    >>> bracket("a + b"), bracket("b(t) + 1"), bracket(r"\frac{a}{b}")
    ('(a + b)', '[b(t) + 1]', '\\left(\\frac{a}{b}\\right)')
    """
    if "\\{" in text:
        return fenced("(", text, ")")
    if "[" in text:
        return fenced("\\{", text, "\\}")
    return fenced("[", text, "]") if "(" in text else fenced("(", text, ")")


def fenced(left: str, text: str, right: str) -> str:
    r"""`text` between two delimiters, stretched when it is tall.

    >>> fenced(r"\langle", "x", r"\rangle")
    '\\langle x\\rangle'
    """
    if _TALL.search(text):
        return joined(f"\\left{left}", text) + f"\\right{right}"
    return joined(left, text) + right


def joined(left: str, right: str) -> str:
    """Side by side, with a space where a control word would swallow a letter."""
    gap = right[:1].isalpha() and re.search(r"\\[A-Za-z]+$", left)
    return f"{left} {right}" if gap else left + right
