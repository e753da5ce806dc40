"""A program as LLVM IR over vectors: one fused loop, with sine and cosine written out.

`kernel(i64 n, ptr inputs, ptr steps, ptr outputs, ptr holes) -> i64` works on `n >= WIDTH` points; an input with
step 0 points to WIDTH equal values. The last vector overlaps the one before it, so no shorter loop is needed. The
quick form of the kernel takes angles in [-pi/4, pi/4] only and returns the first point at which one is not; the
general form reduces angles and calls the library beyond 2^20 quarter turns. Whether the first output was nan
anywhere is added to `holes`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from importlib.resources import files
from itertools import count
from math import pi
from string import Template

from cascade_sym.evaluate.backends.sine import LARGEST, SMALL, coefficients, quarter_turn
from cascade_sym.program.constants import parts
from cascade_sym.program.nodes import TESTS, Program, arguments

KERNEL = Template((files(__package__) / "kernel.ll").read_text(encoding="utf-8"))
ARITHMETIC = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
INTRINSICS = {"abs": "fabs", "sqrt": "sqrt", "rint": "rint", "copysign": "copysign"}
LIBRARY = {"tan": 1, "exp": 1, "log": 1, "atan": 1, "asin": 1, "acos": 1, "sinh": 1, "cosh": 1, "tanh": 1,
           "asinh": 1, "acosh": 1, "atanh": 1, "pow": 2, "atan2": 2, "sin": 1, "cos": 1}  # fmt: skip


def vector_source(program: Program, width: int, quick: bool, strict: bool) -> str:
    """IR of the kernel. `strict` forbids fused multiply-add (needed where rounding errors are computed)."""
    return VectorWriter(program, width, quick, strict).text()


class VectorWriter:
    """Writes one kernel; every method appends instructions and returns the register that holds the result."""

    def __init__(self, program: Program, width: int, quick: bool, strict: bool) -> None:
        self.program, self.width, self.quick = program, width, quick
        self.vec = f"<{width} x double>"
        self.ints = f"<{width} x i64>"
        self.bools = f"<{width} x i1>"
        self.flags = "" if strict else " contract"
        self.body: list[str] = []
        self.ids: Iterator[int] = count()
        self.block = "loop"
        self.used: set[str] = set()
        self.masks: dict[str, str] = {}  # registers that hold the outcome of a test
        self._trig: dict[int, tuple[str, str]] = {}

    def emit(self, text: str) -> str:
        name = f"%v{next(self.ids)}"
        self.body.append(f"  {name} = {text}")
        return name

    def splat(self, value: float) -> str:
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        return f"splat (double 0x{bits:016X})"

    def int_splat(self, value: int) -> str:
        return f"splat (i64 {value})"

    def op(self, name: str, a: str, b: str) -> str:
        return self.emit(f"{name}{self.flags} {self.vec} {a}, {b}")

    def intrinsic(self, name: str, *args: str) -> str:
        self.used.add(f"declare {self.vec} @llvm.{name}.v{self.width}f64({', '.join([self.vec] * len(args))})")
        given = ", ".join(f"{self.vec} {a}" for a in args)
        return self.emit(f"call{self.flags} {self.vec} @llvm.{name}.v{self.width}f64({given})")

    def fused(self, a: str, b: str, c: str) -> str:
        return self.intrinsic("fma", a, b, c)

    def text(self) -> str:
        values: dict[int, str] = {}
        loads: dict[int, str] = {}
        outputs: dict[int, list[int]] = {}
        for place, i in enumerate(self.program.output_nodes()):
            outputs.setdefault(i, []).append(place)
        for i, node in enumerate(self.program.nodes):
            if node[0] == "param":
                loads[i] = values[i] = f"%x{len(loads)}"
        for i in depth_first(self.program):
            node = self.program.nodes[i]
            if node[0] == "const":
                values[i] = self.splat(parts(node[1])[0])
            elif node[0] != "param":
                values[i] = self.node(node, values)
            for place in outputs.get(i, []):
                self.store(place, values[i])
        return self.module(list(loads.values()), values[self.program.output_nodes()[0]])

    def store(self, place: int, value: str) -> None:
        """Writes a result as soon as it is known, so that it takes no register any more."""
        self.body.append(f"  %q{place} = getelementptr double, ptr %o{place}, i64 %i")
        self.body.append(f"  store {self.vec} {value}, ptr %q{place}, align 8, !noalias !3")

    def node(self, node: tuple[object, ...], values: dict[int, str]) -> str:
        op = str(node[0])
        args = [values[a] for a in arguments(node)]
        if op in ARITHMETIC:
            return self.op(ARITHMETIC[op], *args)
        if op == "neg":
            return self.emit(f"fneg {self.vec} {args[0]}")
        if op in INTRINSICS:
            return self.intrinsic(INTRINSICS[op], *args)
        if op in ("sin", "cos"):
            return self.sine(arguments(node)[0], args[0])[op == "cos"]
        if op in TESTS:
            return self.passed("oge" if op == "nonnegative" else "ogt", args)
        if op == "min" and all(a in self.masks for a in args):
            return self.masked(self.emit(f"and {self.bools} {self.masks[args[0]]}, {self.masks[args[1]]}"))
        if op in ("min", "max"):
            return self.extreme(op, *args)
        if op == "select":
            test = self.masks.get(args[0]) or self.emit(f"fcmp oge {self.vec} {args[0]}, zeroinitializer")
            return self.emit(f"select {self.bools} {test}, {self.vec} {args[1]}, {self.vec} {args[2]}")
        if op == "proderr":
            product = self.op("fmul", *args)
            return self.fused(args[0], args[1], self.emit(f"fneg {self.vec} {product}"))
        return self.lanes(op, args)

    def passed(self, comparison: str, args: list[str]) -> str:
        """Whether all arguments pass a comparison with zero."""
        masks = [self.emit(f"fcmp {comparison} {self.vec} {a}, zeroinitializer") for a in args]
        mask = masks[0]
        for m in masks[1:]:
            mask = self.emit(f"and {self.bools} {mask}, {m}")
        return self.masked(mask)

    def masked(self, mask: str) -> str:
        """1 where the mask is set, else -1; a `select` takes the mask itself."""
        one, minus_one = self.splat(1.0), self.splat(-1.0)
        value = self.emit(f"select {self.bools} {mask}, {self.vec} {one}, {self.vec} {minus_one}")
        self.masks[value] = mask
        return value

    def extreme(self, op: str, a: str, b: str) -> str:
        """The smaller or larger value; nan where either is."""
        test = self.emit(f"fcmp {'olt' if op == 'min' else 'ogt'} {self.vec} {a}, {b}")
        better = self.emit(f"select {self.bools} {test}, {self.vec} {a}, {self.vec} {b}")
        odd = self.emit(f"fcmp uno {self.vec} {a}, zeroinitializer")
        return self.emit(f"select {self.bools} {odd}, {self.vec} {a}, {self.vec} {better}")

    def lanes(self, op: str, args: list[str]) -> str:
        """A library function, lane by lane."""
        self.used.add(f"declare double @{op}({', '.join(['double'] * LIBRARY[op])})")
        result = "poison"
        for k in range(self.width):
            picked = [self.emit(f"extractelement {self.vec} {a}, i32 {k}") for a in args]
            value = self.emit(f"call double @{op}({', '.join(f'double {p}' for p in picked)})")
            result = self.emit(f"insertelement {self.vec} {result}, double {value}, i32 {k}")
        return result

    def sine(self, key: int, x: str) -> tuple[str, str]:
        """Sine and cosine of one angle, computed together once."""
        if key not in self._trig:
            self._trig[key] = self.small(x) if self.quick else self.reduced(x)
        return self._trig[key]

    def small(self, x: str) -> tuple[str, str]:
        """An angle that must be small: the kernel ends early where it is not."""
        test, tag = self.beyond(x, SMALL), next(self.ids)
        self.body += [f"  br i1 {test}, label %early, label %on{tag}, !prof !0", f"on{tag}:"]
        self.block = f"on{tag}"
        return self.polynomials(x)

    def polynomials(self, r: str) -> tuple[str, str]:
        odd, even = coefficients()
        z = self.op("fmul", r, r)
        s, c = self.splat(odd[-1]), self.splat(even[-1])
        for k in odd[-2::-1]:
            s = self.fused(s, z, self.splat(k))
        for k in even[-2::-1]:
            c = self.fused(c, z, self.splat(k))
        sine = self.fused(self.op("fmul", r, z), s, r)
        return sine, self.fused(z, self.fused(z, c, self.splat(-0.5)), self.splat(1.0))

    def reduced(self, x: str) -> tuple[str, str]:
        """Any angle: reduced by quarter turns, swapped and signed by their number; huge ones by the
        library.
        """
        shift = self.splat(1.5 * 2.0**52)
        raw = self.fused(x, self.splat(2 / pi), shift)
        number = self.op("fsub", raw, shift)
        r = x
        for part in quarter_turn():
            r = self.fused(number, self.splat(-part), r)
        s, c = self.polynomials(r)
        quarter = self.emit(f"bitcast {self.vec} {raw} to {self.ints}")
        odd = self.emit(f"trunc {self.ints} {quarter} to {self.bools}")
        sine = self.emit(f"select {self.bools} {odd}, {self.vec} {c}, {self.vec} {s}")
        cosine = self.emit(f"select {self.bools} {odd}, {self.vec} {s}, {self.vec} {c}")
        after = self.emit(f"add {self.ints} {quarter}, {self.int_splat(1)}")
        return self.huge(x, self.signed(sine, quarter), self.signed(cosine, after))

    def signed(self, value: str, quarter: str) -> str:
        """The value with its sign changed where bit 1 of the quarter is set."""
        bit = self.emit(f"and {self.ints} {quarter}, {self.int_splat(2)}")
        sign = self.emit(f"shl {self.ints} {bit}, {self.int_splat(62)}")
        bits = self.emit(f"bitcast {self.vec} {value} to {self.ints}")
        turned = self.emit(f"xor {self.ints} {bits}, {sign}")
        return self.emit(f"bitcast {self.ints} {turned} to {self.vec}")

    def beyond(self, x: str, limit: float) -> str:
        """Whether any lane of |x| exceeds the limit."""
        size = self.intrinsic("fabs", x)
        test = self.emit(f"fcmp ogt {self.vec} {size}, {self.splat(limit)}")
        self.used.add(f"declare i1 @llvm.vector.reduce.or.v{self.width}i1({self.bools})")
        return self.emit(f"call i1 @llvm.vector.reduce.or.v{self.width}i1({self.bools} {test})")

    def huge(self, x: str, sine: str, cosine: str) -> tuple[str, str]:
        test = self.beyond(x, LARGEST)
        tag, before = next(self.ids), self.block
        self.body += [f"  br i1 {test}, label %huge{tag}, label %on{tag}, !prof !0", f"huge{tag}:"]
        large = self.emit(f"fcmp ogt {self.vec} {self.intrinsic('fabs', x)}, {self.splat(LARGEST)}")
        mixed = [  # each lane as if it were alone
            self.emit(f"select {self.bools} {large}, {self.vec} {self.lanes(op, [x])}, {self.vec} {fast}")
            for op, fast in (("sin", sine), ("cos", cosine))
        ]
        self.body += [f"  br label %on{tag}", f"on{tag}:"]
        self.block = f"on{tag}"
        joined = [
            self.emit(f"phi {self.vec} [ {fast}, %{before} ], [ {by_library}, %huge{tag} ]")
            for fast, by_library in zip((sine, cosine), mixed, strict=True)
        ]
        return joined[0], joined[1]

    def module(self, loads: list[str], first: str) -> str:
        entry, before = [], []
        for k, name in enumerate(loads):
            entry += [f"  %ia{k} = getelementptr ptr, ptr %in, i64 {k}", f"  %i{k} = load ptr, ptr %ia{k}"]
            entry += [f"  %sa{k} = getelementptr i64, ptr %steps, i64 {k}", f"  %s{k} = load i64, ptr %sa{k}"]
            entry += [f"  %m{k} = sub i64 0, %s{k}"]
            before += [f"  %f{k} = and i64 %i, %m{k}", f"  %p{k} = getelementptr double, ptr %i{k}, i64 %f{k}"]
            before += [f"  {name} = load {self.vec}, ptr %p{k}, align 8, !alias.scope !3"]
        for k in range(len(self.program.output_nodes())):
            entry += [f"  %oa{k} = getelementptr ptr, ptr %out, i64 {k}", f"  %o{k} = load ptr, ptr %oa{k}"]
        endings = self.ending("exit", "%worse", "%n") + (self.ending("early", "%bad", "%i") if self.quick else [])
        blocks = {"entry": entry, "body": before + self.body, "endings": endings, "declarations": sorted(self.used)}
        words = {"width": self.width, "bits": 64 * self.width, "mask": self.bools, "vector": self.vec, "first": first}
        return KERNEL.substitute({k: "\n".join(v) for k, v in blocks.items()} | words)

    def ending(self, label: str, bad: str, result: str) -> list[str]:
        """A block that adds what was seen to `holes` and returns."""
        reduce = f"@llvm.vector.reduce.or.v{self.width}i1"
        self.used.add(f"declare i1 {reduce}({self.bools})")
        return [f"{label}:", f"  %{label}.any = call i1 {reduce}({self.bools} {bad})",
                f"  %{label}.new = zext i1 %{label}.any to i8", f"  %{label}.old = load i8, ptr %holes",
                f"  %{label}.all = or i8 %{label}.old, %{label}.new", f"  store i8 %{label}.all, ptr %holes",
                f"  ret i64 {result}"]  # fmt: skip


def depth_first(program: Program) -> list[int]:
    """The nodes, each just before it is needed, output by output: few values are waiting at any time."""
    order: list[int] = []
    seen: set[int] = set()
    for root in program.output_nodes():
        stack = [(root, False)]
        while stack:
            i, ready = stack.pop()
            if ready:
                order.append(i)
            elif i not in seen:
                seen.add(i)
                stack.append((i, True))
                stack += [(a, False) for a in reversed(arguments(program.nodes[i])) if a not in seen]
    return order
