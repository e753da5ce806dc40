"""Linear algebra on many small matrices side by side, compiled: every lane of a vector has its own point.

A batch has the shape (groups, rows, columns, lanes). A library for one matrix after the other spends its time on calls
and, on matrices of ten rows, never fills a vector; here no operation ever crosses lanes, so that all run full.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_sym.evaluate.backends.compiled import built, machine

Array = NDArray[np.float64]


class Writer:
    """Writes one function of IR: nested counted loops around operations on vectors."""

    def __init__(self, width: int) -> None:
        self.vec, self.bools, self.width = f"<{width} x double>", f"<{width} x i1>", width
        self.lines: list[str] = []
        self.block, self.number = "entry", 0

    def new(self, text: str) -> str:
        self.number += 1
        self.lines.append(f"  %t{self.number} = {text}")
        return f"%t{self.number}"

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    def fold(
        self, start: str, stop: str, step: int, values: list[str], body: Callable[[str, list[str]], list[str]]
    ) -> list[str]:
        """A loop over i = start, start + step, ... < stop that carries vectors; what they are at its end."""
        self.number += 1
        name, before = f"l{self.number}", self.block
        self.lines += [f"  br label %{name}.head"]
        self.label(f"{name}.head")
        carried = [f"%{name}.c{k}" for k in range(len(values))]
        phis = len(self.lines)
        self.lines += [f"  %{name}.go = icmp slt i64 %{name}.i, {stop}"]
        self.lines += [f"  br i1 %{name}.go, label %{name}.body, label %{name}.end"]
        self.label(f"{name}.body")
        new = body(f"%{name}.i", carried)
        self.lines += [f"  %{name}.n = add i64 %{name}.i, {step}", f"  br label %{name}.head"]
        heads = [f"  %{name}.i = phi i64 [ {start}, %{before} ], [ %{name}.n, %{self.block} ]"]
        heads += [f"  {c} = phi {self.vec} [ {v}, %{before} ], [ {n}, %{self.block} ]"
                  for c, v, n in zip(carried, values, new, strict=True)]  # fmt: skip
        self.lines[phis:phis] = heads
        self.label(f"{name}.end")
        return carried

    def each(self, stop: str, body: Callable[[str], Any], start: str = "0", step: int = 1) -> None:
        def once(i: str, _: list[str]) -> list[str]:
            body(i)
            return []

        self.fold(start, stop, step, [], once)

    def at(self, base: str, *places: tuple[str, str]) -> str:
        """The address of a vector: `base` moved by the sum of index times stride, counted in vectors."""
        terms = [self.new(f"mul i64 {i}, {stride}") for i, stride in places]
        total = terms[0]
        for t in terms[1:]:
            total = self.new(f"add i64 {total}, {t}")
        return self.new(f"getelementptr {self.vec}, ptr {base}, i64 {total}")

    def load(self, place: str) -> str:
        return self.new(f"load {self.vec}, ptr {place}, align 8")

    def store(self, value: str, place: str) -> None:
        self.lines.append(f"  store {self.vec} {value}, ptr {place}, align 8")

    def fma(self, a: str, b: str, c: str) -> str:
        return self.new(f"call {self.vec} @llvm.fma.v{self.width}f64({self.vec} {a}, {self.vec} {b}, {self.vec} {c})")

    def neg(self, a: str) -> str:
        return self.new(f"fneg {self.vec} {a}")

    def abs(self, a: str) -> str:
        return self.new(f"call {self.vec} @llvm.fabs.v{self.width}f64({self.vec} {a})")

    def select(self, test: str, a: str, b: str) -> str:
        return self.new(f"select {self.bools} {test}, {self.vec} {a}, {self.vec} {b}")

    def text(self, arguments: str) -> str:
        names = [f"declare {self.vec} @llvm.fma.v{self.width}f64({', '.join([self.vec] * 3)})",
                 f"declare {self.vec} @llvm.fabs.v{self.width}f64({self.vec})"]  # fmt: skip
        bits = 64 * self.width
        attributes = f'attributes #0 = {{ nounwind "prefer-vector-width"="{bits}" "min-legal-vector-width"="{bits}" }}'
        body = "\n".join(self.lines)
        return f"define i64 @kernel({arguments}) #0 {{\nentry:\n{body}\n  ret i64 0\n}}\n" + "\n".join(
            [*names, attributes]
        )


@cache
def product_kernel(width: int, tall: int, wide: int) -> Any:
    """C = A B, in tiles of `tall` rows and `wide` columns; strides of A and B of any kind."""
    w = Writer(width)

    def tile(g: str, i: str, j: str) -> None:
        rows = [w.new(f"add i64 {i}, {k}") for k in range(tall)]
        columns = [w.new(f"add i64 {j}, {k}") for k in range(wide)]
        places = [w.at("%c", (g, "%cg"), (r, "%m"), (c, "1")) for r in rows for c in columns]
        firsts = [w.at("%a", (g, "%ag"), (r, "%ar")) for r in rows]
        lasts = [w.at("%b", (g, "%bg"), (c, "%bc")) for c in columns]

        def step(k: str, sums: list[str]) -> list[str]:
            left = [w.load(w.at(p, (k, "%ac"))) for p in firsts]
            right = [w.load(w.at(p, (k, "%br"))) for p in lasts]
            return [w.fma(left[n // wide], right[n % wide], s) for n, s in enumerate(sums)]

        sums = w.fold("0", "%k", 1, ["zeroinitializer"] * len(places), step)
        for s, p in zip(sums, places, strict=True):
            w.store(s, p)

    w.each("%groups", lambda g: w.each("%n", lambda i: w.each("%m", lambda j: tile(g, i, j), step=wide), step=tall))
    numbers = ("groups", "n", "m", "k", "ag", "ar", "ac", "bg", "br", "bc", "cg")
    arguments = ", ".join([*(f"i64 %{x}" for x in numbers), *(f"ptr noalias %{x}" for x in "abc")])
    return made(w.text(arguments), len(numbers), 3)


@cache
def solve_kernel(width: int, wide: int) -> Any:
    """Both overwritten: A, and B by the solution of A X = B; pivots are chosen pair by pair of rows, in every lane."""
    w = Writer(width)

    def exchanged(base: str, size: str, g: str, k: str, r: str, test: str, f: str, stop: str, start: str) -> None:
        above, below = w.at(base, (g, size), (k, stop)), w.at(base, (g, size), (r, stop))

        def one(j: str) -> None:
            p, q = w.at(above, (j, "1")), w.at(below, (j, "1"))
            u, v = w.load(p), w.load(q)
            upper, lower = w.select(test, v, u), w.select(test, u, v)
            w.store(upper, p)
            w.store(w.fma(f, upper, lower), q)

        w.each(stop, one, start)

    def eliminated(g: str, k: str) -> None:
        after = w.new(f"add i64 {k}, 1")

        def row(r: str) -> None:
            p, q = w.at("%a", (g, "%nn"), (k, "%n"), (k, "1")), w.at("%a", (g, "%nn"), (r, "%n"), (k, "1"))
            u, v = w.load(p), w.load(q)
            test = w.new(f"fcmp ogt {w.vec} {w.abs(v)}, {w.abs(u)}")
            upper, lower = w.select(test, v, u), w.select(test, u, v)
            none = w.new(f"fcmp oeq {w.vec} {upper}, zeroinitializer")  # then both are
            f = w.select(none, "zeroinitializer", w.neg(w.new(f"fdiv {w.vec} {lower}, {upper}")))
            w.store(upper, p)
            exchanged("%a", "%nn", g, k, r, test, f, "%n", after)
            exchanged("%b", "%nm", g, k, r, test, f, "%m", "0")

        w.each("%n", row, after)

    def back(g: str, step: str) -> None:
        k = w.new(f"sub i64 {w.new('sub i64 %n, 1')}, {step}")
        after = w.new(f"add i64 {k}, 1")
        one = "splat (double 1.0)"
        over = w.new(f"fdiv {w.vec} {one}, {w.load(w.at('%a', (g, '%nn'), (k, '%n'), (k, '1')))}")

        left = w.at("%a", (g, "%nn"), (k, "%n"))

        def columns(j: str) -> None:
            above = w.at("%b", (g, "%nm"), (j, "1"))
            places = [w.at(above, (k, "%m"), (str(c), "1")) for c in range(wide)]

            def term(c: str, sums: list[str]) -> list[str]:
                a, below = w.neg(w.load(w.at(left, (c, "1")))), w.at(above, (c, "%m"))
                return [w.fma(a, w.load(w.at(below, (str(n), "1"))), s) for n, s in enumerate(sums)]

            rests = w.fold(after, "%n", 1, [w.load(p) for p in places], term)
            for rest, place in zip(rests, places, strict=True):
                w.store(w.new(f"fmul {w.vec} {rest}, {over}"), place)

        w.each("%m", columns, step=wide)

    def group(g: str) -> None:
        w.each("%n", lambda k: eliminated(g, k))
        w.each("%n", lambda s: back(g, s))

    w.lines += ["  %nn = mul i64 %n, %n", "  %nm = mul i64 %n, %m"]
    w.each("%groups", group)
    return made(w.text("i64 %groups, i64 %n, i64 %m, ptr noalias %a, ptr noalias %b"), 3, 2)


def made(source: str, numbers: int, pointers: int) -> Any:
    return built(source, [ctypes.c_int64] * numbers + [ctypes.c_void_p] * pointers)


def lanes() -> int:
    """Points of a group."""
    return int(machine()[1])


def batch(stack: Array) -> Array:
    """A stack (points, rows, columns) as a batch; the last point is repeated to fill its group."""
    width = lanes()
    count = -len(stack) % width
    whole = np.concatenate([stack, np.repeat(stack[-1:], count, 0)]) if count else stack
    return np.ascontiguousarray(whole.reshape(-1, width, *stack.shape[1:]).transpose(0, 2, 3, 1))


def unbatched(x: Array, count: int) -> Array:
    """The stack of the first `count` points."""
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)).reshape(-1, *x.shape[1:3])[:count]


def turned(x: Array) -> Array:
    """The transposed matrices (a view)."""
    return x.transpose(0, 2, 1, 3)


def product(a: Array, b: Array) -> Array:
    """A B for every point; transposed views cost nothing."""
    groups, n, k, width = a.shape
    m = b.shape[2]
    out = np.empty((groups, n, m, width))
    tall, wide = 2 if n % 2 == 0 else 1, widest(m)
    strides = [s // (8 * width) for s in (*a.strides[:3], *b.strides[:3])]
    product_kernel(width, tall, wide)(groups, n, m, k, *strides, n * m, *(x.ctypes.data for x in (a, b, out)))
    return out


def widest(columns: int) -> int:
    """How many columns are done at a time."""
    return next(t for t in (4, 2, 1) if columns % t == 0)


def solved(a: Array, b: Array) -> Array:
    """A^-1 B for every point; not finite where A is singular."""
    a, b = np.array(a, order="C"), np.array(b, order="C")
    groups, n, m, width = b.shape
    solve_kernel(width, widest(m))(groups, n, m, a.ctypes.data, b.ctypes.data)
    return b


def identity(n: int) -> Array:
    """The unit matrix, to be added to batches."""
    return np.eye(n)[None, :, :, None]
