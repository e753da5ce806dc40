"""A growing list of real definitions with names that never clash with parameters."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from functools import partial

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.solve.complex_pairs import Pair, pair
from cascade_sym.symbols import NOTHING, Domains, is_real, symbol, symbols_in
from cascade_sym.system.coefficients import SHORT, terms


class Naming:
    """Collects definitions in order; `name` returns the symbol that now stands for an expression.

    Every definition is real; complex numbers are named part by part (`pair`).
    """

    def __init__(self, taken: Iterable[Symbol], domains: Domains = NOTHING) -> None:
        """`taken` are the parameters of what is solved, `domains` what is declared of them."""
        self._taken = set(domains.gone).union(s.name for s in taken)
        self.domains = domains
        self._items: list[tuple[Symbol, Expr]] = []
        self._place: dict[Symbol, int] = {}
        self._count: dict[str, int] = {}
        self._pivots: list[tuple[Symbol, ...]] = []
        self._rates: set[Symbol] = set()

    def start(self, definitions: Definitions) -> None:
        """Take over existing definitions, under their names."""
        self.domains = self.domains.merged(definitions.domains)
        self._pivots += definitions.pivots
        self._rates |= definitions.rates
        for s, e in definitions:
            self._taken.add(s.name)
            self._place[s] = len(self._items)
            self._items.append((s, e))

    def name(self, wanted: str, expr: Expr) -> Expr:
        """`expr` under the name `wanted` (with a suffix where it is taken); numbers stay numbers.

        Of a complex expression the parts are named, and re + I im over their names is returned.
        """
        if not symbols_in(expr):
            return expr
        return self._added(wanted, expr, symbol) if is_real(expr) else self.pair(wanted, pair(expr)).whole

    def pair(self, wanted: str, z: Pair) -> Pair:
        """A complex number, each of its parts under a name: with the suffixes r and i where it has both."""
        if z.re == 0 or z.im == 0:
            return z.mapped(partial(self.name, wanted))
        return Pair(self.kept(f"{wanted}_r", z.re), self.kept(f"{wanted}_i", z.im))

    def pivot(self, z: Pair, fresh: bool) -> Pair:
        """A number to divide by, under a name that stands in no other formula (its own where it is `fresh`).

        It is one of the `pivots` of the definitions unless it is certain not to vanish.
        """
        parts = [e for e in (z.re, z.im) if e != 0]
        if any(e.is_number for e in parts):
            return z
        if not (fresh and len(parts) == 1 and parts[0].is_Symbol):
            z = z.mapped(lambda e: self.name("pivot", e))
        self._pivots.append(tuple(e for e in (z.re, z.im) if e != 0))
        return z

    def rate(self, wanted: str, z: Pair) -> Pair:
        """One of the rates of motion in time, under names of its own: see `Definitions`."""
        named = self.pair(wanted, z)
        self._rates |= {s for s in (named.re, named.im) if s.is_Symbol}
        return named

    def difference(self, wanted: str, z: Pair) -> Pair:
        """A sum of rates to divide by, or the square of one: a pivot, unless it is certain not to vanish."""
        named = self.pair(wanted, z)
        parts = [e for e in (named.re, named.im) if e != 0]
        if parts and not any(e.is_number for e in parts):
            named = named.mapped(lambda e: e if e in self._place else self.name(wanted, e))
            self._pivots.append(tuple(e for e in (named.re, named.im) if e != 0))
        return named

    def kept(self, wanted: str, e: Expr) -> Expr:
        """A definition, unless the expression is a number, or a symbol or a part of one (with a sign), already."""
        bare = -e if e.could_extract_minus_sign() else e
        atomic = bare.is_Rational or bare.is_Symbol or (isinstance(bare, sp.re | sp.im) and bare.args[0].is_Symbol)
        return e if atomic else self.name(wanted, e)

    def parts(self, wanted: str, expr: Expr) -> Pair:
        """A complex expression as a pair; the parts of what would be long, written out, get names."""
        return pair(expr) if terms(expr) <= SHORT else self.pair(wanted, pair(expr))

    def _added(self, wanted: str, expr: Expr, make: Callable[[str], Symbol]) -> Symbol:
        free = wanted
        count = self._count.get(wanted, 1)
        while free in self._taken:
            count += 1
            free = f"{wanted}_{count}"
        self._count[wanted] = count
        self._taken.add(free)
        s = make(free)
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
        return Definitions(
            tuple(self._items), domains=self.domains, pivots=tuple(self._pivots), rates=frozenset(self._rates)
        )

    def __len__(self) -> int:
        return len(self._items)

    def inline(self, expr: Expr) -> Expr:
        return self.definitions.inline(sp.sympify(expr))

    def quantity(self, expr: Expr, name: str = "value") -> Quantity:
        """`expr` with all definitions so far: what is asked of it needs not be written out."""
        return Quantity(name, expr, self.definitions)
