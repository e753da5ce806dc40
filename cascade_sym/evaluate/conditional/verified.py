"""Conditional covariances right to every digit printed, for any number of modes.

A solution of the Riccati equation in high precision is followed by a proof that an exact one is near: with
the residual Res(X), the inverse of the linearised equation bounded by beta and the quadratic term by g (all
in ball arithmetic), the Newton-Kantorovich theorem puts a unique solution within 2 beta |Res| of X when 4
beta^2 g |Res| < 1. That it is the stabilising one is proved by the Routh-Hurwitz conditions of the closed
loop, for the whole ball.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flint
import numpy as np
import sympy as sp
from flint import arb, arb_mat, fmpq
from sympy import Expr, Matrix, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import ParameterError, UndetectableError, UnknownName, listing
from cascade_sym.evaluate.arguments import check_names
from cascade_sym.evaluate.balls import LARGEST, Balls, Number, Plain, Undecided, exact_numbers
from cascade_sym.evaluate.exact_value import MOST_DIGITS, at_growing_precision, read_number
from cascade_sym.program import read
from cascade_sym.solve.conditional import doubling
from cascade_sym.solve.conditional.covariance import ConditionalCovariance
from cascade_sym.solve.conditional.riccati import Riccati, Sector
from cascade_sym.symbols import expression

LAST_BITS = 1 << 14


def conditional_value(
    V: ConditionalCovariance | Riccati, what: tuple[str, str] | Expr, values: Mapping[Any, Any], digits: int = 15
) -> tuple[str, float]:
    """The decimal value of a conditional moment to `digits` digits, and a bound on its error.

    `what` is a pair of quadratures, or an expression in the symbols var_X_S, cov_X_S_X_M, ... and the
    parameters (an EPR variance, say). `values` maps names or symbols to numbers, floats to decimals. Raises
    UndetectableError where the conditional state has no steady state, ParameterError for what is no number or
    an efficiency outside [0, 1].

    >>> import sympy as sp
    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> from cascade_sym.solve.conditional import riccati
    >>> M = Oscillator("M", Gamma=1, theta=sp.pi/4, gamma=sp.Symbol("gamma"), n=1)
    >>> conditional_value(riccati(M, Homodyne(angle=sp.pi/2)), ("X_M", "X_M"), {"gamma": 1}, 30)[0]
    '0.780776406404415137455352463994'
    """
    if not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise ParameterError(f"digits must be an integer from 1 to {MOST_DIGITS}; got {digits!r}.")
    problem = V if isinstance(V, Riccati) else V.riccati
    if problem is None:
        raise ParameterError("this covariance does not know its Riccati equation; give riccati(system, detect).")
    target = _expression(problem, what)
    point = _point(problem, target, values)
    try:
        return at_growing_precision(lambda decide: _value(problem, target, point, decide), digits, LAST_BITS)
    except Undecided:
        raise UndetectableError(
            "no conditional steady state could be proved at this point: a mode is undamped (or grows) and the "
            "detectors don't see it; detect its light, or damp it."
        ) from None


def _expression(problem: Riccati, what: tuple[str, str] | Expr) -> Expr:
    if isinstance(what, Expr):
        return expression(what)
    place = {q: k for k, q in enumerate(problem.quadratures)}
    for q in what:
        if q not in place:
            raise UnknownName(f"no quadrature {q!r}; there are {listing(place)}.")
    return problem.symbols[place[what[0]], place[what[1]]]


def _point(problem: Riccati, target: Expr, values: Mapping[Any, Any]) -> dict[Symbol, Expr]:
    given = {k.name if isinstance(k, Symbol) else str(k): v for k, v in values.items()}
    wanted = {*problem.parameters, *(s for e in problem.efficiencies for s in e.free_symbols)}
    wanted |= target.free_symbols - set(problem.symbols)
    check_names(given, [s.name for s in wanted])
    point = {s: read_number(given[s.name], s) for s in wanted}
    for e in problem.efficiencies:
        eta = e.xreplace(point)
        if eta < 0 or eta > 1:
            raise ParameterError(f"the detector efficiency {e} is {eta}; it must lie in [0, 1].")
    return point


def _value(problem: Riccati, target: Expr, point: Mapping[Symbol, Expr], decide: bool) -> Plain:
    """The target in ball arithmetic; Undecided where the proof needs more precision."""
    place = {q: k for k, q in enumerate(problem.quadratures)}
    values = exact_numbers(point, decide)
    for sector in problem.sectors:
        s = sector.real()
        if target.free_symbols.isdisjoint(_symbols(problem, s)):
            continue
        try:
            V = solve_verified(s, problem.definitions, values)
        except ZeroDivisionError:
            raise Undecided("the Riccati equation") from None
        where = [place[f"{q.q}_{q.mode}"] for q in s.quadratures]
        for a, i in enumerate(where):
            for b, j in enumerate(where):
                name = problem.symbols[i, j]
                values[name.name] = Number(V[a, b], lambda name=name: name, LARGEST)  # type: ignore[misc]
    for name in problem.symbols:
        values.setdefault(name.name, Number(fmpq(0), lambda: sp.Integer(0)))
    return read(target).run(Balls(decide), values)[0].plain


def _symbols(problem: Riccati, s: Sector) -> set[Expr]:
    place = {q: k for k, q in enumerate(problem.quadratures)}
    where = [place[f"{q.q}_{q.mode}"] for q in s.quadratures]
    return {problem.symbols[i, j] for i in where for j in where}


def solve_verified(s: Sector, defs: Definitions, values: Mapping[str, Number]) -> arb_mat:
    """The stabilising solution of a sector in quadratures, as balls that are proved to contain it."""
    A, N, C, R, S = (_balls(m, defs, values) for m in (s.A, s.N, s.C, s.R, s.S))
    if s.currents:
        weight = C.transpose() * R.inv()
        K0 = S * R.inv()
    else:
        weight, K0 = arb_mat(A.nrows(), 0), arb_mat(A.nrows(), 0)
    # decorrelated: the same equation with Ã = A - S R^-1 C, Ñ = N - S R^-1 S^T, G = C^T R^-1 C
    At, Nt = A - K0 * C, N - K0 * S.transpose()
    G = weight * C
    X = _start(s, A, N, C, R, S)
    small = arb(2) ** (-flint.ctx.prec + 24)
    for _ in range(64):
        L = At - X * G
        step, _beta = _solved(L, _rate(At, Nt, G, X))
        X = _middle(X + step)
        if _size(step) < small * (_size(X) + 1):
            break
    rest = _rate(At, Nt, G, X)
    L = At - X * G
    _, beta = _solved(L, rest)
    r, g = _size(rest), sum((abs(G[i, j]) for i in range(G.nrows()) for j in range(G.ncols())), arb(0))
    if not 4 * beta**2 * g * r < 1:
        raise Undecided("the Riccati equation")
    radius = (2 * beta * r).abs_upper()
    n = A.nrows()
    out = arb_mat(n, n, [X[i, j] + arb(0, radius) for i in range(n) for j in range(n)])
    if not _hurwitz(At - out * G):
        raise Undecided("the closed loop")
    return out


def _balls(m: Matrix, defs: Definitions, values: Mapping[str, Number]) -> arb_mat:
    entries = read(*m, definitions=defs.needed(*m)).run(Balls(), values)
    rows, columns = m.shape
    return arb_mat(rows, columns, [x.plain.real if isinstance(x.plain, flint.acb) else arb(x.plain) for x in entries])


def _start(s: Sector, *exact: arb_mat) -> arb_mat:
    """A solution in double precision."""
    f = doubling.Filter(*(np.array([[float(x.mid()) for x in row] for row in m.tolist()]).reshape(m.nrows(), m.ncols())
                          for m in exact))  # fmt: skip
    V = doubling.steady(f) if s.currents else _lyapunov(f)
    if not np.isfinite(V).all() or not doubling.damping(f, V) > 0:
        raise UndetectableError(
            f"no conditional steady state of {', '.join(f'{q.q}_{q.mode}' for q in s.quadratures)}: a mode grows or is "
            "undamped and the detectors don't see it; detect its light, or damp it."
        )
    n = len(V)
    return arb_mat(n, n, [float(x) for x in V.ravel()])


def _lyapunov(f: doubling.Filter) -> np.ndarray:
    n = len(f.A)
    big = np.kron(f.A, np.eye(n)) + np.kron(np.eye(n), f.A)
    try:
        return doubling.symmetric(np.linalg.solve(big, -f.N.ravel()).reshape(n, n))
    except np.linalg.LinAlgError:
        return np.full((n, n), np.nan)


def _rate(A: arb_mat, N: arb_mat, G: arb_mat, X: arb_mat) -> arb_mat:
    AX = A * X
    return AX + AX.transpose() + N - X * G * X


def _solved(L: arb_mat, Q: arb_mat) -> tuple[arb_mat, arb]:
    """D with L D + D L^T = -Q, and a bound of the inverse of that map in the maximum norm."""
    n = L.nrows()
    big = arb_mat(n * n, n * n)
    for i in range(n):
        for j in range(n):
            for k in range(n):
                big[i * n + j, k * n + j] += L[i, k]
                big[i * n + j, i * n + k] += L[j, k]
    inverse = big.inv()
    D = inverse * arb_mat(n * n, 1, [-Q[i, j] for i in range(n) for j in range(n)])
    beta = arb(0)
    for i in range(n * n):
        beta = beta.max(sum((abs(inverse[i, j]) for j in range(n * n)), arb(0)))
    return arb_mat(n, n, [D[k, 0] for k in range(n * n)]), beta


def _middle(X: arb_mat) -> arb_mat:
    n = X.nrows()
    mids = [[(X[i, j].mid() + X[j, i].mid()) / 2 for j in range(n)] for i in range(n)]
    return arb_mat(n, n, [x.mid() for row in mids for x in row])


def _size(X: arb_mat) -> arb:
    out = arb(0)
    for x in X.entries():
        out = out.max(abs(x))
    return out


def _hurwitz(L: arb_mat) -> bool:
    """Whether every matrix in the ball is stable: all leading minors of the Hurwitz matrix are positive."""
    p = L.charpoly()
    n = L.nrows()
    coefficients = [p[n - k] for k in range(n + 1)]  # leading first
    for size in range(1, n + 1):
        minor = arb_mat(size, size)
        for i in range(size):
            for j in range(size):
                k = 2 * j - i + 1
                minor[i, j] = coefficients[k] if 0 <= k <= n else arb(0)
        if not minor.det() > 0:
            return False
    return True
