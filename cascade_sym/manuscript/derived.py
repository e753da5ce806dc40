"""Names that derived values bring along: their definitions, their symbols, their operators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.formula import Environment
from cascade_sym.latex.notation import Notation
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, Superoperator, as_operator, operator
from cascade_sym.paper.model import leading_form


def with_definitions(env: Environment, values: Iterable[Any], notation: Notation) -> tuple[Environment, dict[str, str]]:
    """The environment with the definitions, symbols and operators of derived values as further names.

    Also how the operators are printed: LaTeX to name.
    """
    more: dict[str, Any] = {}
    printed: dict[str, str] = {}
    for v in values:
        v = leading_form(v)
        if isinstance(v, Quantity):
            more |= {s.name: v.definitions.inline(e) for s, e in v.definitions.items}
            more |= {s.name: s for s in v.parameters if s.name not in more}
        elif isinstance(v, Expr):
            more |= {s.name: s for s in v.free_symbols}
        elif isinstance(v, LinearForm | OperatorPolynomial | Superoperator):
            coefficients, names = _parts(v)
            more |= {s.name: s for c in coefficients for s in c.free_symbols}
            for n in names:
                name = n if n.isidentifier() else f"operator_{len(printed)}"
                more[name] = operator(n)
                printed.setdefault(notation.operator(Op(n)), name)
    return Environment({**more, **env.names}, env.functions), printed


def _parts(value: Any) -> tuple[list[Expr], list[str]]:
    """The coefficients of an operator or generator, and the names of its operators (not those at a time)."""
    if isinstance(value, Superoperator):
        pieces = [_parts(value.commutator), _parts(value.measured)]
        ops = [o for pair in value.dissipation for o in pair]
        pieces.append((list(value.dissipation.values()), [o.name for o in ops]))
        return [c for cs, _ in pieces for c in cs], sorted({n for _, ns in pieces for n in ns if "(" not in n})
    terms = as_operator(value).terms
    return list(terms.values()), sorted({o.name for m in terms for o in m if "(" not in o.name})
