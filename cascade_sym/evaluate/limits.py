"""Values where a number vanishes that a solver divides by on its own account.

An elimination divides by its pivots. One of them may vanish where the equations have a unique solution, which is then
the limit of what the definitions say. A pivot that is moved is one element of the matrix moved: so with all pivots
moved by tiny amounts the definitions say what solves equations nearby. This is done twice, in different directions; the
limit exists where both agree. Motion in time is divided by differences of its rates, and there it is the rates that are
moved. What a user divides by is not moved: a formula such as sin(x)/x has no value at zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import flint
import numpy as np
import sympy as sp
from flint import arb
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.evaluate.program.growing import Undecided, inside, walk
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.program.constants import OUTSIDE_BITS
from cascade_sym.program.nodes import Program
from cascade_sym.symbols.names import own

Leaf = tuple[str, str]

FAR = 2**16  # a pivot that is so much smaller than what it started from has lost that many bits in doubles
SHIFTS = own("shift"), own("shift", 1)  # two, so that what depends on how far is seen
AMOUNTS = 200, 260  # bits that the two shifts lie below the largest parameter
AGREED = 120  # bits to which both values have to agree
SMALLER = 40  # bits by which a value that tends to zero is smaller at the smaller shift
BITS = 1024, 4096, 16384  # precisions that are tried in turn


def far_from_zero(definitions: Definitions) -> tuple[tuple[str, Expr], ...]:
    """Named expressions that are positive where no pivot has lost many digits to cancellation."""

    def terms(e: Expr) -> list[Expr]:
        """What a number starts from, before elimination changes it: enough to see that little of it is left."""
        _, rest = e.as_coeff_Mul()
        if rest in definitions:
            return terms(definitions[rest])
        if not isinstance(e, sp.Add):
            return [e]
        before = [a for a in e.args if a.as_coeff_Mul()[1] in definitions]
        return [t for a in before or e.args for t in terms(a)]

    def size(parts: Sequence[Expr]) -> Expr:
        return sp.Add(*(sp.Abs(e, evaluate=False) for e in parts))

    return tuple(
        (f"pivot {k}", FAR * size(pivot) - size([t for s in pivot for t in terms(definitions[s])]))
        for k, pivot in enumerate(definitions.pivots)
    )


def shifted(definitions: Definitions) -> Definitions:
    """The definitions with every pivot moved by small amounts that have the names `SHIFTS`."""
    first, second = SHIFTS
    moves = {s: first * sp.Rational(k + 2, k + 1) + second * (k + 1) for k, s in enumerate(definitions.moved)}
    items = tuple((s, e + moves.get(s, 0)) for s, e in definitions)
    return replace(definitions, items=items, pivots=())


class Limits:
    """The limits of the outputs of `moved`, which has the parameters `SHIFTS`, where `program` divides by zero."""

    def __init__(self, program: Program, moved: Program) -> None:
        self.program, self.moved = program, moved

    def fill(self, given: Mapping[Leaf, Any], outputs: Sequence[np.ndarray]) -> None:
        """Puts limits into the place of nan."""
        for k in np.flatnonzero(np.logical_or.reduce([unexplained(out) for out in outputs])):
            point = {leaf: arb(float(x[k] if getattr(x, "ndim", 0) else x)) for leaf, x in given.items()}
            if values := self.at(point):
                for out, value in zip(outputs, values, strict=True):
                    out[k] = float(value.mid())

    def fill_exactly(self, given: Mapping[Leaf, Any], outputs: Sequence[np.ndarray], mp: Any) -> None:
        """The same for numbers of the context `mp` of mpmath."""
        for k in np.flatnonzero(np.logical_or.reduce([[mp.isnan(x) for x in out] for out in outputs])):
            point = {leaf: exact_ball(x[k], mp) for leaf, x in given.items()}
            if values := self.at(point):
                for out, value in zip(outputs, values, strict=True):
                    mantissa, exponent = value.mid().man_exp()
                    out[k] = mp.ldexp(int(mantissa), int(exponent))

    def at(self, point: dict[Leaf, arb]) -> list[arb] | None:
        """The limits at one point; None where there is none, or no pivot vanishes there."""
        if not all(x.is_finite() for x in point.values()) or not self.vanishing(point):
            return None
        largest = max((abs(x).mid() for x in point.values()), default=arb(1))
        for bits in BITS:
            with flint.ctx.workprec(bits):
                far, near = (self.moved_by(point, k, largest * arb(2) ** -by) for k, by in enumerate(AMOUNTS))
                if far is None or near is None:
                    return None
                found = [agreed(x, y, largest) for x, y in zip(far, near, strict=True)]
                if all(x.is_finite() for x in found):
                    return found
        return None

    def vanishing(self, point: dict[Leaf, arb]) -> bool:
        """Whether a pivot is near zero."""
        with flint.ctx.workprec(BITS[0]):
            values = walk(self.program, point, True)
            return not all(values[c.node] > 0 for c in self.program.conditions if c.removable)

    def moved_by(self, point: dict[Leaf, arb], which: int, amount: arb) -> list[arb] | None:
        """The outputs with one of the shifts not zero; None outside the domain."""
        shifts = {(s.name, "re"): amount if k == which else arb(0) for k, s in enumerate(SHIFTS)}
        try:
            values = walk(self.moved, point | shifts, False)
            if not inside(self.moved.conditions, values, False):
                return None
        except Undecided:
            return [arb.nan() for _ in self.moved.output_nodes()]
        return [values[i] for i in self.moved.output_nodes()]


def agreed(far: arb, near: arb, unit: arb) -> arb:
    """The limit of which two values are known, the second one with the smaller shift; nan where they don't tell."""
    tiny = unit * arb(2) ** -sum(AMOUNTS)
    if abs(near) < abs(far) * arb(2) ** -SMALLER or (abs(near) < tiny and abs(far) < tiny):
        return arb(0)
    return near if abs(far - near) < abs(near) * arb(2) ** -AGREED else arb.nan()


