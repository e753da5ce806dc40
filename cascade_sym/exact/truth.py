"""Equality in three values: proved, refuted at a point, or undecided.

Both sides are first compared in ball arithmetic at points spread over the declared domain; one certified difference
refutes the claim. Then their difference is brought into the exact algebra, where signs follow from declarations alone;
where the sign of a few factors is not known, every combination of signs is proved by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import CascadeError, OutsideExactDomain, ParameterError
from cascade_sym.exact import modular
from cascade_sym.exact.atoms import Stand
from cascade_sym.exact.convert import NONE, Converter, converter
from cascade_sym.exact.fraction import Poly, bounded
from cascade_sym.exact.logs import without_logs
from cascade_sym.exact.proof import cancelled, canonical_fraction
from cascade_sym.exact.refute import Witness, witness
from cascade_sym.exact.signs import variables
from cascade_sym.exact.vanishing import cancels
from cascade_sym.program import read
from cascade_sym.shown import Card, Shown, card
from cascade_sym.symbols import Domains, all_domains, as_given, domains_in, formula_text, plain
from cascade_sym.symbols.domains import REAL, Domain, domain_of
from cascade_sym.symbols.names import MARK, Own
from cascade_sym.symbols.read import one_kind

NO_PROOF = (sp.Float, sp.nan, sp.zoo, sp.oo, -sp.oo)  # the same on both sides, they are not equal yet
MOST_CASES = 64  # combinations of signs that are proved one by one
WRITTEN_OUT = 5000  # nodes of a Quantity that is written out; the definitions of longer ones are worked through
Declared = Mapping[str, Any] | Domains | None


@dataclass(frozen=True)
class Equality(Shown):
    """Whether two formulas are equal: true only where that is proved.

    `status` is "equal", "different" or "undecided". `assumptions` are the inequalities that the proof used, in the
    language of formulas, with "... != 0" for what was divided by and cancelled. `witness` is a point of the domain
    where the sides differ, certified in ball arithmetic: {"point": {name: decimal}, "left": text, "right": text},
    complex values as {"re": text, "im": text}. `reason` says why nothing was decided; where long definitions
    were found equal by their values modulo a prime (`modular`), it says that.

    >>> x = sp.Symbol("x")
    >>> equal(sp.Abs(x)**2, x**2)
    equal
    """

    status: str
    assumptions: tuple[str, ...] = ()
    witness: Witness | None = None
    reason: str = ""

    def __bool__(self) -> bool:
        return self.status == "equal"


@card.register
def _(value: Equality) -> Card:
    rows: dict[str, Any] = {"reason": value.reason} if value.reason else {}
    if value.assumptions:
        rows["assuming"] = "; ".join(value.assumptions[:8]) + (" ..." if len(value.assumptions) > 8 else "")
    if value.witness:
        at = ", ".join(f"{k} = {_said(v)}" for k, v in value.witness["point"].items())
        rows["at"] = at or "every point"
        rows |= {side: _said(value.witness[side]) for side in ("left", "right") if side in value.witness}
    return Card(value.status, rows)


def _said(number: Any) -> str:
    return f"{number['re']} + {number['im']} i" if isinstance(number, Mapping) else str(number)


def equal(left: Any, right: Any, domains: Declared = None) -> Equality:
    """Whether two formulas are equal on the whole declared domain, wherever both have a value.

    `domains` declares parameters by name: "real" (any sign, as every symbol that is not declared), "nonnegative",
    "positive", "complex", "integer", or a range (low, high); assumptions of SymPy symbols, and what Quantities rest on,
    count too. Raises DomainConflict for declarations that contradict each other, ParameterError for what is no formula.

    >>> x = sp.Symbol("x")
    >>> equal(sp.sqrt(x**2), x).status, equal(sp.sqrt(x**2), x, domains={"x": "positive"}).assumptions
    ('different', ('x > 0',))
    """
    (a, b), declared, definitions = read_sides([left, right], domains)
    return all_equal([(a, b)], declared, definitions)


@bounded()
def all_equal(pairs: Iterable[tuple[Expr, Expr]], domains: Domains, definitions: Definitions = NONE) -> Equality:
    """Whether all pairs of formulas in plain symbols are equal; one that certainly differs settles it.

    The work of a proof is bounded (`exact.fraction.bounded`), by a count of operations.
    """
    doubtful = any(e.has(*NO_PROOF) for _, e in definitions)
    pairs = [(a, b) for a, b in pairs if a != b or doubtful or a.has(*NO_PROOF)]
    undecided = ""
    for a, b in pairs:
        try:
            found = witness(a, b, domains, definitions)
        except OutsideExactDomain as err:
            undecided, found = str(err), None
        if found:
            return Equality("different", witness=found)
    used: set[str] = set()
    said = ""
    for a, b in pairs:
        if undecided:
            break
        if any(e.has(sp.Float) for e in (a, b, *(e for _, e in definitions.needed(a, b)))):
            undecided = "a floating-point number is no exact value; write it as a decimal or a rational."
            break
        try:
            proof = proved_zero([a, b], domains, definitions=definitions)
        except (CascadeError, RecursionError) as err:
            undecided, proof = str(err) or type(err).__name__, None
        if proof is None and definitions and modular.vanishes(read(a - b, definitions=definitions.needed(a, b))):
            undecided, proof, said = "", _divisors([a, b], definitions, domains), modular.SAID
        if proof is None:
            undecided = undecided or "neither a proof nor a point where the sides differ was found."
            break
        used |= proof
    return Equality("undecided", reason=undecided) if undecided else Equality("equal", tuple(sorted(used)), reason=said)


def is_zero(expr: Any, domains: Declared = None) -> Equality:
    """Whether a formula is zero on the whole declared domain; see `equal`.

    >>> a, b, t = sp.symbols("a b t")
    >>> bool(is_zero(sp.sin(2*t) - 2*sp.sin(t)*sp.cos(t))), is_zero(a - b).status
    (True, 'different')
    """
    return equal(expr, sp.S.Zero, domains)


@bounded()
def normal_form(expr: Any, *, factor: bool = False, domains: Declared = None) -> Expr:
    """The canonical fraction of `expr`: equal expressions in the same roots, angles and phases give the same.

    (One written in exp(I*x) and one in cos(x), sin(x) keep what they are written in; `equal` compares them.) Roots
    follow from the signs that `domains` declares, as for `equal`. `factor=True` writes numerator and denominator as
    products of irreducible factors. OutsideExactDomain is raised for what the exact algebra can't hold, WorkSpent for
    what takes too many operations there.

    >>> a, b = sp.symbols("a b")
    >>> normal_form((a**2 - b**2)/(a + b)), normal_form(sp.sqrt(a**2), domains={"a": "nonnegative"})
    (a - b, a)
    """
    (e,), declared, definitions = read_sides([expr], domains)
    return canonical_fraction(e, declared, factor, definitions)


def written(q: Quantity) -> Expr:
    """A quantity as one expression: with its definitions written out, or its normal form where that is too long.

    OutsideExactDomain is raised where it has none within the work that is allowed.
    """
    if q.definitions.size_of(q.expr) <= WRITTEN_OUT:
        return q.inline()
    return canonical_fraction(q.expr, q.domains, False, q.definitions)


def is_long(q: Quantity) -> bool:
    """Whether a quantity, or a condition under which it exists, is too long to be written out."""
    return max(map(q.definitions.size_of, [q.expr, *q.domain, *q.nonnegative])) > WRITTEN_OUT


def read_sides(given: list[Any], domains: Declared) -> tuple[list[Expr], Domains, Definitions]:
    """Formulas in plain symbols, all that is declared of them, and definitions that are not written out."""
    parts = [_declared(domains)]
    exprs = []
    own: dict[Symbol, Expr] = {}
    pivots: list[tuple[Symbol, ...]] = []
    for side in given:
        if isinstance(side, Quantity):
            if is_long(side):
                table = _beside(own, side.definitions)
                pivots += [tuple(table[s] for s in pivot) for pivot in side.definitions.pivots]
                positive, nonnegative = (
                    tuple(e.xreplace(table) for e in group) for group in (side.domain, side.nonnegative)
                )
                parts.append(side.domains.merged(Domains(positive=positive, nonnegative=nonnegative)))
                side = side.expr.xreplace(table)
            else:
                parts.append(side.where)
                side = side.inline()
        e = as_given(side)
        parts.append(domains_in(e))
        exprs.append(e)
    kinds = {n for d in parts for n, domain in d.symbols if domain.kind == "complex"}
    free: set[Symbol] = set().union(*(e.free_symbols for e in (*exprs, *own.values())))
    new = {s: Symbol(s.name, complex=True) if s.name in kinds else plain(s) for s in free}
    one_kind(new.values())
    changed = {s: t for s, t in new.items() if s != t}
    items = tuple((s, e.xreplace(changed)) for s, e in own.items())
    return [e.xreplace(changed) for e in exprs], all_domains(parts), Definitions(items, pivots=tuple(pivots))


def _beside(known: dict[Symbol, Expr], definitions: Definitions) -> dict[Symbol, Symbol]:
    """Adds definitions to those that are `known`, under symbols of the toolkit's own; which became which.

    What stands in a function (an angle) is written out.
    """
    table: dict[Symbol, Symbol] = {}

    def inside(x: Expr) -> bool:
        return isinstance(x, sp.Function) and not isinstance(x, sp.Abs | sp.conjugate)

    for s, e in definitions:
        written = e.replace(inside, definitions.inline) if e.has(sp.Function) else e
        body, level = written.xreplace(table), 0
        while known.get(mine := Own(s.name + MARK + "'" * level, **s.assumptions0), body) != body:
            level += 1
        known[mine] = body
        table[s] = mine
    return table


def _declared(domains: Declared) -> Domains:
    if domains is None or isinstance(domains, Domains):
        return domains or Domains()
    if not isinstance(domains, Mapping):
        raise ParameterError(f"domains: expected a mapping from names to domains, got {domains!r}.")
    named = {(k.name if isinstance(k, Symbol) else k): d for k, d in domains.items()}
    if not all(isinstance(k, str) for k in named):
        raise ParameterError(f"domains: names are expected as keys, got {list(domains)!r}.")
    return Domains(tuple(sorted((n, d) for n, given in named.items() if (d := domain_of(given, n)) != REAL)))


def proved_zero(
    sides: list[Expr], domains: Domains, given: Mapping[str, int] | None = None, definitions: Definitions = NONE,
    cases: int = 1,
) -> set[str] | None:  # fmt: skip
    """What a proof of sides[0] = sides[1] used; None where there is no proof. It is one of so many `cases`."""
    difference = sides[0] - sides[1]
    if difference.is_Rational:
        return set() if difference == 0 else None
    rests: set[str] = set()
    plainly = [without_logs(e, domains, rests) for e in sides]
    defined = {s for s, _ in definitions}
    bodies = ((s, e if defined & e.free_symbols else without_logs(e, domains, rests)) for s, e in definitions)
    program = Definitions(tuple(bodies), domains=definitions.domains, pivots=definitions.pivots)
    conv, forms = converter(plainly, domains, given, program)
    value = conv(forms[0]) - conv(forms[1])
    found = set() if conv.tower.vanishes(value) else cancels(conv, value, domains)
    if found is not None:
        return rests | found | conv.tower.used | cancelled(conv, [conv(f) for f in forms])
    unknown = [(key, p) for key, p in conv.tower.unknown.items() if key not in (given or {})]
    if not unknown or cases > MOST_CASES:
        return None
    used = rests
    ways: Sequence[tuple[Domains, Mapping[str, int] | None, set[str]]]
    if name := _symbol_of(conv, unknown[0][1]):
        ways = _halves(domains, name)
    else:
        ways = [(domains, {**(given or {}), unknown[0][0]: sign}, set()) for sign in (1, -1)]
    for region, assumed, own in ways:
        found = proved_zero(sides, region, given if assumed is None else assumed, definitions, 2 * cases)
        if found is None:
            return None
        used |= found - own
    return used


def _symbol_of(conv: Converter, p: Poly) -> str | None:
    """The parameter whose sign is the one that is asked for: its own, that of its sine, or of its exponential - 1."""
    p = conv.tower.now(p)
    places = variables(p)
    e = conv.field.meaning[places[0]] if len(places) == 1 and places[0] not in conv.squares else sp.S.Zero
    whole = isinstance(e, Symbol | sp.sin) and p not in (gen := conv.field.gen(places[0]), -gen)
    s = e if isinstance(e, Symbol) else e.args[0].as_coeff_Mul()[1] if isinstance(e, sp.exp | sp.sin) else None
    if whole or not isinstance(s, Symbol) or isinstance(s, Stand | Own):
        return None
    domain = conv.domains.ranges.get(s.name, (REAL, ()))[0]
    ends = domain.low.is_finite and domain.high.is_finite
    return (
        s.name
        if domain.low < 0 < domain.high and domain.kind == "real" and (ends or s is e or not e.has(sp.sin))
        else None
    )


def _halves(domains: Domains, name: str) -> list[tuple[Domains, None, set[str]]]:
    """The domain with one parameter >= 0, and with it <= 0, each with what this case alone declares."""
    known = set(domains.ranges.get(name, (REAL, ()))[1])
    halves = [domains.merged(Domains(((name, d),))) for d in (Domain(sp.S.Zero), Domain(high=sp.S.Zero))]
    return [(half, None, set(half.ranges[name][1]) - known) for half in halves]


def _divisors(sides: list[Expr], definitions: Definitions, domains: Domains) -> set[str]:
    """What is divided by in definitions, is no pivot, and is not known to be nonzero."""
    needed = definitions.needed(*sides)
    pivots = {s for pivot in needed.pivots for s in pivot}
    powers = {p for e in (*sides, *(e for _, e in needed)) for p in e.atoms(sp.Pow) if p.exp.is_negative}
    out: set[str] = set()
    for base in {p.base for p in powers} - pivots:
        written = needed.inline(base) if needed.size_of(base) <= WRITTEN_OUT else base
        conv, (form,) = converter([written], domains)
        sign = conv.tower.sign_of(conv(form))
        shown = f"{formula_text(written).replace(MARK, '')} != 0"
        out |= sign.facts if sign and sign.strict else {shown}
    return out
