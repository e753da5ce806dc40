"""First pass over expressions: which generators does the exact algebra need?

Sines and cosines, phases exp(I*theta), real exponentials exp(-gamma*t), I, symbols and conjugated symbols; and from
these roots, absolute values and conjugates, which come late. Arguments of trigonometric functions and exponentials are
split into monomials, so that sin(theta_M + theta_S), cos(2*theta) and exp(I*(a - b)/2) share the generators of their
parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Any, Self

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact.intervals import Interval
from cascade_sym.program import BY_NAME, TABLE, Arithmetic, read
from cascade_sym.program.numbers import exact_formula
from cascade_sym.symbols import Domains, is_complex_symbol
from cascade_sym.symbols.names import MARK, Own

QUARTER = Fraction(11, 7)  # more than pi/2
_TRIG = (sp.sin, sp.cos)
_KNOWN = ("exp", "sin", "cos", "arctan", "abs", "conj")
_WRITTEN: dict[str, Callable[..., Expr]] = {name: BY_NAME[name].sympy for name in _KNOWN}
_OTHERS = tuple(f.sympy for f in TABLE if f.name not in _KNOWN)


@dataclass
class Atoms:
    """What a set of expressions is made of (filled by `collect`)."""

    symbols: set[Symbol] = field(default_factory=set)
    conjugated: set[Symbol] = field(default_factory=set)
    imaginary: bool = False
    pi: bool = False
    late: dict[Expr, int] = field(default_factory=dict)  # roots, absolute values, conjugates -> nesting depth
    trig: dict[Expr, int] = field(default_factory=dict)  # angle monomial -> common denominator
    phases: dict[Expr, int] = field(default_factory=dict)
    exponentials: dict[Expr, int] = field(default_factory=dict)
    domains: Domains | None = None
    _depth: dict[Expr, int] = field(default_factory=dict)

    def without(self, defined: set[Symbol]) -> Atoms:
        """Without symbols that are defined by others; where a root or conjugate has one, it has all these others."""
        if any(not defined.isdisjoint(e.free_symbols) for e in self.late) or not defined.isdisjoint(self.conjugated):
            self.conjugated |= {s for s in self.symbols if is_complex_symbol(s)}
        self.symbols -= defined
        self.conjugated -= defined
        return self


def _trig_of_exp_atan(e: Expr) -> Expr:
    coeff, rest = sp.expand(e.args[0] / sp.I).as_coeff_Mul()
    if isinstance(rest, sp.atan) and coeff.is_Rational:
        x = rest.args[0]
        return (((1 + sp.I * x) / sp.sqrt(1 + x**2)) ** sp.Rational(1, coeff.q)) ** coeff.p
    return e


def canonical(expr: Expr, domains: Domains | None = None) -> Expr:
    """`expr` in the functions that the algebra has generators for: exp, sin, cos, roots, abs, conj.

    Other functions of the table are written in these by its rules, where they have one (re, im, tan, sinh, ...), and
    floats are decimals. OutsideExactDomain names what has none.
    """
    e = exact_formula(sp.sympify(expr))
    if e.has(*_OTHERS):
        e = read(e).run(_Written(), {s.name: s for s in e.free_symbols})[0]
    if e.has(sp.conjugate):
        e = e.replace(lambda x: isinstance(x, sp.conjugate) and _is_real_symbol(x.args[0]), lambda x: x.args[0])
    if e.has(sp.atan):
        if e.has(*_TRIG):
            e = e.replace(lambda x: isinstance(x, _TRIG) and x.has(sp.atan), lambda x: x.rewrite(sp.exp))
        if e.has(sp.exp):
            e = e.replace(lambda x: isinstance(x, sp.exp) and x.has(sp.atan), _split_exp)
        e = e.replace(sp.atan, partial(named_arctangent, domains=domains))
    return e


def _is_real_symbol(e: Expr) -> bool:
    return isinstance(e, Symbol) and not is_complex_symbol(e)


class _Written(Arithmetic):
    """Formulas as SymPy expressions in the functions that the algebra knows."""

    kind = "the exact algebra"
    functions = _WRITTEN

    def number(self, q: Fraction) -> Expr:
        return sp.Rational(q.numerator, q.denominator)

    def constant(self, name: str) -> Expr:
        return {"pi": sp.pi, "e": sp.E, "I": sp.I}[name]

    def add(self, terms: Sequence[Expr]) -> Expr:
        return sp.Add(*terms)

    def mul(self, factors: Sequence[Expr]) -> Expr:
        return sp.Mul(*factors)

    def power(self, base: Expr, exponent: Fraction) -> Expr:
        return base ** self.number(exponent)

    def pow(self, base: Expr, exponent: Expr) -> Expr:
        return base**exponent

    def arg(self, z: Expr) -> Expr:
        raise self.unknown(f"arg of {z}")

    def min(self, *values: Expr) -> Expr:
        return self._extreme(-1, values)

    def max(self, *values: Expr) -> Expr:
        return self._extreme(1, values)

    def _extreme(self, sign: int, values: Sequence[Expr]) -> Expr:
        found, *others = values
        for x in others:
            found = (found + x + sign * sp.Abs(found - x)) / 2
        return found


class Stand(Own):
    """A symbol that stands for a function of `argument` inside the algebra; `interval` has its values, where real."""

    __slots__ = ("argument", "interval")
    argument: Expr
    interval: Interval | None

    def __new__(cls, argument: Expr, interval: Interval | None) -> Self:
        made = Symbol.__xnew__(cls, f"{cls.__name__}({argument}){MARK}")
        made.argument, made.interval = argument, interval
        return made  # type: ignore[no-any-return]

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.interval)

    @staticmethod
    def function(z: Expr) -> Expr:
        """What it stands for."""
        raise NotImplementedError


class Arctangent(Stand):
    """The symbol that stands for arctan(argument)."""

    __slots__ = ()
    function = sp.atan


def named_arctangent(argument: Expr, domains: Domains | None) -> Expr:
    """arctan of an argument as a symbol of its own, named by the argument's normal form (odd in it): of the nonnegative
    one of +-argument, where one is.
    """
    from cascade_sym.exact.convert import converter

    conv, (form,) = converter([argument], domains)
    value = conv(form)
    real = conv.tower.is_real(value)
    found = conv.tower.sign_of(value) if real else None
    ways = sorted(((conv.expr(way), sign) for way, sign in ((value, 1), (-value, -1))), key=lambda way: str(way[0]))
    chosen, sign = next((way for way in ways if found and way[1] == found.value), ways[0])
    low = 0 if found else -QUARTER
    interval = Interval(low, QUARTER, facts=tuple(sorted(conv.tower.used))) if real else None
    return sign * Arctangent(chosen, interval)


def shown(e: Expr) -> Expr:
    """The expression with functions in place of the symbols that stand for them."""
    return e.xreplace({s: s.function(s.argument) for s in e.atoms(Stand)})


def _split_exp(e: Expr) -> Expr:
    return sp.Mul(*(_trig_of_exp_atan(sp.exp(t)) for t in sp.Add.make_args(sp.expand(e.args[0]))))


def monomials(argument: Expr, domains: Domains | None = None) -> list[tuple[sp.Rational, Expr]]:
    """The terms of an angle or exponent as (rational coefficient, monomial), one way of writing for each
    value.

    Products of powers of symbols are taken as they are; anything else is brought to normal form first, and so
    refused where the exact algebra does not know it. A pure number is its own monomial, up to its sign.
    """
    terms = [t for t in sp.Add.make_args(sp.expand(argument)) if t != 0]
    if not all(_plain(t) for t in terms):
        from cascade_sym.exact.convert import converter

        conv, (form,) = converter([argument], domains)
        num, den = sp.fraction(conv.expr(conv(form)))
        terms = [t / den for t in sp.Add.make_args(sp.expand(num)) if t != 0]
    return [_signed(t) if t.is_Rational or (t / sp.I).is_Rational else t.as_coeff_Mul(rational=True) for t in terms]


def _signed(number: Expr) -> tuple[sp.Rational, Expr]:
    """A rational number, or I times one, as sign and size: exp(-I/3) is the inverse of exp(I/3)."""
    size = number if number.is_Rational else number / sp.I
    return (sp.S.NegativeOne, -number) if size < 0 else (sp.S.One, number)


def _plain(t: Expr) -> bool:
    """Whether a term is a product of rational powers of symbols and numbers."""
    for base, power in t.as_powers_dict().items():
        known = isinstance(base, Symbol) or base in (sp.pi, sp.I) or base.is_Rational
        if not (power.is_Rational and (known or (isinstance(base, sp.conjugate) and power == 1))):
            return False
    return True


def collect(exprs: Iterable[Expr], domains: Domains | None = None) -> Atoms:
    """The atoms of canonical expressions; OutsideExactDomain names what does not belong."""
    atoms = Atoms(domains=domains)
    for e in exprs:
        _visit(e, atoms)
    return atoms


def _visit(e: Expr, at: Atoms) -> int:
    """Record the atoms of `e`; the depth of nested roots is returned."""
    if e in at._depth:
        return at._depth[e]
    depth = 0
    if e.is_Rational:
        pass
    elif e is sp.I:
        at.imaginary = True
    elif e is sp.pi:
        at.pi = True
    elif isinstance(e, Symbol):
        at.symbols.add(e)
    elif isinstance(e, sp.Add | sp.Mul):
        depth = max(_visit(a, at) for a in e.args)
    elif isinstance(e, sp.Pow):
        depth = _visit_power(e, at)
    elif isinstance(e, _TRIG):
        _visit_angle(e.args[0], at, at.trig)
    elif isinstance(e, sp.exp):
        _visit_exponent(e, at)
    elif isinstance(e, sp.conjugate) and isinstance(e.args[0], Symbol):
        at.symbols.add(e.args[0])
        if is_complex_symbol(e.args[0]):
            at.conjugated.add(e.args[0])
    elif isinstance(e, sp.Abs | sp.conjugate):
        at.symbols |= (free := e.free_symbols)
        at.conjugated |= {s for s in free if is_complex_symbol(s)}
        depth = _visit(e.args[0], at) + 1
        at.late[e] = depth
    else:
        raise OutsideExactDomain(
            f"{e.func.__name__} in {e} is outside the exact algebra, which knows rational numbers, symbols, "
            "+ - * /, integer powers, roots, sin, cos, tan, exp and I; replace it by a symbol or an exact form."
        )
    at._depth[e] = depth
    return depth


def _visit_power(e: Expr, at: Atoms) -> int:
    base, power = e.args
    if not power.is_Rational:
        raise OutsideExactDomain(f"the power in {e} is not a rational number; the exact algebra can't hold it.")
    depth = _visit(base, at)
    if power.q != 1:
        depth += 1
        at.late[e] = depth
        at.imaginary = True
        at.conjugated |= {s for s in base.free_symbols if is_complex_symbol(s)}
    return depth


def _visit_angle(argument: Expr, at: Atoms, table: dict[Expr, int]) -> None:
    for coeff, mono in monomials(argument, at.domains):
        if mono.has(sp.I):
            raise OutsideExactDomain(f"the angle {argument} is not real; write it with exp instead.")
        if mono is sp.pi:
            _visit_multiple_of_pi(coeff, at)
        else:
            table[mono] = lcm(table.get(mono, 1), int(coeff.q))


def _visit_multiple_of_pi(coeff: sp.Rational, at: Atoms) -> None:
    for value in (sp.cos(coeff * sp.pi), sp.sin(coeff * sp.pi)):
        if value.has(*_TRIG):
            raise OutsideExactDomain(f"cos and sin of {coeff}*pi have no short form in roots; use a symbol.")
        _visit(value, at)


def _visit_exponent(e: Expr, at: Atoms) -> None:
    for coeff, mono in monomials(e.args[0], at.domains):
        if mono.has(sp.I):
            at.imaginary = True
            angle = mono / sp.I
            if angle.has(sp.I):
                raise OutsideExactDomain(f"can't split the exponent of {e} into real and imaginary parts.")
            if angle is sp.pi:
                _visit_multiple_of_pi(coeff, at)
            else:
                at.phases[angle] = lcm(at.phases.get(angle, 1), int(coeff.q))
        else:
            at.exponentials[mono] = lcm(at.exponentials.get(mono, 1), int(coeff.q))
