r"""Reading the LaTeX dialect in which papers write formulas into the same trees as the plain language.

Read are: \frac and its kin, \sqrt[n], scripts, \dagger and *, \left \right and all brackets, accents, \mathrm
and \operatorname, implicit products, \cdot \times, functions with powers (\sin^2 x, \cos 2\theta), means and
symmetrised moments \langle A, B\rangle, commutators [A, B], variances \Delta^2 X, sums over declared or
written index values, integrals, d/dt and dots, + H.c. Single-token arguments (\tfrac12) work as in TeX.

Rules where LaTeX is ambiguous: a bare function argument is numbers and one symbol (and a coordinate t, x, ...
directly after it); `a/b c` is refused; a name is applied to a bracket only when it is declared a function, and one
that is not, before a bracket around a single number or symbol, is refused; so is a superscript in brackets or of
several letters that no declared symbol has (a label, never a power); a sum or an integral extends over the rest of
its term.

No macro is expanded or executed; size, nesting and digits are bounded; everything else is a FormulaError with
line and column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cascade_sym.formula.ast import Call, Div, Name, Node, Number, Pow, Relation, Signed, added, product
from cascade_sym.formula.latex_in.superscripts import STARS, is_label, leading_stars
from cascade_sym.formula.latex_in.symbols import FONTS, Body, Indices, Names, SymbolStream, spelled, tokens
from cascade_sym.formula.lettering import CONSTANTS, GREEK
from cascade_sym.formula.parser import MAX_DEPTH, MAX_DIGITS
from cascade_sym.formula.walk import check_depth

Symbols = Mapping[str, str] | Names
_RELATIONS = {
    "=": "=", "<": "<", ">": ">", "\\approx": "~=", "\\simeq": "~=", "\\equiv": ":=", "\\coloneqq": ":=",
    "\\le": "<=", "\\leq": "<=", "\\leqslant": "<=", "\\ge": ">=", "\\geq": ">=", "\\geqslant": ">=", "\\lt": "<",
    "\\gt": ">",
}  # fmt: skip
TIMES = ("cdot", "times", "ast")
_CLOSERS = {
    "(": ")", "[": "]", "\\{": "\\}", "|": "|", "\\langle": "\\rangle", "\\lvert": "\\rvert", "\\lbrace": "\\rbrace",
    "\\lbrack": "\\rbrack", "\\vert": "\\vert",
}  # fmt: skip
_SAME = {"\\lbrace": "\\{", "\\lbrack": "[", "\\vert": "|", "\\lvert": "|"}
_NEVER_FACTORS = {
    *_RELATIONS, "\\right", "\\rangle", "\\rvert", "\\rbrace", "\\rbrack", "\\cdot", "\\times", "\\ast", "\\over",
    "\\neq", "\\ne", "\\propto", "\\sim", "\\to", "\\pm", "\\mp",
}  # fmt: skip
_HC = ("H.c.", "h.c.", "H.c", "h.c", "c.c.", "c.c")


def parse_latex(
    text: str, names: Symbols | None = None, *, functions: Iterable[str] = (), indices: Indices | None = None
) -> Node:
    r"""The tree of an expression in LaTeX.

    `names` maps the LaTeX of symbols to names; a symbol without an entry gets the name that prints like it
    (`\Gamma_{SB}` is `Gamma_SB`); a `Names` made once serves many formulas. `functions` are names that are
    applied to a bracket, `indices` the values of summation indices. Raises FormulaError.

    >>> str(parse_latex(r"\frac{1}{\gamma_S}\left(\tfrac12\Gamma_S + \tilde\gamma_{S,0}\right)",
    ...                 {r"\tilde\gamma_{S,0}": "gammat_S0"}))
    '1/gamma_S*(1/2*Gamma_S + gammat_S0)'
    >>> str(parse_latex(r"\hat b^\dagger(t)e^{-i\Omega t} + \mathrm{H.c.}", functions=["b"]))
    'hc(dag(b(t))*exp(-I*Omega*t))'
    """
    node = _reader(text, names, functions, indices).whole()
    check_depth(node, MAX_DEPTH)
    return node


def parse_latex_relations(
    text: str, names: Symbols | None = None, *, functions: Iterable[str] = (), indices: Indices | None = None
) -> tuple[Relation, ...]:
    r"""The statements of a displayed formula: chains a = b = c (read as a = b, a = c), separated by commas.

    In a chain an `approx` makes all that follows it approximate.

    >>> [str(r) for r in parse_latex_relations(r"R = a b \approx -c,\quad g < 1.")]
    ['R = a*b', 'R ~= -c', 'g < 1']
    """
    reader = _reader(text, names, functions, indices)
    found: list[Relation] = []
    while True:
        found.extend(_chain(reader))
        if reader.peek().kind == "end":
            return tuple(found)
        if not reader.accept(",", ";") and not reader.peek().wide:
            raise reader.unexpected("an operator, a relation sign or the end")


def _chain(reader: Reader) -> list[Relation]:
    first = reader.sum()
    found: list[Relation] = []
    approximate = False
    while (op := _relation(reader)) is not None:
        approximate = approximate or op == "~="
        rhs = reader.sum()
        check_depth(first, MAX_DEPTH)
        check_depth(rhs, MAX_DEPTH)
        found.append(Relation(first, "~=" if approximate and op == "=" else op, rhs))
    if not found:
        raise reader.unexpected("a relation sign such as = or \\approx")
    return found


def _relation(reader: Reader) -> str | None:
    t = reader.peek()
    if t.is_op(":") and reader.peek(1).is_op("="):
        reader.at += 2
        return ":="
    if op := _RELATIONS.get(t.written):
        reader.take()
    return op


def _reader(text: str, names: Symbols | None, functions: Iterable[str], indices: Indices | None) -> Reader:
    body = _without_full_stop(tokens(text))
    known = names if isinstance(names, Names) else Names(names or {})
    return Reader(text, body, known, frozenset(functions), indices or {})


def _without_full_stop(body: Body) -> Body:
    """The tokens without the punctuation that ends a displayed formula."""
    *kept, end = body
    while kept and kept[-1].is_op(".", ",", ";") and "".join(t.text for t in kept[-4:]) not in ("H.c.", "h.c."):
        kept.pop()
    return (*kept, end)


class Reader(SymbolStream):
    """A stream of tokens with what is known of symbols, functions and indices, and the state of the descent; a group is
    read by another reader on its own tokens."""

    MAX_NESTING = 90
    NESTED = "brackets, scripts or fractions"

    def __init__(
        self, text: str, body: Body, names: Names, functions: frozenset[str], indices: Indices, depth: int = 0
    ) -> None:
        super().__init__(text, body, depth)
        self.names, self.functions, self.indices = names, functions, indices
        self.in_bars = self.in_integral = False

    def inner(self, body: Body) -> Node:
        """The value of a group's tokens, all of them."""
        return self.deeper(self.child(body).whole)

    def child(self, body: Body) -> Reader:
        """A reader of a group's tokens."""
        end = replace(self.peek(), kind="end", text="")
        return Reader(self.text, (*body, end), self.names, self.functions, self.indices, self.depth + 1)

    def whole(self) -> Node:
        """The value of all tokens."""
        node = self.sum()
        self.finish()
        return node

    # sums and products

    def sum(self) -> Node:
        return self.deeper(self._sum)

    def _sum(self) -> Node:
        terms: list[Signed] = []
        conjugated = False
        op = self._sign()
        while op or not terms:
            if terms and self._hermitian_conjugate():
                if conjugated:
                    raise self.error("H.c. stands twice in one sum")
                if op == "-":
                    raise self.error("- H.c. is not read; write + H.c.")
                terms, conjugated = [(1, Call("hc", (added(terms),)))], True
            else:
                terms.append((-1 if op == "-" else 1, self.product()))
                conjugated = False
            op = self._sign()
        return added(terms)

    def _sign(self) -> str:
        if self.peek().is_word("pm", "mp"):
            raise self.error("two signs at once; write the two formulas out")
        return self.accept("+", "-")

    def _hermitian_conjugate(self) -> bool:
        t = self.peek()
        if t.kind == "letter" and "".join(self.peek(i).text for i in range(4)) in _HC:
            self.at += 4
            return True
        upright = t.is_word(*FONTS) or t.is_op("{")
        return upright and spelled(self.attempt(self.script) or ()) in _HC and bool(self.script())

    def product(self) -> Node:
        factors = [self.factor()]
        slashed = False
        while True:
            t = self.peek()
            if t.is_op("*") or t.is_word(*TIMES):
                self.take()
                factors.append(self.factor())
                slashed = False
            elif self.accept("/"):
                factors = [Div(product(factors), self.factor(), slash=True)]
                slashed = True
            elif self.starts_factor():
                if slashed:
                    raise self.error("a/b c can mean (a/b)c or a/(bc); use \\frac, brackets or \\cdot")
                self._no_call(factors[-1])
                factors.append(self.factor())
            else:
                return product(factors)

    def _no_call(self, last: Node) -> None:
        """FormulaError where a name stands before a bracket around one number or symbol: it reads as a call."""
        while isinstance(last, Call) and last.function in ("dag", "conj", "dot"):
            (last,) = last.args
        if not isinstance(last, Name) or last.name in CONSTANTS or self.peek().gap or self.opener() not in ("(", "["):
            return
        _, items = self.attempt(self.bracket) or ("", [])
        if all(isinstance(e, Name | Number) for e in items):
            raise self.error(f"'{last.name}' before this bracket is a factor or a function: write \\cdot or declare it")

    def starts_factor(self) -> bool:
        t = self.peek()
        if t.kind in ("letter", "digit"):
            return not (self.in_integral and self.differential())
        if t.kind == "word":
            return t.written not in _NEVER_FACTORS and not (self.in_integral and self.differential())
        if t.kind == "escaped":
            return t.text == "{"
        if t.is_op("|"):
            return not self.in_bars
        return t.is_op("(", "[", "{") or self._point()

    def differential(self) -> int:
        r"""The number of tokens of a differential's d (\mathrm{d}, or d before a symbol) here, else 0."""
        follower = self.peek(1)
        symbol = follower.kind == "letter" or (follower.kind == "word" and follower.text in GREEK)
        width = self.width_of_d()
        return width if width > 1 or symbol else 0

    def width_of_d(self) -> int:
        r"""The number of tokens of a d (\mathrm{d} or d) here that is no symbol, else 0."""
        t = self.peek()
        if t.is_word("mathrm", "rm", "text") and spelled(self.attempt(self.script) or ()) == "d":
            return 4 if self.peek(1).is_op("{") else 2
        return int(t.kind == "letter" and t.text == "d" and "d" not in self.names.nuclei)

    # factors

    def factor(self) -> Node:
        from cascade_sym.formula.latex_in.constructs import atom

        node = self.deeper(lambda: atom(self))
        if self.accept("^"):
            node = self.superscript(node, self.script())
            if self.peek().is_op("^", "'"):
                raise self.error("two superscripts; group the inner one with braces")
        if self.peek().is_op("_", "'"):
            raise self.error("a subscript or prime on something that is not a symbol")
        return node

    def superscript(self, node: Node, body: Body) -> Node:
        """`node` with a superscript: a dagger or star, a power, or both (a^{\\dagger 2})."""
        stars = leading_stars(body)
        node, power = self.starred(node, stars), body[len(stars) :]
        if is_label(power):
            raise self.error("a superscript in brackets or of several letters is a label, no power; declare the symbol")
        return Pow(node, self.inner(power)) if power else node

    def starred(self, node: Node, stars: Body) -> Node:
        if len(stars) > 2:
            raise self.error("more than two stars or daggers in one superscript", stars[0])
        for star in stars:
            node = Call(STARS[star.text], (node,))
        return node

    def number(self) -> Number:
        start = self.peek()
        digits = ""
        while self.peek().kind == "digit" or ("." not in digits and self._point()):
            digits += self.take().text
        if len(digits) > MAX_DIGITS:
            raise self.error(f"a number of more than {MAX_DIGITS} digits", start)
        return Number(digits)

    def _point(self) -> bool:
        return self.peek().is_op(".") and self.peek(1).kind == "digit"

    # brackets

    def opener(self) -> str:
        """The bracket that opens here ('' if none), as a key of the table of closing brackets."""
        t = self.peek(1) if self.peek().is_word("left") else self.peek()
        return t.written if t.written in _CLOSERS else ""

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
        while self.accept(","):
            items.append(self.sum())
        self.in_bars, self.in_integral = saved
        closer = _CLOSERS[kind]
        if stretched and not self.peek().is_word("right"):
            raise self.unexpected(f"\\right{closer} to close {start}")
        if stretched:
            self.take()
        if self.peek().written != closer:
            raise self.unexpected(f"{closer!r} to close the bracket at column {start.start + 1}")
        self.take()
        return _SAME.get(kind, kind), items
