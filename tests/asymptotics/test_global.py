"""A certified law is that of the global optimum inside the domain, or there is none: against dense searches.

The objectives have several wells, walls, edges, poles and optima at infinity; `scaling` may refuse them with a typed
error, but what it certifies as global has to hold at three large values of the parameter.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.asymptotics import expand, scaling
from cascade_sym.errors import NoOptimum, NoPowerLaw, ScalingError, UnboundedObjective

N, x, y = sp.symbols("N x y")
LARGE = (1e5, 1e7, 1e9)
CASES = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 12
R = sp.Rational


def _number(rng: np.random.Generator) -> sp.Rational:
    return R(int(rng.integers(1, 40)), int(rng.integers(1, 12)))


def _objective(rng: np.random.Generator) -> tuple[sp.Expr, list[sp.Expr]]:
    """(objective, constraints) of one random kind."""
    a, b, c, d = (_number(rng) for _ in range(4))
    p, q = (R(int(rng.integers(1, 5)), 2) for _ in range(2))
    kinds = [
        ((x - a) ** 2 * (x - b) ** 2 + c * x / N**p + d / N, []),  # two wells of one depth
        (((x - a) ** 2 + c / N**p) * ((x + b) ** 2 + d / N**q), []),  # one of them at a negative value
        (((x - a) ** 2 + c / N**p) * ((x - a - b) ** 2 + d / N**q), []),
        ((x - a) ** 2 * (x - a - b) ** 2 - c * x / (d + x) + 1 / N, []),
        (c * x + d / (x * N**p) + 1 / N, []),  # x falls below any bound
        (c / (1 + x) + d / N**p + x**2 / N, []),  # far out
        (c / (1 + x) + d / N, []),  # at infinity
        ((c * x**2 + d / N**p) / (x * (a - x)), [a - x]),  # unstable beyond a
        ((c * x**2 + d / N**p) / (x * (a - x)), []),  # a pole within reach
        ((x - a) ** 2 + c / N, [b - x]),  # a wall
    ]
    return kinds[int(rng.integers(len(kinds)))]


def _bounds(rng: np.random.Generator) -> tuple[sp.Expr, sp.Expr]:
    a, b = sorted((_number(rng), _number(rng)))
    choices = [(0, sp.oo), (a, sp.oo), (-a, sp.oo), (-sp.oo, b), (a, a + b), (-b, a), (-sp.oo, sp.oo)]
    low, high = choices[int(rng.integers(len(choices)))]
    return sp.sympify(low), sp.sympify(high)


def _searched(f: sp.Expr, positive: list[sp.Expr], low: sp.Expr, high: sp.Expr, large: float) -> float:
    """The least value on a dense grid, refined around its best points."""
    value = sp.lambdify((x, N), (f, *positive), "numpy")

    def at(points: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            found, *walls = (np.broadcast_to(np.asarray(v, dtype=float), points.shape) for v in value(points, large))
        allowed = np.all([w > 0 for w in walls], axis=0) if walls else np.full(points.shape, True)
        return np.where(allowed & np.isfinite(found), found, np.inf)

    steps = np.concatenate([10.0 ** np.linspace(-20, 12, 60001), [0.0]])
    ends = [float(e) for e in (low, high) if e.is_finite] or [0.0]
    grid = np.concatenate([e + sign * steps for e in (*ends, 0.0) for sign in (1, -1)] + [np.linspace(-60, 60, 60001)])
    grid = np.unique(grid[(grid >= float(low)) & (grid <= float(high))])
    values = at(grid)
    best = float(values.min())
    for k in np.argsort(values)[:20]:
        left, right = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
        for _ in range(12):
            fine = np.linspace(left, right, 201)
            inner = at(fine)
            j = int(inner.argmin())
            best = min(best, float(inner[j]))
            left, right = fine[max(j - 1, 0)], fine[min(j + 1, 200)]
    return best


@pytest.mark.parametrize("seed", range(CASES))
def test_a_certified_law_is_that_of_the_global_optimum(seed):
    rng = np.random.default_rng(seed)
    f, positive = _objective(rng)
    low, high = _bounds(rng)
    try:
        s = scaling(f, large=N, over=[x], bounds={x: (low, high)}, positive=positive)
    except ScalingError:
        return
    assert s.certificate.scope == "global"
    errors = []
    for large in LARGE:
        law = float(s.at()) * large ** float(s.exponent)
        if s.next_number is not None:
            law += float(s.next_number) * large ** float(s.next_exponent)
        found = _searched(f, positive, low, high, large)
        errors.append(abs(found / law - 1))
    # a search in floats stops at 1e-6; a law that is wrong by a factor or a power does not get there
    assert errors[2] < 1e-2 and errors[2] <= max(errors[0], 1e-6), (f, (low, high), s.exponent, s.at(), errors)


@pytest.mark.parametrize(
    ("f", "bounds", "at"),
    [
        ((x + 2) ** 2 + x / N, (1, sp.oo), 1),
        ((x - 2) ** 2 + x / N, (-sp.oo, 1), 1),
        (x + 1 / (N * x), (R(1, 3), sp.oo), R(1, 3)),
        (x**2 / N - x, (-1, sp.sqrt(2)), sp.sqrt(2)),
    ],
)
def test_an_optimum_at_the_end_of_its_interval(f, bounds, at):
    s = scaling(f, large=N, over=[x], bounds={x: bounds})
    assert (s.optimum["x"].limit, s.optimum["x"].fixed) == (at, "edge")
    assert s.exponent == 0 and abs(s.at() - sp.N(sp.limit(f.subs(x, at), N, sp.oo), 30)) < 1e-20


@pytest.mark.parametrize("high", [1, 2, sp.oo])
def test_a_slow_approach_to_the_end_of_a_finite_interval(high):
    """x falls as N^(-1/8), which is 0.002 still at N = 1e22; the law is that of the interval without an upper end."""
    s = scaling(x**2 + 2 / (sp.sqrt(N) * x**2 + 1), large=N, over=[x], bounds={x: (0, high)})
    assert (s.exponent, s.prefactor.expr(), s.optimum["x"].exponent) == (-R(1, 4), 2 * sp.sqrt(2), -R(1, 8))


def test_an_interval_from_elsewhere_than_zero():
    """x = 1 + 1/sqrt(N): near the end of the interval, at a distance that is a power."""
    s = scaling(x - 1 + 1 / (N * (x - 1)), large=N, over=[x], bounds={x: (1, sp.oo)})
    term = s.optimum["x"]
    assert (s.exponent, s.prefactor.expr()) == (-R(1, 2), 2)
    assert (term.limit, term.exponent, term.coefficient.expr()) == (1, -R(1, 2), 1)


def test_the_deeper_of_two_wells_is_not_passed_over_for_one_that_can_be_followed():
    """The wall at x = 40 cuts off a deeper region: the well at x = 1 is only local."""
    with pytest.raises(NoOptimum, match="constraint"):
        scaling((x - 1) ** 2 * (30 - x) + 1 / N, large=N, over=[x], positive=[40 - x])


def test_a_narrow_pole_is_seen():
    with pytest.raises(UnboundedObjective):
        scaling((x - 9) ** 2 + 1 / N + 1 / (10**6 * (x + 3)), large=N, over=[x], bounds={x: (-sp.oo, sp.oo)})


def test_an_unstable_system_has_no_occupancy():
    a = cs.operator("a")
    chi, kappa, n = sp.symbols("chi kappa n")
    squeezing = chi * sp.I * (a.dagger() ** 2 - a**2) / 2
    system = cs.SLH("sq", H=squeezing, ports={"light": sp.sqrt(kappa) * a}, baths={"bath": (sp.sqrt(kappa) * a, n)})
    variance = cs.covariance(system)["X_a", "X_a"]
    assert scaling(variance, large=n, at={chi: R(1, 2), kappa: 1}).prefactor.expr() == 1
    for arguments in ({"large": n, "at": {chi: 2, kappa: 1}}, {"large": chi, "at": {kappa: 1}}):
        with pytest.raises(NoOptimum):
            scaling(variance, **arguments)


def test_a_global_claim_says_where_it_was_searched():
    s = scaling(x + 1 / (N * x), large=N, over=[x])
    assert s.certificate.scope == "global"
    assert s.certificate.to_json()["searched"] == ["1.0e+6", "1.0e+9", "1.0e+12"]


@pytest.mark.parametrize("exponent", [sp.pi, sp.E, sp.sqrt(2), R(314159, 100000), R(1, 10**18 + 9)])
def test_an_exponent_without_short_form(exponent):
    with pytest.raises(NoPowerLaw):
        expand((x + 1) ** exponent, large=x)


SQUARES = {
    "an isolated zero": (N * (x - 1) ** 2 + N * (y - x) ** 2 + (1 + x) / N, 2, -1),
    "of a product": (N * (x - y) ** 2 + N * (x * y - 1) ** 2 + x / N + y / N**2, 1, -1),
    "of different sizes": (N * (x - 2 * y) ** 2 + (x + y - 3) ** 2 + 1 / N, 1, -1),
    "with a tilt": (N * (x - 2 * y) ** 2 + (x + y - 3) ** 2 + x, R(17, 9), 0),
}


@pytest.mark.parametrize("name", SQUARES)
def test_competing_squares_of_two_parameters(name):
    """By hand, where all squares vanish; the tilted one is (3y - 3)^2 + 2y along x = 2y, least at y = 8/9: 17/9."""
    objective, prefactor, exponent = SQUARES[name]
    positive = {x: sp.Symbol("x", positive=True), y: sp.Symbol("y", positive=True)}
    law = scaling(objective.xreplace(positive), large=N, over=list(positive.values()))
    assert (law.prefactor.expr(), law.exponent) == (prefactor, exponent) and "global" in str(law.certificate)
