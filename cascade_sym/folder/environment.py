"""What names and functions of printed formulas stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from cascade_sym import operators
from cascade_sym.definitions import Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.exact.truth import written
from cascade_sym.folder.derived_values import Result, leading_form
from cascade_sym.folder.load import Folder
from cascade_sym.folder.model import Model
from cascade_sym.formula import Environment, Node, interpret
from cascade_sym.operators import Generator, LinearForm, OperatorPolynomial, Superoperator, as_operator


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
