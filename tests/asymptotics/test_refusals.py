"""What has no power law, no minimum or no question is refused with a reason."""

from __future__ import annotations

import pytest
import sympy as sp

from cascade_sym.asymptotics import expand, lower_bound, scaling
from cascade_sym.errors import (
    IndependentObjective,
    NoOptimum,
    NoPowerLaw,
    OptimumAtInfinity,
    OutsideExactDomain,
    ParameterError,
    ScalingError,
    UnboundedObjective,
    UnknownParameter,
)

C, m, x, y = sp.symbols("C m x y")


@pytest.mark.parametrize(
    "objective",
    [
        x + C * sp.exp(-x),  # x = log C
        x - sp.log(x) / C,  # (1 + log C)/C
        sp.log(1 + x) / C + 1 / x,  # log(C)/C
        2 + sp.sin(C) + x + 1 / x,  # never settles
        sp.exp(-C) * (x + 1 / x),  # faster than any power
    ],
)
def test_no_power_law_is_said(objective):
    with pytest.raises(NoPowerLaw):
        scaling(objective, large=C, over=[x])


def test_the_message_shows_the_moving_exponent():
    with pytest.raises(NoPowerLaw, match=r"local exponent still moves \(0\.0\d+, 0\.0\d+, 0\.0\d+\)"):
        scaling(x + C * sp.exp(-x), large=C, over=[x])


@pytest.mark.parametrize("objective", [-C * x**2 + x, (x - C) / (1 + x) ** 2 - x, 1 / C - x**3])
def test_unbounded(objective):
    with pytest.raises(UnboundedObjective, match="bound"):
        scaling(objective, large=C, over=[x])


def test_unbounded_at_a_pole_unless_it_is_excluded():
    """[1 + (x-1)^2 C]/(1 - x): the pole at x = 1 and everything beyond it is unstable."""
    f = (1 + x**2 * C) / (C * (1 - x) * x)
    with pytest.raises(UnboundedObjective, match="positive"):
        scaling(f, large=C, over=[x])
    s = scaling(f, large=C, over=[x], positive=[1 - x])
    assert (s.exponent, s.prefactor.expr()) == (-sp.Rational(1, 2), 2)


@pytest.mark.parametrize("objective", [1 + 1 / (C * x), 1 / (1 + x) + 1 / C, sp.sqrt(C + x**2) - x + 1 / x])
def test_optimum_at_infinity(objective):
    with pytest.raises(OptimumAtInfinity, match="x"):
        scaling(objective, large=C, over=[x])


def test_independent_of_the_large_parameter():
    with pytest.raises(IndependentObjective, match="does not depend on C"):
        scaling(x + 1 / x, large=C, over=[x])
    with pytest.raises(IndependentObjective, match="at its best, x = 0, the objective does not depend on C"):
        scaling((x + 5) ** 2 + x / C, large=C, over=[x])
    with pytest.raises(IndependentObjective, match="undone"):
        scaling(C * x + 1 / (C * x), large=C, over=[x])


def test_infeasible():
    with pytest.raises(NoOptimum, match="constraints"):
        scaling(C * x + 1 / x, large=C, over=[x], positive=[-x])


def test_flat_but_no_valley():
    """The second derivative of (x - y)^2 + (x + y - 2)^4 is singular at its minimum, which is a point."""
    with pytest.raises(ScalingError):
        scaling(1 + (x - y) ** 2 + (x + y - 2) ** 4 + 1 / C, large=C, over=[x, y])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"over": [y]}, UnknownParameter, "'y'"),
        ({"over": [x], "at": {y: 2}}, UnknownParameter, "no parameter y"),
        ({"over": [x], "at": {x: 2}}, ParameterError, "set and varied"),
        ({"over": [C]}, ParameterError, "parameter that grows"),
        ({"over": [x], "limit": 3}, ParameterError, "oo or to 0"),
        ({"over": [x], "bounds": {x: (2, 1)}}, ParameterError, "low < high"),
        ({"over": [x], "equal": [(x,)]}, ParameterError, "at least two"),
        ({"over": [3]}, ParameterError, "got 3"),
        ({"over": [x], "at": {m: sp.pi}}, ParameterError, "exact real number"),
        ({"over": [x], "at": {m: sp.I}}, ParameterError, "exact real number"),
    ],
)
def test_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        scaling(x * m + 1 / (C * x), large=C, **arguments)


def test_unknown_function():
    with pytest.raises(OutsideExactDomain, match="besselj"):
        scaling(sp.besselj(0, x) + 1 / C, large=C, over=[x])


def test_no_bound_where_the_optimum_vanishes():
    with pytest.raises(ScalingError, match=r"C\^\(-1/2\)"):
        lower_bound(x + 1 / (C * x), large=C, over=[x])


@pytest.mark.parametrize("e", [sp.log(C), sp.exp(C), sp.sin(C) / C, C - C])
def test_expand_refuses(e):
    with pytest.raises((NoPowerLaw, IndependentObjective)):
        expand(e, large=C)


def test_an_optimum_at_the_boundary_of_a_constraint():
    """x is best as small as the constraint allows: no minimum inside, and the message says where it is."""
    with pytest.raises(NoOptimum, match="boundary where a constraint"):
        scaling(x + 1 / C + 1 / (C * x), large=C, over=[x], positive=[x - sp.Rational(1, 2)])


@pytest.mark.parametrize("over", [{"x": (3, 5)}, "x", sp.Symbol("x"), 3])
def test_over_is_a_list_of_names_and_nothing_is_dropped_from_it(over):
    x, N = sp.symbols("x N")
    with pytest.raises(ParameterError, match="over: expected a list"):
        scaling(x + 1 / (N * x), large=N, over=over)
