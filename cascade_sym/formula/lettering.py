"""LaTeX of names: a declared notation first, a rule for all others; scripts on a symbol, brackets around pieces."""

from __future__ import annotations

import re
import unicodedata
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
MARKS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "\u0308": "ddot",
         "\u20d7": "vec"}  # fmt: skip
_LETTERS = "|".join(sorted(GREEK, key=len, reverse=True))
_COMMAND = re.compile(rf"\\({_LETTERS})")
_INDEXED = re.compile(rf"({_LETTERS})([A-Z0-9][A-Za-z0-9]*)")
_LIKE = {"ħ": "hbar", "ℏ": "hbar", "ℓ": "ell", "ϵ": "epsilon", "ϕ": "phi"}
_LOW = "₀₁₂₃₄₅₆₇₈₉₊₋"
# what LaTeX that is typeset is read in, piece by piece: a bracket with its size, a command, spaces, a character
PIECE = re.compile(r"\\(?:left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|.)|\\operatorname\*|\\[A-Za-z]+|\\.|\s+|.", re.S)
_BRACE = re.compile(r"\\.|[{}]", re.S)
_TALL = re.compile(r"\\(frac|left|sum|int)")
CONSTANTS = {"...": "\\dots", "I": "i", "oo": "\\infty", "pi": "\\pi"}


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
    spelled = ascii_name(name)
    if "\\" in spelled or re.search(r"[{}^]", spelled):  # LaTeX already
        return spelled
    if spelled != name:
        return name_latex(spelled, declared)
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


def ascii_name(name: str) -> str:
    r"""A name in ASCII letters, as the rule for names wants it: Greek letters, indices and accents are spelled out.

    Commands for Greek letters lose their backslash; other LaTeX stays what it is.

    >>> ascii_name("κ₁"), ascii_name(r"\kappa_1"), ascii_name("n\u0304_S"), ascii_name(r"\tilde\gamma_{S}")
    ('kappa_1', 'kappa_1', 'nbar_S', '\\tilde\\gamma_{S}')
    """
    if name.isascii() and "\\" not in name:
        return name
    out = ""
    for c in unicodedata.normalize("NFD", unicodedata.normalize("NFKD", name) if "\u00b5" in name else name):
        if greek := _LIKE.get(c) or greek_name(c):
            out += greek
        elif c in MARKS:
            out += MARKS[c]
        elif (low := _LOW.find(c)) >= 0:
            out += ("" if re.search(r"_[0-9+-]*$", out) else "_") + "0123456789+-"[low]
        else:
            out += c
    plain = _COMMAND.sub(r"\1", out)
    return out if "\\" in plain or re.search(r"[{}^]", plain) else plain.replace(" ", "")


def greek_name(c: str) -> str:
    """The English name of a Greek letter; '' for another character."""
    words = unicodedata.name(c, "").split(" ")
    if words[0] != "GREEK" or "WITH" in words:
        return ""
    word = {"LAMDA": "lambda", "FINAL": "sigma"}.get(words[-1], words[-1]).lower()
    word = word.capitalize() if "CAPITAL" in words else word
    return word if word in GREEK else ""


def level_of(latex: str) -> int:
    r"""How tightly a symbol's LaTeX holds together: a sum or a negative, a quotient on one line, or closed in itself.

    >>> level_of(r"\alpha + \beta") == level_of("-x") == SUM, level_of("a/b") == SLASH, level_of("a_+^{-1}") == ATOM
    (True, True, True)
    """
    depth, script, level = 0, False, ATOM
    for m in PIECE.finditer(latex):
        t = m.group()
        if t.isspace():
            continue
        if t in ("{", "(", "[", "\\begin") or t.startswith("\\left"):
            depth += 1
        elif t in ("}", ")", "]", "\\end") or t.startswith("\\right"):
            depth -= 1
        elif depth == 0 and not script:
            level = min(level, SUM if t in ("+", "-", "\\pm", "\\mp") else SLASH if t == "/" else ATOM)
        script = t in ("_", "^")
    return level


def is_quotient(latex: str) -> bool:
    """Whether a symbol's LaTeX is a fraction, which a power needs brackets for."""
    return bool(re.match(r"\s*\\[dt]?frac(?![A-Za-z])", latex))


def _head(head: str) -> tuple[str, str]:
    letters = head.rstrip("0123456789")
    digits = head[len(letters) :]
    if letters in GREEK:
        return GREEK[letters], digits
    for mark in MARKS.values():
        stem = letters.removesuffix(mark)
        if stem != letters and (stem in GREEK or (len(stem) == 1 and stem.isalpha())):
            return f"\\{mark}{{{GREEK.get(stem, stem)}}}", digits
    return (letters if len(letters) == 1 else f"\\mathrm{{{letters}}}"), digits


def _subscript(s: str) -> str:
    if s in GREEK:
        return GREEK[s]
    if m := _INDEXED.fullmatch(s):  # muB: the index of a part called mu
        return f"{GREEK[m[1]]} {m[2]}"
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
