r"""Sums, products and factors of a displayed formula, where nothing about its symbols need be declared.

Where a reader could differ, the grammar asks (`Reader.asks`): it takes the likelier way, notes the place, and takes the
other one when it is run again with that place turned. So what is ambiguous has its alternatives written out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Node, Number, Pow, Signed, added, product
from cascade_sym.formula.latex_in.lexer import CONNECTIVES, Tokens
from cascade_sym.formula.latex_in.naming import Registry
from cascade_sym.formula.latex_in.symbols import Key, Names
from cascade_sym.formula.parser import MAX_DIGITS, Stream, Token

Part = TypeVar("Part")
Choice = tuple[int | str, str]
MAX_STEPS = 25_000
RELATIONS = {
    "=": "=", "<": "<", ">": ">", "approx": "~=", "equiv": "==", "coloneqq": ":=", "leq": "<=", "geq": ">=",
    "neq": "!=", "sim": "~", "propto": "prop", "rightarrow": "->", "mapsto": "->", "ll": "<<", "gg": ">>", "in": "in",
    "lesssim": "<~", "gtrsim": ">~", "longmapsto": "->", "asymp": "~",
}  # fmt: skip
STARS = {"dagger": "dag", "*": "conj", "ast": "conj"}
_UNITS = frozenset("nm pm fm mm cm km s ms us ns ps fs kg mg g mK nK meV keV kHz mW nW dB rad mrad".split())
OPENERS = {
    "(": ")", "[": "]", "\\{": "\\}", "|": "|", "\\langle": "\\rangle", "\\lvert": "\\rvert", "\\Vert": "\\Vert",
    "\\lVert": "\\rVert", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil",
}  # fmt: skip
NEVER = frozenset(
    (*RELATIONS, *"""right rangle rvert rVert rfloor rceil cdot times ast over pm mp otimes oplus Rightarrow end wedge
    Leftrightarrow therefore because not bigcirc leftarrow hookrightarrow perp parallel mod bmod pmod atop choose star
    leftrightarrow cup cap subset subseteq notin setminus forall exists colon quad land lor bullet circ div""".split())
)
_HC = {"h.c.": "hc", "H.c.": "hc", "c.c.": "hc", "h.c": "hc", "H.c": "hc", "c.c": "hc", "C.c.": "hc", "H.C.": "hc", "C.C.": "hc"}


@dataclass
class State:
    """What all readers of one formula share."""

    names: Names
    functions: frozenset[str]
    indices: Mapping[str, tuple[str, ...]]
    registry: Registry = field(default_factory=Registry)
    turned: frozenset[Choice] = frozenset()
    asked: dict[Choice, str] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)  # names before a bracket that must be an argument
    alone: set[str] = field(default_factory=set)  # Greek letters that stand for themselves somewhere
    vectors: set[str] = field(default_factory=set)
    bound: list[str] = field(default_factory=list)  # indices of the sums around
    steps: int = 0

    def forget(self, count: int) -> None:
        """What was asked after the first `count` questions is not asked."""
        while len(self.asked) > count:
            self.asked.popitem()


class Reader(Stream):
    """A stream of tokens of one formula; a group is read by another reader on its own tokens."""

    MAX_NESTING = 40
    NESTED = "brackets, scripts or fractions"

    def __init__(self, text: str, body: Tokens, state: State, depth: int = 0) -> None:
        super().__init__(text, body, depth)
        self.state = state
        self.in_bars = self.in_integral = self.in_mean = self.in_phase = self.in_label = self.in_norm = False
        self.measure: Node | None = None  # a differential found in a numerator

    def take(self) -> Token:
        self.state.steps += 1
        if self.state.steps > MAX_STEPS:
            raise self.error("the formula takes too many steps to read; break it up")
        return super().take()

    def child(self, body: Tokens) -> Reader:
        """A reader of a group's tokens."""
        end = replace(self.peek(), kind="end", text="", gap=False, wide=False)
        inner = Reader(self.text, (*body, end), self.state, self.depth + 1)
        inner.in_mean, inner.in_phase = self.in_mean, self.in_phase
        return inner

    @contextmanager
    def phase(self) -> Iterator[None]:
        """While the exponent or the argument of an exponential or an angle function is read."""
        saved, self.in_phase = self.in_phase, True
        try:
            yield
        finally:
            self.in_phase = saved

    def inner(self, body: Tokens) -> Node:
        """The value of a group's tokens, all of them."""
        return self.deeper(self.child(body).whole)

    def whole(self) -> Node:
        node = self.sum()
        self.finish()
        return node

    def attempt(self, part: Callable[[], Part]) -> Part | None:
        """What `part` reads here; None, and nothing taken or asked, where it can't."""
        saved = self.at, self.depth, self.in_bars, self.in_integral, self.in_mean
        asked, bound = len(self.state.asked), list(self.state.bound)
        try:
            return part()
        except FormulaError:
            if self.state.steps > MAX_STEPS:
                raise
            self.at, self.depth, self.in_bars, self.in_integral, self.in_mean = saved
            self.state.forget(asked)
            self.state.bound = bound
            return None

    def look(self, part: Callable[[], Part]) -> Part | None:
        """As `attempt`, and nothing is taken or asked in any case."""
        saved, depth, asked = self.at, self.depth, len(self.state.asked)
        found = self.attempt(part)
        self.at, self.depth = saved, depth
        self.state.forget(asked)
        return found

    def asks(self, place: Token, kind: str, why: str, what: str = "") -> bool:
        """Whether the less likely way is to be taken at a place where a reader could differ.

        With `what` it is one question for the whole formula: a symbol is not a function here and a factor there.
        """
        choice = (what or place.start, kind)
        self.state.asked.setdefault(choice, why)
        return choice in self.state.turned

    # sums

    def sum(self) -> Node:
        return self.deeper(self._sum)

    def _sum(self) -> Node:
        terms: list[Signed] = []
        start = self.peek()
        op = self.accept("+", "-")
        while op or not terms:
            if terms and self._conjugate():
                terms = self._with_conjugate(terms, op, start)
            else:
                terms.append((-1 if op == "-" else 1, self.term()))
            op = self.accept("+", "-")
        return added(terms)

    def _with_conjugate(self, terms: list[Signed], op: str, start: Token) -> list[Signed]:
        if op == "-":
            if len(terms) > 1:
                raise self.error("what '- h.c.' conjugates is not clear; write it out")
            sign, term = terms[0]
            return [(sign, term), (-sign, Call("dag", (term,)))]
        why = "h.c. may belong to all terms before it or to the last one"
        if len(terms) > 1 and self.depth <= 1 and self.asks(start, "conjugate", why):
            return [*terms[:-1], (1, Call("hc", (added(terms[-1:]),)))]
        return [(1, Call("hc", (added(terms),)))]

    def _conjugate(self) -> bool:
        """Whether h.c. or c.c. stands here, taken."""
        t = self.peek()
        if t.kind == "text" and t.text.strip(" ,") in _HC:
            self.take()
            return True
        if t.is_word("mathrm") or t.is_op("{"):
            saved = self.at
            body = self.attempt(self.script) or ()
            if body and body[0].is_word("mathrm"):
                body = self.child(body).attempt(lambda: self.child(body[1:]).script()) or ()
            if "".join(b.text for b in body) in _HC:
                return True
            self.at = saved
        for width in (4, 3):
            said = "".join(self.peek(n).text for n in range(width))
            if t.kind == "letter" and said in _HC:
                self.at += width
                return True
        return False

    def term(self) -> Node:
        """A product, or several joined by a tensor product."""
        node = self.product()
        while self.peek().is_word("otimes", "oplus"):
            name = "tensor" if self.take().text == "otimes" else "oplus"
            right = self.product()
            same = isinstance(node, Call) and node.function == name
            node = Call(name, (*(node.args if same else (node,)), right))  # type: ignore[attr-defined]
        return node

    # products

    def product(self) -> Node:
        factors = [self.factor()]
        while True:
            t = self.peek()
            if t.is_op("*") or t.is_word("cdot", "times", "ast"):
                self.take()
                self._times(factors, t)
            elif t.is_op("/"):
                self.take()
                factors = [Div(product(factors), self._denominator(), slash=True)]
            elif t.is_op("|") and self.peek(1).is_op("_") and not self.in_bars:
                factors = self._evaluated(factors, t)
            elif self.starts_factor() and not t.wide:
                if isinstance(factors[-1], Number) and t.kind == "digit":
                    raise self.error("two numbers stand side by side")
                if isinstance(factors[-1], Number) and "." in factors[-1].text and self._digits_in_brackets():
                    raise self.error("a value with its uncertainty in brackets is not read; write \\pm")
                if isinstance(factors[-1], Number | Call) and (unit := self._micro(factors[-1])) is not None:
                    factors.append(unit)
                    continue
                factors.append(self.factor())
            else:
                return product(factors)

    def _evaluated(self, factors: list[Node], t: Token) -> list[Node]:
        r"""f|_{x=0} without \left."""
        from cascade_sym.formula.latex_in.atoms import place

        self.at += 2
        where = place(self, self.script())
        why = "what the bar evaluates is not clear; use \\left. \\right|"
        if len(factors) > 1 and self.asks(t, "evaluates", why):
            return [*factors[:-1], Call("at", (factors[-1], where))]
        return [Call("at", (product(factors), where))]

    def _digits_in_brackets(self) -> bool:
        n = 1
        while self.peek(n).kind == "digit":
            n += 1
        return self.peek().is_op("(") and n > 1 and self.peek(n).is_op(")")

    def _micro(self, before: Node) -> Node | None:
        r"""The unit of 5 \mu m, taken, where \mu may be a prefix; None elsewhere."""
        t, after = self.peek(), self.peek(1)
        value = isinstance(before, Number) or (isinstance(before, Call) and before.function == "uncertain")
        unit = t.is_word("mu") and (after.kind == "text" or (after.kind == "letter" and after.text in "msWgKAVFJ"))
        if not value or not unit or not self._ends(2):
            return None
        if after.kind == "letter" and self.asks(t, "unit", f"\\mu {after.text} is a unit or a product of symbols"):
            return None
        self.at += 2
        return Name(self.state.registry.name(Key(f"micro{after.text}"), f"\\mu\\mathrm{{{after.text}}}"))

    def _times(self, factors: list[Node], t: Token) -> None:
        right = self.factor()
        left = factors[-1]
        if t.is_word("cdot", "times") and (left == Name("nabla") or self._vectors(left, right)):
            match left:
                case Call("dotp", (one, two)) if t.text == "times":
                    factors[-1] = Call("dotp", (one, Call("cross", (two, right))))
                case _:
                    factors[-1] = Call("dotp" if t.text == "cdot" else "cross", (left, right))
        else:
            factors.append(right)

    def _vectors(self, left: Node, right: Node) -> bool:
        """Whether both are printed as vectors, or one is and the other has a hat."""
        chain = isinstance(left, Call) and left.function == "dotp"
        one, two = self.vectorial(left) or chain, self.vectorial(right)
        return (one and two) or (one and _hatted(right)) or (two and _hatted(left))

    def vectorial(self, node: Node) -> bool:
        """Whether a factor is printed as a vector."""
        match node:
            case Name(name):
                return name in self.state.vectors or name == "nabla"
            case Call("dag" | "conj" | "sub" | "cross" | "transpose" | "dot" | "differential", (arg, *_)):
                return node.function == "cross" or self.vectorial(arg)
            case Call(function, _):
                return function in self.state.vectors
            case Add(terms, _):
                return any(map(self.vectorial, terms))
            case Mul(factors):
                return any(map(self.vectorial, factors))
        return False

    def _denominator(self) -> Node:
        below = [self.factor()]
        while self.starts_factor() and not self.peek().wide:
            t = self.peek()
            unit = below[-1] == Name("k_B") and t.kind == "letter" and t.text == "T"
            imaginary = t.kind == "letter" and t.text == "i" and len(below) == 1 and self._ends(1)
            if unit or (isinstance(below[-1], Number) and (t.is_word("pi") or imaginary)):
                below.append(self.factor())
                continue
            if self.opens_state() or t.is_word("hat", "ket", "bra", "sum", "int"):
                break
            if self.asks(t, "slash", "what stands below the slash is not clear; use \\frac or brackets"):
                below.append(self.factor())
                while self.starts_factor() and not self.peek().wide:
                    below.append(self.factor())
            break
        return product(below)

    def _ends(self, ahead: int) -> bool:
        """Whether a term or the formula ends some tokens ahead."""
        t = self.peek(ahead)
        return t.kind == "end" or t.is_op("+", "-", ",", ".", "=", ")", "]", "}") or t.is_word("right")

    def starts_factor(self) -> bool:
        t = self.peek()
        if t.kind in ("letter", "digit"):
            return not (self.in_integral and self.differential())
        if t.is_word("stackrel", "overset"):
            from cascade_sym.formula.latex_in.atoms import relation_sign

            return self.look(lambda: relation_sign(self)) is None
        if t.is_word("Vert"):
            return not self.in_norm
        if t.kind == "word":
            return t.text not in NEVER and not (self.in_integral and self.differential())
        if t.kind == "text":
            return is_symbol(self, t)
        if t.kind == "escaped":
            return t.text == "{"
        if t.is_op("|"):
            return not self.in_bars and not self.peek(1).is_op("_")
        return t.is_op("(", "[", "{") or (t.is_op(".") and self.peek(1).kind == "digit")

    def opens_state(self) -> bool:
        r"""Whether a ket, a bra or a mean starts here: | ... \rangle, \langle."""
        t = self.peek(1) if self.peek().is_word("left") else self.peek()
        if t.is_word("langle"):
            return True
        return t.written in ("|", "\\lvert") and self.bar_closes() == "\\rangle"

    def bar_closes(self) -> str:
        """What closes the bar here: another bar, an angle (it is a ket), or '' where nothing does."""
        depth = angles = bars = 0
        at = self.at + 1 + self.peek().is_word("left")
        while at < len(self.tokens):
            t = self.tokens[at]
            at += 1
            self.state.steps += 1
            depth += t.is_op("(", "[", "{") or t.written == "\\{"
            depth -= t.is_op(")", "]", "}") or t.written == "\\}"
            if depth < 0 or t.kind == "end":
                break
            if depth or t.is_word("left", "right"):
                continue
            if t.is_word("langle"):
                angles += 1
            elif t.is_word("lvert"):
                bars += 1
            elif bars and t.is_word("rangle", "rvert"):
                bars -= 1
            elif t.is_word("rangle"):
                if not angles:
                    return "\\rangle"
                angles -= 1
            elif not angles and t.written in ("|", "\\rvert"):
                return "|"
        return ""

    # factors

    def factor(self) -> Node:
        from cascade_sym.formula.latex_in.atoms import atom

        start = self.peek()
        node = self.deeper(lambda: atom(self))
        while True:
            t = self.peek()
            if t.is_op("!") and not self.peek(1).is_op("="):
                self.take()
                node = Call("factorial", (node,))
            elif t.is_op("^"):
                self.take()
                node = self.superscript(node, self.script(), start)
            elif t.is_op("_") and isinstance(node, Call | Add | Mul | Div | Name):
                self.take()
                node = Call("sub", (node, self.label(self.script())))
            elif t.is_op("'"):
                raise self.error("a prime on something that is not a symbol")
            else:
                return node

    def superscript(self, node: Node, body: Tokens, start: Token) -> Node:
        """`node`, which is no symbol, with a superscript."""
        stars, rest = starred(body)
        for star in stars:
            node = Call(STARS[star.text], (node,))
        if not rest:
            if not stars:
                raise self.error("an empty superscript")
            return node
        if spelt(rest) in ("T", "top") and (len(rest) > 1 or rest[0].kind != "letter" or is_matrix(node)):
            return Call("transpose", (node,))
        if len(rest) == 1 and rest[0].is_word("circ"):
            return Call("degrees", (node,))
        if all(t.is_word("prime") or t.is_op("'") for t in rest):
            raise self.error("a prime on something that is not a symbol", start)
        if rest[0].is_word("otimes", "oplus"):
            return Call(f"{'tensor' if rest[0].text == 'otimes' else 'oplus'}_power", (node, self.inner(rest[1:])))
        if is_label(rest) and not isinstance(node, Number):
            raise self.error(f"the superscript '{spelt(rest)}' is a label, no power, on what is not a symbol", start)
        return Pow(node, self.inner(rest))

    def label(self, body: Tokens) -> Node:
        """A script that labels something: a name for it."""
        from cascade_sym.formula.latex_in.dirac import labels

        return labels(self.child(body))

    def number(self) -> Node:
        """A number, perhaps with its uncertainty."""
        digits = ""
        start = self.peek()
        while self.peek().kind == "digit" or (
            "." not in digits and self.peek().is_op(".") and self.peek(1).kind == "digit"
        ):
            digits += self.take().text
            if self.peek().gap:
                break
        if len(digits) > MAX_DIGITS:
            raise self.error(f"a number of more than {MAX_DIGITS} digits", start)
        if self.peek().is_word("uncertain"):
            self.take()
            return Call("uncertain", (Number(digits), self.number()))
        return Number(digits)

    def script(self) -> Tokens:
        """The tokens of a script or an argument: a group's inside, or one token with its accents or font."""
        before: list[Token] = []
        while self.peek().kind == "word" and self.peek().text in WRAPPERS and len(before) < 4:
            before.append(self.take())
        opening = self.take()
        if opening.kind == "end" or opening.is_op("^", "_", "}"):
            raise self.error(f"expected an argument, found {opening}", opening)
        if opening.is_word("frac", "sqrt", "nicefrac", "binom"):  # u^\\frac12
            start = self.at
            for _ in range(1 if opening.text == "sqrt" else 2):
                self.script()
            return (*before, opening, *self.tokens[start : self.at])
        if not opening.is_op("{"):
            return (*before, opening)
        inside, depth = self.at, 1
        while depth:
            t = self.take()
            if t.kind == "end":
                raise self.error("a brace is not closed", opening)
            depth += t.is_op("{") - t.is_op("}")
        body = self.tokens[inside : self.at - 1]
        brace = replace(opening, gap=False)
        return (*before, brace, *body, replace(brace, text="}")) if before else body

    def differential(self) -> int:
        r"""The number of tokens of a differential's d here, else 0: \mathrm{d}, or d before a symbol."""
        t = self.peek()
        if t.is_word("mathrm"):
            width = 4 if self.peek(1).is_op("{") else 2
            d = self.peek(width // 2)
            closed = width == 2 or self.peek(3).is_op("}")
            return width if d.text == "d" and d.kind == "letter" and closed else 0
        if t.kind == "letter" and t.text == "d":
            after = self.peek(1)
            power = after.is_op("^")
            symbol = after.kind == "letter" or (after.kind == "word" and (after.text in GREEKS or after.text in WRAPPERS))
            return int((symbol and not after.gap) or power)
        return 0


def is_symbol(r: Reader, t: Token) -> bool:
    """Whether a word in text is a symbol or a unit: a letter, or with scripts, an argument, a number before it."""
    if not t.text.isalnum() or not t.text.isascii() or t.text in CONNECTIVES or not t.text[0].isalpha():
        return False
    after, before = r.peek(1), r.tokens[r.at - 1] if r.at else t
    marked = after.is_op("_", "^", "(", "[", "'") or after.is_word("left")
    return len(t.text) == 1 or marked or before.kind == "digit" or before.is_op("{") or not r.at or t.text in _UNITS or t.text[0].isupper()


def _hatted(node: Node) -> bool:
    while isinstance(node, Call) and node.function in ("dag", "conj"):
        (node,) = node.args
    return isinstance(node, Name) and node.name.startswith("hat_")


def starred(body: Tokens) -> tuple[Tokens, Tokens]:
    """The daggers and stars at the start of a superscript, and the rest."""
    n = 0
    while n < len(body) and body[n].text in STARS and body[n].kind in ("word", "op"):
        n += 1
    return body[:n], body[n:]


def spelt(body: Tokens) -> str:
    """A script in canonical spelling: braces and upright fonts dropped, words by name."""
    kept = [t for t in body if not (t.is_op("{", "}") or t.is_word("mathrm", "mathit", "mathsf", "left", "right"))]
    return "".join(t.text.replace(" ", "") if t.kind == "text" else t.text for t in kept)


def is_label(body: Tokens) -> bool:
    """Whether a superscript is in brackets, upright words, a lone sign, or several letters."""
    if len(body) == 1 and (body[0].is_op("+", "-") or body[0].kind == "text"):
        return True
    if body and body[0].is_word("mathrm") and spelt(body).isalpha():
        return True
    if body and (body[0].is_word("mathrm") or body[0].kind == "text") and len(body) > 1:
        return any(t.is_op("^", "_") for t in body)  # DH^{(1)}: a label with a label
    kept = [t for t in body if not (t.is_op("{", "}", "'", ",", ";") or t.is_word("prime"))]
    if len(kept) > 1 and all(t.kind == "letter" for t in kept):
        return True
    depth = 0
    kept = [t for t in body if not t.is_word("left", "right")]
    for n, t in enumerate(kept):
        depth += t.is_op("(", "[") - t.is_op(")", "]")
        if depth == 0:
            return n > 0 and n == len(kept) - 1
    return False


def is_matrix(node: Node) -> bool:
    return isinstance(node, Call) and node.function in ("matrix", "ket", "bra")


from cascade_sym.formula.notation import GREEK as GREEKS  # noqa: E402

WRAPPERS = frozenset(
    """hat tilde bar vec check breve mathring acute grave mathrm mathit mathbf mathcal mathsf mathbb mathfrak mathtt
    overline underline dot ddot""".split()
)
