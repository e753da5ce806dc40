"""What a room supplies to compute with formulas: an arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program.functions import BY_NAME


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
