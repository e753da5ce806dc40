"""The statements of a displayed formula: chains, lists, systems, and the conditions under which they hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from cascade_sym.formula.ast import Call, Name, Neg, Node, Number, Relation
from cascade_sym.formula.latex_in.arrays import environment_body, rows_of
from cascade_sym.formula.latex_in.brackets import compared, member, relation_sign
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.row_rules import beside
from cascade_sym.formula.token_stream import MAX_DEPTH
from cascade_sym.formula.unvalued import CONDITIONS
from cascade_sym.formula.walk import check_depth

_STOPS = (",", ";", ".")


_ARROWS = ("Rightarrow", "Leftrightarrow", "therefore", "because", "Leftarrow")


_JOINING = {
    "and",
    "",
    ",",
    "where",
    "with",
    "so",
    "thus",
    "hence",
    "then",
    "or equivalently",
    "i.e.",
    "or",
    "therefore",
    "so that",
}


_CONDITIONAL = {
    "for",
    "if",
    "when",
    "for all",
    "provided",
    "whenever",
    "in the limit",
    "assuming",
    "at",
    "as",
    "for large",
    "where",
}


def statements(r: Reader) -> list[Relation | Node]:
    found: list[Relation | Node] = []
    given: list[Node] = []
    head: Node | None = None
    fresh = True
    while True:
        fresh = _skip(r, found) or fresh
        t = r.peek()
        if t.kind == "end":
            break
        if _said(r, found, given):
            fresh = False
            continue
        if not fresh:
            raise r.unexpected("an operator, a relation sign or the end")
        if (rows := _system(r)) is not None:
            for row in rows:
                found += statements(r.child(row))
        else:
            head = _chain(r, found, head)
        fresh = False
    if given:
        if not any(isinstance(s, Relation) for s in found):
            raise r.error("a condition without a statement")
        found = [replace(s, given=tuple(given)) if isinstance(s, Relation) else s for s in found]
    if not found:
        raise r.error("there is no formula")
    return _ranges(found)


def _ranges(found: list[Relation | Node]) -> list[Relation | Node]:
    """i = 1, 2, 3 as i in {1, 2, 3}: what follows the commas are further values of the index."""
    out: list[Relation | Node] = []
    for s in found:
        last = out[-1] if out else None
        if isinstance(s, Relation) or not isinstance(last, Relation) or not isinstance(last.lhs, Name):
            out.append(s)
            continue
        match last.op, last.rhs:
            case "=", first if _value(first) and _value(s):
                out[-1] = Relation(last.lhs, "in", Call("braces", (first, s)), last.given)
            case "in", Call("braces", (*_, end) as listed) if _value(s) or end == Name("dots"):
                # behind dots the last value may be any, n = 1, ..., N
                out[-1] = Relation(last.lhs, "in", Call("braces", (*listed, s)), last.given)
            case _:
                out.append(s)
    return out


def _value(node: Node) -> bool:
    return isinstance(node, Number) or node == Name("dots") or (isinstance(node, Neg) and _value(node.arg))


def _skip(r: Reader, found: list[Relation | Node]) -> bool:
    """Whether something that separates statements stood here, taken."""
    some = False
    while True:
        t = r.peek()
        if (
            t.is_op(*_STOPS, "\\\\", "&")
            or t.is_word(*_ARROWS)
            or (t.is_word("rightarrow") and not some and not found)
            or (t.kind == "text" and t.text.lower().strip(" ,.:;") in _JOINING)
        ):
            r.take()
            some = True
        elif t.wide and not some:
            some = True
            if t.is_op("(") or r.starts_factor():
                return some
        else:
            return some


def _said(r: Reader, found: list[Relation | Node], given: list[Node]) -> bool:
    """Whether a condition stands here ('for x > 0', (x > 0), \forall n), which is taken into `given`."""
    t = r.peek()
    if not found:
        return False
    if t.kind == "text" and t.text.lower().strip(" ,.:(") in _CONDITIONAL:
        opened = t.text.strip().startswith("(")
        r.take()
        if "all" in t.text.split():
            given.append(_for_all(r))
            return True
        _conditions(r, given)
        if opened and not (r.accept(")") or (r.peek().kind == "text" and r.take().text.strip(" .,") == ")")):
            raise r.unexpected("')'")
        return True
    if t.is_word("forall"):
        _conditions(r, given)
        return True
    if t.is_op("("):

        def bracketed() -> list[Node]:
            r.take()
            if r.peek().kind == "text" and r.peek().text.lower().strip(" ,.:") in _CONDITIONAL:
                r.take()
            parts = _relations(r)
            if not r.accept(")"):
                raise r.unexpected("')'")
            return parts

        if parts := r.attempt(bracketed):
            given += parts
            return True
    return False


def _conditions(r: Reader, given: list[Node]) -> None:
    if r.peek().is_word("forall"):
        r.take()
        given.append(_for_all(r))
    else:
        given += _relations(r)
    while r.peek().is_op(",") and r.peek(1).kind != "end":
        saved = r.at
        r.take()
        more = r.attempt(lambda: _relations(r))
        if more is None:
            r.at = saved
            return
        given += more


def _for_all(r: Reader) -> Node:
    r"""What stands behind \forall: x, x > 0, or x, y \in S, of which only the last says where they lie."""
    found = compared(r)
    while not isinstance(found[-1], Call) and (more := r.attempt(lambda: _further(r))):
        found += more
    return Call("for_all", tuple(found))


def _further(r: Reader) -> list[Node]:
    r.take()
    if not r.tokens[r.at - 1].is_op(","):
        raise r.unexpected("','")
    return compared(r)


def _relations(r: Reader) -> list[Node]:
    """Relations as conditions; FormulaError where there is none."""
    parts = compared(r)
    if not any(isinstance(p, Call) and p.function in CONDITIONS for p in parts):
        raise r.error("a condition states a relation")
    return parts


def _chain(r: Reader, found: list[Relation | Node], head: Node | None) -> Node:
    """One chain, its parts added to `found`; returns the left side that a further row may go on with."""
    start = r.peek()
    if head is not None and (op := r.look(lambda: relation_sign(r))):
        left: Node = head  # a further row that starts with its sign goes on with the chain
    else:
        if start.is_op("+", "-") and found and r.tokens[r.at - 1].is_op("\\\\"):
            raise r.error("a row that goes on with a sum stands alone")
        left = r.sum()
        check_depth(left, MAX_DEPTH)
    count, implied = 0, False
    while (op := relation_sign(r)) is not None:
        right = member(r) if op == "in" else r.sum()
        check_depth(right, MAX_DEPTH)
        if left == Name("I") and (op == "in" or (op == "=" and isinstance(right, Number))):
            left = Name("i")  # an index, not the imaginary unit
        found.append(Relation(left, op, right))
        left = left if op in ("=", ":=", "==") else right
        count += 1
        if implied:
            raise r.error("whether the arrow between two relations means 'tends to' or 'implies' is not clear")
        implied = op == "->" and count > 1
    if not count:
        if start.is_op("+"):
            raise r.error("the formula starts with an operator: it goes on with another one", start)
        found.append(left)
    return left


def _system(r: Reader) -> list[Tokens] | None:
    r"""The rows of a system \left\{ \begin{array} ... \end{array} \right. or \begin{cases} ... of equations; else
    None."""

    def read() -> list[Tokens]:
        braced = r.peek().is_word("left")
        if braced:
            r.take()
            r.take()
        start = r.peek()
        if not r.take().is_word("begin"):
            raise r.error("no system")
        name = "".join(t.text for t in r.script() if not t.is_op("*"))
        if name not in ("array", "aligned", "cases", "split", "gathered", "dcases", "alignedat", "align", "matrix"):
            raise r.error("no system")
        if name in ("array", "alignedat"):
            r.script()
        body = environment_body(r, name, start)
        if braced:
            r.take()
            r.take()
        if r.peek().kind != "end" and not r.peek().is_op(*_STOPS):
            raise r.error("no system")
        cells = rows_of(body)
        if any(a and b and not beside(a[-1], b[0]) for row in cells for a, b in pairwise(row)):
            raise r.error("a table is no system")
        rows = [tuple(t for cell in row for t in cell) for row in cells]
        if not all(
            any(
                t.is_op("=", "<", ">") or (t.kind == "word" and t.text in ("leq", "geq", "approx", "equiv"))
                for t in row
            )
            for row in rows
        ):
            raise r.error("no system")
        return rows

    t = r.peek()
    if not (t.is_word("begin") or (t.is_word("left") and r.peek(1).written in ("\\{", "."))):
        return None
    return r.attempt(read)
