"""int |T f|^2/N dOmega in closed form: exact rational function, spectral factors, Hurwitz determinants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.errors import OutsideExactDomain
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.spectra.inline import converted, written_out
from cascade_sym.spectra.quotients import Quotient, constant_definitions, elements_by_power, integral, show_value
from cascade_sym.spectra.spectrum import Spectrum
from cascade_sym.spectra.spectrum_naming import SpectrumNaming
from cascade_sym.spectra.stable import stable
from cascade_sym.symbols import conj

SHORT = 3  # a coefficient with fewer operations is written out, not named
TRIED = 12  # operations up to which a radicand is tried for a perfect square


@dataclass(frozen=True)
class ClosedIntegral:
    """`value` over `definitions`; for checks, `factors` are pairs (polynomial, h) with polynomial = constant |h|^2, and
    `same` pairs of equal expressions that were put for one another.
    """

    value: Expr
    definitions: Definitions
    factors: tuple[tuple[Expr, Expr], ...]
    same: tuple[tuple[Expr, Expr], ...] = ()


def closed_integral(
    density: Spectrum, x: Symbol, noise: Spectrum | None = None, amplitudes: Sequence[tuple[Expr, Expr]] = ()
) -> ClosedIntegral | None:
    """int density dx/(2 pi) over the real line; None where it has no closed form of this kind.

    `noise` = sum of n |T|^2 over the `amplitudes` (n, T) is what the density is divided by: the coefficients of its
    polynomial are taken as sums of squares, which don't cancel. There is no closed form when the density is not
    rational in x, or its denominator has a factor without a closed spectral factor. Definitions that do not depend on x
    stay definitions.
    """
    held = constant_definitions(density)
    try:
        conv, (value, _) = converted(density.definitions, [density.expr, x], held.__contains__)
    except OutsideExactDomain:
        return None
    if any(e != x and x in e.free_symbols for e in conv.field.meaning):
        return None
    naming = SpectrumNaming({x, *density.parameters})
    naming.start(density.definitions.needed(*held))
    content, factors = value.den.factor()
    root, lead = [sp.S.One], sp.Integer(int(content))
    pairs: list[tuple[Expr, Expr]] = []
    same: list[tuple[Expr, Expr]] = []
    for p, k in factors:
        if elements_by_power(conv, conv.field.fraction(p), x)[-1].num.leading_coefficient() < 0:
            p, lead = -p, lead * (-1) ** int(k)
        ascending = [show_value(conv, c, nice=True) for c in elements_by_power(conv, conv.field.fraction(p), x)]
        if len(ascending) == 1:
            lead *= ascending[0] ** int(k)
            continue
        lead *= ascending[-1] ** int(k)
        if sums := _squares(noise, amplitudes, x, naming, len(ascending)):
            written = [written_out(density.definitions, c) for c in ascending]
            full = [written_out(naming.definitions, c) for c in sums]
            equal = [(a * full[-1], b * written[-1]) for a, b in zip(written[:-1], full[:-1], strict=True)]
            if all(is_zero(a - b, naming.domains) for a, b in equal):
                ascending, same = sums, [*same, *equal]
        named = [naming.once(f"p_{i}", c) if sp.count_ops(c) > SHORT else c for i, c in enumerate(ascending)]
        h = spectral_factor(named, naming)
        if h is None:
            return None
        for _ in range(int(k)):
            root = _product(root, h)
        pairs.append((_polynomial(named, x), _polynomial(h, x)))
    numerator = elements_by_power(conv, conv.field.fraction(value.num), x)
    top = tuple(show_value(conv, c, nice=True) / lead for c in numerator)
    value_of = integral(Quotient(top, tuple(root)), naming)
    return ClosedIntegral(value_of, naming.definitions, tuple(pairs), tuple(same))


def _squares(
    noise: Spectrum | None, amplitudes: Sequence[tuple[Expr, Expr]], x: Symbol, naming: SpectrumNaming, count: int
) -> list[Expr] | None:
    """The `count` coefficients of |D|^2 N, D the product of the denominators of a noise N = sum of n |T|^2: with the
    polynomials P = D T, sums of n (Re P_i Re P_j + Im P_i Im P_j). None where there are more or fewer.
    """
    if noise is None or any(d is None for d in noise.denominators):
        return None
    D = sp.Mul(*dict.fromkeys(noise.denominators))
    try:
        conv, values = converted(noise.definitions, [*(t * D for _, t in amplitudes), x, sp.I])
        polynomials = [elements_by_power(conv, v, x) for v in values[: len(amplitudes)]]
    except OutsideExactDomain:
        return None
    if x not in conv.field.meaning or count != 2 * max(map(len, polynomials)) - 1:
        return None
    i, half = values[-1], conv.field.rational(1, 2)
    out = [sp.S.Zero] * count
    for (weight, _), polynomial in zip(amplitudes, polynomials, strict=True):
        parts: list[tuple[Expr, Expr]] = []
        for c in polynomial:
            turned = conv.tower.conj(c)
            both = ((c + turned) * half, (turned - c) * half * i)
            re, im = (naming.once("t", e) if sp.count_ops(e) > SHORT else e for e in (stable(conv, v) for v in both))
            parts.append((re, im))
        for a, (re, im) in enumerate(parts):
            for b, (re_b, im_b) in enumerate(parts[a:], a):
                out[a + b] += weight * (1 if a == b else 2) * (re * re_b + im * im_b)
    return out


def few_poles(spectrum: Spectrum, x: Symbol) -> bool:
    """Whether a noise spectrum has a numerator of degree up to four; more need roots that have no closed form."""
    if all(s == x for s in spectrum.parameters):
        return True  # numbers may factor further; cheap to try
    degree = 0
    for d in dict.fromkeys(spectrum.denominators):
        if d is None:
            return False
        degree += sp.Poly(written_out(spectrum.definitions, d), x).degree() if d.free_symbols else 0
    return degree <= 2


def factor_pairs(found: ClosedIntegral, x: Symbol) -> Mapping[str, tuple[Expr, Expr]]:
    """The identities p = p_top |h|^2, written out."""
    out = {}
    for k, (p, h) in enumerate(found.factors):
        root = written_out(found.definitions, h, p.free_symbols.__contains__)  # over the coefficients of p
        out[f"factor {k + 1}"] = (p, sp.Poly(p, x).LC() * root * conj(root))
    return {**out, **{f"sum of squares {k + 1}": pair for k, pair in enumerate(found.same)}}


def _product(p: list[Expr], q: list[Expr]) -> list[Expr]:
    out = [sp.S.Zero] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            out[i + j] += a * b
    return [sp.expand(e) for e in out]


def _polynomial(ascending: list[Expr], x: Symbol) -> Expr:
    return sp.Add(*(c * x**k for k, c in enumerate(ascending)))


def spectral_factor(p: Sequence[Expr], naming: SpectrumNaming) -> list[Expr] | None:
    """h with |h(x)|^2 = p(x)/p_top for real x, ascending coefficients; None when roots would be needed.

    `p` ascending, positive on the real line, of degree 0, 2, or 4 without odd powers. With q = sqrt(p_0/p_4),
    r = sqrt(p_2/p_4 + 2q), the factor of x^4 + ... is q - i r x - x^2; its roots lie below the real line.

    >>> naming = SpectrumNaming([])
    >>> spectral_factor([sp.Integer(4), sp.Integer(0), sp.Integer(1)], naming)
    [2*I, 1]
    """
    top = p[-1]
    degree = len(p) - 1
    if degree == 0:
        return [sp.S.One]
    if degree == 2:
        b, c = p[1] / top, p[0] / top
        nu = _root(c - b**2 / 4, "nu", naming)
        return [b / 2 + sp.I * nu, sp.S.One]
    if degree == 4 and p[1] == 0 and p[3] == 0:
        q = _root(p[0] / top, "q", naming)
        r = _root(p[2] / top + 2 * q, "r", naming)
        return [q, -sp.I * r, -sp.S.One]
    return None


def _root(e: Expr, name: str, naming: SpectrumNaming) -> Expr:
    """sqrt(e) by a name; without the root where e is a perfect square of nonnegative parameters."""
    root = sp.sqrt(e)
    if 0 < sp.count_ops(e) < TRIED and not e.is_number:
        short = normal_form(root, naming.domains)
        if all(p.base.is_Atom for p in short.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q > 1):
            root = short
    return naming.once(name, root) if root.args and root.free_symbols else root
