"""Cavities and parametric amplifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.errors import ParameterError
from cascade_sym.operators import OperatorPolynomial, operator
from cascade_sym.symbols import conj
from cascade_sym.system import LinearSystem
from cascade_sym.system.part import SIDEBANDS, SINGLE, Part, coupled, field_name
from cascade_sym.system.triple import Channel
from cascade_sym.system.values import Value, nonnegative, real, value


def _rates(kappa: Value | Mapping[str, Value] | None, name: str) -> dict[str, Expr]:
    if kappa is None or not isinstance(kappa, Mapping):
        return {"light": nonnegative(kappa, f"kappa of {name}", f"kappa_{name}")}
    if not kappa:
        raise ParameterError(f"kappa of {name} is an empty table; give one rate for each port.")
    return {str(k): nonnegative(v, f"kappa of {name} at port {k!r}") for k, v in kappa.items()}


@dataclass(frozen=True)
class Cavity(Part):
    """A cavity mode with one or more ports, in the frame of the drive.

        da/dt = -(i Delta + kappa/2) a - sum_k sqrt(kappa_k) b_k,   b_k -> b_k + sqrt(kappa_k) a.

    `kappa` is the decay rate (energy, FWHM) of the port "light", or a table {port: rate}; `loss` is a further
    rate into an unmonitored vacuum; `detuning` is Delta = omega_cavity - omega_drive.

    >>> Cavity("c", kappa=sp.Symbol("kappa"), detuning=sp.Symbol("Delta")).system().A[0, 0]
    -I*Delta - kappa/2
    """

    name: str
    kappa: Value | Mapping[str, Value] | None = None
    detuning: Value = 0
    loss: Value = 0

    kind = "cavity"
    channels = SINGLE

    def __post_init__(self) -> None:
        super().__post_init__()
        real(self.detuning, f"detuning of {self.name}")

    def known(self, name: str) -> tuple[Expr, ...]:
        return (*_rates(self.kappa, name).values(), nonnegative(self.loss, f"loss rate of {name}"))

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        a = operator(name)
        H = a.dagger() * a * real(self.detuning, f"detuning of {name}")
        return _resonator(name, {"": a}, H, _rates(self.kappa, name), nonnegative(self.loss, f"loss rate of {name}"))


@dataclass(frozen=True)
class Squeezer(Part):
    """A parametric amplifier below threshold: degenerate (one mode) or two-mode.

    Degenerate: H = (i/2)(chi a^+2 - chi^* a^2), port "light", one channel; squeezes P for chi > 0.
    Two-mode (`two_mode=True`): modes <name>+ and <name>-, H = i (chi a_+^+ a_-^+ - chi^* a_+ a_-), whose light
    port carries the two sidebands. `kappa` is the decay rate of each mode into the port "light", or a table
    {port: rate}; `loss` a rate into vacuum.

    >>> s = Squeezer("q", chi=sp.Symbol("chi"), kappa=sp.Symbol("kappa")).system()
    >>> s.A[0, 0], s.A[0, 1]
    (-kappa/2, chi)
    """

    name: str
    chi: Value | None = None
    kappa: Value | Mapping[str, Value] | None = None
    two_mode: bool = False
    loss: Value = 0
    detuning: Value = 0

    kind = "squeezer"

    @property
    def channels(self) -> tuple[str, ...]:
        return SIDEBANDS if self.two_mode else SINGLE

    known = Cavity.known

    def __post_init__(self) -> None:
        self._finite()
        super().__post_init__()
        real(self.detuning, f"detuning of {self.name}")
        value(self.chi, f"chi of {self.name}", f"chi_{self.name}")

    def _finite(self) -> None:
        rates = self.kappa.values() if isinstance(self.kappa, Mapping) else (self.kappa,)
        if any(r in (sp.oo, -sp.oo, float("inf")) for r in rates):
            raise ParameterError(
                f"kappa of {self.name} is infinite; a squeezer that is fast against everything else, at a fixed "
                "chi/kappa, gives SqueezedLight(r=2*atanh(2*chi/kappa), phi=pi) (TwoModeSqueezedLight for two modes)."
            )

    def build(self, name: str, channels: tuple[str, ...]) -> LinearSystem:
        chi = value(self.chi, f"chi of {name}", f"chi_{name}")
        rates = _rates(self.kappa, name)
        lost = nonnegative(self.loss, f"loss rate of {name}")
        delta = real(self.detuning, f"detuning of {name}")
        if not self.two_mode:
            a = operator(name)
            H = (a.dagger() ** 2 * chi - a**2 * conj(chi)) * (sp.I / 2) + a.dagger() * a * delta
            return _resonator(name, {"": a}, H, rates, lost)
        ap, am = operator(name + "+"), operator(name + "-")
        H = (ap.dagger() * am.dagger() * chi - ap * am * conj(chi)) * sp.I
        H = H + (ap.dagger() * ap + am.dagger() * am) * delta
        return _resonator(name, {"+": ap, "-": am}, H, rates, lost)


def _resonator(
    name: str, modes: Mapping[str, OperatorPolynomial], H: OperatorPolynomial, rates: Mapping[str, Expr], lost: Expr
) -> LinearSystem:
    """A mode for each channel, each coupled to every port with its rate, and with the rate `lost` to vacuum."""
    ports = {k: {c: (a * sp.sqrt(rate), sp.S.One) for c, a in modes.items()} for k, rate in rates.items()}
    vacuum = [
        Channel(field_name(name, "vacuum", c), field_name(name, "lost", c), a * sp.sqrt(lost))
        for c, a in modes.items() if lost != 0
    ]  # fmt: skip
    return coupled(name, [name + c for c in modes], H, ports, vacuum)
