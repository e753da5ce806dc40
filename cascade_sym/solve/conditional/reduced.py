"""The polynomial that a conditional moment satisfies, and its degree: how much of a closed form there can be.

Over the field of the parameters (with the roots of the amplitudes) a moment of two modes is a rational function of
f1, the decay rate of the closed loop's polynomial: f1^2 = p + 2 f0 with f0^2 = q, or f1^6 - 2 p f1^4 + (p^2 - 4 q)
f1^2 + k^2 = 0. Eliminating f0 and f1 by resultants leaves a polynomial in the moment; its factor that vanishes at the
stabilising solution is the reduced polynomial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import DerivationError
from cascade_sym.exact import converter
from cascade_sym.exact.show import poly_to_expr
from cascade_sym.solve.conditional.covariance import ConditionalCovariance
from cascade_sym.solve.conditional.probe import random_point, value_at
from cascade_sym.symbols import free_symbol, own

MOST_TERMS = 200_000


@dataclass(frozen=True)
class Reduced:
    """`polynomial` in `unknown` (the moment) with coefficients in the parameters; irreducible, of `degree`."""

    unknown: Symbol
    polynomial: Expr
    degree: int


def reduced_polynomial(V: ConditionalCovariance, i: str, j: str, values: Mapping[Any, Any] | None = None) -> Reduced:
    """The irreducible polynomial of the conditional moment V_ij over the parameters.

    `values` replaces parameters by exact numbers or expressions first; with many symbols the coefficients become
    large. Raises NoClosedForm where the moment has no closed form and DerivationError where the polynomial
    exceeds what can be factored.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> from cascade_sym.solve.conditional.covariance import conditional_covariance
    >>> M = Oscillator("M", Gamma=1, theta=sp.pi/4, gamma=sp.Symbol("gamma"), n=1)
    >>> V = conditional_covariance(M, Homodyne(angle=sp.pi/2))
    >>> r = reduced_polynomial(V, "X_M", "X_M", {sp.Symbol("gamma"): 1})
    >>> r.polynomial, r.degree
    (2*var_X_M**2 + var_X_M - 2, 2)
    """
    V = V.subs(values or {})
    defs, target = V.definitions, V[i, j].expr
    if target.is_number:
        raise DerivationError(f"the moment of {i} and {j} is the number {target}; it needs no polynomial.")
    hidden = own("moment")
    relations = dict(V.relations)
    towers, inlined = towers_of(defs, relations, target)
    e = target.xreplace(inlined)
    conv, forms = converter([hidden - e, *(t for t, _ in towers), *(r for _, r in towers)])
    place = {s: k for k, s in enumerate(conv.field.meaning)}
    poly = conv(forms[0]).num
    rel = [conv(f).num for f in forms[1 + len(towers) :]]
    for (t, _), r in reversed(list(zip(towers, rel, strict=True))):
        poly = conv.field.reduce(poly.resultant(r, place[t]))
        if len(poly) > MOST_TERMS:
            raise DerivationError("the reduced polynomial is too large; give numbers for some parameters.")
    point = random_point(defs, target)
    number = value_at(defs, target, point)
    for factor, _power in poly.factor()[1]:
        if factor.degrees()[place[hidden]] == 0:
            continue
        f = poly_to_expr(factor, conv.field.meaning)
        if _vanishes_at(f, {**point, hidden: number}):
            unknown = free_symbol(f"var_{i}" if i == j else f"cov_{i}_{j}", f)
            return Reduced(unknown, f.xreplace({hidden: unknown}), int(factor.degrees()[place[hidden]]))
    raise DerivationError(f"no factor of the polynomial vanishes at the solution for {i}, {j}.")


def towers_of(
    defs: Definitions, relations: Mapping[Expr, Expr], target: Expr
) -> tuple[list[tuple[Symbol, Expr]], dict[Expr, Expr]]:
    """Algebraic definitions kept as symbols with their relation (= 0), all others written out."""
    done: dict[Expr, Expr] = {}
    towers: list[tuple[Symbol, Expr]] = []
    for s, e in defs.needed(target, *relations.values()):
        if s in relations:
            towers.append((s, relations[s].xreplace(done)))
            done |= dict.fromkeys(e.base.free_symbols, s**2)
        elif isinstance(e, sp.Pow) and e.exp == sp.Rational(1, 2) and e.base.free_symbols:
            towers.append((s, s**2 - e.base.xreplace(done)))
        elif not e.has(sp.acos):
            done[s] = e.xreplace(done)
    used = target.xreplace(done).free_symbols
    for s, r in reversed(towers):
        used |= r.free_symbols if s in used else set()
    return [t for t in towers if t[0] in used], done


def _vanishes_at(f: Expr, point: Mapping[Expr, Any]) -> bool:
    with_point = [sp.N(t.xreplace(dict(point)), 60) for t in sp.Add.make_args(f)]
    return bool(abs(sum(with_point)) < sp.Float("1e-30") * max(abs(t) for t in with_point))
