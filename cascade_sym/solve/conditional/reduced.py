"""The roots in conditional moments as generators of the exact algebra, with their relations.

Over the field of the parameters (with the roots of the amplitudes) a moment of two modes is a rational function of
f1, the decay rate of the closed loop's polynomial: f1^2 = p + 2 f0 with f0^2 = q, or f1^6 - 2 p f1^4 + (p^2 - 4 q)
f1^2 + k^2 = 0. A closed form solves its Riccati equation when every element of the residual reduces to zero modulo
these. Eliminating f0 and f1 by resultants leaves a polynomial in the moment; its factor that vanishes at the
stabilising solution is the reduced polynomial: its degree says how much of a closed form there can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import DerivationError, require_type
from cascade_sym.exact import converter
from cascade_sym.exact.as_sympy import poly_to_expr
from cascade_sym.exact.field import Field
from cascade_sym.exact.fraction import Poly
from cascade_sym.solve.conditional.matrices import ConditionalCovariance
from cascade_sym.solve.probe import random_point, value_at
from cascade_sym.steps import Check
from cascade_sym.symbols import free_symbol, own

MOST_TERMS = 200_000  # of a polynomial that is still factored


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
    >>> from cascade_sym.solve.conditional.matrices import conditional_covariance
    >>> M = Oscillator("M", Gamma=1, theta=sp.pi/4, gamma=sp.Symbol("gamma"), n=1)
    >>> V = conditional_covariance(M, Homodyne(angle=sp.pi/2))
    >>> r = reduced_polynomial(V, "X_M", "X_M", {sp.Symbol("gamma"): 1})
    >>> r.polynomial, r.degree
    (2*var_X_M**2 + var_X_M - 2, 2)
    """
    require_type(V, ConditionalCovariance, "V", "make one by conditional_covariance(system, detect)")
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


METHOD = "the residual of the Riccati equation, reduced modulo the relations of its roots"
FLOATS = 1e-9  # relative size of a sum of floats that is taken for zero


def solves_riccati(V: ConditionalCovariance) -> Check:
    """Prove that every closed form in `V` makes dV/dt vanish identically in the parameters.

    The residual names the elements for which it does not. Elements without a closed form are left out.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> from cascade_sym.solve.conditional.matrices import conditional_covariance
    >>> solves_riccati(conditional_covariance(Oscillator("M"), Homodyne(angle=sp.Symbol("phi")))).ok
    True
    """
    require_type(V, ConditionalCovariance, "V", "make one by conditional_covariance(system, detect)")
    assert V.riccati is not None
    names = V.riccati.quadratures
    wrong = []
    for sector in V.riccati.sectors:
        if sector in V.open_sectors:
            continue
        alone = replace(V.riccati, sectors=(sector,))
        quads = [f"{q.q}_{q.mode}" for q in sector.quadratures]
        n = len(names)
        here = [V.element(i, j) if {i, j} <= {*quads} else sp.S.Zero for i in names for j in names]
        rate = alone.rate(sp.Matrix(n, n, here))
        for a, i in enumerate(names):
            for b, j in enumerate(names[a:], a):
                if {i, j} <= {*quads} and not _vanishes(rate[a, b], V):
                    wrong.append(f"d<{i}, {j}>/dt")
    return Check(not wrong, METHOD, "; ".join(wrong))


def _vanishes(e: Expr, V: ConditionalCovariance) -> bool:
    if e == 0:
        return True
    if e.has(sp.Float) or any(d.has(sp.Float) for _, d in V.definitions.needed(e)):
        return _small(e, V)
    towers, inlined = towers_of(V.definitions, dict(V.relations), e)
    conv, forms = converter([e.xreplace(inlined), *(s for s, _ in towers), *(r for _, r in towers)])
    place = {s: k for k, s in enumerate(conv.field.meaning)}
    left = conv(forms[0]).num
    relations = [conv(f).num for f in forms[1 + len(towers) :]]
    for (s, _), r in reversed(list(zip(towers, relations, strict=True))):
        left = remainder(left, r, place[s], conv.field)
    return bool(left.is_zero())


def _small(e: Expr, V: ConditionalCovariance) -> bool:
    """With floats in it nothing can be proved: small against its terms at a random point."""
    point = random_point(V.definitions, e)
    values = [value_at(V.definitions, t, point) for t in sp.Add.make_args(e)]
    return bool(abs(sum(values)) <= FLOATS * max(abs(v) for v in values))


def remainder(p: Poly, relation: Poly, gen: int, field: Field) -> Poly:
    """p modulo relation = 0, times a power of the relation's leading coefficient in the generator `gen`."""
    degree = relation.degrees()[gen]
    lead, rest = _in_powers(relation, gen).pop(degree), _in_powers(relation, gen)
    del rest[degree]
    while not p.is_zero() and p.degrees()[gen] >= degree:
        top = p.degrees()[gen]
        parts = _in_powers(p, gen)
        high = parts.pop(top)
        total = sum((c * lead * field.gen(gen) ** k for k, c in parts.items()), field.context.constant(0))
        shift = field.gen(gen) ** (top - degree)
        p = field.reduce(total - sum((high * c * shift * field.gen(gen) ** k for k, c in rest.items()), 0 * total))
    return p


def _in_powers(p: Poly, gen: int) -> dict[int, Poly]:
    """The coefficients of the powers of a generator."""
    parts: dict[int, dict[tuple[int, ...], object]] = {}
    for mono, c in p.terms():
        k = int(mono[gen])
        parts.setdefault(k, {})[(*mono[:gen], 0, *mono[gen + 1 :])] = c
    return {k: p.context().from_dict(d) for k, d in parts.items()}
