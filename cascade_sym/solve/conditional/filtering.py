"""The filtering problem of a system with detectors, from its drift, inputs and outputs, and its derivation.

Nothing of the Riccati equation comes from the master equation: the derivation compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix
from sympy.utilities.iterables import connected_components

from cascade_sym.compose.detection import Detection, detection
from cascade_sym.derive.master_equation import MasterEquation
from cascade_sym.derive.master_equation import from_detection as master_equation_of
from cascade_sym.derive.master_equation_moments import MomentEquations, from_master_equation
from cascade_sym.errors import NoDetector
from cascade_sym.exact import equal
from cascade_sym.operators import LinearForm, Op
from cascade_sym.parts.detectors import Detect
from cascade_sym.solve.complex_pairs import drift_entry, quadrature
from cascade_sym.solve.conditional.riccati import Quad, Riccati, Sector, tidy
from cascade_sym.solve.naming import Naming
from cascade_sym.steps import Check, LazyTable, Step
from cascade_sym.symbols import conj, free_name
from cascade_sym.system import LinearSystem
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.fields import Fields, symmetrised
from cascade_sym.system.network import System
from cascade_sym.system.sectors import is_self_adjoint, sectors

Noise = tuple[LinearForm, str]  # a form in fields, and which of its quadratures


def riccati(system: System, detect: Detect) -> Riccati:
    """The Riccati equation of the conditional covariance of a part, cascade or LinearSystem.

    `detect` is a detector (Homodyne, Heterodyne) or several. Built from the drift, input and output matrices with
    correlated process and measurement noise; nothing here uses the master equation. Raises NoDetector where nothing
    is measured, and the errors of the detectors.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> riccati(Cavity("a", kappa=2), Homodyne(angle=0)).equations["X_a", "X_a"]
    -2*var_X_a - (2*var_X_a - 1)**2 + 1
    """
    d = detection(system, detect)
    if not d.currents:
        raise NoDetector(
            "nothing is measured: detect is empty. Give detect=Homodyne(angle=...) or Heterodyne(); for the "
            "unconditional state use covariance(system)."
        )
    problem = from_detection(d)
    # damping on p alone has no master equation to compare with
    return problem if d.system.brownian else replace(problem, steps=filter_steps(d, problem))


def from_detection(d: Detection) -> Riccati:
    """The filtering problem of a system with its currents."""
    taken = {*d.system.modes, *d.system.inputs, *d.system.internal, *d.system.outputs}
    names = [free_name(f"current.{k}", taken) for k in range(len(d.currents))]
    s = replace(d.system, internal={**d.system.internal, **{n: c.form for n, c in zip(names, d.currents, strict=True)}})
    naming = Naming(s.parameters, s.inherited)
    fields = symmetrised(s, naming.name)
    found = []
    for sector in sectors(s):
        if sector_modes := [o for o in sector if o.name in s.modes]:
            build = _real if is_self_adjoint(sector) else _circular
            found += build(s, fields, tuple(sector_modes), d, names)
    return Riccati(d.system.modes, tuple(found), naming.definitions, d.efficiencies)


def _circular(s: LinearSystem, fields: Fields, sector: tuple[Op, ...], d: Detection, names: list[str]) -> list[Sector]:
    rows = {o: fields.split(_of(s.drift[o.name], o.dag)) for o in sector}
    currents = []
    for name, current in zip(names, d.currents, strict=True):
        for dag in (False, True):
            modes, noise = fields.split(LinearForm({Op(name, dag): sp.S.One}))
            C = [tidy(modes[o]) for o in sector]
            S = [tidy(fields.correlation(rows[o][1], noise)) for o in sector]
            if any(e != 0 for e in (*C, *S)):
                currents.append((current.name, C, S, noise))
                break
    A = [[tidy(rows[i][0][j]) for j in sector] for i in sector]
    N = _hermitian([rows[i][1] for i in sector], fields.correlation)
    R = _hermitian([f[3] for f in currents], fields.correlation)
    return [
        Sector(
            sector, tuple(c[0] for c in currents), ImmutableDenseMatrix(A), ImmutableDenseMatrix(N),
            ImmutableDenseMatrix(len(currents), len(sector), [e for c in currents for e in c[1]]),
            ImmutableDenseMatrix(len(currents), len(currents), [e for r in R for e in r]),
            ImmutableDenseMatrix(len(sector), len(currents), [c[2][k] for k in range(len(sector)) for c in currents]),
        )
    ]  # fmt: skip


def _real(s: LinearSystem, fields: Fields, sector: tuple[Op, ...], d: Detection, names: list[str]) -> list[Sector]:
    modes = [o.name for o in sector if not o.dag]
    forms = {m: fields.split(s.drift[m]) for m in modes}
    nodes = [Quad(m, q) for m in modes for q in "XP"]
    A = [[tidy(drift_entry(forms[i.mode][0], i.q, j.mode, j.q)) for j in nodes] for i in nodes]
    noise: list[Noise] = [(forms[n.mode][1], n.q) for n in nodes]
    seen: list[list[Expr]] = []
    labels: list[str] = []
    for name, current in zip(names, d.currents, strict=True):
        # a Hermitian current is sqrt2 times the X quadrature of half its form; a paired one has both quadratures
        form, light = fields.split(LinearForm({Op(name): sp.S.One if current.paired else 1 / sp.sqrt(2)}))
        for q, part in (("X", ".c"), ("P", ".s")) if current.paired else (("X", ""),):
            row = [tidy(drift_entry(form, q, n.mode, n.q)) for n in nodes]
            shared = [tidy(_quadrature(fields, noise[k], (light, q))) for k in range(len(nodes))]
            if any(e != 0 for e in (*row, *shared)):
                labels.append(current.name + part)
                seen.append(row)
                noise.append((light, q))
    n = len(nodes)
    corr = _hermitian(noise, lambda x, y: _quadrature(fields, x, y))
    return [_part(block, nodes, labels, A, corr, seen) for block in _connected(n, A, corr, seen)]


def _hermitian(items: list[Any], correlation: Callable[[Any, Any], Expr]) -> list[list[Expr]]:
    """All correlations, the lower triangle from the upper one."""
    out = [[sp.S.Zero] * len(items) for _ in items]
    for i, x in enumerate(items):
        for j, y in enumerate(items[i:], i):
            out[i][j] = tidy(correlation(x, y))
            out[j][i] = conj(out[i][j])
    return out


def _quadrature(fields: Fields, f: Noise, g: Noise) -> Expr:
    """The correlation of two quadratures of noise."""
    n, m = fields.correlation(f[0], g[0]), fields.correlation(f[0], g[0].dagger())
    return quadrature(n, m, f[1], g[1])


Rows = list[list[Expr]]


def _connected(n: int, A: Rows, corr: Rows, seen: Rows) -> list[list[int]]:
    """Sets of quadratures (0 ... n-1) and currents (n ...) that depend on each other; each has a quadrature."""
    links = [(i, j) for i, row in enumerate(corr) for j, e in enumerate(row) if e != 0]
    links += [(i, j) for i in range(n) for j in range(n) if A[i][j] != 0]
    links += [(i, n + k) for k, row in enumerate(seen) for i in range(n) if row[i] != 0]
    parts = map(sorted, connected_components((range(len(corr)), links)))
    return sorted(part for part in parts if part[0] < n)


def _part(block: list[int], nodes: list[Quad], labels: list[str], A: Rows, corr: Rows, seen: Rows) -> Sector:
    def pick(m: Rows, rows: list[int], columns: list[int]) -> ImmutableDenseMatrix:
        return ImmutableDenseMatrix(len(rows), len(columns), [m[i][j] for i in rows for j in columns])

    n = len(nodes)
    xs, ys = [i for i in block if i < n], [i for i in block if i >= n]
    return Sector(
        tuple(nodes[i] for i in xs), tuple(labels[k - n] for k in ys), pick(A, xs, xs), pick(corr, xs, xs),
        pick(seen, [k - n for k in ys], xs), pick(corr, ys, ys), pick(corr, xs, ys),
    )  # fmt: skip


def _of(form: LinearForm, dag: bool) -> LinearForm:
    return form.dagger() if dag else form


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
