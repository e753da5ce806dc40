"""The derivation of a scaling as steps that can be typeset."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction as Q
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.discover import Found
from cascade_sym.asymptotics.leading import Expansion
from cascade_sym.asymptotics.problem import Problem
from cascade_sym.asymptotics.steps import Step

if TYPE_CHECKING:
    from cascade_sym.asymptotics.scaling import Call

LONG = 400


def narrate(
    call: Call,
    problem: Problem,
    found: Found,
    x: Expansion,
    prefactor: AlgebraicValue,
    following: tuple[Q | None, AlgebraicValue | None],
    sample: Mapping[Symbol, Any],
) -> tuple[Step, ...]:
    """Question, discovered powers, competing scales, leading function, minimum, next order."""
    steps = [_question(call, problem)]
    for s, e in call.edges.items():
        steps.append(
            Step(
                "Minimum at the edge",
                f"{sp.latex(s)} = {sp.latex(e)}",
                f"The objective improves towards the edge of the allowed region of {s}; it is fixed there.",
            )
        )
    for s, e in call.idle.items():
        steps.append(
            Step(
                "A valley of optima",
                f"{sp.latex(s)} = {sp.latex(e)}",
                f"The objective depends on {s} and the other parameters through fewer combinations: every {s} "
                "reaches the same optimum (verified at a second value). This one is chosen.",
            )
        )
    big = sp.latex(call.large)
    sign = -1 if problem.inverted else 1
    if problem.over:
        rows = [
            _ansatz_latex(a.symbol, a.limit, sign * -a.power, big, a.unknown(), a.angle, a.reference)
            for a in x.frame.ansatze
        ]
        at = ", ".join(f"{s} = {v}" for s, v in sample.items())
        steps.append(
            Step(
                "Powers found along the optimum",
                r",\quad ".join(rows),
                "Discovered by following the optimum in high precision" + (f" (at {at})." if at else "."),
            )
        )
    for (zero, s), r in zip(x.zeros, x.frame.refinements, strict=True):
        steps.append(
            Step(
                "Competing scales",
                f"{sp.latex(x.rewriting.shown(zero.expr()))} = 0 \\;\\Rightarrow\\; {sp.latex(s)} = "
                f"{sp.latex(x.rewriting.shown(r.solution.expr()))} + {sp.latex(r.new)}\\, "
                f"{_power(big, sign * -r.power)}",
                "The leading order vanishes on this curve; what remains is decided at higher order.",
            )
        )
    lead = x.series.coeffs[0]
    name = sp.latex(sp.Symbol(call.targets[0].name))
    steps.append(
        Step(
            "Leading order",
            f"{name} = {_power(big, sign * found.power)}\\, f(\\kappa),\\quad f = "
            f"{_short(x.rewriting.shown(lead.expr()))}",
            "Exact valuation of numerator and denominator.",
        )
    )
    steps.append(
        Step(
            "Minimum of f",
            f"\\min f = {prefactor.latex()}",
            "Elimination of the stationarity conditions; the factor and root that the optimum selects."
            if problem.over
            else "Nothing to optimise.",
        )
    )
    if following[0] is not None and following[1] is not None:
        steps.append(
            Step(
                "Next order",
                f"{name} = {prefactor.latex()}\\, {_power(big, sign * found.power)} + "
                f"({following[1].latex()})\\, {_power(big, sign * following[0])} + \\dots",
                "The next coefficient at the leading optimum (envelope theorem).",
            )
        )
    return tuple(steps)


def _question(call: Call, problem: Problem) -> Step:
    name = sp.latex(sp.Symbol(call.targets[0].name))
    text = ""
    if call.irrelevant:
        text = f"It does not depend on {', '.join(s.name for s in call.irrelevant)}."
    if problem.over:
        under = ", ".join(sp.latex(s) for s in problem.over)
        return Step(
            "Question",
            f"\\min_{{{under}}} {name},\\quad {sp.latex(call.large)} \\to {sp.latex(call.limit)}",
            text,
        )
    return Step("Question", f"{name},\\quad {sp.latex(call.large)} \\to {sp.latex(call.limit)}", text)


def _ansatz_latex(
    s: Symbol, limit: Expr | None, power: Q, big: str, unknown: Symbol, angle: bool, reference: Expr
) -> str:
    if limit is None:
        left = f"\\tan\\frac{{{sp.latex(s - reference)}}}{{2}}" if angle else sp.latex(s)
        return f"{left} \\to {sp.latex(unknown)}"
    head = "" if limit in (0, sp.oo) else f"{sp.latex(limit)} + "
    return f"{sp.latex(s)} = {head}{sp.latex(unknown)}\\, {_power(big, power)}"


def _power(big: str, q: Q) -> str:
    if q == 0:
        return ""
    return f"{big}^{{{q}}}" if q != 1 else big


def _short(e: Expr) -> str:
    text = sp.latex(e)
    return text
