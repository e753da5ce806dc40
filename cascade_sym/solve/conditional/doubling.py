"""Numbers: the Riccati equation solved by doubling, for stacks of matrices of any size.

The Riccati equation maps V(0) to V(t) by V(0) + P with P = Q + E X (1 + W X)^{-1} E^T, X the deviation of the initial
covariance from a reference V0. Two such maps in succession are one of the same form; so a short time step, squared
k times, is the map over 2^k steps, and the steady state after some 30 squarings however stiff the problem is. All
steps are well conditioned: no eigenvectors, no ordering of eigenvalues.
Source: Anderson, Int. J. Control 28, 295 (1978); Chu, Fan, Lin, Lin. Alg. Appl. 396, 55 (2005).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
TERMS = 14  # of the exponential series of a step with norm 1/2: below 1e-16
MOST = 100  # of doublings
ROUNDING = 2.0**-52  # of the sum of the moduli of the terms: some two roundings each
CLEAR = 1e-9  # of the size of the drift: what is no rounding


class Filter(NamedTuple):
    """Stacks (..., n, n) of A, N; (..., m, n) of C; (..., m, m) of R; (..., n, m) of S (see `riccati`)."""

    A: Array
    N: Array
    C: Array
    R: Array
    S: Array


class Flow(NamedTuple):
    """V0 + X -> V0 + Q + E X (1 + W X)^{-1} E^T."""

    E: Array
    W: Array
    Q: Array


def solve(a: Array, b: Array) -> Array:
    """a^{-1} b for a stack; NaN where a matrix is singular, which says nothing about the others."""
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        singular = (np.linalg.slogdet(a).sign == 0)[..., None, None]
        return np.where(singular, np.nan, np.linalg.solve(np.where(singular, np.eye(a.shape[-1]), a), b))


def gain(f: Filter, V: Array) -> Array:
    """K = (V C^T + S) R^{-1}."""
    return np.swapaxes(np.linalg.solve(f.R, np.swapaxes(V @ T(f.C) + f.S, -1, -2)), -1, -2)


def T(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def symmetric(x: Array) -> Array:
    return (x + T(x)) / 2


def rate(f: Filter, V: Array) -> Array:
    """dV/dt."""
    K, AV = gain(f, V), f.A @ V
    return symmetric(AV + T(AV) + f.N - K @ f.R @ T(K))


def residual(f: Filter, V: Array) -> Array:
    """The largest element of dV/dt over the largest of its terms; shape (...)."""
    return np.abs(rate(f, V)).max((-1, -2)) / terms(f, V, np.abs(f.A)).max((-1, -2))


def terms(f: Filter, V: Array, drift: Array) -> Array:
    """The sums of the moduli of what cancels in dV/dt, with the moduli `drift` of the terms of A."""
    K, M = np.abs(gain(f, V)), np.abs(V)
    seen, AV = K @ T(M @ T(np.abs(f.C)) + np.abs(f.S)), drift @ M
    return AV + T(AV) + np.abs(f.N) + seen + T(seen)


def error(f: Filter, V: Array, drift: Array) -> Array:
    """A bound of the error of stabilising solutions V: of every element, over the root of the product of its variances.

    Rounding may have changed the elements of A by parts of `drift`. Shape (...); nan where V is.

    What V leaves of the equation and what rounding hides there lie between -B and B, B diagonal. The inverse of D ->
    L D + D L^T keeps signs, as the closed loop L is stable: so the error lies between -P and P with L P + P L^T = -B.
    """
    with np.errstate(all="ignore"):
        unit = np.sqrt(np.diagonal(V, axis1=-2, axis2=-1))
        hidden = np.abs(rate(f, V)) + ROUNDING * terms(f, V, drift)
        bound = (hidden / unit[..., None, :]).sum(-1) * unit
        P = lyapunov(f.A - gain(f, V) @ f.C, bound[..., None] * np.eye(V.shape[-1]))
        found = (np.diagonal(P, axis1=-2, axis2=-1) / unit**2).max(-1)
        return np.where(found >= 0, found, np.nan)


def unseen(f: Filter) -> Array:
    """Where a mode clearly grows that no detector sees: there is no steady state."""
    rates, modes = np.linalg.eig(f.A)
    seen = np.abs(f.C @ modes).max(-2, initial=0.0)
    could = (np.abs(f.C) @ np.abs(modes)).max(-2, initial=0.0)
    return ((rates.real > CLEAR * np.abs(f.A).max((-1, -2))[..., None]) & (seen <= CLEAR * could)).any(-1)


def short_step(f: Filter, V0: Array) -> tuple[Flow, Array]:
    """The flow over a step h that is short for each matrix of the stack, and h (shape (..., 1, 1))."""
    Z, scale = generator(f, V0)
    h = 0.5 / np.abs(Z).sum(-1).max(-1)[..., None, None]
    return flow_of(Z * h, scale), h


def generator(f: Filter, V0: Array) -> tuple[Array, Array]:
    """The matrix Z of the linear form of the Riccati equation, its blocks balanced by `scale`."""
    n = f.A.shape[-1]
    K0 = gain(f, V0)
    A = f.A - K0 @ f.C
    G = symmetric(T(f.C) @ np.linalg.solve(f.R, f.C))
    Z = np.concatenate([np.concatenate([-T(A), G], -1), np.concatenate([rate(f, V0), A], -1)], -2)
    # balance the blocks, so that the norm of Z is that of its eigenvalues rather than of units
    up, low = np.abs(Z[..., :n, n:]).max((-1, -2)), np.abs(Z[..., n:, :n]).max((-1, -2))
    scale = np.where((up > 0) & (low > 0), np.sqrt(up / np.where(low > 0, low, 1)), 1.0)[..., None, None]
    Z[..., :n, n:] /= scale
    Z[..., n:, :n] *= scale
    return Z, scale


def flow_of(step: Array, scale: Array) -> Flow:
    """The flow exp(step), for a step of norm at most 1/2."""
    n = step.shape[-1] // 2
    out = np.eye(2 * n) + step / TERMS
    for k in range(TERMS - 1, 0, -1):
        out = np.eye(2 * n) + step @ out / k
    a, b, c = out[..., :n, :n], out[..., :n, n:] * scale, out[..., n:, :n] / scale
    E = T(np.linalg.inv(a))
    return Flow(E, symmetric(T(E) @ b), symmetric(c @ T(E)))


def then(first: Flow, second: Flow) -> Flow:
    """The flow over both times, `first` before `second`."""
    n = first.E.shape[-1]
    both = np.concatenate(np.broadcast_arrays(T(second.E), second.W), -1)
    solved = solve(np.eye(n) + second.W @ first.Q, both)
    back, W = solved[..., :n], solved[..., n:]
    return Flow(
        T(T(first.E) @ back),
        symmetric(first.W + T(first.E) @ W @ first.E),
        symmetric(second.Q + second.E @ first.Q @ back),
    )


def moved(flow: Flow, V0: Array, V: Array) -> Array:
    """The covariance after `flow`, from V."""
    X = V - V0
    inner = solve(np.eye(X.shape[-1]) + flow.W @ X, T(flow.E))
    return symmetric(V0 + flow.Q + flow.E @ X @ inner)


def references(f: Filter) -> tuple[Array, Array]:
    """Covariances to start from: none, for which all terms are positive and nothing cancels; else vacuum.

    Without noise, an amplifier stays at zero covariance for ever, though from any physical state it goes elsewhere.
    """
    n = f.A.shape[-1]
    return np.zeros(f.A.shape), np.broadcast_to(np.eye(n) / 2, f.A.shape)


def steady(f: Filter) -> Array:
    """The stabilising solution of the stationary Riccati equation; NaN where there is none.

    Doubling until the flow forgets its start, then a Newton step to the last digit. Undamped modes that no detector
    sees have no steady state; a mode that grows unseen neither.
    """
    V = np.full(f.A.shape, np.nan)
    todo = np.ones(f.A.shape[:-2], bool)
    with np.errstate(all="ignore"):
        for V0 in references(f):
            part = Filter(*(x[todo] for x in f))
            V[todo] = _limit(part, V0[todo])
            todo &= ~(damping(f, V) > 0)
            if not todo.any():
                break
        V = newton(f, V)
    return np.where((damping(f, V) > 0)[..., None, None], V, np.nan)


def _limit(f: Filter, V0: Array) -> Array:
    """Where the flow from V0 leads; NaN where it overflows or never forgets."""
    flow, _ = short_step(f, V0)
    for _ in range(MOST):
        flow = squared(flow)
        if np.all(forgotten(flow) | ~np.isfinite(flow.Q).all((-1, -2))):
            break
    return np.where(forgotten(flow)[..., None, None], V0 + flow.Q, np.nan)


def forgotten(flow: Flow) -> Any:
    """Where a flow no longer depends on its start."""
    return np.abs(flow.E @ T(flow.E)).max((-1, -2)) <= 1e-18 * (1 + np.abs(flow.Q).max((-1, -2)))


def squared(flow: Flow) -> Flow:
    """`then(flow, flow)`; stacks that have already lost all memory or overflowed stay as they are."""
    live = np.isfinite(flow.Q).all((-1, -2), keepdims=True)
    safe = Flow(*(np.where(live, x, 0.0) for x in flow))
    new = then(safe, safe)
    return Flow(*(np.where(live, x, np.nan) for x in new))


def newton(f: Filter, V: Array) -> Array:
    """One Newton step; V itself where the step is not finite."""
    D = lyapunov(f.A - gain(f, V) @ f.C, rate(f, V))
    return symmetric(V + np.where(np.isfinite(D).all((-1, -2), keepdims=True), D, 0.0))


def lyapunov(L: Array, Q: Array) -> Array:
    """D with L D + D L^T = -Q; NaN where there is none."""
    n = L.shape[-1]
    one = np.eye(n)
    big = np.einsum("...ij,kl->...ikjl", L, one) + np.einsum("ij,...kl->...ikjl", one, L)
    usable = np.isfinite(L).all((-1, -2), keepdims=True) & np.isfinite(Q).all((-1, -2), keepdims=True)
    big = np.where(usable, big.reshape(*L.shape[:-2], n * n, n * n), np.eye(n * n))
    D = solve(big, -Q.reshape(*L.shape[:-2], n * n, 1)).reshape(L.shape)
    return np.where(usable, D, np.nan)


def damping(f: Filter, V: Array) -> Array:
    """The slowest damping rate of the closed loop A - K C (amplitude); positive for the stabilising solution."""
    fine: Any = np.isfinite(V).all((-1, -2))
    L = f.A - gain(f, np.where(fine[..., None, None], V, 0.0)) @ f.C
    rates = -np.linalg.eigvals(np.where(fine[..., None, None], L, 0.0)).real.max(-1)
    return np.where(fine, rates, np.nan)


def evolve(f: Filter, V: Array, times: Array) -> Array:
    """V(t) at `times` (1-d, increasing from 0 or later) from the covariance V at time 0; shape (len, ..., n, n)."""
    first, second = references(f)
    with np.errstate(all="ignore"):
        out = _evolve(f, V, times, first)
        return out if np.isfinite(out).all() else _evolve(f, V, times, second)


def _evolve(f: Filter, V: Array, times: Array, V0: Array) -> Array:
    h = short_step(f, V0)[1]
    out, now = [], 0.0
    known: dict[float, Flow] = {}
    for t in times:
        dt = float(t) - now
        if dt > 0:
            if dt not in known:
                known[dt] = over(f, V0, dt, float(h.min()))
            V = moved(known[dt], V0, V)
            now = float(t)
        out.append(np.broadcast_to(V, np.broadcast_shapes(V.shape, f.A.shape)))
    return np.stack(out) if out else np.empty((0, *np.broadcast_shapes(V.shape, f.A.shape)))


def over(f: Filter, V0: Array, dt: float, h: float) -> Flow:
    """The flow over a time dt: a step of at most h, squared often enough."""
    times = max(0, int(np.ceil(np.log2(dt / h))))
    Z, scale = generator(f, V0)
    flow = flow_of(Z * (dt / 2**times), scale)
    for _ in range(times):
        flow = then(flow, flow)
    return flow
