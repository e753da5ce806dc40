"""Evaluators on arrays of another library (CuPy, PyTorch, JAX, ...): the program runs in the library's own operations.

What a library has to have is the array API standard, by `__array_namespace__` of its arrays or by the package
array-api-compat. Results are arrays of the same library, type and device; what the library traces (gradients, compiled
functions) goes through. Nothing is computed again in wider numbers here, as NumPy's arrays are where doubles overflow.
Source: the array API standard 2022.12, https://data-apis.org/array-api.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np

from cascade_sym.errors import ParameterError, UnstableError
from cascade_sym.evaluate.arguments import Options, common_shape, numeric
from cascade_sym.evaluate.backends.libraries import gathered, operations_over
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.results import Results
from cascade_sym.evaluate.trust import BallKernel, Guarantee
from cascade_sym.evaluate.watch import LIMIT, looked_at, lost
from cascade_sym.extras import require
from cascade_sym.program.constants import parts
from cascade_sym.program.nodes import Program

ORDINARY = (float, int, complex, np.ndarray, np.generic, list, tuple)  # what NumPy computes, quickly told
SHORT_LIMIT = 1e-2  # of a value in floats shorter than doubles: by how much it may be off without a warning


def namespace(value: Any) -> Any:
    """The array API namespace of an array of another library; None for NumPy's, numbers, and what is none.

    Raises MissingLibrary for an array that needs array-api-compat where that is not installed.
    """
    if isinstance(value, ORDINARY):
        return None
    if hasattr(value, "__array_namespace__"):
        return value.__array_namespace__()
    if not hasattr(value, "__dlpack__"):
        return None
    require(f"arrays of {type(value).__module__.partition('.')[0]}", "array_api_compat")
    from array_api_compat import array_namespace

    try:
        return array_namespace(value)
    except TypeError:  # its arrays have no arithmetic
        return None


def device(value: Any) -> Any:
    """Where an array is; None for what is being traced, which has no place yet."""
    return getattr(value, "device", None)


@dataclass(frozen=True)
class Library:
    """A namespace with the type of real results and the device of the arrays given."""

    xp: Any
    dtype: Any
    device: Any

    @property
    def name(self) -> str:
        return str(self.xp.__name__).removeprefix("array_api_compat.").partition(".")[0]

    def lift(self, value: Any, dtype: Any = None) -> Any:
        """A number or a NumPy array as an array of the library."""
        return self.xp.asarray(value, dtype=dtype or self.dtype, device=self.device)

    @property
    def complex_type(self) -> Any:
        """The complex partner of `dtype`."""
        for real, both in (("float32", "complex64"), ("float64", "complex128")):
            if self.dtype == getattr(self.xp, real, None):
                return getattr(self.xp, both)
        raise ParameterError(f"complex values need float32 or float64; the arrays of {self.name} are {self.dtype}.")

    def arrays(self, given: Mapping[str, Any], complex_names: frozenset[str]) -> dict[str, Any]:
        """All values as arrays of the library; ParameterError for a complex value of a real parameter."""
        found = {}
        for name, value in given.items():
            a = value if namespace(value) is not None else self._made(name, value)
            both = self.xp.isdtype(a.dtype, "complex floating")
            if both and name not in complex_names:
                raise ParameterError(f"{name} is a real parameter, but its values are complex; pass their real part.")
            kind = self.complex_type if both else self.dtype
            found[name] = a if a.dtype == kind else self.xp.astype(a, kind)
        return found

    def _made(self, name: str, value: Any) -> Any:
        try:
            a = numeric(value)
        except (TypeError, ValueError, OverflowError) as why:
            raise ParameterError(f"{name} must be a number or an array of numbers; got {value!r}.") from why
        return self.lift(a if a.ndim else a.item(), self.complex_type if a.dtype.kind == "c" else None)

    def run(self, program: Program, arrays: Mapping[str, Any]) -> list[Any]:
        """The value of every node: an array, or a float where it is a constant."""

        def leaf(name: str, part: str) -> Any:
            a = arrays[name]
            if not self.xp.isdtype(a.dtype, "complex floating"):
                return a if part == "re" else self.lift(0.0)
            return self.xp.imag(a) if part == "im" else self.xp.real(a)

        return program.run(lambda c: parts(c)[0], leaf, operations_over(self.xp, self.lift))

    def together(self, re: Any, im: Any) -> Any:
        """A complex array of its parts."""
        kind = self.complex_type
        return self.xp.astype(re, kind) + 1j * self.xp.astype(im, kind)


def library_of(given: Mapping[str, Any]) -> Library | None:
    """The one other library whose arrays are among the values; None where NumPy has to compute.

    The type of results is that of the floats given, the widest of them; for integers the library's own.
    Raises ParameterError for arrays of two libraries or devices.
    """
    foreign = {n: (xp, v) for n, v in given.items() if (xp := namespace(v)) is not None}
    if not foreign:
        return None
    (first, (xp, one)), *others = foreign.items()
    for name, (other, value) in others:
        if other is not xp:
            raise ParameterError(f"{first} and {name} are arrays of two libraries ({xp.__name__}, {other.__name__}).")
        if device(value) != device(one) and None not in (device(value), device(one)):
            raise ParameterError(f"{first} and {name} are on two devices ({device(one)}, {device(value)}).")
    kinds = {v.dtype for _, v in foreign.values()}
    real = [k for k in kinds if xp.isdtype(k, "real floating")]
    real += [xp.float64 if k == xp.complex128 else xp.float32 for k in kinds if xp.isdtype(k, "complex floating")]
    dtype = reduce(xp.result_type, real) if real else xp.asarray(0.0).dtype
    return Library(xp, dtype, next((d for _, v in foreign.values() if (d := device(v)) is not None), None))


def check_options(library: Library, options: Options, out: Any) -> None:
    """ParameterError for what is not done over arrays of another library."""
    to_numpy = (
        f"Convert the arrays to NumPy's for that, or leave it out: arrays of {library.name} are computed as they are"
    )
    if options.error or options.precision == "guaranteed":
        own = "; this quantity declares an accuracy, precision='double' takes what the floats give"
        said = own if options.declared else ""
        raise ParameterError(
            f"error bounds and guaranteed values are found for arrays of NumPy only. {to_numpy}{said}."
        )
    if options.backend != "numpy":
        raise ParameterError(f"backend={options.backend!r} computes numbers and arrays of NumPy. {to_numpy}.")
    if options.dtype != "float64":
        raise ParameterError(f"dtype={options.dtype!r} is for arrays of NumPy. {to_numpy}, in their own type.")
    if out is not None:
        raise ParameterError(f"arrays of {library.name} give new arrays; leave out= away.")


def over_arrays(plan: Plan, library: Library, program: Program, given: Mapping[str, Any]) -> tuple[Any, Any, list[Any]]:
    """The results in the form of the plan's target, the parameters as arrays, and the parts of the results."""
    arrays = library.arrays(given, plan.target.complex_parameters)
    xp = library.xp
    shape = common_shape(arrays)
    done = library.run(program, arrays)
    flat = [done[i] for i in program.output_nodes()]
    flat = [xp.broadcast_to(library.lift(x) if isinstance(x, float) else x, shape) for x in flat]
    results = gathered(plan, flat, library.together, lambda rows: xp.stack(rows, axis=0))
    return results, arrays, flat


