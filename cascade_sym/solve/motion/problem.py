"""Drift and diffusion of a system in quadratures, in independent sectors, and what they do in time in closed form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sympy import Expr, ImmutableDenseMatrix, Symbol

from cascade_sym.compose.detection import Detection
from cascade_sym.definitions import Definitions
from cascade_sym.solve.conditional.build import from_detection
from cascade_sym.solve.conditional.covariance import place
from cascade_sym.solve.conditional.named import label
from cascade_sym.solve.conditional.riccati import Quad, Sector
from cascade_sym.solve.motion.exponentials import Exponentials, summed
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.pairs import NOUGHT, Pair, Table, pair
from cascade_sym.system import LinearSystem

Elements = dict[tuple[str, str], Expr]


class Problem(NamedTuple):
    """Drift and diffusion of a system in quadratures, in independent sectors."""

    sectors: tuple[Sector, ...]
    quadratures: tuple[str, ...]
    drift: ImmutableDenseMatrix
    diffusion: ImmutableDenseMatrix
    definitions: Definitions


def problem_of(s: LinearSystem) -> Problem:
    """The equations of motion of a system in quadratures."""
    found = from_detection(Detection(s.rounded(), ()))
    return Problem(found.sectors, found.quadratures, found.A, found.N, found.definitions)


def beside(problem: Problem, symbols: Iterable[Symbol]) -> Problem:
    """The same with definitions that step aside for other symbols."""
    definitions, moved = problem.definitions.beside(symbols)
    if not moved:
        return problem
    return Problem(
        tuple(x.mapped(lambda e: e.xreplace(moved)) for x in problem.sectors), problem.quadratures,
        problem.drift.xreplace(moved), problem.diffusion.xreplace(moved), definitions,
    )  # fmt: skip


Rows = dict[str, dict[str, Expr]]


def propagated(problem: Problem, naming: Naming, t: Expr) -> tuple[Rows, Elements, set[str]]:
    """U(t) = e^(A t) and int_0^t U N U^T over definitions, by names of quadratures; those without a closed form."""
    U: Rows = {}
    D: Elements = {}
    left: set[str] = set()
    for sector in problem.sectors:
        tools = Exponentials(naming, naming.definitions.domains)
        kernel = kernel_of(sector, tools)
        if kernel is None:
            left |= {f"{q.q}_{q.mode}" for q in sector.quadratures}
            continue
        U |= in_quadratures(sector, {i: {j: tools.value(f, t) for j, f in row.items()} for i, row in kernel.items()})
        place(sector.nodes, _diffused(sector, kernel, tools, t), D)
    return U, D, left


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
