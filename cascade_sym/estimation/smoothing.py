"""Retrodiction and smoothing of a monitored Gaussian system: what the future record, and both records, tell.

Backwards in time the record is that of the same noise with the drift and the correlation of process and measurement
noise reversed, so that the effect matrix has the covariance V_E with

    -A V_E - V_E A^T + N - (V_E C^T - S) R^-1 (V_E C^T - S)^T = 0,

and the outcomes of a measurement of quadratures in between have the covariance V_S = (V^-1 + V_E^-1)^-1 of the past
quantum state, V that of the filter. Source: Gammelmark, Julsgaard, Moelmer, PRL 111, 160401 (2013); Zhang and Moelmer,
PRA 96, 062131 (2017); for classical signals, Fraser and Potter, IEEE TAC 14, 387 (1969).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compose import System
from cascade_sym.definitions import Declared, Definitions, Quantity
from cascade_sym.errors import NoClosedForm, UndetectableError
from cascade_sym.parts.detectors import Detect
from cascade_sym.solve.conditional import ConditionalCovariance, Riccati, conditional_covariance, riccati
from cascade_sym.solve.conditional.riccati import Sector
from cascade_sym.solve.covariance import pair_of


@dataclass(frozen=True)
class Smoothed(Declared):
    """Stationary covariances given the past record (`filtered`), the future one (`retrodicted`), and both.

    The last is read as `V["X_a", "X_a"]`: what measurements of that quadrature scatter, given both records. It may lie
    below the uncertainty relation: it belongs to no state, but to predictions about the past.

    >>> from cascade_sym.parts import Squeezer
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> V = smoothing(Squeezer("s", chi=sp.Rational(1, 4), kappa=1), Homodyne(angle=0))
    >>> V.filtered["X_s", "X_s"].inline(), V.retrodicted["X_s", "X_s"].inline(), V["X_s", "X_s"].inline()
    (3/4, 0, 0)
    """

    problem: Riccati

    @cached_property
    def filtered(self) -> ConditionalCovariance:
        """Given the past record."""
        return conditional_covariance(self.problem)

    @cached_property
    def retrodicted(self) -> ConditionalCovariance:
        """Given the future record; quadratures that no detector sees have infinite variances."""
        seen = tuple(s for s in self.problem.sectors if _sees(s))
        try:
            E = conditional_covariance(reversed_problem(replace(self.problem, sectors=seen)))
        except UndetectableError as e:
            raise UndetectableError(f"the future record says nothing about a mode: backwards in time, {e}") from None
        V = self.filtered
        definitions, moved = E.definitions.beside([*(x for x, _ in V.definitions), *V.parameters])
        table: dict[Expr, Expr] = dict(moved)
        blind = [f"{q.q}_{q.mode}" for s in self.problem.sectors if s not in seen for q in s.quadratures]
        elements = {k: e.xreplace(table) for k, e in E.elements.items()} | {(q, q): sp.oo for q in blind}
        return ConditionalCovariance(
            E.modes, elements, definitions, tuple(e.xreplace(table) for e in E.stability), riccati=E.riccati,
            open_sectors=E.open_sectors,
        )  # fmt: skip

    @property
    def definitions(self) -> Definitions:  # type: ignore[override]
        return self.filtered.definitions.merged(self.retrodicted.definitions)

    @property
    def closed(self) -> bool:
        """Whether both records have a closed form."""
        return self.filtered.closed and self.retrodicted.closed

    @property
    def quadratures(self) -> tuple[str, ...]:
        return self.problem.quadratures

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        return self.problem.parameters

    def __getitem__(self, key: tuple[str, str]) -> Quantity:
        i, j = pair_of(key)
        filtered = self.filtered.element(i, j)
        group = next((g for g in _groups(self.problem) if i in g), ())
        if j not in group:
            value: Expr = sp.S.Zero
        elif self.retrodicted.element(i, i) == sp.oo:
            value = filtered
        elif len(group) > 2:
            raise NoClosedForm(f"the smoothed covariance of {i} and {j}: its numbers come from cascade_sym.evaluator.")
        else:
            V, E = (sp.Matrix([[x.element(a, b) for b in group] for a in group]) for x in
                    (self.filtered, self.retrodicted))  # fmt: skip
            total = V + E  # V - V (V + E)^-1 V, with the inverse written out
            inverse = total.adjugate() / total.det() if len(group) > 1 else sp.Matrix([[1 / total[0, 0]]])
            row, column = V[group.index(i), :], V[:, group.index(j)]
            value = V[group.index(i), group.index(j)] - (row * inverse * column)[0]
        stability = (*self.filtered.stability, *self.retrodicted.stability)
        return Quantity(
            f"smoothed_{i}_{j}", value, self.definitions, (), stability, nonnegative=self.filtered.nonnegative
        )

    def subs(self, values: Mapping[Any, Any]) -> Smoothed:
        """Parameters (symbols or names) replaced exactly, and solved anew."""
        return Smoothed(self.problem.subs(values))

    def own_evaluator(self, backend: str) -> Any:
        """What `cascade_sym.evaluator` makes of it."""
        from cascade_sym.estimation.controllers import SmoothedEvaluator

        return SmoothedEvaluator(self, backend)


def _sees(s: Sector) -> bool:
    return bool(s.currents) and any(e != 0 for e in (*s.C, *s.S))


def _groups(problem: Riccati) -> list[tuple[str, ...]]:
    """Quadratures that are correlated with each other."""
    out: list[tuple[str, ...]] = []
    for s in problem.sectors:
        names = [f"{q.q}_{q.mode}" for q in s.quadratures]
        out += [(n,) for n in names] if s.circular and len(s.nodes) == 1 else [tuple(names)]
    return out


def smoothing(system: System, detect: Detect) -> Smoothed:
    """Stationary retrodiction and smoothing of what `detect` measures on a part, cascade, or LinearSystem.

    `V = smoothing(...)` has `V.filtered`, `V.retrodicted`, and elements of the smoothed covariance, V["X_a", "X_a"], in
    closed form for independent sectors of one mode; `cascade_sym.evaluator(V)` gives the numbers of all. Raises
    NoDetector, the errors of detectors, and UndetectableError where one of several coupled modes is never seen: the
    future record tells nothing about it (in `evaluator`, its information is zero).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> V = smoothing(Oscillator("M", Gamma=1, theta=sp.pi / 4, gamma=0), Homodyne(angle=sp.pi / 2))
    >>> V.filtered["X_M", "X_M"].inline(), V["X_M", "X_M"].inline()
    (1/2, 1/4)
    """
    found = Smoothed(riccati(system, detect))
    if len(found.problem.modes) == 1:  # what is wrong with a single mode is said at once
        found.retrodicted  # noqa: B018
    return found


def reversed_problem(problem: Riccati) -> Riccati:
    """The filtering problem of the record read backwards."""

    def back(s: Sector) -> Sector:
        return Sector(s.nodes, s.currents, -s.A, s.N, s.C, s.R, -s.S)

    return Riccati(problem.modes, tuple(map(back, problem.sectors)), problem.definitions, problem.efficiencies)
