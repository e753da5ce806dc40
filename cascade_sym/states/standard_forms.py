"""Parts of a state, and its forms under local symplectic maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

from cascade_sym.definitions import Quantity
from cascade_sym.errors import ParameterError
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.blocks import Written, det
from cascade_sym.states.exact_matrices import Numbers, square_root
from cascade_sym.states.state import Arrays, Modes, chosen, computed, read_state, rebuilt


def reduced(state: Any, modes: Modes) -> Any:
    """The state of some modes, in that order; all others are traced out.

    A `Covariance` (also of a SymPy matrix), or for an array of doubles the array of these modes. Errors as of `purity`.

    >>> reduced(sp.diag(1, 1, 2, 3), 2).matrix
    Matrix([
    [2, 0],
    [0, 3]])
    """
    given = read_state(state)
    names = chosen(given.modes, modes)
    if isinstance(given, Arrays):
        at = [2 * given.modes.index(m) + q for m in names for q in (0, 1)]
        return given.values[..., at, :][..., at]
    if not isinstance(given, Covariance):
        raise ParameterError("give a Covariance, a matrix or an array.")
    q = [f"{x}_{m}" for m in names for x in "XP"]
    elements = {(i, j): e for k, i in enumerate(q) for j in q[k:] if (e := given.element(i, j)) != 0}
    return rebuilt(given, modes=names, elements=elements)


@dataclass(frozen=True)
class StandardForm:
    """The numbers a, b, c_plus, c_minus of two modes: by local symplectic maps V becomes [[a 1, C], [C, b 1]] with
    C = diag(c_plus, c_minus), c_plus >= |c_minus|, and c_minus negative where det C is (vacuum 1/2).

    >>> standard_form([[2, 0, 1, 0], [0, 2, 0, -1], [1, 0, 2, 0], [0, -1, 0, 2]], 1, 2)
    StandardForm(a=2.0, b=2.0, c_plus=1.0, c_minus=-1.0)
    """

    a: Any
    b: Any
    c_plus: Any
    c_minus: Any


def standard_form(state: Any, first: str | int, second: str | int) -> StandardForm:
    """The standard form of two modes, in closed form for formulas; `state` and errors as of `purity`.

    With s = tr(adj(B) C^T adj(A) C)/(a b) = c_plus^2 + c_minus^2 and det C = c_plus c_minus. Source: Simon, PRL 84,
    2726 (2000); Duan et al., PRL 84, 2722 (2000).

    >>> standard_form(sp.diag(2, sp.Rational(1, 8), 1, 1), 1, 2).a.inline()
    1/2
    """

    def single(*parts: Sequence[str]) -> None:
        if any(len(p) != 1 for p in parts):
            raise ParameterError("the standard form is of one mode and another one.")

    def closed(V: Covariance, one: Sequence[str], two: Sequence[str]) -> list[Quantity]:
        single(one, two)
        w = Written(V, (*one, *two))
        A, B, C = w.matrix[:2, :2], w.matrix[2:, 2:], w.matrix[:2, 2:]
        a, b, c = w.named("a", sp.sqrt(det(A))), w.named("b", sp.sqrt(det(B))), w.named("c", det(C))
        s = w.named("s", (B.adjugate() * C.T * A.adjugate() * C).trace() / (a * b))
        plus, minus = (sp.sqrt(sp.Max(0, s + sign * 2 * c)) for sign in (1, -1))
        found = {"a": a, "b": b, "c_plus": (plus + minus) / 2, "c_minus": (plus - minus) / 2}
        return [w.quantity(k, e, 0.0 if k in "ab" else 1e-13) for k, e in found.items()]

    def number(N: Numbers, one: tuple[str, ...], two: tuple[str, ...]) -> list[arb]:
        single(one, two)
        A, B, C = N.block(one, one), N.block(two, two), N.block(one, two)
        a, b, c = arb(A.det()).sqrt(), arb(B.det()).sqrt(), arb(C.det())
        traced = A.det() * B.det() * (B.inv() * C.transpose() * A.inv() * C)
        s = arb(traced[0, 0] + traced[1, 1]) / (a * b)
        plus, minus = (square_root(s + sign * 2 * c) for sign in (1, -1))
        return [a, b, (plus + minus) / 2, (plus - minus) / 2]

    found = computed(state, [first, second], closed, number, several=True, atol=1e-15)
    if isinstance(found, list):
        return StandardForm(*found)
    return StandardForm(*(x if x.ndim else float(x) for x in np.moveaxis(found, -1, 0)))
