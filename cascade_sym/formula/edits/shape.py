"""Edits of what a root, a bracket or a fraction covers."""

from __future__ import annotations

from collections.abc import Iterator

from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Signed
from cascade_sym.formula.edits.arithmetic import SCALAR, Change, squarable
from cascade_sym.formula.edits.build import product, total
from cascade_sym.formula.edits.vocabulary import Vocabulary
from cascade_sym.formula.walk import Place


def root(node: Node) -> Call:
    return Call("sqrt", (node,))


def _radicand(node: Node) -> Node | None:
    """What stands under the root, where `node` is one."""
    return node.args[0] if isinstance(node, Call) and node.function == "sqrt" else None


def roots(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A root dropped or put on a name, a bracket, a numerator, a denominator or the whole."""
    if (inner := _radicand(node)) is not None:
        yield f"the root over '{inner}' dropped", inner
        return
    if place.function == "sqrt" or place.role in ("base", "exponent"):
        return
    scalar_name = isinstance(node, Name) and node.name != "pi" and squarable(node.name, place, vocabulary)
    part = isinstance(node, Add | Mul | Div) and place.role in ("whole", "factor", "numerator", "denominator")
    if scalar_name or part:
        yield f"a root put over '{node}'", root(node)


def root_extent(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A root that covers one factor or term too few or too many."""
    if (inner := _radicand(node)) is not None:
        yield from _smaller_root(inner)
    if isinstance(node, Mul):
        for i, factor in enumerate(node.factors):
            if (inner := _radicand(factor)) is None:
                continue
            for k in (i - 1, i + 1):
                if 0 <= k < len(node.factors) and _radicand(node.factors[k]) is None:
                    other = node.factors[k]
                    inside = product([inner, other] if k > i else [other, inner])
                    rest = [f for n, f in enumerate(node.factors) if n not in (i, k)]
                    rest.insert(min(i, k), root(inside))
                    yield f"'{other}' taken under the root", product(rest)
    if isinstance(node, Div):
        above, below = _radicand(node.num), _radicand(node.den)
        if above is not None and below is None:
            yield f"'{node.den}' taken under the root", root(Div(above, node.den))
        if below is not None and above is None:
            yield f"'{node.num}' taken under the root", root(Div(node.num, below))


def _smaller_root(inner: Node) -> Iterator[Change]:
    if isinstance(inner, Mul):
        for i, factor in enumerate(inner.factors):
            rest = product([*inner.factors[:i], *inner.factors[i + 1 :]])
            outside = product([factor, root(rest)] if i == 0 else [root(rest), factor])
            yield f"'{factor}' taken out of the root", outside
    if isinstance(inner, Div):
        yield f"'{inner.den}' taken out of the root", Div(root(inner.num), inner.den)
        yield f"'{inner.num}' taken out of the root", Div(inner.num, root(inner.den))
    if isinstance(inner, Add):
        terms = inner.signed
        for k in range(1, len(terms)):
            if terms[0][0] > 0 or k > 1:
                yield "the root ends early", total([(1, root(total(terms[:k]))), *terms[k:]])
            if terms[k][0] > 0:
                yield "the root starts late", total([*terms[:k], (1, root(total(terms[k:])))])


def brackets(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A bracket or a fraction line that covers a term too few or too many."""
    if isinstance(node, Add):
        terms = node.signed
        for i, (sign, term) in enumerate(terms):
            for what, inner in _opened(term, sign):
                yield what, total([*terms[:i], *inner, *terms[i + 1 :]])
        for i in range(len(terms) - 1):
            for what, merged in _closed(terms[i], terms[i + 1]):
                yield what, total([*terms[:i], merged, *terms[i + 2 :]])
        yield from _spanned(terms)
    elif place.role != "term":
        sign, bare = (-1, node.arg) if isinstance(node, Neg) else (1, node)
        for what, inner in _opened(bare, sign):
            yield what, total(inner)


def _opened(node: Node, sign: int) -> Iterator[tuple[str, list[Signed]]]:
    """sign*node with a bracket in it opened early, as signed terms."""
    if isinstance(node, Mul):
        for i, factor in enumerate(node.factors):
            if isinstance(factor, Add):
                yield from _bracket_of_product(node.factors[:i], factor, node.factors[i + 1 :], sign)
    if isinstance(node, Div):
        if isinstance(node.num, Add):
            terms = node.num.signed
            for k in range(1, len(terms)):
                own, under = _from(terms, k)
                late = (own, Div(under, node.den, node.slash))
                yield "the fraction line starts late", [*_opening(sign, terms, k), late]
                over = Div(total(terms[:k]), node.den, node.slash)
                yield "the fraction line ends early", [(sign, over), *terms[k:]]
        if isinstance(node.den, Add):
            terms = node.den.signed
            for k in range(1, len(terms)):
                below = Div(node.num, total(terms[:k]), node.slash)
                yield "the denominator ends early", [(sign, below), *terms[k:]]
        if isinstance(node.den, Mul):
            for i, factor in enumerate(node.den.factors):
                rest = product([*node.den.factors[:i], *node.den.factors[i + 1 :]])
                moved = product([Div(node.num, rest, node.slash), factor])
                yield f"'{factor}' moved out of the denominator", [(sign, moved)]
    if isinstance(node, Mul) and isinstance(fraction := node.factors[0], Div):
        second, *others = node.factors[1:]
        below = Div(fraction.num, product([fraction.den, second]), fraction.slash)
        yield f"'{second}' moved into the denominator", [(sign, product([below, *others]))]
    if isinstance(node, Call) and node.function in SCALAR and node.function != "sqrt":
        terms = node.args[0].signed if isinstance(node.args[0], Add) else []
        for k in range(1, len(terms)):
            short = Call(node.function, (total(terms[:k]), *node.args[1:]))
            yield f"the argument of {node.function} ends early", [(sign, short), *terms[k:]]


def _opening(sign: int, terms: list[Signed], k: int) -> list[Signed]:
    """The first k terms of sign*(...) where its bracket is dropped."""
    return [(sign * terms[0][0], terms[0][1]), *terms[1:k]]


def _from(terms: list[Signed], k: int) -> Signed:
    """The terms from k on as one: the sign of the first of them, and what it stands before."""
    sign = terms[k][0]
    return sign, total([(sign * s, t) for s, t in terms[k:]])


def _bracket_of_product(
    before: tuple[Node, ...], bracket: Add, after: tuple[Node, ...], sign: int
) -> Iterator[tuple[str, list[Signed]]]:
    terms = bracket.signed
    n = len(terms)
    for k in range(1, n):
        if not after:
            left = product([*before, total(terms[:k])])
            yield "the bracket closes early", [(sign, left), *terms[k:]]
        if not before:
            own, inner = _from(terms, k)
            yield "the bracket opens late", [*_opening(sign, terms, k), (own, product([inner, *after]))]
    if before and after:
        first_term = (sign * terms[0][0], product([*before, terms[0][1]]))
        last_term = (terms[-1][0], product([terms[-1][1], *after]))
        yield "the bracket dropped", [first_term, *terms[1:-1], last_term]


def _spanned(terms: list[Signed]) -> Iterator[Change]:
    """A bracket that reaches over several terms, or to the left: the opposites of what `_bracket_of_product` does.

    Signs stay as they are written, as they would where only a bracket was misplaced.
    """
    for i in range(len(terms) - 1):
        sign, first = terms[i]
        *head, x = _in_row(first)
        for j in range(i + 1, len(terms)):
            y, *tail = last.factors if isinstance(last := terms[j][1], Mul) else (last,)
            around: list[tuple[str, list[Node], Node, int, list[Node]]] = []
            if head and j > i + 1:
                around.append(("the bracket reaches further", head, last, sign, []))
            if tail:
                around.append(("the bracket starts before", [], y, sign, tail))
            if head and tail:
                around.append(("a bracket put between two factors", head, y, sign, tail))
            for what, before, end, s, after in around:
                start = x if before else first
                inner = total([(1, start), *terms[i + 1 : j], (terms[j][0], end)])
                yield what, total([*terms[:i], (s, product([*before, inner, *after])), *terms[j + 1 :]])


def _in_row(node: Node) -> tuple[Node, ...]:
    """The factors of a product, also of one over a denominator, which then stands below the last of them."""
    if isinstance(node, Div) and isinstance(node.num, Mul):
        *head, last = node.num.factors
        return (*head, Div(last, node.den, node.slash))
    return node.factors if isinstance(node, Mul) else (node,)


def _closed(left: Signed, right: Signed) -> Iterator[tuple[str, Signed]]:
    """a*b + c -> a*(b + c), a + b/c -> (a + b)/c, a/b + c -> (a + c)/b is not of this kind."""
    (sign, term), (next_sign, follower) = left, right
    *head, last = _in_row(term)
    if head:
        inner = total([(1, last), (next_sign, follower)])
        yield f"'{follower}' taken into a bracket", (sign, product([*head, inner]))
    if isinstance(term, Div):
        below = total([(1, term.den), (next_sign, follower)])
        yield f"'{follower}' taken into the denominator", (sign, Div(term.num, below, term.slash))
        above = total([(1, term.num), (next_sign, follower)])
        yield f"'{follower}' taken onto the fraction line", (sign, Div(above, term.den, term.slash))
    if isinstance(follower, Div):
        above = total([(sign, term), (next_sign, follower.num)])
        yield f"'{term}' taken onto the fraction line", (1, Div(above, follower.den, follower.slash))
    if isinstance(term, Call) and term.function in SCALAR and len(term.args) == 1:
        longer = total([(1, term.args[0]), (next_sign, follower)])
        yield f"'{follower}' taken into {term.function}", (sign, Call(term.function, (longer,)))
