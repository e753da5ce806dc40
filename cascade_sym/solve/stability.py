"""Is the drift of a feedback loop stable? Conditions on its parameters, or eigenvalues where it is all numbers.

The characteristic polynomial of a small block (EXPLICIT rows, half as many of a complex one) is
s^n + p_1 s^(n-1) + ... + p_n with sums of principal minors for coefficients; the conditions are those of Lienard and
Chipart, written out. A larger block A decays exactly where X with A X + X A^+ + 1 = 0 is positive definite (Lyapunov):
where the pivots of X are positive. Both are exact; the second keeps its digits in floating point, where coefficients of
a large characteristic polynomial do not. Source: Gantmacher, The Theory of Matrices II, chapter XV.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeVar

import mpmath
import sympy as sp
from sympy import Expr

from cascade_sym.compose import as_system
from cascade_sym.errors import MissingParameter, UnstableError, listing
from cascade_sym.solve.kronecker import equations, unknowns
from cascade_sym.solve.linear import minor, solve_named
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import conj, is_real

T = TypeVar("T", bound=Hashable)
Rows = list[list[Expr]]
EXPLICIT = 4


def hurwitz_conditions(
    blocks: Sequence[tuple[tuple[T, ...], Mapping[tuple[T, T], Expr]]], naming: Naming
) -> list[Expr]:
    """Expressions that are all positive exactly when each block of the drift matrix is stable.

    A block that is all numbers is decided here: UnstableError, or no condition.
    """
    out: list[Expr] = []
    for nodes, a in blocks:
        rows = [[sp.sympify(a[i, j]) for j in nodes] for i in nodes]
        if all(e.is_number for r in rows for e in r):
            refuse_unstable_numbers(rows, nodes)
            continue
        found = _explicit(rows, naming) if is_small(rows) else _by_lyapunov(rows, nodes, naming)
        out += [c for c in found if not _positive(c, nodes)]
    return out


def is_small(rows: Rows) -> bool:
    """Whether the conditions of a block are written out from its characteristic polynomial."""
    return len(rows) <= (EXPLICIT if all(is_real(e) for r in rows for e in r) else EXPLICIT // 2)


def definite_conditions(X: Rows, nodes: Sequence[object], naming: Naming) -> list[Expr]:
    """The pivots of a self-adjoint matrix that depend on parameters: all are positive where it is positive definite."""
    return [c for c in _pivots(X, naming) if not _positive(c, nodes)]


def require_stable(system: object, values: Mapping[Any, Any]) -> None:
    """Raise UnstableError unless the drift of `system` decays at these numbers (by its eigenvalues, 50
    digits).

    MissingParameter names a parameter of the drift without a value. Works at any size.

    >>> from cascade_sym.parts import Squeezer
    >>> require_stable(Squeezer("q", chi=sp.Symbol("chi"), kappa=4), {sp.Symbol("chi"): 1})
    """
    s = as_system(system).subs(values)
    if missing := s.A.free_symbols:
        raise MissingParameter(f"no value for {listing(missing)}; the stability of the drift depends on it.")
    refuse_unstable_numbers(s.A.tolist(), [m for m in s.modes for _ in range(2)])


def refuse_unstable_numbers(rows: Rows, nodes: Sequence[object]) -> None:
    """UnstableError when a numeric drift matrix has an eigenvalue that does not decay."""
    if (rate := growth(rows)) >= 0:
        names = ", ".join(dict.fromkeys(_mode_name(n) for n in nodes))
        how = "is undamped" if rate == 0 else f"grows (at the rate {mpmath.nstr(rate, 6)})"
        raise UnstableError(f"no steady state: the drift of {names} {how}; lower the gain or add damping.")


def growth(rows: Rows) -> mpmath.mpf:
    """The largest real part of the eigenvalues of a matrix of numbers; 0 where it can't be told from 0."""
    with mpmath.workdps(50):
        M = mpmath.matrix([[mpmath.mpmathify(sp.N(e, 50)) for e in r] for r in rows])
        spectrum = mpmath.eig(M, left=False, right=False) if M.rows > 1 else [M[0, 0]]
        rate = max(mpmath.re(x) for x in spectrum)
        exact = not any(e.has(sp.Float) for r in rows for e in r)
        scale = mpmath.norm(M, mpmath.inf)
        return mpmath.mpf(0) if abs(rate) <= scale * mpmath.mpf(10) ** (-20 if exact else -14) else rate


