"""The vocabulary in which a printed formula is edited: the names of its folder, and what may be missing in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sympy import Add, Expr, Symbol, preorder_traversal

from cascade_sym.errors import CascadeError
from cascade_sym.folder.environment import FUNCTIONS
from cascade_sym.formula import Environment, Neg, Node, parse
from cascade_sym.formula.ast import Call, Name
from cascade_sym.formula.walk import walk
from cascade_sym.misprints.edits import Vocabulary
from cascade_sym.operators import Generator, OperatorPolynomial, Superoperator
from cascade_sym.symbols import is_real

MOST_FACTORS, MOST_ROOTS = 6, 2  # that may be missing: the likeliest, since every one is tried at every place
MOST_TERMS, MOST_OPERATIONS = 12, 12  # terms that may be missing, and operations of one


def vocabulary(env: Environment, swaps: Iterable[tuple[str, str]]) -> Vocabulary:
    """Names of an environment, with those that are operators or complex numbers marked as such."""
    operators = {n for n, v in env.names.items() if isinstance(v, OperatorPolynomial)}
    complex_names = {n for n, v in env.names.items() if isinstance(v, Expr) and not is_real(v)}
    functions = frozenset(env.functions) - set(FUNCTIONS)
    names = tuple(env.names)
    return Vocabulary(names, tuple(swaps), frozenset(operators), frozenset(complex_names), functions=functions)


def with_missing(words: Vocabulary, rhs: Node, printed: Any, derived: Any, env: Environment) -> Vocabulary:
    """The vocabulary with what may be missing in a formula whose values are these.

    As a factor: parameters that only the derived value holds, and roots printed elsewhere. As a term: the terms of the
    sums of the derived value, those first whose parameters the printed value lacks.
    """
    symbols = _symbols(derived) - _symbols(printed)
    names = sorted(n for n, v in env.names.items() if isinstance(v, Symbol) and v in symbols)[:MOST_FACTORS]
    roots = [n for _, n in walk(rhs) if isinstance(n, Call) and n.function == "sqrt"]
    factors = (*(Name(n) for n in names), *list(dict.fromkeys(roots))[:MOST_ROOTS])
    written = {v: n for n, v in env.names.items() if isinstance(v, Symbol)}
    found: dict[Node, int] = {}
    for part in preorder_traversal(derived) if isinstance(derived, Expr) else ():
        for term in part.args if isinstance(part, Add) else ():
            used = term.free_symbols
            if used <= set(written) and term.count_ops() <= MOST_OPERATIONS and (node := _node(term, written)):
                found.setdefault(node, -len(used - _symbols(printed)))
    return replace(words, factors=factors, terms=tuple(sorted(found, key=lambda n: found[n]))[:MOST_TERMS])


def _node(term: Expr, names: Mapping[Symbol, str]) -> Node | None:
    """A term as it would be written, without its sign; None where that can't be."""
    try:
        node = parse(str(term.xreplace({s: Symbol(n) for s, n in names.items()})).replace("**", "^"))
    except CascadeError:
        return None
    return node.arg if isinstance(node, Neg) else node


def _symbols(value: Any) -> set[Symbol]:
    found = value.terms.values() if isinstance(value, OperatorPolynomial | Superoperator | Generator) else (value,)
    return {s for e in found for s in e.free_symbols}
