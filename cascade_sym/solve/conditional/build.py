"""The filtering problem of a system with detectors, from its drift, inputs and outputs."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym.compose.detection import Detection, detection
from cascade_sym.errors import NoDetector
from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.conditional.riccati import Riccati
from cascade_sym.solve.conditional.sector import Quad, Sector, split
from cascade_sym.solve.conditional.whiten import tidy
from cascade_sym.solve.fields import Fields, symmetrised
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.sectors import is_self_adjoint, sectors
from cascade_sym.system import LinearSystem


def riccati(system: object, detect: object) -> Riccati:
    """The Riccati equation of the conditional covariance of a part, cascade or LinearSystem.

    `detect` is a detector (Homodyne, Heterodyne) or several. Built from the drift, input and output matrices with
    correlated process and measurement noise; nothing here uses the master equation. Raises NoDetector where nothing
    is measured, and the errors of the detectors.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> riccati(Cavity("a", kappa=2), Homodyne(angle=0)).equations["X_a", "X_a"]
    -2*var_X_a - 2*(sqrt(2)*var_X_a - sqrt(2)/2)**2 + 1
    """
    d = detection(system, detect)
    if not d.currents:
        raise NoDetector(
            "nothing is measured: detect is empty. Give detect=Homodyne(angle=...) or Heterodyne(); for the "
            "unconditional state use covariance(system)."
        )
    return from_detection(d)


def from_detection(d: Detection) -> Riccati:
    """The filtering problem of a system with its currents."""
    names = [f"current.{k}" for k in range(len(d.currents))]
    s = replace(d.system, internal={**d.system.internal, **{n: c.form for n, c in zip(names, d.currents, strict=True)}})
    naming = Naming(s.parameters)
    fields = symmetrised(s, naming.name)
    found = []
    for sector in sectors(s):
        if sector_modes := [o for o in sector if o.name in s.modes]:
            build = _real if is_self_adjoint(sector) else _circular
            found += build(s, fields, tuple(sector_modes), d, names)
    return Riccati(d.system.modes, tuple(found), naming.definitions, d.efficiencies)


def _circular(
    s: LinearSystem, fields: Fields, sector: tuple[Op, ...], d: Detection, names: list[str]
) -> list[Sector]:
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
    N = [[tidy(fields.correlation(rows[i][1], rows[j][1])) for j in sector] for i in sector]
    R = [[tidy(fields.correlation(f[3], g[3])) for g in currents] for f in currents]
    return [
        Sector(
            sector, tuple(c[0] for c in currents), ImmutableDenseMatrix(A), ImmutableDenseMatrix(N),
            ImmutableDenseMatrix(len(currents), len(sector), [e for c in currents for e in c[1]]),
            ImmutableDenseMatrix(len(currents), len(currents), [e for r in R for e in r]),
            ImmutableDenseMatrix(len(sector), len(currents), [c[2][k] for k in range(len(sector)) for c in currents]),
        )
    ]  # fmt: skip


def _real(
    s: LinearSystem, fields: Fields, sector: tuple[Op, ...], d: Detection, names: list[str]
) -> list[Sector]:
    modes = [o.name for o in sector if not o.dag]
    forms = {m: fields.split(s.drift[m]) for m in modes}
    nodes = [Quad(m, q) for m in modes for q in "XP"]
    A = [[tidy(_row(forms[i.mode][0], i.q, j)) for j in nodes] for i in nodes]
    noise: dict[object, tuple[LinearForm, str]] = {n: (forms[n.mode][1], n.q) for n in nodes}
    C: list[list[Expr]] = []
    labels: list[str] = []
    for name, current in zip(names, d.currents, strict=True):
        # a real current is sqrt2 times the X quadrature of half its form; a paired one has both quadratures
        form = LinearForm({Op(name): sp.S.One if current.paired else 1 / sp.sqrt(2)})
        seen, light = fields.split(form)
        for q, part in (("X", "c"), ("P", "s")) if current.paired else (("X", ""),):
            row = [tidy(_row(seen, q, n)) for n in nodes]
            corr = [tidy(_quadrature(fields, noise[n], (light, q))) for n in nodes]
            if any(e != 0 for e in (*row, *corr)):
                label = f"{current.name}.{part}" if part else current.name
                labels.append(label)
                C.append(row)
                noise[label] = (light, q)
    def corr(i: object, j: object) -> Expr:
        return tidy(_quadrature(fields, noise[i], noise[j]))

    N = [[corr(i, j) for j in nodes] for i in nodes]
    R = [[corr(i, j) for j in labels] for i in labels]
    S = [[corr(i, j) for j in labels] for i in nodes]
    return [_part(block, ys, nodes, labels, A, N, C, R, S) for block, ys in _connected(nodes, labels, A, N, C, R, S)]


def _row(form: LinearForm, q: str, n: Quad) -> Expr:
    """The factor of quadrature n in the X or P quadrature of a form."""
    alpha, beta = form[Op(n.mode)], form[Op(n.mode, True)]
    if q == "X":
        return split(alpha + beta)[0] if n.q == "X" else split(beta - alpha)[1]
    return split(alpha + beta)[1] if n.q == "X" else split(alpha - beta)[0]


def _quadrature(fields: Fields, f: tuple[LinearForm, str], g: tuple[LinearForm, str]) -> Expr:
    n, m = fields.correlation(f[0], g[0]), fields.correlation(f[0], g[0].dagger())
    match f[1] + g[1]:
        case "XX":
            return split(n + m)[0]
        case "PP":
            return split(n - m)[0]
        case "XP":
            return split(m - n)[1]
        case _:
            return split(m + n)[1]


def _connected(nodes, labels, A, N, C, R, S):  # type: ignore[no-untyped-def]
    """Quadratures and currents that depend on each other, as lists of indices."""
    n, m = len(nodes), len(labels)
    near = [set() for _ in range(n + m)]

    def join(i: int, j: int, e: Expr) -> None:
        if e != 0:
            near[i].add(j)
            near[j].add(i)

    for i in range(n):
        for j in range(n):
            join(i, j, A[i][j])
            join(i, j, N[i][j])
        for k in range(m):
            join(i, n + k, C[k][i])
            join(i, n + k, S[i][k])
    for k in range(m):
        for l in range(m):
            join(n + k, n + l, R[k][l])
    seen: set[int] = set()
    for start in range(n):
        if start in seen:
            continue
        block, todo = {start}, [start]
        while todo:
            for j in near[todo.pop()] - block:
                block.add(j)
                todo.append(j)
        seen |= block
        yield sorted(i for i in block if i < n), sorted(i - n for i in block if i >= n)


def _part(block, ys, nodes, labels, A, N, C, R, S) -> Sector:  # type: ignore[no-untyped-def]
    def pick(m: list[list[Expr]], rows: list[int], columns: list[int]) -> ImmutableDenseMatrix:
        return ImmutableDenseMatrix(len(rows), len(columns), [m[i][j] for i in rows for j in columns])

    return Sector(
        tuple(nodes[i] for i in block), tuple(labels[k] for k in ys), pick(A, block, block), pick(N, block, block),
        pick(C, ys, block), pick(R, ys, ys), pick(S, block, ys),
    )  # fmt: skip


def _of(form: LinearForm, dag: bool) -> LinearForm:
    return form.dagger() if dag else form
