"""Does a linear system preserve commutators? A proof, or the commutator that it violates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations_with_replacement, product

import sympy as sp
from sympy import Expr

from cascade_sym.errors import listing
from cascade_sym.operators import LinearForm, Op
from cascade_sym.shown import Card, Shown, card
from cascade_sym.steps import Check
from cascade_sym.symbols import conj, free_name, spelled
from cascade_sym.system import LinearSystem
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.fields import commutators, simplified
from cascade_sym.system.network import System, as_system


@dataclass(frozen=True)
class Physicality(Shown):
    """Truthy when commutators are preserved; else `witness` names one that is not, with its `excess`.

    `declared` are modes with damping and thermal force on p alone: their commutators decay, as they must, and if no
    other is violated `as_declared` is True. `assumptions` are what the system's parts declare of their parameters,
    under which that holds. `exact` is False for a system with floats, whose commutators are compared to twelve digits.
    """

    ok: bool
    checked: int
    witness: str = ""
    excess: Expr = sp.S.Zero
    exact: bool = True
    assumptions: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()

    @property
    def as_declared(self) -> bool:
        """Whether commutators are preserved but for those that parts declare not to be."""
        return self.ok or bool(self.declared)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def said(self) -> str:
        """The finding in words."""
        if self.ok:
            return f"physical ({self.checked} commutators {'proved' if self.exact else 'agree to 12 digits'})"
        if self.declared:
            return (
                f"not of Lindblad form, as declared: damping and Brownian force on p alone of "
                f"{listing(self.declared)}, so that {self.witness} = {spelled(self.excess)}; all else is physical "
                f"({self.checked} commutators)"
            )
        return f"unphysical: {self.witness} = {self.excess}, expected 0"


@card.register
def _(value: Physicality) -> Card:
    return Card(value.said, {})


def preserves_commutators(system: System, what: str = "commutators of modes and outputs preserved") -> Check:
    """`is_physical` as the check of a step."""
    found = is_physical(system)
    return Check(found.as_declared, what if found else found.said, "" if found.as_declared else found.said)


def is_physical(system: System) -> Physicality:
    """Prove, in exact algebra, that the equal-time commutators of modes and outputs are preserved.

    Checked are d[z_i, z_j^+]/dt = 0 for the modes, [z_i, out^+] = 0 for outputs after modes at equal times
    (causality), and [out_i, out_j^+] = delta. Source: James, Nurdin, Petersen, IEEE TAC 53, 1787 (2008).

    >>> from cascade_sym.parts import Oscillator
    >>> is_physical(Oscillator("M"))
    physical (36 commutators proved)
    """
    s = as_system(system).rounded()
    exact = not s.has_floats
    known = _Commutators(s, exact)
    mode_ops = [Op(m, d) for m in s.modes for d in (False, True)]
    drift = {o: s.drift[o.name].turned(o.dag) for o in mode_ops}
    outs = {Op(f, d): known.output(f).turned(d) for f in s.outputs for d in (False, True)}
    size = sp.S.Zero if exact else _largest(s) ** 2  # light that nearly closes a loop is large, and so is its rounding

    def moving(i: Op, j: Op) -> tuple[Expr, ...]:
        """The terms of d[z_i, z_j^+]/dt; of two modes the one that the other's light does not drive is looked at."""
        if not known.lights(i, j):
            return *known.of(drift[i], j), conj(drift[j][i]) * _sign(i)
        if not known.lights(j, i):
            return *map(conj, known.of(drift[j], i)), drift[i][j] * _sign(j)
        return *known.of(drift[i], j), conj(known.fields.split(drift[j])[0][i]) * _sign(i)

    def every() -> Iterator[tuple[str, tuple[Expr, ...], Expr]]:
        """What has to vanish: in words, its terms, and the size of what was added up."""
        for i, j in combinations_with_replacement(mode_ops, 2):
            if i.dag:  # the adjoint of one that came before
                yield "", (), sp.S.Zero
                continue
            decay = _sign(i) * s.brownian.get(i.name, sp.S.Zero) if i == j else sp.S.Zero
            yield f"d[{i.label}, {j.dagger().label}]/dt", (*moving(i, j), decay), sp.S.Zero
        for i, f in product(mode_ops, outs):
            if i.dag:
                yield "", (), sp.S.Zero
                continue
            # [z_i, out^+] just after the light has passed: what z_i took from it, and what out carries of z_i
            yield f"[{i.label}, {f.dagger().label}]", tuple(map(conj, known.of(outs[f], i))), sp.S.Zero
        for f, g in combinations_with_replacement(outs, 2):
            if f.dag:
                yield "", (), sp.S.Zero
                continue
            expected = _sign(f) if f == g else 0
            terms = known.fields.correlation(outs[f], outs[g]), sp.Integer(-expected)
            yield f"[{f.label}, {g.dagger().label}] - {expected}", terms, size

    count = 0
    for count, (witness, terms, near) in enumerate(every(), 1):
        if any(t is not sp.S.Zero and t != 0 for t in terms) and not vanishes(*terms, near, -near, domains=s.domains):
            return Physicality(False, count, witness, sp.expand(sp.Add(*terms)), exact)
    for m, rate in s.brownian.items():
        names = tuple(s.brownian)
        return Physicality(False, count, f"d[{m}, {m}^+]/dt", -rate, exact, s.assumptions, names)
    return Physicality(True, count, exact=exact, assumptions=s.assumptions)


