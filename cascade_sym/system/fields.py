"""Internal fields split into the modes they carry and white noise; correlations of that noise.

The light between two parts is (what earlier modes emitted) + (white noise). Correlations of the noise parts
are found by recursion along the cascade, where they stay simple: vacuum through loss is vacuum again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property

import sympy as sp
from sympy import Expr
from sympy.utilities.iterables import strongly_connected_components

from cascade_sym.exact import normal_form
from cascade_sym.operators import LinearForm, Op, linear_sum
from cascade_sym.symbols import NOTHING, Domains, conj
from cascade_sym.system import LinearSystem
from cascade_sym.system.coefficients import is_flat

LARGE = 100  # operations from which multiplying out may take minutes
LONG = 7  # factors or terms from which a coefficient gets a name: never in a cascade of two or three parts


class Fields:
    """The modes and the noise in each field of a system, with the correlations of its noise.

    `white(x, y)` is <x y^+> of two operators of input fields in the chosen correlation: that of their state, or the
    commutator. `stations` are fields that carry many modes, with what they carry (see `symmetrised`).
    """

    def __init__(
        self,
        system: LinearSystem,
        white: Callable[[Op, Op], Expr],
        name: Callable[[str, Expr], Expr] | None = None,
        *,
        stations: bool = False,
    ) -> None:
        """`name` may give long coefficients a name of their own; by default they are written out."""
        self._name = name
        self._with_stations = stations
        self.stations: dict[str, LinearForm] = {}
        self._system = system
        self._white = white
        self._order = {f: i for i, f in enumerate((*system.inputs, *system.internal))}
        self._carried, self.noise, self._passed = cache(self._carry), cache(self._correlate), cache(self._pass)

    def split(self, form: LinearForm) -> tuple[LinearForm, LinearForm]:
        """A form as (modes, fields), with the modes inside internal fields moved to the first part."""
        modes = [LinearForm({o: c for o, c in form if o.name not in self._order})]
        fields = self.light(form)
        modes += [m.scaled(c) for o, c in fields if len(m := self._carried(o))]
        return linear_sum(modes), fields

    def light(self, form: LinearForm) -> LinearForm:
        """The fields in a form."""
        return LinearForm({o: c for o, c in form if o.name in self._order})

    def _carry(self, o: Op) -> LinearForm:
        """The modes inside a field (their part of the light)."""
        if o.name in self._system.inputs:
            return LinearForm()
        if o.dag:
            return self._carried(o.dagger()).dagger()
        carried = self.split(self._system.internal[o.name])[0]
        carried = LinearForm({m: self._short(f"T_{o.name}_{m.name}", c) for m, c in carried})
        if self._with_stations and len(carried) >= LONG and o.name in self._one_way:
            self.stations[o.name] = carried
            return LinearForm({o: sp.S.One})
        return carried

    def joined(self, form: LinearForm) -> LinearForm:
        """The inputs in a form that have joined it after the last stations."""
        return LinearForm({o: c for o, c in self._since(form) if o.name not in self.stations})

    def _since(self, form: LinearForm) -> LinearForm:
        """The noise in a form, in that of the last stations and in inputs since then."""
        ends = {o: o.name in self._system.inputs or o.name in self.stations for o, _ in form if o.name in self._order}
        rows = (LinearForm({o: sp.S.One}) if end else self._passed(o) for o, end in ends.items())
        return linear_sum(row.scaled(form[o]) for o, row in zip(ends, rows, strict=True))

    def _pass(self, o: Op) -> LinearForm:
        if o.dag:
            return self._passed(o.dagger()).dagger()
        row = self._since(self._system.internal[o.name])
        return LinearForm({x: self._named(f"T_{o.name}_{x.name}", c) for x, c in row})

    def _beyond(self, x: Op, y: Op) -> bool:
        """Whether x is light that has passed stations since y."""
        if not (self.stations and x.name in self._order and y.name != x.name):
            return False
        last = [o for o, _ in self._carried(x) if o.name in self.stations and o.name != x.name]
        return bool(last) and all(self._order[o.name] >= self._order[y.name] for o in last)

    @cached_property
    def _one_way(self) -> frozenset[str]:
        """The internal fields that drive no mode whose light they carry: those outside every loop."""
        s = self._system
        rows = {**s.drift, **s.internal}
        edges = [(to, o.name) for to, form in rows.items() for o, _ in form if o.name in rows]
        parts = strongly_connected_components((list(rows), edges))
        return frozenset(part[0] for part in parts if len(part) == 1 and part[0] in s.internal)

    def _correlate(self, x: Op, y: Op) -> Expr:
        """The correlation of the noise parts of two fields, <nu_x nu_y^+> in the chosen weights."""
        if x.name in self._system.inputs and y.name in self._system.inputs:
            return self._white(x, y)
        if self._order[x.name] < self._order[y.name]:
            return conj(self.noise(y, x))
        form = self._passed(x) if self._beyond(x, y) else self._system.internal[x.name].turned(x.dag)
        terms = [c * n for o, c in form if o.name in self._order if (n := self.noise(o, y)) != 0]
        total = simplified(sp.Add(*terms), self._system.domains) if len(terms) > 1 else sp.Add(*terms)
        return self._short(f"N_{x.name}_{y.name}", total)

    def _short(self, wanted: str, e: Expr) -> Expr:
        return e if len(e.args) < LONG else self._named(wanted, e)

    def _named(self, wanted: str, e: Expr) -> Expr:
        return e if self._name is None or e.is_Atom else self._name(wanted, e)

    def correlation(self, f: LinearForm, g: LinearForm) -> Expr:
        """<f g^+> of the noise parts of two forms in fields."""
        noise = ((c, self.noise(x, y), d) for x, c in f for y, d in g)
        return sp.Add(*(c * n * conj(d) for c, n, d in noise if n is not sp.S.Zero and n != 0))


def simplified(e: Expr, domains: Domains = NOTHING) -> Expr:
    """A sum multiplied out, so that (1 - epsilon) + epsilon = 1; trigonometric squares by normal form.

    What loops of light make long is never multiplied out: its normal form, if that is shorter, or as it is.
    """
    if not (long := sp.count_ops(e) > LARGE):
        e = e if is_flat(e) else sp.expand(e)
    if long or (isinstance(e, sp.Add) and e.has(sp.sin, sp.cos)):
        short = normal_form(e, domains)
        return short if sp.count_ops(short) < sp.count_ops(e) else e
    return e


def symmetrised(
    system: LinearSystem, name: Callable[[str, Expr], Expr] | None = None, *, stations: bool = False
) -> Fields:
    """Fields with symmetrised correlations (n + 1/2 for both orders).

    With `stations` a field outside every loop that carries many modes stands for them in the forms that it drives, so
    that a long row has few terms in each: what it carries is in `stations` of the result.
    """
    return Fields(system, system.inputs.symmetrised, name, stations=stations)


def commutators(system: LinearSystem) -> Fields:
    """Fields with commutators: [b, b^+] = 1, [b^+, b] = -1."""
    signs = {False: sp.S.One, True: sp.S.NegativeOne}
    return Fields(system, lambda x, y: signs[x.dag] if x == y else sp.S.Zero)
