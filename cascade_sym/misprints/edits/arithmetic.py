"""Edits of signs, numbers, factors, powers and terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cascade_sym.formula import ast
from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Number, Pow, Signed, added, negated
from cascade_sym.formula.walk import Path, Place, places, replace_at
from cascade_sym.misprints.edits.exchanges import Change, Vocabulary
from cascade_sym.program import ANALYTIC

SCALAR = ("sqrt", "root", *ANALYTIC)
# Functions whose sign is the sign of their argument, or that do not see it.
_LINEAR = (
    "dag", "conj", "hc", "mean", "Var", "sym", "comm", "anticomm", "ddt", "dot", "Re", "Im", "abs", "sgn"
)  # fmt: skip
_SQUARABLE = (*SCALAR, "abs", "Var", "sym", "mean")
ONE, TWO = Number("1"), Number("2")


def signs(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """One sign flipped: of the whole, a term, an argument, an exponent, or of I."""
    if isinstance(node, Add):
        for i, term in enumerate(node.terms):
            flipped = (*node.signs[:i], -node.signs[i], *node.signs[i + 1 :])
            yield f"the sign of '{term}' flipped", Add(node.terms, flipped)
    if place.role == "whole":
        yield "the sign of the whole flipped", negated(node)
    if place.role == "argument" and place.function not in _LINEAR:
        yield f"the sign of the argument of {place.function} flipped", negated(node)
    elif place.role == "exponent":
        yield "the sign of the exponent flipped", negated(node)
    elif isinstance(node, Neg) and place.role not in ("whole", "exponent"):
        yield f"the minus before '{node.arg}' dropped", node.arg
    if node == Name("I") and place.role != "whole":
        yield "I replaced by -I", Neg(node)


def factors_of_two(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A factor 2 or 1/2 on the whole, a term, an argument or the base of a power."""
    argument = place.role == "argument" and place.function in SCALAR
    base = place.role == "base" and not isinstance(node, Number)
    if argument or base or place.role in ("whole", "term"):
        yield f"a factor 2 on '{node}'", doubled(node)
        yield f"a factor 1/2 on '{node}'", halved(node)


def names_doubled(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """One name doubled or halved in all its places (kappa written for kappa/2)."""
    if place.role != "whole":
        return
    spots: dict[str, list[Path]] = {}
    for here, part in places(node):
        if isinstance(part, Name) and part.name not in here.dummies:
            spots.setdefault(part.name, []).append(here.path)
    for name, paths in spots.items():
        if len(paths) < 2 or name in ("pi", "I", "oo") or vocabulary.is_operator(name):
            continue
        for what, new in ((f"2*{name}", Mul((TWO, Name(name)))), (f"{name}/2", Div(Name(name), TWO))):
            changed = node
            for path in paths:
                changed = replace_at(changed, path, new)
            yield f"'{name}' replaced by '{what}' throughout", changed


def powers(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """x^2 -> x, x -> x^2, and whole exponents one up or down."""
    if isinstance(node, Pow) and isinstance(node.exponent, Number) and node.exponent.text.isdigit():
        n = int(node.exponent.text)
        if n == 2:
            yield f"the square of '{node.base}' dropped", node.base
        yield f"the power of '{node.base}' one up", Pow(node.base, Number(str(n + 1)))
        if n > 2:
            yield f"the power of '{node.base}' one down", Pow(node.base, Number(str(n - 1)))
        return
    if place.role in ("base", "exponent"):
        return
    name = isinstance(node, Name) and squarable(node.name, place, vocabulary)
    value = isinstance(node, Call) and (node.function in _SQUARABLE or node.function in vocabulary.functions)
    bracket = isinstance(node, Add) and place.role in ("factor", "numerator", "denominator")
    if name or value or bracket:
        yield f"'{node}' squared", Pow(node, TWO)


def squarable(name: str, place: Place, vocabulary: Vocabulary) -> bool:
    """Whether a name is a scalar of which a power or a root makes sense."""
    if name in ("I", "oo") or vocabulary.is_operator(name, place.bound) or name in place.dummies:
        return False
    return place.role in ("whole", "term", "factor", "numerator", "denominator") or place.function in SCALAR


def numbers(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A whole number one up or down."""
    if isinstance(node, Number) and node.text.isdigit() and place.role != "exponent":
        n = int(node.text)
        yield f"{n} replaced by {n + 1}", Number(str(n + 1))
        if n > 2 or (n == 2 and place.role == "term"):
            yield f"{n} replaced by {n - 1}", Number(str(n - 1))


def dropped_terms(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """One term of a sum dropped, or the conjugate part of hc(...)."""
    if isinstance(node, Add):
        for i, (_, term) in enumerate(node.signed):
            yield f"the term '{term}' dropped", total(node.signed[:i] + node.signed[i + 1 :])
    if isinstance(node, Call) and node.function == "hc":
        yield "the Hermitian conjugate dropped", node.args[0]


def added_terms(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A term put to a sum, or to what may have been one, from those that may be missing."""
    argument = place.role == "argument" and place.function in SCALAR
    bracket = place.role == "factor" and isinstance(node, Neg | Name) and squarable(str(node), place, vocabulary)
    if isinstance(node, Add) or argument or bracket or place.role in ("whole", "numerator", "denominator", "base"):
        for term in vocabulary.terms:
            for sign, written in ((1, term), (-1, Neg(term))):
                where = "in" if place.role == "whole" else f"to '{node}'"
                yield f"the term '{written}' put {where}", total([(1, node), (sign, term)])


def added_factors(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A factor put to a term, or below it, from those that may be missing."""
    if place.role in ("whole", "term"):
        for factor in vocabulary.factors:
            yield f"the factor '{factor}' put to '{node}'", product([node, factor])
            yield f"'{node}' divided by '{factor}'", Div(node, factor)


def dropped_factors(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """One factor, denominator or numerator dropped, or a fraction turned upside down."""
    if isinstance(node, Mul):
        for i, factor in enumerate(node.factors):
            yield f"the factor '{factor}' dropped", product([*node.factors[:i], *node.factors[i + 1 :]])
    if isinstance(node, Div):
        if node.num == ONE:
            yield f"'{node}' turned upside down", node.den
        else:
            yield f"the denominator '{node.den}' dropped", node.num
            yield f"the numerator '{node.num}' replaced by 1", Div(ONE, node.den, node.slash)
            yield f"'{node}' turned upside down", Div(node.den, node.num, node.slash)


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
    if (less := _without_two(node)) is not None:
        return less
    match node:
        case Neg(arg):
            return Neg(halved(arg))
        case Div(num, den, slash):
            if (less := _without_two(num)) is not None:
                return Div(less, den, slash)
            return Div(num, doubled(den) if isinstance(den, Number | Mul) else product([TWO, den]), slash)
        case Mul((Number() | Div() as first, *rest)):
            return product([halved(first), *rest])
    return Div(node, TWO) if isinstance(node, Number | Name | Pow) else product([Div(ONE, TWO), node])


def _without_two(node: Node) -> Node | None:
    """node/2 where a whole even number shows as (first factor of) node, else None."""
    match node:
        case Number(text) if text.isdigit() and int(text) % 2 == 0:
            return Number(str(int(text) // 2))
        case Mul((Number() as first, *rest)) if (less := _without_two(first)) is not None:
            return product([f for f in (less,) if f != ONE] + rest)
    return None
