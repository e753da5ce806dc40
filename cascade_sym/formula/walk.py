"""Moving over a tree: children, paths, places, replacement; how large it is; writing its sums out.

A path is a tuple of child numbers from the root. Under a sum a name is split at its underscores; each part after the
first is a subscript. The index `j` is replaced where it is the whole symbol (`j`) or the start of a subscript: `a_j`,
`Gamma_jB`, `gamma_j0`, `a_j_in`, `X_cos_j`, and likewise in function names and primed names. A subscript that is one of
WORDS is never an index with something after it: `b_in` stays `b_in` under a sum over i.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import comb
from typing import Any

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Node, Number, Pow, Sum, added

Path = tuple[int, ...]
MAX_TERMS = 200_000  # of a formula multiplied out: beyond, its value would not end
_ROLES: dict[type[Node], tuple[str, ...]] = {
    Add: ("term",), Mul: ("factor",), Div: ("numerator", "denominator"), Pow: ("base", "exponent"), Call: ("argument",)
}  # fmt: skip
WORDS = frozenset(
    """
    in out int ext eff opt cos sin max min tot th vac ba om est add sig diss cond ss id ref loc
    det light
""".split()
)


def children(node: Node) -> tuple[Node, ...]:
    """The direct sub-expressions of `node`, in written order: all its fields that are nodes or hold some."""
    parts = (getattr(node, name) for name in node.__match_args__)
    several = (part if isinstance(part, tuple) else (part,) for part in parts)
    return tuple(k for part in several for k in part if isinstance(k, Node))


def with_children(node: Node, kids: Sequence[Node]) -> Node:
    """`node` with its direct sub-expressions replaced by `kids` (as many as it has)."""
    rest = iter(kids)

    def renewed(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(renewed(p) for p in part)
        return next(rest) if isinstance(part, Node) else part

    return type(node)(*(renewed(getattr(node, name)) for name in node.__match_args__))


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every sub-expression with its path, parents before children, left to right."""
    yield path, node
    for i, kid in enumerate(children(node)):
        yield from walk(kid, (*path, i))


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


def require_small(node: Node) -> None:
    """FormulaError for a formula of more than about MAX_TERMS terms when multiplied out.

    >>> from cascade_sym.formula import parse
    >>> require_small(parse("(a + b + c)^2000"))
    Traceback (most recent call last):
    ...
    cascade_sym.errors.FormulaError: the formula has more than 200000 terms when multiplied out; write it shorter.
    """
    if terms(node, MAX_TERMS) > MAX_TERMS:
        raise FormulaError(f"the formula has more than {MAX_TERMS} terms when multiplied out; write it shorter.")


def terms(node: Node, limit: int = MAX_TERMS) -> int:
    """The number of terms of a formula multiplied out, names counted as one; `limit + 1` stands for more."""
    kids = [terms(k, limit) for k in children(node)]
    match node:
        case Add():
            n = sum(kids)
        case Mul() | Div():
            n = 1
            for k in kids:
                n = min(n * k, limit + 1)
        case Pow(_, Number(text)) if text.isdigit():
            power = min(int(text[:9]), 10**6)
            n = comb(kids[0] + power - 1, power) if kids[0] > 1 and power < 10**4 else kids[0] * (power or 1)
        case _:
            n = max(kids, default=1)
    return min(n, limit + 1)


def indexed(name: str, index: str, value: str) -> str:
    """`name` with the index letter replaced (module docstring).

    >>> indexed("Gamma_jB", "j", "S"), indexed("a_j_in'", "j", "M"), indexed("b_in", "i", "1")
    ('Gamma_SB', "a_M_in'", 'b_in')
    """
    bare = name.rstrip("'")
    primes = name[len(bare) :]
    if bare == index:
        return value + primes
    head, *subs = bare.split("_")
    new = [s if s in WORDS or not s.startswith(index) else value + s[len(index) :] for s in subs]
    return "_".join([head, *new]) + primes


def substitute_index(node: Node, index: str, value: str) -> Node:
    """`node` with the index replaced by one value; an inner sum over the same letter keeps its own.

    >>> from cascade_sym.formula import parse
    >>> str(substitute_index(parse("gamma_j0 - Gamma_j*cos(2*theta_j)"), "j", "S"))
    'gamma_S0 - Gamma_S*cos(2*theta_S)'
    """
    match node:
        case Name(name):
            new = indexed(name, index, value)
            return Number(new) if new.isdigit() else Name(new)
        case Sum(own, _, _) if own == index:
            return node
        case Sum(bound, _, body) | Integral(body, bound, _, _) if bound == value and _holds(body, index):
            raise FormulaError(f"the index {index!r} takes the value {value!r}, which is bound inside; rename one.")
    node = with_children(node, [substitute_index(k, index, value) for k in children(node)])
    if isinstance(node, Call):
        return replace(node, function=indexed(node.function, index, value))
    if isinstance(node, Integral):
        return replace(node, var=indexed(node.var, index, value))
    return node


def _holds(node: Node, index: str) -> bool:
    """Whether a name in a formula has the index."""
    names = (n.name if isinstance(n, Name) else n.function for _, n in walk(node) if isinstance(n, Name | Call))
    return any(indexed(name, index, "") != name for name in names)


def written_out(node: Sum) -> Node:
    """The sum as an explicit `Add` (or its single term).

    >>> from cascade_sym.formula import parse
    >>> str(written_out(parse("sum(j, (S, M), g_j*a_j)")))
    'g_S*a_S + g_M*a_M'
    """
    if not node.values:
        raise FormulaError(f"the sum over {node.index!r} has no values to sum over.")
    return added([(1, substitute_index(node.body, node.index, v)) for v in node.values])
