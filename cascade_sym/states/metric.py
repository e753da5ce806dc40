"""How different two states are: the fidelity, and the quantum Fisher information of a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, fmpq, fmpq_mat
from sympy import Expr, Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UnknownParameter, did_you_mean, listing
from cascade_sym.exact import is_zero
from cascade_sym.program.numbers import exact_number
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.blocks import J, Written, det
from cascade_sym.states.exact_matrices import HALF, Numbers, built, imaginary_pairs, omega, rational, square_root
from cascade_sym.states.state import (
    Arrays,
    Enclosures,
    Modes,
    at_points,
    chosen,
    no_closed_form,
    read_state,
    rebuilt,
    standard_matrix,
)
from cascade_sym.symbols import expression

QUARTER = sp.Rational(1, 4)


def fidelity(first: Any, second: Any, modes: Modes = None, *, means: Sequence[Any] | None = None) -> Any:
    """F = (Tr sqrt(sqrt(rho) sigma sqrt(rho)))^2 of two Gaussian states: 1 for equal ones, 0 for orthogonal ones.

    Both states are given alike: as `Covariance`s or SymPy matrices (the result is a Quantity, in closed form for one
    and two modes; equal names are equal modes and parameters), or as arrays of doubles (any number of modes). `means`
    are the mean values of X_1, P_1, X_2, ... of both states (default: equal); vacuum is 1/2. Errors as of `purity`, and
    ParameterError for states or means that do not fit. Source: Scutaru, J. Phys. A 31, 3659 (1998); Marian and Marian,
    PRA 86, 022340 (2012); Banchi, Braunstein and Pirandola, PRL 115, 260501 (2015).

    >>> fidelity([[0.5, 0], [0, 0.5]], [[1.5, 0], [0, 1.5]])
    0.5
    >>> fidelity(sp.eye(2)/2, sp.eye(2)/2, means=([0, 0], [2, 0])).inline()
    exp(-2)
    """
    one, two = read_state(first), read_state(second)
    if type(one) is not type(two) and not (isinstance(one, Covariance) and isinstance(two, Covariance)):
        raise ParameterError(
            "the states are a formula and numbers; give both as Covariance or SymPy matrix, or as arrays."
        )
    names = chosen(one.modes, modes)
    if names != chosen(two.modes, names if modes is None else modes) or (
        modes is None and len(two.modes) != len(names)
    ):
        raise ParameterError(
            f"the states have the modes {listing(one.modes)} and {listing(two.modes)}; name common ones."
        )
    apart = _difference(means, 2 * len(names))
    if isinstance(one, Covariance) and isinstance(two, Covariance):
        return _closed_fidelity(one, two, names, apart)
    if not all(e.is_number for e in apart):
        raise ParameterError("the means of states that are numbers are numbers, too.")
    exact = [rational(float(e)) for e in apart]

    stacks = [s for s in (one, two) if isinstance(s, Arrays)]
    return at_points(stacks, names, lambda both: [_fidelity(both[0], both[1], exact)])


def _difference(means: Sequence[Any] | None, size: int) -> list[Expr]:
    """The mean values of the second state less those of the first."""
    if means is None:
        return [sp.S.Zero] * size
    try:
        one, two = ([expression(exact_number(e)) for e in mean] for mean in means)
    except (TypeError, ValueError):
        one = two = []
    if len(one) != size or len(two) != size:
        raise ParameterError(f"means are two lists of {size} mean values, X_1, P_1, ... of each state; got {means!r}.")
    return [b - a for a, b in zip(one, two, strict=True)]


def _fidelity(one: Numbers, two: Numbers, apart: Sequence[fmpq]) -> arb:
    """The product of w + sqrt(w^2 - 1) over sqrt(det(V_1 + V_2)); +- i w are the eigenvalues of 2 V_aux Omega."""
    O = omega(len(one.modes))
    total = Numbers(one.modes, one.matrix + two.matrix)
    auxiliary = O.transpose() * total.matrix.solve(O * fmpq(1, 4) + two.matrix * O * one.matrix)
    sizes = imaginary_pairs(auxiliary * O * fmpq(2))
    overlap: arb = reduce(arb.__mul__, (w + square_root(w**2 - 1) for w in sizes)) / total.det().sqrt()
    column = fmpq_mat(len(apart), 1, list(apart))
    far = (column.transpose() * total.matrix.solve(column))[0, 0]
    return (overlap * (-arb(far) / 2).exp()).min(arb(1))


def _closed_fidelity(one: Covariance, two: Covariance, names: Sequence[str], apart: Sequence[Expr]) -> Quantity:
    if len(names) > 2:
        raise no_closed_form("fidelity", "fidelity", names, "give both states as arrays of numbers.")
    w, U = _beside(one, two, names)
    V = w.matrix
    total = V + U
    delta = w.determinant(total)
    mixed = 4 ** len(names) * _excess(w, V) * _excess(w, U)
    if len(names) == 1:
        s = sp.sqrt(sp.Max(0, mixed)) if mixed else sp.S.Zero
        overlap = (s + sp.sqrt(delta + s**2)) / delta
    else:
        omega_2 = sp.kronecker_product(sp.eye(2), J)
        product = omega_2 * V * omega_2 * U - sp.eye(4) / 4
        s = sp.sqrt(sp.Max(0, 16 * product.det(method="berkowitz"))) + sp.sqrt(sp.Max(0, mixed))
        s = w.named("s", s)
        overlap = (s + sp.sqrt(sp.Max(0, s**2 - delta))) / delta
    far = w.inverse_form(total, list(apart))
    found = w.quantity("F", overlap * sp.exp(-far / 2), 0.0)
    return found


def _excess(w: Written, M: sp.Matrix) -> Expr:
    """det(M + i Omega/2), the product of nu^2 - 1/4."""
    if M.shape[0] == 2:
        return det(M) - QUARTER
    A, B, C = M[:2, :2], M[2:, 2:], M[:2, 2:]
    return w.determinant(M) - (det(A) + det(B) + 2 * det(C)) / 4 + sp.Rational(1, 16)


def _beside(one: Covariance, two: Covariance, names: Sequence[str]) -> tuple[Written, sp.Matrix]:
    """The first state with the definitions of both, and the matrix of the second over these."""
    defined = [s for s, _ in one.definitions]
    definitions, moved = two.definitions.beside([*defined, *one.parameters])
    first, own = one.definitions.beside(two.parameters)
    U = standard_matrix(two, names).xreplace(moved)
    there = rebuilt(two, moved, definitions=definitions)
    V = rebuilt(one, own, definitions=first.merged(there.definitions))
    V = replace(V, stability=tuple(dict.fromkeys((*V.stability, *there.stability))))
    return Written(V, names), U


def quantum_fisher_information(
    state: Any,
    parameter: Any = None,
    modes: Modes = None,
    *,
    mean: Sequence[Any] | None = None,
    derivative: Any = None,
    mean_derivative: Sequence[Any] | None = None,
) -> Any:
    """The quantum Fisher information of a parameter on which covariance and mean values depend: 1/(its least variance).

    Of formulas (`Covariance` or SymPy matrix) `parameter` is a symbol or its name, and `mean` has the mean values of
    X_1, P_1, X_2, ... (default: constant); a Quantity in closed form for one mode, NoClosedForm for more, whose numbers
    `state_evaluator(quantum_fisher_information, V, parameter)` has. Of one matrix of numbers `derivative` is the
    derivative of the covariance matrix, and `mean_derivative` that of the mean values. At a pure state the derivative
    must leave it pure to first order, else the information is infinite (a float) or the formula singular. Errors as of
    `purity`, and UnknownParameter. Source: Pinel et al., PRA 88, 040102 (2013); Monras, arXiv:1303.3682; Safranek, Lee
    and Fuentes, NJP 17, 073016 (2015).

    >>> n = sp.Symbol("n", nonnegative=True)
    >>> sp.factor(quantum_fisher_information(sp.diag(n + QUARTER*2, n + QUARTER*2), n).inline())
    1/(n*(n + 1))
    >>> quantum_fisher_information([[1.5, 0], [0, 1.5]], derivative=[[1, 0], [0, 1]])
    0.5
    """
    given = read_state(state)
    names = chosen(given.modes, modes)
    if isinstance(given, Covariance):
        if derivative is not None or mean_derivative is not None:
            raise ParameterError("of formulas give `parameter` and `mean`; their derivatives are taken here.")
        return _closed_information(given, parameter, names, mean)
    if isinstance(given, Numbers):
        N = given.part(names)
        assert N.slopes is not None
        return Enclosures([_information(N, N.slopes, N.moved)], 0.0)
    size = given.values.shape[-1]
    slopes = np.zeros((size, size)) if derivative is None else np.asarray(derivative, dtype=float)
    moved = np.zeros(2 * len(names)) if mean_derivative is None else np.asarray(mean_derivative, dtype=float)
    if (
        parameter is not None
        or given.values.ndim != 2
        or slopes.shape != (size, size)
        or moved.shape != (2 * len(names),)
    ):
        raise ParameterError(
            f"of numbers give one matrix, its `derivative` ({size} x {size}) and the `mean_derivative` "
            f"({2 * len(names)} values); a parameter is for formulas."
        )
    at = [2 * given.modes.index(m) + q for m in names for q in (0, 1)]
    exact = built(len(at), len(at), lambda i, j: rational(slopes[at[i], at[j]]))
    along = [rational(float(x)) for x in moved]
    return at_points([given], names, lambda states: [_information(states[0], exact, along)])


def _information(N: Numbers, slopes: fmpq_mat, moved: Sequence[fmpq]) -> arb:
    """Tr(V' Y)/2 + d'^T V^(-1) d', with the symmetric Y of V Y V - Omega Y Omega^T/4 = V'; infinite where there is
    none.
    """
    V, O, size = N.matrix, omega(len(N.modes)), 2 * len(N.modes)
    pairs = [(i, j) for i in range(size) for j in range(i, size)]

    def image(one: tuple[int, int]) -> list[fmpq]:
        unit = built(size, size, lambda k, l: fmpq(int(one in ((k, l), (l, k)))))
        found = V * unit * V - O * unit * O.transpose() * fmpq(1, 4)
        return [found[k, l] for k, l in pairs]

    columns = [image(p) for p in pairs]
    wanted = [slopes[k, l] for k, l in pairs]
    count = len(pairs)
    rows = fmpq_mat(count, count + 1, [x for k in range(count) for x in (*(c[k] for c in columns), wanted[k])])
    reduced, rank = rows.rref()
    information = fmpq(0)
    for k in range(rank):
        lead = next(c for c in range(count + 1) if reduced[k, c] != 0)
        if lead == count:
            return arb("inf")
        i, j = pairs[lead]
        information += slopes[i, j] * reduced[k, count] * (1 if i == j else 2)
    column = fmpq_mat(size, 1, list(moved))
    return arb(information * HALF + (column.transpose() * V.solve(column))[0, 0])


def _closed_information(V: Covariance, parameter: Any, names: Sequence[str], mean: Sequence[Any] | None) -> Quantity:
    d = mean_values(mean, 2 * len(names))
    x = the_parameter(V, parameter, d)
    if len(names) > 1:
        raise no_closed_form("quantum Fisher information", "quantum_fisher_information", names)
    definitions, moved = V.definitions.beside([*d, x])
    V = V if not moved else rebuilt(V, moved, definitions=definitions)
    w = Written(V, names)
    slopes = w.slopes(x)
    D, S = w.named("D", det(w.matrix)), det(slopes)
    m, n = w.matrix, slopes
    dD = m[0, 0] * n[1, 1] + m[1, 1] * n[0, 0] - 2 * m[0, 1] * n[0, 1]
    known = w.V.definitions
    pure = is_zero(known.inline(dD), known.domains) if known.size_of(dD) < 5000 else dD == 0
    e = -4 * S if pure else 8 * dD**2 / (4 * D - 1) - 4 * S
    return w.quantity("F_Q", e / (4 * D + 1) + w.inverse_form(m, [sp.diff(e, x) for e in d]), 0.0)


def mean_values(mean: Sequence[Any] | None, size: int) -> list[Expr]:
    """Mean values as expressions; ParameterError where there are not as many as quadratures."""
    found = [sp.S.Zero] * size if mean is None else [expression(exact_number(e)) for e in mean]
    if len(found) != size:
        raise ParameterError(f"mean has {len(found)} values; {size} are expected, of X_1, P_1, X_2, ...")
    return found


def the_parameter(V: Covariance, parameter: Any, beside: Sequence[Expr] = ()) -> Symbol:
    """A parameter by its symbol or name; UnknownParameter with the nearest name."""
    known = {s.name: s for s in (*V.parameters, *(s for e in beside for s in e.free_symbols))}
    name = getattr(parameter, "name", parameter)
    if not isinstance(name, str) or name not in known:
        hint = did_you_mean([str(name)], known)
        raise UnknownParameter(f"no parameter {name!r}; there are {listing(known)}.{hint}")
    return known[name]
