"""Writes compiled operations on many small matrices side by side, real or complex: every lane has its own point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.batches import Writer

TALL, WIDE = 2, 4  # rows and columns of a product that are done at a time: their sums fill half of sixteen registers


class Matrices(Writer):
    """Writes operations on matrices of n rows whose elements have `parts` vectors: one, or real and imaginary part."""

    def __init__(self, width: int, n: int, parts: int) -> None:
        super().__init__(width)
        self.n, self.parts = n, parts

    def constant(self, x: float) -> str:
        return f"splat (double 0x{np.float64(x).view(np.uint64):016X})"

    def two(self, op: str, a: str, b: str) -> str:
        return self.new(f"{op} {self.vec} {a}, {b}")

    def larger(self, a: str, b: str) -> str:
        """The larger one; nan where the second is."""
        return self.select(self.new(f"fcmp ugt {self.vec} {b}, {a}"), b, a)

    def place(self, base: str, i: str, j: str, parts: int = 0) -> str:
        parts = parts or self.parts
        return self.at(base, (i, str(self.n * parts)), (j, str(parts)))

    def element(self, base: str, i: str, j: str, parts: int = 0) -> list[str]:
        p = self.place(base, i, j, parts)
        return [self.load(self.at(p, (str(c), "1")) if c else p) for c in range(parts or self.parts)]

    def put(self, values: Sequence[str], base: str, i: str, j: str) -> None:
        p = self.place(base, i, j, len(values))
        for c, v in enumerate(values):
            self.store(v, self.at(p, (str(c), "1")) if c else p)

    def word(self, kind: str, table: str, k: str) -> str:
        """The k-th address or number of a table."""
        return self.new(f"load {kind}, ptr {self.new(f'getelementptr i64, ptr {table}, i64 {k}')}")

    def matrix(self, base: str, k: str, parts: int = 0) -> str:
        """The k-th matrix of a stack."""
        return self.at(base, (k, str(self.n**2 * (parts or self.parts))))

    def all(self, body: Callable[[str, str], Any]) -> None:
        """For every row and column."""
        self.each(str(self.n), lambda i: self.each(str(self.n), lambda j: body(i, j)))

    def times(self, a: Sequence[str], b: Sequence[str], c: Sequence[str], adjoint: bool) -> list[str]:
        """c + a b, or c + a b^*."""
        if len(a) == 1:
            return [self.fma(a[0], b[0], c[0])]
        turned, straight = (self.neg(b[1]), b[1]) if not adjoint else (b[1], self.neg(b[1]))
        return [
            self.fma(a[1], turned, self.fma(a[0], b[0], c[0])),
            self.fma(a[0], straight, self.fma(a[1], b[0], c[1])),
        ]

    def modulus(self, x: Sequence[str]) -> str:
        """The sum of the moduli of the parts."""
        sizes = [self.abs(p) for p in x]
        return sizes[0] if len(sizes) == 1 else self.two("fadd", *sizes)

    def product(self, a: str, b: str, c: str, *, parts: int = 0, sandwich: bool = False) -> None:
        """C = A B; as the second half of a `sandwich` C = C + A B^+ for the columns from the diagonal on."""
        parts = parts or self.parts
        wide = WIDE // parts

        def tile(i: str, j: str, tall: int, across: int) -> None:
            rows = [self.new(f"add i64 {i}, {k}") for k in range(tall)]
            columns = [self.new(f"add i64 {j}, {k}") for k in range(across)]
            lefts = [self.place(a, r, "0", parts) for r in rows]
            rights = [self.place(b, q, "0", parts) if sandwich else self.place(b, "0", q, parts) for q in columns]
            start = [self.element(c, r, q, parts) if sandwich else ["zeroinitializer"] * parts
                     for r in rows for q in columns]  # fmt: skip

            def step(k: str, sums: list[str]) -> list[str]:
                stride = str(parts if sandwich else parts * self.n)
                xs = [[self.load(self.at(p, (k, str(parts)), (str(s), "1"))) for s in range(parts)] for p in lefts]
                ys = [[self.load(self.at(p, (k, stride), (str(s), "1"))) for s in range(parts)] for p in rights]
                out: list[str] = []
                for m in range(tall * across):
                    now = sums[m * parts : (m + 1) * parts]
                    out += self.times(xs[m // across], ys[m % across], now, sandwich)
                return out

            sums = self.fold("0", str(self.n), 1, [x for e in start for x in e], step)
            for m in range(tall * across):
                self.put(sums[m * parts : (m + 1) * parts], c, rows[m // across], columns[m % across])

        def row(i: str, tall: int) -> None:
            first = self.new(f"and i64 {i}, {-wide}") if sandwich else "0"
            whole = self.n - self.n % wide
            self.each(str(whole), lambda j: tile(i, j, tall, wide), first, wide)
            if whole < self.n:
                tile(i, str(whole), tall, self.n - whole)

        even = self.n - self.n % TALL
        self.each(str(even), lambda i: row(i, TALL), step=TALL)
        if even < self.n:
            row(str(even), self.n - even)

    def mirrored(self, base: str) -> None:
        """The elements left of the diagonal from those right of it."""

        def one(i: str, j: str) -> None:
            re, *im = self.element(base, i, j)
            self.put([re, *map(self.neg, im)], base, j, i)

        self.each(str(self.n), lambda i: self.each(str(self.n), lambda j: one(i, j), self.new(f"add i64 {i}, 1")))

    def inverse(self, m: str) -> str:
        """In place, without exchanges, as the diagonal is dominant or the matrix positive; the smallest of the pivots,
        which are all positive where it is.
        """
        n = str(self.n)
        zeros = ["zeroinitializer"] * self.parts

        def column(k: str, least: list[str]) -> list[str]:
            pivot = self.element(m, k, k)
            if self.parts == 1:
                over = [self.two("fdiv", self.constant(1.0), pivot[0])]
            else:
                size = self.fma(pivot[1], pivot[1], self.two("fmul", pivot[0], pivot[0]))
                over = [self.two("fdiv", pivot[0], size), self.neg(self.two("fdiv", pivot[1], size))]
            self.put([self.constant(1.0), *zeros[1:]], m, k, k)
            self.each(n, lambda j: self.put(self.times(self.element(m, k, j), over, zeros, False), m, k, j))

            def row(i: str) -> None:
                f = [self.neg(x) for x in self.element(m, i, k)]
                self.put(zeros, m, i, k)
                self.each(
                    n, lambda j: self.put(self.times(f, self.element(m, k, j), self.element(m, i, j), False), m, i, j)
                )

            self.each(k, row)
            self.each(n, row, self.new(f"add i64 {k}, 1"))
            return [self.select(self.new(f"fcmp ult {self.vec} {pivot[0]}, {least[0]}"), pivot[0], least[0])]

        return self.fold("0", n, 1, [self.constant(float("inf"))], column)[0]

    def unless(self, test: str, body: Callable[[], Any]) -> None:
        """What is done where the test fails."""
        self.number += 1
        name = f"b{self.number}"
        self.lines += [f"  br i1 {test}, label %{name}.end, label %{name}.body"]
        self.label(f"{name}.body")
        body()
        self.lines += [f"  br label %{name}.end"]
        self.label(f"{name}.end")

    def doubled(self, base: str, powers: str, room: str, k: str) -> None:
        """V + E^k V E^k+, with the k-th of the powers."""
        e = self.matrix(powers, k)
        self.product(e, base, room)
        self.product(room, e, base, sandwich=True)
        self.mirrored(base)

    def until(self, most: int, body: Callable[[str], str]) -> str:
        """A loop over k = 0, 1, ... that ends where the body says so, or at `most`; how often it ran."""
        self.number += 1
        name, before = f"u{self.number}", self.block
        self.lines += [f"  br label %{name}.body"]
        self.label(f"{name}.body")
        at = len(self.lines)
        done = body(f"%{name}.k")
        self.lines += [f"  %{name}.n = add i64 %{name}.k, 1", f"  %{name}.most = icmp sge i64 %{name}.n, {most}"]
        self.lines += [f"  %{name}.stop = or i1 {done}, %{name}.most"]
        self.lines += [f"  br i1 %{name}.stop, label %{name}.end, label %{name}.body"]
        self.lines[at:at] = [f"  %{name}.k = phi i64 [ 0, %{before} ], [ %{name}.n, %{self.block} ]"]
        self.label(f"{name}.end")
        return f"%{name}.n"

    def root(self, x: str) -> str:
        return self.new(f"call {self.vec} @llvm.sqrt.v{self.width}f64({self.vec} {x})")

    def everywhere(self, test: str) -> str:
        return self.new(f"call i1 @llvm.vector.reduce.and.v{self.width}i1({self.bools} {test})")

    def text(self, arguments: str) -> str:
        more = [f"declare {self.vec} @llvm.sqrt.v{self.width}f64({self.vec})",
                f"declare i1 @llvm.vector.reduce.and.v{self.width}i1({self.bools})"]  # fmt: skip
        return "\n".join([super().text(arguments), *more])

    def sum_of_squares(self, base: str) -> str:
        def row(i: str, sums: list[str]) -> list[str]:
            def one(j: str, now: list[str]) -> list[str]:
                total = now[0]
                for x in self.element(base, i, j):
                    total = self.fma(x, x, total)
                return [total]

            return self.fold("0", str(self.n), 1, sums, one)

        return self.fold("0", str(self.n), 1, ["zeroinitializer"], row)[0]

    def transformed(self, m: str, rhs: str, scale: str, room: str, out: str) -> None:
        """2 s M Q M^+, the first of the terms."""
        self.product(m, rhs, room)
        self.all(lambda i, j: self.put(["zeroinitializer"] * self.parts, out, i, j))
        self.product(room, m, out, sandwich=True)
        self.all(lambda i, j: self.put([self.two("fmul", x, scale) for x in self.element(out, i, j)], out, i, j))
        self.mirrored(out)
