"""Names for the definitions of spectra: transfer functions, susceptibilities, and their squares."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import NOTHING, Domains, complex_symbol, is_real
from cascade_sym.system.coefficients import SHORT, terms


class SpectrumNaming(Naming):
    """Naming that gives one expression one name: complex amplitudes too, and |T|^2, which is real by construction."""

    def __init__(self, taken: Iterable[Symbol], domains: Domains = NOTHING) -> None:
        super().__init__(taken, domains)
        self._seen: dict[Expr, Expr] = {}

    def start(self, definitions: Definitions) -> None:
        super().start(definitions)
        for s, e in definitions:
            self._seen.setdefault(e, s)

    def once(self, wanted: str, expr: Expr) -> Expr:
        """The symbol that stands for `expr`: the one it got before, or a new one; I times one where it is imaginary."""
        if expr not in self._seen:
            self._seen[expr] = self._of(wanted, expr)
        return self._seen[expr]

    def _of(self, wanted: str, expr: Expr) -> Expr:
        if is_real(expr) or not expr.free_symbols:
            return self.name(wanted, expr)
        if terms(expr) <= SHORT:
            part = sp.expand(expr / sp.I) if isinstance(expr, sp.Add) else expr / sp.I
            if is_real(part):
                return sp.I * self.once(wanted, part)
        return self._added(wanted, expr, complex_symbol)
