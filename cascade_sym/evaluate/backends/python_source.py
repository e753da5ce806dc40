"""The program as Python that a person can read, with the names of the definitions."""

from __future__ import annotations

import keyword
from collections import Counter

from cascade_sym.program.constants import is_double, parts
from cascade_sym.program.nodes import TESTS, Program, arguments

INFIX = {"add": ("+", 1), "sub": ("-", 1), "mul": ("*", 2), "div": ("/", 2)}
CALLS = {"abs": "abs", "atan": "arctan", "asin": "arcsin", "acos": "arccos", "pow": "power",
         "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
         "atan2": "arctan2", "min": "minimum", "max": "maximum"}  # fmt: skip


def readable(program: Program, name: str = "evaluate") -> str:
    """Source of a function of the parameters that returns the outputs (NumPy's functions in scope)."""
    uses = Counter(a for node in program.nodes for a in arguments(node))
    outs = set(program.output_nodes())
    names = Namer()
    text: dict[int, tuple[str, int]] = {}
    lines: list[str] = []
    params: list[str] = []
    for i, node in enumerate(program.nodes):
        if node[0] == "const":
            text[i] = constant_text(node[1])
            continue
        if node[0] == "param":
            base = node[1] if node[2] == "re" else f"im_{node[1]}"
            params.append(names.new(base))
            text[i] = (params[-1], 9)
            continue
        value = expression(node, text)
        if i in program.labels or uses[i] > 1 or i in outs or len(value[0]) > 70:
            target = names.new(program.labels.get(i, "t"))
            lines.append(f"    {target} = {value[0]}")
            value = (target, 9)
        text[i] = value
    returned = []
    for o in program.outputs:
        returned.append(text[o.re][0] if o.im is None else f"{text[o.re][0]} + 1j*{text[o.im][0]}")
    head = f"def {identifier(name)}({', '.join(params)}):"
    return "\n".join([head, *lines, f"    return {', '.join(returned)}"]) + "\n"


def constant_text(c: object) -> tuple[str, int]:
    value = parts(c)[0]
    if is_double(c) and value.is_integer() and abs(value) < 1e15:
        return str(int(value)), 9 if value >= 0 else 0
    return repr(value), 9 if value >= 0 else 0


def expression(node: tuple[object, ...], text: dict[int, tuple[str, int]]) -> tuple[str, int]:
    """Text and binding strength of one operation."""
    op = str(node[0])
    args = [text[a] for a in arguments(node)]
    if op == "neg":
        return f"-{wrapped(args[0], 2)}", 0
    if op in INFIX:
        sign, level = INFIX[op]
        right = wrapped(args[1], level + (op in ("sub", "div") or args[1][1] == level))
        left = wrapped(args[0], level)
        return (f"{left} {sign} {right}" if level == 1 else f"{left}{sign}{right}"), level
    if op in TESTS:
        test = ">= 0" if op == "nonnegative" else "> 0"
        return f"where({' & '.join(f'({a[0]} {test})' for a in args)}, 1, -1)", 9
    if op == "select":
        return f"where({args[0][0]} >= 0, {args[1][0]}, {args[2][0]})", 9
    return f"{CALLS.get(op, op)}({', '.join(a[0] for a in args)})", 9


def wrapped(part: tuple[str, int], level: int) -> str:
    return part[0] if part[1] >= level else f"({part[0]})"


def identifier(name: str) -> str:
    """`name` as a Python identifier."""
    clean = "".join(ch if ch.isalnum() or ch == "_" else "_" for ch in name)
    if not clean or clean[0].isdigit():
        clean = f"v_{clean}"
    return f"{clean}_" if keyword.iskeyword(clean) or clean == "lambda" else clean


class Namer:
    """Distinct identifiers: the wanted one, or with a number behind it."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.count = 0

    def new(self, wanted: str) -> str:
        base = identifier(wanted)
        name = base
        while name in self.used or (wanted == "t" and name == "t"):
            self.count += 1
            name = f"{base}{self.count}"
        self.used.add(name)
        return name
