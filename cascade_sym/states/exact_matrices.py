"""Covariance matrices of numbers: exact rationals, and figures of them in balls.

The symplectic eigenvalues are roots of the characteristic polynomial of Omega V, which is exact and even; its roots are
isolated with their multiplicities, so that neither equal eigenvalues nor strong squeezing cost a digit. A matrix that
is itself known in balls only is its middle times 1 +- `spread`, in the order of positive matrices: symplectic
eigenvalues, those of Schur complements, ordinary eigenvalues and determinants are monotonous in it, and lie within the
same factor (to the power of the size, for a determinant).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import flint
import numpy as np
from flint import arb, fmpq, fmpq_mat, fmpz_poly

from cascade_sym.errors import UnphysicalError
from cascade_sym.program.balls import Undecided

FIRST_BITS, LAST_BITS = 64, 4096  # from a little more than a double to what squeezing by e^600 needs
AGREEMENT = 1e-13  # of two precisions, where a figure has no bound
RTOL = 1e-15  # of a figure: a double holds no more
# of the largest element times the size: by how much rounding may break the uncertainty relation
ROUNDING = 8 * 2.0**-53
HALF = fmpq(1, 2)


def rational(x: float) -> fmpq:
    """A double, exactly."""
    return fmpq(*float(x).as_integer_ratio())


def built(rows: int, columns: int, entry: Callable[[int, int], Any]) -> fmpq_mat:
    return fmpq_mat(rows, columns, [entry(i, j) for i in range(rows) for j in range(columns)])


def omega(modes: int) -> fmpq_mat:
    """The symplectic form in the order X_1, P_1, X_2, ..."""
    sign = {1: fmpq(1), -1: fmpq(-1)}
    return built(2 * modes, 2 * modes, lambda i, j: sign[j - i] if i // 2 == j // 2 and i != j else fmpq(0))


def roots(matrix: fmpq_mat) -> list[tuple[Any, int]]:
    """The distinct eigenvalues of a matrix with their multiplicities, at flint's precision."""
    above, below = matrix.numer_denom()
    found: list[Any] = above.charpoly().complex_roots()
    return [(r / below, k) for r, k in found]


def imaginary_pairs(matrix: fmpq_mat) -> list[arb]:
    """The sizes of the eigenvalues +- i w of a matrix, each pair once, ascending."""
    above, below = matrix.numer_denom()
    even = fmpz_poly(above.charpoly().coeffs()[::2])
    every: list[Any] = even.complex_roots()
    found = [arb(-r.real if hasattr(r, "real") else -r) for r, k in every for _ in range(k)]
    return sorted((square_root(w) / below for w in found), key=lambda w: float(w.mid()))


def square_root(x: arb) -> arb:
    """Of what is not negative, or is so by rounding alone."""
    if x > 0:
        return x.sqrt()
    top = arb(0) if x <= 0 else x.abs_upper().sqrt() / 2
    return arb(top.mid(), top.abs_upper())


def nonnegative(matrix: fmpq_mat, strictly: bool = False) -> bool:
    """Whether a symmetric matrix is positive semidefinite: the coefficients of its polynomial change sign."""
    coefficients = matrix.numer_denom()[0].charpoly().coeffs()
    signed = [c * (-1) ** k for k, c in enumerate(reversed(coefficients))]
    return all(c > 0 if strictly else c >= 0 for c in signed)


def hermitian_nonnegative(real: fmpq_mat, imaginary: fmpq_mat) -> bool:
    """Whether a Hermitian matrix, given by its parts, is positive semidefinite."""
    n = real.nrows()

    def entry(i: int, j: int) -> Any:
        block = real if (i < n) == (j < n) else imaginary
        return -block[i % n, j % n] if i < n <= j else block[i % n, j % n]

    return nonnegative(built(2 * n, 2 * n, entry))


