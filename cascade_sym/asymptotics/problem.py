"""What is minimised, over what, along which parameter, and where: the problem behind every scaling."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.arithmetics import Balls, Floats, Multiprecision
from cascade_sym.asymptotics.program import Program

EDGE = 13  # decades towards an edge of a box: beyond, floats can't tell its sides apart


@dataclass(frozen=True)
class Interval:
    """The allowed values of one optimised parameter; `angle` says that it enters through sin and cos only."""

    low: Expr
    high: Expr
    angle: bool

    @cached_property
    def span(self) -> tuple[float, float]:
        return float(self.low), float(self.high)

    @cached_property
    def kind(self) -> str:
        """`half` (0, oo) is searched in logarithms, `line` in asinh, `box` as it is."""
        if self.low.is_finite and self.high.is_finite:
            return "box"
        return "half" if self.low == 0 and self.high is sp.oo else "line"


@dataclass(frozen=True)
class Problem:
    """`program` computes (objective, constraints...); constraints must be positive.

    `growth` is the parameter g that goes to infinity: the large parameter, or its inverse (`inverted`).
    """

    program: Program
    large: Symbol
    inverted: bool
    over: tuple[Symbol, ...]
    intervals: Mapping[Symbol, Interval]
    parameters: tuple[Symbol, ...]

    # -- numbers --------------------------------------------------------------------------------------------

    def floats(self, g: float, x: np.ndarray, sample: Mapping[Symbol, Any]) -> np.ndarray:
        """Objective for columns of parameter values; inf where a constraint is violated."""
        env: dict[Symbol, Any] = {s: float(v) for s, v in sample.items()}
        env[self.large] = 1.0 / g if self.inverted else g
        env |= {s: x[i] for i, s in enumerate(self.over)}
        with np.errstate(all="ignore"):
            value, *constraints = self.program.run(Floats(), env)
            value = np.broadcast_to(np.asarray(value, dtype=float), x.shape[1:]).copy()
            bad = ~np.isfinite(value)
            for c in constraints:
                bad |= ~(np.broadcast_to(np.asarray(c, dtype=float), x.shape[1:]) > 0)
        value[bad] = np.inf
        return value

    def ball(self, g: Any, x: Sequence[Any], sample: Mapping[Symbol, Any]) -> tuple[Any, bool]:
        """(objective, whether all constraints hold) in ball arithmetic; the midpoint is returned."""
        env = dict(sample)
        env[self.large] = 1 / g if self.inverted else g
        env |= dict(zip(self.over, x, strict=True))
        value, *constraints = self.program.run(Balls(), env)
        ok = bool(value.is_finite()) and all(bool(c > 0) for c in constraints)
        return value.mid(), ok

    def multiprecision(self, g: Any, x: Sequence[Any], sample: Mapping[Symbol, Any]) -> Any:
        """The objective as an mpmath number."""
        env = dict(sample)
        env[self.large] = 1 / g if self.inverted else g
        env |= dict(zip(self.over, x, strict=True))
        return self.program.run(Multiprecision(), env)[0]

    # -- search coordinates ---------------------------------------------------------------------------------

    def to_value(self, i: int, u: np.ndarray) -> np.ndarray:
        """Search coordinate -> parameter value (floats)."""
        iv = self.intervals[self.over[i]]
        if iv.kind == "half":
            return np.asarray(10.0 ** np.clip(u, -300, 300))
        if iv.kind == "line":
            return np.asarray(np.sinh(np.clip(u, -300, 300) * math.log(10)))
        low, high = iv.span
        return np.asarray(low + (high - low) / (1 + 10.0 ** (-np.clip(u, -EDGE, EDGE))))


def rational(q: Fraction) -> sp.Rational:
    """An exponent as a SymPy number."""
    return sp.Rational(q.numerator, q.denominator)


def ball_of(e: Any) -> Any:
    """A SymPy number (or int) as a ball at the present precision."""
    e = sp.sympify(e)
    if e.is_Rational:
        return flint.arb(int(e.p)) / int(e.q)
    digits = int(flint.ctx.prec * 0.302) + 10
    return flint.arb(str(sp.N(e, digits)))
