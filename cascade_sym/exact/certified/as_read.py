"""Parts of formulas, as certificates read them, in SymPy and in what the exact algebra knows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym import recheck
from cascade_sym.exact.atoms import Stand, canonical
from cascade_sym.exact.certified.generators import NoEvidence
from cascade_sym.exact.logs import KNOWN, Logarithm, Rewriting
from cascade_sym.symbols import Domains
from cascade_sym.symbols.names import conj

FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {
    "exp": sp.exp, "cos": sp.cos, "sin": sp.sin, "log": sp.log, "arctan": sp.atan, "abs": sp.Abs, "conj": conj,
}  # fmt: skip


class Forms:
    """Formulas in the symbols of `sides`; in the case that the signs `given` hold, angles written `otherwise`."""

    def __init__(
        self, sides: list[Expr], domains: Domains, given: Mapping[str, int], otherwise: Mapping[Any, Any]
    ) -> None:
        self._symbols = {s.name: s for e in sides for s in e.free_symbols}
        cases = tuple(sign * self.sympy(recheck.parsed(text.replace("**", "^"))) for text, sign in given.items())
        self._domains = domains.merged(Domains(nonnegative=cases))
        self._otherwise = {s: e for s, e in otherwise.items() if isinstance(s, Stand) and isinstance(e, Expr)}
        self.logs = Rewriting(self._domains, set())

    def standard(self, e: Expr) -> Expr:
        """A formula in what the algebra knows, with symbols for logarithms and arctangents."""
        return canonical(self.logs(e), self._domains).xreplace(self._otherwise)

    def inner(self, sides: list[Expr]) -> Iterator[Expr]:
        """What stands in functions of formulas, as far as the algebra needs generators for it."""
        functions = (sp.exp, sp.cos, sp.sin, sp.atan, *KNOWN)
        powers = {p for e in sides for p in e.atoms(sp.Pow) if not p.exp.is_Rational}
        calls = {f for e in sides for f in e.atoms(*functions)}
        inside = {a for f in calls for a in f.args} | {a for p in powers for a in p.args}
        plain = [a for a in inside if not a.has(*functions) and all(p.exp.is_Integer for p in a.atoms(sp.Pow))]
        logs = {f for f in calls if isinstance(f, (sp.atan, *KNOWN))}
        logs |= {sp.log(p.base) for p in powers} | {sp.log(f.args[0]) for f in calls if isinstance(f, sp.arg)}
        logs |= {sp.log(f.args[1] + sp.I * f.args[0]) for f in calls if isinstance(f, sp.atan2)}
        known = {self.standard(a) for a in sorted({*inside, *logs} - set(plain), key=str)}
        yield from sorted(known, key=str)
        if logs:
            symbols: set[Expr] = set().union(*(e.free_symbols for e in sides))
            yield from sorted(symbols | {conj(s) for s in symbols}, key=str)
        todo = [s for e in (*map(self.standard, sides), *known) for s in e.atoms(Stand)]
        done: set[Expr] = set()
        while todo:
            if (s := todo.pop()) not in done:
                done.add(s)
                e = self.standard(s.argument)
                todo += e.atoms(Stand)
                yield sp.Abs(e) if isinstance(s, Logarithm) else e

    def symbol(self, name: str) -> Expr:
        """The symbol or constant of a name."""
        constant = {"pi": sp.pi, "I": sp.I}.get(name)
        if constant is None and name not in self._symbols:
            raise NoEvidence
        return constant or self._symbols[name]

    def sympy(self, node: ast.expr) -> Expr:
        """A part of a formula in SymPy."""
        match node:
            case ast.Set([ast.Constant(str(digits))]):
                return sp.Rational(digits)
            case ast.Name():
                return self.symbol(recheck.written(node))
            case ast.UnaryOp(ast.USub(), operand):
                return -self.sympy(operand)
            case ast.BinOp(left, ast.Pow(), right):
                return self.sympy(left) ** self.sympy(right)
            case ast.BinOp(left, op, right):
                a, b = self.sympy(left), self.sympy(right)
                if isinstance(op, ast.Add | ast.Sub):
                    return a + b if isinstance(op, ast.Add) else a - b
                return a * b if isinstance(op, ast.Mult) else a / b
            case ast.Call(func, args) if recheck.written(func) in recheck.RULES:
                return self.sympy(recheck.rule(recheck.written(func), args))
            case ast.Call(func, [arg]) if recheck.written(func) in FUNCTIONS:
                return FUNCTIONS[recheck.written(func)](self.sympy(arg))
        raise NoEvidence
