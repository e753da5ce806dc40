"""The state at time 0: vacuum, a covariance, or a table of elements and means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym.conventions import STANDARD
from cascade_sym.definitions import Definitions
from cascade_sym.errors import ParameterError, UnknownName, UnphysicalError, did_you_mean, listing
from cascade_sym.solve.covariance import Covariance
from cascade_sym.symbols import Domains, domains_in, expression
from cascade_sym.system import VACUUM, LinearSystem
from cascade_sym.system.values import real

SLACK = 1e-10  # by which a covariance of doubles may miss the uncertainty relation


class Start(NamedTuple):
    """An initial state: its matrix and means over definitions."""

    matrix: ImmutableDenseMatrix
    means: Mapping[str, Expr]
    definitions: Definitions = Definitions()
    stability: tuple[Expr, ...] = ()
    nonnegative: tuple[Expr, ...] = ()

    @property
    def every(self) -> tuple[Expr, ...]:
        """All its expressions."""
        return (*self.matrix, *self.means.values(), *self.stability, *self.nonnegative)


def initial_state(s: LinearSystem, initial: Any, means: Mapping[str, Any]) -> tuple[Start, Domains]:
    """The state at time 0 (see `transient`), and what its symbols declare."""
    quadratures = tuple(f"{q}_{m}" for m in s.modes for q in "XP")
    definitions, stability, weak = Definitions(), (), ()
    elements: dict[tuple[str, str], Expr] = {}
    first = dict(means)
    touched: set[str] = set()
    if isinstance(initial, Covariance):
        if bad := set(initial.modes) - set(s.modes):
            raise UnknownName(f"the initial state has the modes {listing(bad)}; the system has {listing(s.modes)}.")
        initial = replace(initial.in_conventions(STANDARD), system=None)
        definitions, moved = initial.definitions.beside(s.parameters)
        weak = tuple(e.xreplace(moved) for e in initial.nonnegative)
        stability = tuple(e.xreplace(moved) for e in initial.stability)
        own = initial.quadratures
        elements = {(i, j): initial.element(i, j).xreplace(moved) for i in own for j in own}
        touched = set(initial.modes)
        given_means = getattr(initial, "first_moments", {})
        first = {**{k: e.xreplace(moved) for k, e in given_means.items()}, **first}
    elif isinstance(initial, Mapping):
        for key, value in initial.items():
            if isinstance(key, str):
                first[key] = value
                continue
            if not (isinstance(key, tuple) and len(key) == 2 and all(isinstance(k, str) for k in key)):
                raise ParameterError(
                    f"initial holds {key!r}: give pairs of quadratures, ('X_a', 'P_a'), for elements of the covariance "
                    "and single ones, 'X_a', for means."
                )
            e = real(value, f"the initial element {key}")
            if elements.get(key, e) != e:
                raise ParameterError(f"initial gives the element {key} twice, as {elements[key]} and {e}.")
            elements[key] = elements[key[::-1]] = e
        _known({k for key in elements for k in key}, quadratures)
        touched = {k.partition("_")[2] for key in elements for k in key}
        for m in touched:
            if lacking := [q for q in (f"X_{m}", f"P_{m}") if (q, q) not in elements]:
                raise ParameterError(
                    f"the initial state of {m} has no variance of {listing(lacking)}; give both variances of a "
                    "mode, or nothing of it for vacuum."
                )
    elif initial != "vacuum":
        raise ParameterError(
            f"initial is {initial!r}; give 'vacuum', a Covariance, or a table such as {{('X_a', 'X_a'): 1, ...}}."
        )
    _known(first, quadratures)
    for m in set(s.modes) - touched:
        elements |= {(q, q): VACUUM for q in (f"X_{m}", f"P_{m}")}
    table = {k: real(e, f"the initial mean of {k}") for k, e in first.items()}
    n = len(quadratures)
    matrix = ImmutableDenseMatrix(n, n, [expression(elements.get((i, j), 0)) for i in quadratures for j in quadratures])
    _physical(matrix, initial)
    begin = Start(matrix, {k: e for k, e in table.items() if e != 0}, definitions, stability, weak)
    raw = initial.values() if isinstance(initial, Mapping) else ()
    return begin, domains_in(*raw, *means.values())


def _known(names: Iterable[str], quadratures: tuple[str, ...]) -> None:
    if bad := set(names) - set(quadratures):
        hint = did_you_mean(bad, quadratures)
        raise UnknownName(f"the initial state holds {listing(bad)}; there are {listing(quadratures)}.{hint}")


def _physical(matrix: ImmutableDenseMatrix, initial: Any) -> None:
    """UnphysicalError for a table of numbers that is no covariance of a quantum state."""
    if isinstance(initial, Covariance) or not all(e.is_number for e in matrix):
        return
    V = np.array(matrix.tolist(), dtype=float)
    J = np.kron(np.eye(len(V) // 2), [[0, 1], [-1, 0]])
    least = np.linalg.eigvalsh(V + 0.5j * J).min()
    if least < -SLACK * np.abs(V).max():
        raise UnphysicalError(
            f"the initial covariance violates the uncertainty relation: V + iJ/2 has the eigenvalue {least:.6g}; "
            "vacuum has variances 1/2."
        )
