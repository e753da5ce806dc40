"""Drift and diffusion of a system in quadratures, in independent sectors, and what they do in time in closed form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Symbol

from cascade_sym.compose.detection import Detection
from cascade_sym.definitions import Definitions
from cascade_sym.derive.master_equation_read import driven
from cascade_sym.solve.complex_pairs import NOUGHT, Pair, Table, pair
from cascade_sym.solve.conditional.filtering import from_detection
from cascade_sym.solve.conditional.matrices import place
from cascade_sym.solve.conditional.named import label
from cascade_sym.solve.conditional.riccati import Quad, Sector
from cascade_sym.solve.motion.exponentials import Exponentials, summed
from cascade_sym.solve.naming import Naming
from cascade_sym.system import LinearSystem

Elements = dict[tuple[str, str], Expr]


class Problem(NamedTuple):
    """Drift and diffusion of a system in quadratures, in independent sectors."""

    sectors: tuple[Sector, ...]
    quadratures: tuple[str, ...]
    drift: ImmutableDenseMatrix
    diffusion: ImmutableDenseMatrix
    drive: ImmutableDenseMatrix
    definitions: Definitions


def problem_of(s: LinearSystem) -> Problem:
    """The equations of motion of a system in quadratures."""
    found = from_detection(Detection(s.rounded(), ()))
    forces = [pair(sp.sqrt(2) * driven(s, m)) for m in s.modes]
    drive = ImmutableDenseMatrix(2 * len(forces), 1, [e for z in forces for e in (z.re, z.im)])
    return Problem(found.sectors, found.quadratures, found.A, found.N, drive, found.definitions)


def beside(problem: Problem, symbols: Iterable[Symbol]) -> Problem:
    """The same with definitions that step aside for other symbols."""
    definitions, moved = problem.definitions.beside(symbols)
    if not moved:
        return problem
    return Problem(
        tuple(x.mapped(lambda e: e.xreplace(moved)) for x in problem.sectors), problem.quadratures,
        problem.drift.xreplace(moved), problem.diffusion.xreplace(moved), problem.drive.xreplace(moved), definitions,
    )  # fmt: skip


Rows = dict[str, dict[str, Expr]]


class Moved(NamedTuple):
    """By names of quadratures: U(t) = e^(A t), int_0^t U N U^T, the means that drives leave, int_0^t U f; and those
    without a closed form."""

    U: Rows
    D: Elements
    means: dict[str, Expr]
    left: set[str]


def propagated(problem: Problem, naming: Naming, t: Expr) -> Moved:
    """What the motion of a system over the time t does."""
    U: Rows = {}
    means: dict[str, Expr] = {}
    force = {q: e for q, e in zip(problem.quadratures, problem.drive, strict=True) if e != 0}
    D: Elements = {}
    left: set[str] = set()
    for sector in problem.sectors:
        tools = Exponentials(naming, naming.definitions.domains)
        kernel = kernel_of(sector, tools)
        if kernel is None:
            left |= {f"{q.q}_{q.mode}" for q in sector.quadratures}
            continue
        U |= in_quadratures(sector, {i: {j: tools.value(f, t) for j, f in row.items()} for i, row in kernel.items()})
        if force:
            summed_up = {i: {j: tools.value(tools.integral(f), t) for j, f in row.items()} for i, row in kernel.items()}
            for q, row in in_quadratures(sector, summed_up).items():
                means[q] = sp.Add(*(e * force[k] for k, e in row.items() if k in force))
        place(sector.nodes, _diffused(sector, kernel, tools, t), D)
    return Moved(U, D, means, left)


def _diffused(sector: Sector, kernel: Any, tools: Exponentials, t: Expr) -> Table:
    """int_0^t U N U^+ of a sector."""
    nodes, n = sector.nodes, range(len(sector.nodes))
    noise = {(i, j): pair(sector.N[a, b]) for a, i in enumerate(nodes) for b, j in enumerate(nodes)}
    M = [[NOUGHT for _ in n] for _ in n]
    for a in n:
        for b in n[a:]:
            spread = []
            for k, f in kernel[nodes[a]].items():
                for l, g in kernel[nodes[b]].items():
                    if not noise[k, l].zero:
                        both = tools.product(f, tools.conj(g) if sector.circular else g)
                        spread += [(key, c * noise[k, l]) for key, c in both.items()]
            wanted = f"d_{label(nodes[a])}_{label(nodes[b])}"
            z = tools.value(tools.named(wanted, tools.integral(tools.named(wanted, summed(spread)))), t)
            M[a][b] = Pair(z.re) if a == b or not sector.circular else z
            M[b][a] = M[a][b].conj
    return M


def kernel_of(sector: Sector, tools: Exponentials) -> Any:
    """e^(A t) of a sector as sums of exponentials; None where there is no closed form."""
    drift = {
        i: {j: pair(sector.A[a, b]) for b, j in enumerate(sector.nodes) if sector.A[a, b] != 0}
        for a, i in enumerate(sector.nodes)
    }
    return tools.propagator(sector.nodes, drift, label)


def in_quadratures(sector: Sector, kernel: Mapping[Any, Mapping[Any, Pair]]) -> Rows:
    """A propagator of the nodes of a sector as one of their quadratures."""
    out: Rows = {}
    for i, row in kernel.items():
        if isinstance(i, Quad):
            out[f"{i.q}_{i.mode}"] = {f"{j.q}_{j.mode}": z.re for j, z in row.items() if z.re != 0}
            continue
        s = -1 if i.dag else 1
        for q in "XP":
            found: dict[str, Expr] = {}
            for j, z in row.items():
                r = -1 if j.dag else 1
                parts = (z.re, -r * z.im) if q == "X" else (s * z.im, s * r * z.re)
                found |= {f"{p}_{j.name}": e for p, e in zip("XP", parts, strict=True) if e != 0}
            out[f"{q}_{i.name}"] = found
    return out
