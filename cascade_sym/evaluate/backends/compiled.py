"""Programs compiled to vector code for the machine at hand, run on as many threads as there are cores."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, reduce
from itertools import pairwise
from operator import or_
from threading import Lock
from typing import Any

import numpy as np

from cascade_sym.evaluate.backends.instructions import Instructions
from cascade_sym.evaluate.backends.numpy_blocks import Flags, NumpyKernel
from cascade_sym.evaluate.backends.vector_ir import vector_source
from cascade_sym.program.nodes import Program

# the processor's bits for overflow and underflow, and for an invalid operation
BITS = {"x86_64": (0x18, 0x01), "amd64": (0x18, 0x01), "aarch64": (0x0C, 0x01), "arm64": (0x0C, 0x01)}
LONG = 3000  # nodes of a program beyond which it is not compiled but carried out as `Instructions`
FEWEST = 16384  # points a thread should have, so that starting it pays


def available() -> bool:
    """Whether the compiler's library is installed."""
    try:
        import llvmlite.binding  # noqa: F401
    except ImportError:
        return False
    return True


@lru_cache(maxsize=1)
def flag_functions() -> tuple[Any, Any, int, int] | None:
    """The C library's feclearexcept and fetestexcept with the bits to test; None where they are not found."""
    bits = BITS.get(platform.machine().lower())
    try:
        library = ctypes.CDLL(None)
        return None if bits is None else (library.feclearexcept, library.fetestexcept, *bits)
    except (OSError, AttributeError, TypeError):
        return None


def watched(compute: Callable[[], Any]) -> Flags:
    """Runs `compute`, compiled code on this thread; which flags it raised (all, where nobody can tell)."""
    functions = flag_functions()
    if functions is None:
        compute()
        return Flags(True, True)
    clear, test, range_bits, invalid = functions
    clear(range_bits | invalid)
    compute()
    raised = test(range_bits | invalid)
    return Flags(bool(raised & range_bits), bool(raised & invalid))


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


KERNEL = [ctypes.c_int64, *[ctypes.c_void_p] * 4]  # the number of points, inputs, steps, outputs, holes


def built(source: str, types: Sequence[Any] = KERNEL) -> Any:
    """The kernel in memory, a function of arguments of these C types, which keeps its engine alive."""
    import llvmlite.binding as llvm

    target = machine()[0]()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(source), target)
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, *types)
    kernel: Any = kind(engine.get_function_address("kernel"))
    kernel.alive = engine, target
    return kernel


class CompiledKernel:
    """A compiled program; `kernel(n, inputs, outputs)` as in NumpyKernel. Compiles when first called.

    `threads` is the number of cores to use (default: all that this process may use).
    """

    def __init__(self, program: Program, threads: int | None = None, strict: bool = False) -> None:
        self.program, self.strict = program, strict
        self.leaves = program.leaves
        self.threads = threads or cores()
        self.width = machine()[1]
        self.long = len(program.nodes) > LONG
        # for which the quick form is another one
        self.angles = not self.long and bool({"sin", "cos"} & program.operations())
        self._forms: dict[bool, Any] = {}
        self._compiling = Lock()

    def form(self, quick: bool) -> Any:
        """The quick or the general kernel."""
        with self._compiling:  # threads of one call may ask at the same time
            if quick not in self._forms:
                self._forms[quick] = (
                    Instructions(self.program, self.width, self.strict)
                    if self.long
                    else built(vector_source(self.program, self.width, quick, self.strict))
                )
            return self._forms[quick]

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
        """At which points, each computed alone, a number overflows or loses digits in underflow."""
        return NumpyKernel(self.program, safe=True).strays(n, inputs)

    def _operand(self, x: Any) -> tuple[np.ndarray, int]:
        if getattr(x, "ndim", 0):
            return np.ascontiguousarray(x, dtype=np.float64), 1
        return np.full(self.width, float(x)), 0

    def _piece(
        self, start: int, stop: int, ready: list[tuple[np.ndarray, int]], outputs: Sequence[np.ndarray]
    ) -> Flags:
        """Points from `start` to `stop` on this thread."""
        holes = ctypes.c_int8(0)
        steps = (ctypes.c_int64 * max(1, len(ready)))(*(s for _, s in ready))

        def run() -> None:
            done, quick = start, self.angles
            while done < stop:
                done = min(done, stop - self.width)
                ins = addresses([address(a) + 8 * done * s for a, s in ready])
                outs = addresses([address(o) + 8 * done for o in outputs])
                done += self.form(quick)(stop - done, ins, steps, outs, ctypes.byref(holes))
                quick = False

        return watched(run) | Flags(False, bool(holes.value))

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
