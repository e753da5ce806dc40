"""Values that are formulas of the frequency: the occupancy of a coloured bath, damping that remembers.

A coloured bath has <b^+(Omega) b(Omega')> = n(Omega) delta(Omega - Omega'), Omega in the frame of the system. Spectra
and transfer functions take such formulas as they are; whatever rests on white noise refuses them (`NotMarkovian`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import ParameterError
from cascade_sym.exact import is_zero
from cascade_sym.shown import Card, Shown, card
from cascade_sym.symbols import (
    NOTHING,
    Domain,
    Domains,
    domains_in,
    expression,
    is_complex_symbol,
    is_hermitian,
    own,
    read_name,
)

FREQUENCY = own("omega")  # stands for the frequency in the coefficients and noise strengths of a system
SAMPLES = tuple(sp.Rational(k, 7) * sp.Integer(10) ** e for e in (-6, -2, -1, 0, 1, 2, 6) for k in (3, 10))  # scales
TRIES = 5  # points of the other parameters at which the sign of a friction is looked at


@dataclass(frozen=True)
class Coloured(Shown):
    """A value that is a formula of the frequency: the occupancy of a bath (`ThermalLight`, a bath of `SLH`,
    `Oscillator`, `MechanicalOscillator`), the damping rate of a `MechanicalOscillator`.

    `frequency` is the symbol, or its name, that stands for the frequency in `formula`; all other symbols are
    parameters. It is counted in the frame of the system, so a formula for a bath of light holds on both sides of the
    carrier: with a carrier Omega_c the occupancy of Planck is 1/(exp((Omega_c + w)/T) - 1). Spectra, transfer
    functions, sensitivities and squeezing of light at a frequency carry it; steady states, motion in time, conditional
    states and master equations raise NotMarkovian. Raises ParameterError for a formula that is complex or does not
    depend on the frequency. Source: Clerk et al., RMP 82, 1155 (2010).

    >>> from cascade_sym.parts import Cavity, ThermalLight
    >>> from cascade_sym.spectra import noise_spectrum
    >>> A, c, w = sp.symbols("A c w")
    >>> light = ThermalLight(Coloured(A/(w**2 + c**2), w))
    >>> noise_spectrum(light >> Cavity("a", kappa=2), "X_a", frequency=0).inline()
    2*A/c**2 + 1
    """

    formula: Any
    frequency: Any = "omega"
    domains: Domains = NOTHING

    def __post_init__(self) -> None:
        name = read_name(self.frequency, "frequency of a coloured value")
        if isinstance(self.formula, str):
            raise ParameterError(f"the formula of the frequency is the text {self.formula!r}; give an expression.")
        given = expression(self.formula)
        x = Symbol(name)
        if any(is_complex_symbol(s) for s in given.free_symbols) or not is_hermitian(given):
            raise ParameterError(f"the formula {given} of the frequency {name} is not real.")
        if x not in given.free_symbols:
            raise ParameterError(f"the formula {given} does not depend on the frequency {name}; give it as it is.")
        declared = domains_in(self.formula)
        object.__setattr__(
            self, "domains", declared.about(given.free_symbols - {x}) if declared != NOTHING else NOTHING
        )
        object.__setattr__(self, "formula", given)
        object.__setattr__(self, "frequency", x)

    @property
    def on_both_sides(self) -> Expr:
        """The formula in the system's own symbol for the frequency, which may be negative."""
        return self.formula.xreplace({self.frequency: FREQUENCY})

    def of_positive(self, what: str) -> Expr:
        """The same for a force or a friction, even in the frequency: the formula is that for w > 0.

        ParameterError where it is positive at one frequency and negative at another: such friction is no friction.
        """
        free = sorted(self.formula.free_symbols - {self.frequency}, key=str)
        for seed in range(TRIES):
            point = {s: self._value(s.name, random.Random(f"{s.name}{seed}").randint(1, 99)) for s in free}
            signs = {s for w in SAMPLES if (s := _sign(self.formula.xreplace({**point, self.frequency: w})))}
            if len(signs) > 1 or (not free and -1 in signs):
                raise ParameterError(f"{what} is {self.formula}, which is negative at some frequencies; give one >= 0.")
        e = self.on_both_sides
        return e if is_zero(e - e.xreplace({FREQUENCY: -FREQUENCY})) else e.xreplace({FREQUENCY: sp.Abs(FREQUENCY)})

    def _value(self, name: str, percent: int) -> Expr:
        """A number that a parameter may have."""
        domain = dict(self.domains.symbols).get(name, Domain(sp.S.Zero))
        low, high, share = domain.low, domain.high, sp.Rational(percent, 100)
        if low.is_finite:
            return low + share * ((high - low) if high.is_finite else sp.Integer(10))
        return high - 10 * share if high.is_finite else 10 * share


def _sign(e: Expr) -> int:
    """The sign of a number; 0 where it has none, or can't be told."""
    value = sp.N(e, 30)
    return int(sp.sign(value)) if value.is_real and value.is_finite else 0


@card.register
def _(value: Coloured) -> Card:
    return Card(f"Coloured: {value.formula}, at the frequency {value.frequency}", {})
