"""`lower_bound`: what an optimised figure of merit tends to when the large parameter no longer limits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.expand import Expansion, expand
from cascade_sym.asymptotics.result import Scaling
from cascade_sym.asymptotics.scaling import scaling
from cascade_sym.asymptotics.setup import symbol_of
from cascade_sym.definitions import Quantity
from cascade_sym.errors import ScalingError


@dataclass(frozen=True)
class LowerBound:
    """The exact limit `value` of the optimised objective, its `series` in a small parameter, and its scaling."""

    value: AlgebraicValue
    series: Expansion | None
    scaling: Scaling


def lower_bound(
    objective: Expr | Quantity,
    *,
    large: Symbol | str,
    over: Iterable[Symbol | str] = (),
    at: Mapping[Any, Any] | None = None,
    small: Symbol | str | None = None,
    terms: int = 3,
    equal: Any = (),
    limit: Any = sp.oo,
    positive: Sequence[Expr | Quantity] = (),
    bounds: Mapping[Any, tuple[Any, Any]] | None = None,
    sample: Mapping[Any, Any] | None = None,
    checks: int = 1,
) -> LowerBound:
    """The non-zero limit of min(objective) as `large` tends to `limit`, exactly; `small` asks for a series in it.

    Arguments as in `scaling`. ScalingError where the optimised objective tends to zero or diverges: then there is
    no bound, and the message gives the power law instead.

    >>> C, e, x = sp.symbols("C epsilon x")
    >>> b = lower_bound(x + e/x + 1/(C*x), large=C, over=[x], small=e, terms=1)
    >>> b.value.expr(), b.series.terms
    (2*sqrt(epsilon), ((2, 1/2),))
    """
    result = scaling(
        objective,
        large=large,
        over=over,
        at=at,
        equal=equal,
        terms=1,
        limit=limit,
        positive=positive,
        bounds=bounds,
        sample=sample,
        checks=checks,
    )
    if result.exponent != 0:
        raise ScalingError(
            f"the optimised objective behaves as {result.large}^({result.exponent}) and is not bounded by a "
            "constant; use scaling for its prefactor."
        )
    series = None
    if small is not None:
        s = symbol_of(small, "small")
        if result.prefactor.closed is None:
            raise ScalingError(
                f"the bound is a root of degree {result.prefactor.degree} without a closed form; its series in {s} "
                "is not available. Leave out `small` to get the bound itself."
            )
        series = expand(result.prefactor.closed, large=s, limit=0, terms=terms)
    return LowerBound(result.prefactor, series, result)
