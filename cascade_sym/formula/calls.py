"""LaTeX of functions: one small printer each, a generic f(x) for all others, templates of a paper first."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Mul, Name, Node, Number
from cascade_sym.formula.brackets import bracket, fenced, joined
from cascade_sym.formula.levels import ATOM, PRODUCT, SUM
from cascade_sym.formula.notation import with_accent, with_superscript
from cascade_sym.program import COMMANDS

if TYPE_CHECKING:
    from cascade_sym.formula.latex import Printer

Piece = tuple[str, int]

BARE = COMMANDS
_WORDS = {"Re": "\\operatorname{Re}", "Im": "\\operatorname{Im}", "sgn": "\\operatorname{sgn}"}
FIELDLIKE = {"conj": "*", "dag": "\\dagger"}
_FENCES = {
    "abs": (1, "\\lvert", "\\rvert"), "mean": (1, "\\langle", "\\rangle"), "sym": (2, "\\langle", "\\rangle"),
    "comm": (2, "[", "]"), "anticomm": (2, "\\{", "\\}"),
}  # fmt: skip


def call_latex(p: Printer, node: Call, closed: bool) -> Piece:
    """LaTeX and level of a function's value; `closed` as in `Printer`."""
    f = node.function
    if f in p.templates:
        return _template(p.templates[f], f, [p.top(a) for a in node.args]), PRODUCT
    if f in BARE:
        _arity(node, 1)
        return _bare(p, BARE[f], node.args[0], closed), PRODUCT
    if f in _FENCES:
        count, left, right = _FENCES[f]
        _arity(node, count)
        return fenced(left, ", ".join(p.top(a) for a in node.args), right), ATOM
    if f in _WORDS:
        _arity(node, 1)
        return _WORDS[f] + bracket(p.top(node.args[0])), ATOM
    if f in FIELDLIKE:
        _arity(node, 1)
        return _starred(p, node.args[0], FIELDLIKE[f]), ATOM
    if f in _OTHERS:
        return _OTHERS[f](p, node, closed)
    return p.name(f) + fenced("(", ", ".join(p.top(a) for a in node.args), ")"), ATOM


def power_of_call(p: Printer, call: Call, exponent: Node, sup: str, closed: bool) -> str:
    """LaTeX of call^exponent where it needs no brackets around the call, else ''."""
    f = call.function
    if f in p.templates or f in FIELDLIKE or f in _WORDS:
        return ""
    if f in BARE:
        whole = isinstance(exponent, Number) and exponent.text.isdigit()
        return _bare(p, f"{BARE[f]}^{{{sup}}}", call.args[0], closed) if whole else ""
    if f in ("sqrt", "root") or f in _FENCES or f not in _OTHERS:
        return f"{call_latex(p, call, True)[0]}^{{{sup}}}"
    return ""


def _arity(node: Call, count: int) -> None:
    if len(node.args) != count:
        raise FormulaError(f"{node.function} takes {count} argument(s); got {len(node.args)}.")


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


def plain_function(p: Printer, f: str) -> bool:
    """Whether f prints as its name followed by a bracket."""
    return not any(f in known for known in (p.templates, BARE, _FENCES, _WORDS, FIELDLIKE, _OTHERS))


def _template(template: str, f: str, args: list[str]) -> str:
    def fill(m: re.Match[str]) -> str:
        i = int(m.group(1))
        if not 1 <= i <= len(args):
            raise FormulaError(f"the template of {f} uses #{i}; it was written with {len(args)} argument(s).")
        return args[i - 1]

    return re.sub(r"#(\d)", fill, template)


def _sqrt(p: Printer, node: Call, closed: bool) -> Piece:
    _arity(node, 1)
    return f"\\sqrt{{{p.in_line(node.args[0])}}}", ATOM


def _root(p: Printer, node: Call, closed: bool) -> Piece:
    _arity(node, 2)
    return f"\\sqrt[{p.in_script(node.args[1])}]{{{p.in_line(node.args[0])}}}", ATOM


def _exp(p: Printer, node: Call, closed: bool) -> Piece:
    _arity(node, 1)
    return f"e^{{{p.in_script(node.args[0])}}}", ATOM


def _hc(p: Printer, node: Call, closed: bool) -> Piece:
    _arity(node, 1)
    inner = node.args[0]
    text = p.within(inner, PRODUCT) if isinstance(inner, Call) else p.top(inner)
    return f"{text} + \\mathrm{{H.c.}}", SUM


def _var(p: Printer, node: Call, closed: bool) -> Piece:
    _arity(node, 1)
    arg = node.args[0]
    text = p.top(arg)
    return joined("\\Delta^{2}", text if isinstance(arg, Name) else bracket(text)), PRODUCT


def _ddt(p: Printer, node: Call, closed: bool) -> Piece:
    _arity(node, 1)
    arg = node.args[0]
    text, level = p.render(arg, True)
    simple = isinstance(arg, Name) or (isinstance(arg, Call) and level >= PRODUCT)
    text = "\\frac{d}{dt}" + (text if simple else bracket(text))
    return (bracket(text), ATOM) if closed else (text, PRODUCT)


def _dot(p: Printer, node: Call, closed: bool) -> Piece:
    _arity(node, 1)
    arg = node.args[0]
    star = ""
    if isinstance(arg, Call) and arg.function in FIELDLIKE and len(arg.args) == 1:
        star, arg = FIELDLIKE[arg.function], arg.args[0]
    if not isinstance(arg, Name):
        return _ddt(p, node, closed)
    dotted = with_accent(p.name(arg.name), "\\dot")
    return (with_superscript(dotted, star) if star else dotted), ATOM


_OTHERS: dict[str, Callable[[Printer, Call, bool], Piece]] = {
    "sqrt": _sqrt, "root": _root, "exp": _exp, "hc": _hc, "Var": _var, "ddt": _ddt, "dot": _dot,
}  # fmt: skip
