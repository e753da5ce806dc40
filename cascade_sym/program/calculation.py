"""A formula read once: a straight-line program over complex values, which any arithmetic can run; and from it a program
of real operations, in which complex values are pairs of real nodes, which every backend can run.

A node is a tuple. Leaves: `("number", Fraction)`, `("constant", name)` with pi, e or I, `("symbol", name, kind)` with
kind "real" or "complex". Operations on earlier nodes, given by their positions: `("add", i, j, ...)`, `("mul", i, j,
...)`, `("div", i, j)`, `("power", i, Fraction)`, `("pow", i, j)`, and `(f, i, ...)` for every function f of the table.
Equal nodes are one node, definitions stay definitions, and a symbol is its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce
from operator import add, mul
from typing import Any, Protocol

import sympy as sp
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef

from cascade_sym.errors import DomainConflict, OutsideExactDomain
from cascade_sym.program.builder import Builder
from cascade_sym.program.functions import BY_CLASS, BY_NAME, Arithmetic
from cascade_sym.program.nodes import Output, Program
from cascade_sym.program.numbers import exact_float
from cascade_sym.program.pairs import Pairs, Value
from cascade_sym.symbols import is_complex_symbol

Node = tuple[Any, ...]
Operation = Callable[[list[Any], Mapping[str, Any]], Any]
CONSTANTS: dict[Expr, str] = {sp.pi: "pi", sp.E: "e", sp.I: "I"}


class Definitions(Protocol):
    """Pairs of a symbol and its expression, in order, as `cascade_sym.definitions` has them."""

    def needed(self, *exprs: Expr) -> Iterable[tuple[Symbol, Expr]]: ...


@dataclass(frozen=True)
class Calculation:
    """Nodes, the positions of the results, and the names of the nodes that are definitions."""

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]
    labels: Mapping[int, str] = field(default_factory=dict, compare=False)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The names of the parameters, sorted."""
        return tuple(sorted(n[1] for n in self.nodes if n[0] == "symbol"))

    def run(self, arithmetic: Any, values: Mapping[str, Any]) -> list[Any]:
        """The outputs in `arithmetic`, with the parameters' values by name."""
        return self.on(arithmetic)(values)

    def on(self, arithmetic: Any) -> Callable[[Mapping[str, Any]], list[Any]]:
        """`run` in one arithmetic, made ready for many values: its operations are looked up once."""
        every = self.every(arithmetic)

        def run(values: Mapping[str, Any]) -> list[Any]:
            found = every(values)
            return [found[i] for i in self.outputs]

        return run

    def every(self, arithmetic: Any) -> Callable[[Mapping[str, Any]], list[Any]]:
        """The values of all nodes in one arithmetic, from those of parameters."""
        operations = [operation(arithmetic, node) for node in self.nodes]

        def run(values: Mapping[str, Any]) -> list[Any]:
            v: list[Any] = []
            for compute in operations:
                v.append(compute(v, values))
            return v

        return run


def operation(x: Any, node: Node) -> Operation:
    """What computes `node` in the arithmetic `x` from the values before it and those of the parameters."""
    plain = {"add": (Arithmetic.add, add), "mul": (Arithmetic.mul, mul)}
    match node:
        case ("symbol", name, _):
            return lambda v, given: given[name]
        case ("number", q):
            number = x.number(q)
            return lambda v, given: number
        case ("constant", name):
            return lambda v, given: x.constant(name)
        case ("add" | "mul" as op, first, *more) if getattr(type(x), op) is plain[op][0]:
            return chain(plain[op][1], first, more)
        case ("add" | "mul" as op, *many):
            joined = getattr(x, op)
            return lambda v, given: joined([v[i] for i in many])
        case ("power", i, exponent):
            power = x.power
            return lambda v, given: power(v[i], exponent)
        case ("div" | "pow" as op, i, j):
            binary = getattr(x, op)
            return lambda v, given: binary(v[i], v[j])
        case (name, *arguments):
            return lambda v, given: x.call(name, *(v[i] for i in arguments))
    raise AssertionError(node)


def chain(join: Callable[[Any, Any], Any], first: int, more: Sequence[int]) -> Operation:
    """A sum or product of earlier values, from left to right."""
    if len(more) == 1:
        (second,) = more
        return lambda v, given: join(v[first], v[second])

    return lambda v, given: reduce(join, map(v.__getitem__, more), v[first])


def read(*exprs: Expr, definitions: Iterable[tuple[Symbol, Expr]] = ()) -> Calculation:
    """The calculation of `exprs` over `definitions`.

    Raises OutsideExactDomain for what has no value (infinities, undefined functions, functions outside the table), and
    DomainConflict where one name is used for a real and for a complex parameter.

    >>> x, y = sp.symbols("x y")
    >>> c = read(y**2 + x, definitions=[(y, sp.sqrt(x))])
    >>> c.nodes[:2], c.labels
    ((('symbol', 'x', 'real'), ('power', 0, Fraction(1, 2))), {1: 'y'})
    """
    reader = Reader()
    reader.begin(definitions)
    return reader.finished([reader.read(e) for e in exprs])


