"""Where a sub-expression stands in a formula: its role, and the indices and variables bound there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Node, Pow, Sum
from cascade_sym.formula.walk import Path, children

_ROLES: dict[type[Node], tuple[str, ...]] = {
    Add: ("term",), Mul: ("factor",), Div: ("numerator", "denominator"), Pow: ("base", "exponent"), Call: ("argument",)
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """`role`: 'whole', 'term', 'factor', 'numerator', 'denominator', 'base', 'exponent', 'argument', 'body'.

    `function` is the function whose argument it is, `bound` the indices of the sums around with their values,
    `dummies` the integration variables around.
    """

    path: Path = ()
    role: str = "whole"
    function: str = ""
    bound: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dummies: frozenset[str] = frozenset()


def places(node: Node, place: Place | None = None) -> Iterator[tuple[Place, Node]]:
    """Every sub-expression that an edit may touch with its place; limits of integrals are left alone."""
    here = place or Place()
    yield here, node
    roles = _ROLES.get(type(node), ("body",))
    for i, kid in enumerate(children(node)):
        function, bound, dummies = "", here.bound, here.dummies
        match node:
            case Call(name, _):
                function = name
            case Sum(index, values, _):
                bound = {**bound, index: values}
            case Integral(_, var, _, _):
                if i:
                    continue
                dummies = dummies | {var}
        yield from places(kid, Place((*here.path, i), roles[i % len(roles)], function, bound, dummies))
