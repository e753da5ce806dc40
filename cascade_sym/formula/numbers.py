"""A written formula at numbers, in complex floating point: a fast filter before anything exact is tried."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Number, Pow, Sum
from cascade_sym.formula.sums import written_out
from cascade_sym.program import BY_NAME
from cascade_sym.program.points import Points

CONSTANTS = ("pi", "I")
_POINTS = Points()


class NotNumeric(Exception):
    """The formula has a part that is not a function of numbers."""


def number_of(node: Node, values: Mapping[str, complex]) -> complex:
    """The value of a formula at `values`; NotNumeric where a name has none or a part is not numeric.

    >>> from cascade_sym.formula import parse
    >>> number_of(parse("sqrt(x)*2"), {"x": 4})
    (4+0j)
    """
    match node:
        case Number(text):
            return complex(float(text))
        case Name(name):
            if name in values:
                return values[name]
            if name in CONSTANTS:
                return _POINTS.constant(name)
            raise NotNumeric(name)
        case Neg(arg):
            return -number_of(arg, values)
        case Add(terms, signs):
            return sum((s * number_of(t, values) for t, s in zip(terms, signs, strict=True)), 0j)
        case Mul(factors):
            return _POINTS.mul([number_of(f, values) for f in factors])
        case Div(num, den, _):
            return number_of(num, values) / number_of(den, values)
        case Pow(base, exponent):
            return _POINTS.pow(number_of(base, values), number_of(exponent, values))
        case Call("sqrt", (arg,)):
            return _POINTS.power(complex(number_of(arg, values)), Fraction(1, 2))
        case Call(function, args) if function in BY_NAME:
            return _POINTS.call(function, *(complex(number_of(a, values)) for a in args))
        case Call(function, _):
            raise NotNumeric(function)
        case Sum():
            return number_of(written_out(node), values)
    raise NotNumeric(type(node).__name__)
