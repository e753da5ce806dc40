"""Force sensitivity with the optimal filter: closed form where residues give one, else adaptive quadrature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.definitions import Quantity
from cascade_sym.errors import DerivationError, MissingParameter, ParameterError, listing
from cascade_sym.exact import identity_check
from cascade_sym.extras import require
from cascade_sym.sensing.closed_integral import ClosedIntegral, closed_integral, factor_pairs, few_poles
from cascade_sym.sensing.force import ForcePort, Reading, magnitude_squared, reading
from cascade_sym.sensing.optimal import matched_filter_steps
from cascade_sym.shown import Shown, renderer
from cascade_sym.spectra.expansion import over_susceptibilities
from cascade_sym.spectra.inline import written_out
from cascade_sym.spectra.readout import FrameName, Readable
from cascade_sym.spectra.spectrum import Spectrum
from cascade_sym.steps import Derivation, Step
from cascade_sym.symbols import conj, domains_in, expression, free_symbol, radicands
from cascade_sym.system.values import Value, nonnegative, real

Waveform: TypeAlias = Expr | int | float | Callable[[Any], Any]


@dataclass(frozen=True)
class Sensitivity(Shown):
    """The least variance V of the estimated amplitude of a force of known shape.

    `signal` is S(Omega) for unit amplitude, `noise` N(Omega), `filter` the optimal G = S/N, `density`
    |S|^2/N, and V = 1/(branches int density dOmega). `variance` is V in closed form (None where there is
    none: then `value` finds it by adaptive quadrature). `derivation` holds the steps, with the proof that no
    other filter does better.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.sensing.force import force_port
    >>> V = matched_filter_sensitivity(force_port(Cavity("c", kappa=2), "c"), "P", lorentzian(2))
    >>> V.branches, V.variance.inline(), V.derivation.ok
    (1, 1/(4*pi), True)
    """

    noise: Spectrum
    signal: Spectrum
    filter: Spectrum
    density: Spectrum
    branches: int
    variance: Quantity | None
    derivation: Derivation
    waveform: Callable[[Any], Any] | None = field(default=None, compare=False, repr=False)

    def value(self, values: Mapping[Any, float], *, tolerance: float = 1e-11) -> tuple[float, float]:
        """V at numbers for all parameters, and a bound on its error (an estimate where quadrature is needed).

        `values` maps names or symbols to numbers. Raises MissingParameter, ParameterError, and
        DerivationError when the quadrature does not converge.
        """
        from cascade_sym.evaluate import evaluator, exact_value

        if self.variance is not None:
            text, bound = exact_value(self.variance, {str(k): v for k, v in values.items()}, 17)
            return float(text), bound
        given = {str(k): float(v) for k, v in values.items()}
        x = self.density.frequency
        assert x is not None
        names = [s.name for s in self.density.parameters if s != x]
        if missing := set(names) - set(given):
            raise MissingParameter(f"no value for {listing(missing)}; give every one of {listing(names)}.")
        density_of = self.density.expr if not names and not self.density.definitions else self.density
        f = evaluator(density_of, unstable="quiet")
        point = {n: given[n] for n in names if n in f.parameters}

        def density(w: Any) -> Any:
            base = f({**point, x.name: w})
            return base if self.waveform is None else base * abs(self.waveform(w)) ** 2

        center, width = self._scale(point)
        total, error = line_integral(density, center, width, tolerance)
        v = 1 / (self.branches * total)
        return v, v * error / total

    def _scale(self, values: Mapping[str, float]) -> tuple[float, float]:
        """Where the signal is, and how wide: from the susceptibilities."""
        x = self.density.frequency
        numbers = {Symbol(k): sp.Float(v) for k, v in values.items()}
        roots: list[complex] = []
        for d in self.signal.denominators:
            if d is not None:
                full = sp.Poly(sp.expand(written_out(self.signal.definitions, d).xreplace(numbers)), x)
                roots += [complex(r) for r in full.nroots(n=15)] if full.degree() > 0 else []
        if not roots:
            return 0.0, 1.0
        centers = [r.real for r in roots]
        width = max(max(abs(r.imag) for r in roots), max(centers) - min(centers)) or 1.0
        return sum(centers) / len(centers), width


@renderer.register(Sensitivity)
def _(value: Sensitivity, notation: object) -> Quantity | Spectrum:
    return value.density if value.variance is None else value.variance


def matched_filter_sensitivity(
    force: ForcePort, output: Readable, waveform: Waveform, *, frequency: Value | None = None,
    frame: FrameName = "rotating", carrier: Value | None = None,
) -> Sensitivity:  # fmt: skip
    """The sensitivity V = [int |S|^2/N dOmega]^(-1) to a force A_0 f(Omega), with the optimal filter G = S/N.

    `waveform` is f as an expression in the frequency (in the same frame; see `lorentzian`), or a function of
    an array of frequencies, for which the integral is done numerically. The two-mode quadratures of light
    with sidebands stand for the branch around +Omega_M of a Hermitian signal; its mirror branch around
    -Omega_M counts as much, so `branches` is 2 for them. Fourier transforms are unitary, a(t) = (2 pi)^(-1/2)
    int a(Omega) e^(-i Omega t).

    Raises UnknownName, UnstableError, ParameterError (see `noise_spectrum`), DerivationError when the force
    does not reach the output. Source: Huang et al. (2018), Eqs. (S25)-(S27).

    >>> from cascade_sym.parts import Oscillator
    >>> from cascade_sym.sensing.force import force_port
    >>> M = Oscillator("M", Gamma_B=1, Gamma_P=1, gamma=1, n=0)
    >>> V = matched_filter_sensitivity(force_port(M, "M", through="M.bath"), "P_L", lorentzian(1))
    >>> V.variance.inline()
    15/(32*pi)
    """
    r = reading(force, output, frequency, frame, carrier)
    x = r.noise.frequency
    if x is None:
        raise ParameterError("the sensitivity integrates over frequency; leave `frequency` a symbol.")
    if r.signal.expr == 0:
        raise DerivationError(f"the force on {force.mode!r} does not reach {r.readout.label}.")
    called = callable(waveform) and not isinstance(waveform, Expr)
    f = sp.S.One if called else expression(waveform)
    if (clash := Symbol("Omega")) != x and x not in f.free_symbols and clash in f.free_symbols:
        raise ParameterError(
            f"{clash} is a parameter of the system, and so the frequency is {x}; say which symbol is the frequency, in "
            "the waveform and as `frequency`: lorentzian(width, frequency=w)."
        )
    declared = radicands(f).merged(domains_in(waveform)).about(f.free_symbols - {x})
    r = replace(r, definitions=replace(r.definitions, domains=r.definitions.domains.merged(declared)))
    S = r.combined("S", r.signal.expr * f)
    G = r.combined("G", S.expr / r.noise.expr)
    density = _density(r, f, x, short=not called)
    branches = 1 if r.readout.hermitian else 2
    found = (
        None
        if called or not few_poles(r.noise, x)
        else closed_integral(density, x, r.combined("N", r.noise.expr), r.amplitudes)
    )
    variance = None
    given = {"T_F": r.signal.expr, "f": f}
    signal = Step("readout", "signal of the force in the output", given, {"S": S.expr})
    steps = [*r.noise.steps, *matched_filter_steps(), signal]
    if found is not None:
        V = 1 / (2 * sp.pi * branches * found.value)
        steps.append(_integral_step(density, found, V, x))
        domain = tuple(written_out(r.noise.definitions, d) for d in r.noise.domain if not d.has(x))
        variance = Quantity("V", V, found.definitions, tuple(steps), domain, nonnegative=r.noise.nonnegative)
    derivation = Derivation("optimal sensitivity to a force of known shape", tuple(steps))
    return Sensitivity(
        r.noise, S, G, density, branches, variance, derivation,
        waveform if called else None,  # type: ignore[arg-type]
    )  # fmt: skip


def _density(r: Reading, f: Expr, x: Symbol, *, short: bool) -> Spectrum:
    """|S|^2/N: over the susceptibilities where a closed form may follow (short coefficients), else as it stands."""
    shape = magnitude_squared(f)
    if short and few_poles(r.noise, x):
        try:
            power = r.signal.only("S2", r.signal.expr * conj(r.signal.expr))
            N, T = over_susceptibilities(r.noise).spectrum, over_susceptibilities(power, "t").spectrum
        except DerivationError:  # feedback loops have no susceptibilities of their own
            pass
        else:
            names = N.definitions.merged(T.definitions)
            names = replace(names, domains=names.domains.merged(r.definitions.domains))
            return Spectrum("density", T.expr * shape / N.expr, names, (), N.domain, x, (), N.denominators,
                            nonnegative=N.nonnegative)  # fmt: skip
    return r.combined("density", magnitude_squared(r.signal.expr) * shape / r.noise.expr)


def lorentzian(width: Value, *, center: Value = 0, frequency: Symbol | None = None) -> Expr:
    """f(Omega) = sqrt(w)/(w/2 + i(center - Omega)), the transform of a decaying force; int |f|^2 dOmega = 2 pi.

    >>> lorentzian(4)
    2/(-I*Omega + 2)
    """
    w = nonnegative(width, "width of the force")
    at = real(center, "center of the force")
    x = free_symbol("Omega", w, at) if frequency is None else frequency
    return sp.sqrt(w) / (w / 2 + sp.I * (at - x))


def _integral_step(density: Spectrum, found: ClosedIntegral, V: Expr, x: Symbol) -> Step:
    return Step(
        "solve", "integral of rho = |S|^2/N over its spectral factors, by Hurwitz determinants",
        {"rho": density.expr}, {"V": V},
        identity_check(lambda: factor_pairs(found, x), "spectral factors multiplied out", found.definitions.domains),
    )  # fmt: skip


MOST_PANELS = 20_000  # of the quadrature, before it says that it does not converge


def line_integral(
    f: Callable[[Any], Any], center: float = 0.0, width: float = 1.0, tolerance: float = 1e-12
) -> tuple[float, float]:
    """int f(Omega) dOmega from -oo to oo, and an estimate of the error.

    `f` takes an array. The line is mapped to a finite one by Omega = center + width*tan(t), and panels are halved until
    the estimated relative error is below `tolerance`. Raises DerivationError when that takes too many panels (f is not
    smooth, or decays too slowly).

    >>> import numpy as np
    >>> value, error = line_integral(lambda w: 1/(1 + w**2))
    >>> bool(abs(value - np.pi) <= max(error, 1e-14))
    True
    """

    def folded(t: Any) -> Any:
        return f(center + width * np.tan(t[:, 0])) * width / np.cos(t[:, 0]) ** 2

    require("sensitivities", "scipy", extra="sensing")
    from scipy.integrate import cubature

    zero = np.arctan(-center / width)  # where noise that knows no sign of the frequency has an edge, or none is defined
    found = cubature(
        folded, [-np.pi / 2], [np.pi / 2], rtol=tolerance, atol=0, max_subdivisions=MOST_PANELS, points=[[zero]]
    )
    value, error = float(found.estimate), float(found.error)
    if found.status != "converged" or not np.isfinite(value):
        raise DerivationError(
            f"the integral over frequency did not converge: estimated error {error:.2g} of {value:.6g}; give a larger "
            "tolerance, or a center and width near the resonances."
        )
    return value, error + 4 * float(np.finfo(float).eps) * abs(value)
