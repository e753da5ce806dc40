"""Reading the plain formula language: a recursive-descent parser, nothing else (no eval, no sympify of text).

    formula  := sum [relation sum [if sum, ...]]      relation: = ~= := < <= > >=; further ones see `parse_statement`
    sum      := [+|-] product (+|- product)*
    product  := signed ((* | / | //) signed)*       `/` prints as a fraction, `//` on one line
    signed   := - signed | power
    power    := atom [(^ | **) signed]              right associative; -x^2 is -(x^2)
    atom     := number | name | name(sum, ...) | (sum)
              | sum(index, (value, ...), sum) | integral(sum, variable, sum, sum)

A name is a letter followed by letters, digits and underscores, then primes: `Gamma_SB`, `theta_M'`. `pi`, `I`
and `oo` are constants. Multiplication is always written. Text, nesting and numbers are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Div, Integral, Name, Neg, Node, Number, Pow, Relation, Sum, added, product
from cascade_sym.formula.walk import check_depth

Result = TypeVar("Result")

MAX_LENGTH = 20_000  # characters of a formula
MAX_DIGITS = 400  # of a number as it is written
MAX_EXPONENT = 999  # of ten, in a number as it is written
MAX_DEPTH = 150  # of brackets: each level takes frames of the reader, of which Python has a thousand
MAX_VALUES = 64  # of an index of a sum
_WINDOW = 60  # characters that an error shows to each side
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z][A-Za-z0-9_]*'*)
      | (?P<op>\*\*|//|~=|:=|<=|>=|==|!=|->|<<|>>|<~|>~|[-+*/^(),=<>~])""",
    re.VERBOSE,
)


def error_at(text: str, position: int, message: str) -> FormulaError:
    """A FormulaError naming line and column, with the line and a caret under the place.

    >>> print(error_at("a + * b", 4, "expected a term"))
    expected a term, at line 1, column 5:
      a + * b
          ^
    """
    position = min(position, len(text))
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else len(text)]
    number, column = text.count("\n", 0, position) + 1, position - start
    left = max(0, column - _WINDOW)
    shown = line[left : column + _WINDOW]
    shown = "".join(c if c.isprintable() else "?" for c in shown)
    return FormulaError(f"{message}, at line {number}, column {column + 1}:\n  {shown}\n  {' ' * (column - left)}^")


def scanned(text: str, pattern: re.Pattern[str], unreadable: Callable[[str], str]) -> Iterator[re.Match[str]]:
    """The tokens that make up `text`; FormulaError where there is none, for a text that is too long, or for no text."""
    if not isinstance(text, str):
        raise error_at("", 0, f"a formula is a text; got {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise error_at("", 0, f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read")
    at = 0
    while at < len(text):
        if (m := pattern.match(text, at)) is None:
            raise error_at(text, at, unreadable(text[at]))
        yield m
        at = m.end()


@dataclass(frozen=True, slots=True)
class Token:
    r"""`kind` is 'op', 'end', in the plain language 'number' or 'name', in LaTeX 'letter', 'digit', 'word'
    (\alpha: text 'alpha') or 'escaped' (\{: text '{'); `start` is the position in the text.

    `gap` says that an explicit space (`\,`) stands before it, `wide` that it is a \quad or wider.
    """

    kind: str
    text: str
    start: int
    gap: bool = False
    wide: bool = False

    def is_op(self, *texts: str) -> bool:
        return self.kind == "op" and self.text in texts

    def is_word(self, *texts: str) -> bool:
        return self.kind == "word" and self.text in texts

    @property
    def written(self) -> str:
        """As the user wrote it."""
        return "\\" + self.text if self.kind in ("word", "escaped") else self.text

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else f"'{self.written}'"


