"""What a program costs, in units of one vector addition; used to choose between equivalent forms."""

from __future__ import annotations

from cascade_sym.program.nodes import FREE, TESTS, Program

SINCOS = 22.0
COSTS = {
    "add": 1.0, "sub": 1.0, "mul": 1.0, "div": 9.0, "sqrt": 10.0, "abs": 0.5, "min": 1.0, "max": 1.0,
    "select": 2.0, "copysign": 2.0, "rint": 1.0, "proderr": 1.0, "exp": 20.0, "log": 25.0, "pow": 60.0,
}  # fmt: skip
OTHER = 40.0


def cost(program: Program) -> float:
    """The weighted number of operations; sine and cosine of one angle count once."""
    angles = {n[1] for n in program.nodes if n[0] in ("sin", "cos")}
    rest = (n[0] for n in program.nodes if n[0] not in FREE and n[0] not in ("sin", "cos", *TESTS))
    tests = sum(len(n) - 1 for n in program.nodes if n[0] in TESTS)
    return SINCOS * len(angles) + tests + sum(COSTS.get(op, OTHER) for op in rest)
