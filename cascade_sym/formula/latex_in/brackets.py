"""Brackets and what they hold, relations as conditions, evaluations at a place."""

from __future__ import annotations

from collections.abc import Collection

from cascade_sym.formula.ast import Call, Name, Node, Pow
from cascade_sym.formula.latex_in import dirac
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.look import Look
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import OPENERS, RELATIONS
from cascade_sym.formula.lettering import CONSTANTS
from cascade_sym.formula.unvalued import CONDITIONS
from cascade_sym.formula.walk import names_in, walk

_BRACKETS = {
    ("|", 1): "abs", ("\\langle", 1): "mean", ("\\langle", 2): "sym", ("[", 2): "comm", ("\\{", 2): "anticomm",
    ("\\Vert", 1): "norm", ("\\lfloor", 1): "floor", ("\\lceil", 1): "ceiling",
}  # fmt: skip


_SEVERAL = {"(": "tuple", "[": "list", "\\{": "braces"}


_SAME = {"\\lvert": "|", "\\lVert": "\\Vert"}


CONDITION_OF = {
    "=": "eq", "<": "lt", ">": "gt", "<=": "le", ">=": "ge", "!=": "ne", "~=": "approx", "->": "tends", "in": "elem",
    "<<": "muchless", ">>": "muchgreater", "~": "similar", "prop": "proportional", "==": "identical",
}  # fmt: skip


def opener(r: Reader) -> str:
    """The bracket that opens here ('' if none)."""
    t = r.peek(1) if r.peek().is_word("left") else r.peek()
    return t.written if t.written in OPENERS else ""


def bracket(r: Reader) -> tuple[str, list[Node]]:
    """The kind of the bracket here and what it contains, separated by commas."""
    start = r.peek()
    kind = opener(r)
    if not kind:
        raise r.unexpected("a bracket")
    stretched = r.take().is_word("left")
    if stretched:
        r.take()
    saved = r.in_bars, r.in_integral, r.in_mean, r.in_norm
    r.in_bars, r.in_integral, r.in_norm = kind == "|", False, kind == "\\Vert"
    r.in_mean = r.in_mean or kind == "\\langle"
    items = [item(r)]
    while r.accept(",", ";"):
        items.append(item(r))
    r.in_bars, r.in_integral, r.in_mean, r.in_norm = saved
    closer = OPENERS[kind]
    if r.peek().is_word("right"):
        r.take()
    elif stretched:
        raise r.unexpected(f"\\right{closer} to close {start}")
    t = r.peek()
    if t.written != closer and not (closer == "\\rvert" and t.is_op("|")):
        raise r.unexpected(f"{closer!r} to close the bracket at column {start.start + 1}")
    r.take()
    return _SAME.get(kind, kind), items


def item(r: Reader) -> Node:
    """An element of a list; a dot stands for an argument that is left open."""
    if r.peek().is_word("cdot", "bullet") and r.peek(1).is_op(")", "]", ","):
        r.take()
        return Name("dots")
    node = r.sum()
    if (op := relation_sign(r)) is None:
        return node
    if op not in CONDITION_OF:
        raise r.error("a definition in brackets")
    return Call(CONDITION_OF[op], (node, r.sum()))


def bracketed(r: Reader) -> Node:
    if opener(r) in ("|", "\\lvert") and r.bar_closes() == "\\rangle":
        return dirac.ket(r)
    start = r.peek()
    kind, items = bracket(r)
    if any(isinstance(x, Call) and x.function in CONDITIONS for x in items):
        raise r.error("a relation in brackets is no factor", start)
    if kind == "\\langle" and len(items) == 2 and not all(_operator(x, r.state.names.declared) for x in items):
        return Call("inner", tuple(items))
    if kind == "|" and isinstance(items[0], Call) and items[0].function == "abs" and r.tokens[r.at - 2].is_op("|"):
        return Call("norm", items[0].args)  # ||u||
    function = _BRACKETS.get((kind, len(items)))
    if function in ("comm", "anticomm") and all(map(_number, items)):
        function = _SEVERAL[kind]  # {0, \pi} is a set, [0, 1] an interval
    if function:
        return Call(function, tuple(items))
    if len(items) == 1:
        braced = kind == "\\{" and isinstance(items[0], Call) and items[0].function == "matrix"
        return Call("braced", items[0].args) if braced else items[0]  # type: ignore[attr-defined]
    if kind not in _SEVERAL:
        raise r.error("a list in these brackets", start)
    return Call(_SEVERAL[kind], tuple(items))


