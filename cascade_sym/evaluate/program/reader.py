"""From definitions to a straight-line program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

import sympy as sp
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef

from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.evaluate.program.builder import Builder
from cascade_sym.evaluate.program.nodes import Output, Program
from cascade_sym.evaluate.program.pairs import Pairs, Value
from cascade_sym.symbols import is_complex_symbol

FUNCTIONS = {
    sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.atan: "atan", sp.asin: "asin", sp.acos: "acos",
    sp.sinh: "sinh", sp.cosh: "cosh", sp.tanh: "tanh",
}  # fmt: skip
RECIPROCALS = {sp.cot: sp.tan, sp.sec: sp.cos, sp.csc: sp.sin, sp.coth: sp.tanh}


def read_program(defs: Definitions, outputs: Mapping[str, Expr]) -> Program:
    """The program that computes `outputs` over `defs`, node by node as the definitions stand.

    Raises OutsideExactDomain for anything without a numerical meaning (infinities, undefined functions).

    >>> x, y = sp.symbols("x y")
    >>> p = read_program(Definitions(((y, x + 1),)), {"z": y**2 + x})
    >>> p.nodes
    (('const', Fraction(1, 1)), ('param', 'x', 're'), ('add', 0, 1), ('mul', 2, 2), ('add', 1, 3))
    """
    reader = Reader()
    for s, e in defs.needed(*outputs.values()):
        reader.define(s, reader.read(e))
    outs = []
    for name, e in outputs.items():
        re, im = reader.pairs.split(reader.read(e))
        outs.append(Output(name, re, None if im == reader.b.zero else im))
    return reader.b.finish(outs)


class Reader:
    """Reads SymPy expressions into one builder; every distinct sub-expression is read once."""

    def __init__(self) -> None:
        self.b = Builder()
        self.pairs = Pairs(self.b)
        self._known: dict[Expr, Value] = {}
        self._rules: list[tuple[type, Callable[..., Value]]] = [
            (sp.Add, self._add),
            (sp.Mul, self._mul),
            (sp.Pow, self._pow),
            (sp.exp, lambda e: self.pairs.exp(self.read(e.args[0]))),
            (sp.log, self._log),
            (sp.conjugate, lambda e: self.pairs.conj(self.read(e.args[0]))),
            (sp.Abs, lambda e: self.pairs.abs(self.read(e.args[0]))),
            (sp.re, lambda e: self.pairs.split(self.read(e.args[0]))[0]),
            (sp.im, lambda e: self.pairs.split(self.read(e.args[0]))[1]),
            (sp.arg, lambda e: self.pairs.arg(self.read(e.args[0]))),
            (sp.atan2, lambda e: self.b.apply("atan2", *self._real(e))),
            (sp.Min, lambda e: self._fold_real("min", e)),
            (sp.Max, lambda e: self._fold_real("max", e)),
        ]

    def define(self, s: Symbol, value: Value) -> None:
        """Let `s` stand for `value` from now on."""
        self._known[s] = value
        if isinstance(value, int):
            self.b.labels.setdefault(value, s.name)
        else:
            self.b.labels.setdefault(value[0], f"re_{s.name}")
            self.b.labels.setdefault(value[1], f"im_{s.name}")

    def read(self, e: Expr) -> Value:
        """The node, or pair of nodes, that holds `e`."""
        if e not in self._known:
            self._known[e] = self._read(e)
        return self._known[e]

    def _read(self, e: Expr) -> Value:
        if isinstance(e, Symbol):
            re = self.b.param(e.name)
            return (re, self.b.param(e.name, "im")) if is_complex_symbol(e) else re
        if isinstance(e, (sp.Rational, sp.Float)) and e.is_finite:
            return self.b.const(exact_fraction(e))
        if e is sp.pi:
            return self.b.const(("pi",))
        if e is sp.E:
            return self.b.const(("exp", Fraction(1)))
        if e is sp.I:
            return (self.b.zero, self.b.one)
        if e.func in FUNCTIONS:
            return self.pairs.function(FUNCTIONS[e.func], self.read(e.args[0]))
        if e.func in RECIPROCALS:
            return self.pairs.div(self.b.one, self.read(RECIPROCALS[e.func](e.args[0])))
        for kind, rule in self._rules:
            if isinstance(e, kind):
                return rule(e)
        what = "the undefined function" if isinstance(e, AppliedUndef) else "something evaluators do not know"
        raise OutsideExactDomain(
            f"{what}: {e} ({type(e).__name__}). Known are + - * / powers, sqrt, exp, log, trigonometric and "
            f"hyperbolic functions, Abs, re, im, conjugate, arg, Min, Max; rewrite the expression with these."
        )

    def _add(self, e: Expr) -> Value:
        terms = [self.pairs.split(self.read(a)) for a in e.args]
        return self.pairs.make(self.b.total(t[0] for t in terms), self.b.total(t[1] for t in terms))

    def _mul(self, e: Expr) -> Value:
        above: list[Value] = []
        below: list[Value] = []
        for a in e.args:
            if isinstance(a, sp.Pow) and a.exp.is_Rational and a.exp < 0:
                below.append(self.read(sp.Pow(a.base, -a.exp)))
            else:
                above.append(self.read(a))
        top = self._product(above)
        return self.pairs.div(top, self._product(below)) if below else top

    def _product(self, values: Iterable[Value]) -> Value:
        """Real factors first: each complex one then costs the least."""
        result: Value = self.b.one
        for v in sorted(values, key=lambda v: isinstance(v, tuple)):
            result = self.pairs.mul(result, v)
        return result

    def _pow(self, e: Expr) -> Value:
        base, exponent = e.args
        if base is sp.E:
            return self.pairs.exp(self.read(exponent))
        x = self.read(base)
        if exponent.is_Integer:
            return self.pairs.power(x, int(exponent))
        if exponent.is_Rational and exponent.q == 2:
            return self.pairs.power(self.pairs.sqrt(x), int(exponent.p))
        return self.pairs.pow(x, self.read(exponent))

    def _log(self, e: Expr) -> Value:
        top = self.pairs.log(self.read(e.args[0]))
        return self.pairs.div(top, self.pairs.log(self.read(e.args[1]))) if len(e.args) == 2 else top

    def _real(self, e: Expr) -> list[int]:
        values = [self.read(a) for a in e.args]
        if any(isinstance(v, tuple) for v in values):
            raise OutsideExactDomain(f"{e} needs real arguments; take re(...) of them first.")
        return values  # type: ignore[return-value]

    def _fold_real(self, op: str, e: Expr) -> int:
        first, *rest = self._real(e)
        for r in rest:
            first = self.b.apply(op, first, r)
        return first


def exact_fraction(e: Expr) -> Fraction:
    """A SymPy rational, or the exact binary value of a SymPy Float."""
    if isinstance(e, sp.Float):
        sign, man, exp, _ = e._mpf_
        return Fraction(-int(man) if sign else int(man)) * Fraction(2) ** int(exp)
    return Fraction(int(e.p), int(e.q))
