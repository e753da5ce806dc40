r"""The tokens of a displayed formula: what prints nothing is left out, words in text are one token each.

Beyond the kinds of `Token`, 'text' is what stands in \text{...} and its kin; mathematics between dollars in it is
tokens again. `&` and `\\` are kept, as an operator each.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from cascade_sym.errors import FormulaError
from cascade_sym.formula.latex_in.printed_alike import Tokens, as_printed, closing
from cascade_sym.formula.lettering import group_ends
from cascade_sym.formula.token_stream import Token, error_at, scanned

TEXT = frozenset("raisebox text textrm textnormal textup textit textsf textbf mbox hbox intertext mathtext".split())
_TOKEN = re.compile(
    r"""(?P<skipped>\s|%[^\n]*|\\[!/])
      | (?P<row>\\\\\*?(?:\[[-+0-9.a-z\s]*\])?|\\(?:cr|newline)(?![A-Za-z]))
      | (?P<space>~|\\(?:[,;:>\s]|(?:q?quad|thinspace|medspace|thickspace|enspace|hfill|negthinspace)(?![A-Za-z])))
      | (?P<dots>\.\.+|…)
      | (?P<kern>\\(?:mkern|kern|hskip|mskip)\s*-?[0-9.]+\s*(?:mu|pt|em|ex))
      | \\(?P<word>[A-Za-z]+)
      | \\(?P<escaped>.)
      | (?P<letter>[A-Za-z])
      | (?P<digit>[0-9])
      | (?P<op>[-{}^_'+*/=<>()\[\]|,;:.!&#?])
      | (?P<greek>[\u0391-\u03c9])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_GROUP = re.compile(r"\s*\{")
_RAISED = re.compile(r"\s*\{[^{}]*\}(?:\s*\[[^\[\]]*\])*\s*\{")
_WIDE_MARKS = dict(zip("，．、；：（）", ",.,;:()", strict=True))
_SIZES = {size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")}
_NOTHING = _SIZES | set(
    """displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag mathstrut allowbreak strut
    centering noindent tiny
    scriptsize footnotesize small normalsize large null nobreak displaylimits left. unboldmath boldmath protect
    xspace mathversion relax""".split()
)
_TRANSPARENT = frozenset(
    "mathop mathord mathbin mathrel mathinner mathclose mathopen mathpunct ensuremath smash mathstrut".split()
)
_WITH_GROUP = {"label": 1, "tag": 1, "hspace": 1, "vspace": 1, "phantom": 1, "hphantom": 1, "vphantom": 1, "color": 1,
               "textcolor": 1, "ref": 0, "cite": 0, "mathcolor": 1, "fontsize": 2, "rule": 2}  # fmt: skip
_SAME = {
    "hdots": "dots", "hdotsfor": "dots", "lbrace": "{", "rbrace": "}", "vert": "|", "Vert": "||", "mid": "|",
    "lbrack": "[", "rbrack": "]", "dag": "dagger",
    "ne": "neq", "le": "leq", "ge": "geq", "to": "rightarrow", "gets": "leftarrow", "lt": "<", "gt": ">",
    "leqslant": "leq", "geqslant": "geq", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "sfrac": "nicefrac",
    "ldots": "dots", "cdots": "dots", "dotsc": "dots", "dotsb": "dots", "dotsm": "dots", "dotso": "dots",
    "bm": "mathbf", "boldsymbol": "mathbf", "pmb": "mathbf", "vb": "mathbf", "mathbold": "mathbf", "symbf": "mathbf",
    "Bbb": "mathbb", "mathbbm": "mathbb", "mathds": "mathbb", "mathbbl": "mathbb", "textbb": "mathbb",
    "mathscr": "mathcal", "widehat": "hat", "widetilde": "tilde", "overrightarrow": "vec", "va": "vec",
    "mathrm": "mathrm", "operatorname": "mathrm", "mathit": "mathit", "dbinom": "binom", "tbinom": "binom",
    "longrightarrow": "rightarrow", "implies": "Rightarrow", "Longrightarrow": "Rightarrow", "iff": "Leftrightarrow",
    "Longleftrightarrow": "Leftrightarrow", "simeq": "approx",
    "triangleq": "coloneqq", "colonequals": "coloneqq", "ll": "ll", "trace": "Tr", "tr": "Tr",
    "lvert": "lvert", "hslash": "hbar", "imath": "i", "jmath": "j", "epsilon": "epsilon",
    "idotsint": "int", "infin": "infty", "Real": "Re", "Imaginary": "Im", "Sigma": "Sigma", "lnot": "neg",
    "varPsi": "Psi", "varPhi": "Phi", "varGamma": "Gamma", "varDelta": "Delta", "varOmega": "Omega",
    "upalpha": "alpha", "upmu": "mu", "transp": "top", "intercal": "top", "qq": "text", "qall": "forall",
    "thickapprox": "approx", "approxeq": "approx", "propto": "propto", "varpropto": "propto", "prime": "prime",
}  # fmt: skip
_SWITCHES = {
    "rm": "mathrm", "bf": "mathbf", "cal": "mathcal", "it": "mathit", "sf": "mathsf", "bfseries": "mathbf", "tt":
    "mathtt"
}  # fmt: skip
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi
        omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega""".split(),
        strict=True,
    )
)


@lru_cache(maxsize=16)  # a formula is read with the symbols of each equation of a paper
def lexed(text: str) -> Tokens:
    """The tokens of a formula, closed by an 'end' token; FormulaError where something can't be one."""
    found = [*_lexed(text, 0, text), Token("end", "", len(text))]
    return as_printed(_with_fonts(_without_groups(found, text), text), text)


def _lexed(text: str, offset: int, whole: str) -> list[Token]:
    out: list[Token] = []
    gap = wide = False
    ends = group_ends(text)
    until = 0
    for m in scanned(text, _TOKEN, str):
        if m.start() < until:
            continue
        kind, start = str(m.lastgroup), m.start() + offset
        word = m["word"]
        if m["space"]:
            gap, wide = True, wide or m["space"] in ("\\quad", "\\qquad")
            continue
        if m["skipped"] or m["kern"] or word in _NOTHING:
            continue
        if word in TEXT and (opening := (_RAISED if word == "raisebox" else _GROUP).match(text, m.end())):
            if (end := ends.get(opening.end() - 1)) is None:
                raise error_at(whole, start, "a brace is not closed")
            out += _text(text[opening.end() : end - 1], opening.end() + offset, whole, gap, wide)
            until = end
        elif m["other"] in _WIDE_MARKS:
            out.append(Token("op", _WIDE_MARKS[m["other"]], start, gap, wide))
        elif m["other"]:
            raise error_at(whole, start, _unreadable(m["other"]))
        else:
            kind, said = _named(kind, m)
            out.append(Token(kind, said, start, gap, wide))
        gap = wide = False
    if gap:
        out.append(Token("space", "", len(text) + offset, gap, wide))
    return out


def _named(kind: str, m: re.Match[str]) -> tuple[str, str]:
    if kind == "row":
        return "op", "\\\\"
    if kind == "dots":
        return "word", "dots"
    if kind == "greek":
        if m["greek"] not in _GREEK:
            raise FormulaError(f"the letter {m['greek']!r} is not read; write it as a macro")
        return "word", _GREEK[m["greek"]]
    said = m[kind]
    if kind == "word":
        said = _SAME.get(said, said)
        if said in ("{", "}"):
            return "escaped", said
        if said in ("|", "[", "]", "<", ">"):
            return "op", said
        if said in ("i", "j"):
            return "letter", said
    if (kind, said) in (("escaped", "|"), ("word", "||")):
        return "word", "Vert"
    return kind, said


def _text(body: str, offset: int, whole: str, gap: bool, wide: bool) -> list[Token]:
    """Words, and the mathematics between dollars in them."""
    out: list[Token] = []
    at = offset
    for n, piece in enumerate(re.split(r"(?<!\\)\$", body)):
        if n % 2:
            out += _lexed(piece, at, whole)
        elif piece == "d":  # an upright differential
            out += [Token("word", "mathrm", at), Token("letter", "d", at)]
        else:
            said = re.sub(r"[{}~]|\\[ ,;:!]", " ", re.sub(r"\\(?:rm|it|bf|tiny|scriptsize|small)\b\s*", "", piece))
            if said.strip():  # spaces at its ends stay: such a word is no symbol
                out.append(Token("text", re.sub(r"\s+", " ", said), at))
        at += len(piece) + 1
    if out:
        out[0] = replace(out[0], gap=gap, wide=wide)
    return out


def _without_groups(body: list[Token], text: str) -> list[Token]:
    """The tokens without macros that only place, colour or label, and their arguments."""
    out: list[Token] = []
    at = 0
    while at < len(body):
        t = body[at]
        at += 1
        if t.kind == "space":
            continue
        if t.kind == "word" and t.text in _WITH_GROUP:
            if not _WITH_GROUP[t.text]:
                raise error_at(text, t.start, f"\\{t.text} in a formula is not read")
            for _ in range(_WITH_GROUP[t.text]):
                at += body[at].is_op("*")
                at = closing(body, at, text)
            continue
        if t.kind == "word" and t.text in _TRANSPARENT:
            if body[at].is_op("{") and body[at + 1].text not in _SWITCHES:  # the group goes with the macro
                end = closing(body, at, text)
                body[end - 1 : end] = []
                body[at : at + 1] = []
            continue
        out.append(t)
    return out


def _with_fonts(body: list[Token], text: str) -> Tokens:
    r"""{\rm x} as \mathrm{x}; a switch elsewhere holds for the next symbol only where a group starts there."""
    out: list[Token] = []
    for n, t in enumerate(body):
        if t.kind == "word" and t.text in _SWITCHES:
            font = replace(t, text=_SWITCHES[t.text])
            if n and body[n - 1].is_op("{"):
                out.insert(len(out) - 1, font)
            elif body[n + 1].is_op("{"):
                out.append(font)
            else:
                raise error_at(text, t.start, f"{t} holds for all that follows; write \\{font.text}{{...}}")
        else:
            out.append(t)
    return tuple(out)


def _unreadable(c: str) -> str:
    if c == "\\":
        return "a lone backslash ends the formula"
    if c == "$":
        return "a dollar sign stands in the formula"
    return f"{repr(c) if c.isprintable() else 'an unprintable character'} is not read in a formula"


def shown(body: Tokens | list[Token]) -> str:
    """Tokens as LaTeX again."""
    out = ""
    for t in body:
        text = f"\\text{{{t.text}}}" if t.kind == "text" else t.written
        out += " " + text if text[:1].isalpha() and re.search(r"\\[A-Za-z]+$", out) else text
    return out