class Stream:
    """Tokens, closed by an 'end' token, with the place and the depth of a reader that descends into them."""

    MAX_NESTING: ClassVar[int]
    NESTED: ClassVar[str]

    def __init__(self, text: str, tokens: tuple[Token, ...], depth: int = 0) -> None:
        self.text, self.tokens, self.depth = text, tokens, depth
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.peek()
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def accept(self, *ops: str) -> str:
        """The operator here, taken, where it is one of `ops`; else ''."""
        return self.take().text if self.peek().is_op(*ops) else ""

    def error(self, message: str, token: Token | None = None) -> FormulaError:
        return error_at(self.text, (token or self.peek()).start, message)

    def unexpected(self, expected: str, token: Token | None = None) -> FormulaError:
        return self.error(f"expected {expected}, found {token or self.peek()}", token)

    def finish(self, expected: str = "an operator or the end") -> None:
        if self.peek().kind != "end":
            raise self.unexpected(expected)

    def deeper(self, read: Callable[[], Result]) -> Result:
        """What `read` finds one level further down; FormulaError where that is too deep."""
        if self.depth >= self.MAX_NESTING:
            raise self.error(f"more than {self.MAX_NESTING} nested {self.NESTED}")
        self.depth += 1
        found = read()
        self.depth -= 1
        return found


def parse(text: str) -> Node:
    """The tree of a written expression, order kept.

    Raises FormulaError, with the place, when `text` is not one.

    >>> parse("-Gamma_S/2 + x^2")
    Add(terms=(Div(num=Name(name='Gamma_S'), den=Number(text='2'), slash=False), \
Pow(base=Name(name='x'), exponent=Number(text='2'))), signs=(-1, 1))
    """
    p = _Parser(text, tokens(text))
    node = p.sum()
    p.finish()
    check_depth(node, MAX_DEPTH)
    return node


def parse_relation(text: str) -> Relation:
    """The tree of `lhs op rhs`; exactly one relation sign.

    >>> str(parse_relation("xi_g ~= sqrt(2*(1 + r)/C_S)"))
    'xi_g ~= sqrt(2*(1 + r)/C_S)'
    """
    found = _statement(text, Relation.SIGNS)
    if not isinstance(found, Relation):
        raise error_at(text, len(text), f"expected a relation sign ({' '.join(Relation.SIGNS)}), found the end")
    return found


def parse_statement(text: str) -> Relation | Node:
    """The tree of what a manuscript states: a relation with its conditions, or an expression alone.

    Beyond `parse_relation` it knows == (identical), !=, ~ (of the order of), prop (proportional), -> (tends to), <<,
    >>, <~, >~, in.

    >>> str(parse_statement("a_n prop ket(n) if gt(n, 0)"))
    'a_n prop ket(n) if gt(n, 0)'
    """
    return _statement(text, (*Relation.SIGNS, *Relation.FURTHER))


def _statement(text: str, signs: tuple[str, ...]) -> Relation | Node:
    p = _Parser(text, tokens(text))
    lhs = p.sum()
    check_depth(lhs, MAX_DEPTH)
    op = p.take()
    if op.kind == "end":
        return lhs
    if op.text not in signs:
        raise p.unexpected(f"a relation sign ({' '.join(signs)})", op)
    rhs = p.sum()
    given: list[Node] = []
    if len(signs) > len(Relation.SIGNS) and (p.peek().kind, p.peek().text) == ("name", "if"):
        p.take()
        given = p.sums()
    p.finish("the end (a chain a = b = c is written as two relations)")
    for node in (rhs, *given):
        check_depth(node, MAX_DEPTH)
    return Relation(lhs, op.text, rhs, tuple(given))


