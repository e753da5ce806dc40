"""A program as a function in a language: every operation one line, each definition under its own name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from textwrap import wrap
from typing import Any

from cascade_sym.evaluate.source.languages import WIDTH, Body, Language
from cascade_sym.evaluate.source.names import identifiers
from cascade_sym.program.nodes import TESTS, Node, Program


def source(
    program: Program,
    name: str,
    parameters: Sequence[str],
    language: Language,
    complex_parameters: Collection[str] = (),
    remarks: Sequence[str] = (),
) -> str:
    """A function called `name` of `parameters` that computes the outputs of `program`; remarks become comments."""
    leaves = {i: n for i, n in enumerate(program.nodes) if n[0] == "const" or is_real_parameter(n, complex_parameters)}
    lines = [i for i in range(len(program.nodes)) if i not in leaves]
    wanted: dict[Any, str] = {("parameter", p): p for p in parameters} | {"function": name}
    wanted |= {i: s for i in lines if (s := label(program, i))}
    fill = {i: f"t{k}" for k, i in enumerate((i for i in lines if i not in wanted), 1)}
    called = identifiers(wanted | fill, language)
    text = {i: language.number(n[1]) if n[0] == "const" else called["parameter", n[1]] for i, n in leaves.items()}
    text |= {i: called[i] for i in lines}
    unused = [called["parameter", p] for p in sorted(set(parameters) - set(program.parameters))]
    shape = "".join(language.spread.format(p) for p in unused)
    renamed = ", ".join(f"{called[k]} is {w}" for k, w in wanted.items() if called[k] != w)
    body = Body(
        called["function"],
        {called["parameter", p]: p in complex_parameters for p in parameters},
        unused,
        [(text[i], operation(program, i, text, called, language)) for i in lines],
        [(text[o.re] + shape, None if o.im is None else text[o.im]) for o in program.outputs],
        [language.remark.format(part) for r in (renamed, *remarks) for part in wrap(quiet(r), WIDTH)],
    )
    return "\n".join(language.layout(body)) + "\n"


def is_real_parameter(node: Node, complex_parameters: Collection[str]) -> bool:
    return node[0] == "param" and node[1] not in complex_parameters


def label(program: Program, i: int) -> str | None:
    """The name for a line: that of the definition, or of a part of a complex parameter."""
    op, *rest = program.nodes[i]
    return f"{rest[1]}_{rest[0]}" if op == "param" else program.labels.get(i)


def operation(program: Program, i: int, text: dict[int, str], called: dict[Any, str], language: Language) -> str:
    """The right-hand side of a line; numbers stand in front in products, behind in sums."""
    op, *args = program.nodes[i]
    if op == "param":
        name, part = args
        return language.parts[part].format(called["parameter", name])
    if op in ("add", "mul"):
        args.sort(key=lambda a: (program.nodes[a][0] == "const") == (op == "add"))
    operands = [text[a] for a in args]
    if op in TESTS:
        return language.test.format(language.both.join(language.passes[op].format(a) for a in operands))
    return language.operations[op].format(*operands)


def quiet(text: str) -> str:
    """`text` on one line of printable characters, without anything that begins or ends a comment."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    for pair in ("*/", "/*", "*)", "(*"):
        shown = shown.replace(pair, f"{pair[0]} {pair[1]}")
    return shown
