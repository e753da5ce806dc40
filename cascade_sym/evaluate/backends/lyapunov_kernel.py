"""Lyapunov equations A V + V A^+ + N = 0 for many small matrices, compiled: every lane of a vector has its own point.

With a rate s that is larger than A, E = (s + A)(s - A)^{-1} and D = 2 s (s - A)^{-1} N (s - A)^{-+} give V as the sum
of E^k D E^{k+}; each step doubles the number of its terms, so that some seven are enough. s - A has a dominant
diagonal, so that it is inverted without exchanging rows. The same powers of E then solve the equation for what is left
of the first one and for what rounding hides, which bounds the error. A group of points does all this in the caches.
Source: Smith, SIAM J. Appl. Math. 16, 198 (1968).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.batches import Array, lanes, made
from cascade_sym.evaluate.backends.matrix_writer import Matrices

MOST = 48  # doublings: beyond, the slowest rate is no more than rounding
FORGOTTEN = 1e-18  # of the start, where all of it is no more than rounding
LOST = 1e300  # the square of a power of E beyond which a mode grows
QUICK = 1e-12  # an error that need not be known better
LARGER = 1.125  # the rate of the Cayley transform over the largest sum of a row
ROUNDING = 2.0**-52  # of the sum of the moduli of the terms: some two roundings each
ROOMS = ("A", "N", "moduli", "V", "inverse", "bound", "terms", "first", "second")  # matrices of a group
ROWS = ("unit", "over", "bounds", "left")  # rows of vectors of a group


@cache
def kernel(width: int, n: int, parts: int) -> Any:
    """Covariances, bounds of their errors and residuals of groups of points: see `steady`."""
    w = Matrices(width, n, parts)
    size = str(n)
    A, N, moduli, V, M, P, T, F, Q = (w.matrix("%work", str(k)) for k in range(len(ROOMS)))
    rows = w.matrix("%work", str(len(ROOMS)))
    unit, over, bound, left = (w.at(rows, (size, str(k))) for k in range(len(ROWS)))

    def group(g: str) -> None:
        w.each("%given", lambda e: fetched(g, e))
        scale = transform()
        w.transformed(M, N, scale, F, V)
        many = w.until(MOST, term)
        off, most = rest()
        w.store(w.two("fdiv", off, most), w.at("%residual", (g, "1")))
        error = w.at("%error", (g, "1"))
        quick = by_noise()
        w.store(quick, error)
        w.unless(
            w.everywhere(w.new(f"fcmp ole {w.vec} {quick}, {w.constant(QUICK)}")), lambda: solved(scale, many, error)
        )
        w.each("%wanted", lambda e: handed_out(g, e))

    def solved(scale: str, many: str, error: str) -> None:
        """The equation of the bounds, by the same powers of E."""
        zero = ["zeroinitializer"] * parts
        w.all(lambda i, j: w.put(zero, Q, i, j))
        w.each(size, lambda i: w.put([w.load(w.at(bound, (i, "1"))), *zero[1:]], Q, i, i))
        w.transformed(M, Q, scale, F, P)
        w.each(many, lambda k: w.doubled(P, "%powers", F, k))
        w.store(worst(), error)

    def by_noise() -> str:
        """A bound of the error from V itself, where every mode has noise of its own: with B <= c N it is c.

        c is the largest bound over the smallest eigenvalue of N, both over the units; its inverse is below the trace
        of the inverse of N. Not finite where N is not certainly positive.
        """
        w.all(lambda i, j: w.put(w.element(N, i, j), Q, i, j))
        least = w.inverse(Q)

        def one(i: str, now: list[str]) -> list[str]:
            u, b = (w.load(w.at(x, (i, "1"))) for x in (unit, bound))
            square = w.two("fmul", u, u)
            trace = w.fma(w.abs(w.element(Q, i, i)[0]), square, now[0])
            return [trace, w.larger(now[1], w.two("fdiv", b, square))]

        trace, top = w.fold("0", size, 1, ["zeroinitializer"] * 2, one)
        positive = w.new(f"fcmp ogt {w.vec} {least}, zeroinitializer")
        return known(w.select(positive, w.two("fmul", trace, top), w.constant(float("nan"))))

    def known(error: str) -> str:
        """nan where the powers of E stay large."""
        forgotten = w.new(f"fcmp ole {w.vec} {w.load(left)}, {w.constant(FORGOTTEN)}")
        return w.select(forgotten, error, w.constant(float("nan")))

    def fetched(g: str, e: str) -> None:
        source = w.at(w.word("ptr", "%sources", e), (g, w.word("i64", "%steps", e)))
        w.store(w.load(source), w.at("%work", (w.word("i64", "%targets", e), "1")))

    def handed_out(g: str, e: str) -> None:
        found = w.load(w.at(V, (w.word("i64", "%places", e), "1")))
        w.store(found, w.at(w.word("ptr", "%sinks", e), (g, "1")))

    def transform() -> str:
        """s - A inverted to M, E in the first of the powers; 2 s."""

        def largest(i: str, now: list[str]) -> list[str]:
            def add(j: str, total: list[str]) -> list[str]:
                return [w.two("fadd", total[0], w.modulus(w.element(A, i, j)))]

            return [w.larger(now[0], w.fold("0", size, 1, ["zeroinitializer"], add)[0])]

        top = w.fold("0", size, 1, ["zeroinitializer"], largest)[0]
        s = w.fma(top, w.constant(LARGER), w.constant(float(np.finfo(float).tiny)))
        scale = w.two("fadd", s, s)
        w.all(lambda i, j: w.put([w.neg(x) for x in w.element(A, i, j)], M, i, j))
        w.each(size, lambda i: diagonal(M, i, s))
        w.inverse(M)
        w.all(lambda i, j: w.put([w.two("fmul", x, scale) for x in w.element(M, i, j)], "%powers", i, j))
        w.each(size, lambda i: diagonal("%powers", i, w.constant(-1.0)))
        return scale

    def diagonal(base: str, i: str, more: str) -> None:
        re, *im = w.element(base, i, i)
        w.put([w.two("fadd", re, more), *im], base, i, i)

    def term(k: str) -> str:
        w.doubled(V, "%powers", F, k)
        after = w.matrix("%powers", w.new(f"add i64 {k}, 1"))
        e = w.matrix("%powers", k)
        w.product(e, e, after)
        found = w.sum_of_squares(after)
        w.store(found, left)
        small = w.new(f"fcmp ole {w.vec} {found}, {w.constant(FORGOTTEN)}")
        lost = w.new(f"fcmp ugt {w.vec} {found}, {w.constant(LOST)}")
        return w.everywhere(w.new(f"or {w.bools} {small}, {lost}"))

    def rest() -> tuple[str, str]:
        """What is left of the equation and its terms, at most; the bounds of both over the units of the rows."""

        def measured(i: str) -> None:
            root = w.root(w.element(V, i, i)[0])
            w.store(root, w.at(unit, (i, "1")))
            w.store(w.two("fdiv", w.constant(1.0), root), w.at(over, (i, "1")))

        w.each(size, measured)
        w.product(A, V, F)
        w.all(lambda i, j: w.store(w.modulus(w.element(V, i, j)), w.place(T, i, j, 1)))
        w.product(moduli, T, Q, parts=1)

        def row(i: str, top: list[str]) -> list[str]:
            def one(j: str, now: list[str]) -> list[str]:
                x, y, noise = w.element(F, i, j), w.element(F, j, i), w.element(N, i, j)
                sums = [w.two("fadd", x[0], y[0])] + [w.two("fsub", a, b) for a, b in zip(x[1:], y[1:], strict=True)]
                off = w.modulus([w.two("fadd", a, b) for a, b in zip(sums, noise, strict=True)])
                both = w.two("fadd", w.element(Q, i, j, 1)[0], w.element(Q, j, i, 1)[0])
                all_ = w.two("fadd", both, w.modulus(noise))
                hidden = w.fma(all_, w.constant(ROUNDING), off)
                total = w.fma(hidden, w.load(w.at(over, (j, "1"))), now[0])
                return [total, w.larger(now[1], off), w.larger(now[2], all_)]

            total, *now = w.fold("0", size, 1, ["zeroinitializer", *top], one)
            w.store(w.two("fmul", total, w.load(w.at(unit, (i, "1")))), w.at(bound, (i, "1")))
            return now

        off, most = w.fold("0", size, 1, ["zeroinitializer"] * 2, row)
        return off, most

    def worst() -> str:
        """The largest bound of a variance over the variance."""

        def one(i: str, now: list[str]) -> list[str]:
            part = w.two("fdiv", w.element(P, i, i)[0], w.element(V, i, i)[0])
            return [w.larger(now[0], part), w.two("fadd", now[1], part)]

        found, total = w.fold("0", size, 1, ["zeroinitializer"] * 2, one)
        return known(w.fma(total, w.constant(0.0), found))  # nan where any part is

    w.each("%groups", group)
    numbers = ("groups", "given", "wanted")
    pointers = ("sources", "steps", "targets", "places", "sinks", "work", "powers", "error", "residual")
    source = w.text(", ".join([*(f"i64 %{x}" for x in numbers), *(f"ptr noalias %{x}" for x in pointers)]))
    return made(source, len(numbers), len(pointers))


Place = tuple[int, int, int]  # row, column, real or imaginary part


def steady(
    n: int, parts: int, given: Mapping[str, Mapping[Place, Array]], wanted: Mapping[Place, Array], count: int
) -> tuple[Array, Array]:
    """Bounds of the errors over the root of the product of two variances, and residuals, at `count` points.

    The points fill groups. `given` has the elements of A, N (Hermitian) and `moduli` that are not zero, each an array
    over the points, or one of a single group where it is constant; the moduli bound the terms of A. The elements in
    `wanted` are filled. The error is nan where A is not stable.
    """
    width = lanes()
    size = n * n * parts
    sources, targets = [], []
    for name, table in given.items():
        for (i, j, c), x in table.items():
            sources.append(x)
            targets.append(ROOMS.index(name) * size + (i * n + j) * (1 if name == "moduli" else parts) + c)
    steps = [int(x.size > width) for x in sources]
    places = [(i * n + j) * parts + c for i, j, c in wanted]
    work, powers = np.zeros((len(ROOMS) * size + len(ROWS) * n, width)), np.empty((MOST + 1, size, width))
    error, residual = np.empty(count), np.empty(count)
    numbers = [np.array(x, np.int64) for x in (steps, targets, places)]
    addresses = [np.array([x.ctypes.data for x in xs], np.uint64) for xs in (sources, wanted.values())]
    tables = (addresses[0], *numbers, addresses[1], work, powers, error, residual)
    kernel(width, n, parts)(count // width, len(sources), len(places), *(x.ctypes.data for x in tables))
    return error, residual


def by_numpy(a: Array, q: Array, d: Array) -> tuple[Array, Array, Array]:
    """Solutions, bounds of their errors, and residuals of stacks of A, N and moduli, in NumPy."""
    one = np.eye(a.shape[-1])
    with np.errstate(all="ignore"):
        s = LARGER * np.abs(d).sum(-1).max(-1)[..., None, None] + np.finfo(float).tiny
        usable = np.isfinite(s) & np.isfinite(q).all((-1, -2), keepdims=True)
        M = np.linalg.inv(np.where(usable, s * one - a, one))
        powers = [np.where(usable, 2 * s * M - one, np.nan)]
        V = hermitian(2 * s * M @ q @ adjoint(M))
        for _ in range(MOST):
            V = V + hermitian(powers[-1] @ V @ adjoint(powers[-1]))
            powers.append(powers[-1] @ powers[-1])
            left = (np.abs(powers[-1]) ** 2).sum((-1, -2))
            if np.all((left <= FORGOTTEN) | ~(left < LOST)):
                break
        unit = np.sqrt(np.diagonal(V, axis1=-2, axis2=-1).real)
        AV, DV = a @ V, d @ np.abs(V)
        off = np.abs(AV + adjoint(AV) + q)
        terms = DV + adjoint(DV) + np.abs(q)
        bound = ((off + ROUNDING * terms) / unit[..., None, :]).sum(-1) * unit
        P = 2 * s * (M * bound[..., None, :]) @ adjoint(M)
        for e in powers[:-1]:
            P = P + e @ P @ adjoint(e)
        error = (np.diagonal(P, axis1=-2, axis2=-1).real / unit**2).max(-1)
        return V, np.where(left <= FORGOTTEN, error, np.nan), off.max((-1, -2)) / terms.max((-1, -2))


def adjoint(x: Array) -> Array:
    return np.swapaxes(x, -1, -2).conj()


def hermitian(x: Array) -> Array:
    return (x + adjoint(x)) / 2
