"""Numbers without parameters as the nearest doubles."""

from __future__ import annotations

import flint
from sympy import Expr

from cascade_sym.definitions.definitions import Definitions
from cascade_sym.errors import ParameterError
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.program.calculation import read


def numbers(*exprs: Expr, definitions: Definitions) -> list[complex]:
    """Expressions without parameters as the nearest complex doubles, in ball arithmetic.

    >>> from sympy import Symbol
    >>> numbers(Symbol("y") / 3, definitions=Definitions(((Symbol("y"), Symbol("y")**0),)))
    [(0.3333333333333333+0j)]
    """
    calculation = read(*exprs, definitions=definitions.needed(*exprs))
    for bits in BITS:
        with flint.ctx.workprec(bits):
            try:
                found = [flint.acb(lifted(x)) for x in calculation.run(Balls(), {})]
            except Undecided:
                continue
            if all(x.real.rel_accuracy_bits() > 60 or x.real == 0 for x in found) and all(
                x.imag.rel_accuracy_bits() > 60 or x.imag == 0 for x in found
            ):
                return [complex(x) for x in found]
    raise ParameterError("the number can't be told from zero, or from what a formula can't be taken at.")


BITS = (100, 200, 400, 800, 1600, 3200)  # of a number that becomes a double, one after the other
