"""Operators as written formulas: linear forms and normally ordered polynomials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import sympy as sp
from sympy import Expr

from cascade_sym.formula import Add, Mul, Neg, Node, Number
from cascade_sym.formula.notation import scripts
from cascade_sym.latex.monomials import common, join, split, without
from cascade_sym.latex.written import Writer
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial

Monomial = tuple[Op, ...]
Term = tuple[Monomial, Expr]


def operator_node(value: LinearForm | OperatorPolynomial, writer: Writer, *, first: Sequence[str] = ()) -> Node:
    """A sum of coefficient times operators.

    Terms follow the notation's order; without hints they keep the order in which the value holds them. Operators
    named in `first` come before. Light of one port is written with its common factor before a bracket,
    -i(sqrt(Gamma_B) b_- + sqrt(Gamma_P) b_+^dagger).
    """
    terms = [((o,), c) for o, c in value] if isinstance(value, LinearForm) else list(value.terms.items())
    if not terms:
        return Number("0")
    signs, nodes = [], []
    for group in _grouped(_ordered(terms, writer, first)):
        sign, node = _group(group, writer)
        signs.append(sign)
        nodes.append(node)
    if len(nodes) == 1:
        return nodes[0] if signs[0] > 0 else Neg(nodes[0])
    return Add(tuple(nodes), tuple(signs))


def _ordered(terms: list[Term], writer: Writer, first: Sequence[str]) -> list[Term]:
    hints = [*first, *writer.notation.order]

    seen: dict[str, int] = {}
    for t in terms:
        seen.setdefault(_port(t), len(seen))

    def place(term: Term) -> tuple[int, int, bool]:
        names = [hints.index(o.name) for o in term[0] if o.name in hints]
        return (min(names, default=len(hints)), seen[_port(term)], len(term[0]) == 0)

    return sorted(terms, key=place)


def _port(term: Term) -> str:
    """The port whose light a term is, without the sideband; other terms stand for themselves."""
    name = term[0][0].name if len(term[0]) == 1 else ""
    return name[:-1] if "." in name and name[-1] in "+-" else repr(term[0])


def _grouped(terms: Iterable[Term]) -> Iterable[list[Term]]:
    """Neighbours that are the two sidebands of one port, together."""
    for _, group in groupby(terms, _port):
        yield list(group)


def _group(group: list[Term], writer: Writer) -> tuple[int, Node]:
    if len(group) > 1:
        parts = [split(c, primitive=False) for _, c in group]
        shared = common([p for _, p in parts])
        front = join(sp.S.One, shared)
        sign, inner, signs = (-1 if parts[0][0] < 0 else 1), [], []
        for (m, _), (c, p) in zip(group, parts, strict=True):
            s, node = _term(m, join(c, without(p, shared)), writer)
            inner.append(node)
            signs.append(s * sign)
        total: Node = Add(tuple(inner), tuple(signs))
        if front == 1:
            return sign, total
        outer, node = writer.signed(front)
        return sign * outer, Mul((node, total))
    ((m, c),) = group
    return _term(m, c, writer)


def _term(monomial: Monomial, coefficient: Expr, writer: Writer) -> tuple[int, Node]:
    sign, node = writer.signed(coefficient)
    operators = _monomial(monomial, writer)
    if not operators:
        return sign, node
    kept = [] if node == Number("1") else [node]
    factors = (*kept, *operators)
    return sign, factors[0] if len(factors) == 1 else Mul(factors)


def _monomial(monomial: Monomial, writer: Writer) -> list[Node]:
    out = []
    for o, same in groupby(monomial):
        k = len(list(same))
        latex = writer.notation.operator(o)
        out.append(writer.verbatim(latex if k == 1 else _power(latex, k)))
    return out


def _power(latex: str, k: int) -> str:
    nucleus, primes, sub, sup = scripts(latex)
    if sup or "(" in nucleus:
        return f"({latex})^{{{k}}}"
    return nucleus + (f"_{sub}" if sub else "") + primes + f"^{{{k}}}"
