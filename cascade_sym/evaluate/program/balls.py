"""A program at one point in ball arithmetic, at growing precision: the last resort, and the yardstick."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan, nextafter
from typing import Any

import flint
from flint import arb

from cascade_sym.program.constants import ON_BALLS, ball
from cascade_sym.program.nodes import Condition, Program, arguments

FIRST_BITS, LAST_BITS = 128, 4096


class Undecided(Exception):
    """A ball contains the point at which a decision changes."""


@dataclass(frozen=True)
class Settled:
    """The nearest doubles of all output parts, and a bound on the error of each output."""

    parts: tuple[float, ...]
    errors: tuple[float, ...]


def settle(program: Program, point: Mapping[tuple[str, str], float], rtol: float) -> Settled:
    """The outputs at `point` (by name and part) to a relative error of `rtol`; nan outside the domain.

    A value that is zero, or closer to zero than 4096 bits can tell, gets the bound that was reached.
    """
    bits = FIRST_BITS
    while True:
        with flint.ctx.workprec(bits):
            last = bits >= LAST_BITS
            done = attempt(program, point, rtol, last)
        if done is not None:
            return done
        bits *= 2


def attempt(program: Program, point: Mapping[tuple[str, str], float], rtol: float, last: bool) -> Settled | None:
    """One evaluation at flint's precision; None where it is not good enough and not the last."""
    try:
        values = walk(program, point, last)
        valid_ones = [inside(program.conditions_of(o), values, last) for o in program.outputs]
    except Undecided:
        return None
    parts: list[float] = []
    errors: list[float] = []
    for o, valid in zip(program.outputs, valid_ones, strict=True):
        balls = [values[i] for i in o.parts()]
        if not valid or not all(x.is_finite() for x in balls):
            if valid and not last:
                return None
            parts += [nan] * len(balls)
            errors.append(nan)
            continue
        radius = sum((x.rad() for x in balls), arb(0))
        size = sum((abs(x.mid()) for x in balls), arb(0))
        if not radius <= size * arb(rtol) / 8 and not last:
            return None
        near = [float(x.mid()) for x in balls]
        parts += near
        if not all(map(isfinite, near)):
            errors.append(inf)
            continue
        errors.append(upper(radius + sum((abs(x.mid() - arb(f)) for x, f in zip(balls, near, strict=True)), arb(0))))
    return Settled(tuple(parts), tuple(errors))


def upper(x: arb) -> float:
    """A double that is not below `x` >= 0."""
    return nextafter(float(x.abs_upper()), inf) if x != 0 else 0.0


def inside(conditions: Sequence[Condition], values: list[arb], last: bool) -> bool:
    """Whether all conditions hold; Undecided only where none fails for certain."""
    open_ = False
    for c in conditions:
        try:
            if not holds(values[c.node], c.strict, last):
                return False
        except Undecided:
            open_ = True
    if open_:
        raise Undecided
    return True


def holds(x: arb, strict: bool, last: bool) -> bool:
    if x > 0 or x < 0:
        return bool(x > 0)
    if x.is_zero() or last:  # zero as far as can be told
        return not strict
    raise Undecided


def walk(program: Program, point: Mapping[tuple[str, str], float | arb], last: bool) -> list[arb]:
    """The ball of every node."""
    values: list[arb] = []
    for node in program.nodes:
        if node[0] == "const":
            values.append(ball(node[1]))
        elif node[0] == "param":
            values.append(arb(point[node[1], node[2]]))
        elif node[0] in DECISIONS:
            values.append(DECISIONS[node[0]](last, *(values[a] for a in arguments(node))))
        else:
            values.append(OPERATIONS[node[0]](*(values[a] for a in arguments(node))))
    return values


def root(x: arb) -> arb:
    """The root of a value known to be real: a ball that straddles zero is cut there."""
    if x >= 0 or x < 0 or not x.is_finite():
        return x.sqrt()
    half = arb(x.abs_upper()).sqrt() / 2
    return arb(half.mid(), half.abs_upper())


def choose(last: bool, c: arb, x: arb, y: arb) -> arb:
    if c >= 0 or c < 0:
        return x if c >= 0 else y
    if not c.is_finite():
        return y
    if last:
        return x
    raise Undecided


def with_sign(last: bool, x: arb, y: arb) -> arb:
    return choose(last, y, abs(x), -abs(x))


DECISIONS: dict[str, Callable[..., arb]] = {"select": choose, "copysign": with_sign}
OPERATIONS: dict[str, Callable[..., Any]] = ON_BALLS | {"sqrt": root}
