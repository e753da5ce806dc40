"""Edits of what a root, a bracket or a fraction covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Signed
from cascade_sym.formula.walk import Place
from cascade_sym.misprints.edits.arithmetic import SCALAR, product, squarable, total
from cascade_sym.misprints.edits.exchanges import Change, Vocabulary

Opened = Iterator[tuple[str, list[Signed]]]  # words, and the terms of the sum that comes out


def root(node: Node) -> Call:
    return Call("sqrt", (node,))


def _radicand(node: Node) -> Node | None:
    """What stands under the root, where `node` is one."""
    return node.args[0] if isinstance(node, Call) and node.function == "sqrt" else None


def _terms(node: Node) -> list[Signed]:
    """The terms of a sum that holds several; none of anything else."""
    return node.signed if isinstance(node, Add) else []


def _each(factors: Sequence[Node]) -> Iterator[tuple[int, Node, list[Node]]]:
    """Every factor with its place and those that are left without it."""
    for i, factor in enumerate(factors):
        yield i, factor, [*factors[:i], *factors[i + 1 :]]


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
    match node:
        case Mul(factors):
            for i, factor, others in _each(factors):
                inner = _radicand(factor)
                for k in (i - 1, i):  # in `others`
                    if inner is not None and 0 <= k < len(others) and _radicand(other := others[k]) is None:
                        inside = product([inner, other] if k == i else [other, inner])
                        rest = [*others[:k], root(inside), *others[k + 1 :]]
                        yield f"'{other}' taken under the root", product(rest)
        case Div(num, den, _):
            above, below = _radicand(num), _radicand(den)
            if above is not None and below is None:
                yield f"'{den}' taken under the root", root(Div(above, den))
            if below is not None and above is None:
                yield f"'{num}' taken under the root", root(Div(num, below))


def _smaller_root(inner: Node) -> Iterator[Change]:
    match inner:
        case Mul(factors):
            for i, factor, others in _each(factors):
                rest = root(product(others))
                yield f"'{factor}' taken out of the root", product([rest, factor] if i else [factor, rest])
        case Div(num, den, _):
            yield f"'{den}' taken out of the root", Div(root(num), den)
            yield f"'{num}' taken out of the root", Div(num, root(den))
        case Add():
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


def _opened(node: Node, sign: int) -> Opened:
    """sign*node with a bracket in it opened early, as signed terms."""
    match node:
        case Mul(factors):
            for i, factor in enumerate(factors):
                yield from _bracket_of_product(factors[:i], _terms(factor), factors[i + 1 :], sign)
            if isinstance(fraction := factors[0], Div):
                below = Div(fraction.num, product([fraction.den, factors[1]]), fraction.slash)
                yield f"'{factors[1]}' moved into the denominator", [(sign, product([below, *factors[2:]]))]
        case Div(num, den, slash):
            late, early = "the fraction line starts late", "the fraction line ends early"
            yield from _cut(_terms(num), sign, lambda part: Div(part, den, slash), early=early, late=late)
            yield from _cut(_terms(den), sign, lambda part: Div(num, part, slash), early="the denominator ends early")
            for _, factor, others in _each(den.factors if isinstance(den, Mul) else ()):
                moved = product([Div(num, product(others), slash), factor])
                yield f"'{factor}' moved out of the denominator", [(sign, moved)]
        case Call(f, (first, *others)) if f in SCALAR and f != "sqrt":
            early = f"the argument of {f} ends early"
            yield from _cut(_terms(first), sign, lambda part: Call(f, (part, *others)), early=early)


def _cut(terms: list[Signed], sign: int, around: Callable[[Node], Node], *, early: str = "", late: str = "") -> Opened:
    """sign*around(terms) where what is around them starts late (with the words `late`) or ends early."""
    for k in range(1, len(terms)):
        if late:
            own = terms[k][0]  # the sign of what it then stands before
            inner = total([(own * s, t) for s, t in terms[k:]])
            yield late, [(sign * terms[0][0], terms[0][1]), *terms[1:k], (own, around(inner))]
        if early:
            yield early, [(sign, around(total(terms[:k]))), *terms[k:]]


def _bracket_of_product(before: tuple[Node, ...], terms: list[Signed], after: tuple[Node, ...], sign: int) -> Opened:
    if before and after and terms:
        first_term = (sign * terms[0][0], product([*before, terms[0][1]]))
        last_term = (terms[-1][0], product([terms[-1][1], *after]))
        yield "the bracket dropped", [first_term, *terms[1:-1], last_term]
    elif after:
        yield from _cut(terms, sign, lambda part: product([part, *after]), late="the bracket opens late")
    else:
        yield from _cut(terms, sign, lambda part: product([*before, part]), early="the bracket closes early")


def _spanned(terms: list[Signed]) -> Iterator[Change]:
    """A bracket that reaches over several terms, or to the left: the opposites of what `_bracket_of_product` does.

    Signs stay as they are written, as they would where only a bracket was misplaced.
    """
    for i, (sign, first) in enumerate(terms[:-1]):
        *head, x = _in_row(first)
        for j in range(i + 1, len(terms)):
            last = terms[j][1]
            y, *tail = last.factors if isinstance(last, Mul) else (last,)
            around: list[tuple[str, list[Node], Node, list[Node]]] = []
            if head and j > i + 1:
                around.append(("the bracket reaches further", head, last, []))
            if tail:
                around.append(("the bracket starts before", [], y, tail))
            if head and tail:
                around.append(("a bracket put between two factors", head, y, tail))
            for what, before, end, after in around:
                inner = total([(1, x if before else first), *terms[i + 1 : j], (terms[j][0], end)])
                yield what, total([*terms[:i], (sign, product([*before, inner, *after])), *terms[j + 1 :]])


def _in_row(node: Node) -> tuple[Node, ...]:
    """The factors of a product, also of one over a denominator, which then stands below the last of them."""
    if isinstance(node, Div) and isinstance(node.num, Mul):
        *head, last = node.num.factors
        return (*head, Div(last, node.den, node.slash))
    return node.factors if isinstance(node, Mul) else (node,)


def _closed(left: Signed, right: Signed) -> Iterator[tuple[str, Signed]]:
    """a*b + c -> a*(b + c), a + b/c -> (a + b)/c, a/b + c -> (a + c)/b is not of this kind."""
    (sign, term), (next_sign, follower) = left, right

    def longer(part: Node) -> Node:
        return total([(1, part), (next_sign, follower)])

    *head, last = _in_row(term)
    if head:
        yield f"'{follower}' taken into a bracket", (sign, product([*head, longer(last)]))
    if isinstance(term, Div):
        num, den, slash = term.num, term.den, term.slash
        yield f"'{follower}' taken into the denominator", (sign, Div(num, longer(den), slash))
        yield f"'{follower}' taken onto the fraction line", (sign, Div(longer(num), den, slash))
    if isinstance(follower, Div):
        above = total([(sign, term), (next_sign, follower.num)])
        yield f"'{term}' taken onto the fraction line", (1, Div(above, follower.den, follower.slash))
    if isinstance(term, Call) and term.function in SCALAR and len(term.args) == 1:
        yield f"'{follower}' taken into {term.function}", (sign, Call(term.function, (longer(term.args[0]),)))
