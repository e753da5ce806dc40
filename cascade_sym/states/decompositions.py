"""The decompositions of Williamson and of Bloch and Messiah, as numbers.

Both are computed with as many digits as the squeezing eats, and rounded at the end. Equal eigenvalues are no exception:
eigenvectors of a Hermitian matrix are orthonormal within their space, and what is left at r = 0 gets a basis of its
own.
"""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

from cascade_sym.errors import ParameterError, UnphysicalError
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.exact_matrices import Numbers
from cascade_sym.states.state import Arrays, read_state, standard_matrix

DIGITS = 40  # beside those that the squeezing eats: twice what a double holds, and some
SYMPLECTIC = 1e-9  # of |S|^2: by how much S Omega S^T may differ from Omega, as rounding leaves it
STEPS = 6  # each doubles the digits to which a matrix is symplectic; from nine to more than are carried


def williamson(state: Any) -> tuple[np.ndarray, np.ndarray]:
    """S and nu of V = S diag(nu_1, nu_1, nu_2, nu_2, ...) S^T with a symplectic S, nu ascending.

    `state` is one covariance matrix of numbers, or a `Covariance` or SymPy matrix without parameters (order X_1, P_1,
    X_2, ..., vacuum 1/2). S is not unique: rotations of equal nu are left open. Raises ParameterError for parameters or
    a stack, UnphysicalError where V violates the uncertainty relation or is not positive definite. Source: Williamson,
    Am. J. Math. 58, 141 (1936); Simon, Chaturvedi and Srinivasan, J. Math. Phys. 40, 3632 (1999).

    >>> S, nu = williamson([[8, 0], [0, 0.5]])
    >>> nu, abs(S)
    (array([2.]), array([[2. , 0. ],
           [0. , 0.5]]))
    """
    given = read_state(state)
    if isinstance(given, Covariance):
        if given.parameters:
            raise ParameterError(f"the state has the parameters {given.parameters}; put numbers in with .subs(...).")
        exact = standard_matrix(given, given.modes).applyfunc(given.definitions.inline)
        rough = np.array(exact.evalf(30).tolist(), dtype=float)
    elif isinstance(given, Arrays) and given.values.ndim == 2:
        exact, rough = sp.Matrix(given.values.tolist()), given.values
    else:
        raise ParameterError("give one covariance matrix; for a stack, call it for each.")
    if not np.isfinite(rough).all():
        raise ParameterError("the covariance matrix has elements that are no finite numbers.")
    Numbers.of(tuple(map(str, range(len(rough) // 2))), rough)
    with mp.workdps(DIGITS + 3 * _exponent(rough)):
        V = _matrix(exact)
        values, U = mp.eigsy(V)
        if min(values) <= 0:
            raise UnphysicalError("the covariance matrix is not positive definite; its rounding has eaten a variance.")
        root = U * mp.diag([mp.sqrt(x) for x in values]) * U.T
        found, W = mp.eighe(root * _omega(V.rows) * root * mp.mpc(0, 1))
        size = V.rows // 2  # the upper half of the eigenvalues -nu, ..., nu, ascending
        S = mp.matrix(V.rows, V.rows)
        for k in range(size):
            w = W[:, size + k] * mp.sqrt(2)
            for column, part in ((2 * k, w.apply(mp.im)), (2 * k + 1, w.apply(mp.re))):
                S[:, column] = root * part / mp.sqrt(found[size + k])
        return _doubles(S), np.array([float(found[size + k]) for k in range(size)])


def bloch_messiah(symplectic: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """K, r and L of S = K diag(e^-r_1, e^r_1, e^-r_2, ...) L, with K and L orthogonal and symplectic, r >= 0
    descending.

    Any Gaussian unitary is a passive one, squeezers and a passive one. `symplectic` is a matrix of numbers in the order
    X_1, P_1, X_2, ...; ParameterError where it is not symplectic within rounding. Source: Bloch and Messiah, Nucl.
    Phys. 39, 95 (1962); Braunstein, PRA 71, 055801 (2005).

    >>> K, r, L = bloch_messiah([[2, 0], [0, 0.5]])
    >>> r, K @ np.diag([np.exp(-r[0]), np.exp(r[0])]) @ L
    (array([0.69314718]), array([[2. , 0. ],
           [0. , 0.5]]))
    """
    try:
        rough = np.asarray(symplectic, dtype=float)
    except (TypeError, ValueError):
        rough = np.zeros((0, 1))
    n = len(rough) if rough.ndim else 0
    if rough.shape != (n, n) or n % 2 or not n or not np.isfinite(rough).all():
        raise ParameterError("a symplectic matrix of n modes has 2n rows and columns of finite numbers.")
    J = np.kron(np.eye(n // 2), [[0, 1], [-1, 0]])
    off = np.abs(rough @ J @ rough.T - J).max()
    if off > SYMPLECTIC * np.linalg.norm(rough) ** 2:
        raise ParameterError(f"the matrix is not symplectic: S Omega S^T differs from Omega by {off:.3g}.")
    with mp.workdps(DIGITS + 4 * _exponent(rough)):
        S, O = _matrix(rough), _omega(n)
        for _ in range(STEPS):
            S += S * O * (S.T * O * S - O) / 2
        values, U = mp.eigsy(S * S.T)
        tiny = mp.mpf(10) ** (-DIGITS // 2)
        stretched = [k for k in range(n - 1, -1, -1) if values[k] > 1 + tiny][: n // 2]
        columns = [U[:, k] for k in stretched]
        r = [mp.log(values[k]) / 2 for k in stretched]
        while len(columns) < n // 2:  # r = 0: any passive basis of what is left
            taken = [*columns, *(O * c for c in columns)]
            rest = [_without(mp.matrix([mp.mpf(i == k) for i in range(n)]), taken) for k in range(n)]
            best = max(rest, key=mp.norm)
            columns.append(best / mp.norm(best))
            r.append(mp.mpf(0))
        K = mp.matrix(n, n)
        for k, c in enumerate(columns):
            K[:, 2 * k], K[:, 2 * k + 1] = O * c, c
        inverse = mp.diag([x for e in r for x in (mp.exp(e), mp.exp(-e))])
        return _doubles(K), np.array([float(e) for e in r]), _doubles(inverse * K.T * S)


def _without(v: Any, taken: list[Any]) -> Any:
    """A vector less its part in the span of orthonormal ones."""
    for c in taken:
        v = v - c * (c.T * v)[0]
    return v


def _matrix(rows: Any) -> Any:
    """A matrix of mpmath at its present precision."""
    given = rows.tolist()

    def number(e: Any) -> Any:
        return mp.mpf(e) if isinstance(e, float) else mp.mpf(sp.Float(sp.N(e, mp.mp.dps), mp.mp.dps)._mpf_)

    return mp.matrix([[number(e) for e in row] for row in given])


def _omega(size: int) -> Any:
    return mp.matrix(np.kron(np.eye(size // 2), [[0, 1], [-1, 0]]).tolist())


def _doubles(m: Any) -> np.ndarray:
    return np.array(m.tolist(), dtype=float)


def _exponent(m: np.ndarray) -> int:
    """How many decimal places the spread of a matrix takes."""
    large = np.abs(m).max()
    return int(np.ceil(2 * np.log10(1 + large)))
