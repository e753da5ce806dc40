"""What names and functions of printed formulas stand for, and the vocabulary in which the formulas are edited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Add, Expr, Symbol, preorder_traversal

from cascade_sym import operators
from cascade_sym.definitions import Quantity
from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.exact.truth import written
from cascade_sym.formula import Environment, Neg, Node, interpret, parse
from cascade_sym.formula.ast import Call, Name
from cascade_sym.formula.edits import Vocabulary
from cascade_sym.formula.walk import walk
from cascade_sym.operators import Generator, LinearForm, OperatorPolynomial, Superoperator, as_operator
from cascade_sym.paper.folder import Folder
from cascade_sym.paper.model import Model, Result, leading_form
from cascade_sym.symbols import is_real


def environment(folder: Folder, result: Result | None = None) -> Environment:
    """The environment in which printed formulas have their values; `result` may add names of its own."""
    table = {"rho": operators.RHO, **folder.model.names(), **(result.names if result else {})}
    names = {k: written_out(v) for k, v in table.items()}
    functions: Mapping[str, Callable[..., Any]] = {**FUNCTIONS, **folder.model.functions}
    return Environment(names, functions)


def written_out(v: Any) -> Any:
    """A quantity as one expression, a linear form as an operator; other values as they are."""
    if isinstance(v, Quantity):
        return written(v)
    return as_operator(v) if isinstance(v, LinearForm) else v


def plain(value: Any, model: Model) -> Any:
    """A value of either side as an expression, operator polynomial or generator, in base parameters."""
    value = written_out(leading_form(value))
    if isinstance(value, operators.DensityOperator):
        return value
    if isinstance(value, OperatorPolynomial | Superoperator | Generator):
        return value.map_coefficients(lambda c: model.in_base(sp.sympify(c)))
    return model.in_base(sp.sympify(value))


def _comm(a: Any, b: Any) -> OperatorPolynomial | Superoperator:
    if isinstance(b, operators.DensityOperator):
        return operators.commutator_with_rho(as_operator(a))
    if isinstance(a, operators.DensityOperator):
        return -operators.commutator_with_rho(as_operator(b))
    return operators.commutator(as_operator(a), as_operator(b))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "comm": _comm, "integral": operators.formal_integral,
    "D": lambda J: Generator(operators.dissipator(J)), "H": lambda M: Generator(operators.innovation(M)),
}  # fmt: skip


def value_of(node: Node, env: Environment) -> Any:
    """The value of a printed formula; FormulaError where its parts do not fit (a number plus rho, for instance)."""
    try:
        return interpret(node, env)
    except (TypeError, AttributeError, sp.SympifyError) as err:
        raise FormulaError(f"the formula has no value: {err}") from err


MOST_FACTORS, MOST_ROOTS = 6, 2
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
