"""States of light as parts: what enters a cascade, or an open port of a network, instead of vacuum.

All are white around the carrier: Gaussian, stationary, and broad against everything that they meet. A beam in one band
has <b b>; about the carrier a beam with sidebands has the same between them, <b_+ b_->. Source: Walls and Milburn,
Quantum Optics (2008), chapters 2 and 7; Caves and Schumaker, PRA 31, 3068 (1985).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym.errors import ParameterError, PortMismatch, UnphysicalError
from cascade_sym.operators import LinearForm, Op, op
from cascade_sym.symbols import complex_symbol, conj
from cascade_sym.system import VACUUM, Inputs, LinearSystem, Port
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.coloured import Coloured
from cascade_sym.system.part import SIDEBANDS, Part, field_name
from cascade_sym.system.values import Value, matrix, nonnegative, occupancy, real, value

Correlations = Mapping[tuple[int, int], Expr]  # of beams, by their numbers


class Light(Part):
    """A state of light on one or several ports, each of which it lets through unchanged."""

    channels: tuple[str, ...] | None = None

    @property
    def beams(self) -> tuple[str, ...]:
        """The names of the ports."""
        return ("light",)

    @abstractmethod
    def state(self, name: str) -> tuple[Correlations, Correlations]:
        """<b_i b_j^+> (symmetrised) for i <= j, and <b_i b_j> for i <= j, of the beams."""

    def mean(self, name: str) -> Expr:
        """<b> of each beam."""
        return sp.S.Zero

    def fields(self, names: Sequence[Mapping[str, str]], called: str) -> Inputs:
        """The state over fields, {channel: field} for each beam; `called` is the name of the light."""
        normal, anomalous = self.state(called)
        if any(set(SIDEBANDS) < set(beam) for beam in names):
            raise PortMismatch(f"{called} fills one band or the sidebands '+' and '-', not {sorted(names[0])}.")
        strengths = {f: normal[k, k] for k, beam in enumerate(names) for f in beam.values()}
        pairs: dict[tuple[Op, Op], Expr] = {}
        other = {"+": "-", "-": "+"} if set(names[0]) == set(SIDEBANDS) else {}
        for (i, j), c in normal.items():
            if i != j:
                pairs |= {(Op(f), Op(names[j][c_], True)): c for c_, f in names[i].items()}
        for (i, j), c in anomalous.items():
            light = names[i].items() if i != j or not other else [("+", names[i]["+"])]
            pairs |= {(Op(f), Op(names[j][other.get(c_, c_)])): c for c_, f in light}
        mean = self.mean(called)
        if mean != 0 and other:
            raise PortMismatch(f"{called} is at the carrier, not in the sidebands '+' and '-' around it.")
        return Inputs(strengths, pairs, {f: mean for beam in names for f in beam.values()})

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        labels = ["" if p == "light" else p for p in self.beams]
        ins, outs = ([{c: field_name(name, f"{end}{x}", c) for c in channels} for x in labels] for end in ("in", "out"))
        outputs: dict[str, LinearForm] = {o[c]: op(i[c]) for i, o in zip(ins, outs, strict=True) for c in channels}
        enter, leave = (tuple(map(Port, self.beams, fields)) for fields in (ins, outs))
        return LinearSystem((), {}, self.fields(ins, name), outputs, in_ports=enter, out_ports=leave)


@dataclass(frozen=True)
class ThermalLight(Light):
    """Light with `n` photons per mode (symbol n_<name>): <b^+ b> = n, which may depend on the frequency (`Coloured`).

    Raises ParameterError for a negative n.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.solve import covariance
    >>> covariance(ThermalLight(2) >> Cavity("c", kappa=1))["X_c", "X_c"].inline()
    5/2
    """

    n: Value | Coloured | None = None
    name: str | None = None

    kind = "thermallight"

    def known(self, name: str) -> tuple[Expr, ...]:
        return (occupancy(self.n, f"n of {name}", f"n_{name}"),)

    def state(self, name: str) -> tuple[Correlations, Correlations]:
        return {(0, 0): self.known(name)[0] + VACUUM}, {}


@dataclass(frozen=True)
class SqueezedLight(Light):
    """Squeezed light: the quadrature at angle phi/2 has the variance (n + 1/2) e^(-2r), the other (n + 1/2) e^(2r).

        <b b> = -(n + 1/2) sinh(2r) e^(i phi),   <b^+ b> + 1/2 = (n + 1/2) cosh(2r)

    phi = 0 squeezes X. About the carrier of a beam with sidebands it is <b_+ b_->, and X_L is squeezed. `r` (symbol
    r_<name>) has either sign; `n` >= 0 is the heat that was squeezed. Raises ParameterError for impossible values.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.solve import covariance
    >>> r = sp.Symbol("r")
    >>> covariance(SqueezedLight(r) >> Cavity("c", kappa=1))["X_c", "X_c"].inline()
    exp(-2*r)/2
    """

    r: Value | None = None
    phi: Value = 0
    n: Value = 0
    name: str | None = None

    kind = "squeezedlight"

    def known(self, name: str) -> tuple[Expr, ...]:
        self._moments(name)
        return (nonnegative(self.n, f"n of {name}"),)

    def state(self, name: str) -> tuple[Correlations, Correlations]:
        own, both = self._moments(name)
        return {(0, 0): own}, {(0, 0): both}

    def _moments(self, name: str) -> tuple[Expr, Expr]:
        """The symmetrised noise of one field, and <b b'> of two that are squeezed together."""
        heat = nonnegative(self.n, f"n of {name}") + VACUUM
        r, phi = real(self.r, f"r of {name}", f"r_{name}"), real(self.phi, f"phi of {name}")
        up, down = sp.exp(2 * r), sp.exp(-2 * r)
        return heat * (up + down) / 2, heat * (down - up) / 2 * sp.exp(sp.I * phi)


