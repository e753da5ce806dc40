"""Parameters whose roots turn up are eliminated: epsilon = 1 - tau^2, so that rings stay free of relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.ground import Reparametrise
from cascade_sym.asymptotics.problem import ball_of
from cascade_sym.program import read
from cascade_sym.program.balls import Balls, lifted
from cascade_sym.symbols import own

T = TypeVar("T")


@dataclass(frozen=True)
class Rewriting:
    """`values`: eliminated parameter -> expression in the new ones; `meaning`: new parameter -> what it stands for."""

    values: Mapping[Symbol, Expr] = field(default_factory=dict)
    meaning: Mapping[Symbol, Expr] = field(default_factory=dict)

    def eliminated(self, parameter: Symbol, radicand: Expr) -> tuple[Rewriting, Symbol]:
        """One more parameter replaced, by tau = sqrt(radicand), in which it is linear."""
        tau = own(f"tau_{len(self.meaning) + 1}")
        e = sp.expand(radicand)
        lead, rest = e.coeff(parameter, 1), e.coeff(parameter, 0)
        new = (tau**2 - rest) / lead
        values = {s: v.xreplace({parameter: new}) for s, v in self.values.items()}
        if parameter not in self.meaning:
            values[parameter] = new
        meaning = dict(self.meaning)
        meaning[tau] = sp.sqrt(sp.factor(radicand.xreplace(meaning)))
        return Rewriting(values, meaning), tau

    def shown(self, e: Expr) -> Expr:
        """An expression in the original parameters."""
        return e.xreplace(dict(self.meaning))


def reparametrised(sample: Mapping[Symbol, Any], attempt: Callable[[Mapping[Symbol, Any], Rewriting], T]) -> T:
    """Run `attempt(values, rewriting)`, eliminating one parameter after the other until no root is asked for."""
    rewriting = Rewriting()
    values: dict[Symbol, Any] = dict(sample)
    while True:
        try:
            return attempt(values, rewriting)
        except Reparametrise as r:
            balls = {s.name: v if isinstance(v, flint.arb) else ball_of(v) for s, v in values.items()}
            (size,) = read(r.radicand).run(Balls(), balls)
            rewriting, tau = rewriting.eliminated(r.parameter, r.radicand)
            values = {s: v for s, v in values.items() if s != r.parameter}
            values[tau] = lifted(size).sqrt()
