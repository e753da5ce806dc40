"""Is the drift of a feedback loop stable? Routh-Hurwitz conditions, or eigenvalues where it is all numbers.

The characteristic polynomial is s^n + p_1 s^(n-1) + ... + p_n. Up to n = 4 its coefficients are sums of
principal minors and the conditions are those of Lienard and Chipart, written out. Larger blocks get p_k by
Faddeev-LeVerrier and the first column of the Routh array, both as definitions; above LARGEST nothing is
written down. Source: Gantmacher, The Theory of Matrices II, chapter XV.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import reduce
from itertools import combinations
from typing import TypeVar

import mpmath
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compose import as_system
from cascade_sym.errors import MissingParameter, UnstableError, listing
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import conj, is_real

T = TypeVar("T", bound=Hashable)
Rows = list[list[Expr]]
EXPLICIT = 4
LARGEST = 12


def hurwitz_conditions(
    blocks: Sequence[tuple[tuple[T, ...], Mapping[tuple[T, T], Expr]]], naming: Naming
) -> list[Expr]:
    """Expressions that are all positive exactly when each block of the drift matrix is stable.

    A block that is all numbers is decided here: UnstableError, or no condition. Blocks above LARGEST rows
    give no condition and are left to numbers (`require_stable`).
    """
    out: list[Expr] = []
    for nodes, a in blocks:
        rows = [[sp.sympify(a[i, j]) for j in nodes] for i in nodes]
        if all(e.is_number for r in rows for e in r):
            refuse_unstable_numbers(rows, nodes)
            continue
        if len(rows) <= LARGEST:
            conditions = _conditions(_real_coefficients(rows, naming), naming)
            named = (naming.name("h", e, real=True) for e in conditions)
            out += [c for c in named if not _positive(c, nodes)]
    return out


def require_stable(system: object, values: Mapping[Symbol, Expr | float]) -> None:
    """Raise UnstableError unless the drift of `system` decays at these numbers (by its eigenvalues, 50
    digits).

    MissingParameter names a parameter of the drift without a value. Works at any size.

    >>> from cascade_sym.parts import Squeezer
    >>> require_stable(Squeezer("q", chi=sp.Symbol("chi"), kappa=4), {sp.Symbol("chi"): 1})
    """
    s = as_system(system).subs({k: sp.sympify(v) for k, v in values.items()})
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


def _real_coefficients(rows: Rows, naming: Naming) -> list[Expr]:
    """q_1, q_2, ...: of det(s - A) for a real matrix, of |det(s - A)|^2 (for real s) for a complex one."""
    n = len(rows)
    real = all(is_real(e) for r in rows for e in r)
    p = _principal_minors(rows) if n <= EXPLICIT else _faddeev_leverrier(rows, naming, real)
    if real:
        return p if n == 2 else [naming.name(f"p_{k}", e) for k, e in enumerate(p, start=1)]
    p = [sp.S.One, *(naming.name(f"p_{k}", e) for k, e in enumerate(p, start=1))]
    pairs = [[(i, m - i) for i in range(m + 1) if max(i, m - i) <= n] for m in range(1, 2 * n + 1)]
    sums = [sp.Add(*(p[i] * conj(p[j]) for i, j in ij)) for ij in pairs]
    return [naming.name(f"q_{m}", e, real=True) for m, e in enumerate(sums, start=1)]


def _principal_minors(rows: Rows) -> list[Expr]:
    """p_k = the sum of the principal k x k minors of -A."""
    every = range(len(rows))
    return [sp.Add(*(_det([[-rows[i][j] for j in c] for i in c]) for c in combinations(every, k + 1))) for k in every]


def _conditions(p: list[Expr], naming: Naming) -> list[Expr]:
    match len(p):
        case 1 | 2:
            return p
        case 3:
            return [p[0], p[2], p[0] * p[1] - p[2]]
        case 4:
            return [p[0], p[1], p[3], (p[0] * p[1] - p[2]) * p[2] - p[0] ** 2 * p[3]]
    return _routh([sp.S.One, *p], naming)


def _det(rows: Rows) -> Expr:
    """Expansion along the first row; for matrices of up to four rows."""
    if len(rows) == 1:
        return rows[0][0]
    terms = [(-1) ** k * e * _det([r[:k] + r[k + 1 :] for r in rows[1:]]) for k, e in enumerate(rows[0]) if e != 0]
    return sp.Add(*terms)


def _faddeev_leverrier(rows: Rows, naming: Naming, real: bool) -> list[Expr]:
    """p_1, ..., p_n with every intermediate matrix element as a definition."""
    n = len(rows)
    B: Rows = [[sp.Integer(int(i == j)) for j in range(n)] for i in range(n)]
    p: list[Expr] = []
    for k in range(1, n + 1):
        AB = [[_dot(rows[i], [B[m][j] for m in range(n)]) for j in range(n)] for i in range(n)]
        p.append(naming.name(f"p_{k}", -sp.Add(*(AB[i][i] for i in range(n))) / k, real=real))
        if k < n:
            B = [[e + p[-1] if i == j else e for j, e in enumerate(r)] for i, r in enumerate(AB)]
            B = [[naming.name("B", e, real=real) if e.args else e for e in r] for r in B]
    return p


def _dot(x: Sequence[Expr], y: Sequence[Expr]) -> Expr:
    return reduce(lambda s, t: s + t, (a * b for a, b in zip(x, y, strict=True) if a != 0 and b != 0), sp.S.Zero)


def _routh(p: Sequence[Expr], naming: Naming) -> list[Expr]:
    """The first column of the Routh array below the leading 1."""
    upper, lower = list(p[0::2]), list(p[1::2])
    column = [lower[0]]
    while len(lower) > 1 or len(upper) > len(lower):
        ratio = naming.name("r", upper[0] / lower[0], real=True)
        padded = lower + [sp.S.Zero] * (len(upper) - len(lower))
        upper, lower = (
            lower,
            [naming.name("r", u - ratio * w, real=True) for u, w in zip(upper[1:], padded[1:], strict=True)],
        )
        column.append(lower[0])
    return column
