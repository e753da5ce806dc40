"""Moving over a tree: children, paths, replacement. A path is a tuple of child numbers from the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Mul, Name, Node, Number

Path = tuple[int, ...]


def children(node: Node) -> tuple[Node, ...]:
    """The direct sub-expressions of `node`, in written order: all its fields that are nodes or hold some."""
    found: list[Node] = []
    for field in node.__match_args__:
        part = getattr(node, field)
        if isinstance(part, Node):
            found.append(part)
        elif isinstance(part, tuple):
            found += [k for k in part if isinstance(k, Node)]
    return tuple(found)


def with_children(node: Node, kids: Sequence[Node]) -> Node:
    """`node` with its direct sub-expressions replaced by `kids` (as many as it has)."""
    rest = iter(kids)

    def renewed(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(renewed(p) for p in part)
        return next(rest) if isinstance(part, Node) else part

    return type(node)(*(renewed(getattr(node, field)) for field in node.__match_args__))


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
    layer = [node]
    for _ in range(limit):
        layer = [kid for n in layer for kid in children(n)]
    if layer:
        raise FormulaError(f"the formula is nested more than {limit} levels deep; name a part of it.")


def operations(node: Node) -> int:
    """How many operations are written: signs between terms, products, quotients, powers and calls.

    >>> from cascade_sym.formula.parser import parse
    >>> operations(parse("(a + b)^2/2 - sqrt(c)"))
    5
    """
    nodes = [n for _, n in walk(node) if not isinstance(n, Name | Number)]
    return sum(len(children(n)) - 1 if isinstance(n, Add | Mul) else 1 for n in nodes)
