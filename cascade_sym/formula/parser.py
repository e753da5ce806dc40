"""Reading the plain formula language: a recursive-descent parser, nothing else (no eval, no sympify of text).

    formula  := sum [relation sum]          relation: = ~= := < <= > >=
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

from cascade_sym.formula.ast import (
    RELATIONS,
    Add,
    Call,
    Div,
    Integral,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Pow,
    Relation,
    Sum,
)
from cascade_sym.formula.tokens import Token, tokens
from cascade_sym.formula.trouble import error_at
from cascade_sym.formula.walk import check_depth

MAX_NESTING = 60
MAX_DEPTH = 150
MAX_VALUES = 64


def parse(text: str) -> Node:
    """The tree of a written expression, order kept.

    Raises FormulaError, with the place, when `text` is not one.

    >>> parse("-Gamma_S/2 + x^2")
    Add(terms=(Div(num=Name(name='Gamma_S'), den=Number(text='2'), slash=False), \
Pow(base=Name(name='x'), exponent=Number(text='2'))), signs=(-1, 1))
    """
    p = _Parser(text)
    node = p.sum()
    p.finish("an operator or the end")
    check_depth(node, MAX_DEPTH)
    return node


def parse_relation(text: str) -> Relation:
    """The tree of `lhs op rhs`; exactly one relation sign.

    >>> str(parse_relation("xi_g ~= sqrt(2*(1 + r)/C_S)"))
    'xi_g ~= sqrt(2*(1 + r)/C_S)'
    """
    p = _Parser(text)
    lhs = p.sum()
    op = p.take()
    if op.text not in RELATIONS:
        raise p.error(op, "expected a relation sign (" + " ".join(RELATIONS) + ")")
    rhs = p.sum()
    p.finish("the end (a chain a = b = c is written as two relations)")
    check_depth(lhs, MAX_DEPTH)
    check_depth(rhs, MAX_DEPTH)
    return Relation(lhs, op.text, rhs)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.nesting = 0

    def peek(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def accept(self, *ops: str) -> str:
        token = self.peek()
        if token.kind == "op" and token.text in ops:
            self.at += 1
            return token.text
        return ""

    def error(self, token: Token, message: str) -> Exception:
        found = repr(token.text) if token.kind != "end" else "the end"
        return error_at(self.text, token.start, f"{message}, found {found}")

    def expect(self, op: str, why: str) -> None:
        if not self.accept(op):
            raise self.error(self.peek(), f"expected {op!r} {why}")

    def finish(self, expected: str) -> None:
        if self.peek().kind != "end":
            raise self.error(self.peek(), f"expected {expected}")

    def deeper(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            where = self.peek().start
            raise error_at(self.text, where, f"more than {MAX_NESTING} nested brackets, signs or powers")

    def sum(self) -> Node:
        self.deeper()
        sign = -1 if self.accept("+", "-") == "-" else 1
        terms, signs = [self.product()], [sign]
        while op := self.accept("+", "-"):
            terms.append(self.product())
            signs.append(-1 if op == "-" else 1)
        self.nesting -= 1
        if len(terms) > 1:
            return Add(tuple(terms), tuple(signs))
        return Neg(terms[0]) if sign < 0 else terms[0]

    def product(self) -> Node:
        factors = [self.signed()]
        while op := self.accept("*", "/", "//"):
            right = self.signed()
            if op == "*":
                factors.append(right)
            else:
                factors = [Div(_product(factors), right, slash=op == "//")]
        return _product(factors)

    def signed(self) -> Node:
        if self.accept("-"):
            self.deeper()
            node: Node = Neg(self.signed())
            self.nesting -= 1
            return node
        base = self.atom()
        if not self.accept("^", "**"):
            return base
        self.deeper()
        node = Pow(base, self.signed())
        self.nesting -= 1
        return node

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
        raise self.error(token, "expected a number, a name or a bracket")

    def call(self, name: Token) -> Node:
        if name.text == "sum":
            return self.indexed_sum()
        args = [self.sum()]
        while self.accept(","):
            args.append(self.sum())
        self.expect(")", f"or ',' in the arguments of {name.text}")
        if name.text != "integral":
            return Call(name.text, tuple(args))
        if len(args) != 4 or not isinstance(args[1], Name):
            raise self.error(name, "expected integral(body, variable, from, to)")
        return Integral(args[0], args[1].name, args[2], args[3])

    def indexed_sum(self) -> Node:
        index = self.take()
        if index.kind != "name":
            raise self.error(index, "expected an index name: sum(j, (S, M), body)")
        self.expect(",", "after the index")
        self.expect("(", "around the values of the index")
        values: list[str] = []
        while True:
            token = self.take()
            if token.kind not in ("name", "number") or (token.kind == "number" and not token.text.isdigit()):
                raise self.error(token, "expected a name or a whole number as a value of the index")
            values.append(token.text)
            if len(values) > MAX_VALUES:
                raise self.error(token, f"expected at most {MAX_VALUES} values of an index")
            if not self.accept(","):
                break
        self.expect(")", "after the values of the index")
        self.expect(",", "before what is summed")
        body = self.sum()
        self.expect(")", "to close sum(")
        return Sum(index.text, tuple(values), body)


def _product(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))
