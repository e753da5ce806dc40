"""Declared domains: which values a parameter can have, and what is known of expressions.

A domain is declared where a symbol is made, `symbol("eta", (0, 1))`, or by the assumptions of a SymPy symbol. Formulas
are written in plain symbols (see `read`); what was declared of them goes along as a `Domains` value, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DomainConflict, ParameterError
from cascade_sym.shown import Card, Shown, card
from cascade_sym.symbols.formula_text import formula_text

GROUPS = ("positive", "nonnegative", "known")  # of what is declared of expressions
KINDS = ("real", "nonnegative", "positive", "complex", "integer")


@dataclass(frozen=True)
class Domain(Shown):
    """Real numbers from `low` to `high` (`above`, `below`: without that edge), only the integers among them, or all
    complex numbers.
    """

    low: Expr = -sp.oo
    high: Expr = sp.oo
    above: bool = False
    below: bool = False
    kind: str = "real"

    def meet(self, other: Domain, name: str) -> Domain:
        """The values that both allow; DomainConflict where there are none, or one is complex and the other real."""
        low, high = sp.Max(self.low, other.low), sp.Min(self.high, other.high)
        above = any(d.above and d.low == low for d in (self, other))
        below = any(d.below and d.high == high for d in (self, other))
        kinds = {self.kind, other.kind}
        if low > high or (low == high and (above or below)) or ("complex" in kinds and len(kinds) > 1):
            raise DomainConflict(f"{name} is declared {self} and {other}; no value is both: declare it once.")
        return Domain(low, high, above, below, "integer" if "integer" in kinds else self.kind)

    def allows(self, number: Expr) -> bool:
        """Whether a number belongs to it."""
        if self.kind == "complex":
            return True
        inside = all(e > 0 if strict else e >= 0 for e, strict in self.edges(number))
        return inside and (self.kind != "integer" or bool(number == int(number)))

    def edges(self, x: Expr) -> list[tuple[Expr, bool]]:
        """What is >= 0 (True: > 0) exactly for the x inside."""
        ends = [(x - self.low, self.above)] if self.low.is_finite else []
        return ends + ([(self.high - x, self.below)] if self.high.is_finite else [])

    def inequalities(self, name: str) -> tuple[str, ...]:
        """Its edges in the language of formulas."""
        if self.kind == "complex":
            return ()
        out = [f"{name} {'>' if self.above else '>='} {self.low}"] if self.low.is_finite else []
        return (*out, *([f"{name} {'<' if self.below else '<='} {self.high}"] if self.high.is_finite else []))

    def __str__(self) -> str:
        if self.kind == "complex":
            return self.kind
        left = "[" if self.low.is_finite and not self.above else "("
        right = "]" if self.high.is_finite and not self.below else ")"
        return f"{self.kind} in {left}{self.low}, {self.high}{right}"


@card.register
def _(value: Domain) -> Card:
    return Card(str(value), {})


REAL = Domain()
NAMED = {
    "real": REAL, "nonnegative": Domain(sp.S.Zero), "positive": Domain(sp.S.Zero, above=True),
    "complex": Domain(kind="complex"), "integer": Domain(kind="integer"),
}  # fmt: skip


def domain_of(declared: Any, name: str) -> Domain:
    """A domain from its name or from the pair (low, high), edges included; ParameterError for anything else."""
    if isinstance(declared, Domain):
        return declared
    if isinstance(declared, str) and declared in NAMED:
        return NAMED[declared]
    if isinstance(declared, tuple | list) and len(declared) == 2:
        low, high = (_end(e) for e in declared)
        if low is not None and high is not None and low < high:
            return Domain(low, high)
    raise ParameterError(
        f"the domain of {name} is {declared!r}; give {', '.join(map(repr, KINDS))} or (low, high) with low < high."
    )


def _end(e: Any) -> Expr | None:
    """The end of a range, exactly: a number, or its text."""
    text = str(e).strip()
    if text in ("oo", "inf", "-oo", "-inf"):
        return -sp.oo if text.startswith("-") else sp.oo
    try:
        return e if isinstance(e, Expr) and e.is_real and not e.is_Float else sp.Rational(text)
    except (TypeError, ValueError):
        return None


class Ranged(Symbol):  # type: ignore[misc]
    """A symbol that was declared with a range, which no assumption of SymPy can say."""

    __slots__ = ("domain",)
    domain: Domain

    def __new__(cls, name: str, domain: Domain) -> Ranged:
        signs = {"positive": domain.low > 0 or (domain.low == 0 and domain.above), "nonnegative": domain.low >= 0}
        signs |= {"negative": domain.high < 0, "nonpositive": domain.high <= 0}
        made = Symbol.__xnew__(cls, name, real=True, **{k: True for k, v in signs.items() if v})
        made.domain = domain
        return made  # type: ignore[no-any-return]

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.domain)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.domain), {}


def assumed(s: Symbol) -> Domain:
    """The domain that the assumptions of a symbol declare; ParameterError where it can't be a number of any kind."""
    if isinstance(s, Ranged):
        return s.domain
    if s.is_commutative is False or s.is_real is False or s.is_finite is False:
        raise ParameterError(f"{s} is declared {s.assumptions0}; a parameter is a finite real or complex number.")
    if s.is_complex and s.is_real is None:
        return NAMED["complex"]
    low, high = (sp.S.Zero if known else end for known, end in ((s.is_nonnegative, -sp.oo), (s.is_nonpositive, sp.oo)))
    return Domain(low, high, bool(s.is_positive), bool(s.is_negative), "integer" if s.is_integer else "real")


