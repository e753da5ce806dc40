"""The derivation of a scaling as steps that can be typeset; the certificate is the check of the minimum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath as mp
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.ansatz import Ansatz
from cascade_sym.asymptotics.minimum import Solution
from cascade_sym.asymptotics.problem import Problem
from cascade_sym.asymptotics.result import Certificate
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import free_symbol, spelled

ACCEPTED = mp.mpf(10) ** -12
SETTLED = {  # of parameters that are fixed: what the step says, and its note
    "edge": ("minimum at the edge {s} = {e}", "the objective improves towards the edge of the allowed region of {s}"),
    "exact": ("the optimum stays at {s} = {e}", "for every value of the large parameter"),
    "valley": (
        "a valley of optima along {s}",
        "every {s} reaches the same optimum, as a second value of it shows; this one is chosen",
    ),
}


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
    near = prefactor.sample.str(12, radius=False)
    at = ", ".join(f"{s} = {prefactor.origin[s]}" for s in prefactor.parameters)
    note = f"the root that the optimum selects: {prefactor.variable} = {near}" + (f" at {at}" if at else "")
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
