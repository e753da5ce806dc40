"""Factors of polynomials and integers of any size."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

import flint

from cascade_sym.exact.fraction import Poly

QUICK_BITS = 144  # integers up to here are factored into primes, in a fraction of a second
TRIAL_PRIMES = 3000  # from longer ones so many primes are divided out


def polynomial_factors(p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
    """Content and irreducible factors with their powers.

    python-flint sorts the factors of an integer polynomial by coefficients that it takes for C ints; over the
    rational numbers it does not, so large ones go that way (the factors are the same: integer and primitive).
    """
    try:
        content, factors = p.factor()
    except OverflowError:
        ctx = p.context()
        names = [str(name) for name in ctx.names()]
        twin = flint.fmpq_mpoly_ctx.get(names, ctx.ordering())
        value, found = twin.from_dict({m: flint.fmpq(c) for m, c in p.terms()}).factor()
        content, factors = value, [(_integral(q, ctx), k) for q, k in found]
        back = p.context().constant(1)
        for q, k in factors:
            back = back * q ** int(k)
        content = (p / back).leading_coefficient()
    return int(content), [(q, int(k)) for q, k in factors]


def _integral(q: Poly, ctx: Poly) -> Poly:
    """A factor over the rational numbers as a primitive integer polynomial."""
    common = flint.fmpz(1)
    for c in q.coeffs():
        common = common.lcm(c.q)
    return ctx.from_dict({m: (c * common).p for m, c in q.terms()}).primitive()[1]


def integer_factors(n: int, parts: Iterable[int] = ()) -> dict[int, int]:
    """n > 0 as a product of powers of primes, of `parts` (known divisors), and of at most one integer that is too long
    to factor; it is no perfect power.

    >>> integer_factors(360)
    {2: 3, 3: 2, 5: 1}
    """
    out: dict[int, int] = {}
    for part in parts:
        while n % part == 0:
            n //= part
            out[part] = out.get(part, 0) + 1
    limit = None if n.bit_length() <= QUICK_BITS else TRIAL_PRIMES
    for p, k in flint.fmpz(n).factor(limit) if n > 1 else ():
        root, power = _perfect_power(int(p))
        out[root] = out.get(root, 0) + power * int(k)
    return out


def is_long(n: int) -> bool:
    """Whether `integer_factors` may leave n as it is though it is no prime."""
    return n.bit_length() > QUICK_BITS


def coprime_base(numbers: Iterable[int]) -> tuple[int, ...]:
    """Integers without common factors, no perfect powers, of which all `numbers` are products: by gcds alone.

    >>> coprime_base([6, 10])
    (2, 3, 5)
    """
    base: list[int] = []
    todo = list(numbers)
    while todo:
        n, _ = _perfect_power(todo.pop())
        if n == 1 or n in base:
            continue
        other = next((b for b in base if gcd(n, b) > 1), None)
        if other is None:
            base.append(n)
            continue
        g = gcd(n, other)
        base.remove(other)
        todo += [g, n // g, other // g]
    return tuple(sorted(base))


def _perfect_power(n: int) -> tuple[int, int]:
    """(m, k) with n = m^k and k as large as it can be."""
    for k in range(n.bit_length(), 1, -1) if n > 3 else ():
        root = int(flint.fmpz(n).root(k))
        if root**k == n:
            return root, k
    return n, 1
