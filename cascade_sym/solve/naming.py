"""A growing list of definitions with names that never clash with parameters."""

from __future__ import annotations

from collections.abc import Container, Iterable

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.symbols import NOTHING, Domains, complex_symbol, is_real, symbol
from cascade_sym.system.size import SHORT, terms


class Naming:
    """Collects definitions in order; `name` returns the symbol that now stands for an expression."""

    def __init__(self, taken: Iterable[Symbol], domains: Domains = NOTHING) -> None:
        """`taken` are the parameters of what is solved, `domains` what is declared of them."""
        self._taken = set(domains.gone).union(s.name for s in taken)
        self._domains = domains
        self._items: list[tuple[Symbol, Expr]] = []
        self._place: dict[Symbol, int] = {}
        self._count: dict[str, int] = {}

    def name(self, wanted: str, expr: Expr, *, real: bool = False) -> Expr:
        """`expr` under the name `wanted` (with a suffix where it is taken); numbers stay numbers.

        Of an imaginary expression the imaginary part is named and I times that name returned, so that
        chains of imaginary amplitudes give real covariances without complex intermediates.
        """
        if not expr.free_symbols:
            return expr
        if not (real or is_real(expr)) and terms(expr) <= SHORT:
            part = sp.expand(expr / sp.I) if isinstance(expr, sp.Add) else expr / sp.I
            if is_real(part):
                return sp.I * self.name(wanted, part)
        free = wanted
        count = self._count.get(wanted, 1)
        while free in self._taken:
            count += 1
            free = f"{wanted}_{count}"
        self._count[wanted] = count
        self._taken.add(free)
        s = symbol(free) if real or is_real(expr) else complex_symbol(free)
        self._place[s] = len(self._items)
        self._items.append((s, expr))
        return s

    def behind(self, expr: Expr, known: Container[Symbol] = ()) -> list[tuple[Symbol, Expr]]:
        """The definitions that `expr` rests on, in order; those of symbols in `known`, and what is behind them, not."""
        places: set[int] = set()
        todo = [expr]
        while todo:
            for s in todo.pop().free_symbols:
                if s not in known and (place := self._place.get(s)) is not None and place not in places:
                    places.add(place)
                    todo.append(self._items[place][1])
        return [self._items[k] for k in sorted(places)]

    @property
    def definitions(self) -> Definitions:
        return Definitions(tuple(self._items), domains=self._domains)

    def inline(self, expr: Expr) -> Expr:
        return self.definitions.inline(sp.sympify(expr))
