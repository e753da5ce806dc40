"""Is the drift of a feedback loop stable? Conditions on its parameters, or eigenvalues where it is all numbers.

The characteristic polynomial of a small real block (EXPLICIT rows) is s^n + p_1 s^(n-1) + ... + p_n with sums of
principal minors for coefficients; the conditions are those of Lienard and Chipart, written out. For two complex rows
see `two_rows`. A larger block A decays exactly where X with A X + X A^+ + 1 = 0 is positive definite (Lyapunov):
where the pivots of X are positive. Both are exact; the second keeps its digits in floating point, where coefficients of
a large characteristic polynomial do not. Source: Gantmacher, The Theory of Matrices II, chapter XV.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from typing import TypeVar

import flint
import mpmath
import sympy as sp
from sympy import Expr

from cascade_sym.errors import UnstableError, listing
from cascade_sym.exact import is_zero
from cascade_sym.program import balls, read
from cascade_sym.solve.complex_pairs import Pair, Table, total
from cascade_sym.solve.linear_systems import (
    Part,
    hermitian,
    hermitian_equations,
    hermitian_parts,
    minor,
    parts_of,
    solve_columns,
)
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.probe import SIGN_BITS, sign
from cascade_sym.system import LinearSystem
from cascade_sym.system.coefficients import vanishes

T = TypeVar("T", bound=Hashable)
Rows = Sequence[Sequence[Expr]]
EXPLICIT = 4  # rows up to which a characteristic polynomial is shorter than a table


def block_conditions(rows: Table, nodes: Sequence[object], naming: Naming) -> list[Expr]:
    """Expressions that are all positive exactly when a block of the drift matrix is stable.

    A block that is all numbers is decided here: UnstableError, or no condition.
    """
    if is_numeric(rows):
        rate = growth([[z.whole for z in r] for r in rows])
        if rate > 0 or (rate == 0 and not _decays(rows, nodes, naming)):
            how = "is undamped" if rate == 0 else f"grows (at the rate {mpmath.nstr(rate, 6)})"
            raise UnstableError(f"no steady state: the drift of {_names(nodes)} {how}; lower the gain or add damping.")
        return []
    found = _explicit(rows, naming) if is_small(rows) else _by_lyapunov(rows, nodes, naming)
    return [c for c in found if not _positive(c, nodes)]


def _decays(rows: Table, nodes: Sequence[object], naming: Naming) -> bool:
    """Whether numbers whose eigenvalues are not told apart (an exceptional point) or vanish obey the conditions."""
    try:
        found = _explicit(rows, naming) if is_small(rows) else _by_lyapunov(rows, nodes, naming)
    except UnstableError:
        return False
    return all(sign(c) > 0 for c in found)


def is_small(rows: Table) -> bool:
    """Whether the conditions of a block are written out."""
    return len(rows) <= (EXPLICIT if is_real_table(rows) else EXPLICIT // 2)


def is_numeric(rows: Table) -> bool:
    return all(z.re.is_number and z.im.is_number for r in rows for z in r)


def is_real_table(rows: Table) -> bool:
    return all(z.im == 0 for r in rows for z in r)


def definite_conditions(X: Table, nodes: Sequence[object], naming: Naming) -> list[Expr]:
    """The pivots of a self-adjoint matrix that depend on parameters: all are positive where it is positive definite."""
    return [c for c in _pivots(X, naming) if not _positive(c, nodes)]


def require_damping(gamma: Expr, label: str, beside: Sequence[Expr] = (), *, signed: bool = False) -> None:
    """UnstableError for a damping rate that is zero, or negative whatever the (nonnegative) parameters are.

    `beside` are terms that say what is small, where the rate is a float; symbols that are `signed` may be negative.
    """
    if gamma.is_number:
        size = 0 if gamma.has(sp.Float) and vanishes(gamma, *beside) else sign(gamma)
    else:
        terms = sp.Add.make_args(gamma)  # a single one is not zero
        size = -1 if not signed and all(t.as_coeff_Mul()[0].is_negative for t in terms) else 1
        size = 0 if len(terms) > 1 and is_zero(gamma) else size
    if size == 0:
        raise UnstableError(f"{label} is undamped: it has no steady state; give it a bath or a port.")
    if size < 0:
        gain = "its parametric gain" if gamma.is_number else listing(gamma.free_symbols)
        raise UnstableError(
            f"{label} grows: its damping rate is {gamma} < 0, so there is no steady state; lower {gain}, or damp it."
        )


@contextmanager
def steady(s: LinearSystem) -> Iterator[None]:
    """What raises UnstableError inside says which of the modes are free masses."""
    try:
        yield
    except UnstableError as e:
        if not s.free:
            raise
        raise UnstableError(
            f"a steady state was asked for, and the free mass {listing(s.free)} has none: {e} Ask for noise_spectrum "
            "or transfer, which exist at every frequency but zero, or trap it by a spring, mechanical or optical."
        ) from None


def growth(rows: Rows) -> mpmath.mpf:
    """The largest real part of the eigenvalues of a matrix of numbers; 0 where no precision tells it from 0.

    The eigenvalues are enclosed in balls. Those of floats are right to rounding only.
    """
    formula = read(*(e for r in rows for e in r))
    floats = any(e.has(sp.Float) for r in rows for e in r)
    for bits in SIGN_BITS:
        with flint.ctx.workprec(bits):
            entries = [flint.acb(balls.lifted(x)) for x in formula.run(balls.Balls(), {})]
            try:
                found = flint.acb_mat(len(rows), len(rows), entries).eig(multiple=True)
            except ValueError:  # not separated at this precision
                continue
            rates = [x.real for x in found]
            rounding = max(abs(x).abs_upper() for x in entries) * 1e-14 if floats else 0
            rate = max(rates, key=lambda x: float(x.mid()))
            if any(x > rounding for x in rates) or all(x < -rounding for x in rates):
                return mpmath.mpf(rate.mid().str(20, radius=False))
    return mpmath.mpf(0)


def _names(nodes: Sequence[object]) -> str:
    """The modes of nodes: operators, (mode, quadrature), or anything that prints."""
    return ", ".join(dict.fromkeys(str(n[0] if isinstance(n, tuple) else n) for n in nodes))


def _positive(condition: Expr, nodes: Sequence[object]) -> bool:
    """Whether a condition is a positive number; UnstableError for one that is not."""
    if not condition.is_number:
        return False
    if sign(condition) <= 0:
        raise UnstableError(
            f"no steady state of {_names(nodes)} whatever the parameters: {condition} must be positive."
        )
    return True


def _explicit(rows: Table, naming: Naming) -> list[Expr]:
    if not is_real_table(rows):
        named = partial(naming.name, "h")
        return list(two_rows(rows, named)) if len(rows) == 2 else [named(-rows[0][0].re)]
    p = _principal_minors(rows)
    conditions = _conditions(p if len(p) == 2 else [naming.name(f"p_{k}", e) for k, e in enumerate(p, start=1)])
    return [naming.name("h", e) for e in conditions]


def two_rows(rows: Table, name: Callable[[Expr], Expr] = sp.sympify) -> tuple[Expr, Expr]:
    """The conditions of a complex 2 x 2 block.

    Without the mean of its rotations, which changes no decay, its polynomial is s^2 + h s + a + i b with a real h; its
    roots decay where h > 0 and h^2 a > b^2. With the product u + iv of the couplings and the detuning delta the second
    is h^2 (p s - u) + delta^2 p s + ..., in which nothing large cancels.
    """
    (p, q), (r, s) = rows
    h, delta, both, loop = name(-p.re - s.re), p.im - s.im, p.re * s.re, q * r
    return h, name(h**2 * (both - loop.re) + delta**2 * both + delta * loop.im * (s.re - p.re) - loop.im**2)


def _principal_minors(rows: Table) -> list[Expr]:
    """p_k = the sum of the principal k x k minors of -A."""
    every = tuple(range(len(rows)))
    negative = [[-z for z in r] for r in rows]
    return [total(minor(negative, c, c) for c in combinations(every, k + 1)).re for k in every]


def _conditions(p: list[Expr]) -> list[Expr]:
    match len(p):
        case 1 | 2:
            return p
        case 3:
            return [p[0], p[2], p[0] * p[1] - p[2]]
    return [p[0], p[1], p[3], (p[0] * p[1] - p[2]) * p[2] - p[0] ** 2 * p[3]]


def _by_lyapunov(rows: Table, nodes: Sequence[object], naming: Naming) -> list[Expr]:
    every = range(len(rows))
    parts = hermitian_parts(len(rows), real=is_real_table(rows))
    matrix = hermitian_equations(every, lambda i, j: rows[i][j], parts)
    x = solve_columns(matrix, [identity(parts)], naming, _names(nodes))[0]
    return _pivots(hermitian(len(rows), parts, x), naming)


def identity(parts: Sequence[Part]) -> list[Pair]:
    """The unit matrix, part by part."""
    return parts_of(lambda i, j: Pair(sp.Integer(int(i == j))), parts)


def _pivots(X: Table, naming: Naming) -> list[Expr]:
    rows, out = [list(r) for r in X], []
    for k, row in enumerate(rows):
        pivot = naming.name("h", row[k].re)
        out.append(pivot)
        for i in range(k + 1, len(rows)):
            if row[i].zero:
                continue
            f = naming.pair("f", row[i].conj.times(1 / pivot))
            for j in range(i, len(rows)):
                new = rows[i][j] - f * row[j]
                rows[i][j] = naming.pair("u", Pair(new.re) if i == j else new)
    return out
