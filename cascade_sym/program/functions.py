"""The table of functions: every function that a formula may contain, once, for every room that computes or writes; and
what a room supplies to compute with formulas, an arithmetic.

A function has one name, the one by which written formulas call it. An arithmetic that has a method of that name
computes it so; else the function's `rule` writes it in simpler ones, which any arithmetic can run. To add a function,
add a row here: the reader, the written formulas, the typesetter and all arithmetics that know what its rule uses
then know it; an arithmetic that can do better gets a method.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.symbols.formula_text import WORDS

HALF = Fraction(1, 2)
Rule = Callable[..., Any]  # (arithmetic, arguments...) -> value


@dataclass(frozen=True)
class Function:
    """A function by its name in formulas, with SymPy's class for it.

    `rule` computes it from simpler functions, on principal branches. `parity` is 1 for an even function, -1 for an
    odd one. `real` says that its values are real; `latex` is its command, where it is written as one.
    """

    name: str
    sympy: type[sp.Expr]
    rule: Rule | None = None
    parity: int = 0
    real: bool = False
    latex: str | None = None
    most: int = 1
    least: int = 1

    @property
    def short(self) -> str:
        """The name by which SymPy, mpmath, flint and C know it."""
        return self.sympy.__name__

    @property
    def analytic(self) -> bool:
        """Whether it is a function of z alone, not of conj(z)."""
        return not self.real and self.name not in ("conj", "sgn")


def reciprocal(name: str) -> Rule:
    """1/f(x)."""
    return lambda x, z: x.div(x.one, x.call(name, z))


def inverse_of_reciprocal(name: str) -> Rule:
    """f(1/x): the inverse of 1/g is that of g at 1/x."""
    return lambda x, z: x.call(name, x.div(x.one, z))


def quotient(above: str, below: str) -> Rule:
    return lambda x, z: x.div(x.call(above, z), x.call(below, z))


def _exponentials(sign: int) -> Rule:
    return lambda x, z: x.mul([x.number(HALF), x.add([x.call("exp", z), x.scaled(x.call("exp", x.neg(z)), sign)])])


def _arsinh(x: Any, z: Any) -> Any:
    return x.call("log", x.add([z, x.root(x.add([x.power(z, Fraction(2)), x.one]))]))


def _arcosh(x: Any, z: Any) -> Any:
    above, below = x.root(x.add([z, x.one])), x.root(x.add([z, x.neg(x.one)]))
    return x.call("log", x.add([z, x.mul([above, below])]))


def _artanh(x: Any, z: Any) -> Any:
    above, below = x.call("log", x.add([x.one, z])), x.call("log", x.add([x.one, x.neg(z)]))
    return x.mul([x.number(HALF), x.add([above, x.neg(below)])])


def _atan2(x: Any, y: Any, z: Any) -> Any:
    return x.call("arg", x.add([z, x.mul([x.constant("I"), y])]))


def _part(sign: int, factor: str) -> Rule:
    def part(x: Any, z: Any) -> Any:
        both = x.mul([x.number(HALF), x.add([z, x.scaled(x.call("conj", z), sign)])])
        return both if factor == "1" else x.mul([x.neg(x.constant("I")), both])

    return part


TABLE: tuple[Function, ...] = (
    Function("exp", sp.exp),
    Function("log", sp.log, latex="\\ln", most=2),
    Function("sin", sp.sin, parity=-1, latex="\\sin"),
    Function("cos", sp.cos, parity=1, latex="\\cos"),
    Function("tan", sp.tan, quotient("sin", "cos"), parity=-1, latex="\\tan"),
    Function("cot", sp.cot, quotient("cos", "sin"), parity=-1, latex="\\cot"),
    Function("sec", sp.sec, reciprocal("cos"), parity=1, latex="\\sec"),
    Function("csc", sp.csc, reciprocal("sin"), parity=-1, latex="\\csc"),
    Function("arcsin", sp.asin, parity=-1, latex="\\arcsin"),
    Function("arccos", sp.acos, latex="\\arccos"),
    Function("arctan", sp.atan, parity=-1, latex="\\arctan"),
    Function("arccot", sp.acot, inverse_of_reciprocal("arctan"), parity=-1, latex="\\operatorname{arccot}"),
    Function("arcsec", sp.asec, inverse_of_reciprocal("arccos"), latex="\\operatorname{arcsec}"),
    Function("arccsc", sp.acsc, inverse_of_reciprocal("arcsin"), parity=-1, latex="\\operatorname{arccsc}"),
    Function("sinh", sp.sinh, _exponentials(-1), parity=-1, latex="\\sinh"),
    Function("cosh", sp.cosh, _exponentials(1), parity=1, latex="\\cosh"),
    Function("tanh", sp.tanh, quotient("sinh", "cosh"), parity=-1, latex="\\tanh"),
    Function("coth", sp.coth, reciprocal("tanh"), parity=-1, latex="\\coth"),
    Function("sech", sp.sech, reciprocal("cosh"), parity=1, latex="\\operatorname{sech}"),
    Function("csch", sp.csch, reciprocal("sinh"), parity=-1, latex="\\operatorname{csch}"),
    Function("arsinh", sp.asinh, _arsinh, parity=-1, latex="\\operatorname{arsinh}"),
    Function("arcosh", sp.acosh, _arcosh, latex="\\operatorname{arcosh}"),
    Function("artanh", sp.atanh, _artanh, parity=-1, latex="\\operatorname{artanh}"),
    Function("arcoth", sp.acoth, inverse_of_reciprocal("artanh"), parity=-1, latex="\\operatorname{arcoth}"),
    Function("arsech", sp.asech, inverse_of_reciprocal("arcosh"), latex="\\operatorname{arsech}"),
    Function("arcsch", sp.acsch, inverse_of_reciprocal("arsinh"), parity=-1, latex="\\operatorname{arcsch}"),
    Function("atan2", sp.atan2, _atan2, real=True, most=2, least=2),
    Function("abs", sp.Abs, lambda x, z: x.root(x.mul([z, x.call("conj", z)])), parity=1, real=True),
    Function("arg", sp.arg, lambda x, z: x.call("Im", x.call("log", z)), real=True, latex="\\arg"),
    Function("sgn", sp.sign, lambda x, z: x.div(z, x.call("abs", z)), parity=-1),
    Function("conj", sp.conjugate, parity=-1),
    Function("Re", sp.re, _part(1, "1"), parity=-1, real=True),
    Function("Im", sp.im, _part(-1, "I"), parity=-1, real=True),
    Function("min", sp.Min, real=True, most=1 << 16, latex="\\min"),
    Function("max", sp.Max, real=True, most=1 << 16, latex="\\max"),
)
BY_NAME = {f.name: f for f in TABLE}
BY_CLASS = {f.sympy: f for f in TABLE}
WORDS.update({f.sympy: f.name for f in TABLE})
ANALYTIC = tuple(f.name for f in TABLE if f.analytic)
COMMANDS = {f.name: f.latex for f in TABLE if f.latex and f.analytic}  # written without brackets where that is clear


def short(names: str) -> dict[str, str]:
    """The names of functions elsewhere (`Function.short`), by their own."""
    return {name: BY_NAME[name].short for name in names.split()}


class Arithmetic:
    """Values of one kind and the operations of formulas on them: subclass it, and give what the kind can do.

    Needed are `number`, and `constant` ("pi", "e", "I") where the formulas have them; +, - and * of the values are
    Python's unless overridden. Functions of the table are computed by what `functions` has under their names, or by a
    method of that name; those without one by their rule. What can't be computed raises OutsideExactDomain that says so.
    """

    kind = "numbers"  # for messages
    functions: Mapping[str, Callable[..., Any]] = {}

    def number(self, q: Fraction) -> Any:
        raise NotImplementedError

    def constant(self, name: str) -> Any:
        raise self.unknown(f"the constant {name}")

    def add(self, terms: Sequence[Any]) -> Any:
        return reduce(operator.add, terms)

    def mul(self, factors: Sequence[Any]) -> Any:
        return reduce(operator.mul, factors)

    def div(self, above: Any, below: Any) -> Any:
        return self.mul([above, self.power(below, Fraction(-1))])

    def power(self, base: Any, exponent: Fraction) -> Any:
        """`base` to a rational power, on its principal branch."""
        if exponent.denominator == 1:
            return base**exponent.numerator
        return self.pow(base, self.number(exponent))

    def pow(self, base: Any, exponent: Any) -> Any:
        """Any other power, exp(exponent log base)."""
        return self.call("exp", self.mul([exponent, self.call("log", base)]))

    def call(self, name: str, *arguments: Any) -> Any:
        """The function `name` of the table."""
        if name == "log" and len(arguments) == 2:
            return self.div(self.call("log", arguments[0]), self.call("log", arguments[1]))
        own = self.functions.get(name) or getattr(self, name, None)
        if own is not None:
            return own(*arguments)
        rule = BY_NAME[name].rule
        if rule is None:
            raise self.unknown(name)
        return rule(self, *arguments)

    def unknown(self, what: str) -> OutsideExactDomain:
        return OutsideExactDomain(f"{what} is not known to {self.kind}; write the formula without it.")

    # -- shorthand for rules --------------------------------------------------------------------------------

    @property
    def one(self) -> Any:
        return self.number(Fraction(1))

    def neg(self, z: Any) -> Any:
        return self.mul([self.number(Fraction(-1)), z])

    def scaled(self, z: Any, sign: int) -> Any:
        return z if sign > 0 else self.neg(z)

    def root(self, z: Any) -> Any:
        return self.power(z, Fraction(1, 2))
