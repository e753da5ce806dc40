"""The reader proper: sums, products, brackets and scripts of a LaTeX formula, by recursive descent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Call, Div, Mul, Neg, Node, Number, Pow
from cascade_sym.formula.latex_in.symbols import FONTS, Names, script_at, spelled
from cascade_sym.formula.latex_in.tokens import Token
from cascade_sym.formula.notation import GREEK
from cascade_sym.formula.trouble import error_at

MAX_NESTING = 90
MAX_DIGITS = 400

Body = tuple[Token, ...]
TIMES = ("cdot", "times", "ast")
STARS = {"dagger": "dag", "dag": "dag", "*": "conj", "ast": "conj", "star": "conj"}
_CLOSERS = {"(": ")", "[": "]", "\\{": "\\}", "|": "|", "\\langle": "\\rangle", "\\lvert": "\\rvert"}
_CLOSERS |= {"\\lbrace": "\\rbrace", "\\lbrack": "\\rbrack", "\\vert": "\\vert"}
_SAME = {"\\lbrace": "\\{", "\\lbrack": "[", "\\vert": "|", "\\lvert": "|"}
_NEVER_FACTORS = frozenset(
    ("right", "rangle", "rvert", "rbrace", "rbrack", "approx", "simeq", "equiv", "le", "leq", "ge", "geq",
     "lt", "gt", "leqslant", "geqslant", "cdot", "times", "ast", "over", "neq", "ne", "propto", "sim", "to",
     "coloneqq", "pm", "mp")
)  # fmt: skip
_HC = ("H.c.", "h.c.", "H.c", "h.c", "c.c.", "c.c")


@dataclass(frozen=True)
class Dialect:
    """What a reader knows: declared symbols, names that are functions, values of summation indices."""

    names: Names
    functions: frozenset[str] = frozenset()
    indices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Reader:
    """A stream of tokens with the state of the descent; a group is read by a child on its own tokens."""

    def __init__(self, text: str, body: Body, dialect: Dialect, depth: int = 0) -> None:
        self.text = text
        self.tokens = body
        self.dialect = dialect
        self.depth = depth
        self.at = 0
        self.in_bars = False
        self.in_integral = False

    # the stream

    def peek(self, ahead: int = 0) -> Token:
        i = min(self.at + ahead, len(self.tokens) - 1)
        return self.tokens[i]

    def take(self) -> Token:
        token = self.peek()
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def error(self, message: str, token: Token | None = None) -> FormulaError:
        return error_at(self.text, (token or self.peek()).start, message)

    def unexpected(self, expected: str) -> FormulaError:
        t = self.peek()
        return self.error(f"expected {expected}, found {show(t)}")

    def deeper(self) -> int:
        if self.depth >= MAX_NESTING:
            raise self.error(f"more than {MAX_NESTING} nested brackets, scripts or fractions")
        return self.depth + 1

    def argument(self) -> Body:
        """The tokens of the next group, or the next single token."""
        start = self.peek()
        if start.kind == "end" or start.is_op("^", "_", "}"):
            raise self.unexpected("an argument")
        try:
            body, self.at = script_at(self.tokens, self.at)
        except FormulaError as e:
            raise self.error(str(e).rstrip("."), start) from e
        return body

    def child(self, body: Body) -> Reader:
        end = replace(self.peek(), kind="end", text="")
        return Reader(self.text, (*body, end), self.dialect, self.deeper())

    def inner(self, body: Body) -> Node:
        """The value of a group's tokens, all of them."""
        r = self.child(body)
        node = r.sum()
        r.finish()
        return node

    def finish(self) -> None:
        if self.peek().kind != "end":
            raise self.unexpected("an operator or the end")

    # sums and products

    def sum(self) -> Node:
        self.depth = self.deeper()
        terms, signs = [], []
        sign = -1 if self._sign() == "-" else 1
        while True:
            terms.append(self.product())
            signs.append(sign)
            if not (op := self._sign()):
                break
            sign = -1 if op == "-" else 1
            if self._hermitian_conjugate():
                if sign < 0:
                    raise self.error("- H.c. is not read; write + H.c.")
                terms, signs = [Call("hc", (_added(terms, signs),))], [1]
                if not (op := self._sign()):
                    break
                sign = -1 if op == "-" else 1
                if self._hermitian_conjugate():
                    raise self.error("H.c. stands twice in one sum")
        self.depth -= 1
        return _added(terms, signs)

    def _sign(self) -> str:
        t = self.peek()
        if t.is_word("pm", "mp"):
            raise self.error("two signs at once; write the two formulas out")
        return self.take().text if t.is_op("+", "-") else ""

    def _hermitian_conjugate(self) -> bool:
        t = self.peek()
        if t.is_word(*FONTS) or t.is_op("{"):
            try:
                body, after = script_at(self.tokens, self.at)
            except FormulaError:
                return False
            if spelled(body) in _HC:
                self.at = after
                return True
        word = "".join(self.peek(i).text for i in range(4))
        if word in _HC and t.kind == "letter":
            self.at += 4
            return True
        return False

    def product(self) -> Node:
        factors = [self.factor()]
        slashed = False
        while True:
            t = self.peek()
            if t.is_op("*") or t.is_word(*TIMES):
                self.take()
                factors.append(self.factor())
                slashed = False
            elif t.is_op("/"):
                self.take()
                factors = [Div(_product(factors), self.factor(), slash=True)]
                slashed = True
            elif self.starts_factor():
                if slashed:
                    raise self.error("a/b c can mean (a/b)c or a/(bc); use \\frac, brackets or \\cdot")
                factors.append(self.factor())
            else:
                return _product(factors)

    def starts_factor(self) -> bool:
        t = self.peek()
        if t.kind in ("letter", "digit"):
            return not (self.in_integral and self.differential())
        if t.kind == "word":
            return t.text not in _NEVER_FACTORS and not (self.in_integral and self.differential())
        if t.kind == "escaped":
            return t.text == "{"
        if t.is_op("|"):
            return not self.in_bars
        return t.is_op("(", "[", "{") or (t.is_op(".") and self.peek(1).kind == "digit")

    def differential(self) -> int:
        r"""The number of tokens of a differential's d (\mathrm{d} or d before a symbol) here, else 0."""
        t = self.peek()
        if t.is_word("mathrm", "rm", "text") and spelled(script_at_or_empty(self.tokens, self.at)) == "d":
            return 4 if self.peek(1).is_op("{") else 2
        follower = self.peek(1)
        symbol = follower.kind == "letter" or (follower.kind == "word" and follower.text in GREEK)
        return 1 if t.kind == "letter" and t.text == "d" and symbol and not self.d_is_declared() else 0

    def d_is_declared(self) -> bool:
        """Whether the letter d is a symbol here and never a differential."""
        return "d" in self.dialect.names.nuclei

    # factors

    def factor(self) -> Node:
        from cascade_sym.formula.latex_in.constructs import atom

        self.depth = self.deeper()
        node = atom(self)
        self.depth -= 1
        if self.peek().is_op("^"):
            self.take()
            node = self.superscript(node, self.argument())
            if self.peek().is_op("^", "'"):
                raise self.error("two superscripts; group the inner one with braces")
        if self.peek().is_op("_", "'"):
            raise self.error("a subscript or prime on something that is not a symbol")
        return node

    def superscript(self, node: Node, body: Body) -> Node:
        """`node` with a superscript: a dagger or star, a power, or both (a^{\\dagger 2})."""
        stars = leading_stars(body)
        if len(stars) > 2:
            raise self.error("more than two stars or daggers in one superscript", body[0])
        for star in stars:
            node = Call(STARS[star.text], (node,))
        return Pow(node, self.inner(body[len(stars) :])) if body[len(stars) :] else node

    def number(self) -> Number:
        start = self.peek()
        digits = ""
        while self.peek().kind == "digit":
            digits += self.take().text
        if self.peek().is_op(".") and self.peek(1).kind == "digit":
            self.take()
            digits += "."
            while self.peek().kind == "digit":
                digits += self.take().text
        if len(digits) > MAX_DIGITS:
            raise self.error(f"a number of more than {MAX_DIGITS} digits", start)
        return Number(digits)

    # brackets

    def opener(self) -> str:
        """The bracket that opens here ('' if none), as a key of the table of closing brackets."""
        t = self.peek(1) if self.peek().is_word("left") else self.peek()
        name = "\\" + t.text if t.kind in ("word", "escaped") else t.text if t.kind == "op" else ""
        return name if name in _CLOSERS else ""

    def bracket(self) -> tuple[str, list[Node]]:
        """The kind of the bracket here and what it contains, separated by commas."""
        start = self.peek()
        kind = self.opener()
        if not kind:
            raise self.unexpected("a bracket")
        stretched = self.take().is_word("left")
        if stretched:
            self.take()
        saved = self.in_bars, self.in_integral
        self.in_bars, self.in_integral = kind in ("|", "\\vert"), False
        items = [self.sum()]
        while self.peek().is_op(","):
            self.take()
            items.append(self.sum())
        self.in_bars, self.in_integral = saved
        self._close(_CLOSERS[kind], stretched, start)
        return _SAME.get(kind, kind), items

    def _close(self, closer: str, stretched: bool, start: Token) -> None:
        if stretched:
            if not self.peek().is_word("right"):
                raise self.unexpected(f"\\right{closer} to close {show(start)}")
            self.take()
        t = self.peek()
        if ("\\" + t.text if t.kind in ("word", "escaped") else t.text) != closer or t.kind == "end":
            raise self.unexpected(f"{closer!r} to close the bracket at column {start.start + 1}")
        self.take()


def leading_stars(sup: Body) -> Body:
    """The daggers and stars at the start of a superscript."""
    n = 0
    while n < len(sup) and sup[n].text in STARS and sup[n].kind in ("word", "op"):
        n += 1
    return sup[:n]


def script_at_or_empty(body: Body, at: int) -> Body:
    try:
        return script_at(body, at)[0]
    except FormulaError:
        return ()


def show(t: Token) -> str:
    """A token as the user wrote it."""
    if t.kind == "end":
        return "the end"
    return repr("\\" + t.text) if t.kind in ("word", "escaped") else repr(t.text)


def _added(terms: list[Node], signs: list[int]) -> Node:
    if len(terms) > 1:
        return Add(tuple(terms), tuple(signs))
    return terms[0] if signs[0] > 0 else Neg(terms[0])


def _product(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))
