"""What an expression over definitions is at points: zero everywhere, or just somewhere?

Its value at one random point, in ball arithmetic, usually proves that it is not identically zero: a ball that excludes
zero is a proof, because a formula that is zero everywhere is zero at that point too. Its values at points where
parameters vanish or coincide tell whether it is safe to divide by.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.exact import is_zero
from cascade_sym.program import balls as plainly
from cascade_sym.program import read
from cascade_sym.program.calculation import Node, Reader, operation
from cascade_sym.program.doubles import Doubles
from cascade_sym.solve.naming import Naming

BITS = 256  # precision of points of a probe
SIGN_BITS = 64, 512, 4096  # of a number that is compared with zero, one after the other
GENERIC, ONE_OFF, SOME_OFF, COINCIDENT = 4, 40, 40, 120  # numbers of points of each kind
POINTS = GENERIC + ONE_OFF + SOME_OFF + COINCIDENT
WORST = 1e10  # condition number of a matrix that can be inverted


class Balls(plainly.Balls):
    """Balls at one random point; parameters lie between 0 and 1/2, which losses and rates may take alike."""

    def __init__(self) -> None:
        self._random = random.Random(20_240_229)

    def parameter(self) -> Any:
        return flint.arb(self._random.randint(10**6, 10**7)) / (2 * 10**7)

    def complex(self) -> Any:
        return flint.acb(self.parameter(), self.parameter())


class Points(Doubles):
    """Arrays over points: generic ones, some with one parameter or several zero, some with many equal."""

    def __init__(self) -> None:
        super().__init__()
        self._random = np.random.default_rng(20_240_229)
        self._count = 0

    def parameter(self) -> Any:
        v = self._random.uniform(0.05, 0.5, POINTS)
        some = slice(GENERIC + ONE_OFF, -COINCIDENT)
        v[GENERIC + self._count % ONE_OFF] = 0
        v[some] *= self._random.random(SOME_OFF) < np.linspace(0.9, 0.2, SOME_OFF)  # from a few to most of them
        v[-COINCIDENT:] = self._random.choice([0.0, 0.25, 0.25, 0.5], COINCIDENT)
        self._count += 1
        return v

    def complex(self) -> Any:
        return self.parameter() + 1j * self.parameter()


class Values:
    """Values of expressions over `naming`, each node of the one program computed once; nan where there is none."""

    def __init__(self, naming: Naming, arithmetic: Any, nan: Any) -> None:
        self.naming, self._arithmetic, self._nan = naming, arithmetic, nan
        self._reader = Reader()
        self._defined: set[Symbol] = set()
        self._values: list[Any] = []

    def of(self, e: Expr) -> Any:
        for s, d in self.naming.behind(e, self._defined):
            self._reader.define(s, d)
            self._defined.add(s)
        place = self._reader.read(e)
        for node in self._reader.nodes[len(self._values) :]:
            self._values.append(self._value(node))
        return self._values[place]

    def _value(self, node: Node) -> Any:
        if node[0] == "symbol":
            return getattr(self._arithmetic, "complex" if node[2] == "complex" else "parameter")()
        try:
            return operation(self._arithmetic, node)(self._values, {})
        except plainly.Undecided:
            return self._nan


class Probe:
    """Where expressions over `naming` are zero, as far as points tell."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming
        self._balls = Values(naming, Balls(), flint.arb.nan())
        self._doubles = Values(naming, Points(), np.nan)
        self._counted: np.ndarray = np.ones(POINTS, bool)

    def nonzero(self, e: Expr) -> bool:
        """True: `e` is not identically zero (a proof). False: it may be zero."""
        with flint.ctx.workprec(BITS):
            return not plainly.lifted(self._balls.of(e)).contains(0)

    def restrict(self, matrix: Sequence[Sequence[Expr]]) -> None:
        """Count zeros from now on where `matrix` can be inverted; elsewhere every way to divide ends in one."""
        with np.errstate(all="ignore"):
            rows = [[np.broadcast_to(self._doubles.of(e), POINTS) for e in row] for row in matrix]
            stack = np.moveaxis(np.array(rows), -1, 0)
            fine = np.asarray(np.isfinite(stack).all((-1, -2)))
            self._counted = fine & (np.linalg.cond(np.where(fine[:, None, None], stack, 0), 1) < WORST)

    def zeros(self, e: Expr) -> int:
        """At how many of the points where `e` has a value it vanishes."""
        with np.errstate(all="ignore"):
            size: np.ndarray = np.abs(np.broadcast_to(self._doubles.of(e), POINTS)[self._counted])
        known = size[np.isfinite(size)]
        return int(np.sum(known <= 1e-9 * np.max(known, initial=0)))


DIGITS = 80  # at which a pivot is told from zero, to be proved


def vanishes(e: Expr, naming: Naming) -> bool:
    """Whether `e` is identically zero: a point refutes it, the exact algebra proves it."""
    return e == 0 or (not Probe(naming).nonzero(e) and is_zero(naming.quantity(e)))


def sign(e: Expr) -> int:
    """The sign of a real number, in balls of growing precision; 0 where it is zero, or none of them tells."""
    if e.is_Rational:
        return int(sp.sign(e))
    formula = read(e)
    for bits in SIGN_BITS:
        with flint.ctx.workprec(bits):
            x = flint.acb(plainly.lifted(formula.run(plainly.Balls(), {})[0])).real
        if x > 0 or x < 0:
            return 1 if x > 0 else -1
        if is_zero(e):
            return 0
    return 0


def random_point(defs: Definitions, *exprs: Expr) -> dict[Expr, Expr]:
    """Rational numbers between 0 and 1/2 for the parameters of `exprs`: always the same ones."""
    rng = random.Random(20_240_607)
    return {s: sp.Rational(rng.randint(10**5, 10**6), 2 * 10**6) for s in defs.parameters(*exprs)}


def value_at(defs: Definitions, e: Expr, point: Mapping[Expr, Expr]) -> Expr:
    """The number that `e` is at a point."""
    return values_at(defs, [e], point)[0]


def values_at(defs: Definitions, exprs: Sequence[Expr], point: Mapping[Expr, Expr]) -> list[Expr]:
    """The numbers that expressions over definitions are at a point."""
    known = dict(point)
    for s, d in defs.needed(*exprs):
        known[s] = sp.N(d.xreplace(known), DIGITS)
    return [sp.N(e.xreplace(known), DIGITS) for e in exprs]
