"""Exponentials that pair up: cosh and sinh, cos and sin of multiples, powers of one of them.

Each way of writing the functions of one argument is a view of its own; the shortest formula decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction as Rational
from functools import reduce
from operator import mul

import flint
import sympy as sp
from sympy import Expr

from cascade_sym.compact.ring import Ring, View, make_ring
from cascade_sym.exact.fraction import Poly, by_power

MOST_VIEWS = 12  # ways of writing the functions of one formula
MOST_WAVES = 8  # multiples of one argument in a view
Waves = dict[Rational, Poly]  # the coefficients of exp(k x)


def views(view: View) -> list[View]:
    """The same in other functions, the given one first."""
    arguments = _arguments(view.ring, view)
    turning = [e for e in arguments if e.has(sp.I) or sp.exp(e) not in view.ring.meaning]
    out = [view]
    for several in (turning, [e for e in arguments if e not in turning]):
        if len(several) > 1:
            out += [v.lowest() for v in _together(view, several, bool(several is turning))]
    for argument in arguments:
        for known in list(out):
            out += [v.lowest() for v in _others(known, argument)][: max(0, MOST_VIEWS - len(out))]
    return out


def without_roots(view: View) -> Iterator[View]:
    """With a square root above that is below, and the other way: (a + b w)/(c + d w) times (c - d w)/(c - d w)."""
    ring = view.ring
    for r in ring.relations:
        for p in (view.den, view.num):
            if r.degree == 2 and r.gen != ring.i and p.degrees()[r.gen]:
                w = ring.gen(r.gen)
                turned = sum((q * (-w) ** k for k, q in by_power(p, r.gen).items()), ring.context.constant(0))
                yield View(ring, view.num * turned, view.den * turned).lowest()


def _arguments(ring: Ring, view: View) -> list[Expr]:
    found = (ring.meaning[k] for k in ring.used(view.num, view.den))
    return list(dict.fromkeys(e.args[0] for e in found if isinstance(e, sp.exp | sp.cos | sp.sin)))


def _others(view: View, argument: Expr) -> Iterator[View]:
    ring = view.ring
    place = {e.func: k for k, e in enumerate(ring.meaning) if e.args and e.args[0] == argument}
    turning = argument.has(sp.I)
    if sp.exp in place:
        k = place[sp.exp]
        x = argument / sp.I if turning else argument
        even, odd = (sp.cos(x), sp.sin(x)) if turning else (sp.cosh(x), sp.sinh(x))
        ring = _with_i(ring) if turning else ring
        num, den = (ring.inside(_terms(p)) for p in (view.num, view.den))
        num, den = ({Rational(j): p for j, p in by_power(q, k).items()} for q in (num, den))
        yield from _paired(ring, num, den, (even, odd), bool(turning), balanced=True)
    elif {sp.cos, sp.sin} <= set(place):
        c, s = place[sp.cos], place[sp.sin]
        yield _swapped(view, c, s)
        ring = _with_i(ring)
        num, den = (_as_waves(ring, ring.inside(_terms(p)), c, s) for p in (view.num, view.den))
        yield from _paired(ring, num, den, (sp.cos(argument), sp.sin(argument)), True, balanced=False)


def _together(view: View, arguments: list[Expr], turning: bool) -> Iterator[View]:
    """exp(I (x + y)) and its inverse as cos(x + y) and sin(x + y), and the same of real exponents."""
    ring = _with_i(view.ring) if turning else view.ring
    sums: list[dict[tuple[Rational, ...], Poly]] = [{(): ring.inside(_terms(p))} for p in (view.num, view.den)]
    for x in arguments:
        place = {e.func: k for k, e in enumerate(ring.meaning) if e.args and e.args[0] == x}
        for n, waves in enumerate(sums):
            new: dict[tuple[Rational, ...], Poly] = {}
            for key, p in waves.items():
                if sp.exp in place:
                    parts = {Rational(k): q for k, q in by_power(p, place[sp.exp]).items()}
                else:
                    parts = _as_waves(ring, p, place[sp.cos], place[sp.sin])
                for k, q in parts.items():
                    new[*key, k] = new[*key, k] + q if (*key, k) in new else q
            sums[n] = new
    shift = [min(key[n] for key in sums[1]) / 2 + max(key[n] for key in sums[1]) / 2 for n in range(len(arguments))]
    sums = [{tuple(k - s for k, s in zip(key, shift, strict=True)): p for key, p in waves.items()} for waves in sums]
    signed = {max(key, tuple(-k for k in key)) for waves in sums for key in waves if any(key)}
    if len(signed) > MOST_WAVES:
        return
    angles = [x / sp.I if x.has(sp.I) else x for x in arguments]
    meaning, place_of = [*ring.meaning], {}
    for key in sorted(signed):
        place_of[key] = len(meaning)
        x = sp.Add(*(sp.Rational(k.numerator, k.denominator) * y for k, y in zip(key, angles, strict=True)))
        meaning += [sp.cos(x), sp.sin(x)] if turning else [sp.cosh(x), sp.sinh(x)]
    wide = make_ring(meaning, _rules(ring))
    unit = wide.gen(wide.i) if turning else wide.one
    made = []
    for waves in sums:
        total = wide.context.constant(0)
        for key, p in waves.items():
            q = wide.inside(_terms(p))
            up = max(key, tuple(-k for k in key))
            wave = (
                wide.gen(place_of[up]) + unit * wide.gen(place_of[up] + 1) * (1 if up == key else -1)
                if any(key)
                else wide.one
            )
            total = total + q * wave
        made.append(wide.reduce(total))
    yield View(wide, *made)


def _terms(p: Poly) -> Mapping[tuple[int, ...], object]:
    return {tuple(map(int, m)): c for m, c in p.terms()}


def _rules(ring: Ring) -> list[tuple[int, int, Mapping[tuple[int, ...], object]]]:
    return [(r.gen, r.degree, _terms(r.value)) for r in ring.relations]


def _with_i(ring: Ring) -> Ring:
    if ring.i is not None:
        return ring
    return make_ring([*ring.meaning, sp.I], [*_rules(ring), (len(ring.meaning), 2, {(): -1})])


def _swapped(view: View, c: int, s: int) -> View:
    """cos^2 as 1 - sin^2, where the field has it the other way."""
    ring = view.ring
    rules = [r for r in _rules(ring) if r[0] not in (c, s)]
    one, two = [0] * len(ring.meaning), [0] * len(ring.meaning)
    two[s] = 2
    other = make_ring(ring.meaning, [*rules, (c, 2, {tuple(one): 1, tuple(two): -1})])
    return View(other, *(other.inside(_terms(p)) for p in (view.num, view.den)))


def _as_waves(ring: Ring, p: Poly, c: int, s: int) -> Waves:
    """A polynomial in cos x and sin x as one in exp(i x)."""
    half, zero = flint.fmpq(1, 2), ring.context.constant(0)
    minus = -ring.gen(ring.i) * half  # 1/(2 i)
    out: Waves = {}
    for j, q in by_power(p, c).items():
        for k, coefficient in by_power(q, s).items():
            factors: list[Waves] = [{Rational(1): ring.one * half, Rational(-1): ring.one * half}] * j
            factors += [{Rational(1): minus, Rational(-1): -minus}] * k
            for power, value in reduce(_times, factors, {Rational(0): coefficient}).items():
                out[power] = out.get(power, zero) + value
    return {k: q for k, v in out.items() if not (q := ring.reduce(v)).is_zero()}


def _times(a: Waves, b: Waves) -> Waves:
    out: Waves = {}
    for j, p in a.items():
        for k, q in b.items():
            out[j + k] = out[j + k] + p * q if j + k in out else p * q
    return out


def _paired(
    ring: Ring, num: Waves, den: Waves, functions: tuple[Expr, Expr], turning: bool, balanced: bool
) -> Iterator[View]:
    """In even and odd functions of multiples; `balanced` takes the mean power out in front."""
    middle = [(min(w) + max(w)) / 2 if balanced else Rational(0) for w in (num, den)]
    num, den = ({k - m: p for k, p in w.items()} for w, m in zip((num, den), middle, strict=True))
    multiples = sorted({abs(k) for k in (*num, *den)} - {0})
    if len(multiples) > MOST_WAVES:
        return
    x = functions[0].args[0]
    left = sp.Rational(*(middle[0] - middle[1]).as_integer_ratio())
    meaning = [*ring.meaning]
    place = {}
    for k in multiples:
        place[k] = len(meaning)
        meaning += [f.func(sp.Rational(k.numerator, k.denominator) * x) for f in functions]
    front = len(meaning)
    meaning.append(sp.exp(left * x * (sp.I if turning else 1)))
    wide = make_ring(meaning, _rules(ring))
    made = [_in_pairs(wide, w, place, turning) for w in (num, den)]
    yield View(wide, made[0] * (wide.gen(front) if left else wide.one), made[1])
    if len(multiples) == 1:
        yield from _one_only(
            View(wide, made[0] * (wide.gen(front) if left else wide.one), made[1]), place, multiples[0]
        )


def _in_pairs(ring: Ring, waves: Waves, place: Mapping[Rational, int], turning: bool) -> Poly:
    total = ring.context.constant(0)
    unit = ring.gen(ring.i) if turning else ring.one
    done = set()
    for k in sorted(waves, key=abs):
        if abs(k) in done:
            continue
        done.add(abs(k))
        up, down = (
            ring.inside(_terms(waves[j])) if j in waves else ring.context.constant(0) for j in (abs(k), -abs(k))
        )
        if k == 0:
            total = total + up
            continue
        even, odd = ring.gen(place[abs(k)]), ring.gen(place[abs(k)] + 1)
        total = total + (up + down) * even + (up - down) * odd * unit
    return ring.reduce(total)


def _one_only(view: View, place: Mapping[Rational, int], k: Rational) -> Iterator[View]:
    """cos(k x) as 1 - 2 sin^2(k x/2), 2 cos^2(k x/2) - 1, and sin(k x) as 2 sin(k x/2) cos(k x/2)."""
    ring, c = view.ring, place[k]
    even, odd = ring.meaning[c], ring.meaning[c + 1]
    half = even.args[0] / 2
    size = len(ring.meaning)
    wide = make_ring([*ring.meaning, even.func(half), odd.func(half)], _rules(ring))
    C, S = wide.gen(size), wide.gen(size + 1)
    for cosine in (1 - 2 * S**2 if even.func is sp.cos else 1 + 2 * S**2, 2 * C**2 - 1):
        num, den = (
            _composed(wide, wide.inside(_terms(p)), {c: cosine, c + 1: 2 * S * C}) for p in (view.num, view.den)
        )
        yield View(wide, num, den)


def _composed(ring: Ring, p: Poly, values: Mapping[int, Poly]) -> Poly:
    total = ring.context.constant(0)
    for m, c in p.terms():
        rest = tuple(0 if k in values else d for k, d in enumerate(m))
        powers = (v ** int(m[k]) for k, v in values.items() if m[k])
        total = total + reduce(mul, powers, ring.context.from_dict({rest: c}))
    return ring.reduce(total)
