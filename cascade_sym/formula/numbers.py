"""A written formula at numbers, in complex floating point: a fast filter before anything exact is tried."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping

from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Number, Pow, Sum
from cascade_sym.formula.sums import written_out

FUNCTIONS: dict[str, Callable[[complex], complex]] = {
    "sqrt": cmath.sqrt, "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "exp": cmath.exp,
    "arctan": cmath.atan, "conj": lambda z: z.conjugate(), "Re": lambda z: complex(z.real),
    "Im": lambda z: complex(z.imag), "abs": lambda z: complex(abs(z)),
}  # fmt: skip
CONSTANTS = {"pi": complex(cmath.pi), "I": 1j}


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
                return CONSTANTS[name]
            raise NotNumeric(name)
        case Neg(arg):
            return -number_of(arg, values)
        case Add(terms, signs):
            return sum((s * number_of(t, values) for t, s in zip(terms, signs, strict=True)), 0j)
        case Mul(factors):
            out = 1 + 0j
            for f in factors:
                out *= number_of(f, values)
            return out
        case Div(num, den, _):
            return number_of(num, values) / number_of(den, values)
        case Pow(base, exponent):
            return number_of(base, values) ** number_of(exponent, values)
        case Call(function, args):
            if function not in FUNCTIONS or len(args) != 1:
                raise NotNumeric(function)
            return FUNCTIONS[function](number_of(args[0], values))
        case Sum():
            return number_of(written_out(node), values)
    raise NotNumeric(type(node).__name__)
