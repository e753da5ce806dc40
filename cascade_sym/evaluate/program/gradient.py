"""Derivatives by reverse accumulation: all of them for a small multiple of one value's operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from cascade_sym.errors import OutsideExactDomain
from cascade_sym.program.builder import Builder
from cascade_sym.program.nodes import Output, Program, arguments

TWO = Fraction(2)


def with_gradient(program: Program, over: Sequence[str]) -> Program:
    """The outputs of `program`, each followed by its derivatives with respect to the real parameters `over`.

    The derivative of output "f" with respect to "x" is called "df/dx".
    """
    b = Builder()
    new = program.run(b.const, b.param, b.apply)
    outs: list[Output] = []
    for o in program.outputs:
        columns = [adjoints(b, program, new, i, over) for i in o.parts()]
        outs.append(o.placed(new.__getitem__))
        for name, *parts in zip(over, *columns, strict=True):
            outs.append(Output(f"d{o.name}/d{name}", *parts))
    b.labels.update({new[i]: s for i, s in program.labels.items()})
    return b.finish(outs, [replace(c, node=new[c.node]) for c in program.conditions])


def adjoints(b: Builder, program: Program, new: list[int], root: int, over: Sequence[str]) -> list[int]:
    """Nodes of the derivatives of node `root` with respect to each of `over`."""
    bar: dict[int, list[int]] = defaultdict(list)
    bar[root].append(b.one)
    result: dict[str, int] = {}
    for i in range(root, -1, -1):
        if i not in bar:
            continue
        node = program.nodes[i]
        g = b.total(bar[i])
        if g == b.zero:
            continue
        if node[0] == "param" and node[2] == "re":
            result[node[1]] = g
        if not (args := arguments(node)):
            continue
        if node[0] not in RULES:
            raise OutsideExactDomain(f"no derivative is known for {node[0]}.")
        for a, d in zip(args, RULES[node[0]](b, [new[a] for a in args], new[i], g), strict=True):
            if d != b.zero:
                bar[a].append(d)
    return [result.get(name, b.zero) for name in over]


# from the builder, the nodes of the arguments and of the value and the derivative g at it: what it adds to theirs
Rule = Callable[[Builder, list[int], int, int], list[int]]


def power(b: Builder, a: list[int], z: int, g: int) -> list[int]:
    x, p = a
    base = b.mul(g, b.mul(p, b.apply("pow", x, b.sub(p, b.one))))
    return [base, b.zero if b.value(p) is not None else b.mul(g, b.mul(z, b.unary("log", x)))]


def chosen(op: str) -> Rule:
    def rule(b: Builder, a: list[int], z: int, g: int) -> list[int]:
        first = b.sub(a[1], a[0]) if op == "min" else b.sub(a[0], a[1])
        return [b.apply("select", first, g, b.zero), b.apply("select", first, b.zero, g)]

    return rule


def polar(b: Builder, a: list[int], z: int, g: int) -> list[int]:
    y, x = a
    scaled = b.div(g, b.add(b.square(x), b.square(y)))
    return [b.mul(scaled, x), b.neg(b.mul(scaled, y))]


def arc(b: Builder, x: int, g: int) -> int:
    return b.div(g, b.unary("sqrt", b.sub(b.one, b.square(x))))


RULES: dict[str, Rule] = {
    "add": lambda b, a, z, g: [g, g],
    "sub": lambda b, a, z, g: [g, b.neg(g)],
    "neg": lambda b, a, z, g: [b.neg(g)],
    "mul": lambda b, a, z, g: [b.mul(g, a[1]), b.mul(g, a[0])],
    "div": lambda b, a, z, g: [b.div(g, a[1]), b.neg(b.mul(b.div(g, a[1]), z))],
    "sqrt": lambda b, a, z, g: [b.div(g, b.mul(b.const(TWO), z))],
    "abs": lambda b, a, z, g: [b.mul(g, b.apply("copysign", b.one, a[0]))],
    "sin": lambda b, a, z, g: [b.mul(g, b.unary("cos", a[0]))],
    "cos": lambda b, a, z, g: [b.neg(b.mul(g, b.unary("sin", a[0])))],
    "exp": lambda b, a, z, g: [b.mul(g, z)],
    "log": lambda b, a, z, g: [b.div(g, a[0])],
    "atan": lambda b, a, z, g: [b.div(g, b.add(b.one, b.square(a[0])))],
    "asin": lambda b, a, z, g: [arc(b, a[0], g)],
    "acos": lambda b, a, z, g: [b.neg(arc(b, a[0], g))],
    "sinh": lambda b, a, z, g: [b.mul(g, b.unary("cosh", a[0]))],
    "cosh": lambda b, a, z, g: [b.mul(g, b.unary("sinh", a[0]))],
    "tanh": lambda b, a, z, g: [b.mul(g, b.sub(b.one, b.square(z)))],
    "asinh": lambda b, a, z, g: [b.div(g, b.unary("sqrt", b.add(b.square(a[0]), b.one)))],
    "acosh": lambda b, a, z, g: [b.div(g, b.unary("sqrt", b.mul(b.sub(a[0], b.one), b.add(a[0], b.one))))],
    "atanh": lambda b, a, z, g: [b.div(g, b.mul(b.sub(b.one, a[0]), b.add(b.one, a[0])))],
    "pow": power,
    "atan2": polar,
    "min": chosen("min"),
    "max": chosen("max"),
    "select": lambda b, a, z, g: [b.zero, b.apply("select", a[0], g, b.zero), b.apply("select", a[0], b.zero, g)],
    "copysign": lambda b, a, z, g: [
        b.mul(g, b.apply("copysign", b.one, b.mul(b.apply("copysign", b.one, a[0]), a[1]))),
        b.zero,
    ],
}
