"""What names stand for, and the value of a formula: SymPy for scalars, operators by their own + - * / .dagger()."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add, mul
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.errors import FormulaError, ReservedName, UnknownName, listing
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Node, Number, Pow, Sum
from cascade_sym.formula.walk import written_out
from cascade_sym.program import TABLE
from cascade_sym.symbols import conj, own, symbol

MAX_EXPONENT = 10_000  # of an operator's or a number's power, which is multiplied out
MAX_BITS = 8_192  # of an exact number: about 2,500 digits
MAX_RADICAL_BITS = 512  # below a root, where SymPy factors the number
MAX_TERMS = 10_000  # of nested sums, written out
CONSTANTS = {"pi": sp.pi, "I": sp.I, "oo": sp.oo}
FORMS = ("integral", "sum", "mean", "Var", "sym", "ddt", "dot")  # functions that have no value of their own


@dataclass(frozen=True)
class Environment:
    """Values for names and callables for functions.

    `names` maps a name to a SymPy expression or to an operator value; `functions` maps a function's name to a
    callable of the arguments' values, and goes before the built-in one of the same name. `"integral"` in
    `functions` receives (body, variable, lo, hi), the body's value being in terms of the variable's symbol: one of the
    toolkit's own where a name in the body has a value with the variable's, which is another one.

    >>> import sympy as sp
    >>> Environment({"x": sp.Symbol("x")}).value("x")
    x
    """

    names: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """The value of `name`; UnknownName, with near misses, where it has none."""
        if name in self.names:
            return self.names[name]
        raise unknown("name", name, self.names)

    def bound(self, name: str, value: Any) -> Environment:
        """This environment with one more name (or another value for it)."""
        return Environment({**self.names, name: value}, self.functions)


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """An UnknownName that lists the known names nearest to `name`."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=4, cutoff=0.6)
    if near:
        hint = f"did you mean {listing(near)}?"
    elif name == "i":
        hint = "the imaginary unit is written I."
    else:
        shown = sorted(known)[:12]
        hint = f"known are {listing(shown)}{' and more' if len(known) > len(shown) else ''}."
    return UnknownName(f"the formula uses the {kind} {name!r}, which has no value here; {hint}")


def interpret(node: Node, env: Environment) -> Any:
    """The value of `node`.

    Names and functions come from `env`; `pi`, `I`, `oo` and the functions in BUILTINS are known. Written sums
    are written out; products keep their order. Nothing is simplified beyond what the values do on their own.
    Raises UnknownName for names without a value, FormulaError for a division by an operator or an
    infinite or absurdly large number.

    >>> x, y = sp.symbols("x y")
    >>> from cascade_sym.formula import parse
    >>> interpret(parse("sqrt(x)*conj(I*y)/2 + 0.1"), Environment({"x": x, "y": y}))
    -I*sqrt(x)*y/2 + 1/10
    """
    return _Reader().value(node, env)


def refuse_reserved(names: Iterable[str], *, functions: Iterable[str] = ()) -> None:
    """ReservedName for a name that the language of formulas has: a constant, or one of its (and these) functions."""
    for name in names:
        if name in (*CONSTANTS, *BUILTINS, *FORMS, *functions):
            what = "constant" if name in CONSTANTS else "function"
            raise ReservedName(
                f"{name!r} is a {what} of the language of formulas and can't be a parameter of a folder; call it "
                f"differently, {name}_0 say, and typeset it as you like in the notation."
            )


class _Reader:
    def __init__(self) -> None:
        self.terms = self.depth = 0

    def value(self, node: Node, env: Environment) -> Any:
        match node:
            case Number(text):
                return sp.Rational(text)
            case Name(name):
                if name not in env.names and name in CONSTANTS:
                    return CONSTANTS[name]
                value = env.value(name)
                return sp.sympify(value) if isinstance(value, int | sp.Basic) else value
            case Neg(arg):
                return -self.value(arg, env)
            case Add(terms, signs):
                return self.added(terms, signs, env)
            case Mul(factors):
                return _finite(reduce(mul, [self.value(f, env) for f in factors]))
            case Div(num, den, _):
                return divided(self.value(num, env), self.value(den, env))
            case Pow(base, exponent):
                if isinstance(base, Call) and base.function == "abs" and "abs" not in env.functions:
                    return self.power_of_abs(base, exponent, env)
                return power(self.value(base, env), self.value(exponent, env))
            case Call(function, args):
                called = env.functions.get(function) or BUILTINS.get(function)
                if called is None:
                    raise unknown("function", function, [*env.functions, *BUILTINS])
                return _called(function, called, [self.value(a, env) for a in args])
            case Sum():
                self.terms += len(node.values)
                if self.terms > MAX_TERMS:
                    raise FormulaError(f"the nested sums have more than {MAX_TERMS} terms.")
                return self.value(written_out(node), env)
            case Integral(body, var, lo, hi):
                if "integral" not in env.functions:
                    raise unknown("function", "integral", [*env.functions, *BUILTINS])
                bound, written = own(var, self.depth), symbol(var)
                self.depth += 1
                inner = self.value(body, env.bound(var, bound))
                self.depth -= 1
                if isinstance(inner, Expr) and written not in inner.free_symbols:
                    inner, bound = inner.xreplace({bound: written}), written
                return env.functions["integral"](inner, bound, self.value(lo, env), self.value(hi, env))
        raise FormulaError(f"a {type(node).__name__} node has no value.")

    def added(self, terms: tuple[Node, ...], signs: tuple[int, ...], env: Environment) -> Any:
        values = [self.value(t, env) for t in terms]
        values = [v if s > 0 else -v for v, s in zip(values, signs, strict=True)]
        return _finite(sp.Add(*values)) if all(isinstance(v, Expr) for v in values) else reduce(add, values)

    def power_of_abs(self, base: Call, exponent: Node, env: Environment) -> Any:
        n = self.value(exponent, env)
        if len(base.args) == 1 and isinstance(n, sp.Integer) and n % 2 == 0:
            x = self.value(base.args[0], env)
            return power(x * dagger(x), n / 2)
        return power(self.value(base, env), n)


