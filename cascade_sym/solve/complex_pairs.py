"""Complex numbers as pairs of real expressions: what is real is seen to be real, and no definition is complex.

A Hermitian quantity is real because conjugates pair up. An expression that is multiplied out shows this only where it
is written out whole; pairs (re, im) carry it through every name. Complex parameters enter as re(G) and im(G). The drift
and the moments of quadratures, X = (a + a^+)/sqrt2 and P = (a - a^+)/(sqrt2 i), are such parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import normal_form
from cascade_sym.operators import LinearForm, Op
from cascade_sym.symbols import REAL_VALUED, conj, is_complex_symbol, is_real
from cascade_sym.system.coefficients import SHORT, is_flat, terms

ZERO = sp.S.Zero


@dataclass(frozen=True)
class Pair:
    """re + i im; both are real expressions, and a zero part stays a structural zero."""

    re: Expr
    im: Expr = ZERO

    def __add__(self, o: Pair) -> Pair:
        return Pair(self.re + o.re, self.im + o.im)

    def __sub__(self, o: Pair) -> Pair:
        return Pair(self.re - o.re, self.im - o.im)

    def __neg__(self) -> Pair:
        return Pair(-self.re, -self.im)

    def __mul__(self, o: Pair) -> Pair:
        if o.im is ZERO:
            return self.times(o.re)
        if self.im is ZERO:
            return o.times(self.re)
        if self.re is ZERO and o.re is ZERO:
            return Pair(-product(self.im, o.im))
        return Pair(
            product(self.re, o.re) - product(self.im, o.im), product(self.re, o.im) + product(self.im, o.re)
        )  # fmt: skip

    def times(self, x: Expr | int) -> Pair:
        """Times a real expression."""
        return Pair(product(self.re, x), product(self.im, x))

    @property
    def conj(self) -> Pair:
        return Pair(self.re, -self.im)

    @property
    def square(self) -> Expr:
        """The squared modulus."""
        return self.re**2 + self.im**2

    @property
    def inverse(self) -> Pair:
        return Pair(1 / self.re) if self.im == 0 else Pair(self.re / self.square, -self.im / self.square)

    @property
    def zero(self) -> bool:
        return self.re == 0 and self.im == 0

    @property
    def whole(self) -> Expr:
        """re + I im as one expression."""
        return self.re + sp.I * self.im

    def mapped(self, change: Callable[[Expr], Expr]) -> Pair:
        """Both parts changed."""
        return Pair(change(self.re), change(self.im))


def product(a: Expr, b: Expr | int) -> Expr:
    """a b as SymPy writes it. Zeros are not multiplied: SymPy would ask whether the other is finite, which is slow.

    Two symbols need none of its rules but the order; most of the products of a long list of definitions are of two.
    """
    if a is ZERO or b is ZERO:
        return ZERO
    if isinstance(a, Symbol) and isinstance(b, Symbol) and a != b:
        return sp.Mul._from_args((a, b) if a.compare(b) < 0 else (b, a), is_commutative=True)
    return a * b


Table = list[list[Pair]]

I_TIMES = Pair(ZERO, sp.S.One)
NOUGHT = Pair(ZERO)


def total(values: Iterable[Pair]) -> Pair:
    """The sum, built in one go."""
    values = list(values)
    return Pair(sp.Add(*(v.re for v in values)), sp.Add(*(v.im for v in values)))


def re(z: Expr) -> Expr:
    """The real part (see `pair`)."""
    return pair(z).re


def im(z: Expr) -> Expr:
    """The imaginary part (see `pair`)."""
    return pair(z).im


@lru_cache(maxsize=20_000)
def pair(z: Expr) -> Pair:
    """Real and imaginary part, exactly and manifestly real: exp(I x) = cos x + I sin x, G = re(G) + I im(G).

    Short expressions are multiplied out; of c/d with a complex d the parts are those of c conj(d), over |d|^2. Raises
    OutsideExactDomain for functions of complex arguments other than powers and exp.

    >>> a, x = sp.symbols("a x")
    >>> pair(a*sp.exp(sp.I*x))
    Pair(re=a*cos(x), im=a*sin(x))
    >>> pair(a/(2 + sp.I*x))
    Pair(re=2*a/(x**2 + 4), im=-a*x/(x**2 + 4))
    """
    z = sp.sympify(z)
    if is_real(z):
        return Pair(z)
    if z.is_number and z.has(sp.Float):
        return Pair(*sp.N(z).as_real_imag())
    if terms(z) > SHORT:
        return _by_structure(z)
    whole = z.replace(lambda x: isinstance(x, sp.exp) and x.has(sp.I), _turned) if z.has(sp.exp) else z
    parameters = {s: sp.re(s) + sp.I * sp.im(s) for s in whole.free_symbols if is_complex_symbol(s)}
    if parameters:
        whole = whole.xreplace(parameters | {x: x for x in whole.atoms(*REAL_VALUED)})
    plain, divided = [], []
    for t in sp.Add.make_args(whole):
        above, below = sp.fraction(t)
        if is_real(below):
            plain.append(t)
        else:
            divided.append(_parted(above * conj(below)).times(1 / normal_form(below * conj(below))))
    return total([_parted(sp.Add(*plain)), *divided])


def _turned(e: Expr) -> Expr:
    real, imaginary = sp.expand(e.args[0]).as_independent(sp.I, as_Add=True)
    angle = sp.expand(imaginary / sp.I)
    return sp.exp(real) * (sp.cos(angle) + sp.I * sp.sin(angle))


def _parted(e: Expr) -> Pair:
    """The parts of a sum that is multiplied out: its terms with the factor I and those without."""
    real, imaginary, rest = [], [], []
    for t in sp.Add.make_args(e if is_flat(e) else sp.expand(e)):
        if is_real(t):
            real.append(t)
        elif is_real(turned := t / sp.I):
            imaginary.append(turned)
        else:
            rest.append(_by_structure(t))
    return total([Pair(sp.Add(*real), sp.Add(*imaginary)), *rest])


def _by_structure(e: Expr) -> Pair:
    """The parts of an expression from those of its arguments, nothing multiplied out."""
    if is_real(e):
        return Pair(e)
    match e:
        case sp.Symbol():
            return Pair(sp.re(e), sp.im(e))
        case sp.Add():
            return total(map(_by_structure, e.args))
        case sp.Mul():
            real, other = e.as_independent(sp.I, *filter(is_complex_symbol, e.free_symbols), as_Add=False)
            return reduce(Pair.__mul__, map(_by_structure, sp.Mul.make_args(other)), Pair(real))
        case sp.conjugate():
            return _by_structure(e.args[0]).conj
        case sp.exp():
            turn = _by_structure(e.args[0])
            return Pair(sp.cos(turn.im), sp.sin(turn.im)).times(sp.exp(turn.re))
        case sp.Pow() if e.exp.is_Integer:
            base = _by_structure(e.base)
            return reduce(Pair.__mul__, [base if e.exp > 0 else base.inverse] * abs(int(e.exp)))
        case sp.Pow() if is_real(e.exp):
            base = _by_structure(e.base)
            angle = e.exp * sp.atan2(base.im, base.re)
            return Pair(sp.cos(angle), sp.sin(angle)).times(base.square ** (e.exp / 2))
    if e is sp.I:
        return I_TIMES
    if e.is_number:
        return Pair(*e.as_real_imag())
    raise OutsideExactDomain(f"{e} can't be split into its parts; write complex numbers with +, *, powers and exp.")


def drift_entry(form: LinearForm, q: str, mode: str, r: str) -> Expr:
    """The factor of quadrature r of a mode in quadrature q of a form."""
    alpha, beta = form[Op(mode)], form[Op(mode, True)]
    match q + r:
        case "XX":
            return re(alpha + beta)
        case "XP":
            return im(beta - alpha)
        case "PX":
            return im(alpha + beta)
        case _:
            return re(alpha - beta)


def quadrature(n: Expr, m: Expr, q: str, r: str) -> Expr:
    """<q_i r_j> from n = <a_i a_j^+> and m = <a_i a_j> (symmetrised)."""
    match q + r:
        case "XX":
            return re(n + m)
        case "PP":
            return re(n - m)
        case "XP":
            return im(m - n)
        case _:
            return im(m + n)
