"""Whole covariance matrices as numbers: one evaluator for all elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cascade_sym.errors import UnknownName, listing
from cascade_sym.evaluate.array_libraries import namespace
from cascade_sym.saved.encoded import codec, stored, type_name
from cascade_sym.shown import Card, Shown, card
from cascade_sym.solve.covariance import pair_of


@dataclass(frozen=True)
class CovarianceValues(Shown):
    """Covariance elements at points of shape (...): `values["X_S", "X_M"]` is an array of that shape.

    Every element is nan at points without a steady state.

    >>> half = {("X_M", "X_M"): np.array(0.5), ("P_M", "P_M"): np.array(0.5)}
    >>> CovarianceValues(("X_M", "P_M"), half).variance({"X_M": 1, "P_M": 2})
    np.float64(2.5)
    """

    quadratures: tuple[str, ...]
    elements: Mapping[tuple[str, str], np.ndarray]

    def _ipython_key_completions_(self) -> list[tuple[str, str]]:
        return [(i, j) for i in self.quadratures for j in self.quadratures]

    def __getitem__(self, key: tuple[str, str]) -> np.ndarray:
        i, j = pair_of(key)
        for q in (i, j):
            if q not in self.quadratures:
                raise UnknownName(f"no quadrature {q!r}; there are {listing(self.quadratures)}.")
        e = self.elements.get((i, j), self.elements.get((j, i)))
        if e is not None:
            return e
        one = self.elements[self.quadratures[0], self.quadratures[0]]
        return self._library.where(self.missing, one, self._library.zeros_like(one))

    @property
    def _library(self) -> Any:
        """The namespace of the arrays: NumPy, or that of the arrays that the evaluator was given."""
        return namespace(self.elements[self.quadratures[0], self.quadratures[0]]) or np

    @property
    def missing(self) -> np.ndarray:
        """Where there is no steady state."""
        q = self.quadratures[0]
        return self._library.isnan(self.elements[q, q])

    @property
    def matrix(self) -> np.ndarray:
        """The covariance matrices, shape (..., 2n, 2n), in the order of `quadratures`."""
        q, stack = self.quadratures, self._library.stack
        return stack([stack([self[i, j] for j in q], axis=-1) for i in q], axis=-2)

    def variance(self, weights: Mapping[str, Any]) -> np.ndarray:
        """The variance of sum_i weights[i] q_i; weights are numbers or arrays that broadcast to the points."""
        names = list(weights)
        total = self._library.zeros_like(self[self.quadratures[0], self.quadratures[0]])
        for a, i in enumerate(names):
            for j in names[a:]:
                total = total + self[i, j] * weights[i] * weights[j] * (1 if i == j else 2)
        return total


@card.register
def _(value: CovarianceValues) -> Card:
    shape, q = np.shape(value.missing), value.quadratures
    known = [(i, j) for i in q[:4] for j in q if (i, j) in value.elements and shape == ()]
    rows = {f"({i}, {j})": value[i, j].item() for i, j in known}
    title = f"{type(value).__name__} of {', '.join(q)} at {'one point' if shape == () else f'points of shape {shape}'}"
    return Card(title, rows, f'an element: values["{q[0]}", "{q[0]}"]; all: values.matrix')


GOOD = 1e-9  # what is promised of an error over the variances; its bound is some ten times the error itself


@dataclass(frozen=True)
class BoundedValues(CovarianceValues):
    """The elements of `CovarianceValues`, with the residual of the equation solved and a bound of the error.

    `residual` is the largest element of dV/dt over the largest of the terms that cancel in it: some 1e-16
    to 1e-14. `error` bounds the error of every element V_ij over sqrt(V_ii V_jj): at most 1e-9. Both are nan, as
    every element, at points without a steady state or without a value that can be trusted.
    """

    residual: np.ndarray
    error: np.ndarray

    @property
    def missing(self) -> np.ndarray:
        return np.isnan(self.error)

    def lost(self, arrays: Mapping[str, np.ndarray]) -> int:
        """At how many points a value is missing although all the parameters, `arrays`, are numbers."""
        lost = self.missing
        for a in arrays.values() if lost.any() else ():
            lost = lost & np.isfinite(a)
        return int(lost.sum())


class CovarianceEvaluator(Shown):
    """The covariance matrix of a steady state at points; made by `evaluator`.

    `evaluate` computes all elements in one pass; `quadratures` names rows and columns.
    """

    def __init__(self, elements: tuple[tuple[str, str], ...], quadratures: tuple[str, ...], evaluate: Any) -> None:
        self.quadratures, self.parameters = quadratures, evaluate.parameters
        self._elements, self._evaluate = elements, evaluate

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> CovarianceValues:
        """The covariance at `named` (or `values`: a mapping)."""
        found = self._evaluate({**(values or {}), **named})
        found = (namespace(found[0]) or np).broadcast_arrays(*found)
        return CovarianceValues(self.quadratures, dict(zip(self._elements, found, strict=True)))


@stored.register
def _(value: CovarianceEvaluator) -> Any:
    parts = {"elements": value._elements, "quadratures": value.quadratures, "evaluate": value._evaluate}
    return {"type": type_name(CovarianceEvaluator), "fields": {k: stored(v) for k, v in parts.items()}}


codec(CovarianceEvaluator, lambda given: CovarianceEvaluator(**given))


@card.register
def _(value: CovarianceEvaluator) -> Card:
    call = f"f({', '.join(f'{n}=...' for n in value.parameters if n.isidentifier())})"
    return Card(f"CovarianceEvaluator of {', '.join(value.quadratures)}", {}, f"call: {call}")
