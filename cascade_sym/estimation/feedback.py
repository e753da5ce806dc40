"""Measurement-based feedback: a detector's current made into forces and displacements.

Without delay and filter the current y dt = C x dt + nu drives dq = ... + g y dt: the fed-back system is a linear system
again, dq = (A + g C) q dt + xi + g nu, with the same commutators, since the light that is measured has left. With an
electronic filter G(Omega) and a delay the loop is closed in frequency space,

    q(Omega) = T_q in + T_qu G e^(i Omega delay) y,   y = (T_y in)/(1 - G e^(i Omega delay) T_yu).

Source: Wiseman and Milburn, PRL 70, 548 (1993); Wiseman, PRA 49, 2133 (1994); Doherty and Jacobs (1999).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, ImmutableDenseMatrix

from cascade_sym.compose import System, white_system
from cascade_sym.compose.detection import Detection, detection
from cascade_sym.errors import NoDetector, ParameterError, UnstableError
from cascade_sym.estimation.control import control_matrix
from cascade_sym.operators import LinearForm, Op, linear_sum
from cascade_sym.parts.detectors import Detect
from cascade_sym.solve.conditional.filtering import from_detection
from cascade_sym.solve.nyquist import turns
from cascade_sym.solve.routh_hurwitz import RATE as S
from cascade_sym.solve.routh_hurwitz import decay_conditions
from cascade_sym.spectra.backward import Response, sweep, tag
from cascade_sym.spectra.readout import Axis, Readable, Readout, as_readout, axis
from cascade_sym.spectra.spectrum import Spectrum, amplitudes_of, finished, noise_of, power_of, started
from cascade_sym.symbols import is_hermitian
from cascade_sym.system import LinearSystem
from cascade_sym.system.values import Value, declared, real
from cascade_sym.system.values import value as complex_value

ROOT = 1 / sp.sqrt(2)  # of quadratures, X = (a + a^+)/sqrt2


def measurement_feedback(system: System, detect: Detect, control: Any, gain: Any) -> LinearSystem:
    """The system with the currents of `detect` fed back at once: dq = ... + B gain y dt.

    `control` says what is driven (see `lqg`), `gain` is a number for one control and one current, or a matrix with a
    row for each control and a column for each current (a port with two sidebands has two currents, cosine and sine).
    The detected light is absorbed: its port is no longer one of the outputs. The result is a system like any other: its
    covariance, spectra and motion in time follow, and what is unstable says so (UnstableError).

    Raises NoDetector, the errors of detectors, ParameterError for a gain of the wrong shape.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> fed = measurement_feedback(Cavity("a", kappa=1), Homodyne(angle=0), "X_a", -sp.Rational(1, 2))
    >>> fed.outputs, fed.equation("a")[Op("a", True)]
    ({}, -1/4)
    """
    found = _detected(system, detect)
    s, currents = found.system, _forms(found)
    B = control_matrix(s.modes, control)
    G = _gain(gain, B.cols, len(currents))
    drive = B * G
    drift = dict(s.drift)
    for k, m in enumerate(s.modes):
        kicks = [drift[m]]
        for c, form in enumerate(currents):
            w = (drive[2 * k, c] + sp.I * drive[2 * k + 1, c]) * ROOT
            if w != 0:
                kicks.append(form.scaled(w))
        drift[m] = linear_sum(kicks)
    return _absorbed(replace(s, drift=drift, domains=s.domains.merged(declared(gain))), found)


def _detected(system: System, detect: Detect) -> Detection:
    found = detection(system, detect, coloured=True)
    if not found.currents:
        raise NoDetector("nothing is measured: give detect=Homodyne(...) or Heterodyne(), whose current is fed back.")
    return found


def _forms(found: Detection) -> list[LinearForm]:
    """The Hermitian currents; a paired one is (y_c + i y_s)/sqrt2."""
    out = []
    for c in found.currents:
        if c.paired:
            out += [(c.form + c.form.dagger()).scaled(ROOT), (c.form - c.form.dagger()).scaled(-sp.I * ROOT)]
        else:
            out.append(c.form)
    return out


def _gain(gain: Any, controls: int, currents: int) -> ImmutableDenseMatrix:
    if not isinstance(gain, list | tuple | sp.MatrixBase | np.ndarray):
        gain = [[gain]]
    try:
        G = ImmutableDenseMatrix(gain.tolist() if isinstance(gain, np.ndarray) else gain)
    except (TypeError, ValueError, sp.SympifyError):
        raise ParameterError(f"gain is {gain!r}; give a number, or a matrix of them.") from None
    if G.shape != (controls, currents):
        raise ParameterError(
            f"gain has the shape {G.shape}; there are {controls} controls (rows) and {currents} currents (columns)."
        )
    return G.applyfunc(lambda e: real(e, "an element of gain"))


def _absorbed(s: LinearSystem, found: Detection) -> LinearSystem:
    """Without the output fields that the detectors have absorbed."""
    gone = {o.name for c in found.currents for o, _ in c.form} & set(s.outputs)
    ports = tuple(replace(p, fields={c: f for c, f in p.fields.items() if f not in gone}) for p in s.out_ports)
    outputs = {k: f for k, f in s.outputs.items() if k not in gone}
    return replace(s, outputs=outputs, out_ports=tuple(p for p in ports if p.fields))


def feedback_spectrum(
    system: System,
    output: Readable,
    detect: Detect,
    control: Any,
    gain: Any,
    *,
    delay: Value = 0,
    frequency: Value | None = None,
) -> Spectrum:
    """The noise spectrum of `output` with the one current of `detect` fed back through a filter and a delay.

    `gain` is the filter as an expression in the frequency (the symbol Omega, or `frequency`), rational with real
    coefficients in -i Omega: g/(1 - i Omega/omega_f) for a low pass, -i Omega g for a derivative; `delay` is a time.
    `output` is a quadrature of a mode ("X_a") or of light that is not detected, or "current" for the current itself
    (in the loop). Where the loop is stable is part of the result (Hurwitz's conditions); a loop of numbers that is not
    raises UnstableError. With a delay all but the frequency have to be numbers: Nyquist's criterion decides.

    Raises NoDetector, ParameterError for several currents, a negative delay or a filter that is none.
    Source: Doherty and Jacobs, PRA 60, 2700 (1999); for Hurwitz and Nyquist, any text on control.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> w = sp.Symbol("Omega")
    >>> N = feedback_spectrum(Cavity("a", kappa=1), "X_a", Homodyne(angle=0), "X_a", -1 / (1 - sp.I * w))
    >>> N.subs({w: 0}).inline()
    8/9
    """
    found = _detected(system, detect)
    currents = _forms(found)
    if len(currents) != 1:
        raise ParameterError(
            f"{len(currents)} currents are measured; feed one back: detect one channel, one quadrature."
        )
    wait = real(delay, "the delay of the feedback")
    if wait.is_number and wait < 0:
        raise ParameterError(f"the delay of the feedback is {wait}; it must not be negative.")
    s = white_system(found.system, coloured=True)
    B = control_matrix(s.modes, control)
    if B.cols != 1:
        raise ParameterError(f"one current drives one control; got {B.cols}: give one table {{quadrature: weight}}.")
    G = complex_value(gain, "the gain of the feedback")
    current = Readout("current", currents[0], True)
    read = current if output == "current" else as_readout(s, output)
    at = axis((read, current), frequency, "rotating", None, s.inherited.gone)
    dynamics = started(s, at, (read, current), [G, wait])
    r_q, r_y = sweep(dynamics, read.form, "_q"), sweep(dynamics, current.form, "_y")
    loop = G * sp.exp(sp.I * at.offset * wait)
    reach_q, reach_y = (_driven(r, s, B) for r in (r_q, r_y))
    once = dynamics.naming.once
    back = once("loop", loop / (1 - loop * once("T_yu", reach_y)))
    dynamics.stability += _loop_conditions(found, B, G, wait, at)
    reach = once("T_qu", reach_q)
    inputs = {}
    for o in dict.fromkeys((*r_q.inputs, *r_y.inputs)):
        t = r_q.inputs.get(o, sp.S.Zero) + reach * back * r_y.inputs.get(o, sp.S.Zero)
        inputs[o] = once(f"T_{tag(o)}_fed", t)
    reached = amplitudes_of(Response(inputs, {}), noise_of(dynamics.system, (read,)))
    total = sp.Add(*(w.weight * power_of(dynamics, f"_{tag(w.name)}", t) for w, t in reached))
    return finished(dynamics, at, f"N_{read.label}", total)


def _driven(r: Response, s: LinearSystem, B: ImmutableDenseMatrix) -> Expr:
    """How the control reaches an output."""
    terms = []
    for k, m in enumerate(s.modes):
        w = (B[2 * k, 0] + sp.I * B[2 * k + 1, 0]) * ROOT
        terms += [r.drives.get(Op(m), 0) * w, r.drives.get(Op(m, True), 0) * sp.conjugate(w)]
    return sp.Add(*terms)


def _loop_conditions(found: Detection, B: ImmutableDenseMatrix, G: Expr, wait: Expr, at: Axis) -> list[Expr]:
    """Expressions that are positive where the loop is stable; UnstableError for a loop of numbers that is not."""
    problem = from_detection(found)
    domains = found.system.domains.merged(declared((G, *B)))
    A, C = (m.applyfunc(problem.definitions.inline) for m in (problem.A, problem.C))
    above, below = _filter(G, at)
    open_ = _characteristic(A)
    through = sp.expand(_characteristic(A + B * C) - open_)  # minus C adj(s - A) B
    closed = sp.Poly(sp.expand(below * open_ + above * through), S)
    if wait == 0:
        return [*decay_conditions(closed.as_expr(), domains, "the feedback loop")]
    numbers = [*sp.Poly(open_, S).coeffs(), *sp.Poly(above, S).coeffs(), *sp.Poly(below, S).coeffs(), wait, *B, *C]
    if any(e.free_symbols for e in numbers):
        raise ParameterError(
            "with a delay the stability of a loop is decided for numbers only: put them in for all but the frequency."
        )
    decay_conditions(below, domains, "the filter of the feedback")
    _nyquist(sp.Poly(below * open_, S), sp.Poly(above * through, S), float(wait))
    return []


def _characteristic(A: ImmutableDenseMatrix) -> Expr:
    return sp.expand((S * sp.eye(A.rows) - A).det(method="berkowitz"))


def _filter(G: Expr, at: Axis) -> tuple[Expr, Expr]:
    """Numerator and denominator of a filter in s = -i Omega; ParameterError for what is no rational filter."""
    if at.variable is None and at.offset.is_number:
        if G.free_symbols & {sp.Symbol("Omega")}:
            raise ParameterError(
                "the gain depends on the frequency: leave frequency= a symbol and put a number in later."
            )
        return sp.expand(G), sp.S.One
    x = at.variable if at.variable is not None else at.offset
    above, below = (sp.expand(e) for e in sp.fraction(sp.together(sp.expand(G.xreplace({x: sp.I * S})))))
    polynomial = all(e.is_polynomial(S) for e in (above, below))
    unit = sp.Poly(below, S).LC() if polynomial else sp.S.One
    above, below = (sp.expand(sp.radsimp(sp.expand(e / unit))) for e in (above, below))
    if not polynomial or not all(is_hermitian(c) for e in (above, below) for c in sp.Poly(e, S).coeffs()):
        raise ParameterError(
            f"the gain {G} is no electronic filter: give a rational function of -i {x} with real coefficients, such as "
            f"g/(1 - I*{x}/w)."
        )
    return above, below


def _nyquist(below: sp.Poly, above: sp.Poly, wait: float) -> None:
    """UnstableError where 1 + above/below e^(-s wait) winds around zero along the imaginary axis (open loop stable)."""
    p, q = (np.array([complex(c) for c in x.all_coeffs()]) for x in (below, above))
    if len(q) >= len(p):
        raise ParameterError("with a delay the loop has to close at high frequencies: give a filter that falls off.")

    def response(w: np.ndarray) -> np.ndarray:
        s = -1j * w
        return 1 + np.polyval(q, s) / np.polyval(p, s) * np.exp(-s * wait)

    if turns(response, "the feedback loop", np.roots(p)):
        raise UnstableError("the feedback loop is unstable with this delay: lower the gain, or the delay.")
