"""Linear forms written with abbreviations of operators: X for (a + a^dagger)/sqrt2, a force for its light."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from cascade_sym.errors import CascadeError
from cascade_sym.exact import equal
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial

OperatorAbbreviations = Sequence[tuple[str, LinearForm]]


def fold_operators(
    value: LinearForm | OperatorPolynomial, abbreviations: OperatorAbbreviations
) -> LinearForm | OperatorPolynomial:
    """`value` with each abbreviation used where its operators occur with proportional coefficients.

    Exact; polynomials that are not linear are returned as they are. An abbreviation is used once, in order.

    >>> from cascade_sym.operators import op
    >>> x = sp.Symbol("x")
    >>> X = (op("a") + op("a", dag=True)).scaled(1/sp.sqrt(2))
    >>> fold_operators(op("a", x) + op("a", x, dag=True) + op("b"), [("X", X)]).terms
    {Op(name='X', dag=False): sqrt(2)*x, Op(name='b', dag=False): 1}
    """
    if not abbreviations:
        return value
    if isinstance(value, OperatorPolynomial):
        if any(len(m) != 1 for m in value.terms):
            return value
        form = value.linear()
    else:
        form = value
    for name, meaning in abbreviations:
        for long, o in ((meaning, Op(name)), (meaning.dagger(), Op(name, True))):
            form = _replaced(form, long, o)
    return form


def _replaced(form: LinearForm, long: LinearForm, short: Op) -> LinearForm:
    if len(long) < 2 or any(form[o] == 0 for o, _ in long):
        return form
    ratios = [form[o] / c for o, c in long]
    try:
        if not all(equal(r, ratios[0]) for r in ratios[1:]):
            return form
    except CascadeError:  # outside the exact algebra: not proportional as far as can be proved
        return form
    rest = {o: c for o, c in form if o not in long.terms}
    return LinearForm({short: sp.simplify(ratios[0]) if ratios[0].is_number else ratios[0], **rest})
