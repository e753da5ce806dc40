"""Readers of LaTeX on the same formulas: `python -m tests.compare.readers` (`make compare`).

The formulas are the committed corpus, each with what it states, written by hand, and what SymPy's printer makes of random
expressions. Each reader has a virtual environment of its own; one that can't be installed is left out with a message.
A reading is right where the values of both sides at a point are those of what is stated; names are compared without
their spelling. Only formulas that have values are judged so. Writes build/compare/readers.json, and prints the table.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from typing import Any

import sympy as sp

from cascade_sym.errors import CascadeError
from cascade_sym.formula import Environment, Relation, interpret, names_in, parse_statement, read_formula, walk
from cascade_sym.formula.ast import Call
from cascade_sym.formula.interpret import BUILTINS, CONSTANTS
from cascade_sym.formula.latex_in.reading import READ
from cascade_sym.formula.unvalued import FORM_NAMES
from tests.compare.points import sides
from tests.compare.run import PLACE, ROOT, installed
from tests.formula.corpus import CORPUS

READERS = {
    "SymPy, lark": ("lark", ("sympy==1.14.0", "lark==1.3.1")),
    "SymPy, antlr": ("antlr", ("sympy==1.14.0", "antlr4-python3-runtime==4.11")),
    "latex2sympy2_extended": ("latex2sympy2_extended", ("latex2sympy2_extended[antlr4_13_2]==1.11.0",)),
}
OURS = "cascade_sym"
MINUTES = 20  # for a reader on all formulas
PRINTED = 200  # expressions that SymPy prints
SEED = 18

Values = list[list[float] | None] | None


def stated(statement: Any) -> Values:
    """The values of what a statement of the formula language states; None where it has none."""
    parts = (statement.lhs, statement.rhs) if isinstance(statement, Relation) else (statement,)
    if isinstance(statement, Relation) and (statement.op != "=" or statement.given):
        return None
    try:
        names = {n: sp.Symbol(n) for p in parts for n in names_in(p) if n not in CONSTANTS}
        calls = {n.function for p in parts for _, n in walk(p) if isinstance(n, Call)} - {*BUILTINS}
        if calls & FORM_NAMES:
            return None
        environment = Environment(names, {f: sp.Function(f) for f in calls})
        values = [interpret(p, environment) for p in parts]
    except CascadeError:
        return None
    return sides(sp.Eq(*values, evaluate=False) if len(values) == 2 else values[0])


def printed() -> list[sp.Expr]:
    """Random expressions over the functions that all of the readers know."""
    draw = random.Random(SEED)
    leaves = [*sp.symbols("x y theta"), sp.Integer(2), sp.Rational(3, 7), sp.pi]
    kinds = (
        lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a / (1 + b**2), lambda a, b: sp.sin(a), lambda a, b: sp.exp(a),
        lambda a, b: sp.sqrt(a), lambda a, b: sp.log(a), lambda a, b: a**3, lambda a, b: sp.cos(a) ** 2,
    )  # fmt: skip
    found = list(leaves)
    while len(found) < len(leaves) + PRINTED:
        e = draw.choice(kinds)(draw.choice(found[-40:]), draw.choice(leaves))
        if e.free_symbols and sp.count_ops(e) < 25 and not e.has(sp.zoo, sp.nan):
            found.append(e)
        elif draw.random() < 0.5:
            found.append(draw.choice(leaves))
    return [e for e in found if not e.is_Atom]


def ours(formulas: list[str]) -> dict[str, Any]:
    """What our reader makes of formulas, in the same form as the others."""
    from cascade_sym import __version__

    found = [read_formula(f) for f in formulas]
    read = [r.status == READ for r in found]
    values = [stated(r.statements[0]) if r.status == READ and len(r.statements) == 1 else None for r in found]
    return {"version": __version__, "found": values, "read": read}


def answers(reader: str, formulas: list[str]) -> dict[str, Any]:
    """What a reader makes of formulas, or why there is nothing."""
    if reader == OURS:
        return ours(formulas)
    name, packages = READERS[reader]
    python = installed(f"reader_{name}", packages)
    if isinstance(python, str):
        return {"skipped": python}
    command = [str(python), "-m", "tests.compare.reader_peer", name]
    given = json.dumps(formulas)
    try:
        done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, timeout=60 * MINUTES)
    except subprocess.TimeoutExpired:
        return {"skipped": f"gave nothing within {MINUTES} minutes"}
    if done.returncode:
        return {"skipped": "it ended with an error"}
    found = json.loads(done.stdout.splitlines()[-1])
    return found | {"read": [f is not None for f in found["found"]]}


def same(one: Values, two: Values) -> bool:
    """Whether two readings have the same values, side by side."""
    if one is None or two is None or len(one) != len(two) or None in one or None in two:
        return False
    near = (abs(complex(*a) - complex(*b)) <= 1e-9 * max(1, abs(complex(*a))) for a, b in zip(one, two, strict=True))  # type: ignore[misc]
    return all(near)


def judged(found: dict[str, Any], wanted: list[Values], clear: list[bool]) -> dict[str, int]:
    """How many were read, how many of those that have values were read and right, and how many that a reader could
    read in more than one way were read in one."""
    valued = [k for k, w in enumerate(wanted) if w is not None and None not in w]
    return {
        "formulas": len(wanted), "read": sum(found["read"]), "with values": len(valued),
        "read, with values": sum(found["read"][k] for k in valued),
        "right": sum(same(found["found"][k], wanted[k]) for k in valued),
        "not clear": clear.count(False), "not clear, read": sum(r for r, c in zip(found["read"], clear, strict=True) if not c),
    }  # fmt: skip


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(1, whole):.0f} %)"


def line(reader: str, formulas: str, j: dict[str, int]) -> str:
    cells = (
        reader, formulas, share(j["read"], j["formulas"]), share(j["right"], j["with values"]),
        str(j["read, with values"] - j["right"]), share(j["not clear, read"], j["not clear"]),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> int:
    PLACE.mkdir(parents=True, exist_ok=True)
    rows = [(latex, expected) for latex, expected in CORPUS if expected != "-"]
    clear = [expected[0] != "?" for _, expected in rows]
    wanted = [
        stated(parse_statement(expected)) if ok and " ; " not in expected else None
        for (_, expected), ok in zip(rows, clear, strict=True)
    ]
    made = printed()
    sets = {
        "corpus": ([latex for latex, _ in rows], wanted, clear),
        "printed by SymPy": ([sp.latex(e) for e in made], [sides(e) for e in made], [True] * len(made)),
    }
    results: dict[str, Any] = {}
    print("| reader | formulas | read | right, of those with values | wrong | read where a reader could differ |")
    print("| --- | --- | --- | --- | --- | --- |")
    for reader in (OURS, *READERS):
        for name, (formulas, values, sure) in sets.items():
            found = answers(reader, formulas)
            if "skipped" in found:
                print(f"| {reader} | skipped: {found['skipped']} | | | | |")
                results[reader] = found
                break
            j = judged(found, values, sure)
            results.setdefault(reader, {"version": found["version"]})[name] = j
            print(line(f"{reader} {found['version']}", name, j), flush=True)
    (PLACE / "readers.json").write_text(json.dumps(results, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
