"""Equality, in three values, of what is more than a number: integrals, fields at points, generators.

Integrals of numbers are proved equal by what stands under them, which is sufficient and not necessary, or by closed
forms (`integrals`); only where both sides have these they are called different. Fields at different points are
independent, so integrals over them differ where the kernels do; not, though, where one field stands under several of
them, or in a product whose order matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import mul
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import CascadeError
from cascade_sym.exact.truth import Equality, all_equal
from cascade_sym.formula import Environment, interpret, parse
from cascade_sym.ledger.integrals import evaluated
from cascade_sym.operators import Op, OperatorPolynomial, as_operator
from cascade_sym.operators.integral import NAMES, measures, renamed
from cascade_sym.operators.polynomial import Monomial, field_at, unordered
from cascade_sym.symbols import Domain, Domains, all_domains, is_real, own, symbol
from cascade_sym.symbols.names import MARK, Own, free_name

UNDER = "integrals are compared by what stands under them, which differs here; that is no proof that they differ."
POINTS = "fields at several points, or under several integrals, have products and sums that are not known to differ."
FLOAT = "a floating-point number is no exact value; write it as a decimal or a rational."
Range = tuple[Expr, Expr]
Key = tuple[Monomial, tuple[Range, ...]]
Claim = tuple[Expr, Expr, Domains]


@dataclass(frozen=True)
class Proof:
    """What was found, and the pairs of formulas without integrals and operators that were compared for it."""

    found: Equality
    claims: tuple[Claim, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.found)


def equal_numbers(left: Expr, right: Expr, domains: Domains) -> Proof:
    """Whether two expressions are equal; those with integrals are equal or undecided."""
    if not (left.has(sp.Integral) or right.has(sp.Integral)):
        return _compared(left, right, domains)
    if left.has(sp.Float) or right.has(sp.Float):
        return _undecided(FLOAT)
    same = _same_integrals(left, right, domains)
    return same if same else _evaluated(left, right, domains, same)


def _evaluated(left: Expr, right: Expr, domains: Domains, otherwise: Proof) -> Proof:
    """What is found once integrals are in closed form; `otherwise` where that leaves it open."""
    used, apart = set[str](), set[Expr]()
    one, two = (evaluated(side, domains, used, apart) for side in (left, right))
    whole = not (one.has(sp.Integral) or two.has(sp.Integral))
    if (one, two) == (left, right):
        return otherwise
    here = domains.merged(Domains(positive=tuple(sorted(map(sp.Abs, apart), key=str))))
    found = (_compared if whole else _same_integrals)(one, two, here).found
    if found:
        return Proof(replace(found, assumptions=tuple(sorted(used | set(found.assumptions)))))
    return Proof(found) if whole and found.status == "different" else otherwise


def equal_operators(left: OperatorPolynomial, right: OperatorPolynomial, domains: Domains) -> Proof:
    """Whether two operators are equal."""
    one, two = _kernels(left), _kernels(right)
    keys = list(dict.fromkeys((*one, *two)))
    alike = [_signature(word) for word, ranges in keys if ranges]  # a field under several integrals
    parts = []
    for key in keys:
        (word, ranges), nothing = key, (sp.S.Zero, ())
        pair, here = _named(one.get(key, nothing), two.get(key, nothing), ranges, domains)
        same = equal_numbers(*pair, here)
        unsure = unordered(word) or alike.count(_signature(word)) > 1 or not _oriented(ranges, domains)
        unsure = unsure or not all(_is_known(o) for o in word)
        if unsure and not same:  # a commutator that is not known may make up for what differs elsewhere
            return _undecided(POINTS)
        parts.append(same)
    return together(parts)


def equal_generators(left: Any, right: Any, domains: Domains) -> Proof:
    """Whether two generators, or what they make of rho, are equal."""
    if any(c.has(sp.Float) for side in (left, right) for c in side.terms.values()):
        return _undecided(FLOAT)
    difference = right - left
    same = together(equal_numbers(c, sp.S.Zero, domains) for c in difference.coefficients)
    if same.found.status == "different" and any(field_at(o.name) for key in difference.terms for o in _operators(key)):
        return _undecided(POINTS)
    return same


def together(parts: Iterable[Proof]) -> Proof:
    """Several claims as one: different where one is, equal where all are."""
    every = list(parts)
    for status in ("different", "undecided"):
        if chosen := [e for e in every if e.found.status == status]:
            return chosen[0]
    used = sorted({a for e in every for a in e.found.assumptions})
    return Proof(Equality("equal", tuple(used)), tuple(c for e in every for c in e.claims))


def _compared(left: Expr, right: Expr, domains: Domains) -> Proof:
    return Proof(all_equal([(left, right)], domains), ((left, right, domains),))


def _undecided(reason: str) -> Proof:
    return Proof(Equality("undecided", reason=reason))


# -- integrals of numbers -----------------------------------------------------------------------------------------


def _same_integrals(left: Expr, right: Expr, domains: Domains) -> Proof:
    """Whether two expressions with integrals are equal: linear ones by their bodies, others as unknown numbers."""
    sides = (left, right)
    integrals = sorted(set().union(*map(_outermost, sides)), key=str)
    if not integrals:
        return _compared(left, right, domains)
    if any(len(limit) != 3 for x in integrals for limit in x.limits):
        return _undecided("an integral without limits is no number.")
    if any(not x.function.has(v) for x in integrals for v, *ends in x.limits if {sp.oo, -sp.oo} & set(ends)):
        return _undecided("an integral of a constant over an infinite range has no value.")
    unknown = _numbers(integrals, domains)
    values = list(unknown.values())
    linear = [sp.expand(side.xreplace(unknown)) for side in sides]
    if all(e.is_polynomial(*values) and sp.Poly(e, *values).total_degree() <= 1 for e in linear):
        zero = dict.fromkeys(values, sp.S.Zero)
        parts = [_compared(linear[0].xreplace(zero), linear[1].xreplace(zero), domains)]
        groups: dict[Range, list[Expr]] = {}
        for x in integrals:
            groups.setdefault(_opened(x)[1], []).append(x)
        for ends, members in groups.items():
            v = _fresh(_opened(members[0])[0], [*linear, *members])
            bodies = {x: _opened(x)[2].xreplace({_opened(x)[0]: v}) for x in members}
            one, two = (sp.Add(*(e.coeff(unknown[x]) * body for x, body in bodies.items())) for e in linear)
            parts.append(_same_integrals(one, two, all_domains([domains, *_range_of(v, ends, domains)])))
        if same := together(parts):
            return same
    split = [side.xreplace({x: _split(x) for x in integrals}) for side in sides]
    numbers = _numbers(sorted(set().union(*map(_outermost, split)), key=str), domains)
    one, two = (side.xreplace(numbers) for side in split)
    same = _compared(one, two, domains)
    return same if same else _undecided(UNDER)


def _outermost(e: Expr) -> set[Expr]:
    if isinstance(e, sp.Integral):
        return {e}
    return set().union(*(_outermost(a) for a in e.args))


def _opened(e: Expr) -> tuple[Symbol, Range, Expr]:
    """The outermost variable of an integral (SymPy keeps one in another as a double one), its range, and its body."""
    *inner, (v, lo, hi) = e.limits
    return v, (lo, hi), sp.Integral(e.function, *inner) if inner else e.function


def _split(e: Expr) -> Expr:
    """An integral as a sum of constants times integrals, each over a variable that is named by its depth."""
    v, ends, body = _opened(e)
    body = body.replace(lambda x: isinstance(x, sp.Integral), _split) if body.has(sp.Integral) else body
    inner = sum(1 for s in body.atoms(Own) if s.name.startswith(f"integral{MARK}"))
    bound = own("integral", inner)
    terms = (t.as_independent(v, as_Add=False) for t in sp.Add.make_args(sp.expand(body)))
    return sp.Add(*(c * sp.Integral(f.xreplace({v: bound}), (bound, *ends)) for c, f in terms))


def _numbers(integrals: Iterable[Expr], domains: Domains) -> dict[Expr, Symbol]:
    """A symbol for the unknown value of each integral."""
    out: dict[Expr, Symbol] = {}
    taken = set(domains.ranges).union(*({s.name for s in x.atoms(Symbol)} for x in integrals))
    for x in integrals:
        real = all(map(is_real, (x.function, *(end for limit in x.limits for end in limit[1:]))))
        out[x] = symbol(free_name("integral", taken), "real" if real else "complex")
        taken.add(out[x].name)
    return out


def _fresh(bound: Symbol, beside: Iterable[Expr]) -> Symbol:
    """A plain symbol to be shown for a bound variable, its own name where that is free."""
    taken = {s.name for e in beside for s in e.atoms(Symbol)}
    return Symbol(free_name(bound.name.partition(MARK)[0], taken))


def _range_of(v: Symbol, ends: Range, domains: Domains) -> list[Domains]:
    """What is known of a variable between two ends, where it is known which of them is the lower one."""
    lo, hi = ends
    if not _oriented([ends], domains):
        return []
    if lo.is_number and hi.is_number:
        return [Domains(((v.name, Domain(lo, hi)),))]
    inside = [v - lo] if lo is not -sp.oo else []
    return [Domains(known=(*inside, *([hi - v] if hi is not sp.oo else [])))]


def _oriented(ranges: Iterable[Range], domains: Domains) -> bool:
    """Whether the first end of every range is certainly the lower one."""
    return all(_lower(lo, hi, domains) for lo, hi in ranges)


def _lower(lo: Expr, hi: Expr, domains: Domains) -> bool:
    if lo is -sp.oo or hi is sp.oo:
        return lo is not sp.oo and hi is not -sp.oo
    length = hi - lo
    if length.is_number:
        return bool(length.is_positive)
    declared = domains.ranges.get(length.name) if isinstance(length, Symbol) else None
    return bool(declared and declared[0].low >= 0) or any(e == length for e, _ in domains.expressions)


# -- fields at points ---------------------------------------------------------------------------------------------


def _kernels(value: OperatorPolynomial) -> dict[Key, tuple[Expr, tuple[Symbol, ...]]]:
    """The coefficient of every product of operators under integrals, and the variables, which are named by place."""
    out: dict[Key, tuple[Expr, tuple[Symbol, ...]]] = {}
    for given, c in value.terms.items():
        names = " ".join(o.name for o in given)
        found = sorted(measures(c), key=lambda m: (names.find(m.variable.name), m.name))
        new: dict[Any, Expr] = {m.variable: own("bound", k) for k, m in enumerate(found)}
        factors = map(_at_its_point, renamed(given, {v.name: s.name for v, s in new.items()}))
        ranges = tuple((m.lo.xreplace(new), m.hi.xreplace(new)) for m in found)
        kernel = c.xreplace(new | dict.fromkeys(found, sp.S.One))
        ordered = reduce(mul, (OperatorPolynomial({(o,): sp.S.One}) for o in factors), as_operator(1))
        for word, k in ordered.terms.items():
            before, variables = out.get((word, ranges), (sp.S.Zero, tuple(m.variable for m in found)))
            out[word, ranges] = before + k * kernel, variables
    return out


def _named(
    left: tuple[Expr, tuple[Symbol, ...]], right: tuple[Expr, tuple[Symbol, ...]], ranges: tuple[Range, ...],
    domains: Domains,
) -> tuple[tuple[Expr, Expr], Domains]:  # fmt: skip
    """Two kernels in variables that can be shown, and what is known of these."""
    pair, parts = (left[0], right[0]), [domains]
    table: Mapping[Any, Expr] = {}
    for k, variable in enumerate(left[1] or right[1]):
        new = _fresh(variable, [*pair, *table.values()])
        table = {**table, own("bound", k): new}
        ends = tuple(e.xreplace(table) for e in ranges[k])
        parts += _range_of(new, ends, domains)
    return (pair[0].xreplace(table), pair[1].xreplace(table)), all_domains(parts)


@lru_cache(maxsize=5_000)
def _point(text: str) -> Expr | None:
    """The point of a field in one form for all ways to write a polynomial; None for what is none."""
    names = list(dict.fromkeys(NAMES.findall(text)))
    stand = {n: f"v_{k}" for k, n in enumerate(names)}
    try:
        table = {s: Symbol(s) for s in stand.values()}
        found = sp.expand(
            interpret(parse(NAMES.sub(lambda m: stand[m[0]], text.replace("**", "^"))), Environment(table))
        )
    except CascadeError:
        return None
    back = {Symbol(s): Symbol(n) for n, s in stand.items()}
    return found.xreplace(back) if found.is_polynomial() else None


def _at_its_point(o: Op) -> Op:
    at = field_at(o.name)
    point = _point(at[1]) if at else None
    return o if at is None or point is None else Op(f"{at[0]}({sp.sstr(point)})", o.dag)


def _is_known(o: Op) -> bool:
    """Whether it is told from other operators by its name: two points that are written differently may be one."""
    at = field_at(o.name)
    return at is None or _point(at[1]) is not None


def _signature(word: Monomial) -> tuple[tuple[str, bool], ...]:
    """The fields of a product, without their points."""
    return tuple((at[0] if (at := field_at(o.name)) else o.name, o.dag) for o in word)


def _operators(key: Any) -> Iterator[Op]:
    """The operators in the key of a generator's coefficient."""
    if isinstance(key, Op):
        yield key
    elif isinstance(key, tuple):
        for part in key:
            yield from _operators(part)
