"""Programs compiled to vector code for the machine at hand, run on as many threads as there are cores."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, reduce
from itertools import pairwise
from operator import or_
from threading import Lock
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.flags import Flags, flag_functions, watched
from cascade_sym.evaluate.backends.numpy_blocks import NumpyKernel
from cascade_sym.evaluate.backends.vector_ir import has_angles, vector_source, with_strays
from cascade_sym.program.nodes import Program

FEWEST = 16384  # points a thread should have, so that starting it pays
Pointer = ctypes.POINTER(ctypes.c_double)


def available() -> bool:
    """Whether the compiler's library is installed."""
    try:
        import llvmlite.binding  # noqa: F401
    except ImportError:
        return False
    return True


@lru_cache(maxsize=1)
def machine() -> tuple[Any, int]:
    """The code generator for this processor, and how many doubles its vectors hold."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    width = 8 if features.get("avx512f") else 4 if features.get("avx") else 2
    target = llvm.Target.from_default_triple()
    options = {"cpu": llvm.get_host_cpu_name(), "features": features.flatten(), "opt": 2, "jit": True}
    return lambda: target.create_target_machine(**options), width


class Compiled:
    """One kernel in memory; it keeps its engine alive."""

    def __init__(self, source: str) -> None:
        import llvmlite.binding as llvm

        target = machine()[0]()
        module = llvm.parse_assembly(source)
        self._engine = llvm.create_mcjit_compiler(module, target)
        self._engine.finalize_object()
        self._target = target
        self._module = module

    def function(self, name: str = "kernel", pointers: int = 4) -> Any:
        """A function of the number of points and of pointers."""
        kind = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, *[ctypes.c_void_p] * pointers)
        return kind(self._engine.get_function_address(name))

    def assembly(self) -> str:
        """The machine's instructions, for reading."""
        return str(self._target.emit_assembly(self._module))


class CompiledKernel:
    """A compiled program; `kernel(n, inputs, outputs)` as in NumpyKernel. Compiles when first called.

    `threads` is the number of cores to use (default: all that this process may use).
    """

    def __init__(self, program: Program, threads: int | None = None, strict: bool = False) -> None:
        self.program, self.strict = program, strict
        self.leaves = program.leaves
        self.threads = threads or cores()
        self.width = machine()[1]
        self.angles = has_angles(program)
        self._forms: dict[bool, tuple[Any, Compiled]] = {}
        self._strays: tuple[Any, Compiled] | None = None
        self._compiling = Lock()

    def form(self, quick: bool) -> Any:
        """The quick or the general kernel."""
        with self._compiling:  # threads of one call may ask at the same time
            if quick not in self._forms:
                made = Compiled(vector_source(self.program, self.width, quick, self.strict))
                self._forms[quick] = made.function(), made
            return self._forms[quick][0]

    @property
    def source(self) -> str:
        """The intermediate code of the general kernel."""
        return vector_source(self.program, self.width, False, self.strict)

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        if n < self.width:
            return self._padded(n, inputs, outputs) if n else Flags(holes=False)
        ready = [self._operand(x) for x in inputs]
        pieces = max(1, min(self.threads, n // FEWEST))
        if pieces == 1:
            return self._piece(0, n, ready, outputs)
        edges = [n * k // pieces for k in range(pieces + 1)]
        with ThreadPoolExecutor(pieces) as pool:
            jobs = [pool.submit(self._piece, a, b, ready, outputs) for a, b in pairwise(edges)]
        flags = [job.result() for job in jobs]
        return reduce(or_, flags)

    def strays(self, n: int, inputs: Sequence[Any]) -> np.ndarray:
        """At which points, each computed alone, the processor tells of overflow or underflow."""
        marks = np.zeros(n, dtype=bool)
        functions = flag_functions()
        if functions is None:
            return NumpyKernel(self.program).strays(n, inputs)
        if n:
            if self._strays is None:
                source = vector_source(self.program, self.width, False, self.strict)
                made = Compiled(with_strays(source, self.program, self.width, functions[2]))
                self._strays = made.function("strays", 3), made
            ready = [self._operand(x) for x in inputs]
            steps = (ctypes.c_int64 * max(1, len(ready)))(*(s for _, s in ready))
            self._strays[0](n, addresses([address(a) for a, _ in ready]), steps, address(marks))
        return marks

    def _operand(self, x: Any) -> tuple[np.ndarray, int]:
        if getattr(x, "ndim", 0):
            return np.ascontiguousarray(x, dtype=np.float64), 1
        return np.full(self.width, float(x)), 0

    def _piece(
        self, start: int, stop: int, ready: list[tuple[np.ndarray, int]], outputs: Sequence[np.ndarray]
    ) -> Flags:
        """Points from `start` to `stop` on this thread."""
        holes = ctypes.c_int8(0)

        flags = watched(lambda: self._run(start, stop, ready, outputs, holes))
        return flags | Flags(False, bool(holes.value))

    def _run(
        self,
        start: int,
        stop: int,
        ready: list[tuple[np.ndarray, int]],
        outputs: Sequence[np.ndarray],
        holes: ctypes.c_int8,
    ) -> None:
        steps = (ctypes.c_int64 * max(1, len(ready)))(*(s for _, s in ready))
        quick = self.angles
        while start < stop:
            start = min(start, stop - self.width)
            ins = addresses([address(a) + 8 * start * s for a, s in ready])
            outs = addresses([address(o) + 8 * start for o in outputs])
            start += self.form(quick)(stop - start, ins, steps, outs, ctypes.byref(holes))
            quick = False

    def _padded(self, n: int, inputs: Sequence[Any], outputs: Sequence[np.ndarray]) -> Flags:
        """Fewer points than a vector holds: the last one repeated."""
        places = np.minimum(np.arange(self.width), n - 1)
        longer = [x[places] if getattr(x, "ndim", 0) else x for x in inputs]
        results = [np.empty(self.width) for _ in outputs]
        flags = self(self.width, longer, results)
        for out, r in zip(outputs, results, strict=True):
            out[...] = r[:n]
        return flags


def address(a: np.ndarray) -> int:
    """Where the array's first element is."""
    return int(a.__array_interface__["data"][0])


def addresses(values: list[int]) -> Any:
    """A C array of pointers."""
    return (ctypes.c_void_p * max(1, len(values)))(*values)


def cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
