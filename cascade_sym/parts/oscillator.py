"""An oscillator of positive or negative mass, coupled to the two sidebands of a light beam."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.errors import ParameterError
from cascade_sym.operators import as_operator, operator
from cascade_sym.system import VACUUM, LinearSystem
from cascade_sym.system.coloured import FREQUENCY, Coloured
from cascade_sym.system.part import SIDEBANDS, Part, coupled, field_name
from cascade_sym.system.triple import Channel
from cascade_sym.system.values import Value, nonnegative, occupancy, real


@dataclass(frozen=True)
class Oscillator(Part):
    """A mode in its rotating frame with beam-splitter and parametric coupling to the sidebands b_+ and b_-.

    For positive mass the beam-splitter coupling (rate Gamma_B) is to b_+ and the parametric coupling (rate
    Gamma_P) to b_-; a negative mass (negative effective frequency) exchanges the sidebands:

        da/dt = -(gamma/2) a + sqrt(gamma_0) a_in - i (sqrt(Gamma_B) b_+ + sqrt(Gamma_P) b_-^+),
        gamma = gamma_0 + Gamma_B - Gamma_P,  b_+ -> b_+ - i sqrt(Gamma_B) a,  b_- -> b_- - i sqrt(Gamma_P) a^+.

    The light coupling is given by exactly one of: `Gamma_B` and `Gamma_P`; `Gamma` and `theta`
    (Gamma_B = Gamma sin^2 theta, Gamma_P = Gamma cos^2 theta, theta in [0, pi/2]); `cooperativity` and `theta`
    (Gamma = cooperativity * gamma (n + 1/2)); nothing (symbols Gamma_<name>B, Gamma_<name>P). The thermal bath is
    `gamma` (rate, symbol gamma_<name>0) and `n` (occupancy, symbol n_<name>; `Coloured` for one that depends on the
    frequency). `phases` = (theta_+, theta_-) are
    picked up by each sideband on the way in and on the way out; `detuning` is measured in the rotating frame.
    Values are symbols, exact numbers or floats. Raises ParameterError for impossible values.

    >>> M = Oscillator("M", gamma=0)
    >>> M.system().A[0, 0]
    -Gamma_MB/2 + Gamma_MP/2
    """

    name: str
    mass: int = 1
    Gamma_B: Value | None = None
    Gamma_P: Value | None = None
    Gamma: Value | None = None
    theta: Value | None = None
    cooperativity: Value | None = None
    gamma: Value | None = None
    n: Value | Coloured | None = None
    phases: tuple[Value, Value] = (0, 0)
    detuning: Value = 0

    kind = "oscillator"
    channels = SIDEBANDS

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ParameterError(f"an oscillator needs a name (a nonempty string), got {self.name!r}.")
        if self.mass not in (1, -1):
            raise ParameterError(f"mass of {self.name} is {self.mass!r}; give +1 or -1 (only the sign counts).")
        super().__post_init__()
        real(self.detuning, f"detuning of {self.name}")
        self._phases  # noqa: B018  checks them

    @property
    def bath(self) -> tuple[Expr, Expr]:
        """Rate and occupancy (gamma_0, n) of the thermal bath."""
        rate = nonnegative(self.gamma, f"gamma of {self.name}", f"gamma_{self.name}0")
        return rate, occupancy(self.n, f"n of {self.name}", f"n_{self.name}")

    @property
    def decoherence_rate(self) -> Expr:
        """gamma_0 (n + 1/2)."""
        rate, n = self.bath
        return rate * (n + sp.Rational(1, 2))

    @property
    def amplitudes(self) -> tuple[Expr, Expr]:
        """(sqrt(Gamma_B), sqrt(Gamma_P)) in the parametrisation that was given."""
        return self._coupling[:2]

    @property
    def _phases(self) -> dict[str, Expr]:
        pairs = zip(SIDEBANDS, self.phases, strict=True)
        return {c: real(x, f"phase of {self.name} at sideband {c}") for c, x in pairs}

    @property
    def _coupling(self) -> tuple[Expr, Expr, tuple[Expr, ...]]:
        """The amplitudes, and what they are made of: parameters >= 0."""
        of = f"of {self.name}"
        rates = self.Gamma_B is not None or self.Gamma_P is not None
        polar = [x for x in ("Gamma", "cooperativity") if getattr(self, x) is not None]
        if len(polar) + rates > 1 or (rates and self.theta is not None):
            raise ParameterError(
                f"the light coupling {of} is given twice; give Gamma_B and Gamma_P, or Gamma and theta, "
                "or cooperativity and theta."
            )
        if polar or self.theta is not None:
            theta = real(self.theta, f"theta {of}", f"theta_{self.name}")
            if theta.is_number and not 0 <= theta <= sp.pi / 2:
                raise ParameterError(f"theta {of} is {theta}; it must lie in [0, pi/2].")
            if polar == ["cooperativity"]:
                given = nonnegative(self.cooperativity, f"cooperativity {of}")
                if self.decoherence_rate.has(FREQUENCY):
                    raise ParameterError(f"a coloured bath {of} has no one cooperativity; give Gamma and theta.")
                strength = given * self.decoherence_rate
            else:
                given = strength = nonnegative(self.Gamma, f"Gamma {of}", f"Gamma_{self.name}")
            known = (given, theta, sp.pi / 2 - theta)
            return sp.sqrt(strength) * sp.sin(theta), sp.sqrt(strength) * sp.cos(theta), known
        b = nonnegative(self.Gamma_B, f"Gamma_B {of}", f"Gamma_{self.name}B")
        p = nonnegative(self.Gamma_P, f"Gamma_P {of}", f"Gamma_{self.name}P")
        return sp.sqrt(b), sp.sqrt(p), (b, p)

    def known(self, name: str) -> tuple[Expr, ...]:
        return (*self._coupling[2], *self.bath)

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        a = operator(name)
        gB, gP = self.amplitudes
        rate, n = self.bath
        resonant, other = SIDEBANDS if self.mass == 1 else SIDEBANDS[::-1]
        phase = self._phases
        coupling = {resonant: a * gB, other: a.dagger() * gP}
        light = {c: (coupling[c] * (-sp.I * sp.exp(sp.I * phase[c])), sp.exp(2 * sp.I * phase[c])) for c in SIDEBANDS}
        slh = []
        if rate != 0:
            bath = field_name(name, "bath", "")
            slh.append(Channel(bath, field_name(name, "bath_out", ""), a * (-sp.sqrt(rate)), sp.S.One, n + VACUUM))
        H = a.dagger() * a * real(self.detuning, f"detuning of {name}") if self.detuning != 0 else as_operator(0)
        return coupled(name, [name], H, {"light": light}, slh)
