"""Sums of products of sines and cosines, put together by the addition theorems.

T s^2 + T c^2 is T; T c^2 - T s^2 is T cos 2a; products over two angles become one sine or cosine of their
sum or difference; s +- c is one shifted wave. Each step leaves one term where there were two, and no
cancellation where the two nearly cancelled: that is where evaluation would lose its digits.
"""

from __future__ import annotations

from fractions import Fraction

from cascade_sym.evaluate.program.factored import ONE, WHOLE, Algebra, Factored, made

TWO = Fraction(2)


def merged(algebra: Algebra, terms: list[Factored], shifts: bool) -> list[Factored]:
    """The terms of a sum with all such pairs replaced; `shifts` includes s +- c."""
    terms = list(terms)
    while (found := first_pair(algebra, terms, shifts)) is not None:
        i, j, term = found
        terms = [*(t for k, t in enumerate(terms) if k not in (i, j)), term]
    return terms


def first_pair(algebra: Algebra, terms: list[Factored], shifts: bool) -> tuple[int, int, Factored] | None:
    """Two terms that make one, and that one; the shifted waves only where nothing else fits."""
    for rule in (squares, products, *((sums,) if shifts else ())):
        for i, x in enumerate(terms):
            for j, y in enumerate(terms):
                if i != j and x.number in (y.number, -y.number):
                    term = rule(algebra, x, y)
                    if term is not None:
                        return i, j, term
    return None


Waves = dict[tuple[str, int], int]


def ratio(algebra: Algebra, x: Factored, y: Factored) -> Waves | None:
    """The exponents of sines and cosines by which x and y differ; None where they differ in anything else."""
    powers = dict(x.powers)
    for base, e in y.powers:
        powers[base] = powers.get(base, 0) - e
    waves: Waves = {}
    for base, e in powers.items():
        node = algebra.b.nodes[base]
        if e and node[0] not in ("sin", "cos"):
            return None
        if e:
            waves[node[0], node[1]] = e
    return waves


def replaced(algebra: Algebra, x: Factored, taken: dict[int, int], by: Factored) -> Factored:
    """x without the powers `taken`, times `by`."""
    return algebra.mul(algebra.mul(x, made(ONE, {b: -e for b, e in taken.items()})), by)


def wave(algebra: Algebra, op: str, angle: int) -> Factored:
    return algebra.leaf(algebra.b.unary(op, angle))


def opposite(algebra: Algebra, x: Factored, y: Factored, op: str, other: str, power: int) -> int | None:
    """The angle where x = T f(angle)**power and y = +-T g(angle)**power, for the functions called `op` and `other`."""
    waves = ratio(algebra, x, y) or {}
    for _, angle in waves:
        if waves == {(op, angle): power, (other, angle): -power}:
            return angle
    return None


def squares(algebra: Algebra, x: Factored, y: Factored) -> Factored | None:
    """x = T c^2 and y = +-T s^2."""
    b = algebra.b
    if (angle := opposite(algebra, x, y, "cos", "sin", 2 * WHOLE)) is None:
        return None
    same = x.number == y.number
    by = Factored(ONE) if same else wave(algebra, "cos", b.mul(b.const(TWO), angle))
    return replaced(algebra, x, {b.unary("cos", angle): 2 * WHOLE}, by)


def products(algebra: Algebra, x: Factored, y: Factored) -> Factored | None:
    """x = T s_1 c_2 and y = +-T c_1 s_2, or x = T c_1 c_2 and y = +-T s_1 s_2."""
    waves = ratio(algebra, x, y)
    if not waves or len(waves) != 4 or any(abs(e) != WHOLE for e in waves.values()):
        return None
    b = algebra.b
    above = sorted((op, angle) for (op, angle), e in waves.items() if e == WHOLE)
    if len(above) != 2 or above[0][1] == above[1][1]:
        return None
    if {angle for (_, angle), e in waves.items() if e == -WHOLE} != {angle for _, angle in above}:
        return None  # a third angle
    same = x.number == y.number
    taken = {b.unary(op, angle): WHOLE for op, angle in above}
    (op1, a1), (op2, a2) = above
    if (op1, op2) == ("cos", "cos"):
        by = wave(algebra, "cos", b.sub(a1, a2) if same else b.add(a1, a2))
    elif (op1, op2) == ("cos", "sin"):  # T s_2 c_1 +- T c_2 s_1
        by = wave(algebra, "sin", b.add(a2, a1) if same else b.sub(a2, a1))
    else:
        return None
    return replaced(algebra, x, taken, by)


def sums(algebra: Algebra, x: Factored, y: Factored) -> Factored | None:
    """x = T s and y = +-T c: sqrt(2) T sin(a +- pi/4)."""
    b = algebra.b
    if (angle := opposite(algebra, x, y, "sin", "cos", WHOLE)) is None:
        return None
    quarter = b.const(("mul", Fraction(1, 4), ("pi",)))
    shifted = b.add(angle, quarter) if x.number == y.number else b.sub(angle, quarter)
    by = algebra.mul(Factored(ONE, ((b.const(TWO), 1),)), wave(algebra, "sin", shifted))
    return replaced(algebra, x, {b.unary("sin", angle): WHOLE}, by)
