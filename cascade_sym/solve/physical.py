"""Does a linear system preserve commutators? A proof, or the commutator that it violates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import sympy as sp
from sympy import Expr

from cascade_sym.compose import as_system
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.fields import Fields, commutators
from cascade_sym.symbols import conj


@dataclass(frozen=True)
class Physicality:
    """Truthy when commutators are preserved; else `witness` names one that is not, with its `excess`."""

    ok: bool
    checked: int
    witness: str = ""
    excess: Expr = sp.S.Zero

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        if self.ok:
            return f"physical ({self.checked} commutators proved)"
        return f"unphysical: {self.witness} = {self.excess}, expected 0"


def is_physical(system: object) -> Physicality:
    """Prove, in exact algebra, that the equal-time commutators of modes and outputs are preserved.

    Checked are d[z_i, z_j^+]/dt = 0 for the modes, [z_i, out^+] = 0 for outputs after modes at equal times
    (causality), and [out_i, out_j^+] = delta. Source: James, Nurdin, Petersen, IEEE TAC 53, 1787 (2008).

    >>> from cascade_sym.parts import Oscillator
    >>> is_physical(Oscillator("M"))
    physical (36 commutators proved)
    """
    s = as_system(system)
    fields = commutators(s)
    mode_ops = [Op(m, d) for m in s.modes for d in (False, True)]
    split = {o: fields.split(_of(s.drift[o.name], o.dag)) for o in mode_ops}
    outs = {Op(f, d): fields.split(_of(form, d)) for f, form in s.outputs.items() for d in (False, True)}
    count = 0
    for i, j in combinations_with_replacement(mode_ops, 2):
        excess = split[i][0][j] * _sign(j) + conj(split[j][0][i]) * _sign(i)
        excess += fields.correlation(split[i][1], split[j][1])
        count += 1
        if not is_zero(excess):
            return Physicality(False, count, f"d[{_show(i)}, {_show(j.dagger())}]/dt", sp.expand(excess))
    for i in mode_ops:
        for f, (modes, noise) in outs.items():
            # [z_i, out^+] just after the light has passed: what z_i took from it, and what out carries of z_i
            excess = fields.correlation(split[i][1], noise) + _commutator(Op(i.name, i.dag), modes)
            count += 1
            if not is_zero(excess):
                return Physicality(False, count, f"[{_show(i)}, {_show(f.dagger())}]", sp.expand(excess))
    names = list(outs)
    for f, g in combinations_with_replacement(names, 2):
        expected = _sign(f) if f == g else 0
        excess = fields.correlation(outs[f][1], outs[g][1]) - expected
        count += 1
        if not is_zero(excess):
            return Physicality(False, count, f"[{_show(f)}, {_show(g.dagger())}] - {expected}", sp.expand(excess))
    return Physicality(True, count)


def _of(form: LinearForm, dag: bool) -> LinearForm:
    return form.dagger() if dag else form


def _sign(o: Op) -> int:
    return -1 if o.dag else 1


def _commutator(z: Op, modes: LinearForm) -> Expr:
    """[z, form^+] for a mode operator z and a form in modes."""
    return conj(modes[z]) * _sign(z)


def _show(o: Op) -> str:
    return f"{o.name}^+" if o.dag else o.name