def _called(name: str, f: Callable[..., Any], args: list[Any]) -> Any:
    try:
        value = f(*args)
    except TypeError as e:
        if "argument" not in str(e):
            raise
        raise FormulaError(f"{name} cannot be applied to {len(args)} argument(s) here: {e}.") from e
    return _finite(value)


def divided(num: Any, den: Any) -> Any:
    """num/den, refusing operators and an exact zero below."""
    if not isinstance(den, Expr):
        raise FormulaError(f"division by an operator ({den}); only scalars may stand below a fraction line.")
    if den == 0:
        raise FormulaError("division by zero.")
    return _finite(num / den)


def power(base: Any, exponent: Any) -> Any:
    """base^exponent; operators take small whole powers, numbers stay below MAX_BITS bits."""
    if not isinstance(exponent, Expr):
        raise FormulaError("an operator stands in an exponent; only scalars may.")
    if not isinstance(base, Expr):
        if not (isinstance(exponent, sp.Integer) and 1 <= exponent <= 64):
            raise FormulaError(f"an operator to the power {exponent}; expected a whole number from 1 to 64.")
        return reduce(mul, [base] * int(exponent))
    if exponent.is_Rational and abs(exponent) > MAX_EXPONENT:
        raise FormulaError(f"the power {exponent} is larger than {MAX_EXPONENT}.")
    if base.is_Rational and exponent.is_Rational:
        bits = bit_size(base) * max(1, abs(int(exponent.p)))
        if bits > MAX_BITS or (exponent.q != 1 and bits > MAX_RADICAL_BITS):
            raise FormulaError(
                f"a power of numbers has {bits} bits: more than {MAX_BITS}, or than {MAX_RADICAL_BITS} below a root."
            )
    if base == 0 and exponent.is_number and not exponent.is_positive:
        raise FormulaError(f"zero to the power {exponent}.")
    return _finite(base**exponent)


def bit_size(x: sp.Rational) -> int:
    """Bits of the longer of numerator and denominator."""
    return max(int(x.p).bit_length(), int(x.q).bit_length())


def _finite(value: Any) -> Any:
    if isinstance(value, Expr) and value.has(sp.nan, sp.zoo):
        raise FormulaError("the formula divides by zero or subtracts infinities.")
    return value


def dagger(x: Any) -> Any:
    """Hermitian conjugate of an operator, complex conjugate of a scalar."""
    return conjugated(x) if isinstance(x, Expr) else x.dagger()


def conjugated(x: Expr) -> Expr:
    """The conjugate of a written number; that of a root, which may be real or not, stays as it is written."""
    roots = [p for p in x.atoms(sp.Pow) if p.exp.is_Rational and not p.exp.is_Integer and not p.is_number]
    stand = {p: sp.Dummy(complex=True) for p in roots}
    written = {sp.conjugate(s): sp.conjugate(p) for p, s in stand.items()}
    return conj(x.xreplace(stand)).xreplace(written) if roots else conj(x)


def _conj(x: Any) -> Any:
    if not isinstance(x, Expr):
        raise FormulaError(f"conj of an operator ({x}); write dag for the Hermitian conjugate.")
    return conjugated(x)


def _scalar(f: Callable[..., Any]) -> Callable[..., Any]:
    def of_scalar(*arguments: Any) -> Any:
        for x in arguments:
            if not isinstance(x, Expr):
                raise FormulaError(f"a function of scalars was applied to an operator ({x}).")
        return f(*arguments)

    return of_scalar


BUILTINS: dict[str, Callable[..., Any]] = {
    "sqrt": lambda x: power(x, sp.Rational(1, 2)),
    "root": lambda x, n: power(x, divided(sp.S.One, n)),
    **{f.name: _scalar(f.sympy) for f in TABLE},
    "abs": _scalar(lambda x: sp.Abs(x) if x.is_number else sp.sqrt(x * conjugated(x))),
    "conj": _conj,
    "dag": dagger,
    "Re": lambda x: (x + dagger(x)) / 2,
    "Im": lambda x: (x - dagger(x)) / (2 * sp.I),
    "hc": lambda x: x + dagger(x),
    "comm": lambda a, b: a * b - b * a,
    "anticomm": lambda a, b: a * b + b * a,
}  # fmt: skip
