"""Does a linear system preserve commutators? A proof, or the commutator that it violates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import sympy as sp
from sympy import Expr

from cascade_sym.errors import listing
from cascade_sym.operators import Op
from cascade_sym.shown import Card, Shown, card
from cascade_sym.steps import Check
from cascade_sym.symbols import conj
from cascade_sym.system import LinearSystem
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.fields import commutators
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
                f"{listing(self.declared)}, so that {self.witness} = {self.excess}; all else is physical "
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
    fields = commutators(s)
    mode_ops = [Op(m, d) for m in s.modes for d in (False, True)]
    split = {o: fields.split(s.drift[o.name].turned(o.dag)) for o in mode_ops}
    outs = {Op(f, d): fields.split(form.turned(d)) for f, form in s.outputs.items() for d in (False, True)}
    size = sp.S.Zero if exact else _largest(s) ** 2  # light that nearly closes a loop is large, and so is its rounding

    def every() -> Iterator[tuple[str, tuple[Expr, ...], Expr]]:
        """What has to vanish: in words, its terms, and the size of what was added up."""
        for i, j in combinations_with_replacement(mode_ops, 2):
            if i.dag:  # the adjoint of one that came before
                yield "", (), sp.S.Zero
                continue
            drift = split[i][0][j] * _sign(j), conj(split[j][0][i]) * _sign(i)
            noise = fields.correlation(split[i][1], split[j][1])
            decay = _sign(i) * s.brownian.get(i.name, sp.S.Zero) if i == j else sp.S.Zero
            yield f"d[{i.label}, {j.dagger().label}]/dt", (*drift, noise, decay), sp.S.Zero
        for i, (f, (modes, light)) in product(mode_ops, outs.items()):
            if i.dag:
                yield "", (), sp.S.Zero
                continue
            # [z_i, out^+] just after the light has passed: what z_i took from it, and what out carries of z_i
            terms = fields.correlation(split[i][1], light), conj(modes[i]) * _sign(i)
            yield f"[{i.label}, {f.dagger().label}]", terms, sp.S.Zero
        for f, g in combinations_with_replacement(outs, 2):
            if f.dag:
                yield "", (), sp.S.Zero
                continue
            expected = _sign(f) if f == g else 0
            terms = fields.correlation(outs[f][1], outs[g][1]), sp.Integer(-expected)
            yield f"[{f.label}, {g.dagger().label}] - {expected}", terms, size

    count = 0
    for count, (witness, terms, near) in enumerate(every(), 1):
        if any(t != 0 for t in terms) and not vanishes(*terms, near, -near, domains=s.domains):
            return Physicality(False, count, witness, sp.expand(sp.Add(*terms)), exact)
    for m, rate in s.brownian.items():
        names = tuple(s.brownian)
        return Physicality(False, count, f"d[{m}, {m}^+]/dt", -rate, exact, s.assumptions, names)
    return Physicality(True, count, exact=exact, assumptions=s.assumptions)


def _largest(s: LinearSystem) -> Expr:
    """The largest coefficient, at least 1, in the light of a system of numbers."""
    forms = (*s.outputs.values(), *s.internal.values())
    sizes = [abs(complex(c)) for form in forms for _, c in form if c.is_number]
    return sp.Float(max([1.0, *(x for x in sizes if math.isfinite(x))]))


def _sign(o: Op) -> int:
    return -1 if o.dag else 1
