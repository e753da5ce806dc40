"""Two-time functions of systems without a closed form as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Matrix

from cascade_sym.errors import ParameterError
from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape
from cascade_sym.evaluate.matrices_at_points import Stacks
from cascade_sym.solve.motion import flow
from cascade_sym.spectra.correlation import OpenCorrelation


class CorrelationEvaluator:
    """A two-time function at points of the parameters and delays, to the digits of doubles; made by `evaluator`.

    Called with one keyword a parameter (numbers or arrays that broadcast); complex values. Points without a steady
    state are nan, with a warning. Raises ParameterError for a delay of the wrong sign.
    """

    def __init__(self, target: OpenCorrelation, backend: str = "numpy") -> None:
        self.target = target
        at = Matrix([[target.delay]])
        self._stacked = Stacks(
            {"weights": target.weights, "drift": target.drift, "moments": target.moments, "at": at},
            target.definitions, target.domain, ("moments",), backend,
        )  # fmt: skip
        self.parameters = self._stacked.parameters

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
        """The value at `named` (or `values`: a mapping)."""
        given = {**(values or {}), **named}
        check_names(given, self.parameters)
        arrays = as_arrays(given, self._stacked.complex, np.dtype(float))
        shape = common_shape(arrays)
        m = self._stacked(arrays, shape)
        at = m["at"][..., 0, 0]
        if (at < 0).any():
            raise ParameterError(f"the size of a delay is {at.min()}: {self.target.delay} must not be negative.")
        E = flow.over(m["drift"], np.zeros_like(m["drift"]), at).E
        return (m["weights"] @ E @ m["moments"])[..., 0, 0]

    def __repr__(self) -> str:
        return f"CorrelationEvaluator({self.target.name}; {', '.join(self.parameters)})"
