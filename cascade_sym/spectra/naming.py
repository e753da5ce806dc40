"""Names for the definitions of a spectrum: complex amplitudes, and real values made of them."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import NOTHING, Domains, free_name, symbol


class SpectrumNaming(Naming):
    """Naming that gives one expression one name, and can vouch that a value is real (|T|^2 = T conj T)."""

    def __init__(self, taken: Iterable[Symbol], domains: Domains = NOTHING) -> None:
        super().__init__(taken, domains)
        self._seen: dict[Expr, Expr] = {}

    def start(self, definitions: Definitions) -> None:
        """Take over existing definitions, under their names."""
        self._domains = self._domains.merged(definitions.domains)
        for s, e in definitions:
            self._taken.add(s.name)
            self._items.append((s, e))
            self._seen.setdefault(e, s)

    def once(self, wanted: str, expr: Expr) -> Expr:
        """The symbol that stands for `expr`: the one it got before, or a new one."""
        if expr not in self._seen:
            self._seen[expr] = self.name(wanted, expr)
        return self._seen[expr]

    def real(self, wanted: str, expr: Expr) -> Expr:
        """A real symbol for a value that is real although complex amplitudes occur in it."""
        if not expr.free_symbols:
            return expr
        if expr not in self._seen:
            free = free_name(wanted, self._taken)
            self._taken.add(free)
            s = symbol(free)
            self._items.append((s, expr))
            self._seen[expr] = s
        return self._seen[expr]
