"""Conditions written into a program: where one fails, every result is nan."""

from __future__ import annotations

from dataclasses import replace

from cascade_sym.program.builder import Builder, replay_node
from cascade_sym.program.constants import NAN
from cascade_sym.program.nodes import Program


def guarded(program: Program) -> Program:
    """The program without conditions, whose results are nan where one of them fails."""
    if not program.conditions:
        return program
    b = Builder()
    new: list[int] = []
    for node in program.nodes:
        new.append(replay_node(b, node, new))
    nan = b.const(NAN)
    weak = [new[c.node] for c in program.conditions if not c.strict]
    strict = [new[c.node] for c in program.conditions if c.strict]
    tests = [b.apply("nonnegative", *weak)] if weak else []
    tests += [b.apply("positive", *strict)] if strict else []
    results = {i: b.apply("select", least(b, tests), new[i], nan) for i in program.output_nodes()}
    b.labels.update({new[i]: s for i, s in program.labels.items()})
    return b.finish([replace(o, re=results[o.re], im=None if o.im is None else results[o.im]) for o in program.outputs])


def least(b: Builder, nodes: list[int]) -> int:
    """The smallest of the nodes' values; nan where one is."""
    result = nodes[0]
    for n in nodes[1:]:
        result = b.apply("min", result, n)
    return result
