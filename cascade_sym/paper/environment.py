"""What names and functions of printed formulas stand for: the folder's glossary and a few operator brackets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from cascade_sym.definitions import Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.formula import Environment, Node, interpret
from cascade_sym.operators import (
    RHO,
    DensityOperator,
    LinearForm,
    OperatorPolynomial,
    Superoperator,
    as_operator,
    commutator,
    commutator_with_rho,
    dissipator,
    formal_integral,
    innovation,
)
from cascade_sym.paper.folder import Folder
from cascade_sym.paper.model import Result


def environment(folder: Folder, result: Result | None = None) -> Environment:
    """The environment in which printed formulas have their values; `result` may add names of its own."""
    table = {"rho": RHO, **folder.model.names(), **(result.names if result else {})}
    names = {k: written_out(v) for k, v in table.items()}
    functions: Mapping[str, Callable[..., Any]] = {**FUNCTIONS, **folder.model.functions}
    return Environment(names, functions)


def written_out(v: Any) -> Any:
    """A quantity as one expression, a linear form as an operator; other values as they are."""
    if isinstance(v, Quantity):
        return v.inline()
    return as_operator(v) if isinstance(v, LinearForm) else v


def _comm(a: Any, b: Any) -> OperatorPolynomial | Superoperator:
    if isinstance(b, DensityOperator):
        return commutator_with_rho(as_operator(a))
    return commutator(as_operator(a), as_operator(b))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "comm": _comm, "integral": formal_integral, "D": dissipator, "H": innovation,
}  # fmt: skip


def value_of(node: Node, env: Environment) -> Any:
    """The value of a printed formula; FormulaError where its parts do not fit (a number plus rho, for instance)."""
    try:
        return interpret(node, env)
    except (TypeError, AttributeError, sp.SympifyError) as err:
        raise FormulaError(f"the formula has no value: {err}") from err
