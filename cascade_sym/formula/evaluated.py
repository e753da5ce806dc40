"""Written formulas as numbers: exact ones from a command line (`4/3`, `2*pi*5000`, `1e3`, `oo`), and a formula at
complex floating-point numbers, a fast filter before anything exact is tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy as sp
from sympy import AccumBounds, Expr

from cascade_sym.errors import FormulaError, UnknownName
from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Number, Pow, Sum
from cascade_sym.formula.interpret import BUILTINS, CONSTANTS, MAX_BITS, Environment, bit_size, interpret
from cascade_sym.formula.parser import parse
from cascade_sym.formula.walk import children, written_out
from cascade_sym.program import BY_NAME
from cascade_sym.program.points import Points

MAX_VALUE_LENGTH = 500  # characters of a value on the command line
MAX_EXPONENT = 10_000  # larger ones overflow, and their exact powers fill the memory
MAX_ANGLE = 10**12  # of an angle, whose reduction costs its digits
FINITE = ("pi", "I")  # constants that are numbers
FUNCTIONS = ("sqrt", *BY_NAME)
_POINTS = Points()
_ENVIRONMENT = Environment(functions={f: BUILTINS[f] for f in FUNCTIONS})


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
            if name in FINITE:
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


def parse_value(text: str) -> Expr:
    """The exact real or complex number that `text` writes (`oo` and `-oo` included).

    Raises FormulaError for anything that is not a number: other names, other functions, a division by zero
    (or by something that cannot be told from zero), numbers too large to hold.

    >>> parse_value("2*pi*5e3"), parse_value("-1/2"), parse_value("0.1"), parse_value("oo")
    (10000*pi, -1/2, 1/10, oo)
    >>> parse_value("9^9^9^9")
    Traceback (most recent call last):
    ...
    cascade_sym.errors.FormulaError: the value '9^9^9^9' cannot be read: an exponent is beyond 10000.
    """
    if isinstance(text, str) and len(text) > MAX_VALUE_LENGTH:
        raise FormulaError(f"a value of {len(text)} characters; at most {MAX_VALUE_LENGTH} are read.")
    node = parse(text)
    try:
        _check(node)
        return interpret(node, _ENVIRONMENT)
    except (FormulaError, UnknownName, ArithmeticError, RecursionError) as e:
        raise FormulaError(f"the value {text!r} cannot be read: {e or type(e).__name__}") from e


def _check(node: Node) -> None:
    """Refuses what is not a number or too large, from the inside outwards, before the whole is formed."""
    for kid in children(node):
        _check(kid)
    match node:
        case Name(name) if name not in CONSTANTS:
            raise FormulaError(f"{name!r} is not a number; use digits, pi, I and oo.")
        case Call(function, _) if function not in FUNCTIONS:
            raise FormulaError(f"{function!r} is not allowed in a value; known are {', '.join(FUNCTIONS)}.")
        case Call("exp" | "sinh" | "cosh" | "tanh" | "coth" | "sech" | "csch", (arg, *_)):
            _bounded(f"the argument of {node.function}", arg, MAX_EXPONENT)
        case Call("sin" | "cos" | "tan" | "cot" | "sec" | "csc" as function, (arg, *_)):
            _bounded(f"the argument of {function}", arg, MAX_ANGLE)
        case Pow(_, exponent) if not isinstance(exponent, Number):
            _bounded("an exponent", exponent, MAX_EXPONENT)
        case Div(_, den):
            _nonzero(_number(den))
    _number(node)


def _number(node: Node) -> Expr:
    value = interpret(node, _ENVIRONMENT)
    if not isinstance(value, Expr) or not value.is_number or value.has(AccumBounds):
        raise FormulaError(f"'{node}' is not one number.")
    if isinstance(value, sp.Rational) and bit_size(value) > MAX_BITS:
        raise FormulaError(f"a number has more than {MAX_BITS} bits.")
    if value.has(sp.oo, -sp.oo) and value not in (sp.oo, -sp.oo):
        raise FormulaError(f"'{node}' mixes infinity with other numbers.")
    return value


def _nonzero(value: Expr) -> None:
    if value in (sp.oo, -sp.oo) or value.is_Rational:
        return
    number = value.evalf(15, maxn=400)
    if number == 0 or any(part._prec <= 1 for part in number.atoms(sp.Float)):
        raise FormulaError(f"a division by {value}, which cannot be told from zero.")


def _bounded(what: str, node: Node, limit: int) -> None:
    value = _number(node)
    if value in (sp.oo, -sp.oo):
        return
    if abs(value.evalf(15, maxn=400)) > limit:
        raise FormulaError(f"{what} is beyond {limit}.")
