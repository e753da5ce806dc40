"""A program at one point in ball arithmetic, at growing precision: the last resort, and the yardstick."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf, nan, nextafter
from typing import Any

import flint
from flint import arb, fmpq

from cascade_sym.program.balls import Undecided
from cascade_sym.program.constants import ON_BALLS, ball
from cascade_sym.program.nodes import Condition, Program

# doubles can't decide it, so twice their digits; at the last one, a point is given up
FIRST_BITS, LAST_BITS = 128, 4096


Settled = list[tuple[list[arb], float]]  # for every output numbers near its parts, and a bound on its error in doubles


def settle(program: Program, point: Mapping[tuple[str, str], Any], rtol: float) -> Settled:
    """The outputs at `point` (by name and part) to a relative error of `rtol`.

    Outside the domain value and bound are nan; where there is no value, it is nan and its bound infinite. A value that
    is zero, or closer to zero than 4096 bits can tell, gets the bound that was reached.
    """
    bits = FIRST_BITS
    while True:
        with flint.ctx.workprec(bits):
            done = attempt(program, point, rtol, last=bits >= LAST_BITS)
        if done is not None:
            return done
        bits *= 2


def attempt(program: Program, point: Mapping[tuple[str, str], Any], rtol: float, last: bool) -> Settled | None:
    """One evaluation at flint's precision; None where it is not good enough and not the last."""
    try:
        values = walk(program, point, last)
        sets = [program.conditions_of(o) for o in program.outputs]
        different = {id(c): c for c in sets}  # equal ones are the same
        decided = {k: inside(c, values, last) for k, c in different.items()}
        valid_ones = [decided[id(c)] for c in sets]
    except Undecided:
        return None
    found: Settled = []
    for o, valid in zip(program.outputs, valid_ones, strict=True):
        balls = [values[i] for i in o.parts()]
        near = [x.mid() for x in balls]
        radius, size = sum((x.rad() for x in balls), arb(0)), sum(map(abs, near), arb(0))
        exists = all(x.is_finite() for x in balls)
        if valid and not last and not (exists and radius <= size * arb(rtol) / 8):
            return None
        if not valid or not exists:
            found.append(([arb.nan()] * len(balls), inf if valid else nan))
            continue
        lost = sum((abs(x - arb(float(x))) for x in near), arb(0))  # infinite where no double can hold it
        found.append((near, upper(radius + lost)))
    return found


def upper(x: arb) -> float:
    """A double that is not below `x` >= 0."""
    return 0.0 if x.is_zero() else nextafter(float(x.abs_upper()), inf)


def inside(conditions: Sequence[Condition], values: list[arb], last: bool) -> bool:
    """Whether all conditions hold; Undecided only where none fails for certain."""
    found = [holds(values[c.node], c.strict, last) for c in conditions]
    if None in found and False not in found:
        raise Undecided
    return False not in found


def holds(x: arb, strict: bool, last: bool) -> bool | None:
    """Whether a value is positive, or nonnegative where not `strict`; None where that can't be told."""
    if x > 0 or x < 0:
        return bool(x > 0)
    return not strict if x.is_zero() or last else None  # zero as far as can be told


def walk(program: Program, point: Mapping[tuple[str, str], Any], last: bool) -> list[arb]:
    """The ball of every node."""

    def leaf(name: str, part: str) -> arb:
        x = point[name, part]
        return x if isinstance(x, arb) else arb(fmpq(*x.as_integer_ratio()))

    def apply(op: str, *args: arb) -> arb:
        return DECISIONS[op](last, *args) if op in DECISIONS else OPERATIONS[op](*args)

    return program.run(ball, leaf, apply)


def root(x: arb) -> arb:
    """The root of a value known to be real: a ball that straddles zero is cut there."""
    if x >= 0 or x < 0 or not x.is_finite():
        return x.sqrt()
    half = arb(x.abs_upper()).sqrt() / 2
    return arb(half.mid(), half.abs_upper())


def choose(last: bool, c: arb, x: arb, y: arb) -> arb:
    if c >= 0 or c < 0:
        return x if c >= 0 else y
    if c.is_finite() and not last:
        raise Undecided
    return x if c.is_finite() else y


Table = dict[str, Callable[..., arb]]
OPERATIONS: Table = ON_BALLS | {"sqrt": root}
DECISIONS: Table = {"select": choose, "copysign": lambda last, x, y: choose(last, y, abs(x), -abs(x))}
