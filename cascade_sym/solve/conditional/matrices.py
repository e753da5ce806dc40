"""Covariance matrices of the conditional state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, as_system
from cascade_sym.definitions import Quantity
from cascade_sym.errors import NoClosedForm, UndetectableError, UnstableError
from cascade_sym.operators import Op
from cascade_sym.parts.detectors import Detect
from cascade_sym.solve.complex_pairs import Pair, Table
from cascade_sym.solve.conditional.closed import LARGEST, solve_sector
from cascade_sym.solve.conditional.filtering import riccati
from cascade_sym.solve.conditional.named import Record, Solution, Written, named_sector, plain, unmonitored
from cascade_sym.solve.conditional.newton import judged, step
from cascade_sym.solve.conditional.riccati import Riccati, Sector
from cascade_sym.solve.covariance import Covariance
from cascade_sym.solve.naming import Naming
from cascade_sym.steps import Check, Derivation, Step
from cascade_sym.symbols import is_real

Elements = dict[tuple[str, str], Expr]
SPOILED = 1e-9  # relative residual of the Riccati equation from which floats are no solution of it


@dataclass(frozen=True)
class ConditionalCovariance(Covariance):
    """The stationary covariance of the state conditioned on the measured currents; read like a `Covariance`.

    `riccati` is the equation it solves. Sectors without a closed form are listed in `open_sectors`: their elements
    raise NoClosedForm, and their numbers come from `conditional_evaluator`. `degrees` is the degree of the roots over
    the parameters in each solved sector; `relations` are (definition, polynomial in it = 0) for those that are not
    square roots. `residual` is the relative residual of the Riccati equation, which rounding leaves when the
    definitions are evaluated in doubles, and the largest of `errors` bounds the relative error (to the roots of the
    variances) of what is found so.
    """

    riccati: Riccati | None = field(default=None, compare=False, repr=False)
    open_sectors: tuple[Sector, ...] = ()
    degrees: tuple[int, ...] = ()
    relations: tuple[tuple[Expr, Expr], ...] = ()
    residual: Quantity | None = field(default=None, compare=False, repr=False)
    errors: tuple[Expr, ...] = field(default=(), compare=False, repr=False)

    def element(self, i: str, j: str) -> Expr:
        found = super().element(i, j)
        for s in self.open_sectors:
            names = {f"{q.q}_{q.mode}" for q in s.quadratures}
            if i in names and j in names:
                raise NoClosedForm(
                    f"the conditional covariance of {i} and {j} has no closed form: {len(s.nodes)} modes are measured "
                    f"together, and the solution is one of {branches(s)} roots. Its numbers come from "
                    "conditional_evaluator(...) and conditional_value(...)."
                )
        return found

    @property
    def nonnegative(self) -> tuple[Expr, ...]:
        """The efficiencies of the detectors and what they lack to 1, where they are no numbers."""
        found = self.riccati.efficiencies if self.riccati is not None else ()
        return tuple(e for eta in found if eta.free_symbols for e in (eta, 1 - eta))

    @property
    def derivation(self) -> Derivation:
        """Master equation, moment equations, Riccati equation, stationary covariance; each step can be checked."""
        return Derivation("the state conditioned on continuous measurement", self.steps)

    @property
    def closed(self) -> bool:
        """Whether every element has a closed form."""
        return not self.open_sectors

    def subs(self, values: Mapping[Any, Any]) -> Self:
        new, table = self._substituted(values)
        relations = tuple((s.xreplace(table), r.xreplace(table)) for s, r in self.relations)
        rest, errors = self.residual and self.residual.subs(values), tuple(e.xreplace(table) for e in self.errors)
        return replace(
            new, riccati=self.riccati and self.riccati.subs(values), residual=rest, relations=relations, errors=errors
        )


def conditional_covariance(
    system: System | Riccati, detect: Detect = None, *, newton: int = 0
) -> ConditionalCovariance:
    """The stationary covariance conditioned on what `detect` measures.

    `system` is a part, cascade, LinearSystem or a `Riccati`. Sectors of one or two modes have a closed form, found by
    spectral factorisation; of the roots of the Riccati equation it is the stabilising (and positive) one. `newton`
    adds that many Newton steps to the definitions, which costs operations and repairs rounding. Raises NoDetector
    without a detector, and UndetectableError when a mode grows that the detectors don't see.
    Source: Wiseman and Doherty (2005); for two oscillators in cascade, Huang et al. (2018), (S19)-(S20).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> V = conditional_covariance(Oscillator("M", Gamma=2, theta=sp.pi/4, gamma=0), Homodyne(angle=sp.pi/2))
    >>> V["X_M", "X_M"].inline()
    1/2
    """
    problem = system if isinstance(system, Riccati) else riccati(system, detect)
    naming = Record(problem.parameters, problem.definitions.domains)
    for s, e in problem.definitions:
        naming.name(s.name, e)
    elements: Elements = {}
    stable: list[Expr] = []
    left: list[Sector] = []
    degrees: list[int] = []
    residuals: list[Expr] = [sp.S.Zero]
    errors: list[Expr] = []
    relations: list[tuple[Expr, Expr]] = []
    for sector in problem.sectors:
        if not sector.currents or all(e == 0 for e in (*sector.C, *sector.S)):
            M = _unseen(sector, naming, stable)
            place(sector.nodes, M, elements)
            if len(sector.nodes) <= LARGEST:
                errors += judged(plain(sector), M, Written(()))[-1]
            continue
        named = named_sector(sector, naming)
        solution = solve_sector(named, naming)
        if solution is None:
            left.append(sector)
            continue
        M = _polished(solution, newton, naming)
        conditions, rest, bounds = judged(named, M, naming)
        if _lost(sector, M, naming):
            left.append(sector)
            continue
        stable += conditions
        residuals.append(rest)
        errors += bounds
        degrees.append(solution.degree)
        if solution.relation != 0:
            relations.append((solution.root, solution.relation))
        place(sector.nodes, M, elements)
    defs = naming.definitions
    home = None if isinstance(system, Riccati) else as_system(system)
    V = ConditionalCovariance(
        modes=problem.modes, elements=elements, definitions=defs, stability=tuple(stable), system=home,
        riccati=problem, open_sectors=tuple(left), degrees=tuple(degrees),
        relations=tuple(relations), residual=Quantity("residual", sp.Max(*residuals), defs),
        errors=tuple(errors),
    )  # fmt: skip
    return replace(V, steps=(*problem.steps, _solved(V)))


def _lost(sector: Sector, M: Table, naming: Naming) -> bool:
    """Whether rounding has spoiled a closed form of floats: pure states lie where its differences cancel."""
    parts = (sector.A, sector.N, sector.C, sector.R, sector.S)
    entries = [e for m in parts for e in m]
    if not any(e.has(sp.Float) for e in entries) or any(e.free_symbols for e in entries):
        return False
    A, N, C, R, S = (sp.Matrix(m).evalf() for m in parts)
    V = sp.Matrix([[naming.inline(z.whole) for z in row] for row in M]).evalf()
    gain = V * C.H + S
    lost = gain * R.inv() * gain.H
    size = sum(abs(e) for m in (A * V, N, lost) for e in m)
    rest = max(abs(complex(e)) for e in A * V + V * A.H + N - lost)
    definite = all(sp.re(e) >= 0 for e in (V[k, k] for k in range(V.rows)))
    return not (rest <= SPOILED * float(size) and definite)


def _solved(V: ConditionalCovariance) -> Step:
    def proved() -> Check:
        from cascade_sym.solve.conditional.reduced import solves_riccati

        return solves_riccati(V)

    return Step(
        "solve", "stationary covariance by spectral factorisation", {"Riccati equation": V.riccati},
        {x.name: e for x, e in V.definitions}, proved,
        "of the roots, the one whose filter is stable: " + ", ".join(f"{h} > 0" for h in V.stability),
    )  # fmt: skip


def branches(s: Sector) -> int:
    """How many symmetric solutions the Riccati equation of a sector has, as a rule.

    An invariant subspace takes half of the eigenvalues of H; real equations pair them as +-lambda.
    """
    n = len(s.nodes)
    real = all(is_real(e) for m in (s.A, s.N, s.C, s.R, s.S) for e in m)
    return 2**n if real else int(sp.binomial(2 * n, n))


def _polished(solution: Solution, steps: int, naming: Naming) -> Table:
    M = solution.M
    for _ in range(steps):
        M = step(solution.sector, M, naming)
    return M


def _unseen(sector: Sector, naming: Naming, stable: list[Expr]) -> Table:
    try:
        M, conditions = unmonitored(sector, naming)
    except UnstableError as e:
        raise UndetectableError(f"no detector sees these modes, and alone they have no steady state: {e}") from None
    stable += conditions
    return M


def place(nodes: tuple, M: Table, elements: Elements) -> None:
    """Moments as elements of the covariance matrix in quadratures."""

    def put(i: str, j: str, e: Expr) -> None:
        if e != 0:
            elements[i, j] = e

    for a, x in enumerate(nodes):
        for b, y in enumerate(nodes[a:], a):
            z: Pair = M[a][b]
            if not isinstance(x, Op):
                put(f"{x.q}_{x.mode}", f"{y.q}_{y.mode}", z.re)
                continue
            # z_x z_y^+ with z = (X + i s P)/sqrt2, s = -1 for an adjoint operator
            s, t = (-1 if x.dag else 1), (-1 if y.dag else 1)
            put(f"X_{x.name}", f"X_{y.name}", z.re)
            put(f"P_{x.name}", f"P_{y.name}", s * t * z.re)
            if a != b:
                put(f"X_{x.name}", f"P_{y.name}", -t * z.im)
                put(f"P_{x.name}", f"X_{y.name}", s * z.im)
