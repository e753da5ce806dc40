"""The vocabulary in which a folder's printed formulas are edited: for the audit and the misprint finder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Add, Expr, Symbol, preorder_traversal

from cascade_sym.errors import CascadeError
from cascade_sym.exact import normal_form
from cascade_sym.formula import Environment, Neg, Node, parse
from cascade_sym.formula.ast import Call, Name
from cascade_sym.formula.edits import Vocabulary
from cascade_sym.formula.edits.build import ONE, product
from cascade_sym.formula.walk import walk
from cascade_sym.operators import Op, OperatorPolynomial, Superoperator
from cascade_sym.symbols import is_real

MOST_FACTORS, MOST_ROOTS = 6, 2
MOST_TERMS, MOST_OPERATIONS = 12, 12  # terms that may be missing, and operations of one


def vocabulary(env: Environment, swaps: Iterable[tuple[str, str]]) -> Vocabulary:
    """Names of an environment, with those that are operators or complex numbers marked as such."""
    operators = {n for n, v in env.names.items() if isinstance(v, OperatorPolynomial)}
    complex_names = {n for n, v in env.names.items() if isinstance(v, Expr) and not is_real(v)}
    return Vocabulary(tuple(env.names), tuple(swaps), frozenset(operators), frozenset(complex_names))


def missing_factors(rhs: Node, printed: Any, derived: Any, env: Environment) -> tuple[Node, ...]:
    """What may be missing as a factor: parameters that only the derived value holds, and roots printed elsewhere."""
    symbols = _symbols(derived) - _symbols(printed)
    names = sorted(n for n, v in env.names.items() if isinstance(v, Symbol) and v in symbols)[:MOST_FACTORS]
    roots = [n for _, n in walk(rhs) if isinstance(n, Call) and n.function == "sqrt"]
    return (*(Name(n) for n in names), *list(dict.fromkeys(roots))[:MOST_ROOTS])


def missing_terms(printed: Any, derived: Any, env: Environment) -> tuple[Node, ...]:
    """What may be missing as a term: the terms of the sums of the derived value, those first whose parameters the
    printed value lacks."""
    if not isinstance(derived, Expr):
        return ()
    names = {v: n for n, v in env.names.items() if isinstance(v, Symbol)}
    found: dict[Node, int] = {}
    for part in preorder_traversal(derived):
        for term in part.args if isinstance(part, Add) else ():
            if term.free_symbols <= set(names) and term.count_ops() <= MOST_OPERATIONS and (node := _node(term, names)):
                found.setdefault(node, len(_symbols(printed) & term.free_symbols) - len(term.free_symbols))
    return tuple(sorted(found, key=lambda n: found[n]))[:MOST_TERMS]


def written_term(value: Any, env: Environment) -> tuple[int, Node] | None:
    """A number or operator as one term of a formula, with its sign; None where it has several or can't be written."""
    try:
        if isinstance(value, OperatorPolynomial):
            ((monomial, value),) = value.terms.items()
            operators = [_operator(o, env) for o in monomial]
        elif isinstance(value, Expr):
            operators = []
        else:
            return None
        term = normal_form(value, factor=True)
        if term.is_Add or term.count_ops() > MOST_OPERATIONS:
            return None
        sign, node = _written(term)
    except (CascadeError, RecursionError, ValueError, LookupError):
        return None
    return sign, product([*([node] if node != ONE or not operators else []), *operators])


def _operator(op: Op, env: Environment) -> Node:
    """An operator by its name in the printed formulas; LookupError where it has none."""
    for dag in (False, True):
        asked = ((Op(op.name, op.dag != dag),), 1)
        for n, v in env.names.items():
            if isinstance(v, OperatorPolynomial) and tuple(v.terms.items()) == (asked,):
                return Call("dag", (Name(n),)) if dag else Name(n)
    raise LookupError(op.name)


def _node(term: Expr, names: Mapping[Symbol, str]) -> Node | None:
    """A term as it would be written, without its sign; None where that can't be."""
    try:
        return _written(term.xreplace({s: Symbol(n) for s, n in names.items()}))[1]
    except CascadeError:
        return None


def _written(term: Expr) -> tuple[int, Node]:
    """A term as a formula without its sign, and the sign."""
    node = parse(str(term).replace("**", "^"))
    return (-1, node.arg) if isinstance(node, Neg) else (1, node)


def _symbols(value: Any) -> set[Symbol]:
    if isinstance(value, OperatorPolynomial | Superoperator):
        return {s for c in value.terms.values() for s in c.free_symbols}
    return set(value.free_symbols)
