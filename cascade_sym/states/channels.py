"""Gaussian channels: V -> X V X^T + Y, applied to parts of a state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import sympy as sp
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym.errors import ParameterError, UnphysicalError
from cascade_sym.program.numbers import exact_number
from cascade_sym.shown import Shown
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.exact_matrices import ROUNDING, hermitian_nonnegative
from cascade_sym.states.state import (
    Arrays,
    Modes,
    chosen,
    exactly,
    read_matrix,
    read_state,
    rebuilt,
    standard_matrix,
    symmetric,
)
from cascade_sym.symbols import NOTHING, Domains, all_domains, domains_in, expression

HALF = sp.Rational(1, 2)


@dataclass(frozen=True)
class GaussianChannel(Shown):
    """A channel that takes quadratures q to X q and adds noise: V -> X V X^T + Y, in the order X_1, P_1, X_2, ...

    X and Y are square matrices of the size of the modes it acts on (vacuum 1/2). It is completely positive where Y + i
    (Omega - X Omega X^T)/2 >= 0: for numbers this is checked, UnphysicalError else (floats: up to their rounding); of
    formulas, the coefficients of its polynomial are conditions that every result carries. Ready-made: `loss`,
    `amplifier`, `noise`, `symplectic`. ParameterError for matrices that do not fit. Source: Holevo and Werner, PRA 63,
    032312 (2001); Serafini, Quantum Continuous Variables (2017), Sec. 5.3.

    >>> lossy = GaussianChannel.loss(sp.Rational(3, 4))
    >>> lossy.apply(sp.diag(2, sp.Rational(1, 8)), 1).matrix
    Matrix([
    [13/8,    0],
    [   0, 7/32]])
    >>> (lossy >> GaussianChannel.amplifier(sp.Rational(4, 3))).X
    Matrix([
    [1, 0],
    [0, 1]])
    """

    X: Any
    Y: Any
    conditions: tuple[Expr, ...] | None = field(default=None, kw_only=True)
    domains: Domains = field(default=NOTHING, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        found = [self.domains]
        floats = False
        for name in "XY":
            as_given = getattr(self, name)
            given, read = read_matrix(as_given, f"the matrix {name} of a channel")
            floats = floats or given.has(sp.Float) or isinstance(as_given, np.ndarray)
            found.append(domains_in(*given))
            object.__setattr__(self, name, ImmutableDenseMatrix(read))
        object.__setattr__(self, "domains", all_domains(found))
        size = self.X.shape[0]
        if self.X.shape != (size, size) or self.Y.shape != (size, size) or size % 2 or not size:
            raise ParameterError(f"X and Y are 2n x 2n matrices for n modes; got {self.X.shape} and {self.Y.shape}.")
        object.__setattr__(self, "Y", ImmutableDenseMatrix(symmetric(self.Y, floats, "the noise matrix Y")))
        self._check(floats)

    def _check(self, floats: bool) -> None:
        """Complete positivity: of numbers it is decided, of formulas it becomes conditions."""
        size = self.X.shape[0]
        J = sp.kronecker_product(sp.eye(size // 2), sp.Matrix([[0, 1], [-1, 0]]))
        K = (J - self.X * J * self.X.T) / 2
        good = True
        if self.conditions is None and not {*self.X.free_symbols, *self.Y.free_symbols}:
            if all(e.is_Rational for e in (*self.X, *self.Y)) and not floats:
                good = hermitian_nonnegative(exactly(self.Y), exactly(K))
            else:
                H = np.array((self.Y + sp.I * K).evalf(30).tolist(), dtype=complex)
                good = float(np.linalg.eigvalsh(H).min()) >= -ROUNDING * size * max(1.0, np.abs(H).max())
            object.__setattr__(self, "conditions", ())
        elif self.conditions is None:
            terms = (self.Y + sp.I * K).charpoly().all_coeffs()[1:]
            signed = [sp.factor(sp.expand((-1) ** (k + 1) * e)) for k, e in enumerate(terms)]
            good = not any(e.is_negative for e in signed)
            object.__setattr__(self, "conditions", tuple(e for e in signed if not e.is_number))
        if not good:
            raise UnphysicalError(
                "this is no channel: Y + i (Omega - X Omega X^T)/2 has a negative eigenvalue; add noise to Y. "
                "(Vacuum is 1/2 here, and the order X_1, P_1, X_2, ...)"
            )

    @classmethod
    def _ready(cls, X: Any, Y: Any, nonnegative: dict[str, Any], given: Sequence[Any]) -> Self:
        """A channel that is one exactly where some expressions are not negative."""
        kept = []
        for name, e in nonnegative.items():
            if e.is_negative:
                raise ParameterError(f"{name} must not be negative; here it is {e}.")
            if not e.is_nonnegative:
                kept.append(e)
        return cls(X, Y, conditions=tuple(kept), domains=all_domains([domains_in(*given)]))

    @classmethod
    def loss(cls, transmission: Any, n: Any = 0) -> Self:
        """One mode of which a share `transmission` is kept, the rest replaced by a bath of occupancy n."""
        (eta, m), given = _read(transmission=transmission, n=n)
        named = {"transmission": eta, "1 - transmission": 1 - eta, "n": m}
        return cls._ready(sp.sqrt(eta) * sp.eye(2), (1 - eta) * (m + HALF) * sp.eye(2), named, given)

    @classmethod
    def amplifier(cls, gain: Any, n: Any = 0) -> Self:
        """One mode amplified by the power `gain` >= 1 whatever its phase; its idler has the occupancy n."""
        (G, m), given = _read(gain=gain, n=n)
        return cls._ready(sp.sqrt(G) * sp.eye(2), (G - 1) * (m + HALF) * sp.eye(2), {"gain - 1": G - 1, "n": m}, given)

    @classmethod
    def noise(cls, variance: Any) -> Self:
        """One mode whose quadratures both get classical noise of that variance."""
        (v,), given = _read(variance=variance)
        return cls._ready(sp.eye(2), v * sp.eye(2), {"variance": v}, given)

    @classmethod
    def symplectic(cls, S: Any) -> Self:
        """A Gaussian unitary, from its symplectic matrix (a squeezer, a rotation, a beam splitter); no noise."""
        return cls(S, sp.zeros(*read_matrix(S, "a symplectic matrix")[1].shape))

    @property
    def modes(self) -> int:
        """How many modes it acts on."""
        return int(self.X.shape[0]) // 2

    def __rshift__(self, then: GaussianChannel) -> GaussianChannel:
        """This channel, then the other one."""
        if not isinstance(then, GaussianChannel):
            return NotImplemented
        if then.modes != self.modes:
            raise ParameterError(f"channels on {self.modes} and {then.modes} modes do not follow each other.")
        conditions = tuple(dict.fromkeys((*(self.conditions or ()), *(then.conditions or ()))))
        Y = then.X * self.Y * then.X.T + then.Y
        return GaussianChannel(then.X * self.X, Y, conditions=conditions, domains=self.domains.merged(then.domains))

    def apply(self, state: Any, modes: Modes = None) -> Any:
        """The state after the channel has acted on some of its modes (default: all), the others left as they are.

        A channel on one mode acts on each of the modes named. A `Covariance` or SymPy matrix gives a `Covariance`, an
        array of doubles an array. Raises ParameterError where the number of modes does not fit, UnknownName for a mode
        that does not exist, DomainConflict for a parameter that is declared in two ways.

        >>> GaussianChannel.noise(1).apply([[0.5, 0], [0, 0.5]])
        array([[1.5, 0. ],
               [0. , 1.5]])
        """
        given = read_state(state)
        names = chosen(given.modes, modes)
        if self.modes not in (1, len(names)):
            raise ParameterError(f"this channel acts on {self.modes} modes; {len(names)} were named: {list(names)}.")
        times = len(names) // self.modes
        X, Y = (sp.kronecker_product(sp.eye(times), m) for m in (self.X, self.Y))
        at = [2 * given.modes.index(m) + q for m in names for q in (0, 1)]
        if isinstance(given, Arrays):
            return self._on_arrays(given, at, X, Y)
        if not isinstance(given, Covariance):
            raise ParameterError("a channel acts on a Covariance, a matrix or an array.")
        definitions, moved = given.definitions.beside([*X, *Y, *(self.conditions or ())])
        V = rebuilt(given, moved, definitions=definitions)
        M, whole = standard_matrix(V, V.modes), sp.eye(2 * len(V.modes))
        for i, row in enumerate(at):
            whole[row, :] = sp.zeros(1, whole.shape[1])
            for j, column in enumerate(at):
                whole[row, column] = X[i, j]
        M = whole * M * whole.T
        for i, row in enumerate(at):
            for j, column in enumerate(at):
                M[row, column] += Y[i, j]
        q = [f"{x}_{m}" for m in V.modes for x in "XP"]
        ratio = 2 * V.conventions.vacuum
        elements = {(q[i], q[j]): M[i, j] * ratio for i in range(len(q)) for j in range(i, len(q)) if M[i, j] != 0}
        domains = definitions.domains.merged(self.domains, Domains(nonnegative=self.conditions or ()))
        return rebuilt(
            V, elements=elements, definitions=replace(V.definitions, domains=V.definitions.domains.merged(domains))
        )

    def _on_arrays(self, given: Arrays, at: Sequence[int], X: sp.Matrix, Y: sp.Matrix) -> np.ndarray:
        if free := {*self.X.free_symbols, *self.Y.free_symbols}:
            raise ParameterError(f"the channel has the parameters {sorted(map(str, free))}; an array needs numbers.")
        size = given.values.shape[-1]
        whole, added = np.eye(size), np.zeros((size, size))
        whole[np.ix_(at, at)] = np.array(X.evalf(20).tolist(), dtype=float)
        added[np.ix_(at, at)] = np.array(Y.evalf(20).tolist(), dtype=float)
        out: np.ndarray = whole @ given.values @ whole.T + added
        return (out + np.swapaxes(out, -1, -2)) / 2


def _read(**given: Any) -> tuple[list[Expr], list[Any]]:
    """Numbers and expressions, and what they were given as."""
    read = []
    for name, v in given.items():
        try:
            read.append(expression(exact_number(v)))
        except ParameterError as why:
            raise ParameterError(f"{name}: {why}") from None
    return read, [v for v in given.values() if isinstance(v, Expr)]