def _mode_name(node: object) -> str:
    """The mode of a node: an operator, (mode, quadrature), or anything that prints."""
    if isinstance(node, tuple):
        return str(node[0])
    return str(getattr(node, "name", node))


def _positive(condition: Expr, nodes: Sequence[object]) -> bool:
    """Whether a condition is a positive number; UnstableError for one that is not."""
    if not condition.is_number:
        return False
    if condition <= 0:
        names = ", ".join(dict.fromkeys(_mode_name(n) for n in nodes))
        raise UnstableError(f"no steady state of {names} whatever the parameters: {condition} must be positive.")
    return True


def _explicit(rows: Rows, naming: Naming) -> list[Expr]:
    return [naming.name("h", e, real=True) for e in _conditions(_real_coefficients(rows, naming))]


def _real_coefficients(rows: Rows, naming: Naming) -> list[Expr]:
    """q_1, q_2, ...: of det(s - A) for a real matrix, of |det(s - A)|^2 (for real s) for a complex one."""
    n = len(rows)
    p = _principal_minors(rows)
    if all(is_real(e) for r in rows for e in r):
        return p if n == 2 else [naming.name(f"p_{k}", e) for k, e in enumerate(p, start=1)]
    p = [sp.S.One, *(naming.name(f"p_{k}", e) for k, e in enumerate(p, start=1))]
    pairs = [[(i, m - i) for i in range(m + 1) if max(i, m - i) <= n] for m in range(1, 2 * n + 1)]
    sums = [sp.Add(*(p[i] * conj(p[j]) for i, j in ij)) for ij in pairs]
    return [naming.name(f"q_{m}", e, real=True) for m, e in enumerate(sums, start=1)]


def _principal_minors(rows: Rows) -> list[Expr]:
    """p_k = the sum of the principal k x k minors of -A."""
    every = tuple(range(len(rows)))
    negative = [[-e for e in r] for r in rows]
    return [sp.Add(*(minor(negative, c, c) for c in combinations(every, k + 1))) for k in every]


def _conditions(p: list[Expr]) -> list[Expr]:
    match len(p):
        case 1 | 2:
            return p
        case 3:
            return [p[0], p[2], p[0] * p[1] - p[2]]
    return [p[0], p[1], p[3], (p[0] * p[1] - p[2]) * p[2] - p[0] ** 2 * p[3]]


def _by_lyapunov(rows: Rows, nodes: Sequence[object], naming: Naming) -> list[Expr]:
    every = tuple(range(len(rows)))
    symmetric = all(is_real(e) for r in rows for e in r)
    pairs = unknowns(every, every, symmetric)
    matrix = equations(every, every, lambda i, j: rows[i][j], pairs)
    x = solve_named(matrix, identity(pairs), naming, ", ".join(dict.fromkeys(map(_mode_name, nodes))))
    return _pivots(self_adjoint(every, pairs, x), naming)


def identity(pairs: Sequence[tuple[T, T]]) -> list[Expr]:
    """The elements `pairs` of the unit matrix."""
    return [sp.Integer(int(i == j)) for i, j in pairs]


def self_adjoint(nodes: Sequence[T], pairs: Sequence[tuple[T, T]], values: Sequence[Expr]) -> Rows:
    """The whole matrix from its elements `pairs`, which hold those on and above the diagonal."""
    known = dict(zip(pairs, values, strict=True))
    return [[known[i, j] if a <= b else conj(known[j, i]) for b, j in enumerate(nodes)] for a, i in enumerate(nodes)]


def _pivots(X: Rows, naming: Naming) -> list[Expr]:
    rows, out = [list(r) for r in X], []
    for k, row in enumerate(rows):
        pivot = naming.name("h", row[k], real=True)
        out.append(pivot)
        for i in range(k + 1, len(rows)):
            if row[i] == 0:
                continue
            f = naming.name("f", conj(row[i]) / pivot)
            for j in range(i, len(rows)):
                rows[i][j] = naming.name("u", rows[i][j] - f * row[j], real=i == j)
    return out
