r"""Reading the LaTeX dialect in which papers write formulas into the same trees as the plain language.

Read are: \frac and its kin, \sqrt[n], scripts, \dagger and *, \left \right and all brackets, accents, \mathrm
and \operatorname, implicit products, \cdot \times, functions with powers (\sin^2 x, \cos 2\theta), means and
symmetrised moments \langle A, B\rangle, commutators [A, B], variances \Delta^2 X, sums over declared or
written index values, integrals, d/dt and dots, + H.c. Single-token arguments (\tfrac12) work as in TeX.

Rules where LaTeX is ambiguous: a bare function argument is numbers and one symbol (and a coordinate t, x, ...
directly after it); `a/b c` is refused; a name is applied to a bracket only when it is declared a function; a
sum or an integral extends over the rest of its term.

No macro is expanded or executed; size, nesting and digits are bounded; everything else is a FormulaError with
line and column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cascade_sym.formula.ast import Node, Relation
from cascade_sym.formula.latex_in.reader import Reader
from cascade_sym.formula.latex_in.symbols import Body, Indices, Names, tokens
from cascade_sym.formula.parser import MAX_DEPTH
from cascade_sym.formula.walk import check_depth

Symbols = Mapping[str, str] | Names
_RELATIONS = {
    "=": "=", "<": "<", ">": ">", "\\approx": "~=", "\\simeq": "~=", "\\sim": "~=", "\\equiv": ":=", "\\coloneqq": ":=",
    "\\le": "<=", "\\leq": "<=", "\\leqslant": "<=", "\\ge": ">=", "\\geq": ">=", "\\geqslant": ">=", "\\lt": "<",
    "\\gt": ">",
}  # fmt: skip


def parse_latex(
    text: str, names: Symbols | None = None, *, functions: Iterable[str] = (), indices: Indices | None = None
) -> Node:
    r"""The tree of an expression in LaTeX.

    `names` maps the LaTeX of symbols to names; a symbol without an entry gets the name that prints like it
    (`\Gamma_{SB}` is `Gamma_SB`); a `Names` made once serves many formulas. `functions` are names that are
    applied to a bracket, `indices` the values of summation indices. Raises FormulaError.

    >>> str(parse_latex(r"\frac{1}{\gamma_S}\left(\tfrac12\Gamma_S + \tilde\gamma_{S,0}\right)",
    ...                 {r"\tilde\gamma_{S,0}": "gammat_S0"}))
    '1/gamma_S*(1/2*Gamma_S + gammat_S0)'
    >>> str(parse_latex(r"\hat b^\dagger(t)e^{-i\Omega t} + \mathrm{H.c.}", functions=["b"]))
    'hc(dag(b(t))*exp(-I*Omega*t))'
    """
    node = _reader(text, names, functions, indices).whole()
    check_depth(node, MAX_DEPTH)
    return node


def parse_latex_relations(
    text: str, names: Symbols | None = None, *, functions: Iterable[str] = (), indices: Indices | None = None
) -> tuple[Relation, ...]:
    r"""The statements of a displayed formula: chains a = b = c (read as a = b, a = c), separated by commas.

    In a chain an `approx` makes all that follows it approximate.

    >>> [str(r) for r in parse_latex_relations(r"R = a b \approx -c,\quad g < 1.")]
    ['R = a*b', 'R ~= -c', 'g < 1']
    """
    reader = _reader(text, names, functions, indices)
    found: list[Relation] = []
    while True:
        found.extend(_chain(reader))
        if reader.peek().kind == "end":
            return tuple(found)
        if not reader.accept(",", ";") and not reader.peek().wide:
            raise reader.unexpected("an operator, a relation sign or the end")


def _chain(reader: Reader) -> list[Relation]:
    first = reader.sum()
    found: list[Relation] = []
    approximate = False
    while (op := _relation(reader)) is not None:
        approximate = approximate or op == "~="
        rhs = reader.sum()
        check_depth(first, MAX_DEPTH)
        check_depth(rhs, MAX_DEPTH)
        found.append(Relation(first, "~=" if approximate and op == "=" else op, rhs))
    if not found:
        raise reader.unexpected("a relation sign such as = or \\approx")
    return found


def _relation(reader: Reader) -> str | None:
    t = reader.peek()
    if t.is_op(":") and reader.peek(1).is_op("="):
        reader.at += 2
        return ":="
    if op := _RELATIONS.get(t.written):
        reader.take()
    return op


def _reader(text: str, names: Symbols | None, functions: Iterable[str], indices: Indices | None) -> Reader:
    body = _without_full_stop(tokens(text))
    known = names if isinstance(names, Names) else Names(names or {})
    return Reader(text, body, known, frozenset(functions), indices or {})


def _without_full_stop(body: Body) -> Body:
    """The tokens without the punctuation that ends a displayed formula."""
    *kept, end = body
    while kept and kept[-1].is_op(".", ",", ";") and "".join(t.text for t in kept[-4:]) not in ("H.c.", "h.c."):
        kept.pop()
    return (*kept, end)


__all__ = ["Names", "parse_latex", "parse_latex_relations"]