@dataclass(frozen=True)
class Domains(Shown):
    """What is declared of parameters: `symbols` by name, and expressions that are `positive` or `nonnegative`.

    `known` are expressions that parts know to be >= 0 (a rate, what a loss lacks to 1): they are checked where exact
    numbers are put in, not at every point of an evaluator. `gone` names parameters that what this belongs to was made
    from, but on which it need not depend (any more): they may be replaced without effect.

    >>> d = Domains((("eta", Domain(sp.S.Zero, sp.S.One)),))
    >>> d.assumptions
    ('eta >= 0', 'eta <= 1')
    """

    symbols: tuple[tuple[str, Domain], ...] = ()
    positive: tuple[Expr, ...] = ()
    nonnegative: tuple[Expr, ...] = ()
    known: tuple[Expr, ...] = ()
    gone: frozenset[str] = frozenset()

    def merged(self, *others: Domains) -> Domains:
        """All declarations together; DomainConflict where they contradict each other."""
        every = [d for d in (self, *others) if d != NOTHING]
        if len(every) < 2 or all(d == every[0] for d in every):
            return every[0] if every else NOTHING
        table: dict[str, Domain] = {}
        for name, domain in (pair for d in every for pair in d.symbols):
            table[name] = domain.meet(table[name], name) if name in table else domain
        groups = {k: tuple(dict.fromkeys(e for d in every for e in getattr(d, k))) for k in GROUPS}
        return Domains(tuple(sorted(table.items())), **groups, gone=self.gone.union(*(d.gone for d in others)))

    def made_from(self, symbols: Iterable[Symbol]) -> Domains:
        """The same for what is made from something with these parameters."""
        return replace(self, gone=self.gone | {s.name for s in symbols})

    def about(self, symbols: Iterable[Symbol]) -> Domains:
        """Only what concerns these parameters."""
        if self == NOTHING:
            return self
        names = {s.name for s in symbols}
        inside = {k: tuple(e for e in getattr(self, k) if {s.name for s in e.free_symbols} <= names) for k in GROUPS}
        own = tuple((n, d) for n, d in self.symbols if n in names)
        return Domains(own, **inside, gone=self.gone - names)

    def substituted(self, new: Mapping[Symbol, Expr]) -> Domains:
        """With parameters replaced; ParameterError where a number is outside, and what is left of expressions."""
        names = {s.name: e for s, e in new.items()}
        kept = []
        left: dict[str, list[Expr]] = {k: [] for k in GROUPS}
        for name, domain in self.symbols:
            if name not in names:
                kept.append((name, domain))
                continue
            value = names[name]
            if value.is_number:
                check(name, domain, value)
            elif domain.kind != "complex":
                for e, strict in domain.edges(value):
                    left["positive" if strict else "nonnegative"].append(e)
        for kind, out in left.items():
            for was in getattr(self, kind):
                now = was.xreplace(dict(new)) if was.free_symbols & set(new) else was
                if now.is_negative or (now.is_zero and kind == "positive"):
                    raise ParameterError(f"{was} is declared {kind.replace('known', 'nonnegative')}; here it is {now}.")
                if not now.is_number:
                    out.append(now)
        groups = {kind: tuple(dict.fromkeys(out)) for kind, out in left.items()}
        return Domains(tuple(kept), **groups, gone=self.gone | set(names))

    @cached_property
    def ranges(self) -> dict[str, tuple[Domain, tuple[str, ...]]]:
        """The domain of every parameter of which something is declared, with the declarations as inequalities.

        What is declared of an expression that is linear in one parameter alone counts as a range of that one.
        """
        out = {name: (d, d.inequalities(name)) for name, d in self.symbols}
        for e, strict in self.expressions:
            if len(e.free_symbols) != 1:
                continue
            (s,) = e.free_symbols
            slope = e.diff(s)
            if not slope.is_number or not slope.is_real or slope == 0:
                continue
            end = -e.subs(s, 0) / slope
            new = Domain(end, sp.oo, above=strict) if slope > 0 else Domain(-sp.oo, end, below=strict)
            old, said = out.get(s.name, (REAL, ()))
            if old.kind != "complex":
                out[s.name] = old.meet(new, s.name), (*said, inequality(e, strict))
        return out

    @property
    def expressions(self) -> list[tuple[Expr, bool]]:
        """All expressions that are declared >= 0 (True: > 0)."""
        return [(e, k == "positive") for k in GROUPS for e in getattr(self, k)]

    @property
    def conditions(self) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
        """Expressions that evaluators check at every point: positive ones, and nonnegative ones."""
        strict, weak = list(self.positive), list(self.nonnegative)
        for name, domain in self.symbols:
            if domain.kind != "complex":
                for e, open_end in domain.edges(Symbol(name)):
                    (strict if open_end else weak).append(e)
        return tuple(dict.fromkeys(strict)), tuple(dict.fromkeys(weak))

    @property
    def assumptions(self) -> tuple[str, ...]:
        """All of it as inequalities in the language of formulas."""
        out = [said for name, d in self.symbols for said in d.inequalities(name)]
        out += [inequality(e, strict) for e, strict in self.expressions]
        return tuple(dict.fromkeys(out))


@card.register
def _(value: Domains) -> Card:
    more = value.assumptions[:20]
    rest = f"... and {len(value.assumptions) - 20} more" if len(value.assumptions) > 20 else ""
    return Card(f"Domains: {len(value.assumptions)} declarations", {}, "\n".join((*more, *([rest] if rest else []))))


NOTHING = Domains()


def inequality(e: Expr, strict: bool = False) -> str:
    """e >= 0, or e > 0, in the language of formulas."""
    return f"{formula_text(e)} {'>' if strict else '>='} 0"


def check(name: str, domain: Domain, value: Expr) -> None:
    """ParameterError for a number outside a domain."""
    real = value if domain.kind == "complex" or value.is_real is not False else None
    if real is None or not domain.allows(real):
        raise ParameterError(f"{name} is {value}, outside its domain: it is declared {domain}.")


def all_domains(parts: Iterable[Domains]) -> Domains:
    """The declarations of several values together."""
    return reduce(Domains.merged, parts, NOTHING)
