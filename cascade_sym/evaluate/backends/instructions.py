"""A huge program as a list of vector instructions that one compiled loop carries out, block by block of points.

Machine code for a program of tens of thousands of operations takes the compiler longer than most sets of points need
to be computed, and then runs from memory that is far from the processor. Here the program is data: an instruction
takes whole blocks of up to `LONGEST` points from numbered registers, so that reading it costs little beside its work.
What is compiled is the loop, once for a set of operations.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.vector_ir import VectorWriter, depth_first
from cascade_sym.program.constants import parts
from cascade_sym.program.nodes import TESTS, Node, Program, arguments

LONGEST = 64  # points of a block; fewer where the registers would not stay in the second-level cache
CACHE_BYTES = 384 * 1024  # of registers: half of a usual second-level cache
FUSED = ("addmul", "submul", "mulsub")  # a*b + c, c - a*b, a*b - c, rounded once
READ, WRITE = "input", "output"

LOOP = """define i64 @kernel(
    i64 %n, ptr %in, ptr %steps, ptr %out, ptr %holes, i64 %size, ptr %code, i64 %count, ptr %regs
) #0 {{
entry:
  %final = sub i64 %n, %size
  br label %block
block:
  %i = phi i64 [ 0, %entry ], [ %after, %passed ]
  br label %fetch
fetch:
  %k = phi i64 [ 0, %block ], [ %k.next, %done ]
  %line = getelementptr [5 x i32], ptr %code, i64 %k
  %op = load i32, ptr %line
{operands}
  switch i32 %op, label %done [ {table} ]
{cases}
done:
  %k.next = add i64 %k, 1
  %k.last = icmp eq i64 %k.next, %count
  br i1 %k.last, label %passed, label %fetch
passed:
  %more = add i64 %i, %size
  %late = icmp ugt i64 %more, %final
  %after = select i1 %late, i64 %final, i64 %more
  %end = icmp eq i64 %i, %final
  br i1 %end, label %exit, label %block
