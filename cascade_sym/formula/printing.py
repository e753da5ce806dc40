"""What the printer asks of nodes, and templates filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Mul, Name, Node, Number, Pow
from cascade_sym.formula.lettering import CONSTANTS
from cascade_sym.program import COMMANDS

STARS = {"conj": "*", "dag": "\\dagger"}


@dataclass(frozen=True, slots=True)
class Marked(Node):
    """A sub-expression printed in red; with `sign`, the sign of the term before it too."""

    arg: Node
    sign: bool = False


def filled(template: str, f: str, args: list[str]) -> str:
    def fill(m: re.Match[str]) -> str:
        i = int(m.group(1))
        if not 1 <= i <= len(args):
            raise FormulaError(f"the template of {f} uses #{i}; it was written with {len(args)} argument(s).")
        return args[i - 1]

    return re.sub(r"#(\d)", fill, template)


def counted(values: Sequence[str]) -> bool:
    """Whether the values of an index are consecutive whole numbers."""
    numbers = [int(v) for v in values if v.isdigit()]
    return len(numbers) == len(values) and numbers == [*range(numbers[0], numbers[-1] + 1)]


def flat(node: Mul) -> list[Node]:
    return [g for f in node.factors for g in (flat(f) if isinstance(f, Mul) else [f])]


def unmarked(node: Node) -> Node:
    return node.arg if isinstance(node, Marked) else node


def is_bare(node: Node) -> bool:
    """Whether `node` is a function such as sin: it may have a bare argument, and it ends one before it."""
    node = unmarked(node)
    if isinstance(node, Pow) and isinstance(node.exponent, Number):
        node = node.base
    return isinstance(node, Call) and node.function in COMMANDS


def is_symbol(node: Node) -> bool:
    if isinstance(node, Pow):
        node = node.base
    elif isinstance(node, Call) and node.function in STARS:
        node = node.args[0]
    node = unmarked(node)
    return isinstance(node, Name) and node.name not in CONSTANTS
