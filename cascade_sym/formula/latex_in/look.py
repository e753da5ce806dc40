"""Looking at the tokens of a formula: groups, scripts, differentials, bars and what they close, trying and asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Node, Number
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import MAX_STEPS, NEVER, WRAPPERS, Part, State, is_symbol
from cascade_sym.formula.lettering import GREEK as GREEKS
from cascade_sym.formula.parser import MAX_DIGITS
from cascade_sym.formula.token_stream import Stream, Token


class Look(Stream):
    """A stream of tokens of one formula: what stands here, what follows, and questions where a reader could differ."""

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

    def child(self, body: Tokens) -> Self:
        """A reader of a group's tokens."""
        end = replace(self.peek(), kind="end", text="", gap=False, wide=False)
        inner = type(self)(self.text, (*body, end), self.state, self.depth + 1)
        inner.in_mean, inner.in_phase, inner.in_label = self.in_mean, self.in_phase, self.in_label
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

    def _ends(self, ahead: int) -> bool:
        """Whether a term or the formula ends some tokens ahead."""
        t = self.peek(ahead)
        return t.kind == "end" or t.is_op("+", "-", ",", ".", "=", ")", "]", "}") or t.is_word("right")

    def starts_factor(self) -> bool:
        t = self.peek()
        if t.kind in ("letter", "digit"):
            return not (self.in_integral and self.differential())
        if t.is_word("stackrel", "overset"):
            from cascade_sym.formula.latex_in.brackets import relation_sign

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
        body = self.inside(opening)
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
            symbol = after.kind == "letter" or (
                after.kind == "word" and (after.text in GREEKS or after.text in WRAPPERS)
            )
            return int((symbol and not after.gap) or power)
        return 0

    def sum(self) -> Node:
        """The sum that starts here."""
        raise NotImplementedError
