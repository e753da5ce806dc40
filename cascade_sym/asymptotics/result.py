"""The result of `scaling`: exact, with its derivation and its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import sympy as sp
from sympy import Expr, Rational, Symbol

from cascade_sym.asymptotics.algebraic import AlgebraicValue
from cascade_sym.asymptotics.steps import Step

DIGITS = 30


@dataclass(frozen=True)
class OptimumTerm:
    """How one optimised parameter x behaves: x = limit + coefficient * large^exponent + ...

    For limits 0 and oo the limit is not added. For a finite limit that is not a special value, `limit_value` is
    exact and `exponent`/`coefficient` belong to the departure from it (None where it was not determined exactly).
    `coefficient` None with `number` set: known numerically only. `at_edge` says that the minimum is at the edge
    of the allowed region.
    """

    limit: Expr
    exponent: Rational | None
    coefficient: AlgebraicValue | None
    number: str | None
    at_edge: bool = False


@dataclass(frozen=True)
class Certificate:
    """Independent numbers (mpmath) that the claim was held against; see `certificate.certify`.

    `points`: (value of large, optimised objective, local exponent, objective / large^exponent);
    `prefactor_limit`: extrapolated; `error`: its relative distance from the exact prefactor;
    `observed_next`: observed exponent of the relative correction; `window`: accuracy -> value of large from which
    on (up to which, for a limit at zero) the leading and the two-term form hold that accuracy;
    `samples`: the same comparison at other values of the remaining parameters.
    """

    points: tuple[tuple[str, str, str, str], ...]
    prefactor_limit: str
    error: str
    digits: int
    observed_next: str | None
    window: Mapping[str, Mapping[str, str | None]]
    sample: Mapping[str, str]
    samples: tuple[Mapping[str, Any], ...]

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
            "optimum": {name: _optimum_json(t) for name, t in self.optimum.items()},
            "certificate": self.certificate.to_json(),
            "seconds": round(self.seconds, 3),
        }


def number_text(v: Any, digits: int = DIGITS) -> str:
    """An mpmath number as a decimal string."""
    with mp.workdps(digits + 15):
        return mp.nstr(mp.mpf(v), digits, strip_zeros=False)


def _optimum_json(t: OptimumTerm) -> dict[str, Any]:
    coefficient = t.number
    if t.coefficient is not None:
        c = t.coefficient
        coefficient = c.latex() if c.parameters else number_text(c.at())
    limit = t.limit
    shown = sp.latex(limit) if limit.free_symbols else str(limit)
    return {
        "limit": shown,
        "exponent": None if t.exponent is None else str(t.exponent),
        "coefficient": coefficient,
    }
