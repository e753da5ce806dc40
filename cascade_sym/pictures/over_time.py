"""Pictures of states in time: transients, and what a detector comes to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cascade_sym.errors import ParameterError, UnknownName, did_you_mean, listing
from cascade_sym.evaluate.conditional import conditional_evaluator
from cascade_sym.evaluate.evaluator import evaluator
from cascade_sym.pictures.axes import CYCLE, Artists, axes_for, math_name
from cascade_sym.plot import COLOURS, styled
from cascade_sym.solve import Covariance
from cascade_sym.solve.conditional import Riccati
from cascade_sym.solve.conditional.matrices import ConditionalCovariance
from cascade_sym.solve.motion import Transient

STROKES = ("-", "--", ":", "-.")  # one after the other: where curves coincide, each is seen


def plot_motion(
    state: Transient | ConditionalCovariance | Riccati, times: Sequence[float],
    values: Mapping[Any, Any] | None = None, *, of: Iterable[Any] | None = None, means: bool = False,
    start: Any = None, seed: int | None = None, ax: Any = None,
) -> Artists:  # fmt: skip
    """Variances over the `times`, at `values` of the parameters, with vacuum (dashed); or, with `means`, the means.

    `state` is a `transient` (of a symbol for the time), or a `conditional_covariance` or `riccati`: how the state of
    an observer narrows from the covariance matrix `start` (default: the vacuum) on; its means follow the record of a
    run, which `seed` draws at random (`ConditionalEvaluator.run`). `of` picks what is drawn:
    quadratures ("X_S"), or pairs of them, whose covariance is drawn (default: all quadratures). A coupling of a
    transient may be a function of the time, as for its evaluator.

    Raises UnknownName for a quadrature that is not there, ParameterError for a state at a fixed time, for means of an
    observer's state without a `seed` and for a `start` or `seed` that is not asked for, MissingParameter by name.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.solve.motion import transient
    >>> V = transient(Cavity("a", kappa=2), "t", {("X_a", "X_a"): 3, ("P_a", "P_a"): 1})
    >>> X, P, vacuum = plot_motion(V, [0.0, 1.0, 2.0])
    >>> X.get_ydata().round(3)
    array([3.   , 0.838, 0.546])
    """
    given = {getattr(k, "name", str(k)): v for k, v in (values or {}).items()}
    x = np.asarray(times)
    if x.ndim != 1 or not x.size or x.dtype.kind not in "iuf":
        raise ParameterError(f"times must be a list of numbers; got {times!r}.")
    x = x.astype(float)
    if isinstance(state, Transient):
        chosen = _chosen(of, state.quadratures, means)
        if seed is not None:
            raise ParameterError("a transient has no record, so nothing is drawn at random; leave seed out.")
        curves = _transient(state, x, given, chosen, means, start)
        along = state.time.name
        vacuum = float(state.conventions.vacuum)
    elif isinstance(state, ConditionalCovariance | Riccati):
        if means != (seed is not None):
            raise ParameterError(
                "the means of an observer's state follow the record of the detector: give means=True with seed=1, say, "
                "which draws the record of a run at random; variances need no seed."
            )
        chosen = _chosen(of, state.quadratures, means)
        curves, vacuum = _known(state, x, given, chosen, start, seed)
        along = "t"
    else:
        hint = " A steady state has ellipses: V.plot()." if isinstance(state, Covariance) else ""
        raise ParameterError(f"a {type(state).__name__} is no state in time; give a transient or a riccati.{hint}")
    with styled():
        (a,) = axes_for(ax)
        out = Artists()
        for k, (pair, y) in enumerate(zip(chosen, curves, strict=True), len(a.lines)):
            style = {"color": CYCLE[k % len(CYCLE)], "linestyle": STROKES[k % len(STROKES)]}
            out += a.plot(x, y, label=_label(pair, means), **style)
        if not means and any(i == j for i, j in chosen):
            out.append(a.axhline(vacuum, color=COLOURS["grey"], linewidth=0.8, linestyle="--", label="vacuum"))
        a.set_xlim(x.min(), x.max())
        a.set_xlabel(math_name(along))
        a.set_ylabel(
            "mean" if means else ", ".join(sorted({"variance" if i == j else "covariance" for i, j in chosen})[::-1])
        )
        a.legend(ncols=1 + len(chosen) // 6)
    return out


def _transient(
    V: Transient, x: np.ndarray, given: Mapping[str, Any], chosen: Sequence[tuple[str, str]], means: bool, start: Any
) -> list[np.ndarray]:
    if start is not None:
        raise ParameterError("a transient has its initial state already: it is given to cascade_sym.transient.")
    if not V.time.is_Symbol:
        raise ParameterError(f"this is the state at the time {V.time}; take it at a symbol for the time to draw it.")
    found = evaluator(V)({**given, V.time.name: x})
    return [np.broadcast_to(found.mean(i) if means else found[i, j], x.shape) for i, j in chosen]


def _known(
    state: ConditionalCovariance | Riccati, x: np.ndarray, given: Mapping[str, Any],
    chosen: Sequence[tuple[str, str]], start: Any, seed: int | None,
) -> tuple[list[np.ndarray], float]:  # fmt: skip
    f = conditional_evaluator(state)
    q = list(f.quadratures)
    scale = 2 * float(state.conventions.vacuum) if isinstance(state, ConditionalCovariance) else 1.0
    begin = np.eye(len(q)) / 2 if start is None else np.asarray(start, dtype=float) / scale
    if seed is not None:
        run, _ = f.run(begin, x.tolist(), given, seed=seed)
        return [run[:, q.index(i)] * np.sqrt(scale) for i, _ in chosen], scale / 2
    found = f.transient(begin, x.tolist(), given)
    if found.ndim != 3:
        raise ParameterError("a picture has one value of each parameter; give numbers, not arrays.")
    return [found[:, q.index(i), q.index(j)] * scale for i, j in chosen], scale / 2


def _chosen(of: Iterable[Any] | None, quadratures: Sequence[str], means: bool) -> list[tuple[str, str]]:
    given = list(quadratures) if of is None else [of] if isinstance(of, str) else list(of)
    pairs = [(p, p) if isinstance(p, str) else tuple(p) for p in given]
    unknown = {q for p in pairs for q in p} - set(quadratures)
    if unknown:
        hint = did_you_mean(unknown, quadratures)
        raise UnknownName(f"no quadrature {listing(unknown)}; there are {listing(quadratures)}.{hint}")
    if not pairs or any(len(p) != 2 or (means and p[0] != p[1]) for p in pairs):
        raise ParameterError(f"of is {of!r}; give quadratures{'' if means else ', or pairs of them'}.")
    return pairs


def _label(pair: tuple[str, str], means: bool) -> str:
    i, j = (math_name(q).strip("$") for q in pair)
    if means:
        return rf"$\langle {i} \rangle$"
    return rf"$\Delta^2 {i}$" if i == j else rf"$\langle {i}, {j} \rangle$"
