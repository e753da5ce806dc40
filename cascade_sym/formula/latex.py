"""Typesetting a tree exactly as it was written: its order, its fractions, brackets where needed.

Functions are printed by the template of a paper, else each in its own form, else as f(x). Only macros that KaTeX and
plain LaTeX with amsmath know are used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Node, Number, Pow, Relation, Sum
from cascade_sym.formula.lettering import (
    ATOM,
    PRODUCT,
    SLASH,
    SUM,
    bracket,
    fenced,
    is_quotient,
    joined,
    level_of,
    name_latex,
    scripts,
    with_accent,
    with_superscript,
)  # fmt: skip
from cascade_sym.formula.printing import STARS, Marked, counted, filled, flat, is_bare, is_symbol, unmarked
from cascade_sym.formula.unvalued import FORM_NAMES, RELATIONS, form_latex
from cascade_sym.formula.unvalued import level_of as form_level
from cascade_sym.program import BY_NAME, COMMANDS, TABLE

Piece = tuple[str, int]
_RED = "{\\color{red}"
_WORDS = {
    f.name: f.latex or f"\\operatorname{{{f.name}}}" for f in TABLE if not f.analytic and f.name not in ("abs", "conj")
}
_FENCES = {
    "abs": (1, "\\lvert", "\\rvert"), "mean": (1, "\\langle", "\\rangle"), "sym": (2, "\\langle", "\\rangle"),
    "comm": (2, "[", "]"), "anticomm": (2, "\\{", "\\}"),
}  # fmt: skip
_OPEN = ("exp", "hc", "Var", "ddt", "dot", *STARS, *_WORDS)  # below a power these need brackets
_KNOWN = frozenset(("sqrt", "root", *COMMANDS, *_FENCES, *_OPEN, *FORM_NAMES))


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
    printer = _Printer(notation or {}, templates or {})
    if isinstance(node, Relation):
        given = ", ".join(map(printer.top, node.given))
        said = f"{printer.top(node.lhs)} {RELATIONS[node.op]} {printer.top(node.rhs)}"
        return said + (f" \\quad\\text{{if }} {given}" if given else "")
    return printer.top(node)


@dataclass(frozen=True)
class _Printer:
    """Renders nodes to (LaTeX, level). `closed` asks for a form that a following factor cannot fall into."""

    notation: Mapping[str, str]
    templates: Mapping[str, str]
    script: bool = False

    def top(self, node: Node) -> str:
        return self.render(node)[0]

    def in_script(self, node: Node) -> str:
        """`node` as a superscript: fractions on one line."""
        return replace(self, script=True).top(node)

    def in_line(self, node: Node) -> str:
        """`node` where fractions are stacked again (inside a root within a superscript)."""
        return replace(self, script=False).top(node)

    def within(self, node: Node, level: int, closed: bool = False) -> str:
        text, own = self.render(node, closed)
        return text if own >= level else bracket(text)

    def shut(self, node: Node) -> str:
        """`node` so that nothing beside it can fall into it."""
        return self.within(node, ATOM, True)

    def name(self, name: str) -> str:
        return name_latex(name, self.notation)

    def listed(self, args: Sequence[Node]) -> str:
        return ", ".join(self.top(a) for a in args)

    def render(self, node: Node, closed: bool = False) -> Piece:
        match node:
            case Marked(arg, _):
                text, level = self.render(arg, closed)
                return f"{_RED}{text}}}", level
            case Number(text):
                return _number(text)
            case Name(name):
                return (text := self.name(name)), level_of(text)
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
                return self.call(node, closed)
            case Sum(index, values, body):
                shown = f"={values[0]}}}^{{{values[-1]}" if counted(values) else ""
                limits = f"_{{{self.name(index)}{shown}}}"
                text = f"\\sum{limits}{self.within(body, PRODUCT)}"
                return (bracket(text), ATOM) if closed else (text, PRODUCT)
            case Integral(body, var, lo, hi):
                limits = f"\\int_{{{self.top(lo)}}}^{{{self.top(hi)}}}"
                return f"{limits}{self.within(body, PRODUCT)}\\,\\mathrm{{d}}{self.name(var)}", PRODUCT
        raise TypeError(f"not a formula node: {type(node).__name__}")

    def add(self, node: Add) -> str:
        out = ""
        for i, (term, sign) in enumerate(zip(node.terms, node.signs, strict=True)):
            op = "-" if sign < 0 else "+" if i else ""
            text = self.within(unmarked(term), SLASH)
            if isinstance(term, Marked):
                inner = (f"{{}}{op} " if i else op) if term.sign else ""
                text = f"{_RED}{inner}{text}}}"
                op = "" if term.sign else op
            out += f"{op}{text}" if not i else f" {op} {text}" if op else f" {text}"
        return out

    def mul(self, node: Mul, closed: bool) -> str:
        factors = flat(node)
        out = ""
        for i, factor in enumerate(factors):
            last = i == len(factors) - 1
            shut = closed if last else not (is_bare(factor) and is_bare(factors[i + 1]))
            text = self.within(factor, PRODUCT, shut)
            out = self.juxtapose(out, text, unmarked(factors[i - 1]), unmarked(factor)) if i else text
        return out

    def juxtapose(self, left: str, text: str, before: Node, node: Node) -> str:
        if re.match(r"[{ ]*(\\color\{red\})?[{ ]*[0-9.]", text):
            return f"{left}\\cdot {text}"
        if isinstance(before, Number) and isinstance(node, Div):
            return f"{left}\\cdot{text}"
        if isinstance(before, Pow) and self.render(before.base)[0] == "\\Delta":
            return f"{left}\\cdot {text}"  # \Delta^2 X would read as the variance of X
        if is_symbol(before) and re.match(r"(\{\\color\{red\})?(\\left)?[(\[]", text):
            return f"{left}\\,{text}"  # a product, not the value of a function
        return joined(left, text)

    def slashed(self, num: Node, den: Node) -> str:
        last = flat(num)[-1] if isinstance(num, Mul) else num
        top = self.within(num, PRODUCT, closed=not (is_bare(last) and is_bare(den)))
        return f"{top}/{self.within(den, PRODUCT if is_bare(den) else ATOM)}"

    def power(self, node: Pow, closed: bool) -> Piece:
        base, sup = node.base, self.in_script(node.exponent)
        if isinstance(base, Call) and (special := self.power_of_call(base, node.exponent, sup, closed)):
            return special, PRODUCT
        if isinstance(base, Name) and (text := self.name(base.name)) != "e":
            labelled = isinstance(node.exponent, Name) and bool(scripts(text)[2])  # \theta_M^y: a power or a label
            closed_in_itself = level_of(text) == ATOM and not is_quotient(text) and not labelled
            return with_superscript(text if closed_in_itself else bracket(text), sup), ATOM
        text, level = self.render(base)
        plain = isinstance(unmarked(base), Number) and level == ATOM
        return f"{text if plain else bracket(text)}^{{{sup}}}", ATOM

    def call(self, node: Call, closed: bool) -> Piece:
        f, arg = node.function, node.args[0]
        if f in self.templates:
            return filled(self.templates[f], f, [self.top(a) for a in node.args]), PRODUCT
        if self.is_plain(f):
            return self.name(f) + fenced("(", self.listed(node.args), ")"), ATOM
        if (form := form_latex(f, node.args, self.in_line, self.shut)) is not None:
            level = form_level(node)
            return (bracket(form), ATOM) if closed and level < ATOM else (form, level)
        if f in _WORDS and BY_NAME[f].least <= len(node.args) <= BY_NAME[f].most:
            return _WORDS[f] + bracket(self.listed(node.args)), ATOM
        count, left, right = _FENCES.get(f, (2 if f == "root" else 1, "", ""))
        if len(node.args) != count:
            raise FormulaError(f"{f} takes {count} argument(s); got {len(node.args)}.")
        if f in COMMANDS:
            return self.bare(COMMANDS[f], arg, closed), PRODUCT
        match f:
            case "sqrt":
                return f"\\sqrt{{{self.in_line(arg)}}}", ATOM
            case "root":
                return f"\\sqrt[{self.in_script(node.args[1])}]{{{self.in_line(arg)}}}", ATOM
            case "exp":
                return f"e^{{{self.in_script(arg)}}}", ATOM
            case "conj" | "dag":
                return self.starred(arg, STARS[f]), ATOM
            case "hc":
                text = self.within(arg, PRODUCT) if isinstance(arg, Call) else self.top(arg)
                return f"{text} + \\mathrm{{H.c.}}", SUM
            case "Var":
                return joined(
                    "\\Delta^{2}", self.top(arg) if isinstance(arg, Name) else bracket(self.top(arg))
                ), PRODUCT
            case "dot" if (dotted := self.dotted(arg)) is not None:
                return dotted, ATOM
            case "dot" | "ddt":
                return self.derivative(arg, closed)
        return fenced(left, self.listed(node.args), right), ATOM

    def power_of_call(self, call: Call, exponent: Node, sup: str, closed: bool) -> str:
        """call^exponent where it needs no brackets around the call, else ''."""
        f = call.function
        if f in self.templates or f in _OPEN or f in FORM_NAMES:
            return ""
        if f not in COMMANDS:
            return f"{self.call(call, True)[0]}^{{{sup}}}"
        whole = isinstance(exponent, Number) and exponent.text.isdigit()
        return self.bare(f"{COMMANDS[f]}^{{{sup}}}", call.args[0], closed) if whole else ""

    def is_plain(self, f: str) -> bool:
        """Whether f prints as its name followed by a bracket."""
        return f not in self.templates and f not in _KNOWN

    def bare(self, macro: str, arg: Node, closed: bool) -> str:
        factors = arg.factors if isinstance(arg, Mul) else (arg,)
        number = isinstance(factors[0], Number) and factors[0].text.replace(".", "").isdigit()
        name = isinstance(factors[-1], Name)
        simple = (len(factors) == 1 and (number or name)) or (len(factors) == 2 and number and name)
        text = self.top(arg)
        # a bracket inside a bare argument would be read as the argument
        bare = simple and not closed and "(" not in text and level_of(text) == ATOM
        return joined(macro, text) if bare else macro + bracket(text)

    def starred(self, arg: Node, star: str) -> str:
        if isinstance(arg, Name):
            return with_superscript(self.name(arg.name), star)
        if isinstance(arg, Call) and self.is_plain(arg.function):
            name = self.name(arg.function)
            return with_superscript(name, star) + self.top(arg)[len(name) :]
        return f"{bracket(self.top(arg))}^{{{star}}}"

    def derivative(self, arg: Node, closed: bool) -> Piece:
        text, level = self.render(arg, True)
        simple = isinstance(arg, Name) or (isinstance(arg, Call) and level >= PRODUCT)
        text = "\\frac{d}{dt}" + (text if simple else bracket(text))
        return (bracket(text), ATOM) if closed else (text, PRODUCT)

    def dotted(self, arg: Node) -> str | None:
        """A symbol with a dot, perhaps with a star or dagger; None for what is no symbol."""
        star = ""
        if isinstance(arg, Call) and arg.function in STARS and len(arg.args) == 1:
            star, arg = STARS[arg.function], arg.args[0]
        if not isinstance(arg, Name):
            return None
        dotted = with_accent(self.name(arg.name), "\\dot")
        return with_superscript(dotted, star) if star else dotted


def _number(text: str) -> Piece:
    mantissa, e, exponent = text.lower().partition("e")
    if not e:
        return text, ATOM
    return f"{mantissa}\\times 10^{{{exponent.lstrip('+')}}}", PRODUCT
