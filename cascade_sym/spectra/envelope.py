"""Envelopes of temporal modes: square-integrable functions of time on an interval, normalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import ParameterError
from cascade_sym.shown import Shown
from cascade_sym.symbols import Domains, conj, domains_in, expression
from cascade_sym.system.values import Value, real
from cascade_sym.system.values import value as complex_value

TIME = sp.Symbol("t")
Term = tuple[Expr, int, Expr]  # c t^m e^(lambda t)


@dataclass(frozen=True)
class Envelope(Shown):
    """f(t) = `shape`, an expression in the symbol `time`, from `start` to `end`, and zero elsewhere.

    It need not be normalised: `temporal_mode` divides by the root of int |f|^2, and refuses what has none. Ends may be
    -oo and oo; symbols in them are declared (`cs.symbol("T", "positive")`) where their order has to be known.

    >>> Envelope(sp.exp(-sp.Symbol("t")), start=0).terms
    ((1, 0, -1),)
    """

    shape: Expr
    time: Symbol = TIME
    start: Expr = -sp.oo
    end: Expr = sp.oo

    def __post_init__(self) -> None:
        if not isinstance(self.time, Symbol):
            raise ParameterError(f"the time of an envelope is a symbol; got {self.time!r}.")
        complex_value(self.shape, "the envelope")
        for name in ("start", "end"):
            x = sp.sympify(getattr(self, name))
            if x not in (sp.oo, -sp.oo):
                real(x, f"the {name} of the envelope")
            object.__setattr__(self, name, x)
        object.__setattr__(self, "shape", sp.sympify(self.shape))
        if later(self.start, self.end) >= 0:
            raise ParameterError(f"the envelope ends at {self.end}, not after its start at {self.start}.")

    @property
    def declared(self) -> Domains:
        """What its symbols declare."""
        return domains_in(self.shape.xreplace({self.time: TIME}), self.start, self.end)

    @property
    def terms(self) -> tuple[Term, ...] | None:
        """f as a sum of c t^m e^(lambda t); None where it is none. The time is `TIME`."""
        shape = expression(self.shape.xreplace({self.time: TIME})).rewrite(sp.exp)
        found = []
        for term in sp.Add.make_args(sp.expand(sp.powsimp(sp.expand(shape)))):
            c, rest = term.as_independent(TIME, as_Add=False)
            power, rate = 0, sp.S.Zero
            for factor in sp.Mul.make_args(rest):
                if factor == TIME:
                    power += 1
                elif isinstance(factor, sp.Pow) and factor.base == TIME and factor.exp.is_Integer and factor.exp > 0:
                    power += int(factor.exp)
                elif isinstance(factor, sp.exp) and (p := factor.args[0].as_poly(TIME)) and p.degree() == 1:
                    rate += p.nth(1)
                    c *= sp.exp(p.nth(0))
                elif factor != 1:
                    return None
            found.append((c, power, sp.expand(rate)))
        return tuple(found)

    def conj(self) -> Envelope:
        """The complex conjugate."""
        return Envelope(conj(self.shape), self.time, self.start, self.end)


def exponential_envelope(
    rate: Value | None = None, frequency: Value = 0, start: Value = 0, *, rising: bool = False
) -> Envelope:
    """The envelope e^(-rate (t - start)/2 - i frequency t) after `start`, the filter of a cavity of linewidth `rate`.

    With `rising` it grows with time and ends at `start`. A filter at `frequency` picks what oscillates as
    e^(-i frequency t), so that the mode operator is int f*(t) b(t) dt. ParameterError for a rate that is missing or not
    positive.

    >>> exponential_envelope(2).shape
    exp(-t)
    """
    real(rate, "the rate of the envelope")
    g, w, x = sp.sympify(rate), sp.sympify(frequency), sp.sympify(start)
    if real(g, "the rate of the envelope").is_number and not g > 0:
        raise ParameterError(f"the rate of an exponential envelope is {g}; it must be positive.")
    shape = sp.exp((1 if rising else -1) * g * (TIME - x) / 2 - sp.I * w * TIME)
    return Envelope(shape, TIME, -sp.oo, x) if rising else Envelope(shape, TIME, x, sp.oo)


def top_hat(start: Value | None = None, end: Value | None = None, frequency: Value = 0) -> Envelope:
    """The envelope e^(-i frequency t) between `start` and `end`; those of frequencies that are multiples of
    2 pi/(end - start) apart are orthogonal. ParameterError where an end is missing or infinite.

    >>> top_hat(0, 2).end
    2
    """
    for given, name in ((start, "start"), (end, "end")):
        if given is None:
            raise ParameterError(f"the {name} of a top hat is missing; give both, as in top_hat(0, T).")
        if sp.sympify(given) in (sp.oo, -sp.oo):
            raise ParameterError(
                f"the {name} of a top hat is {given}: it is not square-integrable; give a finite time."
            )
    return Envelope(sp.exp(-sp.I * sp.sympify(frequency) * TIME), TIME, sp.sympify(start), sp.sympify(end))


def as_envelope(given: Any) -> Envelope:
    """An envelope; an expression in t holds for all t where it is square-integrable, else from t = 0 on.

    Raises ParameterError for anything else.
    """
    if isinstance(given, Envelope):
        return given
    shape = complex_value(given, "the envelope")
    raw = sp.sympify(given)
    whole, times = Envelope(raw), [s for s in raw.free_symbols if s.name == TIME.name]
    if not times:
        raise ParameterError(
            f"the envelope {shape} is not square-integrable: it does not depend on t; give its interval."
        )
    whole = Envelope(raw, times[0])
    return Envelope(raw, times[0], sp.S.Zero) if whole.terms is not None else whole


def later(x: Expr, y: Expr) -> int:
    """1 where x > y, -1 where x < y, 0 where they are the same; ParameterError where that is not known."""
    if x == y:
        return 0
    if y == -sp.oo or x == sp.oo:
        return 1
    if x == -sp.oo or y == sp.oo:
        return -1
    d = sp.expand(x - y)
    if d == 0:
        return 0
    if d.is_positive or (d.is_number and d > 0):
        return 1
    if d.is_negative or (d.is_number and d < 0):
        return -1
    raise ParameterError(
        f"which is later, {x} or {y}? Declare the times of envelopes, such as cs.symbol('T', 'positive')."
    )
