"""How an evaluator works: everything about it that is not the formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade_sym.errors import ParameterError, listing

BACKENDS = ("numpy", "compiled", "mpmath", "jax")
PRECISIONS = ("double", "guaranteed")


@dataclass(frozen=True)
class Options:
    """Checked options; `evaluator` documents them."""

    backend: str = "numpy"
    dtype: str = "float64"
    precision: str = "double"
    rtol: float = 1e-13
    error: bool = False
    unstable: str = "nan"
    threads: int | None = None
    digits: int = 50

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


def one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ParameterError(f"{name} must be one of {listing(allowed)}; got {value!r}.")
