"""Partial fractions: a spectrum as a sum of single resonances."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from cascade_sym.errors import DerivationError
from cascade_sym.exact import is_zero, normal_form
from cascade_sym.spectra.expansion import halves, resonances
from cascade_sym.spectra.letfield import trigonometric
from cascade_sym.spectra.polynomial import quotient, variable_of
from cascade_sym.spectra.spectrum import Spectrum
from cascade_sym.symbols import conj


def partial_fractions(spectrum: Spectrum) -> dict[str, tuple[Expr, Expr]]:
    """N = c + sum_j (p_j + q_j d_j) |chi_j|^2 with d_j = Omega - omega_j: the table {mode: (p_j, q_j)}.

    The white level c is the entry "" as (c, 0). Unlike `over_susceptibilities` this needs distinct poles:
    DerivationError is raised where two of them coincide identically. With equal frequencies p_j carries
    1/(gamma_i - gamma_j).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.spectra.spectrum import noise_spectrum
    >>> partial_fractions(noise_spectrum(Oscillator("M", Gamma_P=0, gamma=0), "X_M"))
    {'': (0, 0), 'M': (Gamma_MB/2, 0)}
    """
    x = variable_of(spectrum)
    q = quotient(spectrum, keep=False)
    at = {name: tuple(e.xreplace({x: x + q.center}) for e in halves(spectrum, c)) for name, c in resonances(spectrum)}
    poles = {name: sp.expand(x - d) - sp.I * half for name, (half, d) in at.items()}
    names = list(poles)
    for a, i in enumerate(names):
        for j in names[a + 1 :]:
            if is_zero(trigonometric(poles[i] - poles[j])):
                raise DerivationError(f"the resonances of {i} and {j} coincide; use over_susceptibilities.")
    degree = len(q.root) - 1
    if degree != len(names):
        raise DerivationError(
            f"{spectrum.name} has poles besides its {len(names)} single resonances (a feedback loop)."
        )
    lead = q.root[-1] * conj(q.root[-1])
    level = q.numerator[2 * degree] / lead if len(q.numerator) > 2 * degree else sp.S.Zero
    out: dict[str, tuple[Expr, Expr]] = {"": (normal_form(level), sp.S.Zero)}
    for i in names:
        residue = sp.Add(*(c * poles[i] ** k for k, c in enumerate(q.numerator))) / lead
        for j in names:
            if j != i:
                residue /= (poles[i] - poles[j]) * (poles[i] - conj(poles[j]))
        value = normal_form(trigonometric(residue))
        real, imag = (value + conj(value)) / 2, (value - conj(value)) / (2 * sp.I)
        out[i] = (normal_form(real, factor=True), normal_form(-imag / at[i][0], factor=True))
    return out