def report(plan: Plan, options: Options, library: Library, arrays: Mapping[str, Any], flat: list[Any]) -> bool:
    """Warns of points without a result as evaluators on NumPy's arrays do; whether the values can be looked at.

    Those of a function that is being traced can't. Raises UnstableError where the options say so.
    """
    xp = library.xp
    nan = reduce(or_, map(xp.isnan, flat))
    try:
        some = bool(xp.any(nan))
    except TypeError:  # JAX, while it traces
        return False
    if not some:
        return True

    def counted(mask: Any) -> int:
        return int(xp.sum(xp.astype(mask, xp.int32)))

    outside, why = nan & ~nan, []
    if plan.conditions is not None:
        tests = plan.conditions.tests
        values = library.run(tests, arrays)
        for c, o in zip(plan.conditions.conditions, tests.outputs, strict=True):
            v = values[o.re] if not isinstance(values[o.re], float) else library.lift(values[o.re])
            bad = nan & (v <= 0.0 if c.strict else v < 0.0)
            outside = outside | bad
            if count := counted(bad):
                why.append(f"{c.name} fails at {count}")
    total = int(np.prod(nan.shape))
    if why:
        message = f"{counted(outside)} of {total} points lie outside the domain ({', '.join(why)})"
        if options.unstable == "raise":
            raise UnstableError(f"{message}; restrict the parameters, or use unstable='nan'.")
        warnings.warn(f"{message}; the results there are nan.", RuntimeWarning, stacklevel=4)
    known = reduce(and_, [~xp.isnan(a) for a in arrays.values()])
    if rest := counted(nan & ~outside & known):
        warnings.warn(
            f"at {rest} of {total} points a number leaves the range of {library.dtype}, or a limit would be needed: "
            "the results there are nan; arrays of NumPy are computed again in wider numbers.", RuntimeWarning,
            stacklevel=4,
        )  # fmt: skip
    return True


def lost_over(
    plan: Plan, kernel: Guarantee | BallKernel, library: Library, arrays: Mapping[str, Any], flat: list[Any]
) -> tuple[int, int, float]:
    """What `watch.lost` says of a few points, fetched from the device."""
    shape = tuple(flat[0].shape)
    size = int(np.prod(shape))
    rows = looked_at(kernel, size) if size else np.zeros(0, int)

    def at(a: Any) -> np.ndarray:
        """An array, broadcast to all points, at the rows."""
        own = [1] * (len(shape) - len(a.shape)) + list(a.shape)
        places = np.unravel_index(rows, shape) if shape else ()
        mine = np.ravel_multi_index([p % n for p, n in zip(places, own, strict=True)], own) if shape else rows
        picked = library.xp.reshape(a, (-1,))
        kind = complex if library.xp.isdtype(a.dtype, "complex floating") else float
        return np.array([kind(picked[int(k)]) for k in mine])

    try:
        few, values = {n: at(a) for n, a in arrays.items()}, [at(x) for x in flat]
    except TypeError:  # JAX, while it takes a derivative
        return 0, 0, 0.0
    sampled = Results(plan, rows.shape, np.dtype(float), False, None, few)
    for out, found in zip(sampled.flat, values, strict=True):
        out[...] = found
    doubles = library.dtype == getattr(library.xp, "float64", None)
    return lost(kernel, sampled, few, LIMIT if doubles else SHORT_LIMIT, bounded=False)
