"""Mechanics in the laboratory frame: oscillators with damping and thermal force on p alone, and free masses.

    dX/dt = +-Omega P,   dP/dt = -+Omega X - gamma P + xi,   <xi(t) xi(t')> = 2 gamma (n + 1/2) delta(t - t')

The force is that of a white bath, xi = sqrt(2 gamma) X_bath. Such motion is not of Lindblad form: the commutator decays
with gamma, where the exact force, coloured by quantum noise, would keep it; covariances and spectra agree with the
exact ones for a high quality factor or temperature. Source: Giovannetti and Vitali, PRA 63, 023812 (2001).

Damping may depend on the frequency, gamma(w): a loss angle phi is a complex spring constant k (1 - i phi), gamma(w) =
phi Omega^2/w ("structural" damping), and the force is 2 gamma(w) (n + 1/2) at every frequency. Spectra carry both.
Source: Saulson, PRD 42, 2437 (1990); Callen and Welton, Phys. Rev. 83, 34 (1951).
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import sympy as sp
from sympy import Expr

from cascade_sym.errors import ParameterError
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, quadratures
from cascade_sym.system import VACUUM, LinearSystem
from cascade_sym.system.coloured import FREQUENCY, Coloured
from cascade_sym.system.part import SINGLE, Part, coupled, field_name
from cascade_sym.system.values import Value, nonnegative, of_positive, real


class Mechanics(Part):
    """A mechanical degree of freedom; `Gamma` > 0 gives it a port "light" that couples to its `quadrature`.

    H = 2 sqrt(Gamma) Q X_light: the light drives the partner of Q, and carries away P_light - 2 sqrt(Gamma) Q.
    """

    name: str
    Gamma: Value
    quadrature: Literal["X", "P"]

    channels = SINGLE

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ParameterError(f"a mechanical part needs a name (a nonempty string), got {self.name!r}.")
        if self.quadrature not in ("X", "P"):
            raise ParameterError(f"light couples to X or P of {self.name}, not to {self.quadrature!r}.")
        super().__post_init__()

    @abstractmethod
    def hamiltonian(self) -> OperatorPolynomial:
        """H of the undamped motion."""

    @abstractmethod
    def damped(self, s: LinearSystem) -> LinearSystem:
        """A system that has this mode, with its damping, its thermal force and what it is declared to be."""

    @property
    def rate(self) -> Expr:
        """The rate of the light's coupling."""
        return nonnegative(self.Gamma, f"Gamma of {self.name}")

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        Q = dict(zip("XP", quadratures(name), strict=True))[self.quadrature]
        light = {"light": {"": (Q * (-sp.I * sp.sqrt(2 * self.rate)), sp.S.One)}} if self.rate != 0 else {}
        return self.damped(coupled(name, [name], self.hamiltonian(), light, ()))


