"""Polynomials with I in their coefficients: greatest common divisors and factors over Q(i).

A divisor is found modulo a prime where -1 has a root (both roots give its real and imaginary parts), and taken only
where it divides exactly.
"""

from __future__ import annotations

from math import isqrt, lcm
from typing import Any

import flint
from flint.utils.flint_exceptions import DomainError

from cascade_sym.compact.ring import Ring
from cascade_sym.exact.fraction import Poly

# primes 1 modulo 4, close to 2^61: coefficients up to 2^30 come back from one of them
PRIMES = (2305843009213693921, 2305843009213693693, 2305843009213693669)
Powers = list[tuple[Poly, int]]


def conjugate(p: Poly, i: int) -> Poly:
    """With -I for I."""
    return p.context().from_dict({m: -c if m[i] % 2 else c for m, c in p.terms()})


def quotient(f: Poly, g: Poly, ring: Ring) -> Poly | None:
    """f/g over Q(i); None where g does not divide f."""
    if ring.i is not None and g.degrees()[ring.i]:
        turned = conjugate(g, ring.i)
        f, g = ring.reduce(f * turned), ring.reduce(g * turned)
    try:
        return f / g
    except DomainError:
        return None


def common(a: Poly, b: Poly, ring: Ring) -> Poly:
    """The greatest common divisor over Q(i), up to a factor of Q(i); 1 where none is found."""
    i = ring.i
    if i is None or not (a.degrees()[i] or b.degrees()[i]):
        return a.gcd(b)
    for prime in PRIMES:
        root = _root_of_minus_one(prime)
        plus, minus = (_image(a, i, r, prime).gcd(_image(b, i, r, prime)) for r in (root, prime - root))
        tables = [_monic(g) for g in (plus, minus)]
        terms: dict[tuple[int, ...], Any] = {}
        for mono in {*tables[0], *tables[1]}:
            x, y = (int(t.get(mono, 0)) for t in tables)
            half = pow(2, -1, prime)
            for k, c in ((0, (x + y) * half), (1, (x - y) * half * pow(root, -1, prime))):
                if found := _rational(c % prime, prime):
                    terms[(*mono[:i], k, *mono[i + 1 :])] = found
        g = ring.context.from_dict(terms)
        if not g.is_zero() and all(quotient(f, g, ring) is not None for f in (a, b)):
            return g
    return ring.one


def factors(p: Poly, ring: Ring) -> tuple[Poly, Powers]:
    """A constant of Q(i), and factors with their powers: real ones irreducible over Q, others over Q(i)."""
    i = ring.i
    if i is None or not p.degrees()[i]:
        content, found = p.factor()
        return ring.context.constant(content), [(f, int(k)) for f, k in found]
    turned = conjugate(p, i)
    real, imaginary = (p + turned) / 2, (p - turned) / 2 / ring.context.gens()[i]
    shared = real.gcd(imaginary)
    _, out = factors(shared, ring)
    p = quotient(p, shared, ring)
    for f, _ in ring.reduce(p * conjugate(p, i)).factor()[1]:
        while not (d := common(p, f, ring)).is_constant():
            out = _with(out, d)
            p = quotient(p, d, ring)
    return p, out


def _with(powers: Powers, f: Poly) -> Powers:
    if any(f == g for g, _ in powers):
        return [(g, k + (f == g)) for g, k in powers]
    return [*powers, (f, 1)]


def _root_of_minus_one(prime: int) -> int:
    base = next(b for b in range(2, 100) if pow(b, (prime - 1) // 2, prime) == prime - 1)
    return pow(base, (prime - 1) // 4, prime)


def _image(p: Poly, i: int, root: int, prime: int) -> Any:
    names = [str(n) for n in p.context().names()]
    ctx = flint.nmod_mpoly_ctx.get(names, modulus=prime, ordering="degrevlex")
    table: dict[tuple[int, ...], int] = {}
    scale = lcm(*(int(c.q) for c in p.coeffs()))
    for m, c in p.terms():
        key = (*m[:i], 0, *m[i + 1 :])
        value = int(c.p) * (scale // int(c.q)) * pow(root, int(m[i]), prime)
        table[key] = (table.get(key, 0) + value) % prime
    return ctx.from_dict({k: v for k, v in table.items() if v})


def _monic(g: Any) -> dict[tuple[int, ...], int]:
    prime = int(g.context().modulus())
    lead = pow(int(g.leading_coefficient()), -1, prime) if not g.is_zero() else 0
    return {tuple(map(int, m)): int(c) * lead % prime for m, c in g.terms()}


def _rational(c: int, prime: int) -> Any:
    """The fraction with small numerator and denominator that is c modulo a prime (half of the extended Euclid)."""
    rests, factors_of_c = (prime, c), (0, 1)
    while rests[1] > isqrt(prime // 2):
        times = rests[0] // rests[1]
        rests = rests[1], rests[0] - times * rests[1]
        factors_of_c = factors_of_c[1], factors_of_c[0] - times * factors_of_c[1]
    top, bottom = rests[1], factors_of_c[1]
    return flint.fmpq(top, bottom) if bottom > 0 else flint.fmpq(-top, -bottom)
