"""A parameter sent to infinity, exactly, before anything else is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.arithmetics import ExactSeries, series_value
from cascade_sym.asymptotics.follow import BITS
from cascade_sym.asymptotics.ground import Ground
from cascade_sym.asymptotics.leading import constants
from cascade_sym.asymptotics.program import compile_program
from cascade_sym.asymptotics.rewriting import Rewriting, reparametrised
from cascade_sym.asymptotics.series import PrecisionLoss, Ramify, Series
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import ScalingError
from cascade_sym.symbols import own

MOST_TERMS = 32


def at_infinity(target: Quantity, s: Symbol, value: Expr) -> Quantity:
    """The limit of `target` as s -> value (oo or -oo); ScalingError where it diverges.

    Definition by definition where every one has a finite limit, otherwise by the valuation of the whole; either
    way what does not contain s stays as it is.
    """
    try:
        items = tuple((name, limit_of(e, s, value)) for name, e in target.definitions)
        definitions = Definitions(items, domains=target.definitions.domains.made_from([s]))
        return Quantity(target.name, limit_of(target.expr, s, value), definitions, target.steps)
    except ScalingError:
        if not len(target.definitions):
            raise
        return Quantity(target.name, limit_of(target.inline(), s, value), steps=target.steps)


def limit_of(e: Expr, s: Symbol, value: Expr) -> Expr:
    """lim e as s -> value, by exact valuation; subexpressions without s are left alone.

    >>> n, x = sp.symbols("n x")
    >>> limit_of((n + 1)*sp.sin(x)/(2*n + x) + 1/n, n, sp.oo)
    sin(x)/2
    """
    if s not in e.free_symbols:
        return e
    names: dict[Expr, Symbol] = {}
    shape = _abstract(e, s, names)
    sample = {name: sp.Rational(3 + 2 * i, 7 + 2 * i) for i, name in enumerate(names.values())}
    program = compile_program(shape)
    meaning = {name: part for part, name in names.items()}

    def attempt(values: Mapping[Symbol, Any], rewriting: Rewriting) -> Expr:
        p, terms = 1, 4
        while terms <= MOST_TERMS:
            ground = Ground((), values)
            arithmetic = ExactSeries(ground, terms)
            env = constants(ground, arithmetic, rewriting)
            sign = ground.rational(1 if value is sp.oo else -1)
            env[s] = Series.power_of_t(ground, -p, terms).scaled(sign)
            try:
                out = series_value(program.run(arithmetic, env)[0])
                if out.is_exact_zero:
                    return sp.S.Zero
                val, lead = out.leading()
            except Ramify as r:
                p *= r.factor
                continue
            except PrecisionLoss:
                terms *= 2
                continue
            if val < 0:
                raise ScalingError(f"{e} diverges as {s} -> {value}; set a finite value.")
            if val > 0:
                return sp.S.Zero
            return rewriting.shown(lead.expr()).xreplace(meaning)
        raise ScalingError(f"the limit of {e} for {s} -> {value} was not found: all known orders cancel.")

    with flint.ctx.workprec(BITS):
        return reparametrised(sample, attempt)


def _abstract(e: Expr, s: Symbol, names: dict[Expr, Symbol]) -> Expr:
    """Maximal subexpressions without s, other than rational numbers, become symbols."""
    if s not in e.free_symbols:
        if e.is_Rational:
            return e
        if e not in names:
            names[e] = own(f"part{len(names)}")
        return names[e]
    if e == s:
        return e
    if isinstance(e, sp.Add | sp.Mul):
        rest, mine = e.as_independent(s, as_Add=isinstance(e, sp.Add))
        parts = [_abstract(a, s, names) for a in e.func.make_args(mine)]
        if isinstance(e, sp.Mul):
            number, rest = rest.as_coeff_Mul(rational=True)
            parts.append(number)
        return e.func(*parts, *([] if rest == e.func.identity else [_abstract(rest, s, names)]))
    return e.func(*(_abstract(a, s, names) for a in e.args))
