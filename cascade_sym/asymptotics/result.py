"""The result of `scaling`: exact, with its derivation and its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import sympy as sp
from sympy import Expr, Rational, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue, values_at
from cascade_sym.steps import Step

DIGITS = 30


@dataclass(frozen=True)
class OptimumTerm:
    """How one optimised parameter x behaves: x = limit + coefficient * large^exponent + ...

    Where the limit is 0 or oo it is not added. `limit_value` is the exact value behind a finite limit that is not
    special (for angles of tan((x - reference)/2)); without a closed form `limit` is its number at the sample, and
    `limit_at` gives it elsewhere. `coefficient` None with `number` set: digits at the sample only; both None: the
    departure was not determined. `fixed` is "edge" where the minimum is at the edge of the allowed region, "exact"
    where it stays at `limit` for every value of the large parameter, and "valley" where any value of x gives the same
    optimum and `limit` is one choice.
    """

    limit: Expr
    exponent: Rational | None
    limit_value: AlgebraicValue | None
    coefficient: AlgebraicValue | None
    number: str | None
    fixed: str = ""
    reference: Expr | None = None

    def limit_at(self, values: Mapping[Any, Any] | None = None, digits: int = DIGITS) -> Any:
        """The limit as an mpmath number at values of the remaining parameters (oo stays infinite)."""
        if self.limit_value is None:
            return mp.mpf(sp.N(self.limit.xreplace(values_at(values, self.limit.free_symbols)), digits + 10))
        v = self.limit_value.at(values, digits)
        if self.reference is None:
            return v
        with mp.workdps(digits + 10):
            return mp.mpf(sp.N(self.reference, digits + 10)) + 2 * mp.atan(v)


@dataclass(frozen=True)
class Certificate:
    """Independent numbers (mpmath) that the claim was held against; see `certificate.certify`.

    `points`: (value of large, optimised objective, local exponent, objective / large^exponent); `prefactor_limit`:
    extrapolated; `error`: its relative distance from the exact prefactor; `observed_next`: observed exponent of the
    relative correction; `window`: accuracy -> value of large from which on (up to which, for a limit at zero) the
    leading and the two-term form hold that accuracy; `samples`: the same comparison at other values of the remaining
    parameters; `searched`: values of large at which a global search of the whole allowed region found nothing lower.
    """

    points: tuple[tuple[str, str, str, str], ...]
    prefactor_limit: str
    error: str
    digits: int
    observed_next: str | None
    window: Mapping[str, Mapping[str, str | None]]
    sample: Mapping[str, str]
    samples: tuple[Mapping[str, Any], ...]
    searched: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """ "global" where searches of the whole allowed region could have refuted the optimum, else "local"."""
        return "global" if self.searched else "local"

    def to_json(self) -> dict[str, Any]:
        keys = ("large", "objective", "slope", "prefactor")
        return {
            "points": [dict(zip(keys, p, strict=True)) for p in self.points],
            "prefactor_limit": self.prefactor_limit,
            "relative_error": self.error,
            "digits": self.digits,
            "observed_next_exponent": self.observed_next,
            "window": {k: dict(v) for k, v in self.window.items()},
            "sample": dict(self.sample),
            "other_samples": [dict(s) for s in self.samples],
            "scope": self.scope,
            "searched": list(self.searched),
        }


@dataclass(frozen=True)
class Scaling:
    """objective = prefactor * large^exponent + next_value * large^next_exponent + ...

    `leading_function` is f(kappa) whose minimum the prefactor is; `steps` the derivation.
    """

    name: str
    large: Symbol
    limit: Expr
    exponent: Rational
    prefactor: AlgebraicValue
    next_exponent: Rational | None
    next_value: AlgebraicValue | None
    next_number: str | None
    optimum: Mapping[str, OptimumTerm]
    leading_function: Expr
    certificate: Certificate
    steps: tuple[Step, ...] = field(repr=False)
    seconds: float

    @property
    def is_symbolic(self) -> bool:
        return bool(self.prefactor.parameters)

    def at(self, values: Mapping[Any, Any] | None = None, digits: int = DIGITS) -> Any:
        """The prefactor as an mpmath number at values of the remaining parameters."""
        return self.prefactor.at(values, digits)

    def to_json(self) -> dict[str, Any]:
        """The result as JSON-ready data; numbers are strings of 30 digits."""
        return {
            "exponent": str(self.exponent),
            "prefactor_latex": self.prefactor.latex(),
            "prefactor_value": None if self.is_symbolic else number_text(self.prefactor.at()),
            "next_exponent": None if self.next_exponent is None else str(self.next_exponent),
            "next_value": None if self.is_symbolic else self.next_number,
            "optimum": {name: _optimum_json(t, self.is_symbolic) for name, t in self.optimum.items()},
            "certificate": self.certificate.to_json(),
            "seconds": round(self.seconds, 3),
        }


def number_text(v: Any, digits: int = DIGITS) -> str:
    """An mpmath number as a decimal string."""
    with mp.workdps(digits + 15):
        return mp.nstr(mp.mpf(v), digits, strip_zeros=False)


def _optimum_json(t: OptimumTerm, symbolic: bool) -> dict[str, Any]:
    coefficient = None if symbolic else t.number
    if t.coefficient is not None:
        c = t.coefficient
        coefficient = c.latex() if c.parameters else number_text(c.at())
    return {
        "limit": sp.latex(t.limit) if t.limit.free_symbols else str(t.limit),
        "exponent": None if t.exponent is None else str(t.exponent),
        "coefficient": coefficient,
    }
