"""How far an approximate printed formula is from the derived one, over the domain that it is printed for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import CascadeError, ParameterError, listing
from cascade_sym.paper.model import PowerLaw, leading_form
from cascade_sym.paper.printed import Domain

GRID, REFINED, FAR = 6, 40, sp.Integer(10) ** 9
DIGITS = 15
OTHERS = (sp.S.One, sp.Rational(7, 3))  # values of parameters that must drop out


@dataclass(frozen=True)
class Deviation:
    """derived/printed - 1: at the domain's point, and its extreme over the domain with the place where it was found.

    `function` is the ratio less one as a formula, with P for a prefactor that is a root without closed form.
    """

    at_point: Any
    extreme: Any
    where: Mapping[str, Expr]
    domain: Domain
    function: Expr

    @property
    def tolerated(self) -> bool:
        return abs(self.extreme) <= mp.mpf(sp.N(self.domain.error, DIGITS))

    def to_json(self) -> dict[str, Any]:
        """Numbers as text; `printed_over_derived` is the same with printed/derived - 1."""

        def text(v: Any) -> str:
            return str(mp.nstr(mp.mpf(v), 10))

        return {
            "quantity": "derived/printed - 1",
            "function": str(self.function),
            "at": {k: str(v) for k, v in self.domain.at.items()},
            "value_at": text(self.at_point),
            "maximum": text(self.extreme),
            "maximum_at": {k: text(sp.N(v, DIGITS)) for k, v in self.where.items()},
            "domain": {k: [str(a), str(b)] for k, (a, b) in self.domain.ranges.items()},
            "printed_over_derived": {
                "value_at": text(1 / (1 + self.at_point) - 1), "maximum": text(1 / (1 + self.extreme) - 1),
            },
        }  # fmt: skip


def deviation(printed: Expr, derived: Any, domain: Domain) -> Deviation:
    """The relative deviation of two forms of one quantity; found on a grid over the domain and refined.

    Ranges may end at oo. Raises ParameterError where the ratio has no finite value or depends on more than the
    domain's parameters.
    """
    names = list(domain.ranges)

    def point(u: Sequence[float]) -> tuple[Expr, ...]:
        return tuple(_place(*domain.ranges[n], v) for n, v in zip(names, np.clip(u, 0.0, 1.0), strict=True))

    @cache
    def ratio(values: tuple[Expr, ...]) -> Any:
        return _ratio(printed, derived, dict(zip(names, values, strict=True)))

    def size(u: Sequence[float]) -> float:
        try:
            return -float(abs(ratio(point(u))))
        except CascadeError:
            return 0.0

    best = min(itertools.product(*([i / (GRID - 1) for i in range(GRID)] for _ in names)), key=size)
    if names:
        from scipy.optimize import minimize

        found = minimize(size, best, method="Nelder-Mead", options={"maxfev": REFINED, "initial_simplex": _near(best)})
        if found.fun < size(best):
            best = tuple(found.x)
    where = dict(zip(names, point(best), strict=True))
    at_point = ratio(tuple(domain.at[n] for n in names))
    return Deviation(at_point, ratio(tuple(where.values())), where, domain, _function(printed, derived))


def _function(printed: Expr, derived: Any) -> Expr:
    ratio = leading_form(derived) / printed
    if isinstance(derived, PowerLaw):
        ratio = ratio.subs(derived.law.large, 1)  # both are the same power of it
    return sp.simplify(ratio) - 1


def _near(u: Sequence[float]) -> np.ndarray:
    """A simplex that stays inside the unit box."""
    start = np.array(u)
    return np.vstack([start, start + np.diag(np.where(start < 0.5, 0.5, -0.5) / GRID)])


def _place(lo: Expr, hi: Expr, u: float) -> Expr:
    """A point of [lo, hi] by a coordinate in [0, 1]; the middle is one above a lower end that faces oo."""
    if hi is sp.oo:
        return lo + min(sp.Rational(u) / (1 - sp.Rational(u)), FAR) if u < 1 else lo + FAR
    return lo + (hi - lo) * sp.Rational(u)


def _ratio(printed: Expr, derived: Any, at: Mapping[str, Expr]) -> Any:
    """derived/printed - 1 at values of the domain's parameters; other symbols must drop out."""
    if isinstance(derived, PowerLaw):
        law = derived.law
        above = law.at({s: at[s.name] for s in law.prefactor.parameters}, DIGITS)  # slow: a root is followed there
        below = printed / law.large**law.exponent
        one, two = (above / _number(below, at, other) - 1 for other in OTHERS)
    else:
        form = leading_form(derived)
        one, two = (_number(form, at, other) / _number(printed, at, other) - 1 for other in OTHERS)
    if abs(one - two) > mp.mpf(10) ** -10:
        raise ParameterError(
            f"the ratio of derived and printed form depends on more than the domain's {listing(at)}; "
            "give ranges for all parameters."
        )
    return one


def _number(e: Expr, at: Mapping[str, Expr], other: Expr) -> Any:
    values = {s: at.get(s.name, other) for s in e.free_symbols if isinstance(s, Symbol)}
    v = sp.N(e.xreplace(values), DIGITS + 10)
    if not v.is_real or not v.is_finite or v == 0:
        raise ParameterError(f"the printed or derived form has no usable value at {values}: {v}.")
    return mp.mpf(v)
