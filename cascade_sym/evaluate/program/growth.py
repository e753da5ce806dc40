"""How large intermediate values get: the power with which they grow when all parameters grow together."""

from __future__ import annotations

from cascade_sym.program.nodes import Program, arguments

BOUNDED = ("const", "sin", "cos", "atan", "asin", "acos", "tanh", "rint", "nonnegative", "positive")


def growth(program: Program) -> float:
    """The largest power of t by which a value grows or falls when every parameter is t times larger.

    Sums count as their largest term, so that it is that of generic parameters. A form over one common denominator
    can reach the range of doubles, 10**(+-308), long before the result does.
    """
    powers: list[float] = []
    for node in program.nodes:
        a = [powers[i] for i in arguments(node)]
        match node[0]:
            case "param":
                power = 1.0
            case op if op in BOUNDED or not a:
                power = 0.0
            case "mul":
                power = a[0] + a[1]
            case "div":
                power = a[0] - a[1]
            case "sqrt":
                power = a[0] / 2
            case _:
                power = max(a)
        powers.append(power)
    return max(map(abs, powers), default=0.0)
