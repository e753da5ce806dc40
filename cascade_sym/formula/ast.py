"""The tree of a written formula: plain data that keeps the order and the shape in which it was written.

No node simplifies anything: `b + a` and `a + b`, `1/2*x` and `x/2` are different trees with the same value.
The tree is written back as plain text by `to_text`, typeset by `latex`, given a value by `interpret` and changed by
`edits`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cascade_sym.errors import FormulaError


class Node:
    """Base of all nodes of a written expression."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()  # the fields

    def __str__(self) -> str:
        return to_text(self)


Signed = tuple[int, Node]
_SUM, _PRODUCT, _SIGNED, _ATOM = 1, 2, 3, 4  # how tightly plain text binds


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A nonnegative number exactly as written: `3`, `0.10`, `2.5e-3`."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A symbol, operator or constant (`pi`, `I`, `oo`) by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Neg(Node):
    """A lone leading minus: -arg. A minus inside a sum is a sign of `Add`."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Add(Node):
    """terms[0]*signs[0] + terms[1]*signs[1] + ..., signs being +1 or -1, at least two terms."""

    terms: tuple[Node, ...]
    signs: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.terms) < 2 or len(self.terms) != len(self.signs) or set(self.signs) - {1, -1}:
            raise FormulaError(
                f"a written sum needs at least two terms and one sign (+1 or -1) each; got {len(self.terms)} "
                f"terms and signs {self.signs}."
            )

    @property
    def signed(self) -> list[Signed]:
        """The terms with their signs."""
        return list(zip(self.signs, self.terms, strict=True))


@dataclass(frozen=True, slots=True)
class Mul(Node):
    """A written product of at least two factors, in order (operators do not commute)."""

    factors: tuple[Node, ...]

    def __post_init__(self) -> None:
        if len(self.factors) < 2:
            raise FormulaError(f"a written product needs at least two factors; got {len(self.factors)}.")


@dataclass(frozen=True, slots=True)
class Div(Node):
    """num/den; `slash` says that it is printed on one line (written `//`) and not as a fraction."""

    num: Node
    den: Node
    slash: bool = False


@dataclass(frozen=True, slots=True)
class Pow(Node):
    """base^exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """function(args): a mathematical function, a bracket such as comm(a, b), or a field at a time, b(t)."""

    function: str
    args: tuple[Node, ...]

    def __post_init__(self) -> None:
        if not self.args:
            raise FormulaError(f"the function {self.function!r} was written without an argument.")


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """The sum of `body` over `index` in `values` (names or whole numbers), see `walk`."""

    index: str
    values: tuple[str, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Integral(Node):
    """The integral of `body` over `var` from `lo` to `hi`."""

    body: Node
    var: str
    lo: Node
    hi: Node


@dataclass(frozen=True, slots=True)
class Relation:
    """lhs op rhs, with op one of SIGNS (`~=` is 'approximately equal') or of FURTHER, which only manuscripts have.

    FURTHER are identity, inequality, order of magnitude, proportionality, limit, much smaller or greater, membership.
    `given` are the conditions under which it is stated.
    """

    SIGNS: ClassVar[tuple[str, ...]] = ("=", "~=", ":=", "<", "<=", ">", ">=")
    FURTHER: ClassVar[tuple[str, ...]] = ("==", "!=", "~", "prop", "->", "<<", ">>", "<~", ">~", "in")
    lhs: Node
    op: str
    rhs: Node
    given: tuple[Node, ...] = ()

    def __post_init__(self) -> None:
        if self.op not in (*self.SIGNS, *self.FURTHER):
            known = ", ".join((*self.SIGNS, *self.FURTHER))
            raise FormulaError(f"unknown relation {self.op!r}; known are {known}.")

    def __str__(self) -> str:
        conditions = f" if {', '.join(map(to_text, self.given))}" if self.given else ""
        return f"{self.lhs} {self.op} {self.rhs}{conditions}"


def product(factors: Sequence[Node]) -> Node:
    """The product of `factors`; a lone one is itself."""
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def added(terms: Sequence[Signed]) -> Node:
    """The sum of signed terms; a lone one is itself or its negative."""
    if len(terms) > 1:
        return Add(tuple(t for _, t in terms), tuple(s for s, _ in terms))
    ((sign, term),) = terms
    return term if sign > 0 else Neg(term)


def negated(node: Node) -> Node:
    """-node, by flipping signs that are there."""
    if isinstance(node, Neg):
        return node.arg
    return added([(-s, t) for s, t in node.signed]) if isinstance(node, Add) else Neg(node)


def to_text(node: Node) -> str:
    """The plain text of `node`, with the brackets that its shape needs; `parse` reads it as `node` again.

    >>> from cascade_sym.formula import parse
    >>> to_text(parse("(a+b)/(2*c) - -x^2"))
    '(a + b)/(2*c) - -x^2'
    """
    return _text(node)[0]


def _text(node: Node) -> tuple[str, int]:
    match node:
        case Number(text):
            return text, _ATOM
        case Name(name):
            return name, _ATOM
        case Neg(arg):
            return "-" + _within(arg, _PRODUCT), _SUM
        case Add(terms, signs):
            out = "-" if signs[0] < 0 else ""
            out += _within(terms[0], _PRODUCT)
            for t, s in zip(terms[1:], signs[1:], strict=True):
                out += (" - " if s < 0 else " + ") + _signed(t, _PRODUCT)
            return out, _SUM
        case Mul(factors):
            first = factors[0]
            # a*b/c*d reads left to right, so a leading Div needs no bracket but a leading Mul does.
            head = _within(first, _SIGNED if isinstance(first, Mul) else _PRODUCT)
            return "*".join([head, *(_signed(f, _SIGNED) for f in factors[1:])]), _PRODUCT
        case Div(num, den, slash):
            return _within(num, _PRODUCT) + ("//" if slash else "/") + _signed(den, _SIGNED), _PRODUCT
        case Pow(base, exponent):
            return _within(base, _ATOM) + "^" + _signed(exponent, _SIGNED), _SIGNED
        case Call(function, args):
            return f"{function}({', '.join(to_text(a) for a in args)})", _ATOM
        case Sum(index, values, body):
            return f"sum({index}, ({', '.join(values)}), {to_text(body)})", _ATOM
        case Integral(body, var, lo, hi):
            return f"integral({to_text(body)}, {var}, {to_text(lo)}, {to_text(hi)})", _ATOM
    raise TypeError(f"not a formula node: {type(node).__name__}")


def _within(node: Node, level: int) -> str:
    text, own = _text(node)
    return text if own >= level else f"({text})"


def _signed(node: Node, level: int) -> str:
    """As `_within`, where a minus directly before a single operand needs no bracket: a*-b."""
    if isinstance(node, Neg) and _text(node.arg)[1] >= _SIGNED:
        return _text(node)[0]
    return _within(node, level)
