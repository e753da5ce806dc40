"""Definitions taken into the exact algebra one by one, without writing them out first.

Written out, the transfer functions of a loop are trees that repeat themselves; as elements of a field each definition
is computed once, in lowest terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.exact import Converter, Fraction, converter
from cascade_sym.exact.atoms import Atoms, canonical, collect
from cascade_sym.spectra.inline import without_abs, written_out
from cascade_sym.symbols import conj, is_complex_symbol


class LetConverter(Converter):
    """A converter in which symbols can be bound to elements of the field."""

    def bind(self, s: Symbol, e: Expr) -> None:
        """Let `s` stand for `e` from now on, and its conjugate for that of `e`."""
        self._memo[s] = self(e)
        if is_complex_symbol(s):
            self._memo[sp.conjugate(s)] = self(conj(e))


def converted(
    definitions: Definitions, exprs: Sequence[Expr], keep: Callable[[Symbol], bool] | None = None
) -> tuple[Converter, list[Fraction]]:
    """A field and the elements that `exprs` are over `definitions`; those that `keep` holds back stay symbols.

    Raises OutsideExactDomain for what the exact algebra does not know.
    """
    items = [(s, _plain(e)) for s, e in definitions.needed(*exprs) if keep is None or not keep(s)]
    wanted = [_plain(e) for e in exprs]
    atoms = collect([canonical(e) for e in (*(e for _, e in items), *wanted, sp.I)])
    bound = {s for s, _ in items}
    if _inside(atoms) & bound:  # a root or an angle of a definition: only the whole expression shows its factors
        conv, forms = converter([_plain(written_out(definitions, e, keep)) for e in exprs])
        return conv, [conv(e) for e in forms]
    atoms.symbols -= bound
    atoms.conjugated -= bound
    let = LetConverter(atoms)
    for s, e in items:
        let.bind(s, e)
    return let, [let(e) for e in wanted]


def _plain(e: Expr) -> Expr:
    return canonical(trigonometric(without_abs(sp.sympify(e))))


def _inside(atoms: Atoms) -> set[Symbol]:
    """Symbols that occur under roots and in angles and exponents."""
    places = [*(e.args[0] for e in atoms.late), *atoms.trig, *atoms.phases, *atoms.exponentials]
    return set().union(*(e.free_symbols for e in places))


def trigonometric(e: Expr) -> Expr:
    """Phases as cosine and sine, so that real values are manifestly real."""
    if not e.has(sp.exp):
        return e

    def turned(z: Expr) -> Expr:
        angle = sp.expand(z.args[0] / sp.I)
        return sp.cos(angle) + sp.I * sp.sin(angle) if not angle.has(sp.I) else z

    return e.replace(lambda z: isinstance(z, sp.exp), turned)
