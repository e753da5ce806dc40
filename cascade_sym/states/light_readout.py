"""What homodyne detection of the output light reads out of the modes: EPR variables and their weight g."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, as_system
from cascade_sym.errors import DerivationError, PortMismatch, UnknownName, listing
from cascade_sym.operators import LinearForm, Op
from cascade_sym.shown import Shown, Table
from cascade_sym.symbols import conj
from cascade_sym.system import LinearSystem


@dataclass(frozen=True)
class QuadratureForm(Shown):
    """A Hermitian form: weights of the mode quadratures ("X_S", "P_S", ...) and of the fields (a LinearForm)."""

    modes: Mapping[str, Expr]
    fields: LinearForm


def two_mode_quadratures(system: System, port: str = "light") -> dict[str, QuadratureForm]:
    """Cosine and sine components of X_L and P_L of an output port that carries the sidebands b_+ and b_-.

    X_L = (b_+ + b_-^+)/sqrt2 = (X_cos + i X_sin)/sqrt2, P_L = (b_+ - b_-^+)/(sqrt2 i) = (P_cos + i P_sin)/sqrt2.
    Source: Huang et al. (2018), Eqs. (S12), (S14). Raises PortMismatch for a port without sidebands.

    >>> from cascade_sym.parts import Oscillator
    >>> found = two_mode_quadratures(Oscillator("M", Gamma_B=1, Gamma_P=1))
    >>> found["P_cos"].modes
    {'X_M': -sqrt(2)}
    """
    s = as_system(system)
    p = s.out_port(port)
    if set(p.channels) != {"+", "-"}:
        raise PortMismatch(f"port {port!r} has the channels {p.channels}; two-mode quadratures need '+' and '-'.")
    plus, minus = s.output(p.fields["+"]), s.output(p.fields["-"]).dagger()
    X = (plus + minus).scaled(1 / sp.sqrt(2))
    P = (plus - minus).scaled(1 / (sp.sqrt(2) * sp.I))
    forms = {}
    for name, q in (("X", X), ("P", P)):
        forms[f"{name}_cos"] = (q + q.dagger()).scaled(1 / sp.sqrt(2))
        forms[f"{name}_sin"] = (q - q.dagger()).scaled(1 / (sp.sqrt(2) * sp.I))
    return Table({k: hermitian(s, f) for k, f in forms.items()})


def hermitian(system: LinearSystem, form: LinearForm) -> QuadratureForm:
    """A Hermitian form in a, a^+ written in X = (a + a^+)/sqrt2 and P = (a - a^+)/(sqrt2 i)."""
    modes: dict[str, Expr] = {}
    for m in system.modes:
        c = form[Op(m)]
        if form[Op(m, True)] != conj(c) and sp.expand(form[Op(m, True)] - conj(c)) != 0:
            raise DerivationError(f"the form is not Hermitian in {m}.")
        x, p = sp.expand((c + conj(c)) / sp.sqrt(2)), sp.expand((c - conj(c)) * sp.I / sp.sqrt(2))
        modes |= {f"{q}_{m}": e for q, e in (("X", x), ("P", p)) if e != 0}
    return QuadratureForm(modes, LinearForm({o: sp.expand(c) for o, c in form if o.name not in system.modes}))


def readout_weight(system: System, first: str, second: str, port: str = "light") -> Expr:
    """g of the EPR variables X_first + g X_second that the phase quadrature of the output light carries.

    The ratio of the weights of X_second and X_first in P_cos. Source: Huang et al. (2018), below Eqs. (3), (S14).

    >>> from cascade_sym.parts import Oscillator
    >>> cascade = Oscillator("S", mass=-1, Gamma=1, theta=sp.pi/4) >> Oscillator("M", Gamma=4, theta=sp.pi/4)
    >>> readout_weight(cascade, "S", "M")
    2
    """
    system = as_system(system)
    if bad := {first, second} - set(system.modes):
        raise UnknownName(f"no mode {listing(bad)}; the modes are {listing(system.modes)}.")
    form = two_mode_quadratures(system, port)["P_cos"]
    for m in (first, second):
        if f"X_{m}" not in form.modes:
            raise DerivationError(f"the output port {port!r} does not read out X_{m}; give g yourself.")
    return form.modes[f"X_{second}"] / form.modes[f"X_{first}"]
