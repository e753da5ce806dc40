"""Operators as written formulas: linear forms, normally ordered polynomials, formal integrals over them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.formula import Add, Integral, Mul, Neg, Node, Number
from cascade_sym.formula.notation import scripts
from cascade_sym.latex.integrals import integrations, measure
from cascade_sym.latex.monomials import common, join, split, without
from cascade_sym.latex.written import Writer
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, as_operator

_SIDEBAND = re.compile(r"(?<=\w)[+-](?=$|\()|(?<=_)[pm](?=$|[_A-Z(])")
Monomial = tuple[Op, ...]
Term = tuple[Monomial, Expr]
Signed = tuple[int, Node]


def operator_node(
    value: LinearForm | OperatorPolynomial, writer: Writer, *, first: Sequence[str] = ()
) -> Node:
    """A sum of coefficient times operators.

    Terms follow the notation's order; without hints they keep the order in which the value holds them.
    Operators named in `first` come before. Light of one port is written with its common factor before a
    bracket, -i(sqrt(Gamma_B) b_- + sqrt(Gamma_P) b_+^dagger); terms under one integral share its sign.
    """
    terms = list(as_operator(value).terms.items())
    pieces: list[Signed] = []
    for symbols, group in _by_integral(_ordered(terms, writer, first)):
        pieces += _integral(symbols, group, writer) if symbols else _plain(group, writer)
    return _sum(pieces)


def _sum(pieces: Sequence[Signed]) -> Node:
    if not pieces:
        return Number("0")
    if len(pieces) == 1:
        sign, node = pieces[0]
        return node if sign > 0 else Neg(node)
    return Add(tuple(n for _, n in pieces), tuple(s for s, _ in pieces))


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
    """An operator without its sideband (S.in+, b_p and b_pM are read so); products stand for themselves."""
    return _SIDEBAND.sub("", term[0][0].name) if len(term[0]) == 1 else repr(term[0])


def _plain(terms: Iterable[Term], writer: Writer) -> list[Signed]:
    """Terms without integrals, neighbours that are sidebands of one port together."""
    out: list[Signed] = []
    for _, group in groupby(terms, _port):
        members = list(group)
        joined = _joined(members, writer) if len(members) > 1 else None
        out += [joined] if joined else [_term(m, c, writer) for m, c in members]
    return out


def _joined(group: list[Term], writer: Writer, *, free_of: Symbol | None = None) -> Signed | None:
    """A group with its common factor before a bracket; None where there is none."""
    parts = [split(c, primitive=False) for _, c in group]
    shared = {b: k for b, k in common([p for _, p in parts]).items() if free_of not in b.free_symbols}
    if not shared:
        return None
    lead = -1 if parts[0][0] < 0 else 1
    inner = []
    for (m, _), (c, p) in zip(group, parts, strict=True):
        sign, node = _term(m, join(c, without(p, shared)), writer)
        inner.append((sign * lead, node))
    outer, node = writer.signed(join(sp.S.One, shared))
    return lead * outer, Mul((node, _sum(inner)))


def _by_integral(terms: list[Term]) -> list[tuple[tuple[Symbol, ...], list[Term]]]:
    """Terms by the integrations in their coefficients, those without first."""
    groups: dict[tuple[Symbol, ...], list[Term]] = {(): []}
    for m, c in terms:
        found, rest = integrations(c)
        groups.setdefault(found, []).append((m, rest))
    return [(k, g) for k, g in groups.items() if g]


def _integral(symbols: tuple[Symbol, ...], group: list[Term], writer: Writer) -> list[Signed]:
    """Integrals over a sum of operators; one common factor that does not depend on the variable stands before."""
    variable, lo, hi = measure(symbols[-1], writer)
    parts = [split(c, primitive=False) for _, c in group]
    shared = {b: k for b, k in common([p for _, p in parts]).items() if Symbol(variable) not in b.free_symbols}
    numbers = {abs(c) for c, _ in parts}
    front = join(numbers.pop() if len(numbers) == 1 else sp.S.One, shared)
    lead = -1 if all(c < 0 for c, _ in parts) else 1
    inside = [(m, lead * c / front) for m, c in group]
    body = _sum([_term(m, c, writer) for m, c in inside])
    node: Node = Integral(body, variable, lo, hi)
    for s in reversed(symbols[:-1]):
        node = Integral(node, *measure(s, writer))
    if front == 1:
        return [(lead, node)]
    sign, before = writer.signed(front)
    return [(lead * sign, Mul((before, node)))]


def _term(monomial: Monomial, coefficient: Expr, writer: Writer) -> Signed:
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
