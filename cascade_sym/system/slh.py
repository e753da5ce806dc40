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
from cascade_sym.operators import LinearForm, OperatorPolynomial, as_operator, commutator, operator
from cascade_sym.symbols import all_domains, amplitude, conj, domains_in, radicands
from cascade_sym.system.system import VACUUM, LinearSystem, Port


@dataclass(frozen=True)
class Channel:
    """One input-output channel of an SLH triple.

    `field` is the input field, `out` the output field, `L` the coupling operator (linear in the modes),
    `phase` the diagonal element of S, `noise` the symmetrised noise n + 1/2 of the input.
    """

    field: str
    out: str
    L: OperatorPolynomial
    phase: Expr = sp.S.One
    noise: Expr = VACUUM


def slh_system(
    modes: Sequence[str],
    H: OperatorPolynomial,
    channels: Sequence[Channel],
    *,
    in_ports: Sequence[Port] = (),
    out_ports: Sequence[Port] = (),
) -> LinearSystem:
    """The LinearSystem of a quadratic Hamiltonian `H` and linear couplings.

    Raises DerivationError when H is not Hermitian and quadratic or a coupling is not linear (the result
    would not be linear).

    >>> a = operator("a")
    >>> k = sp.Symbol("kappa")
    >>> s = slh_system(["a"], as_operator(0), [Channel("b", "c", sp.sqrt(k)*a)])
    >>> s.A[0, 0], s.B[0, 0]
    (-kappa/2, -sqrt(kappa))
    """
    given = (H, *(c.L for c in channels))
    raw = [*(e for o in given for e in o.terms.values()), *(e for c in channels for e in (c.phase, c.noise))]
    H = H.map_coefficients(amplitude)
    channels = [
        replace(c, L=c.L.map_coefficients(amplitude), phase=amplitude(c.phase), noise=amplitude(c.noise))
        for c in channels
    ]
    if not (H - H.dagger()).is_zero:
        raise DerivationError(f"the Hamiltonian is not Hermitian: H - H^+ = {(H - H.dagger()).terms}.")
    drift = {m: langevin_of(operator(m), H, channels).linear() for m in modes}
    outputs = {c.out: LinearForm((as_operator(c.L) + operator(c.field) * c.phase).linear().terms) for c in channels}
    inputs: Mapping[str, Expr] = {c.field: c.noise for c in channels}
    return LinearSystem(
        tuple(modes), drift, inputs, outputs, in_ports=tuple(in_ports), out_ports=tuple(out_ports),
        domains=all_domains([domains_in(*raw), radicands(*raw)]),
    )  # fmt: skip


def langevin_of(z: OperatorPolynomial, H: OperatorPolynomial, channels: Sequence[Channel]) -> OperatorPolynomial:
    """dz/dt of any operator of the modes (quantum Langevin equation in Heisenberg form)."""
    rate = commutator(z, H) * (-sp.I)
    for c in channels:
        L = as_operator(c.L)
        field = L / 2 + operator(c.field) * c.phase
        field_dag = L.dagger() / 2 + operator(c.field).dagger() * conj(c.phase)
        rate = rate - commutator(z, L.dagger()) * field + field_dag * commutator(z, L)
    return rate
