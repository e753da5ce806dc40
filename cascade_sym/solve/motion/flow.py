"""Numbers: covariances and means in time, for stacks of linear systems of any size, to the digits of doubles.

V(t) = E V(0) E^T + Q with E = e^(A t), Q = int_0^t e^(A s) N e^(A^T s) ds. Over a short step both are series; over
twice the time E' = E E and Q' = Q + E Q E^T, a sum of nonnegative matrices in which nothing cancels: no eigenvectors,
so that equal rates and defective drifts are like all others. Source of the integral: Van Loan, IEEE TAC 23, 395
(1978).

With a drift that changes in time, the equations are solved panel by panel by collocation at Gauss points (implicit
Runge-Kutta of order 2 GAUSS), each panel halved until its halves agree with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_sym.errors import DerivationError

Array = NDArray[Any]
TERMS = 22  # of the series of a step whose norm is at most 1/2
GAUSS = 10  # points of a panel
TOLERANCE = 1e-12  # of a panel, relative to the largest element; the halves that are kept are better by 2^GAUSS
LEAST, JUMP = 2.0**-44, 1e-9  # of the whole time: a panel so short may hold a jump, which then changes little


class Flow(NamedTuple):
    """V -> E V E^T + Q, and means m -> E m."""

    E: Array
    Q: Array

    def moved(self, V: Array) -> Array:
        """The covariance at the end."""
        return self.E @ V @ T(self.E) + self.Q


def T(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def over(A: Array, N: Array, t: Array) -> Flow:
    """The flow of each system of a stack (..., n, n) over its time t >= 0 (shape (...))."""
    size = 2 * np.abs(A).sum(-1).max(-1) * t
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.clip(np.ceil(np.log2(np.where(np.isfinite(size), size, 0.0))), 0, None).astype(int)
    h = (t / 2.0**times)[..., None, None]
    step = A * h
    E = term = np.broadcast_to(np.eye(A.shape[-1]), A.shape)
    Q = moved = N * h
    for k in range(1, TERMS):
        term = step @ term / k
        moved = step @ moved
        moved = (moved + T(moved)) / (k + 1)
        E, Q = E + term, Q + moved
    for k in range(int(times.max(initial=0))):
        more = (k < times)[..., None, None]
        with np.errstate(over="ignore", invalid="ignore"):
            Q = np.where(more, Q + E @ Q @ T(E), Q)
            E = np.where(more, E @ E, E)
    return Flow(E, Q)


@lru_cache(maxsize=1)
def gauss() -> tuple[Array, Array, Array]:
    """Points and weights on [0, 1], and the integrals from 0 to each point of the polynomials through the points."""
    x, w = np.polynomial.legendre.leggauss(GAUSS)
    powers = np.arange(GAUSS)
    basis = np.polynomial.legendre.legvander(x, GAUSS - 1)
    upto = np.polynomial.legendre.legvander(x, GAUSS)
    primitive = np.empty((GAUSS, GAUSS))
    primitive[:, 0] = x + 1
    for n in powers[1:]:
        primitive[:, n] = (upto[:, n + 1] - upto[:, n - 1]) / (2 * n + 1)
    return (x + 1) / 2, w / 2, primitive @ np.linalg.inv(basis) / 2


def driven(matrices: Callable[[Array], tuple[Array, Array]], V: Array, start: float, end: float) -> Flow:
    """The flow from `start` to `end` where `matrices` gives A and N, each (len, n, n), at an array of times.

    DerivationError where no panel is short enough: a coupling that is not finite there, or jumps without end.
    """
    n = V.shape[-1]
    whole = Flow(np.eye(n), np.zeros((n, n)))
    if end == start:
        return whole
    now, panel = start, end - start
    first = _panel(matrices, n, now, panel)
    while now < end:
        left = _panel(matrices, n, now, panel / 2)
        right = _panel(matrices, n, now + panel / 2, panel / 2)
        halves = then(left, right)
        size = max(np.abs(halves.E).max(), 1.0)
        noise = max(np.abs(x).max() for x in (halves.Q, whole.Q, V))
        off = max(np.abs(first.E - halves.E).max() / size, np.abs(first.Q - halves.Q).max() / noise)
        short = panel < LEAST * (end - start)
        if off <= (JUMP if short else TOLERANCE):
            whole, now = then(whole, halves), now + panel
            panel = min(2 * panel, end - now)
            if end - now <= LEAST * (end - start):
                break
            first = _panel(matrices, n, now, panel)
        elif short or not np.isfinite(off):
            raise DerivationError(f"the couplings are not smooth near t = {now:.12g}; give times on either side of it.")
        else:
            panel, first = panel / 2, left
    return whole


def then(first: Flow, second: Flow) -> Flow:
    """The flow over both times, `first` before `second`."""
    return Flow(second.E @ first.E, second.moved(first.Q))


def _panel(matrices: Callable[[Array], tuple[Array, Array]], n: int, start: float, h: float) -> Flow:
    """Over a short time: E and its values at the Gauss points, then Q = int U(h, s) N(s) U(h, s)^T ds."""
    x, w, integrals = gauss()
    A, N = matrices(start + h * x)
    # E_k = 1 + h sum_l integrals_kl A_l E_l, for all points at once
    big = np.eye(GAUSS * n) - h * np.einsum("kl,lij->kilj", integrals, A).reshape(GAUSS * n, GAUSS * n)
    at = np.linalg.solve(big, np.tile(np.eye(n), (GAUSS, 1))).reshape(GAUSS, n, n)
    E = np.eye(n) + h * np.einsum("k,kij,kjl->il", w, A, at)
    rest = np.linalg.solve(T(at), np.broadcast_to(E.T, at.shape))  # U(h, s)^T
    return Flow(E, h * np.einsum("k,kji,kjl,klm->im", w, rest, N, rest))
