"""Typesetting a tree exactly as it was written: its order, its fractions, brackets where needed.

Only macros that KaTeX and plain LaTeX with amsmath know are used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Node, Number, Pow, Relation, Sum
from cascade_sym.formula.brackets import ATOM, PRODUCT, SLASH, SUM, bracket, joined
from cascade_sym.formula.calls import BARE, FIELDLIKE, call_latex, power_of_call
from cascade_sym.formula.notation import CONSTANTS, name_latex, with_superscript

_RELATIONS = {"=": "=", "~=": "\\approx", ":=": ":=", "<": "<", "<=": "\\le", ">": ">", ">=": "\\ge"}
_RED = "{\\color{red}"


@dataclass(frozen=True, slots=True)
class Marked(Node):
    """A sub-expression printed in red; with `sign`, the sign of the term before it too."""

    arg: Node
    sign: bool = False


def to_latex(
    node: Node | Relation, notation: Mapping[str, str] | None = None, templates: Mapping[str, str] | None = None
) -> str:
    r"""LaTeX of a written formula, as written.

    `notation` maps names to LaTeX (names without an entry follow the rule of `name_latex`); `templates` maps
    further functions to LaTeX with #1, #2, ... for their arguments. Brackets are set where precedence needs
    them: ( ), [ ], \{ \} from the inside outwards.

    >>> from cascade_sym.formula import parse, parse_relation
    >>> to_latex(parse_relation("Var(X_S) = 1/gamma_S*(Gamma_S/2 + gt_S)"), {"gt_S": r"\tilde\gamma_{S,0}"})
    '\\Delta^{2}X_{S} = \\frac{1}{\\gamma_{S}}\\left(\\frac{\\Gamma_{S}}{2} + \\tilde\\gamma_{S,0}\\right)'
    >>> to_latex(parse("sqrt(1-epsilon)*R*dag(a_S)"))
    '\\sqrt{1 - \\epsilon}Ra_{S}^{\\dagger}'
    >>> to_latex(parse("D(a)*rho"), templates={"D": r"\mathcal{D}[#1]"})
    '\\mathcal{D}[a]\\rho'
    """
    printer = Printer(notation or {}, templates or {})
    if isinstance(node, Relation):
        return f"{printer.top(node.lhs)} {_RELATIONS[node.op]} {printer.top(node.rhs)}"
    return printer.top(node)


@dataclass(frozen=True)
class Printer:
    """Renders nodes to (LaTeX, level). `closed` asks for a form that a following factor cannot fall into."""

    notation: Mapping[str, str]
    templates: Mapping[str, str]
    script: bool = False

    def top(self, node: Node) -> str:
        return self.render(node)[0]

    def in_script(self, node: Node) -> str:
        """`node` as a superscript: fractions on one line."""
        return Printer(self.notation, self.templates, script=True).top(node)

    def in_line(self, node: Node) -> str:
        """`node` where fractions are stacked again (inside a root within a superscript)."""
        return Printer(self.notation, self.templates).top(node)

    def within(self, node: Node, level: int, closed: bool = False) -> str:
        text, own = self.render(node, closed)
        return text if own >= level else bracket(text)

    def name(self, name: str) -> str:
        return name_latex(name, self.notation)

    def render(self, node: Node, closed: bool = False) -> tuple[str, int]:
        match node:
            case Marked(arg, _):
                text, level = self.render(arg, closed)
                return f"{_RED}{text}}}", level
            case Number(text):
                return _number(text)
            case Name(name):
                return self.name(name), ATOM
            case Neg(arg):
                return "-" + self.within(arg, SLASH), SUM
            case Add():
                return self.add(node), SUM
            case Mul():
                return self.mul(node, closed), PRODUCT
            case Div(num, den, slash):
                if slash or self.script:
                    return self.slashed(num, den), SLASH
                return f"\\frac{{{self.top(num)}}}{{{self.top(den)}}}", ATOM
            case Pow():
                return self.power(node, closed)
            case Call():
                return call_latex(self, node, closed)
            case Sum(index, _, body):
                text = f"\\sum_{{{self.name(index)}}}{self.within(body, PRODUCT)}"
                return (bracket(text), ATOM) if closed else (text, PRODUCT)
            case Integral(body, var, lo, hi):
                limits = f"\\int_{{{self.top(lo)}}}^{{{self.top(hi)}}}"
                return f"{limits}{self.within(body, PRODUCT)}\\,\\mathrm{{d}}{self.name(var)}", PRODUCT
        raise TypeError(f"not a formula node: {type(node).__name__}")

    def add(self, node: Add) -> str:
        out = ""
        for i, (term, sign) in enumerate(zip(node.terms, node.signs, strict=True)):
            op = "-" if sign < 0 else "+" if i else ""
            text = self.within(_unmarked(term), SLASH)
            if isinstance(term, Marked):
                inner = (f"{{}}{op} " if i else op) if term.sign else ""
                text = f"{_RED}{inner}{text}}}"
                op = "" if term.sign else op
            out += f"{op}{text}" if not i else f" {op} {text}" if op else f" {text}"
        return out

    def mul(self, node: Mul, closed: bool) -> str:
        factors = _flat(node)
        out = ""
        for i, factor in enumerate(factors):
            last = i == len(factors) - 1
            shut = closed if last else not (_is_bare(factor) and _is_bare(factors[i + 1]))
            text = self.within(factor, PRODUCT, shut)
            out = self.juxtapose(out, text, _unmarked(factors[i - 1]), _unmarked(factor)) if i else text
        return out

    def juxtapose(self, left: str, text: str, before: Node, node: Node) -> str:
        if re.match(r"[{ ]*(\\color\{red\})?[{ ]*[0-9.]", text):
            return f"{left}\\cdot {text}"
        if isinstance(before, Number) and isinstance(node, Div):
            return f"{left}\\cdot{text}"
        if isinstance(before, Pow) and self.render(before.base)[0] == "\\Delta":
            return f"{left}\\cdot {text}"  # \Delta^2 X would read as the variance of X
        if _symbol(before) and re.match(r"(\{\\color\{red\})?(\\left)?[(\[]", text):
            return f"{left}\\,{text}"  # a product, not the value of a function
        return joined(left, text)

    def slashed(self, num: Node, den: Node) -> str:
        last = _flat(num)[-1] if isinstance(num, Mul) else num
        top = self.within(num, PRODUCT, closed=not (_is_bare(last) and _is_bare(den)))
        return f"{top}/{self.within(den, PRODUCT if _is_bare(den) else ATOM)}"

    def power(self, node: Pow, closed: bool) -> tuple[str, int]:
        base, sup = node.base, self.in_script(node.exponent)
        if isinstance(base, Call):
            special = power_of_call(self, base, node.exponent, sup, closed)
            if special:
                return special, PRODUCT
        if isinstance(base, Name) and (text := self.name(base.name)) != "e":
            return with_superscript(text, sup), ATOM
        text, level = self.render(base)
        plain = isinstance(_unmarked(base), Number) and level == ATOM
        return f"{text if plain else bracket(text)}^{{{sup}}}", ATOM


def _number(text: str) -> tuple[str, int]:
    mantissa, e, exponent = text.lower().partition("e")
    if not e:
        return text, ATOM
    return f"{mantissa}\\times 10^{{{exponent.lstrip('+')}}}", PRODUCT


def _flat(node: Mul) -> list[Node]:
    out: list[Node] = []
    for f in node.factors:
        out.extend(_flat(f) if isinstance(f, Mul) else [f])
    return out


def _unmarked(node: Node) -> Node:
    return node.arg if isinstance(node, Marked) else node


def _is_bare(node: Node) -> bool:
    """Whether `node` is a function such as sin: it may have a bare argument, and it ends one before it."""
    node = _unmarked(node)
    if isinstance(node, Pow) and isinstance(node.exponent, Number):
        node = node.base
    return isinstance(node, Call) and node.function in BARE


def _symbol(node: Node) -> bool:
    if isinstance(node, Pow):
        node = node.base
    elif isinstance(node, Call) and node.function in FIELDLIKE:
        node = node.args[0]
    node = _unmarked(node)
    return isinstance(node, Name) and node.name not in CONSTANTS
