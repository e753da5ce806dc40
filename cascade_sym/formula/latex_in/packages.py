r"""Macros of packages written in plain LaTeX: physics, braket, mathtools, siunitx.

Each is rewritten before anything is read, so that what \comm{a}{b} means is said once, where [a, b] is read.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from cascade_sym.formula.latex_in.lexer import lexed
from cascade_sym.formula.latex_in.printed_alike import Tokens, closing
from cascade_sym.formula.token_stream import Token, error_at

MAX_TOKENS = 6_000  # of a formula, after macros
_FENCED = {"pqty": ("(", ")"), "bqty": ("[", "]"), "vqty": ("|", "|")}
_PLAIN = {  # macro: number of arguments, what it stands for
    "abs": (1, r"\lvert #1\rvert"), "norm": (1, r"\lVert #1\rVert"), "Bqty": (1, r"\left\{#1\right\}"),
    "comm": (2, r"\left[#1,#2\right]"), "commutator": (2, r"\left[#1,#2\right]"),
    "acomm": (2, r"\left\{#1,#2\right\}"), "anticommutator": (2, r"\left\{#1,#2\right\}"),
    "order": (1, r"\mathcal{O}\left(#1\right)"), "vu": (1, r"\hat{\mathbf{#1}}"), "grad": (0, r"\nabla "),
    "curl": (0, r"\nabla\times "), "laplacian": (0, r"\nabla^{2}"), "vdot": (0, r"\cdot "), "cross": (0, r"\times "),
    "ketbra": (2, r"\ket{#1}\bra{#2}"), "dyad": (2, r"\ket{#1}\bra{#2}"), "op": (2, r"\ket{#1}\bra{#2}"),
    "outerproduct": (2, r"\ket{#1}\bra{#2}"), "ip": (2, r"\braket{#1}{#2}"), "innerproduct": (2, r"\braket{#1}{#2}"),
    "mel": (3, r"\melement{#1}{#2}{#3}"), "matrixel": (3, r"\melement{#1}{#2}{#3}"), "Set": (1, r"\left\{#1\right\}"),
    "matrixelement": (3, r"\melement{#1}{#2}{#3}"), "flatfrac": (2, r"\nicefrac{#1}{#2}"), "ii": (0, "i"),
    "Braket": (1, r"\braket{#1}"), "Ket": (1, r"\ket{#1}"), "Bra": (1, r"\bra{#1}"), "Tilde": (1, r"\tilde{#1}"),
    "slashed": (1, r"\slashed #1"), "middle": (0, ""), "qand": (0, r"\quad\text{and}\quad "), "degree": (0, r"^\circ "),
    "identitymatrix": (0, r"\mathbb{1}"), "qcomma": (0, r",\quad "), "qc": (0, r",\quad "),
    "qif": (0, r"\quad\text{if}\quad "), "qfor": (0, r"\quad\text{for}\quad "), "qor": (0, r"\quad\text{or}\quad "),
    "qwhere": (0, r"\quad\text{where}\quad "), "qwith": (0, r"\quad\text{with}\quad "),
}  # fmt: skip
_MEANS = frozenset(("ev", "expval", "expectationvalue", "vev", "mean", "expect"))
_DERIVATIVES = {
    "dv": r"\mathrm{d}", "derivative": r"\mathrm{d}", "pdv": r"\partial ", "partialderivative": r"\partial ",
    "fdv": r"\delta ", "functionalderivative": r"\delta ",
}  # fmt: skip
_MATRICES = frozenset(("mqty", "matrixquantity", "pmqty", "bmqty", "vmqty", "smqty"))
_ENVIRONMENTS = {"(": "pmatrix", "[": "bmatrix", "|": "vmatrix", "{": "matrix"}


@lru_cache(maxsize=256)
def _template(latex: str) -> Tokens:
    return lexed(latex)[:-1]


class _Expander:
    def __init__(self, body: Tokens, text: str) -> None:
        self.body, self.text = list(body), text
        self.at = 0

    def group(self) -> Tokens:
        """The tokens of the argument here."""
        t = self.body[self.at]
        if t.is_op("{"):
            end = closing(self.body, self.at, self.text)
            inside = tuple(self.body[self.at + 1 : end - 1])
        elif t.kind == "end" or t.is_op("}"):
            raise error_at(self.text, t.start, f"expected an argument, found {t}")
        else:
            end, inside = self.at + 1, (t,)
        self.at = end
        return inside

    def optional(self) -> Tokens:
        """The tokens of the optional argument here, in [ ], () where there is none."""
        if not self.body[self.at].is_op("["):
            return ()
        end = closing(self.body, self.at, self.text, "[", "]")
        inside = tuple(self.body[self.at + 1 : end - 1])
        self.at = end
        return inside

    def here(self, *ops: str) -> bool:
        return self.body[self.at].is_op(*ops)

    def filled(self, latex: str, *arguments: Tokens, start: Token) -> list[Token]:
        """The tokens of a template, `#1`, ... replaced."""
        out: list[Token] = []
        model = iter(_template(latex))
        for t in model:
            if t.is_op("#"):
                out += arguments[int(next(model).text) - 1]
            else:
                out.append(replace(t, start=start.start))
        if out and start.gap:
            out[0] = replace(out[0], gap=True, wide=start.wide or out[0].wide)
        return out

    def macro(self, t: Token) -> list[Token] | None:
        """What the macro here stands for, its arguments taken; None where it is none of a package."""
        name = t.text
        while name in _STARRED and self.here("*"):
            self.at += 1
        if name in _FENCED:
            left, right = _FENCED[name]
            return self.filled(f"\\left{left}#1\\right{right}", self.group(), start=t)
        if name in _PLAIN:
            count, latex = _PLAIN[name]
            return self.filled(latex, *(self.group() for _ in range(count)), start=t)
        if name in _MEANS:
            arguments = [self.group()]
            if self.here("{"):
                arguments.append(self.group())
                return self.filled(r"\melement{#2}{#1}{#2}", *arguments, start=t)
            return self.filled(r"\left\langle #1\right\rangle ", *arguments, start=t)
        if name in _DERIVATIVES:
            return self.derivative(t, _DERIVATIVES[name])
        if name == "dd":
            order = self.optional()
            inside = self.group() if self.here("{") else ()
            latex = r"\mathrm{d}^{#2}#1" if order else r"\mathrm{d}#1"
            return self.filled(latex, inside, order, start=t)
        if name == "div" and not self.here("("):
            return self.filled(r"\nabla\cdot ", start=t)
        if name in ("eval", "evaluated"):
            return self.filled(r"\left.#1\right|", self.group(), start=t)
        if name in ("qty", "quantity"):
            return self.quantity(t)
        if name in ("SI", "num", "si", "unit", "ang"):
            return self.measured(t)
        if name in _MATRICES:
            return self.matrix(t)
        return None

    def derivative(self, t: Token, d: str) -> list[Token]:
        order = self.optional()
        arguments = [self.group()]
        while self.here("{") and len(arguments) < 3:
            arguments.append(self.group())
        power = "^{#3}" if order else ""
        if len(arguments) == 1:
            return self.filled(f"\\frac{{{d}{power}}}{{{d}#1{power}}}", arguments[0], (), order, start=t)
        if len(arguments) == 3:
            return self.filled(f"\\frac{{{d}^2 #1}}{{{d}#2{d}#3}}", *arguments, start=t)
        return self.filled(f"\\frac{{{d}{power}#1}}{{{d}#2{power}}}", *arguments, order, start=t)

    def quantity(self, t: Token) -> list[Token]:
        """physics' \\qty(...) is a stretched bracket, siunitx' \\qty{1}{\\hertz} a value with its unit."""
        if not self.here("{"):
            return []
        inside = self.group()
        if self.here("{"):
            return self.filled(r"#1\units{#2}", inside, self.group(), start=t)
        return self.filled(r"\left\{#1\right\}", inside, start=t)

    def measured(self, t: Token) -> list[Token]:
        self.optional()
        inside = self.group()
        if t.text == "SI":
            self.optional()
            return self.filled(r"\number{#1}\units{#2}", inside, self.group(), start=t)
        latex = {"num": r"\number{#1}", "ang": r"#1^\circ "}.get(t.text, r"\units{#1}")
        return self.filled(latex, inside, start=t)

    def matrix(self, t: Token) -> list[Token]:
        kind = self.body[self.at].text
        pairs = {"(": ")", "[": "]", "{": "}"}
        if kind not in pairs:
            raise error_at(self.text, t.start, f"expected a bracket behind {t}")
        end = closing(self.body, self.at, self.text, kind, pairs[kind])
        inside = tuple(self.body[self.at + 1 : end - 1])
        self.at = end
        name = {"pmqty": "pmatrix", "bmqty": "bmatrix", "vmqty": "vmatrix"}.get(t.text, _ENVIRONMENTS[kind])
        return self.filled(f"\\begin{{{name}}}#1\\end{{{name}}}", inside, start=t)


_STARRED = frozenset(
    (*_FENCED, *_PLAIN, *_MEANS, *_DERIVATIVES, *_MATRICES, "qty", "quantity", "eval", "evaluated", "mathrm")
)


def unpacked(body: Tokens, text: str) -> Tokens:
    """The tokens with the macros of packages written out; FormulaError where that has no end."""
    e = _Expander(body, text)
    done = 0
    while e.at < len(e.body):
        start = e.at
        t = e.body[start]
        e.at += 1
        if t.kind == "word" and (written := e.macro(t)) is not None:
            e.body[start : e.at] = written
            e.at = start
            done += 1
            if done > MAX_TOKENS or len(e.body) > MAX_TOKENS:
                raise error_at(text, t.start, "the macros of this formula stand for too much")
    if len(e.body) > MAX_TOKENS:
        raise error_at(text, 0, f"the formula has {len(e.body)} signs; at most {MAX_TOKENS} are read, break it up")
    return tuple(e.body)
