"""The sign of a statement against the type of what is derived: an equality, or a bound with its direction."""

from __future__ import annotations

from typing import Any

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.refute import Witness, witness
from cascade_sym.paper.environment import plain
from cascade_sym.paper.model import Bound, Model
from cascade_sym.paper.printed import ORDER
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
    return f"it states {sign!r}, not an equality, which is what is derived." if sign in ORDER else ""


def against_bound(sign: str, bound: Bound, model: Model, domains: Domains) -> tuple[Verdict, str, Witness | None]:
    """Verdict, reason and witness of a statement with this sign whose right side is the derived bound.

    A reversed sign fails where what is bounded is away from its bound, a strict one where it takes that value. One
    that claims less than what is derived (>= for a bound that is not attained) is not passed.
    """
    told = f"{'a lower' if bound.below else 'an upper'} bound, {'' if bound.attained else 'not '}attained"
    if sign == bound.relation:
        return Verdict.EXACT, told, None
    if sign[0] != bound.relation[0]:
        found = _witness(bound.of, bound.value, model, domains)
        # on the other side of the bound, what is derived would be wrong, which is not for this statement to settle
        if found and (float(found["left"]) > float(found["right"])) is bound.below:
            return Verdict.DIFFERS, f"reversed: {told}", found
        return Verdict.UNCHECKED, f"{told}; no point away from it was found", None
    if not bound.attained:
        return Verdict.UNCHECKED, f"it claims less than what is derived: {told}, so {bound.relation!r}", None
    value = plain(bound.value, model)
    found = _witness(value, value + 1, model, domains)  # any point, and the value that is taken there
    both = found and {**found, "right": found["left"]}
    return Verdict.DIFFERS, f"the strict relation fails where the bound is reached: {told}", both


def _witness(left: Any, right: Any, model: Model, domains: Domains) -> Witness | None:
    """A point where two real values differ."""
    try:
        found = witness(plain(left, model), plain(right, model), domains)
    except OutsideExactDomain:
        return None
    return found if found and all(isinstance(found[side], str) for side in ("left", "right")) else None
