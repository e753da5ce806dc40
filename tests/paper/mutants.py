"""Random misprints of written formulas, and what formulas are worth in numbers: neither asks the toolkit.

Misprints are made of the text, token by token, by rules of their own. Numbers come from truncated Fock matrices of two
modes (of products of few operators their upper left corner is exact), real random parameters and Gauss quadrature.
"""

from __future__ import annotations

import cmath
import math
import random
import re

import numpy as np

from cascade_sym.formula import parse
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Node, Number, Pow, Sum

TOKEN = re.compile(r"\d+\.?\d*|[A-Za-z]\w*'*|[-+*/^(),]|\s+")
SIGNS = ("<", "<=", ">", ">=", "=")
LEVELS, CORNER = 8, 3  # of each mode; products of up to five operators are exact in the corner


def misprinted(text: str, names: list[str], rng: random.Random) -> str:
    """The formula with one to two tokens changed; it can be read, and is another text."""
    while True:
        tokens = [m.group() for m in TOKEN.finditer(text)]
        for _ in range(rng.choice((1, 1, 1, 2))):
            _change(tokens, names, rng)
        new = "".join(tokens)
        try:
            parse(new)
        except Exception:  # no formula
            continue
        if new.replace(" ", "") != text.replace(" ", ""):
            return new


def _change(tokens: list[str], names: list[str], rng: random.Random) -> None:
    i = rng.randrange(len(tokens))
    here = tokens[i]
    if here in "+-*/^":
        tokens[i] = rng.choice([c for c in "+-*/^" if c != here])
    elif here in "()" or here.isspace():
        j = rng.randrange(len(tokens))  # a bracket goes elsewhere
        tokens.insert(j, tokens.pop(i))
    elif here == ",":
        tokens[i] = ","
    elif here[0].isdigit():
        value = int(float(here.partition("/")[0]))
        tokens[i] = rng.choice([str(value + 1), str(value * 10), str(value + 2), here[::-1], "1", "2", names[0]])
    else:
        way = rng.randrange(7)
        if way == 0:
            tokens[i] = rng.choice(names)
        elif way == 1:
            tokens[i] = f"{rng.choice(('sqrt', 'sin', 'cos', 'exp', 'conj', 'dag', 'abs', 'Re', 'D', 'tan'))}({here})"
        elif way == 2:
            tokens[i] = rng.choice(("2", "1", "0", "I", "1/2"))
        elif way == 3:
            tokens[i] = f"{here}*{rng.choice(names)}"
        elif way == 4:
            tokens[i] = f"({here} {rng.choice('+-')} {rng.choice([*names, '1'])})"
        elif way == 5:
            j = rng.randrange(len(tokens))
            tokens[i], tokens[j] = tokens[j], tokens[i]
        else:
            tokens[i] = f"-{here}"


class NoValue(Exception):
    """There is none, or this evaluation does not know it."""


def mode(k: int) -> np.ndarray:
    """The annihilation operator of mode 0 or 1."""
    a = np.diag(np.sqrt(np.arange(1, LEVELS)), 1).astype(complex)
    one = np.eye(LEVELS)
    return np.kron(a, one) if k == 0 else np.kron(one, a)


ONE = np.eye(LEVELS * LEVELS, dtype=complex)
LOW = [i * LEVELS + j for i in range(CORNER) for j in range(CORNER)]
FUNCTIONS = {
    "sqrt": cmath.sqrt, "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "exp": cmath.exp, "abs": abs,
    "log": cmath.log, "sinh": cmath.sinh, "cosh": cmath.cosh, "tanh": cmath.tanh, "arctan": cmath.atan,
    "conj": lambda z: z.conjugate(), "Re": lambda z: z.real, "Im": lambda z: z.imag,
}  # fmt: skip
STEPS = np.polynomial.legendre.leggauss(24)


class State:
    """What a generator has made of rho, a matrix; `None` in place of it is rho's own place."""

    def __init__(self, matrix: np.ndarray) -> None:
        self.matrix = matrix


