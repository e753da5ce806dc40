"""Conditional covariances right to every digit printed, for any number of modes.

A solution X of the Riccati equation, found in high precision, is followed by a proof in ball arithmetic that the
stabilising one is near. Let L be the closed loop at X, T a positive diagonal matrix with -T <= Res(X) <= T, and P > 0
with L P + P L^T + T + 3 tr(P G) P < 0. Then L is stable, so the inverse of D -> L D + D L^T keeps signs; the map whose
fixed points D make X + D a solution sends {-P <= D <= P} into itself, since D G D <= tr(P G) P there, and has a fixed
point by Brouwer; and P proves the closed loop at X + D to be stable, too. Every element is within sqrt(P_ii P_jj).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import flint
import numpy as np
import sympy as sp
from flint import acb, arb, arb_mat, fmpq
from sympy import Expr, Symbol

from cascade_sym.errors import ParameterError, UndetectableError, UnknownName, listing, require_type
from cascade_sym.evaluate.arguments import check_names
from cascade_sym.evaluate.exact_value import MOST_DIGITS, at_growing_precision, read_number
from cascade_sym.evaluate.zeros import LARGEST, Balls, Number, Plain, Undecided, exact_numbers
from cascade_sym.program import read
from cascade_sym.solve.conditional.matrices import ConditionalCovariance
from cascade_sym.solve.conditional.riccati import Riccati
from cascade_sym.symbols import expression

LAST_BITS = 1 << 11  # at which a point is given up
BITS = (128, 512)  # of what is rounded to doubles
LAST = arb(2) ** -54  # half a unit in the last place of a double, relative to the diagonal


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
    require_type(
        V, (ConditionalCovariance, Riccati), "V", "make one by conditional_covariance or riccati(system, detect)"
    )
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
    values = exact_numbers(point, decide)
    entries, symbols = Entries(problem), problem.symbols
    for k, where in enumerate(entries.places):
        if target.free_symbols.isdisjoint(symbols[i, j] for i in where for j in where):
            continue
        V = entries.solved(k, values)
        for a, i in enumerate(where):
            for b, j in enumerate(where):
                values[symbols[i, j].name] = Number(V[a, b], lambda name=symbols[i, j]: name, LARGEST)  # type: ignore[misc]
    for name in symbols:
        values.setdefault(name.name, Number(fmpq(0), lambda: sp.Integer(0)))
    return read(target).run(Balls(decide), values)[0].plain


class Entries:
    """The matrices of each sector of a problem (in quadratures) as balls; read once, for any number of points."""

    def __init__(self, problem: Riccati) -> None:
        place = {q: k for k, q in enumerate(problem.quadratures)}
        self.sectors = [s.real() for s in problem.sectors]
        self.places = [[place[f"{q.q}_{q.mode}"] for q in s.quadratures] for s in self.sectors]
        self._shapes = [[(m.rows, m.cols) for m in (s.A, s.N, s.C, s.R, s.S)] for s in self.sectors]
        self._read = []
        for s in self.sectors:
            every = [e for m in (s.A, s.N, s.C, s.R, s.S) for e in m]
            self._read.append(read(*every, definitions=problem.definitions.needed(*every)))

    def solved(self, k: int, values: Mapping[str, Number]) -> arb_mat:
        """The stabilising solution of sector k, as balls that are proved to contain it; Undecided without a proof."""
        try:
            numbers = iter(map(_real, self._read[k].run(Balls(), values)))
            return solve_verified(*(arb_mat(r, c, [next(numbers) for _ in range(r * c)]) for r, c in self._shapes[k]))
        except ZeroDivisionError:
            raise Undecided("the Riccati equation") from None

    def rounded(self, point: Mapping[str, complex]) -> np.ndarray:
        """The covariance matrix at a point of doubles, right to the last digit; nan where nothing could be proved."""
        out = np.zeros((n := sum(map(len, self.places)), n))
        values = {name: _exactly(x) for name, x in point.items()}
        for bits in BITS:
            with flint.ctx.workprec(bits), suppress(Undecided):
                for k, where in enumerate(self.places):
                    if not _settled(V := self.solved(k, values)):
                        raise Undecided("the digits")
                    out[np.ix_(where, where)] = [[float(x.mid()) for x in row] for row in V.tolist()]
                return out
        return np.full((n, n), np.nan)


def _exactly(x: complex) -> Number:
    """A double as an exact number."""
    re, im = (sp.Rational(*float(part).as_integer_ratio()) for part in (x.real, x.imag))
    ball = fmpq(re.p, re.q)
    return Number(ball if im == 0 else acb(ball, fmpq(im.p, im.q)), lambda: re + sp.I * im)


def _settled(V: arb_mat) -> bool:
    """Whether doubles are right to their last digit, of the roots of the variances."""
    n = range(V.nrows())
    return all(V[i, j].rad() < (V[i, i].lower() * V[j, j].lower()).sqrt() * LAST for i in n for j in n)


def _real(x: Number) -> arb:
    return x.plain.real if isinstance(x.plain, flint.acb) else arb(x.plain)


def solve_verified(A: arb_mat, N: arb_mat, C: arb_mat, R: arb_mat, S: arb_mat) -> arb_mat:
    """The stabilising solution of A X + X A^T + N - (X C^T + S) R^-1 (X C^T + S)^T = 0, as balls; Undecided without a
    proof (see the module).
    """
    n = A.nrows()
    if C.nrows():
        # decorrelated: the same equation with A - S R^-1 C, N - S R^-1 S^T, G = C^T R^-1 C
        K = S * R.inv()
        A, N, G = A - K * C, N - K * S.transpose(), C.transpose() * R.inv() * C
    else:
        G = arb_mat(n, n)
    X = _stabilising(A, N, G)
    AX, L = A * X, A - X * G
    rest = AX + AX.transpose() + N - X * G * X
    least = _largest(X) * arb(2) ** (-flint.ctx.prec // 2)
    unit = [(arb(X[i, i]).max(least)).sqrt().mid() for i in range(n)]
    size = max(_upper(sum((abs(rest[i, j]) / unit[j] for j in range(n)), arb(0)) / unit[i]) for i in range(n))
    size = size.max(_largest(A) * arb(2) ** (1 - flint.ctx.prec)).mid()
    T = arb_mat(n, n, [size * unit[i] ** 2 if i == j else 0 for i in range(n) for j in range(n)])
    P = _stabilising(L, 2 * T, arb_mat(n, n))
    LP = L * P
    if not (_positive(P) and _positive(-LP - LP.transpose() - T - 3 * (P * G).trace() * P)):
        raise Undecided("the Riccati equation")
    reach = [P[i, i].sqrt() for i in range(n)]
    return arb_mat(n, n, [X[i, j] + arb(0, _upper(reach[i] * reach[j])) for i in range(n) for j in range(n)])


def _upper(x: arb) -> arb:
    return x.abs_upper()


def _largest(x: arb_mat) -> arb:
    return max(map(_upper, x.entries()))


def _stabilising(A: arb_mat, N: arb_mat, G: arb_mat) -> arb_mat:
    """About the X with A X + X A^T + N - X G X = 0 and A - X G stable.

    From the sign of [[-A^T, G], [N, A]]: the columns (1, X) span its subspace to eigenvalues with positive real part.
    """
    n = A.nrows()
    m = range(n)
    g, w = map(_largest, (G, N))
    unit = arb(2) ** round(float((w / g).log() / arb(2).log()) / 2) if g > 0 and w > 0 else arb(1)
    Z = arb_mat([[-A[j, i] for j in m] + [G[i, j] * unit for j in m] for i in m]
                + [[N[i, j] / unit for j in m] + [A[i, j] for j in m] for i in m]).mid()  # fmt: skip
    Z = _sign(Z)
    W = arb_mat([[Z[i, n + j] - (i == n + j) for j in m] for i in range(2 * n)])
    Y = arb_mat([[(i == j) - Z[i, j] for j in m] for i in range(2 * n)])
    X = (W.transpose() * W).mid().inv() * (W.transpose() * Y)
    return ((X + X.transpose()) * (unit / 2)).mid()


def _sign(Z: arb_mat) -> arb_mat:
    """The matrix sign function by Newton's iteration, scaled by norms.

    Source: Roberts, Int. J. Control 32, 677 (1980).
    """
    near = arb(2) ** (-flint.ctx.prec // 3)
    for _ in range(flint.ctx.prec + 20):  # each step halves the distance of the slowest rate from the others
        inverse = Z.inv().mid()
        scale = (_largest(inverse) / _largest(Z)).sqrt().mid()
        new = ((Z * scale + inverse * (1 / scale)) / 2).mid()
        last, Z = _largest(new - Z), new
        if last < near * _largest(Z):
            return ((Z + Z.inv()) / 2).mid()
    raise Undecided("the damping of the closed loop")


def _positive(M: arb_mat) -> bool:
    """Whether a symmetric matrix is proved to be positive definite: all its leading minors are."""
    n = M.nrows()
    return all(arb_mat([[M[i, j] for j in range(k)] for i in range(k)]).det() > 0 for k in range(1, n + 1))
