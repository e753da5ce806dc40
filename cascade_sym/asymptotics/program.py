"""An objective as a straight-line program, run in any arithmetic: floats, balls, mpmath numbers or series.

Definitions are kept (no inlining), equal subexpressions are computed once, and arguments of sines and cosines
are split into multiples of symbols so that each arithmetic can treat angles in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction as Q
from typing import Any, Protocol

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import OutsideExactDomain


class Arithmetic(Protocol):
    """What a program needs of an arithmetic."""

    def number(self, q: Q) -> Any: ...
    def pi(self) -> Any: ...
    def add(self, a: Any, b: Any) -> Any: ...
    def mul(self, a: Any, b: Any) -> Any: ...
    def power(self, a: Any, e: Q) -> Any: ...
    def circular(self, node: Circular, values: list[Any], env: Mapping[Symbol, Any]) -> Any: ...
    def exp(self, a: Any) -> Any: ...
    def log(self, a: Any) -> Any: ...


@dataclass(frozen=True)
class Circular:
    """cos or sin of `argument` (a node); `angles` is its split into multiples of symbols and of pi, if it has one."""

    kind: str
    argument: int
    angles: tuple[tuple[Symbol, Q], ...] | None
    turn: Q


@dataclass(frozen=True)
class Program:
    """`nodes[i]` = (operation, operands); `output` are the nodes asked for, `symbols` the free symbols."""

    nodes: tuple[tuple[str, Any], ...]
    output: tuple[int, ...]
    symbols: frozenset[Symbol]
    angles: frozenset[Symbol]

    def run(self, arithmetic: Arithmetic, env: Mapping[Symbol, Any]) -> list[Any]:
        """The values of the outputs, with symbols taken from `env`."""
        v: list[Any] = []
        for op, x in self.nodes:
            if op == "symbol":
                v.append(env.get(x))
            elif op == "number":
                v.append(arithmetic.number(x))
            elif op == "add":
                v.append(arithmetic.add(v[x[0]], v[x[1]]))
            elif op == "mul":
                v.append(arithmetic.mul(v[x[0]], v[x[1]]))
            elif op == "power":
                v.append(arithmetic.power(v[x[0]], x[1]))
            elif op == "circular":
                v.append(arithmetic.circular(x, v, env))
            elif op == "pi":
                v.append(arithmetic.pi())
            else:
                v.append(getattr(arithmetic, op)(v[x]))
        return [v[i] for i in self.output]


def compile_program(*targets: Expr | Quantity) -> Program:
    """The program that computes `targets`; OutsideExactDomain names a function that it doesn't know."""
    builder = _Builder()
    outputs = []
    for target in targets:
        q = target if isinstance(target, Quantity) else Quantity("objective", target)
        outputs.append(builder.quantity(q.expr, q.definitions))
    return builder.finish(outputs)


class _Builder:
    def __init__(self) -> None:
        self.nodes: list[tuple[str, Any]] = []
        self.known: dict[tuple[str, Any], int] = {}
        self.memo: dict[Expr, int] = {}
        self.defined: dict[Symbol, int] = {}
        self.linear: dict[Symbol, Expr] = {}
        self.symbols: set[Symbol] = set()
        self.angles: set[Symbol] = set()

    def quantity(self, expr: Expr, defs: Definitions) -> int:
        self.memo, self.defined, self.linear = {}, {}, {}
        for s, e in defs:
            self.linear[s] = e.xreplace(self.linear)
            self.defined[s] = self.visit(e)
        return self.visit(expr)

    def emit(self, op: str, x: Any) -> int:
        key = (op, x)
        if key not in self.known:
            self.known[key] = len(self.nodes)
            self.nodes.append(key)
        return self.known[key]

    def visit(self, e: Expr) -> int:
        if e not in self.memo:
            self.memo[e] = self._visit(e)
        return self.memo[e]

    def _visit(self, e: Expr) -> int:
        if isinstance(e, Symbol):
            if e in self.defined:
                return self.defined[e]
            self.symbols.add(e)
            return self.emit("symbol", e)
        if e.is_Float:
            e = sp.Rational(str(e))
        if e.is_Rational:
            return self.emit("number", Q(int(e.p), int(e.q)))
        if e is sp.pi:
            return self.emit("pi", None)
        if isinstance(e, sp.Add | sp.Mul):
            op = "add" if isinstance(e, sp.Add) else "mul"
            return self._chain(op, [self.visit(a) for a in e.args])
        if isinstance(e, sp.Pow):
            return self._power(e)
        if isinstance(e, sp.cos | sp.sin):
            return self._circular(e)
        if isinstance(e, sp.tan):
            return self.visit(sp.sin(e.args[0], evaluate=False) / sp.cos(e.args[0], evaluate=False))
        if isinstance(e, sp.exp):
            return self.emit("exp", self.visit(e.args[0]))
        if isinstance(e, sp.log):
            return self.emit("log", self.visit(e.args[0]))
        if isinstance(e, sp.cot | sp.sec | sp.csc):
            return self.visit(e.rewrite(sp.cos).rewrite(sp.sin))
        raise OutsideExactDomain(
            f"{e.func.__name__} in {e} can't be expanded; known are rational numbers, symbols, + - * /, rational "
            "powers, sin, cos, tan, exp, log."
        )

    def _chain(self, op: str, items: list[int]) -> int:
        out = items[0]
        for i in items[1:]:
            out = self.emit(op, (out, i))
        return out

    def _power(self, e: sp.Pow) -> int:
        base, power = e.args
        if base is sp.E:
            return self.emit("exp", self.visit(power))
        if power.is_Rational:
            return self.emit("power", (self.visit(base), Q(int(power.p), int(power.q))))
        return self.visit(sp.exp(power * sp.log(base)))

    def _circular(self, e: Expr) -> int:
        kind = "cos" if isinstance(e, sp.cos) else "sin"
        argument = sp.expand(e.args[0].xreplace(self.linear))
        angles: list[tuple[Symbol, Q]] | None = []
        turn = Q(0)
        for coeff, term in (t.as_coeff_Mul(rational=True) for t in sp.Add.make_args(argument)):
            q = Q(int(coeff.p), int(coeff.q))
            if coeff == 0:
                continue
            if term is sp.pi:
                turn += q
            elif isinstance(term, Symbol) and angles is not None:
                angles.append((term, q))
            else:
                angles = None
        if angles is not None:
            self.angles |= {s for s, _ in angles}
        where = self.visit(e.args[0])
        split = None if angles is None else tuple(sorted(angles, key=lambda a: a[0].name))
        return self.emit("circular", Circular(kind, where, split, turn))

    def finish(self, outputs: list[int]) -> Program:
        plain = {x for op, x in self.nodes if op == "symbol"}
        return Program(
            tuple(self.nodes),
            tuple(outputs),
            frozenset(plain),
            frozenset(s for s in self.angles if s in plain),
        )
