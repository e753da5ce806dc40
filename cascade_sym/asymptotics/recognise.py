"""The minimal polynomial of a real algebraic number from its digits, by lattice reduction.

For values whose elimination is out of reach. The result is no proof: it is kept only where it holds on many more
digits than were needed to find it.
"""

from __future__ import annotations

from typing import Any

import flint

DEGREES = (2, 4, 8, 12, 16, 24)
SPARE = 40


def minimal_polynomial(value: Any, digits: int) -> list[int] | None:
    """Integer coefficients (constant first) of the irreducible polynomial of `value` (a ball); None if not found.

    `digits`: how many digits of the value are right. The search uses all but `SPARE` of them; the polynomial must
    vanish on all.

    >>> with flint.ctx.workprec(400):
    ...     minimal_polynomial(flint.arb(2).sqrt(), 90)
    [-2, 0, 1]
    """
    for degree in DEGREES:
        found = _relation(value, degree, digits - SPARE)
        if found is None:
            continue
        for q, _ in flint.fmpz_poly(found).factor()[1]:
            coeffs = [int(c) for c in q.coeffs()]
            if _vanishes(coeffs, value, digits - 5):
                sign = 1 if coeffs[-1] > 0 else -1
                return [sign * c for c in coeffs]
    return None


def _relation(value: Any, degree: int, digits: int) -> list[int] | None:
    """A short integer relation between the powers of `value` (scaled to `digits` digits)."""
    scale = flint.arb(10) ** digits
    top = max(flint.arb(1), abs(value)) ** degree if degree else flint.arb(1)
    rows = []
    for k in range(degree + 1):
        last = (value**k / top * scale).mid().floor().unique_fmpz()
        if last is None:
            return None
        rows.append([int(j == k) for j in range(degree + 1)] + [int(last)])
    reduced = flint.fmpz_mat(rows).lll()
    coeffs = [int(reduced[0, j]) for j in range(degree + 1)]
    size = max(abs(c) for c in coeffs)
    # by chance, coefficients of digits/(degree + 1) digits fit any number
    if not any(coeffs[1:]) or len(str(size)) * (degree + 1) > digits * 3 // 4:
        return None
    return coeffs


def _vanishes(coeffs: list[int], value: Any, digits: int) -> bool:
    total, size = flint.arb(0), flint.arb(0)
    for k, c in enumerate(coeffs):
        total += c * value**k
        size += abs(c * value**k)
    return bool(abs(total).mid() <= size.mid() * flint.arb(10) ** -digits)
