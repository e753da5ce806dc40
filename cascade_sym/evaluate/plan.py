"""From a target to programs: the definitions as they stand, and the cheapest equivalent form of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sympy as sp
from flint import arb

from cascade_sym.errors import ParameterError, UnknownParameter, listing
from cascade_sym.evaluate.limits import Leaf, Limits, exact_limits, far_from_zero, shifted
from cascade_sym.evaluate.program.angles import expand_angles
from cascade_sym.evaluate.program.cost import cost
from cascade_sym.evaluate.program.factors import UNDER_ROOT, factor
from cascade_sym.evaluate.program.gradient import with_gradient
from cascade_sym.evaluate.program.growth import growth
from cascade_sym.evaluate.program.guards import guarded
from cascade_sym.evaluate.program.products import share_products
from cascade_sym.evaluate.ranged import Conditions
from cascade_sym.evaluate.targets import Target
from cascade_sym.program.lower import read_program
from cascade_sym.program.nodes import Condition, Program
from cascade_sym.symbols.names import MARK

DOMAIN = f"domain{MARK}"  # before the names of conditions, of which no result can have one
LARGE = 300  # programs beyond are not drawn together: it takes long and seldom pays
WORTH = 1.5  # how much more a form may cost that loses fewer digits
HIGHEST = 30  # power of the parameters in intermediate values: within 1e308 for parameters up to 1e10


def cheapest(program: Program) -> Program:
    """The best of the forms of a program: cheap, and with few differences of nearly equal terms.

    Candidates are the program as it stands, with one sine an angle, and factored, with quotients written
    out where they stand (`local`) or all roots and quotients drawn together. Forms in which sums of sines
    and cosines were merged keep their digits where the others lose them; they may cost more. Common
    denominators can bring high powers, which overflow: such forms are left out.
    """
    angles = expand_angles(program)
    plain = min(program, angles, key=total_cost)
    if not program.operations() & {"sin", "cos", "sqrt", "div"}:
        return plain
    merged = [simplified(program, local=True)]
    if len(program.nodes) <= LARGE:
        merged.append(simplified(program, local=False))
    merged = [m for m in merged if growth(m) <= max(HIGHEST, growth(plain))]
    if not merged:
        return plain
    best = min(merged, key=total_cost)
    return best if total_cost(best) <= WORTH * total_cost(plain) else plain


def simplified(program: Program, local: bool) -> Program:
    """Sums of waves merged, their angles expanded again over base angles, products shared."""
    expanded = expand_angles(factor(program, local=local))
    return share_products(factor(expanded, waves=False, local=local))


def total_cost(program: Program) -> float:
    """The cost with the conditions included."""
    return cost(guarded(program))


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

    @cached_property
    def chosen(self) -> Program:
        """The best of the equivalent forms, without derivatives."""
        return cheapest(self.literal)

    @cached_property
    def best(self) -> Program:
        """The chosen form, with the gradient where one is wanted."""
        return self.chosen if self.over is None else with_gradient(self.chosen, self.over)

    @cached_property
    def literal_gradient(self) -> Program:
        """The definitions as they stand, with the gradient where one is wanted."""
        return self.literal if self.over is None else with_gradient(self.literal, self.over)

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
        """The same with the gradient where one is wanted."""
        return self.rooted if self.over is None else with_gradient(self.rooted, self.over)

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
