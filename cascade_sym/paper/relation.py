"""The sign of a statement against the type of what is derived: an equality, or a bound with its direction."""

from __future__ import annotations

from typing import Any

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.refute import Witness, witness
from cascade_sym.paper.environment import plain
from cascade_sym.paper.model import Bound, Model
from cascade_sym.paper.printed import ORDER
from cascade_sym.symbols import Domains


def mistyped(sign: str, derived: Any) -> str:
    """Why a statement with this sign can't be judged by what is derived; empty where it can.

    >>> mistyped("<", 1)
    "it states '<'; what is derived is an equality, which is no bound."
    """
    if isinstance(derived, Bound):
        said = f"it states {sign!r}; what is derived is a bound, with {derived.relation!r}."
        return "" if sign in ORDER else said
    return f"it states {sign!r}; what is derived is an equality, which is no bound." if sign in ORDER else ""


def against_bound(sign: str, bound: Bound, model: Model, domains: Domains) -> tuple[str, str, Witness | None]:
    """Verdict, reason and witness of a statement with this sign whose right side is the derived bound.

    A reversed sign fails where what is bounded is away from its bound, a strict one where it takes that value. One
    that claims less than what is derived (>= for a bound that is not attained) is not passed.
    """
    told = f"{'a lower' if bound.below else 'an upper'} bound, {'' if bound.attained else 'not '}attained"
    if sign == bound.relation:
        return "exact", told, None
    if sign[0] != bound.relation[0]:
        found = _witness(bound.of, bound.value, model, domains)
        if found and (float(found["left"]) > float(found["right"])) is not bound.below:
            found = None  # what is derived would be wrong there, which is not for this statement to settle
        return (
            ("differs", f"reversed: {told}", found) if found else ("unchecked", f"{told}; no point away from it", None)
        )
    if not bound.attained:
        return "unchecked", f"it claims less than what is derived: {told}, so {bound.relation!r}", None
    value = plain(bound.value, model)
    found = _witness(value, value + 1, model, domains)  # any point, and the value that is taken there
    both = found and {**found, "right": found["left"]}
    return "differs", f"the strict relation fails where the bound is reached: {told}", both


def _witness(left: Any, right: Any, model: Model, domains: Domains) -> Witness | None:
    try:
        return witness(plain(left, model), plain(right, model), domains)
    except OutsideExactDomain:
        return None
