"""Conditions written into a program: where one fails, every result is nan."""

from __future__ import annotations

from functools import partial, reduce

from cascade_sym.program.builder import Builder
from cascade_sym.program.constants import NAN, OUTSIDE
from cascade_sym.program.nodes import Program


def guarded(program: Program) -> Program:
    """The program without conditions, whose results are nan where one of them fails (see `absent`)."""
    if not program.conditions:
        return program
    b = Builder()
    new = program.run(b.const, b.param, b.apply)
    split = [new[c.node] for c in program.conditions if c.split]
    pivots = [new[c.node] for c in program.conditions if c.removable]
    weak = [new[c.node] for c in program.conditions if not c.strict and not c.split]
    strict = [new[c.node] for c in program.conditions if c.strict and not c.removable]
    domain = [b.apply("nonnegative", *weak)] if weak else []
    domain += [b.apply("positive", *strict)] if strict else []
    tests = domain + ([b.apply("nonnegative", *split)] if split else [])
    nan = absent(b, domain, bool(split))
    results = {i: b.apply("select", least(b, tests), new[i], nan) if tests else new[i] for i in program.output_nodes()}
    if pivots:  # asked first: where one vanishes, a condition can be nan
        far = b.apply("positive", *pivots)
        results = {i: b.apply("select", far, r, b.const(NAN)) for i, r in results.items()}
    b.labels.update({new[i]: s for i, s in program.labels.items()})
    return b.finish(o.placed(results.__getitem__) for o in program.outputs)


def absent(b: Builder, domain: list[int], split: bool) -> int:
    """The nan of a point without a result, which tells whether it is outside the domain or only a split root failed."""
    if not domain:
        return b.const(NAN)
    return b.apply("select", least(b, domain), b.const(NAN), b.const(OUTSIDE)) if split else b.const(OUTSIDE)


def least(b: Builder, nodes: list[int]) -> int:
    """The smallest of the nodes' values; nan where one is."""
    return reduce(partial(b.apply, "min"), nodes)
