"""Two-time functions of the steady state, the coherences g1 and g2 of Gaussian states, and emission spectra."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Symbol

from cascade_sym.compose import System, white_system
from cascade_sym.definitions import Declared, Definitions, Quantity
from cascade_sym.errors import DerivationError, NoClosedForm, ParameterError
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial
from cascade_sym.solve.motion.exponentials import Sum
from cascade_sym.spectra.readout import Readable, Readout, as_readout
from cascade_sym.spectra.two_time import TwoTime
from cascade_sym.symbols import Domains, conj, domains_in, plain, symbol
from cascade_sym.system.values import Value, real
from cascade_sym.system.values import value as complex_value

Operator = Readable | Op | OperatorPolynomial


@dataclass(frozen=True)
class Correlation(Quantity):
    """A function of the delay `delay` (a symbol, or a number); `delta` is the factor of delta(delay) beside it.

    >>> from cascade_sym.parts import Cavity
    >>> light = correlation(Cavity("c"), "c.out", "c.out^+", sp.Symbol("tau"))
    >>> light.inline(), light.delta, light.delay
    (0, 1, tau)
    """

    delay: Expr = sp.S.Zero
    delta: Expr = sp.S.Zero

    def _mapped(self, table: Mapping[Any, Expr], definitions: Definitions, **more: Any) -> Correlation:
        put = {"delay": self.delay.xreplace(table), "delta": self.delta.xreplace(table)}
        return super()._mapped(table, definitions, **put, **more)


@dataclass(frozen=True)
class OpenCorrelation(Declared):
    """A two-time function whose rates have no closed form: weights e^(drift delay) moments, over definitions.

    `cascade_sym.evaluator` gives its numbers.
    """

    name: str
    weights: ImmutableDenseMatrix
    drift: ImmutableDenseMatrix
    moments: ImmutableDenseMatrix
    definitions: Definitions
    delay: Expr
    delta: Expr = sp.S.Zero
    domain: tuple[Expr, ...] = ()

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        return self.definitions.parameters(*self.weights, *self.drift, *self.moments, self.delay, *self.domain)

    def inline(self) -> Expr:
        """NoClosedForm: there is none."""
        raise NoClosedForm(f"{self.name} has no closed form; its numbers come from cascade_sym.evaluator(...).")


def correlation(
    system: System, A: Operator, B: Operator, tau: Value, *, symmetrised: bool = False
) -> Correlation | OpenCorrelation:
    """The stationary <A(t + tau) B(t)>, not symmetrised; with `symmetrised`, <A(t + tau) B(t) + B(t) A(t + tau)>/2.

    A and B are names ("X_c", "c", "c^+", an output "c.out"), quadratures of light, `Op`s, linear forms or operators
    such as `cs.operator("c")`. `tau` is a number of either sign, or a symbol, which is then tau >= 0 (for tau < 0 give
    a symbol that is declared negative, or exchange the times: <A(t) B(t + s)>). Light is white noise too: what stands
    beside delta(tau) is `delta` of the result. Systems without a closed form give an OpenCorrelation, for `evaluator`.

    Raises UnstableError without a steady state, UnknownName for a missing operator, ParameterError for a delay of
    unknown sign, DerivationError for an operator that is not linear. Source: the quantum regression theorem, Lax
    (1963).

    >>> from cascade_sym.parts import Cavity
    >>> tau = sp.Symbol("tau")
    >>> correlation(Cavity("c", kappa=2), "X_c", "X_c", tau).inline()
    exp(-tau)/2
    >>> correlation(Cavity("c", kappa=2), "X_c", "P_c", tau).inline()
    I*exp(-tau)/2
    """
    at, back, declared = _delay(tau)
    s = white_system(system)
    left, right = (as_readout(s, _form(x)) for x in (A, B))
    work = TwoTime(s, (left, right), _symbols(at, left, right), declared.merged(left.declared, right.declared))
    name = f"C_{left.label}_{right.label}"
    early, late = (left, right) if back else (right, left)
    weights, noise = work.split(late.form)
    moments = work.moments(early.form, left=back, ordered=not symmetrised)
    second = work.split(early.form)[1]
    both = (second, noise) if back else (noise, second)
    delta = work.white(*both, ordered=not symmetrised)
    if at == 0 and delta != 0:
        raise ParameterError(f"{name} has a delta function at tau = 0: light is white noise; give a symbol for tau.")
    if not work.closed:
        row, drift, column = work.matrices(weights, moments)
        return OpenCorrelation(name, row, drift, column, work.definitions, at, delta, work.steady.stability)
    value = work.tools.value(work.followed(weights, moments), at).whole
    return Correlation(name, value, work.definitions, (), work.steady.stability, delay=at, delta=delta)


def _delay(tau: Value) -> tuple[Expr, bool, Domains]:
    """|tau|, whether tau is negative, and what is declared of it."""
    t = real(tau, "the delay tau")
    raw = sp.sympify(tau)
    negative = bool(t < 0) if t.is_number else raw.is_nonpositive is True and not raw.is_zero
    if not (t.is_number or negative or raw.is_nonnegative or t.is_Symbol):
        raise ParameterError(
            f"the sign of the delay {t} is not known; give a number, a symbol for tau >= 0, or a declared expression."
        )
    declared = domains_in(raw)
    if t.is_Symbol and not negative:
        declared = declared.merged(domains_in(symbol(plain(t).name, "nonnegative")))
    return -t if negative else t, negative, declared


def _form(x: Operator) -> Readable:
    if isinstance(x, OperatorPolynomial):
        return x.linear()
    return LinearForm({x: sp.S.One}) if isinstance(x, Op) else x


def _symbols(at: Expr, *reads: Readout) -> list[Symbol]:
    return [*at.free_symbols, *(s for r in reads for _, c in r.form for s in c.free_symbols)]


class _Coherence:
    """What g1 and g2 are made of: the number, G1(tau) = <A^+(t) A(t + tau)>, M(tau) = <A(t + tau) A(t)>."""

    def __init__(self, system: System, A: Operator, tau: Value, amplitude: Value) -> None:
        t = real(tau, "the delay tau")
        if t.is_number and t < 0:
            raise ParameterError(f"the delay tau is {t}; coherences are functions of its size: give tau >= 0.")
        at, _, declared = _delay(tau)
        s = white_system(system)
        read = as_readout(s, _form(A))
        if read.hermitian:
            raise ParameterError(
                f"{read.label} is Hermitian; coherences are those of an amplitude, such as 'c' or 'c.out'."
            )
        self.alpha = complex_value(amplitude, "the amplitude")
        taken = [*_symbols(at, read), *self.alpha.free_symbols]
        self.work = work = TwoTime(s, (read,), taken, declared.merged(read.declared, domains_in(amplitude)))
        self.at, self.label, dag = at, read.label, read.form.dagger()
        weights, noise = work.split(read.form)
        if not is_zero(work.white(work.split(dag)[1], noise, ordered=True)):
            raise ParameterError(f"{read.label} carries white noise with photons at every frequency: filter it first.")
        if not work.closed:
            raise NoClosedForm(
                f"the coherence of {read.label} has no closed form; evaluate its correlation(...) instead."
            )
        first = work.followed(weights, work.moments(dag, left=True, ordered=True))
        pairs = work.followed(weights, work.moments(read.form, left=False, ordered=True))
        self.number = self._named("number", self._value(first, sp.S.Zero) + self.alpha * conj(self.alpha))
        if is_zero(work.definitions.inline(self.number)):
            raise DerivationError(f"{read.label} has no photons: its coherence is 0/0.")
        self.first, self.pairs = (self._value(f, at) for f in (first, pairs))

    def _value(self, f: Sum, at: Expr) -> Expr:
        return self.work.tools.value(f, at).whole

    def _named(self, wanted: str, e: Expr) -> Expr:
        return self.work.naming.kept(wanted, sp.re(sp.expand(e)) if e.is_number else sp.expand(e))

    def result(self, name: str, e: Expr) -> Correlation:
        return Correlation(
            f"{name}_{self.label}", e, self.work.definitions, (), self.work.steady.stability, delay=self.at
        )


def first_order_coherence(system: System, A: Operator, tau: Value, *, amplitude: Value = 0) -> Correlation:
    """g1(tau) = <A^+(t) A(t + tau)>/<A^+ A> of a mode ("c") or an output field ("c.out") in the steady state.

    `amplitude` is a constant mean that is added to A (a laser on resonance with the frame). Raises DerivationError for
    light without photons, ParameterError for white light, NoClosedForm where there is none. Source: Glauber (1963).

    >>> from cascade_sym.parts import Oscillator
    >>> hot = Oscillator("c", Gamma_B=0, Gamma_P=0, gamma=2, n=1)
    >>> first_order_coherence(hot, "c", sp.Symbol("tau")).inline()
    exp(-tau)
    """
    c = _Coherence(system, A, tau, amplitude)
    return c.result("g1", (c.first + c.alpha * conj(c.alpha)) / c.number)


def second_order_coherence(system: System, A: Operator, tau: Value, *, amplitude: Value = 0) -> Correlation:
    """g2(tau) = <A^+(t) A^+(t + tau) A(t + tau) A(t)>/<A^+ A>^2 of a Gaussian steady state.

    With G1 = <A^+(t) A(t + tau)> and the anomalous M = <A(t + tau) A(t)> it is 1 + (|G1|^2 + |M|^2)/<A^+ A>^2; a
    constant `amplitude` alpha adds 2 |alpha|^2 Re G1 + 2 Re(alpha*^2 M) to the squares. Arguments and errors as of
    `first_order_coherence`. Source: Loudon, The Quantum Theory of Light, Sec. 4.

    >>> from cascade_sym.parts import Oscillator
    >>> hot = Oscillator("c", Gamma_B=0, Gamma_P=0, gamma=2, n=1)
    >>> second_order_coherence(hot, "c", sp.Symbol("tau")).inline()
    1 + exp(-2*tau)
    """
    c = _Coherence(system, A, tau, amplitude)
    first, pairs, alpha = c.first, c.pairs, c.alpha
    squares = first * conj(first) + pairs * conj(pairs)
    mixed = alpha * conj(alpha) * (first + conj(first)) + conj(alpha) ** 2 * pairs + alpha**2 * conj(pairs)
    return c.result("g2", 1 + sp.expand(squares + mixed) / c.number**2)
