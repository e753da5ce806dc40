"""Definitions taken to the exact algebra: written out, or one by one as elements of a field.

Written out, z conj(z) stands for Abs(z)^2, with conjugates in the toolkit's sense: SymPy's own conjugate would leave
conjugate(x) of real parameters behind. The transfer functions of a loop are trees that repeat themselves; as elements
of a field each definition is computed once, in lowest terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.exact import Converter, Fraction, converter
from cascade_sym.exact.atoms import Atoms, canonical, collect
from cascade_sym.symbols import amplitudes, conj, is_complex_symbol


def written_out(definitions: Definitions, expr: Expr, keep: Callable[[Symbol], bool] | None = None) -> Expr:
    """`expr` with every definition written out, save those that `keep` holds back.

    >>> from cascade_sym.symbols import complex_symbol
    >>> K, x = complex_symbol("K"), sp.Symbol("x")
    >>> written_out(Definitions(((K, 1 + sp.I*x),)), K*conj(K))
    (-I*x + 1)*(I*x + 1)
    """
    told = [(s, without_abs(e)) for s, e in definitions.needed(expr).items if keep is None or not keep(s)]
    return Definitions(tuple(told)).inline(without_abs(sp.sympify(expr)))


def real_and_imaginary(z: Expr) -> tuple[Expr, Expr]:
    """(z + z*)/2 and (z - z*)/(2 i), as they stand."""
    return (z + conj(z)) / 2, (z - conj(z)) / (2 * sp.I)


def without_abs(e: Expr) -> Expr:
    """z conj(z) for Abs(z)^2."""
    if not e.has(sp.Abs):
        return e
    squares = {
        p: (p.base.args[0] * conj(p.base.args[0])) ** (p.exp / 2) for p in e.atoms(sp.Pow) if isinstance(p.base, sp.Abs)
    }
    return e.xreplace(squares)


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
    declared = definitions.domains.merged(amplitudes(*(e for _, e in items), *wanted))
    atoms = collect([canonical(e, declared) for e in (*(e for _, e in items), *wanted, sp.I)], declared)
    bound = {s for s, _ in items}
    if _inside(atoms) & bound:  # a root or an angle of a definition: only the whole expression shows its factors
        conv, forms = converter([_plain(written_out(definitions, e, keep)) for e in exprs], declared)
        return conv, [conv(e) for e in forms]
    atoms.symbols -= bound
    atoms.conjugated -= bound
    let = LetConverter(atoms, declared)
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
