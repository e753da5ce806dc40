"""How far a printed approximation is from the derived form over its domain: the largest seen, or a proved bound."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import flint
import mpmath as mp
import numpy as np
import sympy as sp
from flint import arb
from sympy import Expr, Symbol

from cascade_sym.errors import CascadeError, ParameterError, listing
from cascade_sym.exact.truth import all_equal
from cascade_sym.extras import require
from cascade_sym.folder.derived_values import PowerLaw, leading_form
from cascade_sym.folder.model import Model
from cascade_sym.folder.printed import Domain
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.symbols import own

if TYPE_CHECKING:
    from cascade_sym.asymptotics import Scaling

# points along an axis, steps of the refinement, and what stands for infinity
GRID, REFINED, FAR = 6, 40, sp.Integer(10) ** 9
DIGITS = 15  # of deviations: they are stated to three
BOXES, BITS = 4000, 64  # of a proof: how many pieces of the domain are looked at, in balls of how many bits
LOOSE = 1.001  # a proved bound may be that much larger than what was seen
SMALL = 5e-5  # a difference below which three decimals of a per cent show less than two digits
SEEN, PROVED = "largest seen", "proved bound"
Point = tuple[Expr, ...]


class _Undefined(ParameterError):
    """A point at which neither form has a value, or the derived one is not known."""


_FOLLOWED: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()


def deviation(
    printed: Expr, derived: Any, domain: Domain, model: Model, refine: bool = True
) -> tuple[Any, dict[str, Any]]:  # fmt: skip
    """derived/printed - 1: its extreme over the domain, and all about it as plain data.

    The extreme is found on a grid and, with `refine`, sought beside it; then `maximum_is` says whether ball arithmetic
    proved that nothing is larger ("proved bound", which is then given) or it is the "largest seen". There numbers are
    text; `function` is the ratio less one as a formula, with P for a prefactor that is a root without closed form;
    `printed_over_derived` is the same with printed/derived - 1. Ranges may end at oo. Raises ParameterError where the
    ratio has no finite value or depends on more than the domain's parameters, or where the domain leaves the ranges of
    the folder.
    """
    names = list(domain.ranges)
    for n, (lo, hi) in domain.ranges.items():
        low, high = model.range_of(n)
        if lo < low or hi > high:
            raise ParameterError(f"the domain gives {n} the range [{lo}, {hi}]; the folder's is [{low}, {high}].")
    elsewhere = independent(leading_form(derived).free_symbols | printed.free_symbols, names, model)

    def point(u: Sequence[float]) -> Point:
        return tuple(_place(*domain.ranges[n], v) for n, v in zip(names, np.clip(u, 0.0, 1.0), strict=True))

    @cache
    def ratio(values: Point) -> Any:
        return _ratio(printed, derived, dict(zip(names, values, strict=True)), elsewhere)

    def size(u: Sequence[float]) -> float:
        try:
            return -float(abs(ratio(point(u))))
        except _Undefined:
            return 0.0
        except CascadeError:
            return -float("inf")

    steps = GRID - 1 if refine else 1  # else the corners alone
    best = min(itertools.product(*([i / steps for i in range(steps + 1)] for _ in names)), key=size)
    if names and refine and size(best) > -float("inf"):
        require("deviations", "scipy", extra="papers")
        from scipy.optimize import minimize

        start = np.array(best)  # the simplex stays inside the unit box
        simplex = np.vstack([start, start + np.diag(np.where(start < 0.5, 0.5, -0.5) / GRID)])
        found = minimize(size, best, method="Nelder-Mead", options={"maxfev": REFINED, "initial_simplex": simplex})
        if found.fun < size(best):
            best = tuple(found.x)
    where = point(best)
    at_point, extreme = ratio(tuple(domain.at[n] for n in names)), ratio(where)
    function = quotient = leading_form(derived) / printed
    if isinstance(derived, PowerLaw):
        function = quotient.subs(derived.law.large, 1)  # both are the same power of it
    bound = None
    if refine and (not isinstance(derived, PowerLaw) or derived.law.prefactor.closed is not None):
        bound = proved_bound(quotient, domain, elsewhere[0], model, abs(float(extreme)))
    return extreme if bound is None else bound, {
        "quantity": "derived/printed - 1",
        "function": str(sp.simplify(function) - 1),
        "at": {k: str(v) for k, v in domain.at.items()},
        "value_at": _text(at_point),
        "maximum": _text(extreme),
        "maximum_is": SEEN if bound is None else PROVED,
        "bound": None if bound is None else _text(bound),
        "maximum_at": {k: _text(sp.N(v, DIGITS)) for k, v in zip(names, where, strict=True)},
        "domain": {k: [str(a), str(b)] for k, (a, b) in domain.ranges.items()},
        "printed_over_derived": {"value_at": _text(1 / (1 + at_point) - 1), "maximum": _text(1 / (1 + extreme) - 1)},
    }


def percent(x: Any) -> str:
    """A relative difference with its sign, in per cent; one that three decimals don't show keeps three digits.

    >>> percent(0.0123), percent("-2.5e-8"), percent(0)
    ('+1.230%', '-2.5e-06%', '0%')
    """
    v = float(x)
    if v == 0:
        return "0%"
    return f"{v:+.3%}" if abs(v) >= SMALL else f"{100 * v:+.3g}%"


def _text(v: Any) -> str:
    return str(mp.nstr(mp.mpf(v), 10))


def _place(lo: Expr, hi: Expr, u: float) -> Expr:
    """A point of [lo, hi] by a coordinate in [0, 1]; the middle is one above a lower end that faces oo."""
    if hi is sp.oo:
        return lo + min(sp.Rational(u) / (1 - sp.Rational(u)), FAR) if u < 1 else lo + FAR
    return lo + (hi - lo) * sp.Rational(u)


def independent(symbols: Iterable[Symbol], names: Iterable[str], model: Model) -> list[dict[Symbol, Expr]]:
    """Two sets of values for the symbols that are not in `names`: all different, in the ranges of the folder.

    >>> a, b = sp.symbols("a b")
    >>> independent([a, b], ["b"], Model(ranges={"a": (sp.S.Zero, sp.S.One)}))
    [{a: 2/5}, {a: 5/8}]
    """
    others = sorted((s for s in symbols if s.name not in set(names)), key=lambda s: s.name)
    out: list[dict[Symbol, Expr]] = [{}, {}]
    for k, s in enumerate(others):
        lo, hi = model.range_of(s.name)
        for table, n in zip(out, (k + 1, k + 3), strict=True):
            step = sp.Rational(sp.prime(n), 3)
            if lo.is_finite and hi.is_finite:
                table[s] = lo + (hi - lo) * step / (1 + step)
            else:
                table[s] = hi - step if hi.is_finite else step + (lo if lo.is_finite else 0)
    return out


def _ratio(
    printed: Expr, derived: Any, at: Mapping[str, Expr], elsewhere: Sequence[Mapping[Symbol, Expr]]
) -> Any:  # fmt: skip
    """derived/printed - 1 at values of the domain's parameters; other symbols must drop out."""
    if isinstance(derived, PowerLaw):
        law = derived.law
        above = _prefactor(law, tuple((s, at[s.name]) for s in law.prefactor.parameters))
        below = printed / law.large**law.exponent
        one, two = (_quotient(above, _number(below, at, other), at) for other in elsewhere)
    else:
        form = leading_form(derived)
        one, two = (_quotient(_number(form, at, other), _number(printed, at, other), at) for other in elsewhere)
    if abs(one - two) > mp.mpf(10) ** -10:
        raise ParameterError(
            f"the ratio of derived and printed form depends on more than the domain's {listing(at)}; "
            "give ranges for all parameters."
        )
    return one