exit:
  ret i64 %n
}}
{declarations}
attributes #0 = {{ nounwind "prefer-vector-width"="{bits}" "min-legal-vector-width"="{bits}" }}
!0 = !{{!"branch_weights", i32 1, i32 100000}}
"""
OPERAND = """  %{x}.at = getelementptr i32, ptr %line, i64 {place}
  %{x}.number = load i32, ptr %{x}.at
  %{x}.place = zext i32 %{x}.number to i64
  %{x}.offset = mul i64 %{x}.place, %size
  %{x}.ptr = getelementptr double, ptr %regs, i64 %{x}.offset"""
CASE = """{op}:
{before}
  br label %{op}.loop
{op}.loop:
  %{op}.j = phi i64 [ 0, %{op} ], [ %{op}.next, %{last} ]
{body}
  %{op}.next = add i64 %{op}.j, {width}
  %{op}.more = icmp ult i64 %{op}.next, %size
  br i1 %{op}.more, label %{op}.loop, label %done"""


class LoopWriter(VectorWriter):
    """Writes the loop for vectors of that width with a case for every operation."""

    def __init__(self, width: int, operations: Sequence[str]) -> None:
        super().__init__(Program((), ()), width, quick=False, strict=True)
        self.operations = operations

    def text(self) -> str:
        cases = [self.case(op) for op in self.operations]
        operands = "\n".join(OPERAND.format(x=x, place=k + 1) for k, x in enumerate("dabc"))
        table = " ".join(f"i32 {k}, label %{op}" for k, op in enumerate(self.operations))
        return LOOP.format(
            operands=operands, table=table, cases="\n".join(cases), declarations="\n".join(sorted(self.used)),
            bits=64 * self.width,
        )  # fmt: skip

    def case(self, op: str) -> str:
        self.body, self.block, self._trig, before = [], f"{op}.loop", {}, ""
        if op == READ:
            before = f"""  %{op}.ina = getelementptr ptr, ptr %in, i64 %a.place
  %{op}.base = load ptr, ptr %{op}.ina
  %{op}.sa = getelementptr i64, ptr %steps, i64 %a.place
  %{op}.step = load i64, ptr %{op}.sa"""
            self.body += [f"  %{op}.here = add i64 %i, %{op}.j", f"  %{op}.at = mul i64 %{op}.here, %{op}.step"]
            self.body += [f"  %{op}.p = getelementptr double, ptr %{op}.base, i64 %{op}.at"]
            result = self.emit(f"load {self.vec}, ptr %{op}.p, align 8")
        else:
            result = self.computed(op, [self.loaded(op, x) for x in "abc"[: arity(op)]])
        if op == WRITE:
            before = f"""  %{op}.outa = getelementptr ptr, ptr %out, i64 %b.place
  %{op}.base = load ptr, ptr %{op}.outa"""
            self.body += [f"  %{op}.here = add i64 %i, %{op}.j"]
            self.body += [f"  %{op}.p = getelementptr double, ptr %{op}.base, i64 %{op}.here"]
            self.body += [f"  store {self.vec} {result}, ptr %{op}.p, align 8"]
            self.noted(self.emit(f"fcmp uno {self.vec} {result}, zeroinitializer"))
        else:
            self.body += [f"  %{op}.d = getelementptr double, ptr %d.ptr, i64 %{op}.j"]
            self.body += [f"  store {self.vec} {result}, ptr %{op}.d, align 8"]
        body = "\n".join(self.body)
        return CASE.format(op=op, before=before, last=self.block, body=body, width=self.width)

    def loaded(self, op: str, x: str) -> str:
        self.body.append(f"  %{op}.{x} = getelementptr double, ptr %{x}.ptr, i64 %{op}.j")
        return self.emit(f"load {self.vec}, ptr %{op}.{x}, align 8")

    def computed(self, op: str, args: list[str]) -> str:
        if op == WRITE:
            return args[0]
        if op in FUSED:
            a, b, c = args
            a, c = (a if op != "submul" else self.negative(a)), (c if op != "mulsub" else self.negative(c))
            return self.fused(a, b, c)
        return self.node((op, *range(len(args))), dict(enumerate(args)))

    def negative(self, x: str) -> str:
        return self.emit(f"fneg {self.vec} {x}")

    def noted(self, nowhere: str) -> None:
        """Adds to `holes` whether any lane has no value."""
        reduce = f"@llvm.vector.reduce.or.v{self.width}i1"
        self.used.add(f"declare i1 {reduce}({self.bools})")
        any_ = self.emit(f"call i1 {reduce}({self.bools} {nowhere})")
        new, old = self.emit(f"zext i1 {any_} to i8"), self.emit("load i8, ptr %holes")
        self.body.append(f"  store i8 {self.emit(f'or i8 {old}, {new}')}, ptr %holes")


def arity(op: str) -> int:
    """How many registers an instruction reads."""
    if op in FUSED or op == "select":
        return 3
    return 2 if op in ("add", "sub", "mul", "div", "min", "max", "copysign", "proderr", "pow", "atan2") else 1


@lru_cache(maxsize=8)
def loop(width: int, operations: tuple[str, ...]) -> Any:
    """The compiled loop."""
    from cascade_sym.evaluate.backends.compiled import KERNEL, built

    return built(LoopWriter(width, operations).text(), [*KERNEL, *[ctypes.c_int64, ctypes.c_void_p] * 2])


class Instructions:
    """A program as instructions: called as the kernels of `built` are, for one piece of points on one thread.

    `strict` forbids fused multiply-add.
    """

    def __init__(self, program: Program, width: int, strict: bool) -> None:
        coder = Coder(program, strict)
        operations = tuple(sorted({line[0] for line in coder.lines}))
        number = {op: k for k, op in enumerate(operations)}
        rows = [(number[op], *places, *[0] * (4 - len(places))) for op, *places in coder.lines]
        self.code = np.array(rows, dtype=np.int32)
        self.registers, self.width = coder.registers, width
        self.places = np.array(list(coder.constants.values()), dtype=np.intp)
        self.constants = np.array([parts(program.nodes[i][1])[0] for i in coder.constants])
        room = CACHE_BYTES // (8 * max(1, self.registers)) // width * width
        self.longest = max(4 * width, min(LONGEST, room))
        self.run = loop(width, operations)

    def __call__(self, n: int, inputs: Any, steps: Any, outputs: Any, holes: Any) -> int:
        size = min(self.longest, n // self.width * self.width)
        work = np.empty((self.registers, size))
        work[self.places] = self.constants[:, None]
        self.run(n, inputs, steps, outputs, holes, size, self.code.ctypes.data, len(self.code), work.ctypes.data)
        return n


class Coder:
    """The instructions of a program, (operation, register of the result, registers of the arguments).

    Registers are handed out again after their last use; those of constants are filled before the first line.
    """

    def __init__(self, program: Program, strict: bool) -> None:
        self.nodes = program.nodes
        self.lines: list[tuple[Any, ...]] = []
        self.free: list[int] = []
        self.registers = 0
        order = depth_first(program)
        self.constants = {i: self.taken() for i in order if self.nodes[i][0] == "const"}
        self.where = dict(self.constants)
        outputs: dict[int, list[int]] = {}
        for k, i in enumerate(program.output_nodes()):
            outputs.setdefault(i, []).append(k)
        self.pending = Counter(a for i in order for a in arguments(self.nodes[i]))  # how often each is still read
        self.pending.update(program.output_nodes())
        self.fused: set[int] = set()  # products that are done with the sum that they are part of
        sums = {} if strict else {i: f for i in order if (f := self.fusion(self.nodes[i]))}
        leaf = {i: k for k, i in enumerate(i for i, node in enumerate(self.nodes) if node[0] == "param")}
        for i in order:
            node = self.nodes[i]
            if i in self.fused:
                continue
            if node[0] == "param":
                self.write(READ, i, leaf[i])
            elif node[0] in TESTS:
                self.test(i, node)
            elif node[0] != "const":
                op, *args = sums.get(i, node)
                places = [self.where[a] for a in args]
                self.release(args)
                self.write(op, i, *places)
            for k in outputs.get(i, ()):
                self.lines.append((WRITE, 0, self.where[i], k))
                self.release([i])

    def fusion(self, node: Node) -> Node | None:
        """A sum with a product that nobody else needs as one operation; None for any other node."""
        if node[0] not in ("add", "sub"):
            return None
        op, x, y = node
        for product, other, name in (
            (y, x, "addmul" if op == "add" else "submul"),
            (x, y, "addmul" if op == "add" else "mulsub"),
        ):
            if self.nodes[product][0] == "mul" and self.pending[product] == 1:
                self.fused.add(product)
                return (name, *self.nodes[product][1:], other)
        return None

    def write(self, op: str, i: int, *places: int) -> None:
        self.where[i] = self.taken()
        self.lines.append((op, self.where[i], *places))

    def test(self, i: int, node: Node) -> None:
        """A test of several values: that the least of the single tests' outcomes is positive."""
        first, *rest = (self.where[a] for a in node[1:])
        self.write(node[0], i, first)
        for place in rest:
            one = self.taken()
            self.lines += [(node[0], one, place), ("min", self.where[i], self.where[i], one)]
            self.free.append(one)
        self.release(node[1:])

    def taken(self) -> int:
        if self.free:
            return self.free.pop()
        self.registers += 1
        return self.registers - 1

    def release(self, used: Sequence[int]) -> None:
        for a in used:
            self.pending[a] -= 1
            if not self.pending[a] and a not in self.constants:
                self.free.append(self.where[a])
