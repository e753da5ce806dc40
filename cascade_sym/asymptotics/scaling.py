"""`scaling`: the asymptotic optimum of a figure of merit, discovered, derived exactly and certified."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import mpmath as mp
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.ansatz import ALWAYS, frame_of
from cascade_sym.asymptotics.certificate import certify, narrate, observed_prefactor
from cascade_sym.asymptotics.discover import Found, Settled, challenged, discover, read_off
from cascade_sym.asymptotics.expand import Expansion, expand
from cascade_sym.asymptotics.follow import BITS
from cascade_sym.asymptotics.ground import Diverges
from cascade_sym.asymptotics.leading import expansion
from cascade_sym.asymptotics.minimum import Solution, next_order, stationary_point
from cascade_sym.asymptotics.problem import Problem, uses_of_angles
from cascade_sym.asymptotics.result import Scaling, optimum_terms
from cascade_sym.asymptotics.setup import fixed, prepare, sample_of, symbol_of
from cascade_sym.definitions import Quantity
from cascade_sym.errors import CascadeError, NoOptimum, NoPowerLaw, ScalingError
from cascade_sym.shown import Shown, renderer
from cascade_sym.symbols import spelled

Progress = Callable[[str], None]
SAMPLES = 8  # of the remaining parameters that are tried, until one is in the allowed region
MOST_ORDERS = 3  # whole powers of the large parameter in which the next order is looked for


@dataclass(frozen=True)
class LowerBound(Shown):
    """The exact limit `value` of the optimised objective, its `series` in a small parameter, and its scaling."""

    value: AlgebraicValue
    series: Expansion | None
    scaling: Scaling


@renderer.register(LowerBound)
def _(value: LowerBound, notation: object) -> dict[str, Any]:
    rows: dict[str, Any] = {value.scaling.name: value.value.shown()}
    return rows if value.series is None else {**rows, f"{value.series.variable} -> 0": value.series.expr()}


def scaling(
    objective: Expr | Quantity,
    *,
    large: Symbol | str,
    over: Iterable[Symbol | str] = (),
    at: Mapping[Any, Any] | None = None,
    equal: Any = (),
    terms: int = 2,
    limit: Any = sp.oo,
    positive: Sequence[Expr | Quantity] = (),
    bounds: Mapping[Any, tuple[Any, Any]] | None = None,
    sample: Mapping[Any, Any] | None = None,
    checks: int = 1,
    progress: Progress | None = None,
) -> Scaling:
    """Minimise `objective` over `over` as `large` tends to `limit` (oo or 0): the exact asymptotic optimum.

    Nothing is assumed about the solution: limits and exponents are discovered by high-precision optimisation,
    the leading-order function follows by exact valuations, its minimum by elimination, and the result is held
    against the optimum again. The certificate's `scope` is "global" where searches of the whole allowed region could
    have found something lower, else "local".

    - `at`: values of parameters (exact numbers; oo for an exact limit); unset ones stay symbols of the result.
    - `equal`: parameters that are kept equal, as (a, b) or a list of such groups.
    - `positive`: expressions that must stay positive, besides the objective's own domain (stability); `bounds`:
      {parameter: (low, high)}. Parameters that enter through sines and cosines only are angles in [0, pi/2],
      others lie in (0, oo).
    - `terms`: 1 for the leading order only, 2 with the next one.
    - `sample`: values of the remaining parameters for the numerical part (default: generic rationals in (0, 1));
      `checks`: at how many other samples a symbolic result is held against the optimum.

    Raises NoPowerLaw, UnboundedObjective, OptimumAtInfinity, IndependentObjective, NoOptimum (all ScalingError), and
    ParameterError for arguments that do not fit. Method: section 6 of the design notes (Newton polygon by
    valuations, envelope theorem for the next order).

    >>> C, m, q = sp.symbols("C m q")
    >>> v = (m + C*(1 - q)**2)/(1 + C*(1 - q**2))  # dissipative squeezing, Kronwald et al. (2013)
    >>> s = scaling(v, large=C, over=[q], positive=[1 + C*(1 - q**2)])
    >>> s.exponent, s.prefactor.expr(), s.next_exponent, s.next_value.expr()
    (-1/2, sqrt(m), -1, m/2 - 1/2)
    """
    began = time.monotonic()
    say = progress or (lambda _text: None)
    with flint.ctx.workprec(BITS):
        problem = prepare(objective, large, over, at, equal, limit, positive, bounds, sample)
        problem, found, values, decades = _found(problem, sample, say)
        say("expanding on the discovered powers")
        try:
            solution = _solved(problem, found, values, terms)
        except Diverges as e:
            raise NoPowerLaw(f"the objective has no expansion in powers of {problem.large}: {e}.") from e
        say("minimising the leading function")
        prefactor = solution.prefactor
        optimum = optimum_terms(solution)
        say("certifying")
        certificate = certify(solution, _other_samples(solution, checks) if prefactor.parameters else [], decades)
        number = solution.next_number
        return Scaling(
            name=problem.targets[0].name,
            large=problem.large,
            limit=problem.limit,
            exponent=solution.power(found.power),
            prefactor=prefactor,
            next_exponent=None if solution.next_power is None else solution.power(solution.next_power),
            next_value=solution.next_value,
            next_number=None if number is None else number.str(30, radius=False),
            optimum=optimum,
            leading_function=spelled(solution.lead.expr().xreplace(dict(solution.point.back))),
            certificate=certificate,
            steps=narrate(solution, certificate),
            seconds=time.monotonic() - began,
        )


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


def _found(
    problem: Problem, given: Mapping[Any, Any] | None, say: Progress
) -> tuple[Problem, Found, dict[Symbol, sp.Rational], tuple[float, ...]]:
    """The followed optimum, after parameters at an edge or in a valley have been fixed, and where searches agreed."""
    asked = problem
    valleys: list[tuple[Problem, Settled]] = []
    while True:
        say("searching the optimum")
        try:
            found, sample = _discover(problem, given)
            still = {s: a.limit for s, a in zip(problem.over, found.approaches, strict=True) if a.power == ALWAYS}
            if not still:
                break
            say(f"the optimum stays at {', '.join(f'{s} = {e}' for s, e in still.items())}")
            problem = fixed(problem, still, "exact")
        except Settled as e:
            say(f"the optimum has {e} ({e.kind})")
            if e.kind == "valley":
                valleys.append((fixed(problem, {e.symbol: e.other}, e.kind), e))
            problem = fixed(problem, {e.symbol: e.value}, e.kind)
    for other, valley in valleys:
        _check_valley(other, found, valley, given)
    say("searching for a lower optimum")
    places = {s: value for s, (value, _) in problem.settled.items()} | _places(problem, found)
    values = sample_of(asked.parameters, 0, given) | sample
    decades, better = challenged(asked, values, found.branch, places)
    if better is not None:
        problem, found, sample = asked, read_off(asked, better), values
        decades, _ = challenged(problem, sample, better, _places(problem, found))
    return problem, found, sample, decades


def _places(problem: Problem, found: Found) -> dict[Symbol, Any]:
    return {s: tuple(x[i] for x in found.branch.x) for i, s in enumerate(problem.over)}


def _check_valley(other: Problem, found: Found, flat: Settled, given: Mapping[Any, Any] | None) -> None:
    """The optimum must be the same at another point of the valley."""
    try:
        elsewhere, _ = _discover(other, given)
    except Settled as e:
        raise NoOptimum(
            f"the optimum is degenerate in {flat.symbol} and in {e}; optimise over fewer parameters."
        ) from e
    k = min(len(elsewhere.branch.value), len(found.branch.value))
    a, b = elsewhere.branch.value[-k:], found.branch.value[-k:]
    if any(abs(x - y) > abs(y) * flint.arb(10) ** -40 for x, y in zip(a, b, strict=True)):
        raise NoOptimum(
            f"the second derivative vanishes along {flat.symbol} at the optimum, but the objective is not constant "
            f"there; leave {flat.symbol} out of `over` and set its value."
        )


def _discover(problem: Problem, given: Mapping[Any, Any] | None) -> tuple[Found, dict[Symbol, sp.Rational]]:
    """At the first sample where an optimum exists."""
    reason: CascadeError | None = None
    for shift in range(SAMPLES if problem.parameters else 1):
        sample = sample_of(problem.parameters, shift, given)
        try:
            return discover(problem, sample), sample
        except NoOptimum as e:
            reason = reason or e
    assert reason is not None
    raise reason


def _solved(problem: Problem, found: Found, sample: Mapping[Symbol, Any], terms: int) -> Solution:
    """The solution with as many terms as the next order needs: powers that are absent count as terms."""
    frame, wanted = frame_of(problem, found.approaches, _references(problem, found)), terms
    while True:
        x = expansion(problem, sample, wanted, frame, found.branch, found.power)
        free = x.frame.innermost()
        point = stationary_point(x, x.series.coeffs[0], free)
        correction = None if terms < 2 else next_order(x, point, free)
        if terms < 2 or correction is not None or x.series.cut is None or wanted > MOST_ORDERS * x.frame.p:
            return Solution(found, x, point, correction)
        wanted += x.frame.p


def _references(problem: Problem, found: Found) -> dict[Symbol, Expr]:
    """Angles with an unknown limit are measured from another angle's special limit, else from an offset."""
    angles = [(s, a.limit) for s, a in zip(problem.over, found.approaches, strict=True) if problem.intervals[s].angle]
    special = [limit for _, limit in angles if limit is not None and limit != 0]
    turns = [sp.Rational(turn) * sp.pi for turn in sorted(uses_of_angles(problem.program).turns)]
    at = next(iter((*special, *turns)), sp.S.Zero)
    return {s: at for s, _ in angles}


def _other_samples(solution: Solution, checks: int) -> list[dict[str, Any]]:
    """The symbolic prefactor against the optimum found afresh at other parameter values."""
    problem, power = solution.x.problem, solution.found.power
    rows: list[dict[str, Any]] = []
    for shift in range(1, checks + 1):
        other = sample_of(problem.parameters, 2 * shift)
        rows.append({"sample": {s.name: str(v) for s, v in other.items()}})
        try:
            elsewhere = discover(problem, other)
        except (CascadeError, Settled) as e:
            rows[-1] |= {"optimum": None, "reason": str(e)}
            continue
        observed, claimed = observed_prefactor(elsewhere.branch, power), solution.prefactor.at(other)
        with mp.workdps(40):
            error = abs(observed / claimed - 1)
        rows[-1] |= {
            "optimum": mp.nstr(observed, 20),
            "claim": mp.nstr(claimed, 20),
            "relative_error": mp.nstr(error, 3),
            "agrees": bool(error < mp.mpf(10) ** -8 and elsewhere.power == power),
        }
    return rows
