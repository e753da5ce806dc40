"""A parameter sent to infinity, exactly, before anything else is done."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.arithmetics import AngleSeries, ExactSeries, series_value
from cascade_sym.asymptotics.ground import Ground, Reparametrise
from cascade_sym.asymptotics.program import compile_program
from cascade_sym.asymptotics.series import PrecisionLoss, Ramify, Series
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import ScalingError

BAD = (sp.oo, -sp.oo, sp.zoo, sp.nan)


def at_infinity(target: Quantity, s: Symbol, value: Expr) -> Quantity:
    """The limit of `target` as s -> value (oo or -oo); ScalingError where it diverges.

    Definition by definition where every one has a finite limit; otherwise by the valuation of the whole.
    """
    items = []
    for name, e in target.definitions:
        e = _direct(e, s, value)
        if e is None:
            return _by_valuation(target, s, value)
        items.append((name, e))
    expr = _direct(target.expr, s, value)
    if expr is None:
        return _by_valuation(target, s, value)
    return Quantity(target.name, expr, Definitions(tuple(items)), target.steps)


def _direct(e: Expr, s: Symbol, value: Expr) -> Expr | None:
    if s not in e.free_symbols:
        return e
    out = sp.sympify(_walk(e, s, value))
    return None if out.has(*BAD, sp.AccumBounds) else out


def _walk(e: Expr, s: Symbol, value: Expr) -> Expr:
    """Bottom up, with infinities only as direct results: oo times a symbol is not simplified away."""
    if e == s:
        return value
    if s not in e.free_symbols:
        return e
    args = [_walk(a, s, value) for a in e.args]
    infinite = [a for a in args if a in (sp.oo, -sp.oo)]
    if not infinite:
        return sp.nan if any(a.has(*BAD) for a in args) else e.func(*args)
    if isinstance(e, sp.Add):
        return sp.oo if len(infinite) == 1 else sp.nan
    if isinstance(e, sp.Mul):
        return sp.nan if any(a == 0 for a in args) else sp.oo
    if isinstance(e, sp.Pow) and args[1].is_Rational:
        return sp.oo if args[1] > 0 else sp.S.Zero
    return sp.nan


def _by_valuation(target: Quantity, s: Symbol, value: Expr) -> Quantity:
    program = compile_program(target)
    others = sorted(program.symbols - {s}, key=lambda q: q.name)
    half = {a: Symbol(f"_half_{a.name}") for a in program.angles}
    sample = {half.get(q, q): sp.Rational(3 + 2 * i, 7 + 2 * i) for i, q in enumerate(others)}
    p, terms = 1, 4
    while terms < 40:
        ground = Ground((), sample)
        arithmetic = ExactSeries(ground, terms)
        one = Series.constant(ground.rational(1), terms)
        env: dict[Symbol, object] = {q: arithmetic.const(ground.gen(q)) for q in others if q not in half}
        for a, h in half.items():
            k = arithmetic.const(ground.gen(h))
            inverse = (one + k * k).inverse()
            env[a] = AngleSeries((one + -(k * k)) * inverse, (k + k) * inverse)
        env[s] = Series.power_of_t(ground, -p, terms).scaled(ground.rational(1 if value is sp.oo else -1))
        try:
            (out,) = program.run(arithmetic, env)
            val, lead = series_value(out).leading()
        except Ramify as r:
            p *= r.factor
            continue
        except Reparametrise as r:
            raise ScalingError(
                f"the limit {s} -> {value} needs the root of {r.radicand}; take it by hand."
            ) from r
        except PrecisionLoss:
            terms *= 2
            continue
        if val < 0:
            raise ScalingError(f"the objective diverges as {s} -> {value}; set a finite value.")
        back = {h: sp.tan(a / 2) for a, h in half.items()}
        return Quantity(target.name, sp.S.Zero if val > 0 else lead.expr().xreplace(back))
    raise ScalingError(f"the limit {s} -> {value} could not be found: all known orders cancel.")