class Reader:
    """Reads SymPy expressions into one calculation; every distinct sub-expression is read once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.labels: dict[int, str] = {}
        self._index: dict[Node, int] = {}
        self._known: dict[Expr, int] = {}
        self._named: dict[str, int] = {}
        self._kinds: dict[str, str] = {}

    def finished(self, outputs: Sequence[int]) -> Calculation:
        return Calculation(tuple(self.nodes), tuple(outputs), dict(self.labels))

    def begin(self, definitions: Iterable[tuple[Symbol, Expr]]) -> None:
        """Let these definitions take the place of all before: for formulas side by side, each over its own."""
        self._known, self._named = {}, {}
        for s, e in definitions:
            self.define(s, e)

    def define(self, s: Symbol, e: Expr) -> None:
        """Let the name of `s` stand for `e` from now on."""
        i = self._named[s.name] = self.read(e)
        self.labels.setdefault(i, s.name)

    def read(self, e: Expr) -> int:
        """The position of the node that holds `e`."""
        if e not in self._known:
            self._known[e] = self._read(e)
        return self._known[e]

    def node(self, *node: Any) -> int:
        if node not in self._index:
            self._index[node] = len(self.nodes)
            self.nodes.append(node)
        return self._index[node]

    def _read(self, e: Expr) -> int:
        if isinstance(e, Symbol):
            return self._symbol(e)
        if isinstance(e, sp.Float) and e.is_finite:
            return self.node("number", fraction(exact_float(e)))
        if isinstance(e, sp.Rational) and e.is_finite:
            return self.node("number", fraction(e))
        if e in CONSTANTS:
            return self.node("constant", CONSTANTS[e])
        if isinstance(e, sp.Add):
            return self.node("add", *map(self.read, e.args))
        if isinstance(e, sp.Mul):
            return self._product(e)
        if isinstance(e, sp.Pow):
            return self._power(*e.args)
        if (function := BY_CLASS.get(e.func)) and function.least <= len(e.args) <= function.most:
            return self.node(function.name, *map(self.read, e.args))
        what = "the undefined function" if isinstance(e, AppliedUndef) else "something without a value here"
        raise OutsideExactDomain(
            f"{what}: {e} ({type(e).__name__}). Known are numbers, symbols, + - * /, powers and the functions "
            f"{', '.join(BY_NAME)}; rewrite the expression with these."
        )

    def _symbol(self, s: Symbol) -> int:
        if s.name in self._named:
            return self._named[s.name]
        kind = "complex" if is_complex_symbol(s) else "real"
        if self._kinds.setdefault(s.name, kind) != kind:
            raise DomainConflict(f"{s.name} is a real parameter in one place and a complex one in another.")
        return self.node("symbol", s.name, kind)

    def _product(self, e: Expr) -> int:
        """One product over one product, as it would be written."""
        above: list[int] = []
        below: list[int] = []
        for a in e.args:
            if isinstance(a, sp.Pow) and a.exp.is_Rational and a.exp < 0:
                below.append(self._raised(a.base, -a.exp))
            else:
                above.append(self.read(a))
        top = self._joined(above)
        return self.node("div", top, self._joined(below)) if below else top

    def _joined(self, factors: list[int]) -> int:
        if not factors:
            return self.node("number", Fraction(1))
        return factors[0] if len(factors) == 1 else self.node("mul", *factors)

    def _power(self, base: Expr, exponent: Expr) -> int:
        if base is sp.E:
            return self.node("exp", self.read(exponent))
        if exponent.is_Rational:
            return self._raised(base, exponent)
        return self.node("pow", self.read(base), self.read(exponent))

    def _raised(self, base: Expr, exponent: sp.Rational) -> int:
        return self.read(base) if exponent == 1 else self.node("power", self.read(base), fraction(exponent))


def fraction(q: sp.Rational) -> Fraction:
    """A SymPy rational as Python's."""
    return Fraction(int(q.p), int(q.q))


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
    x = Pairs(scaled)
    b = x.b
    every = calculation.every(x)(Parameters(b, calculation))
    for i, name in calculation.labels.items():
        value = every[i]
        if isinstance(value, int):
            b.labels.setdefault(value, name)
        else:
            b.labels.setdefault(value[0], f"re_{name}")
            b.labels.setdefault(value[1], f"im_{name}")
    outs = []
    for name, i in zip(names, calculation.outputs, strict=True):
        re, im = x.split(every[i])
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
