"""The proof that a closed form solves its Riccati equation: every element of the residual is identically zero.

Roots are kept as generators with their relations (f_0^2 = q, f_1^2 = p + 2 f_0, or the cubic in f_1^2); a residual
vanishes when its numerator reduces to zero modulo these.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy import Expr

from cascade_sym.exact import converter
from cascade_sym.exact.field import Field
from cascade_sym.exact.fraction import Poly
from cascade_sym.solve.conditional.covariance import ConditionalCovariance
from cascade_sym.solve.conditional.probe import random_point, value_at
from cascade_sym.solve.conditional.reduced import towers_of
from cascade_sym.steps import Check

METHOD = "the residual of the Riccati equation, reduced modulo the relations of its roots"
FLOATS = 1e-9


def solves_riccati(V: ConditionalCovariance) -> Check:
    """Prove that every closed form in `V` makes dV/dt vanish identically in the parameters.

    The residual names the elements for which it does not. Elements without a closed form are left out.

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> from cascade_sym.solve.conditional.covariance import conditional_covariance
    >>> solves_riccati(conditional_covariance(Oscillator("M"), Homodyne(angle=sp.Symbol("phi")))).ok
    True
    """
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
