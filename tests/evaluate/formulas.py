"""Random formulas with an evaluation of their own: a tree that mpmath computes node by node, and SymPy's expression."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import sympy as sp

Tree = tuple[Any, ...]

NAMES = ("x", "y", "w")
UNARY: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    name: (getattr(sp, name), getattr(mpmath, other))
    for name, other in [*((n, n) for n in (
        "sqrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh",
        "sech", "coth", "acot")), ("Abs", "fabs"), ("sign", "sign")]
}  # fmt: skip
BINARY: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (lambda a, b: a + b, lambda a, b: a + b),
    "sub": (lambda a, b: a - b, lambda a, b: a - b),
    "mul": (lambda a, b: a * b, lambda a, b: a * b),
    "div": (lambda a, b: a / b, lambda a, b: a / b),
    "Max": (sp.Max, max),
    "Min": (sp.Min, min),
    "atan2": (sp.atan2, mpmath.atan2),
}
PLAIN = ("add", "sub", "mul", "div")
POWERS = (-40, -3, -2, -1, 2, 3, 5, 40, sp.Rational(1, 2), sp.Rational(-3, 2), sp.Rational(1, 3), sp.Rational(7, 5))


class NoValue(Exception):
    """The formula has no real value, or mpmath's precision does not show it."""


def tree(rng: random.Random, depth: int, algebraic: bool) -> Tree:
    """A formula of at most that depth; only + - * /, powers and roots where `algebraic`."""
    if depth == 0 or rng.random() < 0.12:
        return ("name", rng.choice(NAMES)) if rng.random() < 0.8 else ("number", rng.choice([1, 2, -3, sp.Rational(2, 3)]))
    kind = rng.random()
    if kind < 0.55:
        op = rng.choice(PLAIN) if algebraic or rng.random() < 0.8 else rng.choice(["Max", "Min", "atan2"])
        return (op, tree(rng, depth - 1, algebraic), tree(rng, depth - 1, algebraic))
    if kind < 0.75:
        return ("power", tree(rng, depth - 1, algebraic), rng.choice(POWERS))
    if kind < 0.85:
        return ("product", *(tree(rng, min(1, depth - 1), algebraic) for _ in range(rng.randint(3, 7))))
    op = rng.choice(["sqrt", "Abs"]) if algebraic else rng.choice(list(UNARY))
    return (op, tree(rng, depth - 1, algebraic))


def expression(t: Tree) -> sp.Expr:
    """The formula as SymPy has it."""
    match t:
        case ("name", name):
            return sp.Symbol(name)
        case ("number", q):
            return sp.sympify(q)
        case ("power", base, exponent):
            return expression(base) ** exponent
        case ("product", *factors):
            return sp.Mul(*(expression(f) for f in factors))
    op, *args = t
    return (UNARY.get(op) or BINARY[op])[0](*(expression(a) for a in args))


def value(t: Tree, at: Mapping[str, float]) -> Any:
    """Its value by mpmath, at mpmath's precision; NoValue where any part of it is not a real number."""
    match t:
        case ("name", name):
            return mpmath.mpf(at[name])
        case ("number", q):
            return mpmath.mpf(sp.Rational(q).p) / sp.Rational(q).q
        case ("power", base, exponent):
            q = sp.Rational(exponent)
            known = value(base, at)
            if (known == 0 and q < 0) or (q.q > 1 and known < 0):
                raise NoValue
            return known ** int(q) if q.q == 1 else known ** (mpmath.mpf(q.p) / q.q)
        case ("product", *factors):
            return mpmath.fprod(value(f, at) for f in factors)
    op, *args = t
    known = [value(a, at) for a in args]
    if any(abs(v) > mpmath.mpf(10) ** 9 for v in known) and op in ("sin", "cos", "tan"):
        raise NoValue  # as many digits as that need more precision than this
    if any(abs(v) > mpmath.mpf(10) ** 6 for v in known) and op in ("exp", "sinh", "cosh", "sech", "coth"):
        raise NoValue
    try:
        found = (UNARY.get(op) or BINARY[op])[1](*known)
    except (ZeroDivisionError, ValueError, OverflowError):
        raise NoValue from None
    if isinstance(found, mpmath.mpc) or not mpmath.isfinite(found):
        raise NoValue
    return found


def point(rng: random.Random, wild: bool) -> dict[str, float]:
    """Values of the parameters: of any magnitude where `wild`; at times nearly or exactly equal."""
    def one() -> float:
        size = 10.0 ** rng.uniform(-300, 300) if wild and rng.random() < 0.6 else 10.0 ** rng.uniform(-3, 3)
        return size if rng.random() < 0.7 else -size

    at = {n: one() for n in NAMES}
    if rng.random() < 0.4:
        at["y"] = at["x"] * (1 + rng.choice([0.0, 1e-16, 3e-14, -1e-9]))
    if rng.random() < 0.1:
        at[rng.choice(NAMES)] = rng.choice([0.0, 1.0, -1.0, 5e-324, 1.7e308])
    return at