def _operator(node: Node, declared: Collection[str]) -> bool:
    """Whether a symmetrised moment may hold it: its symbols are declared, have hats or are capitals."""
    names = [n for n in names_in(node) if n not in CONSTANTS]
    return all(n in declared or n.startswith(("hat_", "Delta", "delta")) or n[0].isupper() for n in names)


def _number(node: Node) -> bool:
    return set(names_in(node)) <= set(CONSTANTS) and not any(isinstance(n, Call | Pow) for _, n in walk(node))


def evaluated(r: Reader) -> Node:
    r"""\left. f \right|_{x=0}: f at a place; \left. alone opens nothing."""
    start = r.take()
    r.take()
    saved, r.in_bars = r.in_bars, True
    node = r.sum()
    r.in_bars = saved
    if not (r.peek().is_word("right") and r.peek(1).written in ("|", "\\rvert", "]")):
        raise r.error("what \\left. opens is not closed by \\right|", start)
    r.take()
    r.take()
    limits: dict[str, Node] = {}
    while op := r.accept("_", "^"):
        limits[op] = place(r, r.script())
    if "_" not in limits:
        raise r.error("where this is to be evaluated is not said: \\right|_{x=0}", start)
    return Call("at", (node, *(limits[op] for op in "_^" if op in limits)))


def place(r: Reader, body: Tokens) -> Node:
    """Where something is evaluated: x=0, or a label."""
    relational = any(t.kind in ("op", "word") and t.text in RELATIONS for t in body)
    return condition(r.child(body)) if relational else r.label(body)


def condition(r: Reader) -> Node:
    """A relation as a node, eq(x, 0), or a lone expression; all of the tokens."""
    found = compared(r)
    while r.accept(","):
        found += compared(r)
    r.finish()
    return found[0] if len(found) == 1 else Call("labels", tuple(found))


def compared(r: Reader) -> list[Node]:
    """The parts of a chain of relations as nodes, or a lone expression."""
    node = r.sum()
    found: list[Node] = []
    while (op := relation_sign(r)) is not None:
        if op not in CONDITION_OF:
            raise r.error("a definition where a condition is expected")
        right = member(r) if op == "in" else r.sum()
        found.append(Call(CONDITION_OF[op], (_index(node), _index(right))))
        node = right
    return found or [node]


def _index(node: Node) -> Node:
    """i where a condition compares it: an index, not the imaginary unit."""
    return Name("i") if node == Name("I") else node


def member(r: Reader) -> Node:
    """What stands behind 'in': a set or an interval where a commutator or a lone element would make no sense."""

    def listed() -> tuple[Node, ...]:
        items = bracket(r)[1]
        if r.starts_factor() or r.peek().is_op("^", "_", "+", "-", "/"):
            raise r.error("no set")
        return tuple(items)

    kind = opener(r)
    if kind in ("\\{", "[") and (items := r.attempt(listed)) and (kind == "\\{" or len(items) > 1):
        return Call(_SEVERAL[kind], items)
    return r.sum()


def demanded(r: Look) -> bool:
    """Whether != stands here without anything between; n! = 1 is a factorial."""
    t, after = r.peek(), r.peek(1)
    return t.is_op("!") and after.is_op("=") and after.start == t.start + 1


def relation_sign(r: Look) -> str | None:
    """The relation here, taken, or None."""
    t = r.peek()
    if t.is_op(":") and r.peek(1).is_op("="):
        r.at += 2
        return ":="
    if demanded(r):
        raise r.error("'!=' is a demand or an inequality; write \\neq or \\stackrel{!}{=}")
    if t.is_word("not") and r.peek(1).is_op("="):
        r.at += 2
        return "!="
    if t.is_word("stackrel", "overset"):
        saved = r.at
        r.take()
        mark, sign = r.script(), r.script()
        if len(sign) == 1 and (op := RELATIONS.get(sign[0].text)):
            if mark and all(m.is_op("!", "(", ")", "?") or m.kind in ("digit", "text", "letter") for m in mark):
                return ":=" if any(m.text in ("def", "d") for m in mark) and op == "=" else op
            raise r.error("what stands above the relation sign is not read", t)
        r.at = saved
        return None
    if t.kind in ("op", "word") and t.text in RELATIONS:
        r.take()
        return RELATIONS[t.text]
    return None
