"""An unknown at a place of a printed formula, solved for at a few points so that the formula has the derived value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from sympy import Expr, S, Symbol

from cascade_sym.formula import Node
from cascade_sym.formula.ast import Name
from cascade_sym.formula.edits.arithmetic import product, total
from cascade_sym.formula.numbers import NotNumeric
from cascade_sym.formula.walk import Path, replace_at
from cascade_sym.paper.samples import POINTS, Samples, Values, number

UNKNOWN = "unknown term"  # no name of a formula has a space
TOLERANCE = 1e-9
NONE = np.full(POINTS, np.nan, complex)


def missing_number(samples: Samples, node: Node, path: Path, part: Node, factor: bool) -> Values:
    """The number that has to be added to (or multiply) a part, at every point; nan where there is none."""
    unknown = Name(UNKNOWN)
    probe = replace_at(node, path, product([unknown, part]) if factor else total([(1, part), (1, unknown)]))
    residual = _residual(samples, probe)
    if residual is None:
        return NONE
    start = 1.0 if factor else 0.0

    def solved(k: int) -> complex:
        return _root(lambda d: complex(residual(k, d)[0]), start)

    out = np.array([solved(k) for k in range(POINTS)])
    for k in range(POINTS):
        left, scale = np.abs(residual(k, out[k])), np.abs(residual(k, start)).max()
        if not np.isfinite(out[k]) or not np.all(np.isfinite(left)) or left.max() > TOLERANCE * scale:
            return NONE
    return out


def _residual(samples: Samples, probe: Node) -> Callable[[int, complex], Values] | None:
    """Printed - derived of every coefficient, the one that is most wrong first, by point and unknown."""
    if isinstance(samples.target, Expr):
        try:
            samples.number(probe, 0, {UNKNOWN: 0.3})
            goal = samples.goals[()]
            return lambda k, d: np.array([_number_of(samples, probe, k, d) - goal[k]])
        except NotNumeric:
            pass
        except (ArithmeticError, ValueError):
            return None
    symbol = Symbol(UNKNOWN)
    found = samples.coefficients(probe, {UNKNOWN: symbol})
    if not found:
        return None
    parts = [(found.get(m, S.Zero), samples.goals.get(m, np.zeros(POINTS))) for m in {**samples.goals, **found}]

    def at_point(k: int, d: complex) -> Values:
        here = {**samples.points[k], symbol: d}
        return np.array([number(e, here) - goal[k] for e, goal in parts])

    parts = [parts[i] for i in np.argsort(-np.abs(at_point(0, 0.37)), kind="stable")]
    return at_point


def _number_of(samples: Samples, probe: Node, k: int, unknown: complex) -> complex:
    try:
        return samples.number(probe, k, {UNKNOWN: unknown})
    except (NotNumeric, ArithmeticError, ValueError):
        return complex(np.nan)


def missing_operators(
    samples: Samples, node: Node, path: Path, part: Node, operators: Sequence[Node]
) -> Iterator[tuple[Node, Values]]:
    """Operators and the number that each has to be multiplied by, to be the term that is missing."""
    symbols = [Symbol(f"{UNKNOWN} {i}") for i in range(len(operators))]
    added = [(1, product([Name(s.name), x])) for s, x in zip(symbols, operators, strict=True)]
    found = samples.coefficients(replace_at(node, path, total([(1, part), *added])), {s.name: s for s in symbols})
    if not found:
        return
    zero, nothing = dict.fromkeys(symbols, 0.0), np.zeros(POINTS, complex)
    printed = {m: samples.numbers(e, zero) for m, e in found.items()}
    goals = samples.goals
    size = max((np.abs(v).max() for v in (*goals.values(), *printed.values())), default=0.0)

    def counting(values: dict[Any, Values]) -> dict[Any, Values]:
        """Those that are not zero."""
        return {m: v for m, v in values.items() if not np.all(np.abs(v) <= TOLERANCE * size)}

    lacking = counting({m: goals.get(m, nothing) - printed.get(m, nothing) for m in {**goals, **found}})
    if not lacking or not all(np.all(np.isfinite(v)) for v in lacking.values()):
        return
    for s, x in zip(symbols, operators, strict=True):
        inside = {m for m, e in found.items() if s in e.free_symbols}
        if not inside >= set(lacking):
            continue
        gain = counting({m: samples.numbers(found[m], {**zero, s: 1.0}) - printed[m] for m in inside})
        if set(gain) == set(lacking):
            weight, *others = (lacking[m] / gain[m] for m in lacking)
            if all(np.all(np.abs(w - weight) <= TOLERANCE * np.abs(weight)) for w in others):
                yield x, weight


def _root(f: Callable[[complex], complex], start: float) -> complex:
    """A zero of f by the secant method, its steps halved where they lead away; nan where it does not come."""
    a, b = np.complex128(start), np.complex128(start + 0.31)
    fa, fb = np.complex128(f(a)), np.complex128(f(b))
    for _ in range(60):
        if not np.isfinite(fb) or fb == fa:
            break
        step, was = -fb * (b - a) / (fb - fa), np.abs(fb)
        a, fa = b, fb
        for _ in range(5):
            b = a + step
            fb = np.complex128(f(b))
            if np.abs(fb) <= was:
                break
            step /= 2
    return b if np.abs(b - a) <= 1e-9 * np.abs(b) else complex(np.nan)