class _Commutators:
    """[x, z_j^+] of fields and forms with modes, just after the light has passed them.

    Light that has passed a mode commutes with it again, and so does everything that is made of such light. So what a
    field is made of is asked first: where that commutes, nothing is left to prove, and a long row takes as many proofs
    as it has parts. With floats the sums are kept apart, whose size tells what rounding is.
    """

    def __init__(self, given: LinearSystem, exact: bool) -> None:
        taken = {*given.modes, *given.inputs, *given.internal, *given.outputs}
        self._outputs = {f: free_name(f"{f} out", taken) for f in given.outputs}
        s = self._system = replace(given, internal=self._in_order(given))
        self.fields = commutators(s)
        self._exact = exact
        ops = [Op(m, d) for m in s.modes for d in (False, True)]
        self._noise = {o: self.fields.light(s.drift[o.name].turned(o.dag)) for o in ops}
        self._with, self._held = cache(self._commutator), cache(self._modes_in)
        self._lit = {m: self._modes_of(self.fields.light(form)) for m, form in s.drift.items()}

    def _in_order(self, s: LinearSystem) -> dict[str, LinearForm]:
        """Internal fields and outputs, each output right after what it is made of: what comes later has passed it."""
        place = {f: k for k, f in enumerate(s.internal, 1)}
        last = {f: max((place.get(o.name, 0) for o, _ in form), default=0) for f, form in s.outputs.items()}
        rows = [(k, 0, f, s.internal[f]) for f, k in place.items()]
        rows += [(last[f], 1, new, s.outputs[f]) for f, new in self._outputs.items()]
        return {f: form for _, _, f, form in sorted(rows, key=lambda row: row[:2])}

    def output(self, name: str) -> LinearForm:
        """An output as a field of its own."""
        return LinearForm({Op(self._outputs[name]): sp.S.One})

    def lights(self, i: Op, j: Op) -> bool:
        """Whether light that has passed mode i drives j."""
        return i.name in self._lit[j.name]

    def of(self, form: LinearForm, j: Op) -> tuple[Expr, ...]:
        """The terms of [form, z_j^+]."""
        if self._exact:
            return tuple(c * w for o, c in form if (w := self._with(o, j)) is not sp.S.Zero)
        modes, light = self.fields.split(form)
        return modes[j] * _sign(j), self.fields.correlation(light, self._noise[j])

    def _commutator(self, x: Op, j: Op) -> Expr:
        if x.name in self._system.drift:
            return sp.Integer(_sign(j)) if x == j else sp.S.Zero
        if j.name not in self._held(x.name):
            return self.fields.correlation(LinearForm({x: sp.S.One}), self._noise[j])
        terms = self.of(self._system.internal[x.name].turned(x.dag), j)
        return simplified(sp.Add(*terms), self._system.domains) if len(terms) > 1 else sp.Add(*terms)

    def _modes_in(self, name: str) -> frozenset[str]:
        """The modes whose light a field carries."""
        return self._modes_of(self._system.internal[name]) if name in self._system.internal else frozenset()

    def _modes_of(self, form: LinearForm) -> frozenset[str]:
        names = {o.name for o, _ in form}
        return frozenset(names & self._system.drift.keys()).union(*(self._held(f) for f in names))


def _largest(s: LinearSystem) -> Expr:
    """The largest coefficient, at least 1, in the light of a system of numbers."""
    forms = (*s.outputs.values(), *s.internal.values())
    sizes = [abs(complex(c)) for form in forms for _, c in form if c.is_number]
    return sp.Float(max([1.0, *(x for x in sizes if math.isfinite(x))]))


def _sign(o: Op) -> int:
    return -1 if o.dag else 1
