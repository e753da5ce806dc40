"""Entanglement of several parties: all cuts, the polynomial of the partial transpose, sums of two variances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from math import comb
from typing import Any

import sympy as sp
from flint import arb
from sympy import Expr

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError, UnknownName, did_you_mean, listing
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.bipartite import log_negativity
from cascade_sym.states.blocks import Written
from cascade_sym.states.exact_matrices import Numbers
from cascade_sym.states.mixedness import invariants
from cascade_sym.states.state import ACCURACY, Modes, chosen, computed, gaussian_state, read_state
from cascade_sym.symbols import expression

Cut = tuple[tuple[str, ...], tuple[str, ...]]


def cuts(modes: Sequence[str]) -> list[Cut]:
    """All ways to cut some modes in two parts, the smaller parts first.

    >>> cuts("abc")
    [(('a',), ('b', 'c')), (('b',), ('a', 'c')), (('c',), ('a', 'b'))]
    """
    found: list[Cut] = []
    for size in range(1, len(modes) // 2 + 1):
        for part in combinations(modes, size):
            rest = tuple(m for m in modes if m not in part)
            if 2 * size < len(modes) or modes[0] in part:
                found.append((part, rest))
    return found


def bipartitions(
    state: Any, figure: Callable[..., Any] = log_negativity, modes: Modes = None, **options: Any
) -> dict[Cut, Any]:
    """A figure of two parts (`log_negativity`, `ppt`, `duan`, `steering`, ...) for every cut of the modes (default:
    all).

    The keys are the cuts, ((names of one part), (names of the other)); `options` go to the figure. A state all of whose
    cuts are entangled is fully inseparable; a pure one is then genuinely entangled. `state` and errors as of `purity`,
    and those of the figure. Source: Duer, Cirac and Tarrach, PRL 83, 3562 (1999); Giedke et al., PRA 64, 052303 (2001).

    >>> import numpy as np
    >>> bipartitions(np.eye(6)/2)
    {(('1',), ('2', '3')): 0.0, (('2',), ('1', '3')): 0.0, (('3',), ('1', '2')): 0.0}
    """
    given = read_state(state)
    names = chosen(given.modes, modes)
    if len(names) < 2:
        raise ParameterError(f"a cut needs at least two modes of {listing(given.modes)}; got {listing(names)}.")
    return {cut: figure(state, *cut, **options) for cut in cuts(names)}


def ppt(state: Any, first: Modes, second: Modes) -> Any:
    """The least elementary symmetric polynomial of the (2 nu)^2 - 1 of the partial transpose: negative exactly where
    some symplectic eigenvalue nu of it is below 1/2.

    Polynomials in the elements, for any number of modes. Negative: the parts are entangled; not negative: they are
    separable if one part is a single mode, and have no distillable entanglement else. Arguments and errors as of
    `log_negativity`. Source: Simon, PRL 84, 2726 (2000); Werner and Wolf, PRL 86, 3658 (2001); Serafini, PRL 96, 110402
    (2006), whose polynomial is the last one of them (and zero for pure states of three modes).

    >>> c = sp.Symbol("c")
    >>> V = sp.Matrix([[1, 0, c, 0], [0, 1, 0, -c], [c, 0, 1, 0], [0, -c, 0, 1]])
    >>> ppt(V, 1, 2).subs({"c": sp.Rational(1, 4)}).inline(), ppt(V, 1, 2).subs({"c": sp.Rational(3, 4)}).inline()
    (13/2, -135/16)
    """

    def closed(V: Covariance, one: Sequence[str], two: Sequence[str]) -> Quantity:
        w = Written(V, (*one, *two))
        size = len(w.modes)
        signs = sp.diag(*(-1 if k >= 2 * len(one) and k % 2 else 1 for k in range(2 * size)))
        delta = invariants(w, signs * w.matrix * signs)
        shifted = [
            sp.Add(*(4**j * (-1) ** (k - j) * comb(size - j, k - j) * delta[j] for j in range(k + 1)))
            for k in range(1, size + 1)
        ]
        return w.quantity("Sigma", sp.Min(*shifted), ACCURACY)

    def number(N: Numbers, one: Sequence[str], two: Sequence[str]) -> list[arb]:
        sums = [arb(1)]
        for nu in N.transposed(two).spectrum():
            y = 4 * nu**2 - 1
            sums = [a + y * b for a, b in zip([*sums, arb(0)], [arb(0), *sums], strict=True)]
        return [reduce(arb.min, sums[1:])]

    return computed(state, [first, second], closed, number, atol=1e-15)


@dataclass(frozen=True)
class VarianceSum:
    """Var u + Var v of two joint variables beside what it is at least for states without entanglement.

    `bounds[cut]` is that of states that are separable across the cut, and `ratios[cut]` the sum over it: below 1 the
    cut is entangled. `genuine` is the sum over the least bound: below 1 the state is no mixture of states that are
    each separable across some cut, so that all modes are genuinely entangled. (It is infinite where a bound is zero.)

    >>> GHZ = van_loock_furusawa(sp.eye(6)/2, {"X_1": 1, "X_2": -1}, {"P_1": 1, "P_2": 1, "P_3": 1})
    >>> GHZ.bounds[("1",), ("2", "3")], GHZ.total.inline()
    (2, 5/2)
    """

    total: Any
    bounds: Mapping[Cut, Any]
    ratios: Mapping[Cut, Any]
    genuine: Any


def van_loock_furusawa(state: Any, u: Mapping[str, Any], v: Mapping[str, Any], modes: Modes = None) -> VarianceSum:
    """The criterion of van Loock and Furusawa with two joint variables, given by their weights.

    `u` and `v` map quadratures ("X_a", "P_b", ...) to weights (numbers or expressions). Across a cut a separable state
    has Var u + Var v >= |[u_A, v_A]| + |[u_B, v_B]|, with the commutators of their parts (hbar = 1, vacuum 1/2). All
    cuts of the modes (default: those in u and v) are judged. `state` is a `Covariance` or a matrix as of `purity` (one,
    not a stack). Raises UnknownName for a quadrature that does not exist, ParameterError where u and v name less than
    two modes. Source: van Loock and Furusawa, PRA 67, 052315 (2003); genuine: Teh and Reid, PRA 90, 062337 (2014).

    >>> import numpy as np
    >>> van_loock_furusawa(np.eye(4)/2, {"X_1": 1, "X_2": -1}, {"P_1": 1, "P_2": 1}).genuine
    1.0
    """
    given = read_state(state)
    V = given if isinstance(given, Covariance) else gaussian_state(getattr(given, "values", state))
    names = _named_modes(V, [*u, *v])
    names = chosen(V.modes, modes) if modes is not None else names
    if missing := set(_named_modes(V, [*u, *v])) - set(names):
        raise ParameterError(f"the weights name {listing(missing)}, which are not among the modes {listing(names)}.")
    if len(names) < 2:
        raise ParameterError("the criterion needs weights of at least two modes.")
    weights = [{q: expression(w.get(q, 0)) for m in names for q in (f"X_{m}", f"P_{m}")} for w in (u, v)]
    ratio = 2 * V.conventions.vacuum
    total = sp.Add(*(V.quadratic({q: e for q, e in w.items() if e != 0}) for w in weights)) / ratio
    one, two = weights
    part = {m: one[f"X_{m}"] * two[f"P_{m}"] - one[f"P_{m}"] * two[f"X_{m}"] for m in names}
    bounds = {cut: sum((sp.Abs(sp.Add(*(part[m] for m in side))) for side in cut), sp.S.Zero) for cut in cuts(names)}

    def shown(name: str, e: Expr) -> Any:
        found = V.quantity(name, e)
        return found if given is V else float(found.inline())

    def over(e: Expr) -> Expr:
        return sp.oo if e == 0 else total / e

    ratios = {cut: shown("ratio", over(b)) for cut, b in bounds.items()}
    return VarianceSum(
        shown("Sigma", total), {cut: b if given is V else float(b) for cut, b in bounds.items()}, ratios,
        shown("ratio", over(sp.Min(*bounds.values()))),
    )  # fmt: skip


def _named_modes(V: Covariance, quadratures: Sequence[str]) -> tuple[str, ...]:
    if bad := set(quadratures) - set(V.quadratures):
        hint = did_you_mean(bad, V.quadratures)
        raise UnknownName(f"no quadrature {listing(bad)}; there are {listing(V.quadratures)}.{hint}")
    return tuple(m for m in V.modes if {f"X_{m}", f"P_{m}"} & set(quadratures))
