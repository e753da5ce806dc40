"""What is minimised, over what, along which parameter, and where: the problem behind every scaling."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.errors import IndependentObjective, OutsideExactDomain, ParameterError, UnknownParameter, listing
from cascade_sym.formula import parse_value
from cascade_sym.program import Arithmetic, Calculation, Reader, read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.program.doubles import Doubles
from cascade_sym.program.numbers import exact_number
from cascade_sym.program.points import Multiprecision
from cascade_sym.symbols import own

Run = Callable[[Mapping[str, Any]], list[Any]]
EDGE = 13.0  # decades towards an edge of a box: beyond, floats can't tell its sides apart


@dataclass(frozen=True)
class Interval:
    """The allowed values of one optimised parameter; `angle` says that it enters through sin and cos only."""

    low: Expr
    high: Expr
    angle: bool

    @property
    def kind(self) -> str:
        """`half` (one finite end) is searched in logarithms of the distance to it, `line` in asinh, `box` as it is."""
        finite = sum(bool(e.is_finite) for e in (self.low, self.high))
        return ("line", "half", "box")[finite]

    @cached_property
    def span(self) -> tuple[float, float]:
        return float(self.low), float(self.high)

    @cached_property
    def ends(self) -> tuple[Any, Any]:
        """The ends as balls, where they are finite."""
        low, high = (ball_of(e) if e.is_finite else None for e in (self.low, self.high))
        return low, high

    @property
    def rising(self) -> bool:
        """Of a half line: whether it goes to +oo."""
        return bool(self.low.is_finite)

    def value(self, z: Any) -> Any:
        """The parameter at a coordinate of the continuation (a ball)."""
        if self.kind != "half":
            return z
        return (self.ends[0] + z.exp() if self.rising else self.ends[1] - z.exp()).mid()

    def coordinate(self, x: Any) -> Any:
        """The inverse of `value`."""
        if self.kind != "half":
            return x
        return (x - self.ends[0] if self.rising else self.ends[1] - x).log().mid()

    def holds(self, x: Any) -> bool:
        return self.kind != "box" or bool(self.ends[0] <= x <= self.ends[1])

    def found(self, u: float) -> Any:
        """The ball at a search coordinate; on a half line, floats can't tell it from the end."""
        if self.kind == "half":
            return self.value(flint.arb(float(np.clip(u, -300, 300))) * flint.arb(10).log())
        return flint.arb(float(self.searched(np.asarray(u))))

    def searched(self, u: np.ndarray) -> np.ndarray:
        """The parameter at search coordinates (floats)."""
        low, high = self.span
        if self.kind == "half":
            step = 10.0 ** np.clip(u, -300, 300)
            return np.asarray(low + step if self.rising else high - step)
        if self.kind == "line":
            return np.asarray(np.sinh(np.clip(u, -300, 300) * math.log(10)))
        return np.asarray(low + (high - low) / (1 + 10.0 ** (-np.clip(u, -EDGE, EDGE))))


def calculation_of(targets: Sequence[Quantity]) -> Calculation:
    """What computes the targets; OutsideExactDomain for complex numbers."""
    reader = Reader()
    outputs = []
    for t in targets:
        reader.begin(t.definitions)
        outputs.append(reader.read(t.expr))
    program = reader.finished(outputs)
    if bad := [n for n in program.nodes if n == ("constant", "I") or (n[0] == "symbol" and n[2] == "complex")]:
        raise OutsideExactDomain(
            f"asymptotics is for real formulas; {bad[0][1]} is complex. Write |z|^2 as z*conjugate(z), multiplied out."
        )
    return program


