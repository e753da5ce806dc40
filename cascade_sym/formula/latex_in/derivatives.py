"""Derivatives of any order, total and partial: what they are taken along and what they act on."""

from __future__ import annotations

from collections.abc import Callable

from cascade_sym.formula.ast import Call, Name, Node, Number, product
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.symbols import spelt
from cascade_sym.formula.token_stream import Token

Variables = list[tuple[Node, int]]


def _d(r: Reader, body: Tokens) -> tuple[str, int]:
    """The kind of d at the start of some tokens, 'd' or 'partial', and its width."""
    if body and body[0].is_word("partial"):
        return "partial", 1
    said = tuple(t.text for t in body[:6])
    for grouped in (("{", "mathrm", "d", "}"), ("{", "mathrm", "{", "d", "}", "}"), ("{", "d", "}")):
        if said[: len(grouped)] == grouped:
            return "d", len(grouped)
    inner = r.child(body)
    t = inner.peek()
    if t.kind == "letter" and t.text == "d":
        return "d", 1
    return ("d", inner.differential()) if t.is_word("mathrm") and inner.differential() else ("", 0)


def derivative(r: Reader, above: Tokens, below: Tokens, start: Token) -> Node | None:
    kind, width = _d(r, above)
    kind_below, width_below = _d(r, below)
    if not kind or kind != kind_below or len(below) == width_below:
        return None
    inner = r.child(above[width:])
    order = None
    if inner.peek().is_op("^"):
        inner.take()
        order = spelt(inner.script())
    variables = _variables(r, below, kind)
    total = sum(n for _, n in variables)
    if (order is not None and order != str(total)) or (order is None and total > 1):
        raise r.error("the orders above and below a derivative differ, or are no numbers", start)
    along: tuple[Node, ...] = ()
    for variable, n in variables:
        along += (variable,) if n == 1 else (variable, Number(str(n)))
    name = "derivative" if kind == "d" else "partial"
    if any(not t.is_op("{", "}") for t in inner.tokens[inner.at : -1]):
        return _placed(r, name, r.deeper(inner.whole), along)
    if not r.starts_factor() or r.peek().wide:
        r.state.operators |= {str(a) for a in along}
        return Call(f"{name}_by", along)
    t = r.peek()
    why = "whether the derivative acts on what follows or is an operator in a product is not clear"
    if r.state.operators & {str(a) for a in along} and r.asks(t, "operator", why):
        return Call(f"{name}_by", along)
    factors = [r.factor()]
    t = r.peek()
    if r.starts_factor() and not t.wide:
        if factors[0] != Name("nabla") and r.asks(
            t, "acts", "whether the derivative acts on all that follows is not clear; use brackets"
        ):
            return _of(name, factors[0], along)
        while r.starts_factor() and not r.peek().wide:
            factors.append(r.factor())
    return _of(name, product(factors), along)


def _placed(r: Reader, name: str, node: Node, along: tuple[Node, ...]) -> Node:
    r"""A derivative with what stands in brackets behind it: the arguments of what is derived, \frac{\partial u}
    {\partial t}(x, t), or the place, \frac{df}{dx}(x_0)."""
    from cascade_sym.formula.latex_in.brackets import bracket, opener

    found = r.look(lambda: bracket(r)) if opener(r) == "(" and not r.peek().gap else None
    if found is None or not isinstance(node, Name):
        return _of(name, node, along)
    items = found[1]
    variables = [a for a in along if isinstance(a, Name)]
    place = items[0].name if isinstance(items[0], Name) else ""
    if set(variables) <= set(items):
        return _of(name, Call(node.name, tuple(bracket(r)[1])), along)
    if len(items) == len(variables) == 1 and (
        isinstance(items[0], Number) or place.startswith((f"{variables[0].name}_", f"{variables[0].name}'"))
    ):
        bracket(r)
        return Call("at", (_of(name, node, along), Call("eq", (variables[0], items[0]))))
    return _of(name, node, along)


def _of(name: str, node: Node, along: tuple[Node, ...]) -> Node:
    return Call("ddt", (node,)) if (name, along) == ("derivative", (Name("t"),)) else Call(name, (node, *along))


def _variables(r: Reader, below: Tokens, kind: str) -> Variables:
    inner = r.child(below)
    found: Variables = []
    while inner.peek().kind != "end":
        again, width = _d(inner, inner.tokens[inner.at : -1])
        if again != kind:
            raise r.error("what stands below a derivative is not read")
        inner.at += width
        found.append(_variable(inner))
    return found


def _variable(r: Reader) -> tuple[Node, int]:
    """A variable of a derivative with its order."""
    from cascade_sym.formula.ast import Pow

    if r.peek().is_op("("):
        from cascade_sym.formula.latex_in.brackets import bracket

        node: Node = bracket(r)[1][0]
    else:
        node = r.factor()
    match node:
        case Pow(base, Number(text)) if text.isdigit():
            return base, int(text[:3])
    return node, 1


def dotted(order: int) -> Callable[[Reader], Node]:
    r"""\dot x, \ddot x: derivatives with respect to time, of a symbol with its stars or of a group."""

    def read(r: Reader) -> Node:
        from cascade_sym.formula.latex_in.symbol import dotted_symbol

        return dotted_symbol(r, order)

    return read


def partial(r: Reader) -> Node:
    r"""\partial_x: acts on what follows, as \partial/\partial x."""
    start = r.peek()
    order = 1
    if not r.peek().is_op("_", "^"):
        raise r.error("\\partial without what it is taken along", start)
    along: tuple[Node, ...] = ()
    while op := r.accept("_", "^"):
        body = r.script()
        if op == "_":
            along = tuple(r.inner((t,)) for t in body) if all(t.kind == "letter" for t in body) else (r.inner(body),)
        elif spelt(body).isdigit():
            order = int(spelt(body)[:3])
        else:
            raise r.error("the order of a derivative is no number", start)
    if not along or (order > 1 and len(along) > 1):
        raise r.error("a derivative whose variable is not clear", start)
    if order > 1:
        along = (*along, Number(str(order)))
    if not r.starts_factor() or r.peek().wide:
        r.state.operators |= {str(a) for a in along}
        return Call("partial_by", along)
    t = r.peek()
    why = "whether the derivative acts on what follows or is an operator in a product is not clear"
    if r.state.operators & {str(a) for a in along} and r.asks(t, "operator", why):
        return Call("partial_by", along)
    factors = [r.factor()]
    t = r.peek()
    if r.starts_factor() and not t.wide:
        if factors[0] != Name("nabla") and r.asks(
            t, "acts", "whether the derivative acts on all that follows is not clear; use brackets"
        ):
            return Call("partial", (factors[0], *along))
        while r.starts_factor() and not r.peek().wide:
            factors.append(r.factor())
    return Call("partial", (product(factors), *along))
