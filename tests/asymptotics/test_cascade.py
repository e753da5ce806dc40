"""Optimised two-mode EPR variances: exact prefactors against direct optimisation and against hand derivations."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp

from cascade_sym.asymptotics import expand, lower_bound, scaling
from cascade_sym.errors import NoOptimum

from .cascade import (
    ANGLES,
    C_M,
    C_S,
    STABLE,
    direct_optimum,
    epsilon,
    gamma_S0,
    n_M,
    n_S,
    r,
    theta_M,
    theta_S,
    xi_g,
)  # fmt: skip

half = sp.Rational(1, 2)
FREE = [C_M, theta_S, theta_M]


def unconditional(over=FREE, **arguments):
    return scaling(xi_g, large=C_S, over=over, positive=STABLE, **arguments)


def by_hand(d, s):
    """The prefactor for lossless unequal angles, with d = [gamma_S0 - gamma_M0]/(2 gammat_S0) and s = 1 + r.

    With theta_j = pi/4 + k_j/sqrt(C_S) and C_M = C_S/r, sqrt(C_S) xi_g tends to
    [(k_S + k_M)^2 + 2 s]/(4 k_M) + d^2/[4 k_S k_M (k_S + k_M)]. Its minimum lies at k_S = x (k_S + k_M), where x in
    (0, 1/5) solves d^2 (1 - 5x)^2 = 8 s^2 x^2 (1 + x), and equals sqrt(s/[2 (1 + x)(1 - 5x)]).
    """

    def f(x):
        return d**2 * (1 - 5 * x) ** 2 - 8 * s**2 * x**2 * (1 + x)

    x = mp.findroot(f, (mp.mpf(10) ** -12, mp.mpf(1) / 5), solver="anderson", tol=mp.mpf(10) ** -70)
    return mp.sqrt(s / (2 * (1 + x) * (1 - 5 * x)))


def direct_prefactor(objective, variables, s, values, power):
    """Limit of C_S^-power times the direct optimum, from three values of C_S a fixed ratio apart."""
    rows = []
    for k in (30, 32, 34):
        C = sp.Integer(10) ** k
        start = {}
        with mp.workdps(80):
            for v in variables:
                t = s.optimum[v.name]
                base = 0 if t.limit in (0, sp.oo) else mp.mpf(sp.N(t.limit, 80))
                size = 0 if t.exponent is None else t.coefficient.at(values, 60) * mp.mpf(10) ** (k * t.exponent)
                start[v] = base + size
        value = direct_optimum(objective, variables, C_S, C, start)
        with mp.workdps(80):
            rows.append(value * mp.mpf(10) ** (-k * mp.mpf(power.p) / power.q))
    with mp.workdps(80):
        a, b, c = rows
        return c - (c - b) ** 2 / ((c - b) - (b - a))


@pytest.mark.parametrize(
    "values",
    [
        {n_S: 1, r: sp.Rational(4, 3), n_M: sp.oo},
        {n_S: sp.Rational(7, 2), r: sp.Rational(1, 5), n_M: sp.oo},
        {n_S: 0, r: 3, n_M: 0},
        {n_S: sp.Rational(1, 3), r: sp.Rational(2, 7), n_M: 11},
    ],
)
def test_unequal_angles_without_loss(values):
    s = unconditional(at={epsilon: 0, **values})
    assert s.exponent == -half
    assert s.next_exponent == -1
    assert s.prefactor.closed is None
    assert s.prefactor.degree == 6
    gm = 0 if values[n_M] is sp.oo else values[r] / (values[n_M] + half)
    d = (1 / (values[n_S] + half) - gm) / 2
    with mp.workdps(80):
        known = by_hand(mp.mpf(d.p) / d.q, 1 + mp.mpf(sp.Rational(values[r]).p) / sp.Rational(values[r]).q)
        assert abs(s.at() / known - 1) < mp.mpf(10) ** -28
    objective = xi_g.subs({epsilon: 0, gamma_S0: 1, n_S: values[n_S], r: values[r]})
    objective = objective.subs(n_M, sp.Integer(10) ** 120 if values[n_M] is sp.oo else values[n_M])
    direct = direct_prefactor(objective, FREE, s, {}, s.exponent)
    assert abs(direct / s.at() - 1) < mp.mpf(10) ** -20
    assert s.certificate.digits > 20


def test_unequal_angles_as_a_function_of_the_parameters():
    """One polynomial and one branch for all n_S and r: held against the hand derivation at random values."""
    s = unconditional(at={epsilon: 0, n_M: sp.oo}, terms=1)
    assert s.prefactor.parameters == (n_S, r)
    assert s.optimum["C_M"].coefficient.expr() == 1 / r
    assert all(row["agrees"] for row in s.certificate.samples)

    rng = random.Random(2018)
    for k in range(40):
        n = Fraction(int(10 ** rng.uniform(-1, 6)), 1000) if k % 5 else Fraction(0)
        ratio = Fraction(int(10 ** rng.uniform(0.1, 6)), 1000)
        with mp.workdps(80):
            d = 1 / (2 * mp.mpf(n.numerator) / n.denominator + 1)
            known = by_hand(d, 1 + mp.mpf(ratio.numerator) / ratio.denominator)
            value = s.at({n_S: sp.Rational(n), r: sp.Rational(ratio)})
            assert abs(value / known - 1) < mp.mpf(10) ** -25, (n, ratio)


def test_the_printed_prefactor_is_close_but_not_exact():
    """Printed: sqrt([1 + r + 1/(2 n_S + 1)]/2). At n_S = 1, r = 4/3 the exact one is 2.4707 % larger."""
    s = unconditional(at={epsilon: 0, n_M: sp.oo, n_S: 1, r: sp.Rational(4, 3)}, terms=1)
    with mp.workdps(30):
        printed = mp.sqrt((1 + mp.mpf(4) / 3 + mp.mpf(1) / 3) / 2)
        assert abs(s.at() / printed - 1 - mp.mpf("0.024707")) < 1e-6


def test_equal_angles():
    """R = 0: sqrt(C_S) xi_g -> min over k of k + (1 + r)/(2 k) + d^2/(8 k^3), whose stationary k^2 is a quadratic root.

    The form sqrt(2 (1 + r)) is its value at d = 0: equal linewidths gamma_S0 = gamma_M0.
    """
    s = unconditional(over=[C_M, theta_S, theta_M], at={epsilon: 0, n_M: sp.oo}, equal=ANGLES)
    assert s.exponent == -half
    assert set(s.optimum) == {"C_M", "theta_S"}
    assert all(row["agrees"] for row in s.certificate.samples)
    with mp.workdps(50):
        for n, ratio in ((1, "4/3"), (0, "1/10"), (20, "7")):
            d, q = mp.mpf(1) / (2 * n + 1), 1 + mp.mpf(sp.Rational(ratio).p) / sp.Rational(ratio).q
            k2 = (q / 2 + mp.sqrt(q**2 / 4 + 3 * d**2 / 2)) / 2
            known = mp.sqrt(k2) + q / (2 * mp.sqrt(k2)) + d**2 / (8 * k2 ** mp.mpf(1.5))
            assert abs(s.at({n_S: n, r: ratio}) / known - 1) < mp.mpf(10) ** -28


def test_equal_angles_and_equal_linewidths():
    """gamma_M0 = gamma_S0 (here n_M = 1, n_S = 2, r = 3/5): exactly sqrt(2 (1 + r)/C_S)."""
    s = unconditional(at={epsilon: 0, n_M: 1, n_S: 2, r: sp.Rational(3, 5)}, equal=ANGLES)
    assert sp.simplify(s.prefactor.expr() - sp.sqrt(2 * (1 + sp.Rational(3, 5)))) == 0


def test_equal_linewidths_with_free_angles():
    """d = 0: theta_S runs into the wall gamma_S = 0 at order 1/C_S; the leading order is sqrt((1 + r)/2)."""
    s = unconditional(at={epsilon: 0, n_M: 1, n_S: 2, r: sp.Rational(3, 5)})
    assert sp.simplify(s.prefactor.expr() ** 2 - sp.Rational(4, 5)) == 0
    assert s.optimum["theta_S"].exponent == -1
    # cos(2 theta_S) C_S gammat_S0 = gamma_S0 at the wall
    assert s.optimum["theta_S"].coefficient.expr() == -sp.Rational(1, 5)
    assert s.certificate.digits > 20


def test_no_minimum_before_the_boundary_of_stability():
    """Two equal oscillators: xi_g falls until gamma_S = 0 and takes no minimum inside."""
    with pytest.raises(NoOptimum):
        unconditional(at={epsilon: 0, n_M: 0, n_S: 0, r: 1})


@pytest.mark.parametrize("occupancy", [sp.oo, 2])
def test_loss_bound(occupancy):
    """With loss: sqrt(epsilon/(4 - 3 epsilon)), for all n_S, r and n_M and at every loss."""
    bound = lower_bound(xi_g, large=C_S, over=FREE, positive=STABLE, at={n_M: occupancy}, small=epsilon)
    assert sp.simplify(bound.value.expr() ** 2 - epsilon / (4 - 3 * epsilon)) == 0
    assert bound.series.terms[0] == (half, half)
    assert bound.series.terms[1] == (sp.Rational(3, 16), sp.Rational(3, 2))
    m = bound.scaling.optimum["C_M"].coefficient.expr() * r
    assert sp.simplify(m - (2 - epsilon**2) / (2 - epsilon)) == 0


@pytest.mark.parametrize("loss", ["1/1000", "1/10", "9/10"])
def test_loss_bound_at_numbers(loss):
    e = sp.Rational(loss)
    s = unconditional(at={n_M: sp.oo, epsilon: e, n_S: 1, r: sp.Rational(4, 3)})
    assert s.exponent == 0
    assert sp.simplify(s.prefactor.expr() ** 2 - e / (4 - 3 * e)) == 0
    assert s.next_exponent == -1
    objective = xi_g.subs({epsilon: e, gamma_S0: 1, n_S: 1, r: sp.Rational(4, 3), n_M: sp.Integer(10) ** 120})
    direct = direct_prefactor(objective, FREE, s, {}, s.exponent)
    assert abs(direct / s.at() - 1) < mp.mpf(10) ** -20


def test_loss_bound_with_equal_angles():
    """R = 0 and loss: exact closed form in tau = sqrt(1 - epsilon), and its series."""
    bound = lower_bound(
        xi_g, large=C_S, over=FREE, positive=STABLE, equal=ANGLES, at={n_M: sp.oo}, small=epsilon, terms=2
    )
    assert bound.series.terms == ((1, half), (sp.Rational(1, 16), sp.Rational(3, 2)))
    coefficient = bound.scaling.optimum["C_M"].coefficient.expr()
    assert sp.simplify(coefficient - sp.sqrt(1 - epsilon) / r) == 0
    for loss in ("1/50", "2/5"):
        e = sp.Rational(loss)
        t = sp.sqrt(1 - e)
        angle = sp.Symbol("x")  # -1/cos(2 theta) + 2 q tan(2 theta)..., minimised: sqrt(1 - q^2), q = 4 t^2/(1 + t)^2
        q = 4 * t**2 / ((1 + t) * (1 + t))
        assert abs(sp.N(bound.value.expr().subs(epsilon, e) ** 2 - (1 - q**2), 30)) < sp.Float("1e-25"), angle


def test_expansion_at_fixed_angles():
    """A plain expansion of the same objective (no optimisation) against its value at large C_S."""
    at = {epsilon: sp.Rational(1, 5), gamma_S0: 1, n_S: 1, n_M: 4, r: 2, C_M: 7, theta_M: sp.pi / 3, theta_S: sp.pi / 3}
    f = xi_g.subs(at)
    e = expand(f, large=C_S, terms=2)
    big = sp.Integer(10) ** 20
    left = sp.N(f.subs(C_S, big), 60)
    right = sp.N(e.expr().subs(C_S, big), 60)
    assert abs(left - right) < sp.Float("1e-30")
