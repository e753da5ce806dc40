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
from sympy import Symbol

from cascade_sym.asymptotics.ansatz import accelerated, slope
from cascade_sym.asymptotics.discover import Found
from cascade_sym.asymptotics.follow import Branch, Follower, Lost
from cascade_sym.asymptotics.minimum import Solution
from cascade_sym.asymptotics.problem import Problem, ball_of
from cascade_sym.asymptotics.result import Certificate
from cascade_sym.errors import ScalingError

WORK = 120
ACCURACIES = (("10%", "0.1"), ("1%", "0.01"), ("0.1%", "0.001"))
LOWEST = -1.0


def certify(solution: Solution, samples: Sequence[Mapping[str, Any]], decades: Sequence[float]) -> Certificate:
    """Hold prefactor * g^power (and the correction) against the followed optimum.

    A global search found nothing lower at `decades`. ScalingError where the extrapolated prefactor disagrees with the
    claim.
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
        rows = zip(found.branch.decades, found.branch.value, strict=True)
        departures = [(v / _power_of_ten(k, power) / prefactor - 1).mid() for k, v in rows]
        observed = slope(found.branch.decades, departures)
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
            tuple(_shown(problem, _g(k)) for k in decades),
        )


def observed_prefactor(branch: Branch, power: Q) -> Any:
    """The limit of value/g^power along the branch, extrapolated twice."""
    y = [(v / _power_of_ten(k, power)).mid() for v, k in zip(branch.value, branch.decades, strict=True)]
    return _mpf(accelerated(accelerated(y))[-1])


def _points(problem: Problem, sample: Mapping[Symbol, Any], branch: Branch, power: Q) -> tuple[Any, ...]:
    rows = []
    env = {s: _mpf(ball_of(v)) for s, v in sample.items()}
    chosen = [k for k in range(len(branch.decades)) if float(branch.decades[k]).is_integer()][::3]
    last = None
    for k in chosen:
        g = _g(branch.decades[k])
        x = [_mpf(v) for v in branch.x[k]]
        value, allowed = problem.multiprecision(g, x, env)
        if not allowed:
            raise ScalingError(f"the optimum leaves the allowed region at {problem.large} = {_shown(problem, g)}.")
        _check_minimum(problem, env, g, x, value)
        large = 1 / g if problem.inverted else g
        local = "" if last is None else mp.nstr(mp.log(value / last[1]) / mp.log(large / last[0]), 12)
        rows.append((mp.nstr(large, 6), mp.nstr(value, 20), local, mp.nstr(value / g ** _mpq(power), 20)))
        last = (large, value)
    return tuple(rows)


def _check_minimum(problem: Problem, env: Mapping[Symbol, Any], g: Any, x: list[Any], value: Any) -> None:
    """Central differences in mpmath: no first-order change, an increase at second order."""
    for i in range(len(x)):
        h = (abs(x[i]) or 1) * mp.mpf(10) ** -40
        near = [problem.multiprecision(g, [*x[:i], x[i] + move, *x[i + 1 :]], env)[0] for move in (h, -h)]
        rise = near[0] + near[1] - 2 * value
        if not (rise > 0 and abs(near[0] - near[1]) < rise):
            raise ScalingError(
                f"mpmath does not confirm the minimum in {problem.over[i]} at {problem.large} = {mp.nstr(g, 5)}."
            )


def _extended(problem: Problem, sample: Mapping[Symbol, Any], found: Found) -> Branch:
    """The branch continued down to small values of g as far as it goes."""
    follower, b = Follower(problem, sample), found.branch
    try:
        lower = follower.follow(b.decades[0], follower.coordinates(list(b.x[0])), LOWEST)
    except Lost:
        return b
    n = len(lower.decades) - 1
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
    return _shown(problem, mp.mpf(10) ** decade)


def _shown(problem: Problem, g: Any) -> str:
    """The value of the large parameter."""
    return mp.nstr(1 / g if problem.inverted else g, 4)


def _power_of_ten(decade: float, power: Q) -> Any:
    return flint.arb(10) ** (flint.arb(decade) * ball_of(power))


def _g(decade: float) -> Any:
    return mp.mpf(10) ** mp.mpf(decade)


def _mpf(v: Any) -> Any:
    return mp.mpf(v.str(WORK + 10, radius=False))


def _mpq(q: Q) -> Any:
    return mp.mpf(q.numerator) / q.denominator