def worth(node: Node, values: dict[str, object]) -> object:
    """A number, a matrix, or a State."""
    match node:
        case Number(text):
            return complex(float(text))
        case Name("pi"):
            return complex(math.pi)
        case Name("I"):
            return 1j
        case Name(name):
            if name not in values:
                raise NoValue(name)
            return values[name]
        case Neg(arg):
            return _times(-1, worth(arg, values))
        case Add(terms, signs):
            out = _times(signs[0], worth(terms[0], values))
            for t, s in zip(terms[1:], signs[1:], strict=True):
                out = _plus(out, _times(s, worth(t, values)))
            return out
        case Mul(factors):
            return _product([worth(f, values) for f in factors])
        case Div(num, den, _):
            below = worth(den, values)
            if not isinstance(below, complex):
                raise NoValue("division by an operator")
            return _times(1 / below, worth(num, values))
        case Pow(base, exponent):
            return _power(worth(base, values), worth(exponent, values))
        case Integral(body, var, lo, hi):
            low, high = worth(lo, values), worth(hi, values)
            if not all(isinstance(e, complex) and abs(e.imag) < 1e-12 for e in (low, high)):
                raise NoValue("limits")
            middle, half = (low + high) / 2, (high - low) / 2
            total = None
            for x, w in zip(*STEPS, strict=True):
                term = _times(w * half, worth(body, {**values, var: complex(middle + half * x)}))
                total = term if total is None else _plus(total, term)
            return total
        case Call(function, args):
            return _called(function, [worth(a, values) for a in args])
        case Sum():
            raise NoValue("sum")
    raise NoValue(type(node).__name__)


def _called(name: str, args: list[object]) -> object:
    if name == "dag" and len(args) == 1:
        if isinstance(args[0], State) or callable(args[0]):
            raise NoValue(name)
        return args[0].conjugate() if isinstance(args[0], complex) else args[0].conj().T
    if name in ("comm", "anticomm") and len(args) == 2:
        one, two = _product(args), _product(args[::-1])
        return _plus(one, _times(-1 if name == "comm" else 1, two))
    if name == "D" and len(args) == 1:
        J = _matrix(args[0])
        loss = J.conj().T @ J
        return lambda r: J @ r @ J.conj().T - (loss @ r + r @ loss) / 2
    if name in FUNCTIONS and len(args) == 1 and isinstance(args[0], complex):
        return complex(FUNCTIONS[name](args[0]))
    raise NoValue(name)


def _matrix(x: object) -> np.ndarray:
    if isinstance(x, complex):
        return x * ONE
    if isinstance(x, np.ndarray):
        return x
    raise NoValue("an operator was expected")


def _product(factors: list[object]) -> object:
    out = factors[0]
    for f in factors[1:]:
        if callable(out):
            if isinstance(f, State):
                out = State(out(f.matrix))
            elif isinstance(f, complex):
                out = _scaled(out, f)
            else:
                raise NoValue("a generator stands before rho")
        elif callable(f):
            if not isinstance(out, complex):
                raise NoValue("an operator before a generator")
            out = _scaled(f, out)
        elif isinstance(out, State) or isinstance(f, State):
            if isinstance(out, State) and isinstance(f, State):
                raise NoValue("rho twice")
            one, two = (x.matrix if isinstance(x, State) else x for x in (out, f))
            out = State(one * two if isinstance(one, complex) or isinstance(two, complex) else one @ two)
        else:
            out = out * f if isinstance(out, complex) or isinstance(f, complex) else out @ f
    return out


def _scaled(generator: object, factor: complex) -> object:
    return lambda r: factor * generator(r)


def _times(c: complex, x: object) -> object:
    return _product([complex(c), x])


def _plus(x: object, y: object) -> object:
    if callable(x) and callable(y):
        return lambda r: x(r) + y(r)
    if isinstance(x, State) and isinstance(y, State):
        return State(x.matrix + y.matrix)
    if callable(x) or callable(y) or isinstance(x, State) or isinstance(y, State):
        raise NoValue("two types")
    return x + y if isinstance(x, complex) and isinstance(y, complex) else _matrix(x) + _matrix(y)


def _power(base: object, exponent: object) -> object:
    if not isinstance(exponent, complex):
        raise NoValue("an operator in an exponent")
    if isinstance(base, complex):
        return base**exponent
    n = round(exponent.real)
    if not isinstance(base, np.ndarray) or abs(exponent - n) > 1e-12 or not 1 <= n <= 4:
        raise NoValue("power")
    return np.linalg.matrix_power(base, n)


def apart(x: object, y: object, rho: np.ndarray) -> float:
    """How far two values are apart, relatively, where both are of one type; NoValue where not."""
    if callable(x) != callable(y) or isinstance(x, State) != isinstance(y, State):
        raise NoValue("two types")
    if callable(x):
        x, y = x(rho), y(rho)
    if isinstance(x, State):
        x, y = x.matrix, y.matrix
    if not isinstance(x, complex) or not isinstance(y, complex):
        x, y = (_matrix(v)[np.ix_(LOW, LOW)] for v in (x, y))
    size = max(np.abs(x).max(), np.abs(y).max(), 1e-12)
    if not np.isfinite(size):
        raise NoValue("not finite")
    return float(np.abs(np.subtract(x, y)).max() / size)
