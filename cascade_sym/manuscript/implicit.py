"""Prefactors that are given implicitly: xi = P C^(-1/2), where 0 = a polynomial in P.

What is proved is that the polynomial is the derived one up to a factor without P. Which of its roots is meant, a
manuscript does not say; the derived one is meant then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr

from cascade_sym.asymptotics.algebraic import VARIABLE
from cascade_sym.errors import CascadeError, FormulaError
from cascade_sym.exact import is_zero
from cascade_sym.formula import Environment, Relation
from cascade_sym.formula.walk import require_small
from cascade_sym.manuscript.known import Meaning
from cascade_sym.paper.compare import plain
from cascade_sym.paper.environment import value_of
from cascade_sym.paper.model import PowerLaw
from cascade_sym.paper.verdict import StatementVerdict, confirmed
from cascade_sym.symbols import own

ZERO = "0"  # the left side of such a polynomial
METHOD = "the polynomial of the exact prefactor, up to a factor (identity in the exact algebra)"
_OTHER = own("P_other")


def polynomial_of(m: Meaning) -> Expr | None:
    """The polynomial (in `VARIABLE`) whose root the derived prefactor is; None where it has a closed form or none.

    None as well where P is a parameter: then a printed P is that.
    """
    if not isinstance(m.derived, PowerLaw):
        return None
    exact = m.derived.law.prefactor
    return exact.polynomial if exact.closed is None and exact.proved and exact.variable == VARIABLE else None


def same_roots(m: Meaning, latex: str, env: Environment, symbols: Mapping[str, str], root: Expr = VARIABLE) -> bool:
    """Whether a printed polynomial is the derived one at P = `root`, up to a factor without P.

    Raises FormulaError where it can't be read.
    """
    (relation,) = m.reading.relations(f"x = {latex}", env, symbols)
    require_small(relation.rhs)
    printed = plain(value_of(relation.rhs, env), m.reading.folder.model)
    derived = plain(polynomial_of(m), m.reading.folder.model).xreplace({VARIABLE: root})
    if not isinstance(printed, Expr) or VARIABLE not in printed.free_symbols or is_zero(printed):
        return False
    other = {VARIABLE: _OTHER}  # the quotient is the same there
    return bool(is_zero(derived * printed.xreplace(other) - derived.xreplace(other) * printed))


def implicit_verdict(
    m: Meaning, relation: Relation, env: Environment, symbols: Mapping[str, str], given: Sequence[str]
) -> StatementVerdict | None:
    """The verdict of a scaling whose prefactor is a root of one of the polynomials `given`; None where it is not."""
    if not given or polynomial_of(m) is None:
        return None
    root = _root(m, relation, env)
    if root is None or not any(_same(m, g, env, symbols, root) for g in given):
        return None
    check = confirmed(m.derived)
    if not check.ok:
        said = f"not shown to be the leading term: {check.method}"
        return StatementVerdict(m.statement, "unchecked", said, m.derived)
    verdict = "asymptotic" if relation.op == "~=" else "differs"
    return StatementVerdict(m.statement, verdict, f"leading term; its prefactor is a root of {METHOD}", m.derived)


def polynomial_verdict(
    latex: str, scaling: str, meanings: Sequence[Meaning], local: Mapping[str, str]
) -> dict[str, str]:
    """The fields of a `Checked` for a polynomial that stands beside the formula `scaling`, which may mean `meanings`.

    Raises FormulaError where none of them has such a prefactor, or where something can't be read.
    """
    wanted = [m for m in meanings if polynomial_of(m) is not None]
    if not wanted:
        raise FormulaError("no scaling of this display has a prefactor that is a root of a polynomial.")
    for m in wanted:
        env, symbols = m.local_values(local)
        roots = [_root(m, r, env) for r in m.reading.relations(scaling, env, symbols)]
        if any(same_roots(m, latex, env, symbols, root) for root in (*filter(None, roots), VARIABLE)):
            return {"verdict": "exact", "equation": m.equation.id, "reason": METHOD}
    return {"verdict": "differs", "equation": wanted[0].equation.id, "reason": f"not {METHOD}"}


def _root(m: Meaning, relation: Relation, env: Environment) -> Expr | None:
    """What a printed scaling has as its prefactor, over the root of a polynomial; None for other formulas."""
    law = m.derived.law
    value = plain(value_of(relation.rhs, env), m.reading.folder.model)
    if not isinstance(value, Expr) or VARIABLE not in value.free_symbols:
        return None
    root = value / law.large**law.exponent
    return None if law.large in root.free_symbols else root


def _same(m: Meaning, latex: str, env: Environment, symbols: Mapping[str, str], root: Expr) -> bool:
    try:
        return same_roots(m, latex, env, symbols, root)
    except CascadeError:
        return False
