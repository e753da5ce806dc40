"""From a target to programs: the definitions as they stand, and the cheapest equivalent form of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sympy as sp
from flint import arb

from cascade_sym.errors import ParameterError, UnknownParameter, listing
from cascade_sym.evaluate.limits import Leaf, Limits, exact_limits, far_from_zero, shifted
from cascade_sym.evaluate.program.forms import HUGE, cheapest
from cascade_sym.evaluate.program.gradient import with_gradient
from cascade_sym.evaluate.program.powers import UNDER_ROOT
from cascade_sym.evaluate.ranged import Conditions
from cascade_sym.evaluate.targets import Target
from cascade_sym.program.builder import guarded
from cascade_sym.program.calculation import read_program
from cascade_sym.program.nodes import Condition, Program
from cascade_sym.symbols.names import MARK

DOMAIN = f"domain{MARK}"  # before the names of conditions, of which no result can have one


@dataclass(frozen=True)
class Plan:
    """Programs for one target; each is made when it is first wanted.

    `over` names the parameters of the gradient, or is None. With `scaled` the definitions are read in the form for
    floats alone, which nobody computes again in wider numbers.
    """

    target: Target
    over: tuple[str, ...] | None = None
    scaled: bool = False

    @cached_property
    def literal(self) -> Program:
        """The definitions as they stand, with the domain as conditions, and that no pivot vanishes."""
        asked = dict(self.target.outputs)
        pivots = far_from_zero(self.target.definitions)
        asked |= {DOMAIN + n: e for n, e in self.target.domain + self.target.nonnegative + pivots}
        program = read_program(self.target.definitions, asked, self.scaled)
        tests = [o for o in program.outputs if o.name.startswith(DOMAIN)]
        if complex_ones := [o.name.removeprefix(DOMAIN) for o in tests if o.im is not None]:
            raise ParameterError(f"{listing(complex_ones)} is complex; a domain needs real expressions.")
        weak, far = ({DOMAIN + n for n, _ in group} for group in (self.target.nonnegative, pivots))
        conditions = tuple(
            Condition(o.re, o.name not in weak, o.name.removeprefix(DOMAIN), removable=o.name in far) for o in tests
        )
        outs = tuple(o for o in program.outputs if not o.name.startswith(DOMAIN))
        return replace(program, outputs=outs, conditions=conditions)

    @property
    def huge(self) -> bool:
        """Whether the definitions are too long for rewriting them to pay."""
        return len(self.literal.nodes) > HUGE

    @cached_property
    def best(self) -> Program:
        """The best of the equivalent forms."""
        return self._sloped(cheapest(self.literal))

    @cached_property
    def literal_gradient(self) -> Program:
        """The definitions as they stand."""
        return self._sloped(self.literal)

    def _sloped(self, program: Program) -> Program:
        """The program with the gradient where one is wanted."""
        return program if self.over is None else with_gradient(program, self.over)

    @cached_property
    def rooted(self) -> Program:
        """The definitions as they stand, with one more condition for whatever stands under a root."""
        roots = dict.fromkeys(n[1] for n in self.literal.nodes if n[0] == "sqrt")
        below = tuple(Condition(i, False, UNDER_ROOT, True) for i in roots if self.literal.nodes[i][0] != "const")
        return replace(self.literal, conditions=self.literal.conditions + below)

    @cached_property
    def conditions(self) -> Conditions | None:
        """What says why a point has no result: the domain, and what stands under roots."""
        conditions = tuple(c for c in self.rooted.conditions if not c.removable)
        return Conditions(replace(self.rooted, conditions=conditions)) if conditions else None

    @cached_property
    def limits(self) -> Limits | None:
        """What gives values where a pivot vanishes."""
        if not self.target.definitions.pivots:
            return None
        moved = Plan(replace(self.target, definitions=shifted(self.target.definitions)), self.over, self.scaled)
        return Limits(self.literal, moved.literal_gradient)

    @cached_property
    def rooted_gradient(self) -> Program:
        """The same, with the gradient where one is wanted."""
        return self._sloped(self.rooted)

    @cached_property
    def plain(self) -> Program:
        """What computes values only."""
        return guarded(self.best)

    def at_limit(self, point: Mapping[Leaf, float]) -> Program | None:
        """What computes the values at one point at which a pivot vanishes, from exact limits of the definitions."""
        balls = {leaf: arb(x) for leaf, x in point.items()}
        if self.over is not None or self.limits is None or not self.limits.vanishing(balls):
            return None
        exact = {leaf: sp.Rational(x) for leaf, x in point.items()}
        values = {s: exact[s.name, "re"] + sp.I * exact.get((s.name, "im"), 0) for s in self.target.symbols}
        target = replace(self.target, definitions=exact_limits(self.target.definitions, values))
        return Plan(target).rooted if set(target.symbols) <= set(values) else None

    def gradient(self, over: Sequence[str]) -> Plan:
        """The same with the gradient; UnknownParameter for a name that is no real parameter."""
        names = tuple(str(n) for n in over)
        known = [n for n in self.target.parameters if n not in self.target.complex_parameters]
        if bad := [n for n in names if n not in known]:
            raise UnknownParameter(f"no real parameter {listing(bad)}; derivatives exist for {listing(known)}.")
        if not names or len(set(names)) < len(names):
            raise ParameterError(f"over must name at least one parameter, each once; got {list(names)}.")
        return replace(self, over=names)
