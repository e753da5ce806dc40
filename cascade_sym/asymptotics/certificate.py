"""The certificate: what high-precision optima say about a claimed scaling.

The objective is re-evaluated with mpmath (the discovery used balls) at optima that are checked to be minima, along
growing values of the large parameter; slope, prefactor, rate of convergence and windows of validity follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction as Q
from typing import Any

import flint
import mpmath as mp
import sympy as sp
from sympy import Symbol

from cascade_sym.asymptotics.discover import Found
from cascade_sym.asymptotics.exponents import slope
from cascade_sym.asymptotics.follow import Branch, Follower, Lost
from cascade_sym.asymptotics.minimum import Solution
from cascade_sym.asymptotics.problem import Problem
from cascade_sym.asymptotics.result import Certificate
from cascade_sym.errors import ScalingError

WORK = 120
ACCURACIES = (("10%", "0.1"), ("1%", "0.01"), ("0.1%", "0.001"))
LOWEST = -1.0


def certify(solution: Solution, samples: Sequence[Mapping[str, Any]]) -> Certificate:
    """Hold prefactor * g^power (and the correction) against the followed optimum.

    ScalingError where the extrapolated prefactor disagrees with the claim.
    """
    problem, sample, found = solution.x.problem, solution.x.sample, solution.found
    power, prefactor = found.power, solution.prefactor.sample
    with mp.workdps(WORK):
        claim = _mpf(prefactor)
        points = _points(problem, sample, found.branch, power)
        limit = observed_prefactor(found.branch, power)
        error = abs(limit / claim - 1)
        if error > mp.mpf(10) ** -8:
            raise ScalingError(
                f"the exact prefactor {mp.nstr(claim, 15)} and the followed optimum {mp.nstr(limit, 15)} disagree; "
                "nothing is claimed. Please report this objective."
            )
        digits = WORK if error == 0 else int(mp.floor(-mp.log10(error)))
        whole = _extended(problem, sample, found)
        leading = [claim * _g(k) ** _mpq(power) for k in whole.decades]
        forms = {"leading": leading}
        if solution.next_power is not None:
            c, q = _mpf(solution.next_number), _mpq(solution.next_power)
            forms["two_terms"] = [first + c * _g(k) ** q for first, k in zip(leading, whole.decades, strict=True)]
        errors = {
            name: [abs(a / _mpf(v) - 1) for a, v in zip(form, whole.value, strict=True)] for name, form in forms.items()
        }
        observed = slope(
            found.branch.decades,
            [_departure(v, k, power, prefactor) for k, v in zip(found.branch.decades, found.branch.value, strict=True)],
        )
        window = {
            name: {
                form: _window(problem, whole, errors[form], mp.mpf(bound)) if form in errors else None
                for form in ("leading", "two_terms")
            }
            for name, bound in ACCURACIES
        }
        return Certificate(
            points,
            mp.nstr(limit, 30),
            mp.nstr(error, 3),
            min(digits, 60),
            None if observed is None else str(solution.power(observed + power)),
            window,
            {s.name: str(v) for s, v in sample.items()},
            tuple(samples),
        )


def observed_prefactor(branch: Branch, power: Q) -> Any:
    """The limit of value/g^power along the branch, extrapolated (Aitken, twice)."""
    with mp.workdps(WORK):
        y = [_mpf(v) / _g(k) ** _mpq(power) for k, v in zip(branch.decades, branch.value, strict=True)]
        for _ in range(2):
            if len(y) < 3:
                break
            y = [_aitken(a, b, c) for a, b, c in zip(y, y[1:], y[2:], strict=False)]
        return y[-1]


def _aitken(a: Any, b: Any, c: Any) -> Any:
    d0, d1 = b - a, c - b
    if abs(d1) < abs(c) * mp.mpf(10) ** (-WORK + 20) or d1 == d0:
        return c
    return c - d1 * d1 / (d1 - d0)


def _points(problem: Problem, sample: Mapping[Symbol, Any], branch: Branch, power: Q) -> tuple[Any, ...]:
    rows = []
    env = {s: _mpq(Q(int(sp.Rational(v).p), int(sp.Rational(v).q))) for s, v in sample.items()}
    chosen = [k for k in range(len(branch.decades)) if float(branch.decades[k]).is_integer()][::3]
    last = None
    for k in chosen:
        g = _g(branch.decades[k])
        x = [_mpf(v) for v in branch.x[k]]
        value = problem.multiprecision(g, x, env)
        _check_minimum(problem, env, g, x, value)
        local = "" if last is None else mp.nstr(mp.log(value / last[1]) / mp.log(g / last[0]), 12)
        large = 1 / g if problem.inverted else g
        if problem.inverted and local:
            local = mp.nstr(-mp.mpf(local), 12)
        rows.append((mp.nstr(large, 6), mp.nstr(value, 20), local, mp.nstr(value / g ** _mpq(power), 20)))
        last = (g, value)
    return tuple(rows)


def _check_minimum(problem: Problem, env: Mapping[Symbol, Any], g: Any, x: list[Any], value: Any) -> None:
    """Central differences in mpmath: no first-order change, an increase at second order."""
    for i in range(len(x)):
        h = abs(x[i]) * mp.mpf(10) ** -40 if x[i] else mp.mpf(10) ** -40
        near = []
        for side in (1, -1):
            y = list(x)
            y[i] = x[i] + side * h
            near.append(problem.multiprecision(g, y, env))
        rise = near[0] + near[1] - 2 * value
        if not (rise > 0 and abs(near[0] - near[1]) < rise):
            raise ScalingError(
                f"mpmath does not confirm the minimum in {problem.over[i]} at {problem.large} = {mp.nstr(g, 5)}."
            )


def _extended(problem: Problem, sample: Mapping[Symbol, Any], found: Found) -> Branch:
    """The branch continued down to small values of g as far as it goes."""
    follower = Follower(problem, sample)
    start = found.branch.decades[0]
    try:
        z = follower.coordinates(list(found.branch.x[0]))
        lower = follower.follow(start, z, LOWEST)
    except Lost:
        return found.branch
    n = len(lower.decades) - 1
    b = found.branch
    return Branch(lower.decades[:n] + b.decades, lower.x[:n] + b.x, lower.value[:n] + b.value)


def _window(problem: Problem, branch: Branch, error: Sequence[Any], bound: Any) -> str | None:
    """From which value of the large parameter on the error stays below `bound`."""
    if error[-1] >= bound:
        return None
    k = len(error) - 1
    while k > 0 and error[k - 1] < bound:
        k -= 1
    decade = mp.mpf(branch.decades[k])
    if k > 0:
        a, b = mp.log(error[k - 1] / bound), mp.log(error[k] / bound)
        lower = mp.mpf(branch.decades[k - 1])
        decade = lower + (decade - lower) * a / (a - b)
    g = mp.mpf(10) ** decade
    return mp.nstr(1 / g if problem.inverted else g, 4)


def _departure(v: Any, decade: float, power: Q, prefactor: Any) -> Any:
    g = flint.arb(10) ** flint.arb(decade)
    return (v / g ** (flint.arb(power.numerator) / power.denominator) / prefactor - 1).mid()


def _g(decade: float) -> Any:
    return mp.mpf(10) ** mp.mpf(decade)


def _mpf(v: Any) -> Any:
    return mp.mpf(v.str(WORK + 10, radius=False)) if isinstance(v, flint.arb) else mp.mpf(v)


def _mpq(q: Q) -> Any:
    return mp.mpf(q.numerator) / q.denominator
