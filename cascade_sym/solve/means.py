"""Means in the steady state: what coherent light and classical forces displace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compose import System, white_system
from cascade_sym.definitions import Declared, Definitions, Quantity
from cascade_sym.derive.master_equation_read import driven
from cascade_sym.errors import UnknownName, did_you_mean, listing
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.complex_pairs import drift_entry, pair
from cascade_sym.solve.linear_systems import solve_named
from cascade_sym.solve.naming import Naming
from cascade_sym.solve.stability import block_conditions, steady
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj
from cascade_sym.system import LinearSystem
from cascade_sym.system.sectors import flow_order


@dataclass(frozen=True)
class Means(Declared):
    """The means of modes and fields in the steady state.

    `m["a"]` is the amplitude <a> of a mode, an input or an output field (complex), `m["X_a"]` and `m["P_a"]` the means
    of its quadratures, each a Quantity over shared `definitions`; `of(form)` is the mean of a linear form. `stability`
    as in `Covariance`.

    >>> from cascade_sym.parts import Cavity, CoherentLight
    >>> m = means(CoherentLight(1) >> Cavity("c", kappa=4))
    >>> m["X_c"].inline(), m["P_c"].inline(), m.of(LinearForm({Op("c"): sp.Integer(3)}))
    (-sqrt(2), 0, -3)
    """

    modes: Mapping[str, tuple[Expr, Expr]]
    definitions: Definitions
    stability: tuple[Expr, ...]
    system: LinearSystem = field(compare=False, repr=False)
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)

    def of(self, form: LinearForm) -> Expr:
        """The mean of a form in modes, inputs and outputs, over `definitions`."""
        s = self.system
        flat = form.substituted({f: s.output(f) for f in (*s.outputs, *s.internal)})
        return sp.Add(*(c * self._amplitude(o) for o, c in flat))

    def _amplitude(self, o: Op) -> Expr:
        if o.name in self.modes:
            x, p = self.modes[o.name]
            return (x - sp.I * p if o.dag else x + sp.I * p) / sp.sqrt(2)
        mean = self.system.inputs.means.get(o.name, sp.S.Zero)
        return conj(mean) if o.dag else mean

    def __getitem__(self, name: str) -> Quantity:
        s = self.system
        known = {*s.modes, *s.inputs, *s.internal, *s.outputs}
        q, _, rest = str(name).partition("_")
        if name in known:
            value = self.of(LinearForm({Op(name): sp.S.One}))
        elif q in ("X", "P") and rest in known:
            z = pair(self.of(LinearForm({Op(rest): sp.sqrt(2)})))
            value = z.re if q == "X" else z.im
        else:
            hint = did_you_mean([str(name)], known)
            raise UnknownName(
                f"no mode or field {name!r} (or quadrature X_, P_ of one); there are {listing(known)}.{hint}"
            )
        return Quantity(f"mean_{name}", value, self.definitions, self.steps, self.stability)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters of all means, sorted by name."""
        every = (e for pair in self.modes.values() for e in pair)
        return self.definitions.parameters(*every, *self.stability, *self.system.inputs.means.values())


def means(system: System) -> Means:
    """The means <a> of the modes in the steady state, and of the light that leaves.

    They follow from the amplitudes of `CoherentLight` and from terms linear in the modes in a Hamiltonian, by
    A <z> + (drives) = 0. Raises UnstableError where a mode is undamped or grows. Source: Gardiner and Collett (1985).

    >>> from cascade_sym.parts import Cavity, CoherentLight
    >>> k = sp.Symbol("kappa")
    >>> m = means(CoherentLight(3) >> Cavity("c", kappa=k))
    >>> m["c"].inline(), m["c.out"].inline()
    (-6/sqrt(kappa), -3)
    """
    s = white_system(system, coloured=True).rounded()
    naming = Naming(s.parameters, s.inherited)
    forms = {m: s.equation(m) for m in s.modes}
    nodes = [(m, q) for m in s.modes for q in "XP"]
    drift = {(m, q): {(k, r): e for k, r in nodes if (e := drift_entry(forms[m], q, k, r)) != 0} for m, q in nodes}
    drive = {m: pair(sp.sqrt(2) * driven(s, m)) for m in s.modes}
    found: dict[tuple[str, str], Expr] = {}
    stability: list[Expr] = []
    with steady(s):
        for block in flow_order(nodes, {i: [j for j in drift[i] if j != i] for i in nodes}):
            rows = [[drift[i].get(j, sp.S.Zero) for j in block] for i in block]
            stability += block_conditions([[pair(e) for e in row] for row in rows], block, naming)
            source = [
                sp.Add(
                    drive[m].re if q == "X" else drive[m].im,
                    *(e * found[j] for j, e in drift[m, q].items() if j in found),
                )
                for m, q in block
            ]
            values = solve_named([[-e for e in row] for row in rows], source, naming, ", ".join(m for m, _ in block))
            found |= {
                (m, q): v if v == 0 else naming.name(f"mean_{q}_{m}", v)
                for (m, q), v in zip(block, values, strict=True)
            }
    table = {m: (found[m, "X"], found[m, "P"]) for m in s.modes}
    result = Means(table, naming.definitions, tuple(stability), s)
    step = Step("solve", "mean amplitudes, block by block along the flow of light", {m: forms[m] for m in s.modes},
                {f"<{q}_{m}>": found[m, q] for m, q in nodes}, partial(_balanced, result))  # fmt: skip
    return Means(table, naming.definitions, tuple(stability), s, (step,))


def _balanced(m: Means) -> Check:
    """d<a>/dt = 0 put back into the equations as they stand."""
    s = m.system
    left = {k: sp.Add(m.of(s.equation(k)), s.drives.get(k, sp.S.Zero)) for k in s.modes}
    wrong = [k for k, e in left.items() if not is_zero(Quantity(k, e, m.definitions))]
    return Check(not wrong, "d<a>/dt = 0 at the means", listing(wrong) if wrong else "")
