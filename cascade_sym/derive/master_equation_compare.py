"""Do two master equations say the same? A proof, whatever operators they are written with.

A Lindblad equation is fixed by H and by the matrix sum_i rate_i J_i J_i^+ over the operators a, a^+; its jump
operators are not unique. The measurement terms are fixed up to a rotation among the currents (their signs, say):
by sum_k M_k (x) M_k and sum_k M_k (x) M_k^+.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr

from cascade_sym.derive.master_equation import MasterEquation
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial
from cascade_sym.steps import Check
from cascade_sym.symbols import conj


def same_master_equation(left: MasterEquation, right: MasterEquation) -> Check:
    """Prove that two master equations with linear jump operators are the same; the residual names what differs.

    >>> from cascade_sym.derive.master_equation import master_equation
    >>> from cascade_sym.parts import Oscillator
    >>> m = master_equation(Oscillator("M"))
    >>> same_master_equation(m, m).ok
    True
    """
    wrong = []
    if not _without_number(left.H - right.H).is_zero:
        wrong.append("the Hamiltonians differ")
    if set(left.modes) != set(right.modes):
        wrong.append(f"the modes differ: {left.modes} and {right.modes}")
    else:
        basis = [Op(m, d) for m in left.modes for d in (False, True)]
        for what, table in (
            ("dissipators", _dissipation), ("measurement terms", _measured(lambda x: x)),
            ("measurement terms", _measured(lambda x: x.dagger())),
        ):  # fmt: skip
            for i in basis:
                for j in basis:
                    excess = table(left, i, j) - table(right, i, j)
                    if not is_zero(excess):
                        wrong.append(f"the {what} differ in {_show(i)}, {_show(j)}")
    return Check(not wrong, "H, the Lindblad matrix and the measured operators, element by element", "; ".join(wrong))


def _without_number(H: OperatorPolynomial) -> OperatorPolynomial:
    return H.filtered(lambda m: m != ())


def _dissipation(m: MasterEquation, i: Op, j: Op) -> Expr:
    total = sp.S.Zero
    for jump in m.jumps:
        f = jump.operator.linear()
        total += jump.rate * f[i] * conj(f[j])
    return sp.sympify(total)


def _measured(turned: Callable[[LinearForm], LinearForm]) -> Callable[[MasterEquation, Op, Op], Expr]:
    def table(m: MasterEquation, i: Op, j: Op) -> Expr:
        forms = [x.operator.linear() for x in m.measured]
        return sp.Add(*(f[i] * turned(f)[j] for f in forms))

    return table


def _show(o: Op) -> str:
    return f"{o.name}^+" if o.dag else o.name