class _Parser(Stream):
    MAX_NESTING = 60
    NESTED = "brackets, signs or powers"

    def expect(self, op: str, why: str) -> None:
        if not self.accept(op):
            raise self.unexpected(f"{op!r} {why}")

    def sums(self) -> list[Node]:
        found = [self.sum()]
        while self.accept(","):
            found.append(self.sum())
        return found

    def sum(self) -> Node:
        return self.deeper(self._sum)

    def _sum(self) -> Node:
        terms: list[tuple[int, Node]] = []
        op = self.accept("+", "-")
        while op or not terms:
            terms.append((-1 if op == "-" else 1, self.product()))
            op = self.accept("+", "-")
        return added(terms)

    def product(self) -> Node:
        factors = [self.signed()]
        while op := self.accept("*", "/", "//"):
            right = self.signed()
            if op == "*":
                factors.append(right)
            else:
                factors = [Div(product(factors), right, slash=op == "//")]
        return product(factors)

    def signed(self) -> Node:
        if self.accept("-"):
            return Neg(self.deeper(self.signed))
        base = self.atom()
        return Pow(base, self.deeper(self.signed)) if self.accept("^", "**") else base

    def atom(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return Number(token.text)
        if token.kind == "name":
            return self.call(token) if self.accept("(") else Name(token.text)
        if token.text == "(" and token.kind == "op":
            node = self.sum()
            self.expect(")", "to close the bracket")
            return node
        raise self.unexpected("a number, a name or a bracket", token)

    def call(self, name: Token) -> Node:
        if name.text == "sum":
            return self.indexed_sum()
        args = self.sums()
        self.expect(")", f"or ',' in the arguments of {name.text}")
        if name.text != "integral":
            return Call(name.text, tuple(args))
        if len(args) != 4 or not isinstance(args[1], Name):
            raise self.unexpected("integral(body, variable, from, to)", name)
        return Integral(args[0], args[1].name, args[2], args[3])

    def indexed_sum(self) -> Node:
        index = self.take()
        if index.kind != "name":
            raise self.unexpected("an index name: sum(j, (S, M), body)", index)
        self.expect(",", "after the index")
        self.expect("(", "around the values of the index")
        values: list[str] = []
        while not values or self.accept(","):
            token = self.take()
            if token.kind not in ("name", "number") or (token.kind == "number" and not token.text.isdigit()):
                raise self.unexpected("a name or a whole number as a value of the index", token)
            values.append(token.text)
            if len(values) > MAX_VALUES:
                raise self.unexpected(f"at most {MAX_VALUES} values of an index", token)
        self.expect(")", "after the values of the index")
        self.expect(",", "before what is summed")
        body = self.sum()
        self.expect(")", "to close sum(")
        return Sum(index.text, tuple(values), body)


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, closed by an 'end' token.

    Raises FormulaError on a character outside the language, on a text longer than MAX_LENGTH and on numbers
    of absurd size.
    """
    found: list[Token] = []
    for m in scanned(text, _TOKEN, _unreadable):
        if m["number"]:
            _check_number(text, m)
        if not m["space"]:
            found.append(Token(str(m.lastgroup), m.group(), m.start()))
    return (*found, Token("end", "", len(text)))


def _check_number(text: str, m: re.Match[str]) -> None:
    follower = text[m.end() : m.end() + 1]
    if follower.isalpha() or (follower and follower in "_."):
        raise error_at(text, m.end(), f"a number is followed by {follower!r}; write the product with *")
    mantissa, _, exponent = m.group().lower().partition("e")
    if len(mantissa) > MAX_DIGITS or len(exponent) > 8 or abs(int(exponent or 0)) > MAX_EXPONENT:
        raise error_at(
            text, m.start(), f"a number has more than {MAX_DIGITS} digits or an exponent beyond {MAX_EXPONENT}"
        )


def _unreadable(c: str) -> str:
    if c in "[]{}":
        return f"{c!r} is not read here; group with ( and )"
    if c in "'_":
        return f"{c!r} cannot stand here; names look like theta_M or, with a prime, theta_M'"
    if c == "\\":
        return "this is the plain language, not LaTeX; read LaTeX with parse_latex"
    if c.isalpha():
        return f"{c!r} is not read; write letters by name, like Gamma or theta"
    return f"{c!r} is not part of a formula"
