"""The cheapest of the equivalent forms of a program."""

from __future__ import annotations

from cascade_sym.evaluate.program.angles import SINCOS, expand_angles
from cascade_sym.evaluate.program.factors import factor
from cascade_sym.evaluate.program.guards import guarded
from cascade_sym.evaluate.program.products import share_products
from cascade_sym.program.nodes import FREE, TESTS, Program

LARGE = 300  # programs beyond are not drawn together: it takes long and seldom pays
WORTH = 1.5  # how much more a form may cost that loses fewer digits
HIGHEST = 30  # power of the parameters in intermediate values: within 1e308 for parameters up to 1e10
COSTS = {
    "add": 1.0, "sub": 1.0, "mul": 1.0, "div": 9.0, "sqrt": 10.0, "abs": 0.5, "min": 1.0, "max": 1.0,
    "select": 2.0, "copysign": 2.0, "rint": 1.0, "proderr": 1.0, "exp": 20.0, "log": 25.0, "pow": 60.0,
}  # fmt: skip
OTHER = 40.0
BOUNDED = ("sin", "cos", "atan", "asin", "acos", "tanh", "rint", "nonnegative", "positive")


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
    """The weighted number of operations, conditions included; sine and cosine of one angle count once."""
    nodes = guarded(program).nodes
    angles = {n[1] for n in nodes if n[0] in ("sin", "cos")}
    rest = (n[0] for n in nodes if n[0] not in FREE and n[0] not in ("sin", "cos", *TESTS))
    tests = sum(len(n) - 1 for n in nodes if n[0] in TESTS)
    return SINCOS * len(angles) + tests + sum(COSTS.get(op, OTHER) for op in rest)


def growth(program: Program) -> float:
    """The largest power of t by which a value grows or falls when every parameter is t times larger.

    Sums count as their largest term, so that it is that of generic parameters. A form over one common denominator
    can reach the range of doubles, 10**(+-308), long before the result does.
    """

    def power(op: str, first: float, *more: float) -> float:
        if op in BOUNDED:
            return 0.0
        if op in ("mul", "div"):
            return first + more[0] if op == "mul" else first - more[0]
        return first / 2 if op == "sqrt" else max([first, *more])

    return max(map(abs, program.run(lambda c: 0.0, lambda name, part: 1.0, power)), default=0.0)
