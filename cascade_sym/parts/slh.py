"""A part given by its Hamiltonian and coupling operators: anything linear that has no part of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import sympy as sp
from sympy import Expr

from cascade_sym.errors import ParameterError, PortMismatch, UnknownName, listing
from cascade_sym.operators import LinearForm, OperatorPolynomial, as_operator
from cascade_sym.parts.part import SINGLE, Part, coupled, field_name
from cascade_sym.parts.values import Value, nonnegative, real
from cascade_sym.system import VACUUM, LinearSystem
from cascade_sym.system.triple import Channel

Operator: TypeAlias = OperatorPolynomial | LinearForm
Coupling: TypeAlias = Operator | Mapping[str, Operator]


@dataclass(frozen=True)
class SLH(Part):
    """Modes with a quadratic Hamiltonian `H`, coupled linearly to ports and baths: a linear SLH triple.

        da/dt = -i [a, H] + sum_k (damping and input of b_k by L_k),   b_k -> e^(i phase) b_k + L_k.

    `ports` maps a port to its coupling operator L, or to {channel: L} for a beam of several bands ("+", "-").
    `baths` maps a name to (L, n): a coupling to an unobserved bath of occupancy n. `phases` = {port: phi}
    (S is diagonal; beams are mixed by `BeamSplitter`). Operators are made by `operator(mode)`; the modes are
    all that occur, sorted, or `modes`. Raises DerivationError for an H that is not Hermitian and quadratic or
    an L that is not linear, ParameterError and UnknownName for impossible values.
    Source: Gough and James, IEEE Trans. Autom. Control 54, 2530 (2009).

    >>> import sympy as sp
    >>> from cascade_sym.operators import operator
    >>> a, b = operator("a"), operator("b")
    >>> G, k = sp.symbols("G kappa")
    >>> s = SLH("om", H=G*(a*b.dagger() + b*a.dagger()), ports={"light": sp.sqrt(k)*a}).system()
    >>> s.A[0, 0], s.A[0, 2]
    (-kappa/2, -I*G)
    """

    name: str
    H: Operator | int = 0
    ports: Mapping[str, Coupling] = field(default_factory=dict)
    baths: Mapping[str, tuple[Operator, Value]] = field(default_factory=dict)
    phases: Mapping[str, Value] = field(default_factory=dict)
    modes: Sequence[str] | None = None

    kind = "slh"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ParameterError(f"an SLH part needs a name (a nonempty string), got {self.name!r}.")
        if bad := set(self.phases) - set(self.ports):
            raise UnknownName(f"phases are given for {listing(bad)}, but the ports are {listing(self.ports)}.")
        super().__post_init__()
        for port in self.ports:
            self._phase(port)

    @property
    def channels(self) -> tuple[str, ...]:
        found = {tuple(c) for c in (self._coupled(p) for p in self.ports)}
        if len({frozenset(c) for c in found}) > 1:
            raise PortMismatch(f"the ports of {self.name} carry different channels: {sorted(map(str, found))}.")
        return found.pop() if found else SINGLE

    def _coupled(self, port: str) -> dict[str, OperatorPolynomial]:
        given = self.ports[port]
        table = given if isinstance(given, Mapping) else {"": given}
        return {c: as_operator(L) for c, L in table.items()}

    def known(self, name: str) -> tuple[Expr, ...]:
        return tuple(nonnegative(n, f"n of bath {bath!r} of {name}") for bath, (_, n) in self.baths.items())

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        ports = {k: {c: (L, self._phase(k)) for c, L in self._coupled(k).items()} for k in self.ports}
        slh: list[Channel] = []
        for bath, (L, n) in self.baths.items():
            noise = nonnegative(n, f"n of bath {bath!r} of {name}") + VACUUM
            fields = (field_name(name, bath, ""), field_name(name, f"{bath}_out", ""))
            slh.append(Channel(*fields, as_operator(L), noise=noise))
        H = as_operator(self.H)
        found = H.names().union(*(L.names() for light in ports.values() for L, _ in light.values()))
        found |= set().union(*(c.L.names() for c in slh))
        modes = self.modes or sorted(found)
        if missing := found - set(modes):
            raise UnknownName(f"{self.name} has operators of {listing(missing)}; its modes are {listing(modes)}.")
        return coupled(name, modes, H, ports, slh)

    def _phase(self, port: str) -> Expr:
        return sp.exp(sp.I * real(self.phases.get(port, 0), f"phase of port {port!r} of {self.name}"))