@dataclass(frozen=True)
class TwoModeSqueezedLight(SqueezedLight):
    """Entangled beams on the ports "1" and "2" (EPR light), or with `sidebands` the two sidebands of the port "light".

        <b_1 b_2> = -(n + 1/2) sinh(2r) e^(i phi),   <b_k^+ b_k> + 1/2 = (n + 1/2) cosh(2r)

    phi = 0 squeezes (X_1 + X_2)/sqrt2 and (P_1 - P_2)/sqrt2 to (n + 1/2) e^(-2r); phi = pi squeezes X_1 - X_2 and
    P_1 + P_2. Beams that carry sidebands are entangled about their carriers: <b_1+ b_2->.

    >>> light = TwoModeSqueezedLight(sp.log(2)/2).system().inputs
    >>> light.covariance[0, 0], light.covariance[0, 2], light.covariance[1, 3]
    (5/8, -3/8, 3/8)
    """

    sidebands: bool = False

    kind = "twomodesqueezedlight"

    @property
    def channels(self) -> tuple[str, ...] | None:  # type: ignore[override]
        return SIDEBANDS if self.sidebands else None

    @property
    def beams(self) -> tuple[str, ...]:
        return ("light",) if self.sidebands else ("1", "2")

    def state(self, name: str) -> tuple[Correlations, Correlations]:
        own, both = self._moments(name)
        if self.sidebands:
            return {(0, 0): own}, {(0, 0): both}
        return {(0, 0): own, (1, 1): own}, {(0, 1): both}


