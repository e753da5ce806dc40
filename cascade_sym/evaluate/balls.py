"""Definitions walked in ball arithmetic: every number carries a rigorous radius.

Values are exact rationals (`fmpq`) for as long as that is possible, then real or complex balls. Raising the
precision shrinks the balls; nothing here decides what is good enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sympy as sp
from flint import acb, arb, fmpq
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import CascadeError, OutsideExactDomain

Ball = fmpq | arb | acb

TRIG = (sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc)
FUNCTIONS = {
    sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.cot: "cot", sp.sec: "sec", sp.csc: "csc", sp.exp: "exp",
    sp.sinh: "sinh", sp.cosh: "cosh", sp.tanh: "tanh", sp.coth: "coth", sp.atan: "atan",
}  # fmt: skip
CUT = {sp.log: "log", sp.asin: "asin", sp.acos: "acos"}  # real only on part of the line


class Undecided(CascadeError):
    """At this precision a ball does not tell; more is needed."""


class Walker:
    """Evaluates expressions over definitions at flint's current precision; each sub-expression once."""

    def __init__(self, defs: Definitions, values: Mapping[Symbol, Expr]) -> None:
        self.exact = dict(values)
        self._known: dict[Expr, Ball] = {}
        for s, e in defs:
            self._known[s] = self.value(e)
            simple = e.xreplace(self.exact)
            if not simple.free_symbols and simple.count_ops() <= 20:
                self.exact[s] = simple

    def value(self, e: Expr) -> Ball:
        if e not in self._known:
            self._known[e] = self._value(e)
        return self._known[e]

    def _value(self, e: Expr) -> Ball:
        if isinstance(e, Symbol):
            return self.value(self.exact[e])
        if isinstance(e, sp.Rational) and e.is_finite:
            return fmpq(int(e.p), int(e.q))
        constants: dict[Expr, Callable[[], Ball]] = {
            sp.pi: arb.pi, sp.E: lambda: arb(1).exp(), sp.I: lambda: acb(0, 1)
        }  # fmt: skip
        if e in constants:
            return constants[e]()
        if isinstance(e, sp.Add):
            return total(self.value(a) for a in e.args)
        if isinstance(e, sp.Mul):
            return self._product(e)
        if isinstance(e, sp.Pow):
            return self._power(e.base, e.exp)
        if isinstance(e, TRIG) and e.args[0].free_symbols <= set(self.exact):
            closed = e.func(e.args[0].xreplace(self.exact))
            if not isinstance(closed, TRIG):
                return self.value(closed)
        return self._function(e)

    def _product(self, e: Expr) -> Ball:
        top: Ball = fmpq(1)
        for a in e.args:
            top = top * self.value(a)
        return top

    def _power(self, base: Expr, exponent: Expr) -> Ball:
        if base is sp.E:
            return lifted(self.value(exponent)).exp()
        x = self.value(base)
        if exponent.is_Integer:
            n = int(exponent)
            return x**n if n > 0 else 1 / nonzero(x, base) ** -n
        if exponent.is_Rational and exponent.q == 2:
            n, root = int(exponent.p), square_root(x)
            return root**n if n > 0 else 1 / nonzero(root, base) ** -n
        y = self.value(exponent)
        return (acb(lifted(nonzero(x, base))).log() * y).exp() if not positive(x) else lifted(x) ** lifted(y)

    def _function(self, e: Expr) -> Ball:
        args = [self.value(a) for a in e.args]
        x = args[0] if args else fmpq(0)
        if e.func in FUNCTIONS:
            return getattr(lifted(x), FUNCTIONS[e.func])()
        if e.func in CUT:
            if len(args) == 2:
                return self.value(sp.log(e.args[0])) / nonzero(self.value(sp.log(e.args[1])), e.args[1])
            real = getattr(lifted(x), CUT[e.func])()
            return real if real.is_finite() else getattr(acb(lifted(x)), CUT[e.func])()
        simple: dict[type, Callable[[], Ball]] = {
            sp.conjugate: lambda: x.conjugate() if isinstance(x, acb) else x,
            sp.re: lambda: x.real if isinstance(x, acb) else x,
            sp.im: lambda: x.imag if isinstance(x, acb) else fmpq(0),
            sp.Abs: lambda: abs(x) if not isinstance(x, fmpq) else (x if x >= 0 else -x),
            sp.arg: lambda: acb(lifted(x)).arg(),
            sp.atan2: lambda: arb.atan2(real(args[0]), real(args[1])),
            sp.Min: lambda: extreme(args, smallest=True),
            sp.Max: lambda: extreme(args, smallest=False),
        }
        if e.func not in simple:
            raise OutsideExactDomain(f"{e} ({type(e).__name__}) has no meaning as a number here; rewrite it.")
        return simple[e.func]()


def lifted(x: Ball) -> arb | acb:
    """An exact rational as a ball; balls as they are."""
    return arb(x) if isinstance(x, fmpq) else x


def real(x: Ball) -> arb:
    """A ball that must be real."""
    if isinstance(x, acb):
        raise OutsideExactDomain("Min, Max and atan2 need real arguments; take re(...) of them first.")
    return arb(x)


def total(values: Iterable[Ball]) -> Ball:
    result: Ball = fmpq(0)
    for v in values:
        result = result + v
    return result


def positive(x: Ball) -> bool:
    return not isinstance(x, acb) and bool(x > 0)


def nonzero(x: Ball, what: Expr) -> Ball:
    """`x`, or Undecided naming the expression whose ball contains zero."""
    if x == 0 if isinstance(x, fmpq) else x.contains(0):
        raise Undecided(str(what))
    return x


def square_root(x: Ball) -> Ball:
    """Principal root; where the ball straddles zero, a ball around zero that holds both kinds of root."""
    if isinstance(x, fmpq):
        p, q = abs(x.p), x.q
        if p == p.isqrt() ** 2 and q == q.isqrt() ** 2:
            root = fmpq(p.isqrt(), q.isqrt())
            return root if x >= 0 else acb(0, 1) * root
        x = arb(x)
    if isinstance(x, acb):
        return x.sqrt()
    if x > 0 or x.is_zero():
        return x.sqrt()
    if x < 0:
        return acb(0, (-x).sqrt())
    spread = arb(0, x.abs_upper().sqrt().abs_upper())
    return acb(spread, spread)


def extreme(args: list[Ball], smallest: bool) -> arb:
    result = real(args[0])
    for a in args[1:]:
        result = result.min(real(a)) if smallest else result.max(real(a))
    return result