@dataclass(frozen=True)
class Problem:
    """The `targets`: an objective that is minimised `over` parameters, and constraints, which must be positive.

    `large` tends to `limit`, oo or 0. `settled`: parameters that turned out to have a fixed best value, and why (see
    `OptimumTerm.fixed`); `irrelevant` ones drop out. The typed errors name what does not fit.
    """

    targets: tuple[Quantity, ...]
    large: Symbol
    limit: Expr
    over: tuple[Symbol, ...] = ()
    bounds: Mapping[Symbol, tuple[Expr, Expr]] = field(default_factory=dict)
    settled: Mapping[Symbol, tuple[Expr, str]] = field(default_factory=dict)
    irrelevant: tuple[Symbol, ...] = ()

    def __post_init__(self) -> None:
        used, large = calculation_of(self.targets[:1]).symbols, self.large
        if large.name not in used:
            where = " and ".join(f"{s} = {value}" for s, (value, _) in self.settled.items())
            what = f"at its best, {where}, the objective" if where else "the objective"
            raise IndependentObjective(f"{what} does not depend on {large}; it depends on {listing(used)}.")
        if missing := [s for s in self.over if s.name not in used]:
            raise UnknownParameter(
                f"over: the objective does not depend on {listing(missing)}; it depends on {listing(used)}."
            )
        if large in self.over:
            raise ParameterError(f"over: {large} is the parameter that grows; it can't be optimised as well.")
        for s, iv in self.intervals.items():
            if not iv.low < iv.high:
                raise ParameterError(f"bounds: {s} needs low < high, got ({iv.low}, {iv.high}).")

    @cached_property
    def program(self) -> Calculation:
        """What computes (objective, constraints...)."""
        return calculation_of(self.targets)

    @cached_property
    def intervals(self) -> dict[Symbol, Interval]:
        uses = uses_of_angles(self.program)
        angles = {s: s.name in uses.angles - uses.plain for s in self.over}
        ends = {s: self.bounds.get(s, (sp.S.Zero, sp.pi / 2 if angle else sp.oo)) for s, angle in angles.items()}
        return {s: Interval(*ends[s], angle) for s, angle in angles.items()}

    @cached_property
    def parameters(self) -> tuple[Symbol, ...]:
        """What is neither optimised nor grows."""
        known = {s.name: s for t in reversed(self.targets) for s in t.parameters}
        fixed = {self.large.name, *(s.name for s in self.over)}
        return tuple(known[n] for n in self.program.symbols if n not in fixed)

    @property
    def inverted(self) -> bool:
        """Whether the parameter g that goes to infinity is the inverse of the large one."""
        return self.limit == 0

    # -- numbers --------------------------------------------------------------------------------------------

    @cached_property
    def _doubles(self) -> Run:
        return self.program.on(Doubles(real=True))

    @cached_property
    def _divisors(self) -> Run:
        nodes = self.program.nodes
        found = [n[2] for n in nodes if n[0] == "div"] + [n[1] for n in nodes if n[0] == "power" and n[2] < 0]
        return replace(self.program, outputs=tuple(dict.fromkeys(found))).on(Doubles(real=True))

    @cached_property
    def _balls(self) -> Run:
        return self.program.on(Balls())

    def _values(self, g: Any, x: Sequence[Any], sample: Mapping[Symbol, Any]) -> dict[str, Any]:
        env = {s.name: v for s, v in sample.items()}
        env[self.large.name] = 1 / g if self.inverted else g
        for s, v in zip(self.over, x, strict=True):
            env[s.name] = v
        return env

    def denominators(self, g: float, x: np.ndarray, sample: Mapping[Symbol, Any]) -> np.ndarray:
        """All that is divided by, for columns of parameter values: where it is zero the objective may have a pole."""
        return self._rows(self._divisors, g, x, sample)

    def floats(self, g: float, x: np.ndarray, sample: Mapping[Symbol, Any]) -> np.ndarray:
        """Objective for columns of parameter values; inf where a constraint is violated."""
        value, *constraints = self._rows(self._doubles, g, x, sample)
        allowed = np.isfinite(value)
        for c in constraints:
            allowed &= c > 0
        return np.where(allowed, value, np.inf)

    def _rows(self, run: Run, g: float, x: np.ndarray, sample: Mapping[Symbol, Any]) -> np.ndarray:
        with np.errstate(all="ignore"):
            found = run(self._values(g, tuple(x), {s: float(v) for s, v in sample.items()}))
        out = np.empty((len(found), *x.shape[1:]))
        for k, row in enumerate(found):
            out[k] = row
        return out

    def ball(self, g: Any, x: Sequence[Any], sample: Mapping[Symbol, Any]) -> tuple[Any, bool]:
        """(objective, whether all constraints hold) in ball arithmetic; the midpoint is returned."""
        try:
            value, *constraints = self.balls(self._values(g, x, sample))
        except Undecided:
            return flint.arb("nan"), False
        if isinstance(value, flint.acb):
            return flint.arb("nan"), False
        return value.mid(), bool(value.is_finite()) and all(map(is_positive, constraints))

    def balls(self, values: Mapping[str, Any]) -> list[Any]:
        """Objective and constraints as balls, real or complex, for all symbols by name; Undecided where undefined."""
        return [lifted(v) for v in self._balls(values)]

    def at(self, decade: float, x: Sequence[Any]) -> str:
        """A point as messages show it."""
        where = "".join(f", {s} = {float(v):.6g}" for s, v in zip(self.over, x, strict=True))
        return f"{self.large} = 10^{'-' if self.inverted else ''}{decade:g}{where}"

    def multiprecision(self, g: Any, x: Sequence[Any], sample: Mapping[Symbol, Any]) -> tuple[Any, bool]:
        """(objective, whether all constraints hold), the objective as an mpmath number."""
        value, *constraints = self.program.run(Multiprecision(), self._values(g, x, sample))
        return value, all(c > 0 for c in constraints)


