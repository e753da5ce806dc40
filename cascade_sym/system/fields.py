"""Internal fields split into the modes they carry and white noise; correlations of that noise.

The light between two parts is (what earlier modes emitted) + (white noise). Correlations of the noise parts
are found by recursion along the cascade, where they stay simple: vacuum through loss is vacuum again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sympy as sp
from sympy import Expr

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
    commutator.
    """

    def __init__(
        self, system: LinearSystem, white: Callable[[Op, Op], Expr], name: Callable[[str, Expr], Expr] | None = None
    ) -> None:
        """`name` may give long coefficients a name of their own; by default they are written out."""
        self._name = name
        self._system = system
        self._white = white
        self._order = {f: i for i, f in enumerate((*system.inputs, *system.internal))}
        self._carried, self.noise = cache(self._carry), cache(self._correlate)

    def split(self, form: LinearForm) -> tuple[LinearForm, LinearForm]:
        """A form as (modes, fields), with the modes inside internal fields moved to the first part."""
        modes = [LinearForm({o: c for o, c in form if o.name not in self._order})]
        fields = LinearForm({o: c for o, c in form if o.name in self._order})
        modes += [m.scaled(c) for o, c in fields if len(m := self._carried(o))]
        return linear_sum(modes), fields

    def _carry(self, o: Op) -> LinearForm:
        """The modes inside a field (their part of the light)."""
        if o.name in self._system.inputs:
            return LinearForm()
        if o.dag:
            return self._carried(o.dagger()).dagger()
        carried = self.split(self._system.internal[o.name])[0]
        return LinearForm({m: self._short(f"T_{o.name}_{m.name}", c) for m, c in carried})

    def _correlate(self, x: Op, y: Op) -> Expr:
        """The correlation of the noise parts of two fields, <nu_x nu_y^+> in the chosen weights."""
        if x.name in self._system.inputs and y.name in self._system.inputs:
            return self._white(x, y)
        if self._order[x.name] < self._order[y.name]:
            return conj(self.noise(y, x))
        form = self._system.internal[x.name].turned(x.dag)
        terms = [c * n for o, c in form if o.name in self._order if (n := self.noise(o, y)) != 0]
        total = simplified(sp.Add(*terms), self._system.domains) if len(terms) > 1 else sp.Add(*terms)
        return self._short(f"N_{x.name}_{y.name}", total)

    def _short(self, wanted: str, e: Expr) -> Expr:
        return e if self._name is None or len(e.args) < LONG else self._name(wanted, e)

    def correlation(self, f: LinearForm, g: LinearForm) -> Expr:
        """<f g^+> of the noise parts of two forms in fields."""
        noise = ((c, self.noise(x, y), d) for x, c in f for y, d in g)
        return sp.Add(*(c * n * conj(d) for c, n, d in noise if n != 0))


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


def symmetrised(system: LinearSystem, name: Callable[[str, Expr], Expr] | None = None) -> Fields:
    """Fields with symmetrised correlations (n + 1/2 for both orders)."""
    return Fields(system, system.inputs.symmetrised, name)


def commutators(system: LinearSystem) -> Fields:
    """Fields with commutators: [b, b^+] = 1, [b^+, b] = -1."""
    signs = {False: sp.S.One, True: sp.S.NegativeOne}
    return Fields(system, lambda x, y: signs[x.dag] if x == y else sp.S.Zero)
