"""Figures of any number of modes as functions of the parameters: elements in balls, figures of their middles."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from flint import acb, arb, fmpq

from cascade_sym.errors import MissingParameter, ParameterError, UnknownParameter, did_you_mean, listing
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.bipartite import duan, log_negativity, negativity, steering
from cascade_sym.states.blocks import Written
from cascade_sym.states.exact_matrices import Numbers, built, rational, settled
from cascade_sym.states.metric import mean_values, quantum_fisher_information, the_parameter
from cascade_sym.states.mixedness import Squeezing, entropy, mutual_information, purity, squeezing, symplectic_spectrum
from cascade_sym.states.multipartite import ppt
from cascade_sym.states.state import chosen, gaussian_state, rebuilt
from cascade_sym.symbols import is_complex_symbol

FIGURES = (
    purity, symplectic_spectrum, entropy, mutual_information, squeezing, log_negativity, negativity, duan, ppt,
    steering, quantum_fisher_information,
)  # fmt: skip


class Outside(Exception):
    """A condition fails for certain; its name is the argument."""


def state_evaluator(figure: Callable[..., Any], state: Any, *parts: Any, **options: Any) -> StateEvaluator:
    """A function of the parameters of a state that returns a figure of it, for any number of modes.

    `figure` is `purity`, `symplectic_spectrum`, `entropy`, `mutual_information`, `squeezing`, `log_negativity`,
    `negativity`, `duan`, `ppt`, `steering` or `quantum_fisher_information`; `parts` and `options` are what it takes
    after the state. Called with one keyword a parameter (numbers or arrays that broadcast) it computes each point in
    ball arithmetic, at the precision that is needed: right to 1e-15 of the figure (logarithms: or to 1e-15), for the
    doubles given. The Fisher information has no such bound: two precisions agree to 1e-13. What can't be told, and a
    point outside the domain, is nan, and a warning counts these points. A spectrum has one more axis, `squeezing` gives
    a `Squeezing` of arrays. It takes about a millisecond a point: use `evaluator` where there is a closed form. Raises
    UnknownParameter and MissingParameter by name, ParameterError for another figure or state.

    >>> import sympy as sp
    >>> from cascade_sym.states.bipartite import log_negativity
    >>> r = sp.Symbol("r", real=True)
    >>> c, s = sp.cosh(2*r)/2, sp.sinh(2*r)/2
    >>> pair = sp.Matrix([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])
    >>> state_evaluator(log_negativity, pair, 1, 2)(r=[0, 1, 20])
    array([ 0.,  2., 40.])
    """
    V = state if isinstance(state, Covariance) else gaussian_state(state)
    if figure not in FIGURES:
        known = listing(f.__name__ for f in FIGURES)
        raise ParameterError(f"{figure!r} is no figure that is known here; give one of {known}.")
    return StateEvaluator(figure, V, parts, options)


class StateEvaluator:
    """A figure of a state as a function of its parameters. Made by `state_evaluator`."""

    def __init__(
        self, figure: Callable[..., Any], V: Covariance, parts: tuple[Any, ...], options: Mapping[str, Any]
    ) -> None:
        self.figure, self.parts, self.options = figure, parts, dict(options)
        self.bounded = figure is not quantum_fisher_information
        spoken = parts if self.bounded else parts[1:]
        named = [m for p in (*spoken, *(v for k, v in options.items() if k == "modes")) for m in chosen(V.modes, p)]
        self.modes = tuple(m for m in V.modes if m in named) if named else V.modes
        w = Written(rebuilt(V), self.modes)
        self.size = 2 * len(self.modes)
        self.places = [(i, j) for i in range(self.size) for j in range(i, self.size)]
        elements = [w.matrix[p] for p in self.places]
        if not self.bounded:
            if len(parts) not in (1, 2) or set(options) - {"modes", "mean"}:
                raise ParameterError(
                    "of the Fisher information give the parameter, the modes if not all, and the mean."
                )
            mean = mean_values(self.options.pop("mean", None), self.size)
            x = the_parameter(V, parts[0], mean)
            slopes = w.slopes(x)
            elements += [*(slopes[p] for p in self.places), *(e.diff(x) for e in mean)]
        strict, weak = w.V.definitions.domains.about(w.V.parameters).conditions
        self.conditions = [(e, True) for e in (*V.stability, *strict)] + [(e, False) for e in (*V.nonnegative, *weak)]
        every = [*elements, *(e for e, _ in self.conditions)]
        self._calculation = read(*every, definitions=w.V.definitions.needed(*every))
        symbols = w.V.definitions.parameters(*every)
        self._complex = {s.name for s in symbols if is_complex_symbol(s)}
        self.parameters = tuple(sorted(s.name for s in symbols))

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
        """The figure at `named` (or `values`: a mapping)."""
        given = {**(values or {}), **named}
        if extra := set(given) - set(self.parameters):
            raise UnknownParameter(
                f"no parameter {listing(extra)}; there are {listing(self.parameters)}."
                f"{did_you_mean(extra, self.parameters)}"
            )
        if lacking := set(self.parameters) - set(given):
            raise MissingParameter(f"a value is missing for {listing(lacking)}.")
        arrays = {}
        for name, value in given.items():
            try:
                arrays[name] = np.asarray(value, dtype=complex if name in self._complex else float)
            except (TypeError, ValueError):
                raise ParameterError(f"{name} needs real numbers; got {value!r}.") from None
        try:
            shape = np.broadcast_shapes(*(a.shape for a in arrays.values()))
        except ValueError:
            raise ParameterError(f"the shapes of {listing(arrays)} do not fit together.") from None
        flat = {n: np.broadcast_to(a, shape).reshape(-1) for n, a in arrays.items()}
        rows: list[list[float]] = []
        outside: dict[str, int] = {}
        lost = 0
        for k in range(int(np.prod(shape))):
            point = {n: a[k] for n, a in flat.items()}
            rows.append([])
            if not all(np.isfinite(v) for v in point.values()):
                continue
            try:
                rows[-1] = self._at(point)
            except Outside as why:
                outside[str(why)] = outside.get(str(why), 0) + 1
            except Undecided:
                lost += 1
        self._warn(outside, lost, len(rows))
        width = max((len(r) for r in rows), default=0) or 1
        found = np.array([r or [np.nan] * width for r in rows]).reshape(*shape, width)
        columns = [c if c.ndim else float(c) for c in np.moveaxis(found, -1, 0)]
        if self.figure is squeezing:
            return Squeezing(*(columns if width > 1 else columns * 5))
        return columns[0] if self.figure is not symplectic_spectrum else found

    def _warn(self, outside: Mapping[str, int], lost: int, total: int) -> None:
        if outside:
            why = ", ".join(f"{name} at {count}" for name, count in outside.items())
            count = sum(outside.values())
            warnings.warn(
                f"{count} of {total} points lie outside the domain ({why}); the results there are nan.",
                RuntimeWarning, stacklevel=3,
            )  # fmt: skip
        if lost:
            warnings.warn(
                f"the figure at {lost} of {total} points can't be told at any precision; it is nan.", RuntimeWarning,
                stacklevel=3,
            )  # fmt: skip

    def _at(self, point: Mapping[str, Any]) -> list[float]:
        exact = {
            n: acb(arb(rational(v.real)), arb(rational(v.imag))) if n in self._complex else rational(v)
            for n, v in point.items()
        }
        return settled(lambda final: self._attempt(exact, final), agree=not self.bounded)

    def _attempt(self, point: Mapping[str, Any], final: bool) -> tuple[list[arb], float]:
        values = [_real(x) for x in self._calculation.run(Balls(), point)]
        count = len(values) - len(self.conditions)
        for (e, strict), x in zip(self.conditions, values[count:], strict=True):
            if bool(x < 0) or (strict and (bool(x <= 0) or (final and not x > 0))):
                raise Outside(f"{e} {'>' if strict else '>='} 0 fails")
            if strict and not x > 0:
                raise Undecided("a condition is undecided")
        N = self._numbers(values[:count])
        if N.spectrum()[0] < arb(1) / 2:
            raise Outside("the uncertainty relation fails")
        found = self.figure(N, *(self.parts if self.bounded else (None, *self.parts[1:])), **self.options)
        return found, getattr(found, "atol", 0.0)

    def _numbers(self, values: list[arb]) -> Numbers:
        """The middles of the elements, and by how much they spread in the order of positive matrices."""
        many = len(self.places)

        def matrix(part: list[arb]) -> Any:
            table = {p: _middle(x) for p, x in zip(self.places, part, strict=True)}
            return built(self.size, self.size, lambda i, j: table[min(i, j), max(i, j)])

        N = Numbers(self.modes, matrix(values[:many]))
        if not N.definite:
            raise Undecided("the matrix is not positive at this precision")
        off = sum(
            (x.rad() ** 2 * (1 if i == j else 2) for (i, j), x in zip(self.places, values[:many], strict=True)), arb(0)
        )
        inverse = N.matrix.inv()
        norm = sum((arb(e) ** 2 for e in inverse.entries()), arb(0))
        spread = (off * norm).sqrt()
        if not spread < arb(1) / 4:
            raise Undecided("the elements are not known well enough")
        if self.bounded:
            return replace(N, spread=spread)
        along = tuple(map(_middle, values[2 * many :]))
        return replace(N, spread=spread, slopes=matrix(values[many : 2 * many]), moved=along)

    def __repr__(self) -> str:
        return f"StateEvaluator({self.figure.__name__}; {', '.join(self.parameters)})"


def _real(x: Any) -> arb:
    ball = lifted(x)
    if isinstance(ball, acb):
        if not ball.imag.contains(0):
            raise Outside("an element is complex")
        return ball.real
    return ball


def _middle(x: arb) -> fmpq:
    if not x.is_finite():
        raise Undecided("an element is not finite")
    mantissa, exponent = x.mid().man_exp()
    power = fmpq(2) ** abs(int(exponent))
    return fmpq(mantissa) * power if exponent >= 0 else fmpq(mantissa) / power
