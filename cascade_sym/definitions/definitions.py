"""Let-bindings: an ordered list of named definitions, the form in which every result is held.

Papers write gamma_S, R, Delta^2 X_S first and use them afterwards; so does the toolkit. Written out, the last
covariance of a cascade grows exponentially with its length; with named intermediates the whole matrix grows
like n^3. The same list is typeset, evaluated, differentiated and stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import DuplicateName, UnknownName, WorkSpent, listing
from cascade_sym.program.numbers import exact_formula, with_values
from cascade_sym.shown import Shown
from cascade_sym.symbols import (
    NOTHING,
    Domains,
    all_domains,
    as_given,
    complex_symbol,
    conj,
    domains_after,
    domains_in,
    expression,
    free_name,
    is_complex_symbol,
    one_kind,
    plain,
    read_name,
    replacements,
    symbols_in,
)

Items = tuple[tuple[Symbol, Expr], ...]
WRITABLE = 3_000_000  # nodes: SymPy writes about a million a second, and nobody reads so many


@dataclass(frozen=True)
class Definitions(Shown):
    """An ordered tuple of (symbol, expression); an expression uses only parameters and earlier symbols.

    Symbols are read by name (`cascade_sym.symbols.read`); `domains` is what is declared of parameters. `pivots` are
    numbers that a solver divides by on its own account, each a symbol or those of its two parts: where one vanishes,
    what follows has a limit. The first symbol of each stands in no formula but those of the division, unless the pivot
    is made from `rates`: what follows is smooth in these, which may take any values near their own. Raises
    DuplicateName when a symbol is defined twice, and UnknownName when one is used before its definition.

    >>> x, y, z = sp.symbols("x y z")
    >>> d = Definitions(((y, x + 1), (z, y**2)))
    >>> d.inline(z)
    (x + 1)**2
    >>> d.parameters(z)
    (x,)
    """

    items: Items = ()
    domains: Domains = field(default=NOTHING, kw_only=True, compare=False, repr=False)
    pivots: tuple[tuple[Symbol, ...], ...] = field(default=(), kw_only=True, compare=False, repr=False)
    rates: frozenset[Symbol] = field(default=frozenset(), kw_only=True, compare=False, repr=False)
    _index: Mapping[Symbol, Expr] = field(init=False, repr=False, compare=False)
    _uses: Mapping[Symbol, frozenset[Symbol]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        items = tuple((plain(s), expression(e)) for s, e in self.items)
        if items != tuple(self.items):
            found = [domains_in(s, e) for s, e in self.items]
            object.__setattr__(self, "domains", all_domains([self.domains, *found]))
        index: dict[Symbol, Expr] = {}
        for s, e in items:
            if s in index:
                raise DuplicateName(f"{s} is defined twice; give the second definition another name.")
            index[s] = e
        later = set(index)
        uses = {s: symbols_in(e) for s, e in items}
        for s, _ in items:
            if bad := uses[s] & later:
                raise UnknownName(f"the definition of {s} uses {listing(bad)} before its definition; reorder.")
            later.discard(s)
        one_kind({*index, *(s for used in uses.values() for s in used)})
        self._keep(items, index, uses)

    def _keep(self, items: Items, index: Mapping[Symbol, Expr], uses: Mapping[Symbol, frozenset[Symbol]]) -> None:
        for name, value in (("items", items), ("_index", index), ("_uses", uses)):
            object.__setattr__(self, name, value)

    def _part(self, items: Items) -> Definitions:
        """Some of the items in order, which need not be checked again."""
        part = object.__new__(Definitions)
        index = dict(items)
        object.__setattr__(part, "domains", self.domains.made_from(self._free))
        object.__setattr__(part, "pivots", tuple(p for p in self.pivots if index.keys() >= set(p)))
        object.__setattr__(part, "rates", self.rates & index.keys())
        part._keep(items, index, {s: self._uses[s] for s, _ in items})
        return part

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[tuple[Symbol, Expr]]:
        return iter(self.items)

    def __contains__(self, s: object) -> bool:
        return s in self._index

    def __getitem__(self, s: Symbol | str) -> Expr:
        return self._index[self.symbol(read_name(s, "a definition"))]

    def symbol(self, name: str) -> Symbol:
        """The defined symbol called `name`; UnknownName where there is none."""
        for s in self._index:
            if s.name == name:
                return s
        raise UnknownName(f"no definition of {name!r}; defined are {listing(self._index)}.")

    def needed(self, *exprs: Expr) -> Definitions:
        """Only the definitions that `exprs` use, directly or through others, in order."""
        want: set[Symbol] = set().union(*(as_given(e).free_symbols for e in exprs))
        keep: list[tuple[Symbol, Expr]] = []
        for s, e in reversed(self.items):
            if s in want:
                keep.append((s, e))
                want |= self._uses[s]
        return self._part(tuple(reversed(keep)))

    @cached_property
    def _free(self) -> frozenset[Symbol]:
        """The parameters of all definitions."""
        return frozenset[Symbol]().union(*self._uses.values()) - self._index.keys()

    def parameters(self, *exprs: Expr) -> tuple[Symbol, ...]:
        """The undefined symbols that `exprs` (default: all definitions) depend on, sorted by name."""
        free = set().union(*(as_given(e).free_symbols for e in exprs), (self.needed(*exprs) if exprs else self)._free)
        return tuple(sorted((s for s in free if s not in self._index), key=lambda s: s.name))

    def inline(self, expr: Expr) -> Expr:
        """`expr` with every definition written out: an explicit step, since it may grow exponentially.

        Raises WorkSpent where it would have more than WRITABLE nodes.
        """
        e = expression(expr)
        defs = self.needed(e)
        if (size := self.size_of(e)) > WRITABLE:
            raise WorkSpent(
                f"written out, the {len(defs.items)} definitions make a formula of {size:.0e} terms and factors; at "
                f"most {WRITABLE:.0e} are. `.simplified()` may say it in few; evaluators and `equal` take it as it is."
            )
        done: dict[Expr, Expr] = {}
        for s, body in defs.items:
            done[s] = body.xreplace(done)
            if is_complex_symbol(s):
                done[sp.conjugate(s)] = conj(done[s])
        return e.xreplace(done)

    def size_of(self, expr: Expr) -> int:
        """How many nodes `inline(expr)` would have, without writing it out.

        >>> x, y = sp.symbols("x y")
        >>> Definitions(((y, x + 1),)).size_of(y**2)
        5
        """
        known: dict[Expr, int] = {}

        def size(e: Expr) -> int:
            return known[e] if e in known else 1 + sum(size(a) for a in e.args)

        for s, e in self.needed(expr).items:
            known[s] = size(e)
        return size(expr)

    def merged(self, other: Definitions) -> Definitions:
        """Both lists, `self` first; equal definitions of one symbol are kept once, others DuplicateName."""
        items = list(self.items)
        for s, e in other.items:
            if s not in self._index:
                items.append((s, e))
            elif self._index[s] != e:
                raise DuplicateName(f"{s} has two different definitions: {self._index[s]} and {e}.")
        domains = self.domains.merged(other.domains)
        if len(items) == len(self.items) and domains == self.domains:
            return self
        pivots = tuple(dict.fromkeys(self.pivots + other.pivots))
        return Definitions(tuple(items), domains=domains, pivots=pivots, rates=self.rates | other.rates)

    @cached_property
    def moved(self) -> tuple[Symbol, ...]:
        """What is moved by a little where a pivot vanishes: the pivots, or the rates that they are made from."""
        own = [p[0] for p in self.pivots if not self.rates or not self.needed(*p).rates]
        return (*own, *(s for s, _ in self.items if s in self.rates))

    def subs(self, values: Mapping[Any, Any]) -> Definitions:
        """Parameters (symbols or names) replaced in every definition, simultaneously.

        UnknownParameter for a name that is no parameter. A definition whose name a new expression uses gets another.

        >>> x, y = sp.symbols("x y")
        >>> Definitions(((y, x + 1),)).subs({"x": y**2}).items
        ((y_2, y**2 + 1),)
        """
        new = replacements(values, self.parameters(), self.domains, "this list of definitions")
        return self.beside(new.values())[0].replaced(new, values)

    def replaced(self, new: Mapping[Symbol, Expr], values: Mapping[Any, Any] | None = None) -> Definitions:
        """Parameters replaced in every definition, as they stand; `values` is what `new` was read from."""
        items = tuple((s, with_values(e, new)) for s, e in self.items)
        exact = {s: exact_formula(e) for s, e in new.items()}
        return replace(self, items=items, domains=domains_after(self.domains, values or new, exact))

    def beside(self, exprs: Iterable[Expr]) -> tuple[Definitions, dict[Symbol, Symbol]]:
        """The same with names that none of `exprs` uses for parameters, and which symbol has become which."""
        foreign = {s.name for e in exprs for s in e.free_symbols}
        taken = foreign | {s.name for s in (*self._index, *self.parameters())}
        new: dict[Symbol, Symbol] = {}
        for s in self._index:
            if s.name in foreign:
                name = free_name(s.name, taken)
                taken.add(name)
                new[s] = complex_symbol(name) if is_complex_symbol(s) else Symbol(name)
        if not new:
            return self, new
        items = tuple((new.get(s, s), e.xreplace(new)) for s, e in self.items)
        pivots = tuple(tuple(new.get(s, s) for s in p) for p in self.pivots)
        return replace(self, items=items, pivots=pivots, rates=frozenset(new.get(s, s) for s in self.rates)), new


class Declared(Shown):
    """What rests on definitions and has parameters: what is declared of them."""

    definitions: Definitions

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        raise NotImplementedError

    @property
    def domains(self) -> Domains:
        """What is declared of its parameters."""
        return self.definitions.domains.about(self.parameters)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is declared of its parameters, as inequalities in the language of formulas."""
        return self.domains.assumptions
