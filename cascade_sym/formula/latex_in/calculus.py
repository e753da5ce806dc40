r"""Fractions, derivatives, integrals, sums and limits.

d/dx and \partial/\partial x act on what follows them in the product: one factor; where more follow, on all of them or
on the
first only (ambiguous). With nothing behind it a derivative is an operator. An integral without printed limits has none
here: it is no integral from -oo to oo.
"""

from __future__ import annotations

from collections.abc import Callable

from cascade_sym.formula.ast import Call, Div, Integral, Name, Neg, Node, Number, Sum
from cascade_sym.formula.latex_in.derivatives import derivative
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.lexer import shown
from cascade_sym.formula.latex_in.nucleus import nucleus_of
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import is_label
from cascade_sym.formula.latex_in.symbols import Key, spelt
from cascade_sym.formula.token_stream import Token

_MAX_VALUES = 64  # values of an index


def fraction(r: Reader) -> Node:
    start = r.peek()
    above, below = r.script(), r.script()
    if (found := derivative(r, above, below, start)) is not None:
        return found
    if r.in_integral and (stripped := _measured(r, above)) is not None:
        return Div(stripped, _inner(r, below))
    return Div(_inner(r, above), _inner(r, below))


def _inner(r: Reader, body: Tokens) -> Node:
    if not body:
        raise r.error("an empty part of a fraction")
    child = r.child(body)
    return r.deeper(child.whole)


# derivatives


def infinitesimal(r: Reader) -> Node:
    raise r.error("\\d is an accent in text; define it")


# integrals


def integral(r: Reader) -> Node:
    start = r.peek()
    limits: dict[str, Node] = {}
    while op := r.accept("_", "^"):
        body = r.script()
        if body:
            limits[op] = _limit(r, body)
    saved, r.measure = (r.in_integral, r.measure), None
    r.in_integral = True
    over: list[Node] = []
    body_node: Node | None = None
    while width := r.differential():
        over.append(_measure(r, width))
    if over:
        r.in_integral = saved[0]
        body_node = r.product() if r.starts_factor() and not r.peek().wide else Number("1")
    else:
        body_node = r.sum()
        while (width := r.differential()) and not (over and saved[0]):  # the integral around takes the next one
            over.append(_measure(r, width))
        if not over and r.measure is not None:
            over = [r.measure]
    r.in_integral, r.measure = saved
    if not over:
        raise r.error("the differential of the integral is missing", start)
    if len(over) == 1 and isinstance(over[0], Name) and set(limits) == {"_", "^"}:
        return Integral(body_node, over[0].name, limits["_"], limits["^"])
    variables = over[0] if len(over) == 1 else Call("labels", tuple(over))
    if "^" in limits and "_" not in limits:
        raise r.error("an integral with an upper limit only", start)
    return Call("integral_over", (body_node, variables, *(limits[s] for s in "_^" if s in limits)))


def _limit(r: Reader, body: Tokens) -> Node:
    from cascade_sym.formula.latex_in.brackets import condition

    return condition(r.child(body))


def _measure(r: Reader, width: int) -> Node:
    """The variable of a differential here, dx, d^3r, which is taken."""
    r.at += width
    power: Node | None = None
    if r.peek().is_op("^"):
        r.take()
        power = r.inner(r.script())
    variable = _variable(r)
    return variable if power is None else Call("volume", (variable, power))


def _variable(r: Reader) -> Node:
    """A symbol with its primes and scripts, no argument: what is integrated over."""
    from cascade_sym.formula.latex_in.symbol import declared, printed, scripts

    begin, start = r.at, r.peek()
    nucleus = nucleus_of(r)
    if nucleus is None:
        raise r.error("the variable of the integral is no symbol", start)
    end = r.at
    primes, sub, sup = scripts(r)
    if sup and not is_label(sup):
        raise r.error("a power on the variable of an integral", start)
    key = Key(nucleus, primes, spelt(sub), spelt(sup))
    if name := declared(r, key):
        return Name(name)
    latex = printed(r, begin, end, primes, sub) + (f"^{{{shown(sup)}}}" if sup else "")
    name = r.state.registry.name(key, latex)
    if {"mathbf", "vec"} & set(nucleus.split()[:-1]):
        r.state.vectors.add(name)
    return Name(name)


