"""Identity of long rational programs by their values modulo a prime.

A rational program whose difference is not identically zero has a numerator of bounded degree and size, both read off
the program; modulo a random prime of 256 bits, at a random point, it vanishes with a probability below degree/2^255
plus that of a prime that divides all its coefficients (Schwartz, J. ACM 27, 701 (1980)). The prime and the point come
from a hash of the program itself, so that the same question has the same answer. I is a root of -1 modulo a prime of
the form 4 k + 1.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from typing import Any

import flint

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program import Arithmetic, Calculation

BITS = 256  # of the prime: polynomials of degree d in it vanish by chance with probability d/2^256
LARGEST = 2**120  # degree, and bits of the sum of all coefficients: the chance of an error is below 2^-120
TRIES = 5  # primes, where a divisor vanishes modulo one
SAID = "by values modulo a random prime; wrong with a probability below 2^-120"


def vanishes(calculation: Calculation) -> bool | None:
    """Whether the output of a program is identically zero; None where it is not rational, or too deep to tell.

    >>> import sympy as sp
    >>> from cascade_sym.program import read
    >>> x, y = sp.symbols("x y")
    >>> vanishes(read(1/x + 1/y - (x + y)/x/y)), vanishes(read(x - y)), vanishes(read(sp.sqrt(x)))
    (True, False, None)
    """
    if any(n[0] == "symbol" and n[2] == "complex" for n in calculation.nodes):
        return None  # a complex parameter and its conjugate are two
    try:
        if max(map(max, calculation.run(Size(), dict.fromkeys(calculation.symbols, (1, 1))))) > LARGEST:
            return None
        rng = random.Random(sha256(repr(calculation.nodes).encode()).digest())
        for _ in range(TRIES):
            residues = Residues(rng)
            point = {name: rng.randrange(residues.prime) for name in calculation.symbols}
            try:
                return all(v == 0 for v in calculation.run(residues, point))
            except ZeroDivisionError:
                continue
    except OutsideExactDomain:
        pass
    return None


class Size(Arithmetic):
    """Of numerator and denominator, bounds on the degree and on the bits of the sum of the absolute coefficients."""

    kind = "rational programs"

    def number(self, q: Fraction) -> Any:
        return 0, max(q.numerator.bit_length(), q.denominator.bit_length())

    def constant(self, name: str) -> Any:
        if name != "I":
            raise self.unknown(name)
        return 1, 1

    def add(self, terms: Sequence[Any]) -> Any:
        degree, bits = self.mul(terms)
        return degree, bits + len(terms)

    def mul(self, factors: Sequence[Any]) -> Any:
        return tuple(map(sum, zip(*factors, strict=True)))

    def div(self, above: Any, below: Any) -> Any:
        return self.mul([above, below])

    def power(self, base: Any, exponent: Fraction) -> Any:
        if exponent.denominator != 1:
            raise self.unknown("a root")
        return tuple(x * abs(int(exponent)) for x in base)

    def call(self, name: str, *arguments: Any) -> Any:
        raise self.unknown(name)


class Residues(Arithmetic):
    """Integers modulo a random prime; ZeroDivisionError where a divisor vanishes."""

    kind = "rational programs"

    def __init__(self, rng: random.Random) -> None:
        while True:
            p = 4 * rng.getrandbits(BITS - 2) + 1
            if p.bit_length() == BITS and flint.fmpz(p).is_probable_prime():
                break
        self.prime = p
        self.imaginary = next(r for x in range(2, p) if (r := pow(x, p // 4, p)) ** 2 % p == p - 1)

    def number(self, q: Fraction) -> int:
        return q.numerator * self._inverse(q.denominator) % self.prime

    def constant(self, name: str) -> int:
        return self.imaginary

    def add(self, terms: Sequence[int]) -> int:
        return sum(terms) % self.prime

    def mul(self, factors: Sequence[int]) -> int:
        out = 1
        for x in factors:
            out = out * x % self.prime
        return out

    def div(self, above: int, below: int) -> int:
        return above * self._inverse(below) % self.prime

    def power(self, base: int, exponent: Fraction) -> int:
        n = int(exponent)
        return pow(base if n > 0 else self._inverse(base), abs(n), self.prime)

    def _inverse(self, x: int) -> int:
        if x % self.prime == 0:
            raise ZeroDivisionError
        return pow(x, -1, self.prime)
