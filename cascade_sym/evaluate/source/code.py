"""A quantity as source code: one function in Python, C, Julia or Mathematica, with every operation on one line and each
definition under its own name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from textwrap import wrap
from typing import Any

from cascade_sym.definitions import Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.program.factors import waves_merged
from cascade_sym.evaluate.program.guards import guarded
from cascade_sym.evaluate.source.languages import LANGUAGES, WIDTH, Body, Language, identifiers
from cascade_sym.evaluate.targets import read_target
from cascade_sym.program.nodes import LEAVES, TESTS, Program


def code(quantity: Quantity, language: str) -> str:
    """Source code of a function of the quantity's parameters (sorted by name) that returns its value.

    `language` is a key of LANGUAGES. The function is the program of the definitions, one real operation a line, under
    the definitions' names; only sums of sines and cosines that cancel are put together. (The forms that evaluators
    choose for speed bear few of the names, exist where no factor under a root is negative, and near angles of 45
    degrees lose some two digits that this one keeps. Error bounds are the evaluators'.)

    - Python takes numbers or NumPy arrays that broadcast; Julia broadcasts; C is C99 without further libraries;
      Mathematica threads over lists, its rational numbers are exact, others have 40 digits, and symbols go through.
    - Complex parameters and values are of the language's complex type.
    - Outside the quantity's domain, and where a root or a logarithm is not real, the value is nan (Mathematica:
      Indeterminate for the former, its own complex value for the latter). A comment gives the domain.
    - Names become distinct legal identifiers in ASCII; a comment tells which were changed.

    Raises FormulaError for another language, OutsideExactDomain for what has no numerical value, and ParameterError for
    a number beyond the range of doubles.

    >>> import sympy as sp
    >>> from cascade_sym.definitions import Definitions
    >>> x, y = sp.symbols("x y")
    >>> print(code(Quantity("z", y**2 - 3, Definitions(((y, sp.sqrt(x) + 1),)), domain=(x,)), "c"))
    #include <math.h>
    <BLANKLINE>
    double z(double x) {
        /* nan unless x > 0 */
        const double t1 = sqrt(x);
        const double y = t1 + 1.0;
        const double t2 = y*y;
        const double t3 = t2 + (-3.0);
        const double t4 = (x > 0) ? 1.0 : -1.0;
        const double t5 = t4 >= 0 ? t3 : NAN;
        return t5;
    }
    <BLANKLINE>
    """
    if language not in LANGUAGES:
        raise FormulaError(f"no code for the language {language!r}; there are {', '.join(LANGUAGES)}.")
    chosen, target = LANGUAGES[language], read_target(quantity)
    literal = Plan(target).literal
    domain = ", ".join(f"{c.name} > 0" if c.strict else c.name for c in literal.conditions if not c.removable)
    remarks = [f"{chosen.no_value} unless {domain}"] if domain else []
    program = guarded(waves_merged(literal))
    return source(program, quantity.name, target.parameters, chosen, target.complex_parameters, remarks)


def source(
    program: Program,
    name: str,
    parameters: Sequence[str],
    language: Language,
    complex_parameters: Collection[str] = (),
    remarks: Sequence[str] = (),
) -> str:
    """A function called `name` of `parameters` that computes the outputs of `program`; remarks become comments."""
    split = {i for i, n in enumerate(program.nodes) if n[0] == "param" and n[1] in complex_parameters}
    leaves = {i: n for i, n in enumerate(program.nodes) if n[0] in LEAVES and i not in split}
    lines = [i for i in range(len(program.nodes)) if i not in leaves]
    wanted: dict[Any, str] = {("parameter", p): p for p in parameters} | {"function": name}
    names = {**program.labels, **{i: "{2}_{1}".format(*program.nodes[i]) for i in split}}
    wanted |= {i: names[i] for i in lines if i in names}
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