def _measured(r: Reader, above: Tokens) -> Node | None:
    r"""The rest of a numerator that holds the differential of the integral around it, \int\frac{dx}{x}; None for
    others."""
    inner = r.child(above)
    inner.in_integral = True
    saved = r.measure
    if width := inner.differential():
        r.measure = _measure(inner, width)
        return inner.whole() if inner.peek().kind != "end" else Number("1")
    node = inner.attempt(inner.sum)
    if node is not None and (width := inner.differential()):
        r.measure = _measure(inner, width)
        inner.finish()
        return node
    r.measure = saved
    return None


# sums and limits


def series(name: str) -> Callable[[Reader], Node]:
    def read(r: Reader) -> Node:
        start = r.peek()
        scripts: dict[str, Tokens] = {}
        while op := r.accept("_", "^"):
            scripts[op] = r.script()
        below, above = scripts.get("_", ()), scripts.get("^", ())
        if not below:
            raise r.error("the index of the sum is missing", start)
        count = len(r.state.bound)
        if below[0].kind == "letter":
            r.state.bound += [t.text for t in below if t.kind == "letter"]
        node = _summed(r, name, below, above, start)
        del r.state.bound[count:]
        return node

    return read


def _summed(r: Reader, name: str, below: Tokens, above: Tokens, start: Token) -> Node:
    from cascade_sym.formula.latex_in.brackets import condition
    from cascade_sym.formula.latex_in.dirac import index as indexed
    from cascade_sym.formula.latex_in.dirac import labels

    index = below[0].text if below[0].kind == "letter" else ""
    values = _values(r, below, above) if index and name == "sum_over" else ()
    if values:
        return Sum(index, values, _summand(r))
    if len(below) > 2 and below[1].is_op("=") and below[2].is_word("either"):  # m = \pm 1
        value: Node = r.inner(below[3:]) if len(below) > 3 else Number("1")
        both = Call("braces", (value, Neg(value)))
        return Call(name, (_summand(r), Call("elem", (labels(r.child(below[:1])), both))))
    equals = [n for n, t in enumerate(below) if t.is_op("=")]
    commas = any(t.is_op(",") for t in below)
    if len(equals) == 1 and not commas:
        along = labels(r.child(below[: equals[0]]))
        limits = tuple(indexed(r.inner(x)) for x in (below[equals[0] + 1 :], above) if x)
        return Call(name, (_summand(r), along, *limits))
    relational = equals or any(
        (t.kind == "word" and t.text in ("neq", "in", "leq", "geq")) or t.is_op("<", ">") for t in below
    )
    along = condition(r.child(below)) if relational else labels(r.child(below))
    if above:
        body = _summand(r)
        return Call(name, (body, along, Name("unsaid"), indexed(r.inner(above))))
    return Call(name, (_summand(r), along))


def _summand(r: Reader) -> Node:
    saved, r.in_integral = r.in_integral, r.in_integral
    node = r.term()  # the sum goes on behind a tensor product
    r.in_integral = saved
    return node


def _values(r: Reader, below: Tokens, above: Tokens) -> tuple[str, ...]:
    """The values of an index that are all written (j=S,M; k=1 to 3), or declared; () for symbolic limits."""
    index, rest = below[0].text, below[1:]
    if not rest:
        return () if above else tuple(r.state.indices.get(index, ()))
    listed = rest[0].is_word("in") and not above and len(rest) > 3 and rest[1].kind == rest[-1].kind == "escaped"
    if listed:  # j \in \{S, M\}
        rest = rest[:1] + rest[2:-1]
    if not (listed or rest[0].is_op("=")) or (above and not spelt(above).isdigit()):
        return ()
    words = spelt(rest[1:]).split(",")
    if above:
        low, high = spelt(rest[1:]), spelt(above)
        if not (low.isdigit() and len(low) < 7 and len(high) < 7 and 0 <= int(high) - int(low) < _MAX_VALUES):
            return ()
        return tuple(str(k) for k in range(int(low), int(high) + 1))
    if len(words) < 2 or len(words) > _MAX_VALUES or not all(w.isalnum() and w.isascii() for w in words):
        return ()
    return tuple(words)


def limit(r: Reader) -> Node:
    from cascade_sym.formula.latex_in.brackets import condition

    start = r.peek()
    if not r.accept("_"):
        raise r.error("where the limit is taken is missing", start)
    said = condition(r.child(r.script()))
    if not (isinstance(said, Call) and said.function == "tends"):
        raise r.error("the limit is not read; write \\lim_{x\\to 0}", start)
    return Call("limit", (r.product(), *said.args))
