"""Small constructions that edits are made of; they tidy only what they themselves put in."""

from __future__ import annotations

from collections.abc import Sequence

from cascade_sym.formula import ast
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Neg, Node, Number, Signed, Sum, added

ONE, TWO = Number("1"), Number("2")


def product(factors: Sequence[Node]) -> Node:
    """The product of `factors`: nested products joined, no factors giving 1, a lone one itself."""
    flat = [g for f in factors for g in (f.factors if isinstance(f, Mul) else (f,))]
    return ast.product(flat or [ONE])


def total(terms: Sequence[Signed]) -> Node:
    """The sum of signed terms; sums and signs that are terms themselves are joined in."""
    flat: list[Signed] = []
    for sign, t in terms:
        while isinstance(t, Neg):
            sign, t = -sign, t.arg
        flat += [(sign * s, u) for s, u in t.signed] if isinstance(t, Add) else [(sign, t)]
    return added(flat)


def doubled(node: Node) -> Node:
    """2*node, by removing a 1/2 where there is one."""
    match node:
        case Number(text) if text.isdigit():
            return Number(str(2 * int(text)))
        case Neg(arg):
            return Neg(doubled(arg))
        case Div(num, den, slash):
            if (less := _without_two(den)) is not None:
                return num if less == ONE else Div(num, less, slash)
            return Div(doubled(num), den, slash)
        case Mul((Number() | Div() as first, *rest)):
            return product([f for f in (doubled(first),) if f != ONE] + rest)
    return product([TWO, node])


def halved(node: Node) -> Node:
    """node/2, by removing a 2 where there is one."""
    match node:
        case Number(text) if text.isdigit():
            return Number(str(int(text) // 2)) if int(text) % 2 == 0 else Div(node, TWO)
        case Neg(arg):
            return Neg(halved(arg))
        case Div(num, den, slash):
            if (less := _without_two(num)) is not None:
                return Div(less, den, slash)
            return Div(num, doubled(den) if isinstance(den, Number | Mul) else product([TWO, den]), slash)
        case Mul(factors):
            if (less := _without_two(node)) is not None:
                return less
            if isinstance(factors[0], Div | Number):
                return product([halved(factors[0]), *factors[1:]])
    if isinstance(node, Sum | Integral | Add | Mul | Call):
        return product([Div(ONE, TWO), node])
    return Div(node, TWO)


def _without_two(node: Node) -> Node | None:
    """node/2 where a whole even number shows as (first factor of) node, else None."""
    match node:
        case Number(text) if text.isdigit() and int(text) > 0 and int(text) % 2 == 0:
            return Number(str(int(text) // 2))
        case Mul((Number() as first, *rest)) if (less := _without_two(first)) is not None:
            return product([f for f in (less,) if f != ONE] + rest)
    return None
