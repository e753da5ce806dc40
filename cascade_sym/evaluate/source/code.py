"""A quantity as source code: one function in Python, C, Julia or Mathematica, with every operation on one line and each
definition under its own name.

The operations and words of each language are in languages.toml, the functions that no table can say here. To add an
operation, add it to every section there; to add a language, a section and its line in WRITERS. A test walks the table.

Identifiers are distinct, legal, the same every time, and ASCII, since languages disagree about which other letters are
the same: θ becomes theta. A name that is legal as it is stays; the others give way to it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib.resources import files
from itertools import count
from math import inf, isnan
from textwrap import wrap
from typing import Any

from cascade_sym.definitions import Quantity
from cascade_sym.errors import FormulaError, ParameterError
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.program.powers import waves_merged
from cascade_sym.evaluate.targets import read_target
from cascade_sym.program.builder import guarded
from cascade_sym.program.constants import Constant, near, parts
from cascade_sym.program.nodes import LEAVES, TESTS, Program

WIDTH = 110  # of remarks in exported code
EXPORTED = 140  # bits of constants in exported text: its 40 digits and some
SIGNS = {"'": "_prime", "′": "_prime", "+": "_plus", "-": "_minus", "−": "_minus", "*": "_star", "†": "_dagger"}
LETTER = re.compile(r"(?:GREEK|LATIN|CYRILLIC) (SMALL|CAPITAL) LETTER (\w+)")


def plain(name: str) -> str:
    """`name` in ASCII letters, digits and underscores, with a letter in front.

    >>> plain("θ_S"), plain("q+'"), plain("a b"), plain("_x"), plain("Δ²")
    ('theta_S', 'q_plus_prime', 'a_b', 'v_x', 'Delta2')
    """
    text = "".join(map(ascii_letters, unicodedata.normalize("NFKD", name)))
    return text if re.match("[A-Za-z]", text) else f"v{text}"


def ascii_letters(c: str) -> str:
    """One character as what may stand in an identifier."""
    if c.isascii() and c.isalnum():
        return c
    if (letter := LETTER.match(unicodedata.name(c, ""))) is not None:
        return letter[2].lower() if letter[1] == "SMALL" else letter[2].capitalize()
    if unicodedata.combining(c):
        return ""
    return SIGNS.get(c) or (f"u{ord(c):x}" if c.isalnum() else "_")


def without_underscores(name: str) -> str:
    """`plain` in one piece with a small letter in front, since capitals are Mathematica's own words.

    >>> without_underscores("theta_S"), without_underscores("C_M")
    ('thetaS', 'vCM')
    """
    head, *rest = re.findall("[A-Za-z0-9]+", plain(name))
    text = head + "".join(p[0].upper() + p[1:] for p in rest)
    return text if text[0].islower() else f"v{text}"


@dataclass(frozen=True)
class Body:
    """A function taken apart, in the language's own words.

    `parameters` tells for each whether it is complex; `results` are pairs of a real and an imaginary part, which is
    None where the value is real.
    """

    name: str
    parameters: dict[str, bool]
    unused: list[str]
    lines: list[tuple[str, str]]
    results: list[tuple[str, str | None]]
    remarks: list[str]


@dataclass(frozen=True)
class Language:
    """A section of languages.toml, with the functions that write in the language."""

    operations: Mapping[str, str]
    passes: Mapping[str, str]
    both: str
    test: str
    parts: Mapping[str, str]
    remark: str
    no_value: str
    spread: str
    joint: str
    words: Sequence[str]
    number: Callable[[Constant], str]
    layout: Callable[[Body], list[str]]
    spelled: Callable[[str], str] = plain

    @cached_property
    def reserved(self) -> frozenset[str]:
        """Words that no name may be: the language's own, and all that the table uses."""
        texts = [*self.operations.values(), *self.passes.values(), *self.parts.values(), self.test, self.spread]
        used = {w for t in texts for w in re.findall(r"(?<![\w.])[A-Za-z_]\w*", t)}
        return frozenset(used | set(" ".join(self.words).split()))


def numbers(nan: str) -> Callable[[Constant], str]:
    """Doubles in the fewest digits that give them back, the constant correctly rounded."""

    def number(c: Constant) -> str:
        x = parts(c)[0]
        if abs(x) == inf or (x == 0 and c != 0):
            raise ParameterError(
                f"the number {near(c, 60).str(9, radius=False)} is outside the range of doubles; choose other units, "
                "or export to Mathematica."
            )
        return nan if isnan(x) else f"({x!r})" if x < 0 else repr(x)

    return number


