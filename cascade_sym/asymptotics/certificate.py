"""The certificate: what high-precision optima say about a claimed scaling.

The objective is re-evaluated with mpmath (the discovery used balls) at optima that are checked to be minima, along
growing values of the large parameter; slope, prefactor, rate of convergence and windows of validity follow. The
certificate is the check of the minimum in the derivation, whose steps can be typeset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction as Q
from typing import Any

import mpmath as mp
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.ansatz import Ansatz, accelerated, slope, without_power
from cascade_sym.asymptotics.discover import Found
from cascade_sym.asymptotics.follow import Branch, Follower, Lost
from cascade_sym.asymptotics.minimum import Solution
from cascade_sym.asymptotics.problem import Problem, ball_of
from cascade_sym.asymptotics.result import Certificate
from cascade_sym.errors import ScalingError
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import free_symbol, spelled

WORK = 120  # digits at which optima are compared with a claim
ACCURACIES = (("10%", "0.1"), ("1%", "0.01"), ("0.1%", "0.001"))
LOWEST = -1.0  # decade down to which a branch is followed: below, nothing is asymptotic
ACCEPTED = mp.mpf(10) ** -12  # error of a prefactor that agrees
SETTLED = {  # of parameters that are fixed: what the step says, and its note
    "edge": ("minimum at the edge {s} = {e}", "the objective improves towards the edge of the allowed region of {s}"),
    "exact": ("the optimum stays at {s} = {e}", "for every value of the large parameter"),
    "valley": (
        "a valley of optima along {s}",
        "every {s} reaches the same optimum, as a second value of it shows; this one is chosen",
    ),
}


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
        leading = [claim * _g(k) ** mp.mpmathify(power) for k in whole.decades]
        forms = {"leading": leading}
        if solution.next_power is not None:
            c, q = _mpf(solution.next_number), mp.mpmathify(solution.next_power)
            forms["two_terms"] = [first + c * _g(k) ** q for first, k in zip(leading, whole.decades, strict=True)]
        errors = {
            name: [abs(a / _mpf(v) - 1) for a, v in zip(form, whole.value, strict=True)] for name, form in forms.items()
        }
        rows = without_power(found.branch.decades, found.branch.value, power)
        departures = [(v / prefactor - 1).mid() for v in rows]
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
    return _mpf(accelerated(accelerated(without_power(branch.decades, branch.value, power)))[-1])


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
        rows.append((mp.nstr(large, 6), mp.nstr(value, 20), local, mp.nstr(value / g ** mp.mpmathify(power), 20)))
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


def _g(decade: float) -> Any:
    return mp.mpf(10) ** mp.mpf(decade)


def _mpf(v: Any) -> Any:
    return mp.mpf(v.str(WORK + 10, radius=False))


def narrate(solution: Solution, certificate: Certificate) -> tuple[Step, ...]:
    """Question, discovered powers, competing scales, leading function, minimum, next order."""
    x, prefactor, following = solution.x, solution.prefactor, solution.next_value
    problem, big = x.problem, x.problem.large
    name = problem.targets[0].name
    steps = [_question(problem)]
    for s, (e, why) in problem.settled.items():
        what, note = SETTLED[why]
        steps.append(Step("minimisation", what.format(s=s, e=e), after={s.name: e}, note=note.format(s=s)))
    if problem.over:
        rows = {a.symbol.name: spelled(_ansatz(a, big, solution)) for a in x.frame.ansatze}
        at = ", ".join(f"{s} = {v}" for s, v in certificate.sample.items())
        note = "discovered along the followed optimum" + (f" at {at}" if at else "")
        steps.append(Step("expansion", "powers found along the optimum", after=rows, note=note))
    for r in x.frame.refinements:
        curve = x.rewriting.shown(r.solution.expr()) + r.new * big ** solution.power(-r.power)
        note = "the leading order vanishes on a curve; what remains is decided at higher order"
        steps.append(Step("substitution", "competing scales", after={str(spelled(r.old)): spelled(curve)}, note=note))
    lead = x.rewriting.shown(solution.lead.expr())
    power = big ** solution.power(solution.found.power)
    steps.append(
        Step("expansion", "leading order", after={name: spelled(lead * power)}, note="exact valuation on these powers")
    )
    steps.append(_minimum(prefactor, certificate, bool(problem.over)))
    if solution.next_power is not None and following is not None:
        other = free_symbol("Q", *(v.polynomial for v in (prefactor, following) if v.polynomial is not None), power)
        value = prefactor.shown() * power + following.shown(other) * big ** solution.power(solution.next_power)
        note = "the next coefficient at the leading optimum, by the envelope theorem"
        steps.append(Step("expansion", "next order", after={name: value}, note=note))
    return tuple(steps)


def certificate_check(certificate: Certificate) -> Check:
    """Whether the followed optimum of the exact objective confirms the claim."""
    ok = mp.mpf(certificate.error) < ACCEPTED and all(r.get("agrees", True) for r in certificate.samples)
    method = (
        f"optima of the exact objective followed to {certificate.points[-1][0]}: the extrapolated prefactor agrees to "
        f"{certificate.digits} digits"
    )
    residual = "" if ok else f"relative distance {certificate.error}; other samples {list(certificate.samples)}"
    return Check(bool(ok), method, residual)


def _question(problem: Problem) -> Step:
    unused = f"it does not depend on {', '.join(s.name for s in problem.irrelevant)}" if problem.irrelevant else ""
    over = f" over {', '.join(s.name for s in problem.over)}" if problem.over else ""
    what = f"{'minimise ' if over else ''}{problem.targets[0].name}{over} as {problem.large} tends to {problem.limit}"
    return Step("input", what, note=unused)


def _ansatz(a: Ansatz, big: Symbol, solution: Solution) -> Expr:
    if a.limit is None:
        return a.reference + 2 * sp.atan(a.unknown) if a.angle else a.unknown
    return a.start + a.unknown * big ** solution.power(-a.power)


def _minimum(prefactor: AlgebraicValue, certificate: Certificate, optimised: bool) -> Step:
    after: Mapping[str, Any]
    note = f"the root that the optimum selects: {prefactor.about}"
    if prefactor.closed is not None:
        after, note = {prefactor.variable.name: prefactor.closed}, ""
    elif prefactor.polynomial is not None:
        after = {"0": prefactor.polynomial}
    else:
        after, note = {}, f"its stationarity conditions define it; {note}"
    how = "elimination of the stationarity conditions" if optimised else "nothing to optimise"
    if not prefactor.proved:
        how = "its stationarity conditions, solved to a thousand digits"
        note += "; the polynomial is found from the digits, not proved" if prefactor.polynomial is not None else ""
    what = f"the prefactor {prefactor.variable}: {how}"
    return Step("minimisation", what, {}, after, lambda: certificate_check(certificate), note)
