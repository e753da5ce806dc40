"""Options and arguments of an evaluator: which names, which shapes, which types; every mistake has a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr

from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter, did_you_mean, listing

BACKENDS = ("numpy", "compiled", "mpmath", "jax")
PRECISIONS = ("double", "guaranteed")


@dataclass(frozen=True)
class Options:
    """Checked options; `evaluator` documents them. `declared`: the guarantee is what the quantities declare."""

    backend: str = "numpy"
    dtype: str = "float64"
    precision: str = "double"
    rtol: float = 1e-13
    error: bool = False
    unstable: str = "nan"
    threads: int | None = None
    digits: int = 50
    declared: bool = False

    def __post_init__(self) -> None:
        one_of("backend", self.backend, BACKENDS)
        one_of("precision", self.precision, PRECISIONS)
        one_of("unstable", self.unstable, ("nan", "raise", "quiet"))
        kind = np.dtype(self.dtype)
        if kind.kind != "f":
            raise ParameterError(f"dtype must be a real floating type such as float64; got {kind}.")
        careful = self.error or self.precision == "guaranteed"
        if careful and (self.backend not in ("numpy", "compiled") or kind != np.float64):
            raise ParameterError(
                "error=True and precision='guaranteed' work with dtype float64 and the backends 'numpy' and "
                f"'compiled'; got {kind} and {self.backend!r}."
            )
        if not 1e-15 <= self.rtol < 1:
            raise ParameterError(f"rtol must lie between 1e-15 and 1; got {self.rtol!r}.")
        if self.threads is not None and self.threads < 1:
            raise ParameterError(f"threads must be a positive integer; got {self.threads!r}.")
        if self.digits < 1:
            raise ParameterError(f"digits must be a positive integer; got {self.digits!r}.")

    @property
    def plain(self) -> bool:
        """Whether plain doubles are wanted, without bounds."""
        double = self.precision == "double" and self.dtype == "float64"
        return double and self.backend in ("numpy", "compiled") and not self.error


def one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ParameterError(f"{name} must be one of {listing(allowed)}; got {value!r}.")


def check_names(given: Iterable[str], wanted: Iterable[str]) -> None:
    """Raises UnknownParameter or MissingParameter, with the nearest known name where one is near."""
    have, want = set(given), set(wanted)
    if extra := have - want:
        hint = did_you_mean(extra, want - have)
        raise UnknownParameter(f"no parameter {listing(extra)}; the parameters are {listing(want)}.{hint}")
    if missing := want - have:
        raise MissingParameter(f"no value for {listing(missing)}; give every one of {listing(want)}.")


def as_arrays(values: Mapping[str, Any], complex_names: frozenset[str], dtype: Any) -> dict[str, np.ndarray]:
    """Every value as an array of `dtype` (or its complex partner for complex symbols).

    With dtype object the values stay what they are: mpmath numbers, fractions, integers.
    """
    arrays = {}
    for name, value in values.items():
        try:
            a = numbers_of_any_kind(value) if dtype is object else numeric(value)
        except (TypeError, ValueError, OverflowError, AttributeError) as why:
            raise ParameterError(f"{name} must be a number or an array of numbers; got {value!r}.") from why
        if name not in complex_names and (
            a.dtype.kind == "c" or (dtype is object and any(part_of(v, "im") != 0 for v in a.flat))
        ):
            raise ParameterError(f"{name} is a real parameter, but its values are complex; pass their real part.")
        if dtype is object:
            arrays[name] = a
            continue
        target = np.result_type(dtype, np.complex64) if name in complex_names else np.dtype(dtype)
        arrays[name] = a if a.dtype == target else a.astype(target)
    return arrays


def numeric(value: Any) -> np.ndarray:
    """`value` as an array of numbers."""
    a = np.asarray(value)
    return a if a.dtype.kind in "biufc" else np.asarray(np.frompyfunc(as_float, 1, 1)(a), dtype=np.float64)


def as_float(value: Any) -> float:
    """The double nearest to a number of any kind; TypeError for what is none (text, None)."""
    if isinstance(value, str | bytes):
        raise TypeError("text is no number")
    return float(value)


def numbers_of_any_kind(value: Any) -> np.ndarray:
    """`value` as an array of Python objects, each of them a number."""
    a = np.asarray(value, dtype=object)
    for v in a.flat:
        if not isinstance(v, Expr) and not (hasattr(v, "real") and hasattr(v, "imag")):
            raise TypeError(f"{v!r} is no number")
    return a


def part_of(v: Any, part: str) -> Any:
    """The real or imaginary part of a number of any kind."""
    if isinstance(v, Expr):
        return v.as_real_imag()[part == "im"]
    return v.imag if part == "im" else v.real


def common_shape(arrays: Mapping[str, np.ndarray]) -> tuple[int, ...]:
    """The broadcast shape; ParameterError that lists the shapes where there is none."""
    try:
        return np.broadcast_shapes(*(a.shape for a in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{n}: {a.shape}" for n, a in arrays.items() if a.ndim)
        raise ParameterError(
            f"the arrays do not broadcast together ({shapes}); give each its own axis, e.g. a[:, None] and b[None, :]."
        ) from None


def check_out(out: Any, shape: tuple[int, ...], dtype: Any, name: str) -> None:
    """Raises ParameterError unless `out` is a writable array of that shape and a type that holds the result."""
    if not isinstance(out, np.ndarray):
        raise ParameterError(f"out for {name!r} must be a NumPy array; got {type(out).__name__}.")
    if out.shape != shape:
        raise ParameterError(f"out for {name!r} has shape {out.shape}, but the result has shape {shape}.")
    if not np.can_cast(dtype, out.dtype, casting="same_kind"):
        raise ParameterError(f"out for {name!r} has type {out.dtype}, which cannot hold {np.dtype(dtype)}.")
    if not out.flags.writeable:
        raise ParameterError(f"out for {name!r} is read-only.")