def exact_number(c: Constant) -> str:
    """Rational numbers and pi as they are, other constants to 40 digits: a machine number in a sum or product makes
    machine numbers of them, other arguments leave them their digits.
    """
    if isnan(parts(c)[0]):
        return "Indeterminate"
    if c == ("pi",):
        return "Pi"
    if isinstance(c, Fraction):
        return str(c) if c >= 0 and c.denominator == 1 else f"({c})"
    digits, _, exponent = near(c, EXPORTED).str(40, radius=False).partition("e")
    text = f"{digits}*10^({int(exponent)})" if exponent else digits
    return f"({text})" if exponent or digits[0] == "-" else text


def python_layout(f: Body) -> list[str]:
    given = [f"{p} = numpy.asarray({p}, dtype={'complex' if c else 'float'})[()]" for p, c in f.parameters.items()]
    results = [re if im is None else f"{re} + 1j*{im}" for re, im in f.results]
    body = [*f.remarks, *given, *(f"{n} = {e}" for n, e in f.lines), f"return {', '.join(results)}"]
    head = ["import numpy", "", "", '@numpy.errstate(divide="ignore", invalid="ignore")']
    return [*head, f"def {f.name}({', '.join(f.parameters)}):", *indented(body)]


def c_layout(f: Body) -> list[str]:
    (re, im), *_ = f.results
    given = ", ".join(f"double {'complex ' if c else ''}{p}" for p, c in f.parameters.items())
    ends = [f"return {re};"]
    if im is not None:
        ends = [f"const union {{ double parts[2]; double complex value; }} both = {{{{{re}, {im}}}}};",
                "return both.value;"]  # fmt: skip
    body = [*f.remarks, *(f"(void){p};" for p in f.unused), *(f"const double {n} = {e};" for n, e in f.lines), *ends]
    head = ["#include <complex.h>"] if im is not None or any(f.parameters.values()) else []
    kind = "double" if im is None else "double complex"
    return [*head, "#include <math.h>", "", f"{kind} {f.name}({given or 'void'}) {{", *indented(body), "}"]


def julia_layout(f: Body) -> list[str]:
    given = [f"{p} = float.({p})" for p in f.parameters]
    results = [re if im is None else f"complex.({re}, {im})" for re, im in f.results]
    body = [*f.remarks, *given, *(f"{n} = {e}" for n, e in f.lines), f"return {', '.join(results)}"]
    return [f"function {f.name}({', '.join(f.parameters)})", *indented(body), "end"]


def mathematica_layout(f: Body) -> list[str]:
    (re, im), *_ = f.results
    body = [*f.remarks, *(f"{n} = {e};" for n, e in f.lines), re if im is None else f"{re} + I*{im}"]
    head = f"{f.name}[{', '.join(f'{p}_' for p in f.parameters)}] := Module[{{{', '.join(n for n, _ in f.lines)}}},"
    start = wrap(head, WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    return [*start, *indented(body, "  "), "]", f"SetAttributes[{f.name}, Listable]"]


def indented(lines: list[str], by: str = "    ") -> list[str]:
    return [by + line for line in lines]


# what no table can say: how each writes a number, a function and, where it has its own rules, a name
WRITERS: dict[str, dict[str, Any]] = {
    "python": {"number": numbers("numpy.nan"), "layout": python_layout},
    "c": {"number": numbers("NAN"), "layout": c_layout},
    "julia": {"number": numbers("NaN"), "layout": julia_layout},
    "mathematica": {"number": exact_number, "layout": mathematica_layout, "spelled": without_underscores},
}
_TABLE = tomllib.loads((files(__package__) / "languages.toml").read_text(encoding="utf-8"))
LANGUAGES = {word: Language(**_TABLE[word], **how) for word, how in WRITERS.items()}


def identifiers(wanted: Mapping[Any, str], language: Language) -> dict[Any, str]:
    """An identifier for each thing that wants a name, all different, even where things want the same one."""
    found: dict[Any, str] = {}
    taken = set(language.reserved)
    for as_it_is in (True, False):
        for key, name in wanted.items():
            new = language.spelled(name)
            if key not in found and (not as_it_is or (new == name and new not in taken)):
                found[key] = next(c for c in candidates(new, language.joint) if c not in taken)
                taken.add(found[key])
    return found


def candidates(name: str, joint: str) -> Iterator[str]:
    """`name`, or it with more behind it."""
    yield name
    if joint:
        yield name + joint
    yield from (f"{name}{joint}{k}" for k in count(2))


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
