"""How mixed a state is, and how squeezed: purity, symplectic spectrum and invariants, entropy, squeezing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import arb
from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError
from cascade_sym.exact.truth import equal
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.blocks import J, Written, det, root_det
from cascade_sym.states.exact_matrices import Numbers
from cascade_sym.states.state import ACCURACY, Enclosures, Modes, computed, no_closed_form
from cascade_sym.symbols import expression

HALF = sp.Rational(1, 2)


def purity(state: Any, modes: Modes = None) -> Any:
    """Tr rho^2 = 1/(2^n sqrt(det V)) of n modes (default: all), in closed form for any number of them.

    `state` is a `Covariance` (the result is a Quantity), a SymPy matrix, or an array of covariance matrices (..., 2n,
    2n) of doubles in the order X_1, P_1, X_2, ... with vacuum 1/2, whose modes are called 1, 2, ... (the result is a
    float or an array, right to 1e-15 for the doubles given). Raises UnknownName for a mode that does not exist,
    ParameterError for what is no state, UnphysicalError where numbers violate the uncertainty relation. Source:
    Serafini, Quantum Continuous Variables (2017), Sec. 3.5.

    >>> n = sp.Symbol("n", nonnegative=True)
    >>> purity(sp.diag(n + HALF, n + HALF)).inline()
    1/(2*n + 1)
    """

    def closed(V: Covariance, names: Sequence[str]) -> Quantity:
        w = Written(V, names)
        return w.quantity("mu", 1 / (2 ** len(names) * w.root_determinant()), 0.0)

    return computed(state, [modes], closed, lambda N, names: [_purity(N)])


def _purity(N: Numbers) -> arb:
    return 1 / (2 ** len(N.modes) * N.det().sqrt())


def symplectic_spectrum(state: Any, modes: Modes = None) -> Any:
    """The symplectic eigenvalues of a state, ascending: those of |i Omega V|, each at least 1/2.

    In closed form for one and two modes, as a tuple of Quantities; arrays of numbers (see `purity`, also for the
    errors) give arrays (..., n). NoClosedForm for formulas of more modes: `symplectic_invariants` has their polynomial,
    `state_evaluator` their numbers. Source: Serafini et al., J. Phys. B 37, L21 (2004).

    >>> symplectic_spectrum([[2, 0], [0, 1/2]])
    array([1.])
    """

    def closed(V: Covariance, names: Sequence[str]) -> tuple[Quantity, ...]:
        w = Written(V, names)
        return tuple(w.quantity(f"nu_{k + 1}", e, 0.0) for k, e in enumerate(_closed_spectrum(w)))

    return computed(state, [modes], closed, lambda N, names: N.spectrum(), several=True)


def _closed_spectrum(w: Written) -> list[Expr]:
    if len(w.modes) == 1:
        return [root_det(w.matrix)]
    if len(w.modes) > 2:
        raise no_closed_form("symplectic spectrum", "symplectic_spectrum", w.modes)
    double, over, under = w.two_modes(w.matrix)
    return [sp.sqrt(under / over), sp.sqrt(double / 2)]


def symplectic_invariants(state: Covariance | sp.MatrixBase, modes: Modes = None) -> tuple[Quantity, ...]:
    """Delta_1, ..., Delta_n: the elementary symmetric polynomials of the squared symplectic eigenvalues of n modes.

    Polynomials in the elements, exact for any number of modes: det(Omega V - x) = x^2n + Delta_1 x^(2n-2) + ... +
    Delta_n, with Delta_n = det V; of two modes Delta_1 = det A + det B + 2 det C. Errors as of `purity`. Source:
    Serafini, PRL 96, 110402 (2006).

    >>> [q.inline() for q in symplectic_invariants(sp.diag(1, 1, 2, 2))]
    [5, 4]
    """

    def closed(V: Covariance, names: Sequence[str]) -> tuple[Quantity, ...]:
        w = Written(V, names)
        found = invariants(w, w.matrix)
        return tuple(w.quantity(f"Delta_{k}", e) for k, e in enumerate(found) if k)

    def refused(*_: Any) -> Any:
        raise ParameterError("symplectic invariants are for formulas; of numbers take symplectic_spectrum(...).")

    found: tuple[Quantity, ...] = computed(state, [modes], closed, refused)
    return found


def invariants(w: Written, M: sp.Matrix) -> list[Expr]:
    """1, Delta_1, ..., Delta_n of a matrix over the definitions of w."""
    size = M.shape[0] // 2
    omega = sp.kronecker_product(sp.eye(size), J)
    square = (-((omega * M) ** 2)).applyfunc(sp.expand)  # its eigenvalues are nu^2, each twice
    power, sums = square, []
    for k in range(size):
        sums.append(w.named("p", sp.Add(*(power[i, i] for i in range(2 * size))) / 2))  # of nu^(2k)
        power = power * square if k + 1 < size else power
    found: list[Expr] = [sp.S.One]
    for k in range(1, size + 1):  # Newton's identities
        found.append(sp.Add(*((-1) ** (i - 1) * found[k - i] * sums[i - 1] for i in range(1, k + 1))) / k)
    return found


def entropy(state: Any, modes: Modes = None, base: Expr | int | None = None) -> Any:
    """The von Neumann entropy, sum of (nu + 1/2) log(nu + 1/2) - (nu - 1/2) log(nu - 1/2); see `purity` for `state`.

    Natural logarithm unless `base` is given. A Quantity for one and two modes, NoClosedForm for formulas of more. Where
    a mode may be pure, x log x is written as x log max(x, 1 - sgn x), which is 0 there. Errors as of `purity`. Source:
    Holevo, Sohma and Hirota, PRA 59, 1820 (1999).

    >>> entropy([[1.5, 0], [0, 1.5]], base=2)
    2.0
    >>> entropy(sp.diag(2, sp.Rational(1, 8))).inline()
    0
    """
    unit = logarithm_unit(base)

    def closed(V: Covariance, names: Sequence[str]) -> Quantity:
        w = Written(V, names)
        return w.quantity("S", _closed_entropy(w) / unit, ACCURACY)

    return computed(state, [modes], closed, lambda N, names: [_entropy(N) / in_base(unit)], atol=1e-15)


def logarithm_unit(base: Expr | int | None) -> Expr:
    """What a natural logarithm is divided by; ParameterError for what is no base."""
    if base is None:
        return sp.S.One
    e = expression(base)
    if e.is_number and not (e.is_real and e > 1):
        raise ParameterError(
            f"the base of a logarithm is {base!r}; give a number above 1, or None for the natural one."
        )
    return sp.log(e)


def in_base(e: Expr) -> arb:
    """The unit of a logarithm as a ball."""
    from cascade_sym.program import read
    from cascade_sym.program.balls import Balls, lifted

    if e.free_symbols:
        raise ParameterError(f"numbers need a base that is a number; got {e}.")
    ball = lifted(read(e).run(Balls(), {})[0])
    assert isinstance(ball, arb)
    return ball


def _closed_entropy(w: Written) -> Expr:
    spectrum = _closed_spectrum(w)
    if equal(w.quantity("D", 4 ** len(w.modes) * w.determinant()), 1):
        return sp.S.Zero
    return sp.Add(*((nu + HALF) * sp.log(nu + HALF) - _times_log(nu - HALF) for nu in spectrum if nu != HALF))


def _times_log(x: Expr) -> Expr:
    """x log x, with its limit 0 where x >= 0 vanishes."""
    return x * sp.log(x if x.is_number else sp.Max(x, 1 - sp.sign(x)))


def _entropy(N: Numbers) -> arb:
    return sum((_self_information(nu + arb(1) / 2) - _self_information(nu - arb(1) / 2) for nu in N.spectrum()), arb(0))


def _self_information(x: arb) -> arb:
    """x log x, for x >= 0; what is below 0 is what rounding has left of 0."""
    if x > 0:
        return x * x.log()
    if x <= 0:
        return arb(0)
    top = x.abs_upper()
    low = top * top.log() if top > 0 and top < arb(1) / 4 else arb(0)
    return low.union(arb(0)) if top < arb(1) / 4 else arb(0).union(arb("inf"))


def mutual_information(state: Any, first: Modes, second: Modes, base: Expr | int | None = None) -> Any:
    """S(A) + S(B) - S(AB) of two parts of a state, each a mode or several; `base`, `state` and errors as of `entropy`.

    >>> mutual_information([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]], 1, 2)
    0.0
    """
    unit = logarithm_unit(base)

    def closed(V: Covariance, one: Sequence[str], two: Sequence[str]) -> Quantity:
        both = Written(V, (*one, *two))
        e = _closed_entropy(Written(V, one)) + _closed_entropy(Written(V, two)) - _closed_entropy(both)
        return both.quantity("I", e / unit, ACCURACY)

    def number(N: Numbers, one: tuple[str, ...], two: tuple[str, ...]) -> list[arb]:
        return [(_entropy(N.part(one)) + _entropy(N.part(two)) - _entropy(N)).max(arb(0)) / in_base(unit)]

    return computed(state, [first, second], closed, number, atol=1e-15)


@dataclass(frozen=True)
class Squeezing:
    """The best squeezed quadrature X cos(angle) + P sin(angle) of a mode: Quantities, or numbers for a state of
    numbers.

    `variance` is its variance (vacuum 1/2), `stretched` that of the quadrature at right angles; `degree` is the
    variance over that of vacuum, below 1 where the mode is squeezed, and `decibels` is -10 log10 of it. The angle lies
    in (-pi/2, pi/2]; of a state without a direction it is 0
    (a formula that has one elsewhere is nan at such a point).

    >>> squeezing([[0.125, 0], [0, 2]]).degree
    0.25
    """

    variance: Any
    stretched: Any
    angle: Any
    degree: Any
    decibels: Any


def squeezing(state: Any, mode: Modes = None) -> Squeezing:
    """The optimal squeezing angle and degree of one mode; `state` (here of one mode where none is named) and errors as
    of `purity`.

    For vacuum in other conventions than 1/2, the variances are still in units where it is 1/2.

    >>> x = sp.Symbol("x", positive=True)
    >>> squeezing(sp.diag(x, 1/x)).variance.subs({"x": 2}).inline()
    1/2
    """

    def one(names: Sequence[str]) -> None:
        if len(names) != 1:
            raise ParameterError(f"the squeezing angle is one mode's; name one of {', '.join(map(repr, names))}.")

    def closed(V: Covariance, names: Sequence[str]) -> list[Quantity]:
        one(names)
        w = Written(V, names)
        x, p, c = w.matrix[0, 0], w.matrix[1, 1], w.matrix[0, 1]
        large = (x + p + sp.sqrt((x - p) ** 2 + 4 * c**2)) / 2
        small = det(w.matrix) / large
        angle = sp.S.Zero if x == p and c == 0 else sp.atan2(-c, (p - x) / 2) / 2
        found = {"variance": small, "stretched": large, "angle": angle, "degree": 2 * small}
        found["decibels"] = -10 * sp.log(2 * small) / sp.log(10)
        return [w.quantity(k, e, ACCURACY if k == "decibels" else 0.0) for k, e in found.items()]

    def number(N: Numbers, names: Sequence[str]) -> list[arb]:
        one(names)
        m = N.matrix
        small, large = N.eigenvalues()
        y, x = arb(-m[0, 1]), arb(m[1, 1] - m[0, 0]) / 2
        angle = arb(0) if y == 0 and x == 0 else arb.atan2(y, x) / 2
        return [small, large, angle, 2 * small, -10 * (2 * small).log() / arb(10).log()]

    found = computed(state, [mode], closed, number, several=True, atol=1e-15)
    if isinstance(found, Enclosures):
        return found  # type: ignore[return-value]
    if isinstance(found, list):
        return Squeezing(*found)
    return Squeezing(*(x if x.ndim else float(x) for x in np.moveaxis(found, -1, 0)))
