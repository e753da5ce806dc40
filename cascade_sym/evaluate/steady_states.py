"""Steady-state covariances of networks as numbers: the Lyapunov equation at many points, each error with a bound.

No formula of the covariance is derived: drift and noise of each independent sector are evaluated at a block of points,
and their Lyapunov equations solved by doubling, in compiled batches or in NumPy. A sector without preferred phase is
solved in its complex amplitudes, half as many as quadratures.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr

from cascade_sym.compose.detection import detection
from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UnstableError
from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape, one_of
from cascade_sym.evaluate.backends import compiled
from cascade_sym.evaluate.backends.batches import lanes
from cascade_sym.evaluate.backends.lyapunov_kernel import Place, by_numpy, steady
from cascade_sym.evaluate.covariances import GOOD, BoundedValues
from cascade_sym.evaluate.evaluator import Evaluator, evaluator
from cascade_sym.saved.encoded import codec, stored, type_name
from cascade_sym.shown import Card, Shown, card
from cascade_sym.solve.complex_pairs import pair
from cascade_sym.solve.conditional.filtering import from_detection
from cascade_sym.solve.conditional.riccati import Riccati, Sector
from cascade_sym.symbols import is_complex_symbol
from cascade_sym.system.network import System

BLOCK = 1 << 22  # numbers of all matrices at the points that are worked on together: 32 MB


def covariance_evaluator(system: System, backend: str = "numpy", *, unstable: str = "nan") -> SteadyEvaluator:
    """A function of the parameters that returns the steady-state covariance at each point, with a bound of its error.

    For networks whose formulas would be long: no formula is derived, the Lyapunov equation A V + V A^T + N = 0 is
    solved at each point. Called with one keyword a parameter (numbers or arrays that broadcast), it returns
    `BoundedValues` (vacuum 1/2, elements by quadratures, as of `covariance`). Points without a steady state, or
    without a value known to 1e-9 of its variances, are nan and counted in a warning; UnstableError with
    `unstable="raise"`, nothing said with "quiet". `backend` is that of `evaluator` ("numpy", "compiled").

    Raises ParameterError for another backend or a system without modes; the call raises UnknownParameter and
    MissingParameter by name. Source: Smith, SIAM J. Appl. Math. 16, 198 (1968).

    >>> from cascade_sym.parts import Cavity, Squeezer
    >>> f = covariance_evaluator(Squeezer("s", chi="chi", kappa=1) >> Cavity("c", kappa="kappa"))
    >>> V = f(chi=[0.0, 0.25], kappa=2.0)
    >>> V["X_s", "X_s"], bool((V.error < 1e-14).all())
    (array([0.5, 1. ]), True)
    """
    one_of("backend", backend, ("numpy", "compiled"))
    one_of("unstable", unstable, ("nan", "raise", "quiet"))
    problem = from_detection(detection(system, ()))
    if not problem.modes:
        raise ParameterError("the system has no modes, so it has no covariance; its light is in `light_state`.")
    return SteadyEvaluator(problem, backend, unstable)


@dataclass(frozen=True)
class Block:
    """A sector as real expressions: the places (row, column, part) of A and N, and the sums of the moduli of the terms
    of A.
    """

    sector: Sector

    @cached_property
    def entries(self) -> dict[str, dict[Place, Expr]]:
        found: dict[str, dict[Place, Expr]] = {"A": {}, "N": {}, "moduli": {}}
        for name, m in (("A", self.sector.A), ("N", self.sector.N)):
            for i, j in np.ndindex(*m.shape):
                z = pair(m[i, j])
                parts = {(i, j, 0): z.re} | ({(i, j, 1): z.im} if self.sector.circular else {})
                found[name] |= {k: e for k, e in parts.items() if e != 0}
                if name == "A" and (terms := [t for e in parts.values() for t in sp.Add.make_args(e) if t != 0]):
                    found["moduli"][i, j, 0] = sp.Add(*map(sp.Abs, terms))
        return found

    @property
    def shape(self) -> tuple[int, int, int]:
        n = len(self.sector.nodes)
        return n, n, 1 + self.sector.circular

    def elements(self, place: Mapping[str, int]) -> dict[tuple[str, str], tuple[Place, int]]:
        """For each pair of quadratures, in order, the place of its moment and its sign.

        An amplitude is (x + i s p)/sqrt2 with s = -1 for an adjoint operator.
        """
        n = len(self.sector.nodes)
        names = [f"{q.q}_{q.mode}" for q in self.sector.quadratures]
        out: dict[tuple[str, str], tuple[Place, int]] = {}
        for i in range(n):
            for j in range(i, n):
                if not self.sector.circular:
                    found = {(names[i], names[j]): ((i, j, 0), 1)}
                else:
                    s, t = (-1 if getattr(self.sector.nodes[k], "dag", False) else 1 for k in (i, j))
                    (x, p), (y, q) = names[2 * i : 2 * i + 2], names[2 * j : 2 * j + 2]
                    found = {(x, y): ((i, j, 0), 1), (p, q): ((i, j, 0), s * t)}
                    found |= {(x, q): ((i, j, 1), -t), (p, y): ((i, j, 1), s)} if i != j else {}
                out |= {k if place[k[0]] <= place[k[1]] else k[::-1]: v for k, v in found.items()}
        return out


class SteadyEvaluator(Shown):
    """Steady-state covariances at many points. Made by `covariance_evaluator`."""

    def __init__(self, problem: Riccati, backend: str = "numpy", unstable: str = "nan") -> None:
        self.problem, self.backend, self.unstable = problem, backend, unstable
        self.quadratures = problem.quadratures
        self.blocks = tuple(Block(s) for s in problem.sectors)
        self.parameters = tuple(sorted(s.name for s in problem.parameters))
        self._complex = frozenset(s.name for s in problem.parameters if is_complex_symbol(s))
        self._compiled = backend == "compiled" and compiled.available()
        _ = self._entries  # mistakes in the formulas, and a missing compiler, show here

    @cached_property
    def _entries(self) -> Evaluator | None:
        """Those entries of the matrices that are formulas."""
        found = {
            f"{k} {name} {place}": Quantity("entry", e, self.problem.definitions)
            for k, b in enumerate(self.blocks) for name, table in b.entries.items() for place, e in table.items()
            if not e.is_number
        }  # fmt: skip
        return evaluator(found, self.backend, unstable="quiet") if found else None

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> BoundedValues:
        """The covariance at `named` (or `values`: a mapping)."""
        given = {**(values or {}), **named}
        check_names(given, self.parameters)
        arrays = as_arrays(given, self._complex, np.dtype(float))
        shape = common_shape(arrays)
        out = self._at(arrays, shape)
        if self.unstable != "quiet" and (count := out.lost(arrays)):
            message = (
                f"{count} of {prod(shape)} points have no steady state, or none that is known to {GOOD:g}: a mode "
                "grows, is undamped, or nearly so, or a value lies outside what its symbol declares"
            )
            if self.unstable == "raise":
                raise UnstableError(f"{message}; restrict the parameters, or use unstable='nan'.")
            warnings.warn(f"{message}; the results there are nan.", RuntimeWarning, stacklevel=2)
        return out

    def _at(self, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> BoundedValues:
        count = prod(shape)
        width = lanes() if self._compiled else 1
        full = -(-count // width) * width
        error, residual = np.zeros(full), np.zeros(full)
        place = {q: k for k, q in enumerate(self.quadratures)}
        known = [b.elements(place) for b in self.blocks]
        moments = [{p: np.empty(full) for p, _ in table.values()} for table in known]
        size = max(width, BLOCK // max(1, sum(map(len, self._given))) // width * width)
        for start in range(0, full, size):
            rows = slice(start, min(start + size, full))
            found = self._formulas(arrays, shape, np.minimum(np.arange(rows.start, rows.stop), count - 1))
            for k, mine in enumerate(moments):
                out = {p: x[rows] for p, x in mine.items()}
                off, rest = self._solved(k, found, out, rows.stop - rows.start)
                np.maximum(error[rows], off, out=error[rows])
                np.maximum(residual[rows], rest, out=residual[rows])
        bad = ~(error <= GOOD)
        if bad.any():
            for x in (error, residual, *(m for mine in moments for m in mine.values())):
                x[bad] = np.nan
        elements = {
            key: (mine[p] if sign > 0 else -mine[p])[:count].reshape(shape)
            for table, mine in zip(known, moments, strict=True) for key, (p, sign) in table.items()
        }  # fmt: skip
        found_ones = (x[:count].reshape(shape) for x in (residual, error))
        return BoundedValues(self.quadratures, elements, *found_ones)

    def _formulas(
        self, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...], rows: np.ndarray
    ) -> Mapping[str, np.ndarray]:
        """The entries that are formulas at points, each an array of them."""
        if self._entries is None:
            return {}
        places = np.unravel_index(rows, shape) if shape else ()
        some = {n: arrays[n] for n in self._entries.parameters}
        at = {n: a if a.size == 1 else np.broadcast_to(a, shape)[places] for n, a in some.items()}
        return {
            n: np.ascontiguousarray(np.broadcast_to(x.reshape(-1), rows.size)) for n, x in self._entries(at).items()
        }

    @cached_property
    def _given(self) -> tuple[tuple[tuple[str, Place, str | float], ...], ...]:
        """The elements of each sector that are not zero: matrix, place, and a formula's name or a number."""
        return tuple(
            tuple(
                (name, p, float(e) if e.is_number else f"{k} {name} {p}")
                for name, table in b.entries.items() for p, e in table.items()
            )
            for k, b in enumerate(self.blocks)
        )  # fmt: skip

    def _solved(
        self, k: int, found: Mapping[str, np.ndarray], out: Mapping[Place, np.ndarray], count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Fills the moments of a sector at `count` points; bounds of their errors, and residuals."""
        n, _, parts = self.blocks[k].shape
        if self._compiled:
            tables: dict[str, dict[Place, np.ndarray]] = {}
            for name, p, x in self._given[k]:
                tables.setdefault(name, {})[p] = np.full(lanes(), x) if isinstance(x, float) else found[x]
            return steady(n, parts, tables, out, count)
        stacks = {name: np.zeros((count, n, n), complex if parts == 2 else float) for name in ("A", "N")}
        stacks["moduli"] = np.zeros((count, n, n))
        for name, (i, j, c), x in self._given[k]:
            stacks[name][:, i, j] += (1, 1j)[c] * (x if isinstance(x, float) else found[x])
        V, off, rest = by_numpy(*stacks.values())
        for (i, j, c), moment in out.items():
            moment[...] = V[:, i, j].imag if c else V[:, i, j].real
        return off, rest


@stored.register
def _(value: SteadyEvaluator) -> Any:
    fields = {"problem": stored(value.problem), "backend": value.backend, "unstable": value.unstable}
    return {"type": type_name(SteadyEvaluator), "fields": fields}


codec(SteadyEvaluator, lambda given: SteadyEvaluator(**given))


@card.register
def _(value: SteadyEvaluator) -> Card:
    call = f"f({', '.join(f'{n}=...' for n in value.parameters if n.isidentifier())})"
    return Card(f"SteadyEvaluator of {', '.join(value.quadratures)}", {}, f"call: {call}")