def is_positive(x: Any) -> bool:
    return isinstance(x, flint.arb) and bool(x > 0)


def number_of(v: Any, argument: str) -> Expr:
    """The exact number that a value stands for (floats are decimals), or an infinity; text is read as for `--set`."""
    if isinstance(v, str):
        return parse_value(v)
    if v in (sp.oo, -sp.oo):
        return sp.sympify(v)
    try:
        return exact_number(v)
    except ParameterError as e:
        raise ParameterError(f"{argument}: {e}") from e


def balls_at(exprs: Iterable[Expr], values: Mapping[str, Any]) -> list[Any]:
    """Expressions as balls at the present precision, real or complex, with the values of symbols by name."""
    return [lifted(v) for v in read(*exprs).run(Balls(), values)]


def ball_of(e: Any) -> Any:
    """A SymPy number, fraction or int as a ball at the present precision."""
    (value,) = balls_at([sp.sympify(e)], {})
    return value.real if isinstance(value, flint.acb) else value


CIRCULAR = {"sin", "cos", "tan", "cot", "sec", "csc"}
NO_ANGLE = own("no angle")


@dataclass
class Uses(Arithmetic):
    """How symbols are used: `angles` inside circular functions, `plain` outside; `turns` are multiples of pi inside.

    Values are linear forms in symbols and pi; what is none any more is `NO_ANGLE`.
    """

    angles: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    turns: set[Fraction] = field(default_factory=set)

    def number(self, q: Fraction) -> Expr:
        return sp.Rational(q)

    def constant(self, name: str) -> Expr:
        return sp.pi if name == "pi" else NO_ANGLE

    def mul(self, factors: Sequence[Expr]) -> Expr:
        return prod(factors) if sum(not f.is_Rational for f in factors) <= 1 else self.used(factors)

    def power(self, base: Expr, exponent: Fraction) -> Expr:
        if base.is_Rational and exponent.denominator == 1 and (base or exponent > 0):
            return base**exponent.numerator
        return self.used([base])

    def pow(self, base: Expr, exponent: Expr) -> Expr:
        return self.used([base, exponent])

    def call(self, name: str, *arguments: Expr) -> Expr:
        if name not in CIRCULAR:
            return self.used(arguments)
        (angle,) = arguments
        self.angles |= {s.name for s in angle.free_symbols}
        self.turns |= {abs(Fraction(q.p, q.q)) for q in [angle.coeff(sp.pi)] if q}
        return NO_ANGLE

    def used(self, forms: Sequence[Expr]) -> Expr:
        """Something that is no sum of angles any more."""
        self.plain |= {s.name for e in forms for s in e.free_symbols}
        return NO_ANGLE


def uses_of_angles(program: Calculation) -> Uses:
    """How the symbols of a calculation are used: angles enter through sines and cosines only.

    >>> x, y = sp.symbols("x y")
    >>> u = uses_of_angles(read(sp.sin(x + 2*y + sp.pi/4)*y))
    >>> u.angles - u.plain, u.plain & {"x", "y"}, u.turns
    ({'x'}, {'y'}, {Fraction(1, 4)})
    """
    uses = Uses()
    uses.used(program.run(uses, {s: Symbol(s) for s in program.symbols}))
    return uses
