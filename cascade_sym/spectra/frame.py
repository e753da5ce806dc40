"""At which frequency: the frame in which the system is written, or the lab frame of two-sideband light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import ParameterError
from cascade_sym.parts.values import Value, real
from cascade_sym.spectra.readout import Readout
from cascade_sym.symbols import NOTHING, Domains, domains_in, free_symbol

FrameName: TypeAlias = Literal["rotating", "lab"]


@dataclass(frozen=True)
class Axis:
    """`variable` is what a user varies (None at a fixed frequency), `offset` the frequency in the system's
    frame.

    `domain` are expressions that are positive where the spectrum holds, `declared` what its symbols declare.
    """

    variable: Symbol | None
    offset: Expr
    domain: tuple[Expr, ...] = ()
    declared: Domains = NOTHING


def axis(
    readouts: tuple[Readout, ...], frequency: Value | None, frame: FrameName, carrier: Value | None,
    parameters: Iterable[str] = (),
) -> Axis:  # fmt: skip
    """The frequency axis of a spectrum: of the symbol Omega, or of another where one of the `parameters`, or one of
    the read-outs or the carrier, has that name.

    "rotating": the frame in which the system is written; for sidebands Omega is counted from the carriers
    +-Omega_M of b_+ and b_-. "lab": Omega is counted from the light's carrier, the sidebands lie around
    +-`carrier`, and the positive branch Omega > 0 is given (the spectrum of a Hermitian lab quadrature is
    even). Raises ParameterError for a frequency in the wrong frame.
    """
    used = set(map(Symbol, parameters))
    used.update(s for r in readouts for _, c in r.form for s in c.free_symbols)
    center = None if carrier is None else real(carrier, "carrier")
    given = free_symbol("Omega", used, center or sp.S.Zero) if frequency is None else real(frequency, "frequency")
    variable = given if isinstance(given, Symbol) else None
    if variable is None and len(given.free_symbols) == 1 and frame == "rotating":
        variable = next(iter(given.free_symbols))
    if variable in used:  # the frequency is tied to a parameter
        variable = None
    declared = domains_in(frequency, carrier).merged(*(r.declared for r in readouts))
    if frame == "rotating":
        if center is not None:
            raise ParameterError(
                f"carrier = {carrier} has no meaning in the rotating frame, where the frequency is counted from it; "
                "give frame='lab', or leave the carrier out."
            )
        return Axis(variable, given, declared=declared)
    if frame != "lab":
        raise ParameterError(f"frame is {frame!r}; give 'rotating' or 'lab'.")
    for r in readouts:
        if not r.sidebands or r.demodulated:
            raise ParameterError(
                f"{r.label} has no lab-frame spectrum: it is defined in the frame of the system "
                f"({'a demodulated quadrature' if r.demodulated else 'not the light of two sidebands'}); "
                "give frame='rotating'."
            )
    if center is None:
        raise ParameterError(
            "the lab frame needs the carrier of the sidebands; give carrier=Omega_M, a symbol or number."
        )
    if center.is_number and not center > 0:
        raise ParameterError(f"carrier is {center}; it must be positive.")
    if given.is_number and not given > 0:
        raise ParameterError(
            f"frequency is {given}; in the lab frame give the positive branch (the spectrum is even in Omega)."
        )
    return Axis(variable, sp.expand(given - center), () if given.is_number else (given,), declared)