@dataclass(frozen=True)
class Numbers:
    """A covariance matrix over modes: vacuum 1/2, in the order X_1, P_1, X_2, ...; see the module's docstring.

    `slopes` is its derivative and `moved` that of the mean values, where these are asked for.
    """

    modes: tuple[str, ...]
    matrix: fmpq_mat
    spread: arb = field(default_factory=lambda: arb(0))
    slopes: fmpq_mat | None = None
    moved: tuple[fmpq, ...] = ()

    @classmethod
    def of(cls, modes: tuple[str, ...], V: np.ndarray) -> Numbers:
        """Of a matrix of doubles; UnphysicalError where it violates the uncertainty relation by more than rounding."""
        size = V.shape[0]
        J = np.kron(np.eye(size // 2), [[0, 1], [-1, 0]])
        lowest = float(np.linalg.eigvalsh(V + 0.5j * J).min())
        if lowest < -ROUNDING * size * np.abs(V).max():
            raise UnphysicalError(
                "the covariance matrix violates the uncertainty relation: the smallest eigenvalue of V + i Omega/2 is "
                f"{lowest:.3g}, below 0. Vacuum is 1/2 here, and the order X_1, P_1, X_2, ...; convert it first."
            )
        return cls(modes, built(size, size, lambda i, j: rational(V[i, j])))

    @property
    def definite(self) -> bool:
        return nonnegative(self.matrix, strictly=True)

    @property
    def physical(self) -> bool:
        """Whether the uncertainty relation holds, exactly."""
        return hermitian_nonnegative(self.matrix, omega(len(self.modes)) * HALF)

    def places(self, modes: Iterable[str]) -> list[int]:
        """Rows of the quadratures of modes."""
        return [2 * k + q for k in map(self.modes.index, modes) for q in (0, 1)]

    def block(self, rows: Sequence[str], columns: Sequence[str]) -> fmpq_mat:
        at, to = self.places(rows), self.places(columns)
        return built(len(at), len(to), lambda i, j: self.matrix[at[i], to[j]])

    def part(self, modes: tuple[str, ...]) -> Numbers:
        """The state of some modes, in that order."""
        if modes == self.modes:
            return self
        slopes = None if self.slopes is None else replace(self, matrix=self.slopes).block(modes, modes)
        moved = tuple(self.moved[k] for k in self.places(modes)) if self.moved else ()
        return replace(self, modes=modes, matrix=self.block(modes, modes), slopes=slopes, moved=moved)

    def given(self, known: tuple[str, ...], rest: tuple[str, ...]) -> Numbers:
        """The Schur complement: the covariance of `rest` once the best estimate from `known` is subtracted."""
        C = self.block(known, rest)
        return replace(
            self, modes=rest, matrix=self.block(rest, rest) - C.transpose() * self.block(known, known).solve(C)
        )

    def transposed(self, modes: Iterable[str]) -> Numbers:
        """The partial transpose: the momenta of some modes are reversed."""
        odd = set(self.places(modes)[1::2])
        size = self.matrix.nrows()
        return replace(
            self, matrix=built(size, size, lambda i, j: self.matrix[i, j] * (-1) ** ((i in odd) + (j in odd)))
        )

    @property
    def factor(self) -> arb:
        """1 +- spread."""
        return arb(1, self.spread.abs_upper()) if self.spread else arb(1)

    def spectrum(self) -> list[arb]:
        """The symplectic eigenvalues, ascending."""
        return [w * self.factor for w in imaginary_pairs(omega(len(self.modes)) * self.matrix)]

    def eigenvalues(self) -> list[arb]:
        """The ordinary eigenvalues, ascending."""
        found = [
            arb(r.real if hasattr(r, "real") else r) * self.factor for r, k in roots(self.matrix) for _ in range(k)
        ]
        return sorted(found, key=lambda x: float(x.mid()))

    def det(self) -> arb:
        above, below = self.matrix.numer_denom()
        return arb(above.det()) / arb(below) ** above.nrows() * self.factor ** above.nrows()


def log_sum(spectrum: Iterable[arb]) -> arb:
    """The sum of max(0, -log(2 nu))."""
    return sum(((1 / (2 * nu)).max(arb(1)).log() for nu in spectrum), arb(0))


def _agree(new: list[float], old: list[float] | None) -> bool:
    return old is not None and bool(np.allclose(new, old, rtol=AGREEMENT, atol=0))


def settled(compute: Callable[[bool], tuple[list[arb], float]], agree: bool = False) -> list[float]:
    """The doubles next to what `compute` gives at flint's precision, which grows until they are right to 1e-15.

    (Or to the absolute error that it gives beside them; it is told when the precision does not grow any more.) With
    `agree`, two precisions have to give the same. Undecided where no precision tells.
    """
    bits, before = FIRST_BITS, flint.ctx.prec
    last: list[float] | None = None
    while bits <= LAST_BITS:
        try:
            flint.ctx.prec = bits
            found, atol = compute(2 * bits > LAST_BITS)
            shown = [float(x.mid()) if not x.contains(0) else 0.0 for x in found]
            if all(good(x, atol) for x in found) and (not agree or _agree(shown, last)):
                return shown
            last = shown
        except (Undecided, ZeroDivisionError):
            pass
        finally:
            flint.ctx.prec = before
        bits *= 2
    raise Undecided("a figure can't be told at any precision")


def good(x: arb, atol: float) -> bool:
    """Whether a ball is as small as figures promise."""
    if not x.is_finite():
        return bool(x > arb(2) ** 2000)  # infinite for certain
    return bool(x.rad() <= arb(RTOL) * abs(x.mid())) or bool(x.rad() <= arb(atol))
