"""From a calculation to real operations: complex values become pairs of real nodes, which every backend can run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial

from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program.arithmetic import Arithmetic
from cascade_sym.program.builder import Builder
from cascade_sym.program.calculation import Calculation, Definitions, read
from cascade_sym.program.nodes import Output, Program
from cascade_sym.program.pairs import Pairs, Value

REAL = {
    "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh",
}  # fmt: skip
RECIPROCALS = {"sec": "cos", "csc": "sin", "sech": "cosh", "csch": "sinh"}


def read_program(defs: Definitions, outputs: Mapping[str, Expr], scaled: bool = False) -> Program:
    """The program that computes `outputs` over `defs`, node by node as the definitions stand.

    `scaled` keeps complex numbers of any size from overflowing in between (see `Pairs`), and costs more.

    Raises OutsideExactDomain for anything without a numerical meaning (see `read`).

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Definitions
    >>> x, y = sp.symbols("x y")
    >>> p = read_program(Definitions(((y, x + 1),)), {"z": y**2 + x})
    >>> p.nodes
    (('const', Fraction(1, 1)), ('param', 'x', 're'), ('add', 0, 1), ('mul', 2, 2), ('add', 1, 3))
    """
    asked = tuple(outputs.values())
    return lowered(read(*asked, definitions=defs.needed(*asked)), tuple(outputs), scaled)


def lowered(calculation: Calculation, names: Sequence[str], scaled: bool = False) -> Program:
    """The real program of a calculation whose outputs are called `names`."""
    x = Lowering(scaled)
    b = x.b
    every = calculation.run_all(x, Parameters(b, calculation))
    for i, name in calculation.labels.items():
        value = every[i]
        if isinstance(value, int):
            b.labels.setdefault(value, name)
        else:
            b.labels.setdefault(value[0], f"re_{name}")
            b.labels.setdefault(value[1], f"im_{name}")
    outs = []
    for name, i in zip(names, calculation.outputs, strict=True):
        re, im = x.pairs.split(every[i])
        outs.append(Output(name, re, None if im == b.zero else im))
    return b.finish(outs)


class Parameters(dict[str, Value]):
    """The nodes of parameters, made when they are first met."""

    def __init__(self, b: Builder, calculation: Calculation) -> None:
        super().__init__()
        self._b = b
        self._complex = {n[1] for n in calculation.nodes if n[0] == "symbol" and n[2] == "complex"}

    def __missing__(self, name: str) -> Value:
        re = self._b.param(name)
        self[name] = (re, self._b.param(name, "im")) if name in self._complex else re
        return self[name]


class Lowering(Arithmetic):
    """The operations of formulas as real nodes, or pairs of them, of a builder; what is real stays real."""

    kind = "evaluators"

    def __init__(self, scaled: bool = False) -> None:
        self.b = Builder()
        self.pairs = pairs = Pairs(self.b, scaled)
        self.functions = {
            "exp": pairs.exp, "log": pairs.log, "conj": pairs.conj, "abs": pairs.abs, "arg": pairs.arg,
            "sgn": pairs.sign,
            **{name: partial(pairs.function, op) for name, op in REAL.items()},
            **{name: partial(pairs.reciprocal, op) for name, op in RECIPROCALS.items()},
        }  # fmt: skip

    def number(self, q: Fraction) -> Value:
        return self.b.const(q)

    def constant(self, name: str) -> Value:
        if name == "I":
            return (self.b.zero, self.b.one)
        return self.b.const(("pi",) if name == "pi" else ("exp", Fraction(1)))

    def add(self, terms: Sequence[Value]) -> Value:
        split = [self.pairs.split(t) for t in terms]
        return self.pairs.make(self.b.total(t[0] for t in split), self.b.total(t[1] for t in split))

    def mul(self, factors: Sequence[Value]) -> Value:
        """Real factors first: each complex one then costs the least."""
        result: Value = self.b.one
        for v in sorted(factors, key=lambda v: isinstance(v, tuple)):
            result = self.pairs.mul(result, v)
        return result

    def div(self, above: Value, below: Value) -> Value:
        return self.pairs.div(above, below)

    def power(self, base: Value, exponent: Fraction) -> Value:
        if exponent.denominator == 1:
            return self.pairs.power(base, exponent.numerator)
        if exponent.denominator == 2:
            return self.pairs.power(self.pairs.sqrt(base), exponent.numerator)
        return self.pairs.pow(base, self.b.const(exponent))

    def pow(self, base: Value, exponent: Value) -> Value:
        return self.pairs.pow(base, exponent)

    def Re(self, z: Value) -> Value:
        return self.pairs.split(z)[0]

    def Im(self, z: Value) -> Value:
        return self.pairs.split(z)[1]

    def atan2(self, y: Value, x: Value) -> Value:
        above, along = self._real("atan2", (y, x))
        return self.pairs.arg((along, above))

    def cot(self, z: Value) -> Value:
        """1/tan of complex values: cosine and sine alone may be too large for doubles."""
        if isinstance(z, tuple):
            return self.div(self.one, self.pairs.function("tan", z))
        return self.div(self.call("cos", z), self.call("sin", z))

    def min(self, *values: Value) -> Value:
        return self._folded("min", values)

    def max(self, *values: Value) -> Value:
        return self._folded("max", values)

    def _folded(self, op: str, values: Sequence[Value]) -> Value:
        first, *rest = self._real(op, values)
        for r in rest:
            first = self.b.apply(op, first, r)
        return first

    def _real(self, name: str, values: Sequence[Value]) -> list[int]:
        if any(isinstance(v, tuple) for v in values):
            raise OutsideExactDomain(f"{name} needs real arguments; take re(...) of them first.")
        return list(values)  # type: ignore[arg-type]
