"""Evaluators: formulas as fast functions of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cascade_sym.errors import ParameterError, listing
from cascade_sym.evaluate.arguments import as_arrays, check_names, check_out, common_shape, flat
from cascade_sym.evaluate.backends.numpy_blocks import NumpyKernel
from cascade_sym.evaluate.backends.python_source import readable
from cascade_sym.evaluate.program import Program, operation_counts, read_program
from cascade_sym.evaluate.targets import Target, from_plain, read_target

BACKENDS = ("numpy",)


def evaluator(
    target: Any, backend: str = "numpy", *, outputs: Sequence[str] | None = None, dtype: Any = None
) -> Evaluator:
    """A function of the parameters of `target` that broadcasts over arrays, like a NumPy ufunc.

    `target` is an expression, a `Quantity`, `Definitions`, or a mapping or sequence of expressions and
    quantities, whose results then share one pass and come back as a dict or a tuple. `outputs` picks
    results or definitions by name. `dtype` is the type of real results (default float64); complex ones have
    its complex partner.

    Raises ParameterError for an unknown backend or target, OutsideExactDomain for an expression without a
    numerical meaning. The evaluator itself raises UnknownParameter, MissingParameter and ParameterError by
    name.

    >>> import sympy as sp
    >>> x, y = sp.symbols("x y")
    >>> f = evaluator(sp.sqrt(x) + y)
    >>> f(x=[1.0, 4.0], y=1)
    array([2., 3.])
    """
    return Evaluator(read_target(target, outputs), backend, dtype)


class Evaluator:
    """A compiled formula; call it with one keyword a parameter. Made by `evaluator`."""

    def __init__(self, target: Target, backend: str, dtype: Any) -> None:
        if backend not in BACKENDS:
            raise ParameterError(f"backend must be one of {listing(BACKENDS)}; got {backend!r}.")
        self.target = target
        self.backend = backend
        self.dtype = np.dtype(np.float64 if dtype is None else dtype)
        if self.dtype.kind != "f":
            raise ParameterError(f"dtype must be a real floating type such as float64; got {self.dtype}.")
        self.parameters = target.parameters
        self.program: Program = read_program(target.definitions, dict(target.outputs))
        self._kernel = NumpyKernel(self.program, self.dtype)

    def __call__(self, values: Mapping[str, Any] | None = None, /, *, out: Any = None, **named: Any) -> Any:
        """The result at `named` (or `values`: a mapping, for parameters whose names are no keywords)."""
        given = {**(values or {}), **named}
        check_names(given, self.parameters)
        arrays = as_arrays(given, self.target.complex_parameters, self.dtype)
        shape = common_shape(arrays)
        size = int(np.prod(shape))
        spread = {n: flat(a, shape) for n, a in arrays.items()}
        inputs = [
            np.imag(spread[n]) if part == "im" else np.real(spread[n]) for n, part in self._kernel.leaves
        ]
        parts = [np.empty(size, self.dtype) for _ in self.program.output_nodes()]
        self._kernel(size, inputs, parts)
        return self._handed_back(parts, shape, out)

    def _handed_back(self, parts: list[np.ndarray], shape: tuple[int, ...], out: Any) -> Any:
        rest = iter(parts)
        results: dict[str, Any] = {}
        for o in self.program.outputs:
            re = next(rest)
            value = (
                re if o.im is None else re + np.result_type(self.dtype, np.complex64).type(1j) * next(rest)
            )
            results[o.name] = value.reshape(shape)
        if out is not None:
            for name, given in outs_by_name(out, self.target).items():
                check_out(given, shape, results[name].dtype, name)
                given[...] = results[name]
            return out
        results = {n: v if shape else v[()] for n, v in results.items()}
        if self.target.form == "single":
            return next(iter(results.values()))
        return results if self.target.form == "mapping" else tuple(results.values())

    @property
    def source(self) -> str:
        """The computation as readable Python, with the names of the definitions."""
        return readable(
            self.program, self.target.outputs[0][0] if self.target.form == "single" else "evaluate"
        )

    @property
    def operations(self) -> int:
        """How many arithmetic operations one point costs."""
        return sum(operation_counts(self.program).values())

    @property
    def operation_counts(self) -> dict[str, int]:
        """The operations for one point by kind."""
        return operation_counts(self.program)

    def __repr__(self) -> str:
        names = ", ".join(n for n, _ in self.target.outputs)
        return f"Evaluator({names}; {', '.join(self.parameters)}; backend={self.backend!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return rebuilt, (self.target.data(), self.backend, self.dtype.str)


def outs_by_name(out: Any, target: Target) -> dict[str, Any]:
    """The arrays that `out` offers, by result name; ParameterError unless it has the form of the results."""
    names = [n for n, _ in target.outputs]
    if target.form == "single":
        return {names[0]: out}
    if target.form == "mapping":
        if not isinstance(out, Mapping) or set(out) != set(names):
            raise ParameterError(f"out must be a mapping with an array for each of {listing(names)}.")
        return dict(out)
    if not isinstance(out, Sequence) or len(out) != len(names):
        raise ParameterError(f"out must be a sequence of {len(names)} arrays, one for each result.")
    return dict(zip(names, out, strict=True))


def rebuilt(data: Any, backend: str, dtype: str) -> Evaluator:
    """An evaluator from plain data: what unpickling calls. The code is generated anew from the
    definitions.
    """
    return Evaluator(from_plain(data), backend, dtype)
