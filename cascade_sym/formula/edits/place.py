"""Where a sub-expression stands in a formula: its role, and the indices and variables bound there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Node, Pow, Sum
from cascade_sym.formula.walk import Path, children


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
    for i, kid in enumerate(children(node)):
        role, function, bound, dummies = "body", "", here.bound, here.dummies
        match node:
            case Add():
                role = "term"
            case Mul():
                role = "factor"
            case Div():
                role = ("numerator", "denominator")[i]
            case Pow():
                role = ("base", "exponent")[i]
            case Call(name, _):
                role, function = "argument", name
            case Sum(index, values, _):
                bound = {**bound, index: values}
            case Integral(_, var, _, _):
                if i:
                    continue
                dummies = dummies | {var}
        yield from places(kid, Place((*here.path, i), role, function, bound, dummies))
