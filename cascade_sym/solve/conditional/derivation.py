"""From parts and detectors to the conditional covariance, as steps that can be checked again."""

from __future__ import annotations

from functools import cached_property

import sympy as sp
from sympy import Expr

from cascade_sym.compose.detection import Detection
from cascade_sym.derive.master_equation import MasterEquation
from cascade_sym.derive.master_equation import from_detection as master_equation_of
from cascade_sym.derive.master_equation_moments import MomentEquations, from_master_equation
from cascade_sym.exact import equal
from cascade_sym.solve.conditional.riccati import Riccati
from cascade_sym.steps import Check, LazyTable, Step
from cascade_sym.system.numbers import vanishes


class Route:
    """The way over the master equation, computed when it is shown or checked."""

    def __init__(self, measured: Detection) -> None:
        self._measured = measured

    @cached_property
    def equation(self) -> MasterEquation:
        return master_equation_of(self._measured)

    @cached_property
    def moments(self) -> MomentEquations:
        return from_master_equation(self.equation)

    def show(self, what: str) -> MasterEquation | MomentEquations:
        return self.equation if what == "master equation" else self.moments

    def check_equation(self) -> Check:
        """The checks of the master equation's own steps."""
        checks = [s.check() for s in self.equation.steps if s.check is not None]
        return Check(
            all(c.ok for c in checks), "; ".join(c.method for c in checks),
            "; ".join(c.residual for c in checks if c.residual),
        )  # fmt: skip


def filter_steps(measured: Detection, problem: Riccati) -> tuple[Step, ...]:
    """The master equation, its moment equations, and the Riccati equation against them.

    Nothing of the Riccati equation comes from the master equation: the check compares two derivations.
    """
    route = Route(measured)
    return (
        Step("composition", "stochastic master equation of the measured system", {},
             LazyTable(["master equation"], route.show), route.check_equation,
             "the jump operators are the light that leaves; H is what remains of the drift"),
        Step("simplification", "moment equations by Gaussian closure", LazyTable(["master equation"], route.show),
             LazyTable(["moments"], route.show), lambda: same_equations(route.moments, problem),
             "the state stays Gaussian: its covariances evolve without noise"),
    )  # fmt: skip


def _same(x: Expr, y: Expr) -> bool:
    if x.has(sp.Float) or y.has(sp.Float):
        return vanishes(*sp.Add.make_args(sp.expand(x)), *sp.Add.make_args(sp.expand(-y)))
    return equal(x, y)


def same_equations(moments: MomentEquations, problem: Riccati) -> Check:
    """Prove that the covariances of the moment equations obey the Riccati equation."""
    other = problem.equations
    wrong = [
        f"d<{i}, {j}>/dt" for (i, j), e in moments.covariances.items()
        if not _same(problem.definitions.inline(other[i, j]), e)
    ]  # fmt: skip
    return Check(not wrong, "moment equations against the Riccati equation, element by element", "; ".join(wrong))
