"""Noise spectra: symmetrised, exact, as named definitions, with steps whose checks take another road than the sweep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym import shown
from cascade_sym.compose import System, as_system
from cascade_sym.conventions import Conventions
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import ParameterError, listing
from cascade_sym.shown import Card, card
from cascade_sym.spectra.backward import Dynamics, Response, Susceptibility, sweep, tag
from cascade_sym.spectra.inline import written_out
from cascade_sym.spectra.memory import at_frequency, noise_conditions
from cascade_sym.spectra.readout import Axis, FrameName, Readable, Readout, as_readout, axis
from cascade_sym.spectra.spectrum_naming import SpectrumNaming
from cascade_sym.spectra.spectrum_steps import spectrum_steps
from cascade_sym.steps import Step
from cascade_sym.symbols import conj, is_real
from cascade_sym.system import VACUUM, Inputs, LinearSystem
from cascade_sym.system.coloured import FREQUENCY
from cascade_sym.system.inputs import White
from cascade_sym.system.values import Value


@dataclass(frozen=True)
class Spectrum(Quantity):
    """A quantity that varies with `frequency` (None at a fixed one): a spectrum or a transfer function.

    `susceptibilities` are the chi_j of modes without feedback that occur in it; `denominators` are the
    polynomials in the frequency, with all roots in the lower half plane, by which its amplitudes are divided
    (None: not known in closed form). Evaluate it over arrays of frequencies with `cascade_sym.evaluator`.

    >>> from cascade_sym.evaluate import evaluator
    >>> from cascade_sym.parts import Oscillator
    >>> N = noise_spectrum(Oscillator("M", Gamma_B=1, Gamma_P=0, gamma=1, n=1), "X_M")
    >>> evaluator(N)(Omega=[0.0, 1.0])
    array([2., 1.])
    """

    frequency: Symbol | None = None
    susceptibilities: tuple[Susceptibility, ...] = ()
    denominators: tuple[Expr | None, ...] = ()
    second_moment: bool = True

    def in_conventions(self, conventions: Conventions) -> Spectrum:
        """The same spectrum as other conventions have it: vacuum level, and sign of the Fourier transform.

        Transfer functions (`second_moment` False) know only the sign.
        """
        x = self.frequency
        turn = {x: -x} if conventions.fourier == 1 and x is not None else {}
        turned = self
        if turn:
            mirrored = self.subs(turn)
            roots_below = tuple(None if d is None else conj(d) for d in mirrored.denominators)
            turned = replace(mirrored, frequency=x, denominators=roots_below)
        return replace(turned, expr=conventions.variance(turned.expr)) if self.second_moment else turned

    def inline(self) -> Expr:
        """The expression with every definition written out. Raises WorkSpent where that is millions of terms."""
        return written_out(self.definitions, self.expr)

    def _mapped(self, table: Mapping[Any, Expr], definitions: Definitions, **more: Any) -> Spectrum:
        def put(e: Expr | None) -> Any:
            return None if e is None else e.xreplace(table)

        chis = (Susceptibility(c.operator, *map(put, (c.symbol, c.gamma, c.omega))) for c in self.susceptibilities)
        return super()._mapped(
            table, definitions, susceptibilities=tuple(chis), denominators=tuple(map(put, self.denominators)),
            frequency=self.frequency if put(self.frequency) == self.frequency else None, **more,
        )  # fmt: skip

    def _with(
        self, name: str, expr: Expr, definitions: Definitions, parts: tuple[Quantity, ...], linear: bool
    ) -> Quantity:
        made = super()._with(name, expr, definitions, parts, linear)
        spectra = [p for p in parts if isinstance(p, Spectrum)]
        along = {p.frequency for p in spectra if p.frequency is not None}
        if len(along) > 1:
            raise ParameterError(f"{name} joins spectra over {listing(along)}; take them over one frequency.")
        chis = tuple(dict.fromkeys(c for p in spectra for c in p.susceptibilities))
        moment = linear and len(spectra) == len(parts) and all(p.second_moment for p in spectra)
        return Spectrum(
            name, made.expr, made.definitions, made.steps, made.domain, next(iter(along), None), chis, (None,), moment,
            nonnegative=made.nonnegative,
        )  # fmt: skip

    def plot(
        self, frequencies: Any = None, values: Mapping[Any, Any] | None = None, *, dB: bool = False,
        reference: Any = None, strength: Any = None, label: str | None = None, ax: Any = None,
    ) -> Any:  # fmt: skip
        """Draw it over `frequencies` at `values` of its parameters; see `cascade_sym.pictures.axes.plot_spectrum`."""
        options = {"dB": dB, "reference": reference, "strength": strength, "label": label, "ax": ax}
        return shown.painter("plot", self, frequencies=frequencies, values=values, **options)

    def only(self, name: str, expr: Expr) -> Spectrum:
        """Another expression over the definitions that this spectrum has."""
        return replace(self, name=name, expr=expr)


@card.register
def _(value: Spectrum) -> Card:
    x = "a fixed frequency" if value.frequency is None else value.frequency.name
    names = [s.name for s in value.parameters if s != value.frequency]
    about = f"over {x}; parameters {', '.join(names) or 'none'}"
    return Card(f"Spectrum {about}", {}, "numbers: cs.evaluator(N); a picture: N.plot(...)")


def noise_spectrum(
    system: System,
    output: Readable,
    *,
    frequency: Value | None = None,
    frame: FrameName = "rotating",
    carrier: Value | None = None,
) -> Spectrum:
    """The symmetrised spectrum N of a quadrature, <q q^+ + q^+ q>(Omega, Omega') = 2 N(Omega) delta(Omega - Omega').

    `output` is read as in `as_readout`: "P_L", "X_M", `Quadrature(angle, efficiency=...)`, ... Vacuum has N =
    1/2; a Hermitian quadrature's variance is the integral of N over Omega/(2 pi). `frequency` is the symbol
    (default Omega), or a number. `frame` and `carrier`: see `axis`. The result is a sum over inputs of (n +
    1/2) |T|^2, with the transfer functions T and the susceptibilities chi_<mode> as definitions.

    A `FreeMass` has a spectrum at every frequency but zero. Raises UnstableError for another undamped mode or a growing
    one, UnknownName for a missing quadrature, ParameterError for a frequency in the wrong frame. Source: Gardiner and
    Collett, PRA 31, 3761 (1985); Clerk et al., RMP 82, 1155 (2010).

    >>> from cascade_sym.parts import Oscillator
    >>> N = noise_spectrum(Oscillator("M"), "P_L")
    >>> N.subs({sp.Symbol("Gamma_MB"): 0, sp.Symbol("Gamma_MP"): 0}).inline()
    1/2
    """
    return _spectrum(system, output, output, frequency, frame, carrier)


def cross_spectrum(
    system: System,
    first: Readable,
    second: Readable,
    *,
    frequency: Value | None = None,
    frame: FrameName = "rotating",
    carrier: Value | None = None,
) -> Spectrum:
    """The symmetrised cross spectrum S, <q_1 q_2^+ + q_2^+ q_1>(Omega, Omega') = 2 S(Omega) delta(Omega - Omega').

    Complex in general; S_21 is the complex conjugate of S_12. Arguments and errors as in `noise_spectrum`.

    >>> from cascade_sym.parts import Cavity
    >>> cross_spectrum(Cavity("c"), "X", "P").subs({sp.Symbol("kappa_c"): 1, sp.Symbol("Omega"): 0}).inline()
    0
    """
    return _spectrum(system, first, second, frequency, frame, carrier)


def _spectrum(
    system: System, first: Readable, second: Readable, frequency: Value | None, frame: FrameName, carrier: Value | None
) -> Spectrum:
    same = first is second or first == second
    reads, at, dynamics = begun(system, (first,) if same else (first, second), frequency, frame, carrier)
    labels = ["", ""] if same else [f"_{r.label}" for r in reads]
    if not same and labels[0] == labels[1]:
        labels = ["_1", "_2"]
    swept = [sweep(dynamics, r.form, label) for r, label in zip(reads, labels, strict=False)]
    noise = noise_of(dynamics.system, reads)
    if same:
        parts = _powers(dynamics, swept[0], noise, labels[0])
        name = f"N_{reads[0].label}"
    else:
        parts = _products(swept[0], swept[-1], noise)
        name = f"S_{reads[0].label}_{reads[-1].label}"
    steps = spectrum_steps(dynamics, reads, swept, noise, sp.Add(*parts))
    return finished(dynamics, at, name, sp.Add(*parts), steps)


def begun(
    system: System,
    outputs: Iterable[Readable],
    frequency: Value | None,
    frame: FrameName,
    carrier: Value | None,
    *,
    stable: bool = True,
) -> tuple[tuple[Readout, ...], Axis, Dynamics]:
    """What is read out, along which axis, and fresh dynamics for it."""
    s = as_system(system)
    reads = tuple(as_readout(s, q) for q in outputs)
    _check_detectors(reads)
    at = axis(reads, frequency, frame, carrier, s.inherited.gone)
    return reads, at, started(s, at, reads, stable=stable)


def started(
    system: LinearSystem, at: Axis, reads: Iterable[Readout], also: Iterable[Expr] = (), *, stable: bool = True
) -> Dynamics:
    """Fresh dynamics; names that occur in the system, the frequency, the read-outs or `also` are taken."""
    given = [at.offset, *also, *(c for r in reads for _, c in r.form)]
    taken = {*system.parameters, *(s for e in given for s in e.free_symbols)}
    there = at_frequency(system, at.offset)
    declared = system.inherited if there is system else system.inherited.substituted({FREQUENCY: at.offset})
    shares = (e for r in reads if r.efficiency.free_symbols for e in (r.efficiency, 1 - r.efficiency))
    return Dynamics(
        there, at.offset, SpectrumNaming(taken, declared.merged(at.declared)), stable=stable,
        nonnegative=(*shares, *noise_conditions(system, at.offset)), before=None if there is system else system,
    )  # fmt: skip


def noise_of(system: LinearSystem, reads: Iterable[Readout]) -> Inputs:
    """The state of every input, detectors included."""
    return system.inputs.beside({v: VACUUM for r in reads for v in r.vacua})


def amplitudes_of(r: Response, noise: Inputs) -> list[tuple[White, Expr]]:
    """The independent white noises that reach an output, each with its transfer function."""
    out = []
    for w in noise.independent:
        total = sp.Add(*(r.inputs[o] * c for o, c in w.parts.items() if o in r.inputs))
        if total != 0:
            out.append((w, total))
    return out


def _check_detectors(reads: tuple[Readout, ...]) -> None:
    shares: dict[str, Expr] = {}
    for r in reads:
        if r.light and shares.setdefault(r.light, r.efficiency) != r.efficiency:
            raise ParameterError(
                f"the two read-outs of port {r.light!r} have efficiencies {shares[r.light]} and {r.efficiency}; one "
                "beam has one detector: give both the same efficiency, or split the beam with a BeamSplitter."
            )


def _powers(dynamics: Dynamics, r: Response, noise: Inputs, label: str) -> list[Expr]:
    """Weight times |T|^2 of each white noise, |T|^2 as a real definition; (n + 1/2)|T|^2 for heat and vacuum."""
    found = amplitudes_of(r, noise)
    return [w.weight * power_of(dynamics, f"{label}_{tag(w.name)}", t) for w, t in found]


def power_of(dynamics: Dynamics, label: str, t: Expr) -> Expr:
    """|t|^2 as a real definition (written with Abs, so that evaluators stay real; `written_out` turns it into
    t conj t)."""
    if is_real(t):
        return t**2
    if t.args:
        t = dynamics.naming.once(f"T{label}", t)
    size = t / sp.I  # an imaginary amplitude is I times a real name
    return size**2 if is_real(size) else dynamics.naming.once(f"A{label}", sp.Abs(t) ** 2)


def _products(r: Response, q: Response, noise: Inputs) -> list[Expr]:
    seconds = {w.name: u for w, u in amplitudes_of(q, noise)}
    return [w.weight * t * conj(seconds[w.name]) for w, t in amplitudes_of(r, noise) if w.name in seconds]


def finished(
    dynamics: Dynamics, at: Axis, name: str, expr: Expr, steps: tuple[Step, ...] = (), *, second_moment: bool = True
) -> Spectrum:
    """The result with its definitions and its domain."""
    domain = (*dict.fromkeys(dynamics.stability), *at.domain)
    return Spectrum(
        name, expr, dynamics.naming.definitions, steps, domain, at.variable,
        tuple(dynamics.susceptibilities.values()), tuple(dynamics.denominators.values()), second_moment,
        nonnegative=tuple(dict.fromkeys(dynamics.nonnegative)),
    )  # fmt: skip
