"""Covariances of temporal modes as numbers, for any envelope that decays and any system.

The response to an envelope, dy/dt = A y + m f(t), is solved panel by panel by collocation at Gauss points, as are the
integrals over it; the panels are halved until nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from sympy import Matrix

from cascade_sym.errors import DerivationError, ParameterError
from cascade_sym.evaluate.arguments import as_arrays, check_names, common_shape
from cascade_sym.evaluate.covariances import CovarianceValues
from cascade_sym.evaluate.evaluator import evaluator
from cascade_sym.evaluate.matrices_at_points import Stacks
from cascade_sym.operators import op
from cascade_sym.solve.motion.flow import GAUSS, gauss
from cascade_sym.spectra.envelope import TIME
from cascade_sym.spectra.temporal import TemporalModes
from cascade_sym.symbols import expression

FIRST, LAST, SAME = 16, 4096, 1e-12  # panels of a segment, and what may change from one number of them to the next
GONE = 1e-16  # of an envelope where it is cut off
REACH = 2.0 ** np.arange(-20, 60)  # times at which an envelope is looked at for where it is gone: any unit


class TemporalEvaluator:
    """The covariance of temporal modes at points of the parameters; made by `evaluator`.

    Raises ParameterError for an envelope that does not decay, DerivationError for one that decays too slowly (less than
    exponentially) or is not smooth between its ends.
    """

    def __init__(self, V: TemporalModes, backend: str = "numpy") -> None:
        work, self.target, self.quadratures = V.work, V, V.quadratures
        assert work is not None
        self.ops = [(name, dag) for name in V.modes for dag in (False, True)]
        forms = [op(V.filtered[name][0], dag=dag) for name, dag in self.ops]
        q = work.problem.quadratures
        splits, moments = [work.split(f) for f in forms], [work.moments(f, left=False, ordered=False) for f in forms]
        white = [[work.white(x[1], y[1], ordered=False) for y in splits] for x in splits]
        self._stacked = Stacks(
            {"drift": work.problem.drift, "weights": Matrix([[w.get(k, 0) for k in q] for w, _ in splits]),
             "moments": Matrix([[m.get(k, 0) for m in moments] for k in q]), "white": Matrix(white)},
            V.definitions, V.stability, ("moments",), backend,
        )  # fmt: skip
        self._shapes = {k: evaluator(expression(e.shape.xreplace({e.time: TIME}))) for k, (_, e) in V.filtered.items()}
        self._ends = {k: [evaluator(expression(x)) for x in (e.start, e.end) if x.is_finite is not False]
                      for k, (_, e) in V.filtered.items()}  # fmt: skip
        names = {*self._stacked.parameters, *(n for f in self._shapes.values() for n in f.parameters)}
        names |= {n for ends in self._ends.values() for f in ends for n in f.parameters}
        self.parameters = tuple(sorted(names - {TIME.name}))

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> CovarianceValues:
        """The covariance at `named` (or `values`: a mapping)."""
        given = {**(values or {}), **named}
        check_names(given, self.parameters)
        arrays = as_arrays(given, self._stacked.complex, np.dtype(float))
        shape = common_shape(arrays)
        m = self._stacked({n: arrays[n] for n in self._stacked.parameters}, shape)
        size = 2 * len(self.target.modes)
        out = np.full((*shape, size, size), np.nan)
        for at in np.ndindex(*shape):
            point = {n: np.broadcast_to(a, shape)[at] for n, a in arrays.items()}
            here = {n: np.broadcast_to(x, (*shape, *x.shape[-2:]))[at] for n, x in m.items()}
            if all(np.isfinite(x).all() for x in here.values()):
                out[at] = self._at(point, here)
        q = self.quadratures
        return CovarianceValues(q, {(i, j): out[..., a, b] for a, i in enumerate(q) for b, j in enumerate(q) if a <= b})

    def _at(self, point: Mapping[str, Any], m: Mapping[str, np.ndarray]) -> np.ndarray:
        supports = {name: self._support(name, point) for name in self.target.modes}
        cuts = np.unique([x for s in supports.values() for x in s])
        count, before = FIRST, None
        while count <= LAST:
            segments = [np.linspace(a, b, count, endpoint=False) for a, b in pairwise(cuts)]
            edges = np.concatenate([*segments, cuts[-1:]])
            now = self._integrated(point, m, supports, edges)
            if before is not None and np.abs(now - before).max() <= SAME * np.abs(now).max():
                return now
            count, before = 2 * count, now
        raise DerivationError("the envelopes are not smooth between their ends, or far slower than the system.")

    def _envelope(self, name: str, point: Mapping[str, Any], t: np.ndarray) -> np.ndarray:
        f = self._shapes[name]
        found = f({n: (t if n == TIME.name else point[n]) for n in f.parameters})
        return np.broadcast_to(np.asarray(found, complex), t.shape)

    def _support(self, name: str, point: Mapping[str, Any]) -> tuple[float, float]:
        """From where to where an envelope is not negligible."""
        e = self.target.filtered[name][1]
        finite = [float(f({n: point[n] for n in f.parameters})) for f in self._ends[name]]
        start, end = (x.is_finite is not False for x in (e.start, e.end))
        ends = [finite[0] if start else None, finite[-1] if end else None]
        origin = finite[0] if finite else 0.0
        for side, way in ((0, -1), (1, 1)):
            if ends[side] is None:
                with np.errstate(all="ignore"):
                    size = np.abs(self._envelope(name, point, np.concatenate([origin + way * REACH, [origin]])))
                size = np.where(np.isfinite(size), size, np.inf if size[~np.isnan(size)].size == 0 else 0.0)
                large = np.flatnonzero(size[:-1] > GONE * size.max())
                if large.size and large[-1] > len(REACH) - 12:
                    raise ParameterError(
                        f"the envelope {e.shape} is not square-integrable, or decays too slowly to be integrated: "
                        "give an interval, Envelope(shape, start=..., end=...)."
                    )
                ends[side] = origin + way * float(REACH[large[-1] + 1] if large.size else REACH[0])
        return float(ends[0]), float(ends[1])  # type: ignore[arg-type]

    def _integrated(
        self, point: Mapping[str, Any], m: Mapping[str, np.ndarray], supports: Mapping[str, Any], edges: np.ndarray
    ) -> np.ndarray:
        x, w, integrals = gauss()
        h = np.diff(edges)
        t = edges[:-1, None] + h[:, None] * x
        f = {}
        for name, (a, b) in supports.items():
            inside = (t >= a) & (t <= b)
            shape = np.where(inside, self._envelope(name, point, np.where(inside, t, a).ravel()).reshape(t.shape), 0)
            norm = (h[:, None] * w * np.abs(shape) ** 2).sum()
            f[name, True] = shape / np.sqrt(norm)
            f[name, False] = f[name, True].conj()  # F = int f* b dt
        both = np.stack([f[k] for k in self.ops])  # (ops, panels, points)
        n = len(m["drift"])
        y = np.zeros((n, len(self.ops)), complex)
        J = np.zeros((len(self.ops),) * 2, complex)
        solved: dict[float, np.ndarray] = {}
        for p, step in enumerate(h):
            key = float(f"{step:.15e}")
            if key not in solved:
                big = np.eye(GAUSS * n) - step * np.einsum("kl,ij->kilj", integrals, m["drift"]).reshape(GAUSS * n, -1)
                solved[key] = np.linalg.inv(big)
            force = m["moments"] * both[:, p].T[:, None, :]  # (points, n, ops)
            right = y + step * np.einsum("kl,lio->kio", integrals, force)
            Y = (solved[key] @ right.reshape(GAUSS * n, -1)).reshape(GAUSS, n, -1)
            J += step * np.einsum("k,ak,ai,kib->ab", w, both[:, p], m["weights"], Y)
            y = y + step * np.einsum("k,kio->io", w, m["drift"] @ Y + force)
        overlap = np.einsum("apk,bpk,p,k->ab", both, both, h, w)
        self._require_orthogonal(overlap)
        S = J + J.T + m["white"] * overlap
        turn = np.kron(np.eye(len(self.ops) // 2), np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2))
        return (turn @ S @ turn.T).real

    def _require_orthogonal(self, overlap: np.ndarray) -> None:
        modes = self.target.modes
        for a, i in enumerate(modes):
            for b, j in enumerate(modes[:a]):
                same = self.target.filtered[i][0] == self.target.filtered[j][0]
                if same and abs(overlap[2 * a, 2 * b + 1]) > 1e-9:
                    raise ParameterError(f"the envelopes of {j!r} and {i!r} overlap: their modes do not commute.")

    def __repr__(self) -> str:
        return f"TemporalEvaluator({', '.join(self.quadratures)}; {', '.join(self.parameters)})"
