"""Edits of which symbol is written: index letters, similar names, sin and cos, daggers and conjugates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Node
from cascade_sym.formula.edits.arithmetic import Change
from cascade_sym.formula.edits.vocabulary import Vocabulary
from cascade_sym.formula.walk import Place, at, children, places, replace_at

PARTNERS = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "Re": "Im", "Im": "Re"}
STARS = ("dag", "conj")


def _symbol(node: Node, place: Place, vocabulary: Vocabulary) -> str:
    """The name that `node` shows: a symbol's, or that of a field written as a function."""
    if isinstance(node, Name) and node.name not in place.dummies:
        return node.name
    if isinstance(node, Call) and vocabulary.knows(node.function, place.bound):
        return node.function
    return ""


def _renamed(node: Node, name: str) -> Node:
    return replace(node, function=name) if isinstance(node, Call) else Name(name)


def index_letters(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """One subscript letter of one name exchanged for its partner."""
    if name := _symbol(node, place, vocabulary):
        for old, new, changed in vocabulary.swapped(name, place.bound):
            yield f"{old} replaced by {new} in '{name}'", _renamed(node, changed)


def index_letters_throughout(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """Two letters exchanged in all names of the formula, or of one term, factor or argument."""
    if place.role not in ("whole", "term", "factor", "argument", "numerator", "denominator", "body"):
        return
    for swap in vocabulary.swaps:
        changed, count = node, 0
        for here, part in places(node, Place(bound=place.bound, dummies=place.dummies)):
            if name := _symbol(part, here, vocabulary):
                new = vocabulary.exchanged(name, swap, here.bound)
                if new != name:
                    count += 1
                    changed = replace_at(changed, here.path, _renamed(at(changed, here.path), new))
        if count > 1:
            yield f"{swap[0]} and {swap[1]} exchanged in '{node}'", changed


def similar_names(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A name replaced by a known one that is one letter away."""
    if name := _symbol(node, place, vocabulary):
        same_kind = name in vocabulary.operators
        for new in vocabulary.similar(name):
            if (new in vocabulary.operators) == same_kind:
                yield f"'{name}' replaced by '{new}'", _renamed(node, new)


def siblings(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """Two names that stand side by side exchanged, where the order matters."""
    kids = children(node) if isinstance(node, Add | Call | Mul) else ()
    for (i, one), (k, two) in combinations(enumerate(kids), 2):
        if not (isinstance(one, Name) and isinstance(two, Name)) or one == two:
            continue
        same_sign = isinstance(node, Add) and node.signs[i] == node.signs[k]
        operators = all(vocabulary.is_operator(n.name, place.bound) for n in (one, two))
        scalars = isinstance(node, Mul) and not operators
        if not (same_sign or scalars):
            yield f"'{one}' and '{two}' exchanged", replace_at(replace_at(node, (i,), two), (k,), one)
    if isinstance(node, Add):
        yield from _crossed(node, vocabulary)


def _crossed(node: Add, vocabulary: Vocabulary) -> Iterator[Change]:
    """Scalar factors of two neighbouring terms exchanged: a*x + b*y -> b*x + a*y."""
    for i, (one, two) in enumerate(pairwise(node.terms)):
        if not (isinstance(one, Mul) and isinstance(two, Mul)) or len(one.factors) != len(two.factors):
            continue
        a, b = one.factors[0], two.factors[0]
        if a != b and not isinstance(a, Div) and not isinstance(b, Div):
            yield f"'{a}' and '{b}' exchanged", replace_at(replace_at(node, (i, 0), b), (i + 1, 0), a)


def functions(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """sin and cos (and their like) exchanged."""
    if isinstance(node, Call) and node.function in PARTNERS:
        partner = PARTNERS[node.function]
        yield f"{node.function} replaced by {partner} in '{node}'", Call(partner, node.args)


def conjugates(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A dagger or a conjugate dropped, or put on an operator or a complex name."""
    if isinstance(node, Call) and node.function in STARS and len(node.args) == 1:
        word = "dagger" if node.function == "dag" else "conjugate"
        yield f"the {word} on '{node.args[0]}' dropped", node.args[0]
    if place.function in STARS:
        return
    name = node.function if isinstance(node, Call) else node.name if isinstance(node, Name) else ""
    if name and vocabulary.is_operator(name, place.bound):
        yield f"a dagger put on '{node}'", Call("dag", (node,))
    elif name and vocabulary.is_complex(name, place.bound):
        yield f"a conjugate put on '{node}'", Call("conj", (node,))
    elif isinstance(node, Call) and name in vocabulary.functions:
        yield f"a conjugate put on '{node}'", Call("conj", (node,))
        yield f"a dagger put on '{node}'", Call("dag", (node,))
