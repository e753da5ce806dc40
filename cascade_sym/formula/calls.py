"""LaTeX of functions: each in its own form, a generic f(x) for all others, templates of a paper first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Mul, Name, Node, Number
from cascade_sym.formula.brackets import ATOM, PRODUCT, SUM, bracket, fenced, joined
from cascade_sym.formula.notation import with_accent, with_superscript
from cascade_sym.program import BY_NAME, COMMANDS, TABLE

if TYPE_CHECKING:
    from cascade_sym.formula.latex import Printer

Piece = tuple[str, int]

BARE = COMMANDS
FIELDLIKE = {"conj": "*", "dag": "\\dagger"}
_WORDS = {
    f.name: f.latex or f"\\operatorname{{{f.name}}}" for f in TABLE if not f.analytic and f.name not in ("abs", "conj")
}
_FENCES = {
    "abs": (1, "\\lvert", "\\rvert"), "mean": (1, "\\langle", "\\rangle"), "sym": (2, "\\langle", "\\rangle"),
    "comm": (2, "[", "]"), "anticomm": (2, "\\{", "\\}"),
}  # fmt: skip
_FORMS = ("sqrt", "root", "exp", "hc", "Var", "ddt", "dot")


def call_latex(p: Printer, node: Call, closed: bool) -> Piece:
    """LaTeX and level of a function's value; `closed` as in `Printer`."""
    f, arg = node.function, node.args[0]
    if f in p.templates:
        return _template(p.templates[f], f, [p.top(a) for a in node.args]), PRODUCT
    if plain_function(p, f):
        return p.name(f) + fenced("(", ", ".join(p.top(a) for a in node.args), ")"), ATOM
    if f in _WORDS and BY_NAME[f].least <= len(node.args) <= BY_NAME[f].most:
        return _WORDS[f] + bracket(", ".join(p.top(a) for a in node.args)), ATOM
    count, left, right = _FENCES.get(f, (2 if f == "root" else 1, "", ""))
    if len(node.args) != count:
        raise FormulaError(f"{f} takes {count} argument(s); got {len(node.args)}.")
    if f in _FENCES:
        return fenced(left, ", ".join(p.top(a) for a in node.args), right), ATOM
    if f in BARE:
        return _bare(p, BARE[f], arg, closed), PRODUCT
    if f in FIELDLIKE:
        return _starred(p, arg, FIELDLIKE[f]), ATOM
    match f:
        case "sqrt":
            return f"\\sqrt{{{p.in_line(arg)}}}", ATOM
        case "root":
            return f"\\sqrt[{p.in_script(node.args[1])}]{{{p.in_line(arg)}}}", ATOM
        case "exp":
            return f"e^{{{p.in_script(arg)}}}", ATOM
        case "hc":
            return f"{p.within(arg, PRODUCT) if isinstance(arg, Call) else p.top(arg)} + \\mathrm{{H.c.}}", SUM
        case "Var":
            return joined("\\Delta^{2}", p.top(arg) if isinstance(arg, Name) else bracket(p.top(arg))), PRODUCT
        case _:
            return (_dotted(p, arg) if f == "dot" else None) or _derivative(p, arg, closed)


def power_of_call(p: Printer, call: Call, exponent: Node, sup: str, closed: bool) -> str:
    """LaTeX of call^exponent where it needs no brackets around the call, else ''."""
    f = call.function
    if f in p.templates or f in FIELDLIKE or f in _WORDS:
        return ""
    if f in BARE:
        whole = isinstance(exponent, Number) and exponent.text.isdigit()
        return _bare(p, f"{BARE[f]}^{{{sup}}}", call.args[0], closed) if whole else ""
    if f in ("sqrt", "root") or f not in _FORMS:
        return f"{call_latex(p, call, True)[0]}^{{{sup}}}"
    return ""


def plain_function(p: Printer, f: str) -> bool:
    """Whether f prints as its name followed by a bracket."""
    return not any(f in known for known in (p.templates, BARE, _FENCES, _WORDS, FIELDLIKE, _FORMS))


def _bare(p: Printer, macro: str, arg: Node, closed: bool) -> str:
    factors = arg.factors if isinstance(arg, Mul) else (arg,)
    number = isinstance(factors[0], Number) and factors[0].text.replace(".", "").isdigit()
    name = isinstance(factors[-1], Name)
    simple = (len(factors) == 1 and (number or name)) or (len(factors) == 2 and number and name)
    text = p.top(arg)
    # a bracket inside a bare argument would be read as the argument
    return macro + bracket(text) if closed or not simple or "(" in text else joined(macro, text)


def _starred(p: Printer, arg: Node, star: str) -> str:
    if isinstance(arg, Name):
        return with_superscript(p.name(arg.name), star)
    if isinstance(arg, Call) and plain_function(p, arg.function):
        return with_superscript(p.name(arg.function), star) + p.top(arg)[len(p.name(arg.function)) :]
    return f"{bracket(p.top(arg))}^{{{star}}}"


def _template(template: str, f: str, args: list[str]) -> str:
    def fill(m: re.Match[str]) -> str:
        i = int(m.group(1))
        if not 1 <= i <= len(args):
            raise FormulaError(f"the template of {f} uses #{i}; it was written with {len(args)} argument(s).")
        return args[i - 1]

    return re.sub(r"#(\d)", fill, template)


def _derivative(p: Printer, arg: Node, closed: bool) -> Piece:
    text, level = p.render(arg, True)
    simple = isinstance(arg, Name) or (isinstance(arg, Call) and level >= PRODUCT)
    text = "\\frac{d}{dt}" + (text if simple else bracket(text))
    return (bracket(text), ATOM) if closed else (text, PRODUCT)


def _dotted(p: Printer, arg: Node) -> Piece | None:
    """A symbol with a dot, perhaps with a star or dagger; None for what is no symbol."""
    star = ""
    if isinstance(arg, Call) and arg.function in FIELDLIKE and len(arg.args) == 1:
        star, arg = FIELDLIKE[arg.function], arg.args[0]
    if not isinstance(arg, Name):
        return None
    dotted = with_accent(p.name(arg.name), "\\dot")
    return (with_superscript(dotted, star) if star else dotted), ATOM
