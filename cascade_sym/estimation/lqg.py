"""Linear quadratic Gaussian control: the optimal feedback of what a detector sees into forces and displacements.

    dx = (A x + B u) dt + xi,   J = <x^T Q x + u^T R u> (stationary)
    filter    A V + V A^T + N - (V C^T + S) R_y^-1 (V C^T + S)^T = 0,   K = (V C^T + S) R_y^-1
    control   A^T P + P A + Q - P B R^-1 B^T P = 0,                     u = -F <x>, F = R^-1 B^T P

The least cost is tr(Q V) + tr(P K R_y K^T), and the controlled state has the covariance V + Sigma, Sigma that of the
estimate. The control equation is a filter equation for the transposed drift. Source: Doherty and Jacobs, PRA 60, 2700
(1999); Wiseman and Milburn, Quantum Measurement and Control, Sec. 6.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Matrix, Symbol
from sympy.utilities.iterables import connected_components

from cascade_sym.compose import System, white_system
from cascade_sym.definitions import Declared, Definitions, Quantity
from cascade_sym.errors import NoClosedForm, UndetectableError, UnstableError
from cascade_sym.estimation.control import control_matrix, cost_matrices, quadratures_of
from cascade_sym.parts.detectors import Detect
from cascade_sym.solve.conditional import ConditionalCovariance, Riccati, conditional_covariance, riccati
from cascade_sym.solve.conditional.riccati import Quad, Sector
from cascade_sym.solve.covariance import Covariance
from cascade_sym.symbols import domains_in
from cascade_sym.system import LinearSystem


@dataclass(frozen=True)
class LQG(Declared):
    """The optimal controller of a measured system.

    `filter` is the conditional covariance V and `control` the solution P of the control equation, each read by pairs of
    quadratures; `cost` the least cost; `covariance` the controlled state; `filter_gain` K and `control_gain` F matrices
    over `definitions`. Without a closed form (`closed` False) these raise NoClosedForm, and `cascade_sym.evaluator`
    gives the numbers of all of them.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> best = lqg(Cavity("a", kappa=2), Homodyne(angle=0), "X_a", (sp.eye(2), 1))
    >>> best.closed, best.control["X_a", "X_a"].inline(), best.covariance["X_a", "X_a"].inline()
    (True, -1 + sqrt(2), 1/2)
    """

    system: LinearSystem
    riccati: Riccati
    dual: Riccati
    drive: ImmutableDenseMatrix
    weights: tuple[ImmutableDenseMatrix, ImmutableDenseMatrix]

    @cached_property
    def filter(self) -> ConditionalCovariance:
        """The conditional covariance V."""
        return conditional_covariance(self.riccati)

    @cached_property
    def control(self) -> ConditionalCovariance:
        """The solution P of the control equation."""
        try:
            P = conditional_covariance(self.dual)
        except UndetectableError as e:
            raise UnstableError(f"the control does not reach modes that grow or are undamped: {e}") from None
        V = self.filter
        definitions, moved = P.definitions.beside([*(x for x, _ in V.definitions), *V.parameters])
        table: dict[Expr, Expr] = dict(moved)
        elements = {k: e.xreplace(table) for k, e in P.elements.items()}
        stability = tuple(e.xreplace(table) for e in P.stability)
        return ConditionalCovariance(P.modes, elements, definitions, stability, riccati=self.dual,
                                     open_sectors=P.open_sectors)  # fmt: skip

    @property
    def definitions(self) -> Definitions:  # type: ignore[override]
        return self.filter.definitions.merged(self.control.definitions)

    @property
    def closed(self) -> bool:
        """Whether filter and control have a closed form."""
        return self.filter.closed and self.control.closed

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        return tuple(sorted({*self.riccati.parameters, *self.dual.parameters}, key=lambda s: s.name))

    @property
    def quadratures(self) -> tuple[str, ...]:
        return quadratures_of(self.riccati.modes)

    @property
    def filter_gain(self) -> Matrix:
        """K: what the estimate learns from each current, d<x> = ... + K (y - C <x>) dt."""
        p = self.riccati
        return (self.filter.matrix * p.C.T + p.S) * p.R.inv()

    @property
    def control_gain(self) -> Matrix:
        """F of the feedback u = -F <x>."""
        return self.weights[1].inv() * self.drive.T * self.control.matrix

    @cached_property
    def _innovation(self) -> Matrix:
        """K R_y K^T: how fast the estimate diffuses."""
        kick = self.filter.matrix * self.riccati.C.T + self.riccati.S
        return kick * self.riccati.R.inv() * kick.T

    @property
    def stability(self) -> tuple[Expr, ...]:
        """Expressions that are positive where filter and controlled motion are stable."""
        return (*self.filter.stability, *self.control.stability)

    @property
    def cost(self) -> Quantity:
        """The least stationary <x^T Q x + u^T R u>."""
        if not self.closed:
            raise NoClosedForm("this controller has no closed form; its numbers come from cascade_sym.evaluator(...).")
        value = (self.weights[0] * self.filter.matrix).trace() + (self.control.matrix * self._innovation).trace()
        return Quantity("J", value, self.definitions, (), self.stability, nonnegative=self.filter.nonnegative)

    @cached_property
    def covariance(self) -> Covariance:
        """The unconditional covariance of the controlled system, V + Sigma."""
        p = self.riccati
        if not self.closed:
            raise NoClosedForm(
                "the controlled covariance has no closed form; its numbers come from cascade_sym.evaluator."
            )
        L, noise = p.A - self.drive * self.control_gain, self._innovation
        undriven = ImmutableDenseMatrix.zeros(L.rows, 0)
        estimate = conditional_covariance(
            Riccati(p.modes, _sectors(p.modes, L, noise, undriven, ImmutableDenseMatrix.zeros(0, 0)), self.definitions)
        )
        q = self.quadratures
        elements = {(i, j): estimate.element(i, j) + self.filter.element(i, j) for a, i in enumerate(q) for j in q[a:]}
        return Covariance(p.modes, elements, estimate.definitions, (*self.stability, *estimate.stability), self.system)

    def own_evaluator(self, backend: str) -> Any:
        """What `cascade_sym.evaluator` makes of it."""
        from cascade_sym.estimation.controllers import LQGEvaluator

        return LQGEvaluator(self, backend)

    def subs(self, values: Mapping[Any, Any]) -> LQG:
        """Parameters (symbols or names) replaced exactly, and solved anew."""
        own = [{k: v for k, v in values.items() if getattr(k, "name", k) in {s.name for s in p.parameters}}
               for p in (self.riccati, self.dual)]  # fmt: skip
        if not any(own):
            self.riccati.subs(values)  # says which name is unknown
        table = {sp.Symbol(str(getattr(k, "name", k))): sp.sympify(v) for k, v in values.items()}
        B, Q, R = (m.xreplace(table) for m in (self.drive, *self.weights))
        return controlled(self.system.replaced(table, values), self.riccati.subs(own[0]), B, Q, R)


def lqg(system: System, detect: Detect, control: Any, cost: Any) -> LQG:
    """The optimal feedback of the currents of `detect` into `control`, for the cost <x^T Q x + u^T R u>.

    `control` is a quadrature that is driven ("P_a": a force on a), a table {quadrature: weight}, a list of these for
    several controls, or the matrix B of dx/dt = ... + B u. `cost` is the pair (Q, R) of real symmetric matrices, Q over
    the quadratures (X_1, P_1, X_2, ...) and R over the controls (a number for one control). All is in closed
    form where drift, currents and control fall into loops of two quadratures at most: a single mode, modes that are
    joined by their light alone in one direction of EPR variables; else the numbers come from
    `cascade_sym.evaluator(...)`.

    Raises NoDetector without a detector, UnknownName for an output or a quadrature that does not exist, ParameterError
    for weights that are not symmetric or of the wrong shape or sign, UndetectableError for a mode that grows unseen,
    UnstableError for one that grows and that the control does not reach.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> best = lqg(Cavity("a", kappa=2), Homodyne(angle=0), ["X_a", "P_a"], (sp.eye(2), sp.eye(2)))
    >>> best.cost.inline(), best.filter["X_a", "X_a"].inline()
    (1, 1/2)
    """
    s = white_system(system).rounded()
    problem = riccati(s, detect)
    B = control_matrix(problem.modes, control)
    Q, R = cost_matrices(problem.modes, B.cols, cost)
    return controlled(s, problem, B, Q, R)


def controlled(s: LinearSystem, problem: Riccati, B: Matrix, Q: Matrix, R: Matrix) -> LQG:
    """The controller of a filtering problem."""
    matrices = ImmutableDenseMatrix(B), (ImmutableDenseMatrix(Q), ImmutableDenseMatrix(R))
    found = LQG(s, problem, dual_problem(problem, B, Q, R), *matrices)
    if len(problem.modes) == 1:  # what is wrong with a single mode is said at once
        found.definitions  # noqa: B018
    return found


def dual_problem(problem: Riccati, B: Matrix, Q: Matrix, R: Matrix) -> Riccati:
    """The control equation as a filter equation: drift A^T, noise Q, currents B^T with noise R."""
    declared = domains_in(*B, *Q, *R)
    definitions = problem.definitions.merged(Definitions(domains=declared))
    return Riccati(problem.modes, _sectors(problem.modes, problem.A.T, Q, B, R), definitions)


def _sectors(modes: Sequence[str], A: Matrix, Q: Matrix, B: Matrix, R: Matrix) -> tuple[Sector, ...]:
    """What drift A, noise Q, currents B^T and their noise R link, apart."""
    n, m = B.rows, B.cols
    nodes = [Quad(mode, q) for mode in modes for q in "XP"]
    links = [(i, j) for i in range(n) for j in range(n) if A[i, j] != 0 or Q[i, j] != 0]
    links += [(i, n + k) for i in range(n) for k in range(m) if B[i, k] != 0]
    links += [(n + k, n + l) for k in range(m) for l in range(m) if R[k, l] != 0]

    def pick(x: Matrix, rows: Sequence[int], columns: Sequence[int]) -> ImmutableDenseMatrix:
        return ImmutableDenseMatrix(len(rows), len(columns), [x[i, j] for i in rows for j in columns])

    sectors = []
    for part in sorted(map(sorted, connected_components((range(n + m), links)))):
        xs, us = [i for i in part if i < n], [i - n for i in part if i >= n]
        if xs:
            sectors.append(Sector(
                tuple(nodes[i] for i in xs), tuple(f"u{k + 1}" for k in us), pick(A, xs, xs), pick(Q, xs, xs),
                pick(B.T, us, xs), pick(R, us, us), ImmutableDenseMatrix.zeros(len(xs), len(us)),
            ))  # fmt: skip
    return tuple(sectors)
