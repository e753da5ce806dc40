"""A part given by its Hamiltonian and coupling operators: anything linear that has no part of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations_with_replacement
from typing import Any, TypeAlias

import sympy as sp
from sympy import Expr

from cascade_sym.errors import ParameterError, PortMismatch, UnknownName, UnphysicalError, listing
from cascade_sym.operators import LinearForm, OperatorPolynomial, as_operator
from cascade_sym.parts.light import Light
from cascade_sym.parts.mechanics import Mechanics
from cascade_sym.symbols import conj
from cascade_sym.system import VACUUM, Inputs, LinearSystem
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.coloured import Coloured
from cascade_sym.system.part import SINGLE, Part, coupled, field_name
from cascade_sym.system.triple import Channel
from cascade_sym.system.values import Value, matrix, occupancy, real

Operator: TypeAlias = OperatorPolynomial | LinearForm
Coupling: TypeAlias = Operator | Mapping[str, Operator]


@dataclass(frozen=True)
class SLH(Part):
    """Modes with a quadratic Hamiltonian `H`, coupled linearly to ports and baths: a linear SLH triple.

        da/dt = -i [a, H] + sum_k (damping and input of b_k by L_k),   b_k -> e^(i phase) b_k + L_k.

    `ports` maps a port to its coupling operator L, or to {channel: L} for a beam of several bands ("+", "-").
    `baths` maps a name to (L, n): a coupling to an unobserved bath of occupancy n (a `Coloured` one too), or to
    (L, light) with a state of light for one beam. `phases` = {port: phi} is the diagonal of S; a whole unitary `S` over
    the ports, in order, can be given instead. Terms of H that are linear in the modes are classical drives (see
    `means`). `mechanics` are oscillators and free masses in the laboratory frame, whose energy and damping add to what
    H says. Operators are made by `operator(mode)`; the modes are all that occur, sorted, or `modes`. Raises
    DerivationError for an H that is not Hermitian and quadratic or an L that is not linear, ParameterError and
    UnknownName for impossible values. Source: Gough and James, IEEE Trans. Autom. Control 54, 2530 (2009).

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
    baths: Mapping[str, tuple[Operator, Value | Coloured | Light]] = field(default_factory=dict)
    phases: Mapping[str, Value] = field(default_factory=dict)
    modes: Sequence[str] | None = None
    S: Any = None
    mechanics: Sequence[Mechanics] = ()

    kind = "slh"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ParameterError(f"an SLH part needs a name (a nonempty string), got {self.name!r}.")
        if bad := set(self.phases) - set(self.ports):
            raise UnknownName(f"phases are given for {listing(bad)}, but the ports are {listing(self.ports)}.")
        if wrong := [m for m in self.mechanics if not isinstance(m, Mechanics)]:
            raise ParameterError(f"mechanics has {wrong[0]!r}; give MechanicalOscillator(...) and FreeMass(...).")
        super().__post_init__()
        for port in self.ports:
            self._phase(port)
        _ = self._scattering

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
        found: list[Expr] = [e for m in self.mechanics for e in m.known(m.name)]
        for bath, (_, n) in self.baths.items():
            found += (
                n.known(n.name or bath) if isinstance(n, Light) else [occupancy(n, f"n of bath {bath!r} of {name}")]
            )
        return tuple(found)

    def inverse(self) -> SLH:
        """The triple (S^+, -S^+ L, -H) on the same modes: `then` of both, in either order, is (1, 0, 0).

        Its baths couple by -L. Raises ParameterError for mechanics in the laboratory frame, which has no triple.
        Source: Gough and James (2009), Sec. II.

        >>> from cascade_sym.operators import operator
        >>> a, k = operator("a"), sp.Symbol("kappa")
        >>> both = SLH("c", H=a.dagger()*a, ports={"light": a*sp.sqrt(k)}, phases={"light": sp.pi/3})
        >>> nothing = both.then(both.inverse()).system()
        >>> nothing.equation("a").terms, nothing.output("c_c_inverse.out").terms
        ({}, {Op(name='c_c_inverse.in', dag=False): 1})
        """
        S, L = self._triple("inverse")
        turned = S.T.applyfunc(conj)
        return self._made(f"{self.name}_inverse", turned, _times(turned * -1, L), as_operator(self.H) * -1,
                          {b: (as_operator(K) * -1, n) for b, (K, n) in self.baths.items()})  # fmt: skip

    def then(self, other: SLH) -> SLH:
        """The series product of triples that may share modes: the light of this one enters `other`, port by port.

            S = S_2 S_1,   L = L_2 + S_2 L_1,   H = H_1 + H_2 + (L_2^+ S_2 L_1 - h.c.)/(2i)

        Ports keep the names of this one; baths of one name are one bath, met in turn. Where no mode is shared it is the
        same as `series`. Raises PortMismatch for other channels, ParameterError for mechanics in the laboratory frame,
        or for one bath in two states. Source: Gough and James (2009), Definition 4.

        >>> from cascade_sym.operators import operator
        >>> a = operator("a")
        >>> twice = SLH("x", ports={"light": a}).then(SLH("y", ports={"light": a*2})).system()
        >>> twice.A[0, 0], twice.B[0, 0]  # damped by (1 + 2)^2/2
        (-9/2, -3)
        """
        if not isinstance(other, SLH):
            raise ParameterError(f"the series product on shared modes takes SLH parts; got {type(other).__name__}.")
        (S, L), (R, M) = self._triple("series product"), other._triple("series product")
        if S.shape != R.shape or set(self.channels) != set(other.channels):
            raise PortMismatch(
                f"{self.name} has the ports {listing(self.ports)}, {other.name} {listing(other.ports)}; the series "
                "product joins as many ports of the same channels, in order."
            )
        through = _times(R, L)
        shared = {
            b: (as_operator(self.baths[b][0]), as_operator(K)) for b, (K, _) in other.baths.items() if b in self.baths
        }
        if differ := [b for b in shared if self.baths[b][1] != other.baths[b][1]]:
            raise ParameterError(
                f"the bath {listing(differ)} is in one state in {self.name}, in another in {other.name}."
            )
        meets = [(x[c], y[c]) for x, y in zip(through, M, strict=True) for c in y]
        H = as_operator(self.H) + as_operator(other.H)
        for x, y in (*meets, *shared.values()):
            H = H + (y.dagger() * x - x.dagger() * y) * (-sp.I / 2)
        both = [{c: x[c] + y[c] for c in y} for x, y in zip(through, M, strict=True)]
        joint = {b: (x + y, other.baths[b][1]) for b, (x, y) in shared.items()}
        modes = list(dict.fromkeys((*self._modes, *other._modes)))
        return self._made(f"{self.name}_{other.name}", R * S, both, H, {**self.baths, **other.baths, **joint}, modes)

    def _triple(self, what: str) -> tuple[sp.Matrix, list[dict[str, OperatorPolynomial]]]:
        """S over the ports, and the coupling operators of each."""
        if self.mechanics:
            raise ParameterError(
                f"{self.name} holds mechanics in the laboratory frame, which has no triple: no {what} of it."
            )
        table, ports = self._scattering, list(self.ports)
        if table is None:
            S = sp.diag(*map(self._phase, ports))
        else:
            S = sp.Matrix(len(ports), len(ports), lambda i, j: table[ports[i], ports[j]])
        return S, [self._coupled(p) for p in ports]

    @property
    def _modes(self) -> Sequence[str]:
        H = sum((m.hamiltonian() for m in self.mechanics), as_operator(self.H))
        L = [L for p in self.ports for L in self._coupled(p).values()] + [
            as_operator(L) for L, _ in self.baths.values()
        ]
        found = H.names().union(*(x.names() for x in L))
        modes = self.modes or sorted(found)
        if missing := found - set(modes):
            raise UnknownName(f"{self.name} has operators of {listing(missing)}; its modes are {listing(modes)}.")
        return modes

    def _made(
        self, name: str, S: sp.Matrix, L: Sequence[Mapping[str, OperatorPolynomial]], H: OperatorPolynomial,
        baths: Mapping[str, tuple[Operator, Value | Coloured | Light]], modes: Sequence[str] | None = None,
    ) -> SLH:  # fmt: skip
        ports = {p: {c: _short(x) for c, x in table.items()} for p, table in zip(self.ports, L, strict=True)}
        scattered = S.applyfunc(_coefficient) if self.ports else None
        return SLH(name, _short(H), ports, {b: (_short(as_operator(K)), n) for b, (K, n) in baths.items()},
                   modes=self._modes if modes is None else modes, S=scattered)  # fmt: skip

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        ports = {k: {c: (L, self._phase(k)) for c, L in self._coupled(k).items()} for k in self.ports}
        slh: list[Channel] = []
        states: list[Inputs] = []
        for bath, (L, n) in self.baths.items():
            fields = (field_name(name, bath, ""), field_name(name, f"{bath}_out", ""))
            slh.append(Channel(*fields, as_operator(L)))
            if isinstance(n, Light):
                states.append(n.fields([{"": fields[0]}], n.name or bath))
            else:
                states.append(Inputs({fields[0]: occupancy(n, f"n of bath {bath!r} of {name}") + VACUUM}))
        H = sum((m.hamiltonian() for m in self.mechanics), as_operator(self.H))
        s = coupled(name, self._modes, H, ports, slh, self._scattering)
        s = replace(s, inputs=s.inputs.without(f for state in states for f in state).beside(*states))
        return reduce(lambda found, m: m.damped(found), self.mechanics, s)

    @property
    def _scattering(self) -> dict[tuple[str, str], Expr] | None:
        """S by ports, (to, from)."""
        if self.S is None:
            return None
        n = len(self.ports)
        S = matrix(self.S, f"S of {self.name}")
        if S.shape != (n, n) or self.phases:
            raise ParameterError(
                f"S of {self.name} has the shape {S.shape}; give one row and column for each of {listing(self.ports)}, "
                "and no phases beside it."
            )
        product = S * S.T.applyfunc(conj)
        for i, j in combinations_with_replacement(range(n), 2):
            if not vanishes(*sp.Add.make_args(sp.expand(product[i, j])), sp.Integer(-int(i == j))):
                raise UnphysicalError(f"S of {self.name} is not unitary: (S S^+)[{i}, {j}] = {product[i, j]}.")
        return {(to, k): S[i, j] for i, to in enumerate(self.ports) for j, k in enumerate(self.ports)}

    def _phase(self, port: str) -> Expr:
        return sp.exp(sp.I * real(self.phases.get(port, 0), f"phase of port {port!r} of {self.name}"))


def _times(S: sp.Matrix, L: Sequence[Mapping[str, OperatorPolynomial]]) -> list[dict[str, OperatorPolynomial]]:
    """S L, channel by channel."""
    channels = list(L[0]) if L else []
    rows = range(len(L))
    return [{c: sum((L[j][c] * S[i, j] for j in rows), as_operator(0)) for c in channels} for i in rows]


def _short(x: OperatorPolynomial) -> OperatorPolynomial:
    return x.map_coefficients(_coefficient)


def _coefficient(c: Expr) -> Expr:
    """Multiplied out, and 0 where it vanishes."""
    found = sp.expand(c)
    return sp.S.Zero if found != 0 and vanishes(*sp.Add.make_args(found)) else found
