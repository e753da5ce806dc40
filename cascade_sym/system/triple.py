"""From an SLH triple to a LinearSystem, by commutators.

    da/dt = -i[a, H] + sum_k { -[a, L_k^+](L_k/2 + (S b)_k) + (L_k/2 + (S b)_k)^+ [a, L_k] }
    b_out = S b_in + L

Source: Gough and James, IEEE Trans. Autom. Control 54, 2530 (2009); Gardiner and Collett, PRA 31, 3761
(1985).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sympy as sp
from sympy import Expr

from cascade_sym.errors import DerivationError
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, as_operator, commutator, operator
from cascade_sym.symbols import all_domains, amplitude, domains_in, radicands
from cascade_sym.system.inputs import VACUUM, Inputs
from cascade_sym.system.system import LinearSystem, Port


@dataclass(frozen=True)
class Channel:
    """One input-output channel of an SLH triple.

    `field` is the input field, `out` the output field, `L` the coupling operator (linear in the modes),
    `phase` the diagonal element of S (or `light` the whole row, {field: element}), `noise` the symmetrised noise
    n + 1/2 of the input.
    """

    field: str
    out: str
    L: OperatorPolynomial
    phase: Expr = sp.S.One
    noise: Expr = VACUUM
    light: Mapping[str, Expr] | None = None

    @property
    def carried(self) -> OperatorPolynomial:
        """(S b)_k."""
        row = {self.field: self.phase} if self.light is None else self.light
        return OperatorPolynomial({(Op(f),): c for f, c in row.items()})


def slh_system(
    modes: Sequence[str],
    H: OperatorPolynomial,
    channels: Sequence[Channel],
    *,
    in_ports: Sequence[Port] = (),
    out_ports: Sequence[Port] = (),
) -> LinearSystem:
    """The LinearSystem of a quadratic Hamiltonian `H` and linear couplings.

    Terms linear in H are drives. Raises DerivationError when H is not Hermitian and quadratic or a coupling is not
    linear (the result would not be linear).

    >>> a = operator("a")
    >>> k = sp.Symbol("kappa")
    >>> s = slh_system(["a"], as_operator(0), [Channel("b", "c", sp.sqrt(k)*a)])
    >>> s.A[0, 0], s.B[0, 0]
    (-kappa/2, -sqrt(kappa))
    """
    given = (H, *(c.L for c in channels))
    raw = [
        *(e for o in given for e in o.terms.values()),
        *(e for c in channels for e in (c.noise, *c.carried.terms.values())),
    ]
    H = H.map_coefficients(amplitude)
    channels = [
        replace(
            c,
            L=c.L.map_coefficients(amplitude),
            noise=amplitude(c.noise),
            phase=amplitude(c.phase),
            light=c.light and {f: amplitude(e) for f, e in c.light.items()},
        )
        for c in channels
    ]
    if not (H - H.dagger()).is_zero:
        raise DerivationError(f"the Hamiltonian is not Hermitian: H - H^+ = {(H - H.dagger()).terms}.")
    rates = {m: langevin_of(operator(m), H, channels) for m in modes}
    drift = {m: rate.filtered(lambda word: word != ()).linear() for m, rate in rates.items()}
    drives = {m: c for m, rate in rates.items() if (c := rate.terms.get((), sp.S.Zero)) != 0}
    outputs = {c.out: LinearForm((as_operator(c.L) + c.carried).linear().terms) for c in channels}
    inputs = Inputs({c.field: c.noise for c in channels})
    return LinearSystem(
        tuple(modes), drift, inputs, outputs, in_ports=tuple(in_ports), out_ports=tuple(out_ports),
        domains=all_domains([domains_in(*raw), radicands(*raw)]), drives=drives,
    )  # fmt: skip


def langevin_of(z: OperatorPolynomial, H: OperatorPolynomial, channels: Sequence[Channel]) -> OperatorPolynomial:
    """dz/dt of any operator of the modes (quantum Langevin equation in Heisenberg form)."""
    rate = commutator(z, H) * (-sp.I)
    for c in channels:
        L = as_operator(c.L)
        field = L / 2 + c.carried
        field_dag = L.dagger() / 2 + c.carried.dagger()
        rate = rate - commutator(z, L.dagger()) * field + field_dag * commutator(z, L)
    return rate
