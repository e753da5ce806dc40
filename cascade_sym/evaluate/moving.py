"""Covariances and means in time as numbers: any system, closed form or not, with couplings that change in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from sympy import Matrix

from cascade_sym.errors import ParameterError, UnknownName, listing
from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape
from cascade_sym.evaluate.covariances import CovarianceValues
from cascade_sym.evaluate.matrices_at_points import Stacks
from cascade_sym.solve.motion import Transient, flow


@dataclass(frozen=True)
class TransientValues(CovarianceValues):
    """Covariance elements at points of shape (...), and the `means` of the quadratures there."""

    means: Mapping[str, np.ndarray]

    def mean(self, name: str) -> np.ndarray:
        """The mean of a quadrature; UnknownName for one that does not exist."""
        if name not in self.means:
            raise UnknownName(f"no quadrature {name!r}; there are {listing(self.quadratures)}.")
        return self.means[name]


class TransientEvaluator:
    """The covariance and the means at points of the parameters and times; made by `evaluator` of a `Transient`.

    Called with one keyword a parameter (numbers or arrays that broadcast). A parameter may also be a function of the
    time, `g=lambda t: ...`: a coupling that is switched, swept or pulsed; then the times are a list that increases and
    the other parameters single numbers, and what the initial state depends on is taken at time 0. Constant systems are
    solved to the digits of doubles, others to 1e-11 of the largest element, over smooth pieces and jumps. Raises
    ParameterError for a time before zero, DerivationError where a function has no value.

    >>> from cascade_sym.evaluate import evaluator
    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.solve.motion import transient
    >>> import sympy as sp
    >>> e = evaluator(transient(Cavity("a"), sp.Symbol("t"), {"X_a": 1}))
    >>> e(kappa_a=lambda t: 2 * t, t=[0.0, 1.0, 2.0]).mean("X_a").round(6)
    array([1.      , 0.606531, 0.135335])
    """

    def __init__(self, V: Transient, backend: str = "numpy") -> None:
        if backend not in ("numpy", "compiled"):
            raise ParameterError(f"a covariance in time has the backends 'numpy' and 'compiled'; got {backend!r}.")
        problem, begin = V.problem, V.begin
        assert problem is not None and begin is not None
        means = Matrix([begin.means.get(q, 0) for q in problem.quadratures])
        self.target, self.quadratures = V, V.quadratures
        self._stacked = Stacks(
            {"drift": extended(problem.drift, problem.drive), "diffusion": extended(problem.diffusion),
             "start": extended(begin.matrix), "displaced": Matrix([*means, 1]), "at": Matrix([[V.time]])},
            V.definitions, V.stability, ("start",), backend,
        )  # fmt: skip
        self.parameters = tuple(s.name for s in V.parameters)
        self._scale = float(2 * V.conventions.vacuum)

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> TransientValues:
        """The covariance at `named` (or `values`: a mapping)."""
        given = {**(values or {}), **named}
        check_names(given, self.parameters)
        functions = {n: f for n, f in given.items() if callable(f)}
        if functions:
            return self._driven({n: v for n, v in given.items() if n not in functions}, functions)
        arrays = as_arrays(given, self._stacked.complex, np.dtype(float))
        if self.target.time.is_Symbol:
            _not_before_zero(arrays[self.target.time.name])
        shape = common_shape(arrays)
        m = self._stacked(arrays, shape)
        _not_before_zero(m["at"])
        moved = flow.over(m["drift"], m["diffusion"], m["at"][..., 0, 0])
        return self._values(moved.moved(m["start"]), moved.E @ m["displaced"])

    def _values(self, V: np.ndarray, means: np.ndarray) -> TransientValues:
        q, scale = self.quadratures, self._scale
        place = {n: k for k, n in enumerate(self._own_order)}
        elements = {
            (i, j): V[..., place[i], place[j]] * scale for a, i in enumerate(q) for j in q[a:]
        }  # fmt: skip
        return TransientValues(q, elements, {n: means[..., place[n], 0] * scale**0.5 for n in q})

    @cached_property
    def _own_order(self) -> list[str]:
        return [f"{q}_{m}" for m in self.target.modes for q in "XP"]

    def _driven(self, given: Mapping[str, Any], functions: Mapping[str, Callable[[float], Any]]) -> TransientValues:
        t = self.target.time
        if not t.is_Symbol or t.name in functions:
            raise ParameterError(
                "couplings that are functions of the time need a covariance at a time that is a symbol."
            )
        arrays = as_arrays(given, self._stacked.complex, np.dtype(float))
        times = arrays[t.name]
        single = {n: a for n, a in arrays.items() if n != t.name}
        if any(a.ndim for a in single.values()) or times.ndim > 1 or (np.diff(np.atleast_1d(times)) < 0).any():
            raise ParameterError(
                "with couplings that are functions of the time, give single numbers for the other parameters and "
                f"{t.name} as a number or a list that increases."
            )
        _not_before_zero(times)

        def at(when: np.ndarray) -> dict[str, np.ndarray]:
            changing = {n: [f(float(x)) for x in when] for n, f in functions.items()}
            numbers = as_arrays(changing, self._stacked.complex, np.dtype(float))
            return self._stacked({**single, **numbers, t.name: when}, when.shape)

        first = at(np.zeros(1))
        V, means, now = first["start"][0], first["displaced"][0], 0.0
        found = []
        for x in np.atleast_1d(times):
            moved = flow.driven(lambda when: ((m := at(when))["drift"], m["diffusion"]), V, now, float(x))
            V, means, now = moved.moved(V), moved.E @ means, float(x)
            found.append((V, means))
        shape = times.shape
        stacks = (np.stack([f[k] for f in found]) for k in (0, 1))
        return self._values(*(s.reshape(*shape, *s.shape[1:]) for s in stacks))

    def __repr__(self) -> str:
        return f"TransientEvaluator({', '.join(self.quadratures)}; {', '.join(self.parameters)})"


def extended(m: Matrix, column: Matrix | None = None) -> Matrix:
    """With one more quadrature, the constant 1, by which forces act on the others."""
    n = m.rows
    column = sp.zeros(n, 1) if column is None else column
    return Matrix.vstack(Matrix.hstack(Matrix(m), Matrix(column)), sp.zeros(1, n + 1))


def _not_before_zero(times: np.ndarray) -> None:
    if (times < 0).any():
        raise ParameterError(
            f"a time is {times.min()}; the state is given at time 0 and followed from there: give t >= 0."
        )