def _prefactor(law: Scaling, values: tuple[tuple[Symbol, Expr], ...]) -> Any:
    """The prefactor of a scaling; where a root is followed, that is slow, and so is remembered."""
    known = _FOLLOWED.setdefault(law.prefactor.track, {})
    if values not in known:
        try:
            known[values] = law.at(dict(values), DIGITS)
        except ParameterError as err:
            raise _Undefined(str(err)) from err
    return known[values]


def _number(e: Expr, at: Mapping[str, Expr], other: Mapping[Symbol, Expr]) -> Any:
    """A form at a point; nan where it has no finite real value."""
    v = sp.N(e.xreplace({s: at[s.name] if s.name in at else other[s] for s in e.free_symbols}), DIGITS + 10)
    return mp.mpf(v) if v.is_real and v.is_finite else mp.nan


def _quotient(derived: Any, printed: Any, at: Mapping[str, Expr]) -> Any:
    """derived/printed - 1. ParameterError where only one has a finite value, or only the printed one is zero."""
    if (mp.isnan(derived) and mp.isnan(printed)) or derived == printed == 0:
        raise _Undefined(f"neither form has a value at {dict(at)}.")
    if mp.isnan(derived) or mp.isnan(printed) or printed == 0:
        which = "derived" if mp.isnan(derived) else "printed"
        raise ParameterError(f"the {which} form has no usable value at {dict(at)}.")
    return derived / printed - 1


def proved_bound(
    ratio: Expr, domain: Domain, other: Mapping[Symbol, Expr], model: Model, seen: float
) -> Any:  # fmt: skip
    """An upper bound of |ratio - 1| over the domain, in ball arithmetic; None where none near `seen` is found.

    The domain is cut in pieces until on each the ball of the ratio stays below the bound. That other symbols drop out
    is proved first.
    """
    here = ratio.xreplace(dict(other))
    if here.has(sp.Float) or not all_equal([(ratio, here)], model.domains()):
        return None
    names = list(domain.ranges)
    units = [own("u", k) for k in range(len(names))]
    table = {}
    for u, (n, (lo, hi)) in zip(units, domain.ranges.items(), strict=True):
        table[Symbol(n)] = lo + u / (1 - u) if hi is sp.oo else lo + (hi - lo) * u
    with flint.ctx.workprec(BITS):
        return _covered(sp.together(here.xreplace(table)), [u.name for u in units], seen * LOOSE + 1e-12)


def _covered(e: Expr, names: Sequence[str], bound: float) -> Any:
    run = read(e - 1).on(Balls())
    boxes = [((0.0, 1.0),) * len(names)]
    for _ in range(BOXES):
        if not boxes:
            return mp.mpf(bound)
        box = boxes.pop()
        if not _below(run, dict(zip(names, box, strict=True)), bound):
            if not box:
                return None
            k = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
            lo, hi = box[k]
            middle = (lo + hi) / 2
            boxes += [(*box[:k], half, *box[k + 1 :]) for half in ((lo, middle), (middle, hi))]
    return None


def _below(run: Callable[[Mapping[str, Any]], list[Any]], box: Mapping[str, tuple[float, float]], bound: float) -> bool:
    try:
        (found,) = run({n: arb((lo + hi) / 2, (hi - lo) / 2) for n, (lo, hi) in box.items()})
        return bool(abs(lifted(found)) <= arb(bound))
    except (Undecided, ZeroDivisionError, OverflowError):
        return False