def exact_limits(definitions: Definitions, point: Mapping[Symbol, Expr]) -> Definitions:
    """The definitions as exact numbers: their limits where a pivot vanishes, those that have one.

    Each pivot that vanishes becomes a multiple of an infinitesimal; the exact algebra does the rest. It has no
    exponentials of infinitesimals, so there are none of motion in time.
    """
    if definitions.rates:
        return Definitions()
    first = SHIFTS[0]
    pivots = {p[-1]: p for p in definitions.pivots}
    values, found = dict(point), dict(point)
    for s, e in definitions:
        try:
            values[s] = normal_form(e.xreplace(values))
            if s in pivots and all(values[part] == 0 for part in pivots[s]):
                values[pivots[s][0]] = first * (len(values) + 1)
            above, below = (part.xreplace({first: sp.S.Zero}) for part in sp.fraction(values[s]))
            if not is_zero(below):
                found[s] = above / below
        except OutsideExactDomain:  # a function of what came before
            if e.free_symbols <= found.keys():
                values[s] = found[s] = e.xreplace(found)
    return Definitions(tuple((s, found[s]) for s, _ in definitions if s in found))


def exact_ball(x: Any, mp: Any) -> arb:
    """The ball of a finite number of mpmath."""
    if not mp.isfinite(x):
        return arb.nan()
    mantissa, exponent = mp.mpf(x).man_exp
    return arb((int(mantissa), int(exponent)))


def unexplained(out: np.ndarray) -> np.ndarray:
    """Where a result is nan, and not the one that says that the point lies outside the domain."""
    empty = np.isnan(out)
    if out.dtype == np.float64 and empty.any():
        empty &= out.view(np.uint64) != OUTSIDE_BITS
    return empty
