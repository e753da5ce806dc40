"""The vocabulary in which a folder's printed formulas are edited: for the audit and the misprint finder."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr

from cascade_sym.formula import Environment
from cascade_sym.formula.edits import Vocabulary
from cascade_sym.operators import OperatorPolynomial
from cascade_sym.symbols import is_real


def vocabulary(env: Environment, swaps: Iterable[tuple[str, str]]) -> Vocabulary:
    """Names of an environment, with those that are operators or complex numbers marked as such."""
    operators = {n for n, v in env.names.items() if isinstance(v, OperatorPolynomial)}
    complex_names = {n for n, v in env.names.items() if isinstance(v, Expr) and not is_real(v)}
    return Vocabulary(tuple(env.names), tuple(swaps), frozenset(operators), frozenset(complex_names))
