"""The sign of a statement against the type of what is derived: an equality, or a bound with its direction."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import sympy as sp
from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.refute import BITS, DIGITS, Point, Witness, as_balls, witness
from cascade_sym.folder.derived_values import Bound
from cascade_sym.folder.environment import plain
from cascade_sym.folder.model import Model
from cascade_sym.folder.printed import ORDER
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted
from cascade_sym.solve import Stability
from cascade_sym.symbols import Domains
from cascade_sym.verdicts import Verdict


def mistyped(sign: str, derived: Any) -> str:
    """Why a statement with this sign can't be judged by what is derived; empty where it can.

    >>> mistyped("<", 1)
    "it states '<', not an equality, which is what is derived."
    """
    if isinstance(derived, Bound):
        said = f"it states {sign!r}; what is derived is a bound, with {derived.relation!r}."
        return "" if sign in ORDER else said
    if isinstance(derived, Stability):
        return "" if sign in ORDER else f"it states {sign!r}; what is derived is a condition, with '>'."
    return f"it states {sign!r}, not an equality, which is what is derived." if sign in ORDER else ""


def against_bound(
    sign: str, printed: Expr, same: bool, bound: Bound, model: Model, domains: Domains
) -> tuple[Verdict, str, Witness | None]:
    """Verdict, reason and witness of a statement `left sign printed`; `same` where that is the derived bound.

    A reversed sign fails where what is bounded is beyond what is printed, another bound where it is beyond the derived
    one, a strict sign where the bound is reached. What claims less than what is derived (>= for a bound that is not
    attained, a looser bound) is not passed.
    """
    told = f"{'a lower' if bound.below else 'an upper'} bound, {'' if bound.attained else 'not '}attained"
    value, way = plain(bound.value, model), 1 if bound.below else -1
    if sign[0] != bound.relation[0]:
        found = _beyond(plain(bound.of, model), printed, way, domains)
        why = f"reversed: {told}" if found else f"{told}; no point beyond what is printed was found"
        return Verdict.DIFFERS if found else Verdict.UNCHECKED, why, found
    if not same:
        found = _beyond(printed, value, way, domains)
        both = found and {**found, "left": found["right"], "right": found["left"]}
        why = f"not the derived bound, which is {told}" if found else "it claims less than the bound that is derived"
        return Verdict.DIFFERS if found else Verdict.UNCHECKED, why, both
    if sign == bound.relation:
        return Verdict.EXACT, told, None
    if not bound.attained:
        return Verdict.UNCHECKED, f"it claims less than what is derived: {told}, so {bound.relation!r}", None
    reached = _beyond(value + 1, value, 1, domains)  # at any point
    both = reached and {**reached, "left": reached["right"]}
    return Verdict.DIFFERS, f"the strict relation fails where the bound is reached: {told}", both


def _beyond(left: Expr, right: Expr, way: int, domains: Domains) -> Witness | None:
    """A point where left - right certainly has the sign `way`, with both values there."""
    d = sp.Mul(way, sp.Add(left, -right, evaluate=False), evaluate=False)  # with all its symbols
    try:
        found = witness(d + sp.Abs(d, evaluate=False), sp.S.Zero, domains)
        if found is None or not all(isinstance(v, str) for v in found["point"].values()):
            return None
        with flint.ctx.workprec(BITS):
            point: Point = {n: Fraction(v) for n, v in found["point"].items()}
            one, two = map(lifted, read(left, right).run(Balls(), as_balls(point)))
            if not isinstance(one, flint.arb) or not isinstance(two, flint.arb):
                return None
            texts = [v.str(DIGITS, radius=False) for v in (one, two)]
    except OutsideExactDomain:
        return None
    return {"point": found["point"], "left": texts[0], "right": texts[1]}
