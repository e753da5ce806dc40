"""Environments inside a formula: matrices, cases, aligned rows."""

from __future__ import annotations

from cascade_sym.formula.ast import Call, Name, Node, Number
from cascade_sym.formula.latex_in.brackets import condition
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.printed_alike import Tokens, closing
from cascade_sym.formula.token_stream import Token

MATRICES = frozenset(
    "pmatrix bmatrix matrix smallmatrix array Bmatrix vmatrix Vmatrix psmallmatrix bsmallmatrix".split()
)
BRACKETED = frozenset("pmatrix bmatrix psmallmatrix bsmallmatrix".split())


def environment(r: Reader) -> Node:
    start = r.peek()
    name = "".join(t.text for t in r.script() if not t.is_op("*"))
    if r.peek().is_op("["):
        r.at = closing(r.tokens, r.at, r.text, "[", "]")
    if name == "array":
        r.script()
    body = environment_body(r, name, start)
    if name in ("aligned", "split", "gathered", "alignedat"):
        return r.inner(tuple(t for t in body if not t.is_op("&", "\\\\")))
    cells = rows_of(body)
    if name in ("cases", "dcases"):
        return Call("piecewise", tuple(_case(r, row, start) for row in cells))
    if name not in MATRICES:
        raise r.error(f"the environment '{name}' is not read inside a formula", start)
    if len({len(row) for row in cells}) != 1:
        raise r.error("the rows of a matrix have different lengths", start)
    if name in BRACKETED and len(cells) == len(cells[0]) == 1:  # a matrix of one element prints as brackets
        return r.inner(cells[0][0])
    zero = Number("0")  # what is left blank
    node = Call("matrix", tuple(Call("row", tuple(r.inner(c) if c else zero for c in row)) for row in cells))
    if name == "vmatrix":
        return Call("det", (node,))
    if name == "Bmatrix":
        return Call("braced", node.args)
    if name == "Vmatrix":
        raise r.error(f"the environment '{name}' is not read", start)
    return node


def environment_body(r: Reader, name: str, start: Token) -> Tokens:
    r"""The tokens up to the \end of the environment that was opened, which is taken."""
    inside, depth = r.at, 1
    while depth:
        t = r.take()
        if t.kind == "end":
            raise r.error(f"the environment '{name}' is not closed", start)
        depth += t.is_word("begin") - t.is_word("end")
    body = r.tokens[inside : r.at - 1]
    if "".join(t.text for t in r.script() if not t.is_op("*")) != name:
        raise r.error(f"the environment '{name}' is closed by another name", start)
    return body


def rows_of(body: Tokens) -> list[list[Tokens]]:
    """The cells of the rows of an array; an empty last row is none."""
    rows: list[list[list[Token]]] = [[[]]]
    depth = 0
    for t in body:
        depth += t.is_word("begin") + t.is_op("{") - t.is_word("end") - t.is_op("}")
        if depth == 0 and t.is_op("\\\\"):
            rows.append([[]])
        elif depth == 0 and t.is_op("&"):
            rows[-1].append([])
        elif not t.is_word("hline"):
            rows[-1][-1].append(t)
    kept = [row for row in rows if any(row)]
    return [[tuple(cell) for cell in row] for row in kept]


def _case(r: Reader, row: list[Tokens], start: Token) -> Node:
    if len(row) != 2:
        raise r.error("a case needs a value and a condition, separated by &", start)
    value, said = row
    while value and value[-1].is_op(",", ";", "."):
        value = value[:-1]
    while said and said[-1].is_op(",", ";", "."):
        said = said[:-1]
    words = " ".join(t.text for t in said if t.kind == "text").strip(" ,.").lower()
    rest = tuple(t for t in said if t.kind != "text")
    if words in ("otherwise", "else", "elsewhere", "other") and not rest:
        return Call("case", (r.inner(value), Name("otherwise")))
    if words not in ("", "if", "for", "when") or not rest:
        raise r.error(f"the condition '{words}' of a case is not read", said[0] if said else start)
    return Call("case", (r.inner(value), condition(r.child(rest))))