@dataclass(frozen=True)
class MechanicalOscillator(Mechanics):
    """An oscillator in the laboratory frame, damped in p alone (module docstring).

    `frequency` (symbol Omega_<name>), `gamma` the damping rate of the energy (gamma_<name>), `n` the mean number of
    thermal quanta (n_<name>; its force has the strength 2 gamma (n + 1/2)), `mass` +1 or -1. Alone it relaxes to
    Var X = Var P = n + 1/2. In place of n, `temperature` is k_B T/hbar, for the exact quantum noise: n + 1/2 becomes
    (w/2 Omega) coth(w/2T). `loss_angle` is that of structural damping, which adds to gamma (0 where only the angle is
    given). gamma, n and the angle may be `Coloured`, formulas for w > 0; then there are spectra and no steady state.
    With `Gamma` light reads its `quadrature` (see `Mechanics`); other couplings are written in `SLH(...,
    mechanics=...)`. `is_physical` says that it is not of Lindblad form; it has no master equation. Raises
    ParameterError for impossible values.

    >>> from cascade_sym.solve import covariance
    >>> V = covariance(MechanicalOscillator("m", n=3))
    >>> sp.simplify(V["X_m", "X_m"].inline()), sp.simplify(V["X_m", "P_m"].inline())
    (7/2, 0)
    """

    name: str
    frequency: Value | None = None
    gamma: Value | Coloured | None = None
    n: Value | Coloured | None = None
    mass: int = 1
    Gamma: Value = 0
    quadrature: Literal["X", "P"] = "X"
    loss_angle: Value | Coloured | None = None
    temperature: Value | None = None

    kind = "mechanicaloscillator"

    def __post_init__(self) -> None:
        if self.mass not in (1, -1):
            raise ParameterError(f"mass of {self.name} is {self.mass!r}; give +1 or -1 (only the sign counts).")
        if self.n is not None and self.temperature is not None:
            raise ParameterError(f"the bath of {self.name} is given twice; give n or the temperature.")
        if self.temperature is not None and self._temperature == 0:
            raise ParameterError(f"temperature of {self.name} is 0; give a positive one, or n = 0.")
        super().__post_init__()

    @property
    def _frequency(self) -> Expr:
        return nonnegative(self.frequency, f"frequency of {self.name}", f"Omega_{self.name}")

    @property
    def _temperature(self) -> Expr:
        return nonnegative(self.temperature, f"temperature of {self.name}")

    @cached_property
    def _rates(self) -> tuple[Expr, Expr]:
        """gamma without the loss angle, and the loss angle."""
        of, given = f"of {self.name}", 0 if self.gamma is None and self.loss_angle is not None else self.gamma
        angle = 0 if self.loss_angle is None else self.loss_angle
        return of_positive(given, f"gamma {of}", f"gamma_{self.name}"), of_positive(angle, f"loss angle {of}")

    @cached_property
    def _noise(self) -> Expr:
        """n + 1/2."""
        if self.temperature is not None:
            return FREQUENCY / self._frequency * sp.coth(FREQUENCY / (2 * self._temperature)) / 2
        return of_positive(self.n, f"n of {self.name}", f"n_{self.name}") + VACUUM

    def known(self, name: str) -> tuple[Expr, ...]:
        bath = self._noise - VACUUM if self.temperature is None else self._temperature
        return (self._frequency, *self._rates, bath, self.rate)

    def hamiltonian(self) -> OperatorPolynomial:
        X, P = quadratures(self.name)
        return (X * X + P * P) * (self._frequency * self.mass / 2)

    def damped(self, s: LinearSystem) -> LinearSystem:
        viscous, angle = self._rates
        gamma, strength = viscous + angle * self._frequency**2 / sp.Abs(FREQUENCY), self._noise
        if gamma == 0:
            return s
        a, bath = Op(self.name), field_name(self.name, "bath", "")
        if gamma.has(FREQUENCY):  # a root of it would be no amplitude
            force, strength = sp.I / sp.sqrt(2), gamma * strength
        else:
            force = sp.I * sp.sqrt(gamma) / sp.sqrt(2)
        terms = {a: -gamma / 2, a.dagger(): gamma / 2, Op(bath): force, Op(bath, True): force}
        return replace(
            s, drift={**s.drift, self.name: s.drift[self.name] + LinearForm(terms)},
            inputs=s.inputs.beside({bath: strength}), brownian={**s.brownian, self.name: gamma},
        )  # fmt: skip


@dataclass(frozen=True)
class FreeMass(Mechanics):
    """A mass without a spring: dX/dt = P/mass, dP/dt = forces (hbar = 1; symbol m_<name> for the mass).

    It has transfer functions and spectra at every frequency but zero, and no steady state unless light traps it:
    `covariance` and what rests on it say so. Raises ParameterError for a mass that is not positive.

    >>> FreeMass("m").system().free
    ('m',)
    """

    name: str
    mass: Value | None = None
    Gamma: Value = 0
    quadrature: Literal["X", "P"] = "X"

    kind = "freemass"

    @property
    def _mass(self) -> Expr:
        m = real(self.mass, f"mass of {self.name}", f"m_{self.name}")
        if m.is_number and not m > 0:
            raise ParameterError(f"mass of {self.name} is {m}; give a positive mass.")
        return m

    def known(self, name: str) -> tuple[Expr, ...]:
        return (self._mass, self.rate)

    def hamiltonian(self) -> OperatorPolynomial:
        _, P = quadratures(self.name)
        return P * P / (2 * self._mass)

    def damped(self, s: LinearSystem) -> LinearSystem:
        return replace(s, free=(*s.free, self.name))
