"""The exponential of a drift in closed form: sums of t^m e^(lambda t), closed under products, convolution, integrals.

The drift is worked through block by block along the flow of information. A block of one row has its own rate; one of
two rows has the rates m +- r, with r^2 a number whose sign may depend on parameters: r is a pair of real expressions of
which one vanishes, so that overdamped, critical and oscillating motion are one formula. Rates that are equal, or that
cancel, as expressions, give powers of t. Where they become equal only at some values of the parameters, the formula has
a limit there; numbers of any point come from `cascade_sym.solve.flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from math import comb, factorial
from typing import TypeVar

import sympy as sp
from sympy import Expr

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import converter
from cascade_sym.solve.complex_pairs import NOUGHT, Pair, total
from cascade_sym.solve.naming import Naming
from cascade_sym.symbols import NOTHING, Domains
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.sectors import flow_order

T = TypeVar("T", bound=Hashable)
Sum = dict[tuple[int, int], Pair]  # (rate, power of t): coefficient
ONE = Pair(sp.S.One)
LONG = 60  # operations of a coefficient beyond which it is not multiplied out
MOST = 2  # rows of a block whose rates are written out


class Exponentials:
    """Sums over a growing list of rates; equal rates are one. Coefficients are named as definitions of `naming`."""

    def __init__(self, naming: Naming, domains: Domains = NOTHING) -> None:
        self.naming, self.domains = naming, domains
        self.rates: list[Pair] = []
        self._conj: dict[int, int] = {}
        self._sums: dict[tuple[int, int], int] = {}
        self._made: dict[int, tuple[int, int]] = {}
        self._inverses: dict[Pair, Pair] = {}
        self._painted: dict[tuple[int, Expr], Pair] = {}
        self._limits = True  # where a rate vanishes

    def zero(self, z: Pair) -> bool:
        """Whether a rate is zero as an expression."""
        return all(e == 0 or vanishes(*sp.Add.make_args(sp.expand(self.naming.inline(e)))) for e in (z.re, z.im))

    def rate(self, z: Pair) -> int:
        """The place of a rate in the list."""
        for k, known in enumerate(self.rates):
            if known == z or self.zero(known - z):
                return k
        self.rates.append(NOUGHT if self.zero(z) else z)
        return len(self.rates) - 1

    def added(self, i: int, j: int) -> int:
        """The place of the sum of two rates."""
        key = (min(i, j), max(i, j))
        if key not in self._sums:
            known = len(self.rates)
            self._sums[key] = self.rate(self.rates[i] + self.rates[j])
            if self._sums[key] == known and self.rates[known] != NOUGHT:
                self._made[known] = key
        return self._sums[key]

    def conj(self, f: Sum) -> Sum:
        """The complex conjugate (t is real)."""
        for i, _ in f:
            if i not in self._conj:
                self._conj[i] = self.rate(self.rates[i].conj)
        return {(self._conj[i], m): c.conj for (i, m), c in f.items()}

    def product(self, f: Sum, g: Sum) -> Sum:
        """f(t) g(t)."""
        return summed(((self.added(i, j), m + n), a * b) for (i, m), a in f.items() for (j, n), b in g.items())

    def integral(self, f: Sum) -> Sum:
        """int_0^t f(s) ds."""
        return summed(term for (i, m), c in f.items() for term in self._primitive(i, m, c))

    def _primitive(self, i: int, m: int, c: Pair) -> Iterable[tuple[tuple[int, int], Pair]]:
        """The terms of int_0^t c s^m e^(lambda s) ds."""
        if self.rates[i] == NOUGHT:
            yield (i, m + 1), c.times(sp.Rational(1, m + 1))
            return
        inverse, power = self._inverse(self.rates[i]), ONE
        for k in range(m + 1):
            power = power * inverse
            weight = c * power.times(sp.Rational((-1) ** k * factorial(m), factorial(m - k)))
            yield (i, m - k), weight
        yield (self.rate(NOUGHT), 0), -weight

    def _inverse(self, z: Pair) -> Pair:
        """1/z of a rate; where that vanishes at some values of the parameters the formula has a limit only."""
        if z not in self._inverses:
            if not (z.re.free_symbols or z.im.free_symbols):
                return z.inverse
            named = self.naming.difference("rate", z) if self._limits else self.naming.pair("rate", z)
            self._inverses[z] = self.naming.pair("time", named.inverse)
        return self._inverses[z]

    def convolved(self, f: Sum, g: Sum) -> Sum:
        """int_0^t f(t - s) g(s) ds."""
        out: list[tuple[tuple[int, int], Pair]] = []
        for (i, p), a in f.items():
            back = self.rate(-self.rates[i])
            for (j, m), b in g.items():
                both = a * b
                for q in range(p + 1):  # (t - s)^p
                    inner = self._primitive(self.added(back, j), m + q, both.times(sp.Integer((-1) ** q * comb(p, q))))
                    out += [((self.added(i, k), n + p - q), c) for (k, n), c in inner]
        return summed(out)

    def named(self, wanted: str, f: Sum) -> Sum:
        """The coefficients under names, zeros left out."""
        return {k: self.naming.pair(wanted, z) for k, c in f.items() if not (z := c.mapped(_tidied)).zero}

    def value(self, f: Sum, t: Expr) -> Pair:
        """The sum at a time, over named exponentials."""
        return total(c * self._painted_at(i, t).times(t**m if m else 1) for (i, m), c in f.items())

    def _painted_at(self, i: int, t: Expr) -> Pair:
        key = (i, t)
        if key not in self._painted:
            z, name = self.rates[i], self.naming.kept
            if i in self._made:
                j, k = self._made[i]
                self._painted[key] = self._painted_at(j, t) * self._painted_at(k, t)
                return self._painted[key]
            size = name("decay", sp.exp(z.re * t)) if z.re != 0 else sp.S.One
            wave = Pair(name("cosine", sp.cos(z.im * t)), name("sine", sp.sin(z.im * t))) if z.im != 0 else ONE
            self._painted[key] = wave.times(size)
        return self._painted[key]

    def propagator(
        self, nodes: Sequence[T], drift: Mapping[T, Mapping[T, Pair]], label: Callable[[T], str]
    ) -> dict[T, dict[T, Sum]] | None:
        """e^(A t), element by element; None where a block has rates without a closed form."""
        sources = {i: [j for j in drift[i] if j != i] for i in nodes}
        out: dict[T, dict[T, Sum]] = {}
        for block in flow_order(nodes, sources):
            if len(block) > MOST:
                return None
            own = self._block(block, drift, label)
            for i in block:
                row: dict[T, list[Sum]] = {j: [own[i][j]] for j in block}
                for b in block:
                    for k, a in drift[b].items():
                        if k in block:
                            continue
                        for j, below in out[k].items():
                            driven = {key: c * a for key, c in below.items()}
                            row.setdefault(j, []).append(self.convolved(own[i][b], driven))
                out[i] = {
                    j: self.named(f"u_{label(i)}_{label(j)}", summed(x for s in parts for x in s.items()))
                    for j, parts in row.items()
                }
        return out

    def _block(
        self, block: Sequence[T], drift: Mapping[T, Mapping[T, Pair]], label: Callable[[T], str]
    ) -> dict[T, dict[T, Sum]]:
        if len(block) == 1:
            (i,) = block
            own = drift[i].get(i, NOUGHT)
            rate = self.naming.rate(f"rate_{label(i)}", own)
            return {i: {i: {(self.rate(rate), 0): ONE}}}
        first, second = block
        a, b, c, d = (drift[i].get(j, NOUGHT) for i in block for j in block)
        half = sp.S.Half
        mean, apart = (a + d).times(half), (a - d).times(half)
        square = (apart * apart + b * c).mapped(self._short)
        names = "_".join(map(label, block))
        mean = self.naming.rate(f"mean_{names}", mean.mapped(self._short))
        inner = {first: {first: apart, second: b}, second: {first: c, second: -apart}}
        if self.zero(square):
            place = self.rate(mean)
            return {
                i: {j: {(place, 0): Pair(sp.Integer(int(i == j))), (place, 1): inner[i][j]} for j in block}
                for i in block
            }
        root = self._root(square, names)
        weight = self._inverse(root).times(half)
        up, down = self.rate(mean + root), self.rate(mean - root)
        whole = {i: {j: inner[i][j] * weight for j in block} for i in block}
        return {
            i: {
                j: {(up, 0): whole[i][j] + (one := Pair(half * int(i == j))), (down, 0): one - whole[i][j]}
                for j in block
            }
            for i in block
        }

    def _short(self, e: Expr) -> Expr:
        return sp.S.Zero if e != 0 and vanishes(*sp.Add.make_args(sp.expand(self.naming.inline(e)))) else e

    def _root(self, z: Pair, names: str) -> Pair:
        """A square root, as a pair of real expressions."""
        name, rate = self.naming.kept, self.naming.rate
        if z.im == 0:
            whole = self.naming.inline(z.re)
            for square, turn in ((whole, Pair(sp.S.One)), (-whole, Pair(sp.S.Zero, sp.S.One))):
                if (root := perfect_root(square)) is not None:
                    return rate(f"root_{names}", turn.times(root))
            square = self.naming.difference(f"square_{names}", z.mapped(sp.expand)).re
            match self.sign(z.re):
                case 1:
                    return rate(f"root_{names}", Pair(sp.sqrt(square)))
                case -1:
                    return rate(f"root_{names}", Pair(sp.S.Zero, sp.sqrt(-square)))
            return rate(f"root_{names}", Pair(sp.sqrt(sp.Max(square, 0)), sp.sqrt(sp.Max(-square, 0))))
        self._limits = False  # the parts of a complex root are not smooth in each other
        z = self.naming.pair(f"square_{names}", z)
        size = name(f"size_{names}", sp.sqrt(z.re**2 + z.im**2))
        real = name(f"root_{names}_r", sp.sqrt((size + z.re) / 2))
        return Pair(real, name(f"root_{names}_i", z.im / (2 * real)))

    def sign(self, e: Expr) -> int:
        """The proved sign of a real expression that is not zero; 0 where none is known."""
        try:
            conv, (form,) = converter([self.naming.inline(e)], self.domains)
            found = conv.tower.sign_of(conv(form))
        except OutsideExactDomain:
            return 0
        return found.value if found is not None else 0


def perfect_root(e: Expr) -> Expr | None:
    """A real expression without roots of its own whose square `e` is, up to its sign; None where there is none.

    >>> x, y = sp.symbols("x y")
    >>> perfect_root(x**2 - 2*x*y + y**2), perfect_root(x**2 + 1)
    (x - y, None)
    """
    stand = {s: sp.Dummy(s.name, positive=True) for s in e.free_symbols}
    inside = sp.factor(e.xreplace(stand))
    root = sp.powdenest(sp.sqrt(inside), force=True).replace(sp.Abs, lambda x: x)
    if root.has(sp.I) or len(root.atoms(sp.Pow)) != len([p for p in root.atoms(sp.Pow) if p.exp.is_Integer]):
        return None
    back = root.xreplace({d: s for s, d in stand.items()})
    return back if stand and sp.expand(back**2 - e) == 0 else None


def _tidied(e: Expr) -> Expr:
    """A coefficient whose terms that are plainly opposite have cancelled."""
    return sp.expand(e) if e.is_Add and e.count_ops() <= LONG else e


def summed(terms: Iterable[tuple[tuple[int, int], Pair]]) -> Sum:
    """The sum of the coefficients of each rate and power."""
    found: dict[tuple[int, int], list[Pair]] = {}
    for key, c in terms:
        found.setdefault(key, []).append(c)
    return {key: z for key, cs in found.items() if not (z := total(cs)).zero}
