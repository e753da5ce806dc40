"""Moving over a tree: children, paths, replacement. A path is a tuple of child numbers from the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Node, Pow, Sum

Path = tuple[int, ...]


def children(node: Node) -> tuple[Node, ...]:
    """The direct sub-expressions of `node`, in written order."""
    match node:
        case Neg(arg):
            return (arg,)
        case Add(terms, _):
            return terms
        case Mul(factors):
            return factors
        case Div(num, den, _):
            return (num, den)
        case Pow(base, exponent):
            return (base, exponent)
        case Call(_, args):
            return args
        case Sum(_, _, body):
            return (body,)
        case Integral(body, _, lo, hi):
            return (body, lo, hi)
        case _:
            return ()


def with_children(node: Node, kids: tuple[Node, ...]) -> Node:
    """`node` with its direct sub-expressions replaced by `kids` (as many as it has)."""
    match node:
        case Neg():
            return Neg(*kids)
        case Add(_, signs):
            return Add(kids, signs)
        case Mul():
            return Mul(kids)
        case Div(_, _, slash):
            return Div(kids[0], kids[1], slash)
        case Pow():
            return Pow(*kids)
        case Call(function, _):
            return Call(function, kids)
        case Sum():
            return replace(node, body=kids[0])
        case Integral(_, var, _, _):
            return Integral(kids[0], var, kids[1], kids[2])
        case _:
            return node


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every sub-expression with its path, parents before children, left to right."""
    yield path, node
    for i, kid in enumerate(children(node)):
        yield from walk(kid, (*path, i))


def at(node: Node, path: Path) -> Node:
    """The sub-expression at `path`."""
    for i in path:
        node = children(node)[i]
    return node


def replace_at(node: Node, path: Path, new: Node) -> Node:
    """`node` with the sub-expression at `path` replaced by `new`."""
    if not path:
        return new
    kids = children(node)
    i = path[0]
    return with_children(node, (*kids[:i], replace_at(kids[i], path[1:], new), *kids[i + 1 :]))


def rewrite(node: Node, change: Callable[[Node], Node]) -> Node:
    """`change` applied to every sub-expression, children first."""
    kids = children(node)
    new = tuple(rewrite(k, change) for k in kids)
    return change(node if new == kids else with_children(node, new))


def names_in(node: Node) -> tuple[str, ...]:
    """Names of symbols in `node` (not of functions), in order of first appearance.

    >>> from cascade_sym.formula import parse
    >>> names_in(parse("b + a*sin(b)"))
    ('b', 'a')
    """
    return tuple(dict.fromkeys(n.name for _, n in walk(node) if isinstance(n, Name)))


def check_depth(node: Node, limit: int) -> None:
    """FormulaError when the tree is deeper than `limit` (without recursion, so that it cannot overflow)."""
    layer: list[Node] = [node]
    depth = 0
    while layer:
        depth += 1
        if depth > limit:
            raise FormulaError(f"the formula is nested more than {limit} levels deep; name a part of it.")
        layer = [kid for n in layer for kid in children(n)]


def operations(node: Node) -> int:
    """How many operations are written: signs between terms, products, quotients, powers and calls.

    >>> from cascade_sym.formula.parser import parse
    >>> operations(parse("(a + b)^2/2 - sqrt(c)"))
    5
    """
    count = 0
    for _, n in walk(node):
        match n:
            case Add(parts, _) | Mul(parts):
                count += len(parts) - 1
            case Neg() | Div() | Pow() | Call() | Sum() | Integral():
                count += 1
    return count