@dataclass(frozen=True)
class CorrelatedLight(Light):
    """Any white Gaussian state of several beams, by its covariance matrix in (X_1, P_1, X_2, P_2, ...), vacuum 1/2.

    `ports` names the beams ("light" for one, else "1", "2", ...); with `sidebands` there is one beam, and the matrix is
    that of (X_+, P_+, X_-, P_-). Raises ParameterError for a matrix that is not real, symmetric and of even size, and
    UnphysicalError for one that violates the uncertainty relation V + i J/2 >= 0. With symbols in it, the relation is
    declared of them where it can't be decided.

    >>> CorrelatedLight([[1, 0], [0, sp.Rational(1, 4)]]).system().inputs.covariance
    Matrix([
    [1,   0],
    [0, 1/4]])
    >>> CorrelatedLight([[1, 0], [0, sp.Rational(1, 5)]])
    Traceback (most recent call last):
    cascade_sym.errors.UnphysicalError: ...
    """

    covariance: Any
    ports: Sequence[str] | None = None
    sidebands: bool = False
    name: str | None = None

    kind = "correlatedlight"

    def __post_init__(self) -> None:
        V = _matrix(self.covariance)
        object.__setattr__(self, "covariance", V)
        if self.ports is not None:
            object.__setattr__(self, "ports", tuple(self.ports))
        count = len(set(self.beams)) * (2 if self.sidebands else 1)
        if len(self.beams) != V.rows // 2 // (2 if self.sidebands else 1) or 2 * count != V.rows:
            raise ParameterError(
                f"the covariance has {V.rows} rows, but the ports are {list(self.beams)}"
                f"{' with two sidebands' if self.sidebands else ''}; give two rows (X, P) for each field, and each "
                "port a name of its own."
            )
        super().__post_init__()

    @property
    def channels(self) -> tuple[str, ...] | None:  # type: ignore[override]
        return SIDEBANDS if self.sidebands else None

    @property
    def beams(self) -> tuple[str, ...]:
        if self.ports is not None:
            return tuple(self.ports)
        many = self.covariance.rows // 2
        return ("light",) if self.sidebands or many == 1 else tuple(str(k + 1) for k in range(many))

    def known(self, name: str) -> tuple[Expr, ...]:
        return uncertainty(self.covariance, self.name or self.kind)

    def state(self, name: str) -> tuple[Correlations, Correlations]:
        V = self.covariance
        every = [(i, j) for i in range(V.rows // 2) for j in range(i, V.rows // 2)]
        blocks = {(i, j): (V[2 * i, 2 * j], V[2 * i, 2 * j + 1], V[2 * i + 1, 2 * j], V[2 * i + 1, 2 * j + 1])
                  for i, j in every}  # fmt: skip
        normal = {k: (xx + pp) / 2 + sp.I * (px - xp) / 2 for k, (xx, xp, px, pp) in blocks.items()}
        return normal, {k: (xx - pp) / 2 + sp.I * (px + xp) / 2 for k, (xx, xp, px, pp) in blocks.items()}

    def fields(self, names: Sequence[Mapping[str, str]], called: str) -> Inputs:
        if not self.sidebands:
            return super().fields(names, called)
        # each sideband is a field of its own
        return super().fields([{"": names[0][c]} for c in SIDEBANDS], called)


@dataclass(frozen=True)
class CoherentLight(Light):
    """Light of a laser: vacuum noise around the amplitude <b> = `alpha` (symbol alpha_<name>, complex).

    |alpha|^2 is the number of photons per time.
    Its frequency is that of the frame. What it excites is given by `means`. Raises PortMismatch where it meets
    sidebands.

    >>> from cascade_sym.parts import Cavity
    >>> (CoherentLight(3) >> Cavity("c", kappa=1)).system().inputs.means
    {'coherentlight1.in': 3}
    """

    alpha: Value | complex | None = None
    name: str | None = None

    kind = "coherentlight"

    def __post_init__(self) -> None:
        self.mean(self.name or self.kind)
        super().__post_init__()

    def state(self, name: str) -> tuple[Correlations, Correlations]:
        return {(0, 0): VACUUM}, {}

    def mean(self, name: str) -> Expr:
        return amplitude(self.alpha, f"alpha of {name}", f"alpha_{name}")


def amplitude(given: Value | complex | None, what: str, default: str) -> Expr:
    """A complex number or expression; None is a complex symbol."""
    if given is None:
        return complex_symbol(default)
    return value(sp.sympify(given) if isinstance(given, complex) else given, what)


def _matrix(given: Any) -> ImmutableDenseMatrix:
    V = matrix(given, "covariance")
    if V.rows != V.cols or V.rows % 2 or not V.rows:
        raise ParameterError(
            f"covariance has the shape {V.shape}; give a square matrix over (X_1, P_1, X_2, P_2, ...)."
        )
    V = V.applyfunc(lambda e: real(e, "an element of the covariance"))
    for i, j in combinations(range(V.rows), 2):
        if not vanishes(V[i, j], -V[j, i]):
            raise ParameterError(f"covariance is not symmetric: {V[i, j]} in row {i + 1}, {V[j, i]} in row {j + 1}.")
    return ImmutableDenseMatrix(V.rows, V.cols, lambda i, j: V[min(i, j), max(i, j)])


def uncertainty(V: ImmutableDenseMatrix, name: str) -> tuple[Expr, ...]:
    """What must be >= 0 for V + i J/2 >= 0: the sums of its principal minors of each size, where they hold symbols.

    UnphysicalError where one of them is negative.
    """
    n = V.rows // 2
    J = sp.diag(*[sp.Matrix([[0, sp.I / 2], [-sp.I / 2, 0]])] * n)
    rows = V + J
    found = []
    for size in range(1, V.rows + 1):
        terms = [rows.extract(list(c), list(c)).det(method="berkowitz") for c in combinations(range(V.rows), size)]
        total = sp.expand(sp.Add(*terms))
        total = sp.expand((total + conj(total)) / 2)
        if total.free_symbols:
            found.append(total)
        elif total < 0 and not vanishes(*terms):
            raise UnphysicalError(
                f"{name}: the covariance {V.tolist()} violates the uncertainty relation V + i J/2 >= 0 (vacuum 1/2, "
                "[X, P] = i); a squeezed quadrature needs a noisy partner: det V >= 1/4 for each beam."
            )
    return tuple(found)
