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

from cascade_sym.formula.ast import Call, Div, Integral, Name, Neg, Node, Number, Pow, Relation, Sum, added, product
from cascade_sym.formula.token_stream import MAX_DEPTH, Stream, Token, error_at, scanned
from cascade_sym.formula.walk import check_depth

MAX_DIGITS = 400  # of a number as it is written
MAX_EXPONENT = 999  # of ten, in a number as it is written
MAX_VALUES = 64  # of an index of a sum
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z][A-Za-z0-9_]*'*)
      | (?P<op>\*\*|//|~=|:=|<=|>=|==|!=|->|<<|>>|<~|>~|[-+*/^(),=<>~])""",
    re.VERBOSE,
)


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
        return "this is the plain language, not LaTeX; read LaTeX with read_formula"
    if c.isalpha():
        return f"{c!r} is not read; write letters by name, like Gamma or theta"
    return f"{c!r} is not part of a formula"
