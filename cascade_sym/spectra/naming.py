"""Names for the definitions of a spectrum: complex amplitudes, and real values made of them."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import symbol


class SpectrumNaming(Naming):
    """Naming that gives one expression one name, and can vouch that a value is real (|T|^2 = T conj T)."""

    def __init__(self, taken: Iterable[Symbol]) -> None:
        super().__init__(taken)
        self._seen: dict[Expr, Expr] = {}

    def start(self, definitions: Definitions) -> None:
        """Take over existing definitions, under their names."""
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
            free, k = wanted, 1
            while free in self._taken:
                k += 1
                free = f"{wanted}_{k}"
            self._taken.add(free)
            s = symbol(free)
            self._items.append((s, expr))
            self._seen[expr] = s
        return self._seen[expr]
