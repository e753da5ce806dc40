"""What forms at two times have to do with each other in the steady state: sums of exponentials of the delay.

For tau > 0 the quantum regression theorem has <A(t + tau) B(t)> = c_A e^(A tau) <q B>, and <A(t) B(t + tau)> in the
same way from <A q>: q are the quadratures just after the light of B, or A, has passed, so that what they took from its
noise counts in full. Noise of light adds a delta function at tau = 0. Source: Gardiner and Zoller, Quantum Noise, Sec.
5.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Symbol

from cascade_sym.definitions import Definitions
from cascade_sym.operators import LinearForm, Op
from cascade_sym.solve.complex_pairs import pair
from cascade_sym.solve.conditional.riccati import Quad
from cascade_sym.solve.covariance import covariance
from cascade_sym.solve.motion.exponentials import Exponentials, Sum, summed
from cascade_sym.solve.motion.propagator import beside, kernel_of, problem_of
from cascade_sym.solve.naming import Naming
from cascade_sym.spectra.readout import Readout
from cascade_sym.symbols import Domains
from cascade_sym.system import VACUUM, LinearSystem
from cascade_sym.system.fields import commutators, symmetrised

ROOT = 1 / sp.sqrt(2)  # of quadratures, X = (a + a^+)/sqrt2
Weights = dict[str, Expr]  # of quadratures, by name


class TwoTime:
    """The steady state of a system and its motion over a delay, over one list of definitions."""

    def __init__(
        self, system: LinearSystem, reads: Iterable[Readout], taken: Iterable[Symbol], domains: Domains
    ) -> None:
        vacua = {v: VACUUM for r in reads for v in r.vacua}
        self.system = s = replace(system, inputs=system.inputs.beside(vacua)).rounded()
        self.steady = covariance(s)
        taken = [*s.parameters, *taken, *self.steady.parameters]
        self.problem = beside(problem_of(s), [*taken, *(x for x, _ in self.steady.definitions)])
        self.naming = Naming(taken, s.inherited.merged(domains))
        self.naming.start(self.steady.definitions)
        self.naming.start(self.problem.definitions)
        self.tools = Exponentials(self.naming, self.naming.definitions.domains)
        self._orders = symmetrised(s), commutators(s)
        self._quads = [(q, m) for m in s.modes for q in "XP"]

    @property
    def definitions(self) -> Definitions:
        return self.naming.definitions

    @cached_property
    def kernels(self) -> list[Mapping[object, Mapping[object, Sum]] | None]:
        """e^(A tau) of every sector, None where it has no closed form."""
        return [kernel_of(sector, self.tools) for sector in self.problem.sectors]

    @property
    def closed(self) -> bool:
        return None not in self.kernels

    def split(self, form: LinearForm) -> tuple[Weights, LinearForm]:
        """A form as weights of quadratures and noise."""
        modes, noise = self._orders[0].split(form.substituted(self.system.outputs))
        weights: Weights = {}
        for m in self.system.modes:
            a, b = modes[Op(m)], modes[Op(m, True)]
            weights |= {f"X_{m}": sp.expand((a + b) * ROOT), f"P_{m}": sp.expand(sp.I * (a - b) * ROOT)}
        return {k: e for k, e in weights.items() if e != 0}, noise

    def white(self, first: LinearForm, second: LinearForm, *, ordered: bool) -> Expr:
        """<first second> of noise at equal times, times the delta function."""
        half, whole = (f.correlation(first, second.dagger()) for f in self._orders)
        return sp.expand(half + whole / 2) if ordered else sp.expand(half)

    def moments(self, form: LinearForm, *, left: bool, ordered: bool) -> Weights:
        """<q form> of every quadrature just after the light of the form has passed, or <form q> with `left`."""
        weights, noise = self.split(form)
        drives = {m: self._orders[0].split(self.system.drift[m])[1] for m in self.system.modes}
        out: Weights = {}
        for q, m in self._quads:
            name = f"{q}_{m}"
            terms = [w * self.steady.element(name, k) for k, w in weights.items()]
            partner, turn = (f"P_{m}", 1) if q == "X" else (f"X_{m}", -1)
            if ordered and partner in weights:  # [q, partner] = turn i
                terms.append(weights[partner] * sp.I * turn * (-1 if left else 1) / 2)
            xi = drives[m] + drives[m].dagger() if q == "X" else (drives[m].dagger() - drives[m]).scaled(sp.I)
            both = (noise, xi) if left else (xi, noise)
            terms.append(self.white(*both, ordered=ordered) * ROOT)
            out[name] = sp.Add(*terms)
        return out

    def followed(self, weights: Weights, moments: Weights) -> Sum:
        """sum_ij weights_i U_ij(tau) moments_j as a sum of exponentials; a system with a closed form only."""
        terms: list[tuple[tuple[int, int], object]] = []
        for kernel in self.kernels:
            assert kernel is not None
            for i, row in kernel.items():
                for dag in (False, True):
                    if dag and isinstance(i, Quad):
                        continue
                    w = _of_node(i, dag, weights, inverse=True)
                    if w == 0:
                        continue
                    for j, f in row.items():
                        moment = _of_node(j, dag, moments, inverse=False)
                        if moment != 0:
                            c = pair(w) * self.naming.pair("moment", pair(moment))
                            terms += [(key, u * c) for key, u in (self.tools.conj(f) if dag else f).items()]
        return self.tools.named("g", summed(terms))  # type: ignore[arg-type]

    def matrices(self, weights: Weights, moments: Weights) -> tuple[ImmutableDenseMatrix, ...]:
        """The row of weights, the drift and the column of moments, for systems without a closed form."""
        q = self.problem.quadratures
        row = ImmutableDenseMatrix(1, len(q), [weights.get(k, 0) for k in q])
        return row, self.problem.drift, ImmutableDenseMatrix(len(q), 1, [moments.get(k, 0) for k in q])


def _of_node(node: object, dag: bool, table: Weights, *, inverse: bool) -> Expr:
    """What belongs to a node (or its adjoint), from what belongs to its quadratures.

    A moment <z ...> is linear in z = (X + i s P)/sqrt2; a weight w_z has w_X X + w_P P = w_z z + w_z* z^+ (`inverse`).
    """
    if isinstance(node, Quad):
        return table.get(f"{node.q}_{node.mode}", sp.S.Zero)
    assert isinstance(node, Op)
    s = -1 if node.dag != dag else 1
    x, p = (table.get(f"{q}_{node.name}", sp.S.Zero) for q in "XP")
    return sp.expand((x + (-s if inverse else s) * sp.I * p) * ROOT)
