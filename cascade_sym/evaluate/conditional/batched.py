"""Conditional covariances at many points at once: structure-preserving doubling in compiled batches.

The Riccati equation A V + V A^T + H - V G V = 0, the mean covariance taken out of A, goes over into a discrete one by a
Cayley transform with a rate that is larger than A; each doubling squares what is left of the start. A Newton step
repairs the last digits, and a bound of the error is found as `solve.conditional.doubling` finds it. Lyapunov equations
are solved in the same way, by squaring. Points at which any of this fails are nan: they are somebody else's.
Source: Chu, Fan, Lin, Lin. Alg. Appl. 396, 55 (2005); Smith, SIAM J. Appl. Math. 16, 198 (1968).
"""

from __future__ import annotations

import numpy as np

from cascade_sym.evaluate.backends.batches import Array, batch, identity, lanes, product, solved, turned, unbatched
from cascade_sym.solve.conditional.doubling import ROUNDING, Filter

FEWEST = 16  # points for which this pays
ELEMENTS = 4096  # of the matrices of a chunk, per lane: what is worked on stays in the cache
MOST = 48  # doublings
FORGOTTEN = 1e-18  # of the start, times its size


def steady(f: Filter, drift: Array) -> tuple[Array, Array, Array]:
    """Covariances, residuals and bounds of the errors, as `steady`, `residual` and `error` of `doubling` give them.

    All of them are nan at points where the closed loop is not stable or the iteration does not converge.
    """
    count, n = f.A.shape[:2]
    size = lanes() * max(1, ELEMENTS // n**2)
    with np.errstate(all="ignore"):
        parts = [_chunk(Filter(*(x[k : k + size] for x in f)), drift[k : k + size]) for k in range(0, count, size)]
    V, residual, error = (np.concatenate(p) for p in zip(*parts, strict=True))
    return V, residual, error


class Equation:
    """The Riccati equation of a chunk of points, in batches."""

    def __init__(self, f: Filter, drift: Array) -> None:
        self.A, self.N, self.C, self.R, self.S, self.drift = map(batch, (*f, drift))
        self.over = batch(np.linalg.inv(f.R))

    def gain(self, V: Array) -> Array:
        return product(product(V, turned(self.C)) + self.S, self.over)

    def loop(self, K: Array) -> Array:
        return self.A - product(K, self.C)

    def rate(self, V: Array, K: Array) -> Array:
        AV = product(self.A, V)
        return symmetric(AV + turned(AV) + self.N - product(product(K, self.R), turned(K)))

    def terms(self, V: Array, K: Array) -> tuple[Array, Array]:
        """What cancels in the rate, with the moduli of A and with those of the terms of A."""
        M, K = abs(V), abs(K)
        seen = product(K, turned(product(M, turned(abs(self.C))) + abs(self.S)))
        rest = abs(self.N) + seen + turned(seen)
        AV, DV = product(abs(self.A), M), product(self.drift, M)
        return AV + turned(AV) + rest, DV + turned(DV) + rest


def _chunk(f: Filter, drift: Array) -> tuple[Array, Array, Array]:
    count = len(f.A)
    e = Equation(f, drift)
    V = doubled(e)
    K = e.gain(V)
    D = lyapunov(e.loop(K), e.rate(V, K))
    V = V + symmetric(D)
    K = e.gain(V)
    rate, (terms, moduli) = e.rate(V, K), e.terms(V, K)
    unit = np.sqrt(diagonal(V))
    bound = ((abs(rate) + ROUNDING * moduli) / unit[:, None]).sum(2) * unit
    P = lyapunov(e.loop(K), bound[:, :, None] * identity(V.shape[1]))
    error = (diagonal(P) / unit**2).max(1)
    residual = abs(rate).max((1, 2)) / terms.max((1, 2))
    error = np.where(error >= 0, error, np.nan)
    flat = [x.reshape(-1)[:count] for x in (residual, error)]
    return unbatched(V, count), flat[0], flat[1]


def doubled(e: Equation) -> Array:
    """The limit of the covariance from zero on; nan where it is not reached."""
    n = e.A.shape[1]
    one = identity(n)
    K = product(e.S, e.over)
    A, H = turned(e.loop(K)), symmetric(e.N - product(product(K, e.R), turned(K)))
    G = symmetric(product(turned(e.C), product(e.over, e.C)))
    shift = rate_above(A)
    inverse = solved(A - shift * one, np.broadcast_to(one, A.shape))
    W = solved(turned(A) - shift * one + product(H, product(inverse, G)), np.broadcast_to(one, A.shape))
    E = one + 2 * shift * turned(W)
    G, H = (
        symmetric(2 * shift * product(inverse, product(G, W))),
        symmetric(2 * shift * product(W, product(H, inverse))),
    )
    for _ in range(MOST):
        both = solved(one + product(G, H), np.concatenate([E, G], 2))
        back, inner = both[:, :, :n], both[:, :, n:]
        H = H + symmetric(product(turned(E), product(H, back)))
        G = G + symmetric(product(E, product(inner, turned(E))))
        E = product(E, back)
        left = (E * E).sum((1, 2), keepdims=True) / (1 + abs(H).max((1, 2), keepdims=True))
        done = left <= FORGOTTEN
        if np.all(done | ~np.isfinite(left)):
            break
    return np.where(done, H, np.nan)


def lyapunov(L: Array, Q: Array) -> Array:
    """D with L D + D L^T = -Q for symmetric Q; nan where L is not stable."""
    one = identity(L.shape[1])
    shift = rate_above(L)
    inverse = solved(shift * one - L, np.broadcast_to(one, L.shape))
    E = 2 * shift * inverse - one
    D = 2 * shift * product(inverse, product(Q, turned(inverse)))
    for _ in range(MOST):
        D = D + product(E, product(D, turned(E)))
        E = product(E, E)
        left = (E * E).sum((1, 2), keepdims=True)
        if np.all((left <= FORGOTTEN) | ~np.isfinite(left)):
            break
    return np.where(left <= FORGOTTEN, symmetric(D), np.nan)


def rate_above(A: Array) -> Array:
    """A rate beyond all of the matrices: the shift of a Cayley transform."""
    return 1.125 * abs(A).sum(2, keepdims=True).max(1, keepdims=True) + np.finfo(float).tiny


def symmetric(x: Array) -> Array:
    return (x + turned(x)) / 2


def diagonal(x: Array) -> Array:
    return np.ascontiguousarray(np.diagonal(x, axis1=1, axis2=2).transpose(0, 2, 1))
