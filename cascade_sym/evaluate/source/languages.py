"""How each language writes an operation, a number, a name and a function.

An operation is one line whose operands are names or numbers, so that no bracket is needed but those in the table. To
add an operation, add it to every column; a test walks the table.

Identifiers are distinct, legal, the same every time, and ASCII, since languages disagree about which other letters are
the same: θ becomes theta. A name that is legal as it is stays; the others give way to it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib.resources import files
from itertools import count
from math import inf, isnan
from textwrap import wrap
from typing import Any

import flint

from cascade_sym.errors import ParameterError
from cascade_sym.evaluate.backends.numpy_blocks import UFUNCS
from cascade_sym.program.constants import UNARY, Constant, ball, parts

WIDTH = 110
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
    """A column of the table.

    `operations` has a text for each operation. A test of several values is `test` of each value's `passes`, joined
    by `both`. `parts` takes a complex parameter apart; `spread`, behind a value, gives it the shape of an
    argument that it does not depend on.
    """

    word: str
    operations: Mapping[str, str]
    passes: Mapping[str, str]
    both: str
    test: str
    parts: Mapping[str, str]
    number: Callable[[Constant], str]
    layout: Callable[[Body], list[str]]
    remark: str
    no_value: str = "nan"
    spread: str = ""
    spelled: Callable[[str], str] = plain
    joint: str = "_"

    @cached_property
    def reserved(self) -> frozenset[str]:
        """Words that no name may be: the language's own, and all that the table uses."""
        texts = [*self.operations.values(), *self.passes.values(), *self.parts.values(), self.test, self.spread]
        used = {w for t in texts for w in re.findall(r"(?<![\w.])[A-Za-z_]\w*", t)}
        listed = tomllib.loads(files(__package__).joinpath("reserved.toml").read_text())
        return frozenset(used | set(" ".join(listed.get(self.word, [])).split()))


def numbers(nan: str) -> Callable[[Constant], str]:
    """Doubles in the fewest digits that give them back, the constant correctly rounded."""

    def number(c: Constant) -> str:
        x = parts(c)[0]
        if abs(x) == inf or (x == 0 and c != 0):
            raise ParameterError(f"the number {c!s:.40} is outside the range of doubles; choose other units, or "
                                 "export to Mathematica.")  # fmt: skip
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
    with flint.ctx.workprec(400):
        digits, _, exponent = ball(c).str(40, radius=False).partition("e")
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


INFIX = {"add": "{} + {}", "sub": "{} - {}", "mul": "{}*{}", "div": "{}/{}", "neg": "-{}"}
BINARY = ("pow", "atan2", "copysign", "min", "max")
WOLFRAM = {f"a{f}": f"Arc{f.capitalize()}" for f in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
# Julia raises an error where a function has no real value; the argument becomes nan there
OUTSIDE = {"sqrt": "{0} .< 0", "log": "{0} .< 0", "asin": "abs.({0}) .> 1", "acos": "abs.({0}) .> 1",
           "acosh": "{0} .< 1", "atanh": "abs.({0}) .> 1", "sin": "isinf.({0})", "cos": "isinf.({0})",
           "tan": "isinf.({0})"}  # fmt: skip
PASSES = {"positive": "({} > 0)", "nonnegative": "({} >= 0)"}

PYTHON = Language(
    word="python",
    operations={op: f"numpy.{name}({'{}, {}' if op in BINARY else '{}'})" for op, name in UFUNCS.items()}
    | INFIX
    | {"select": "numpy.where({} >= 0, {}, {})[()]"},
    passes=PASSES,
    both=" & ",
    test="numpy.where({}, 1.0, -1.0)[()]",
    parts={"re": "{}.real", "im": "{}.imag"},
    number=numbers("numpy.nan"),
    layout=python_layout,
    remark="# {}",
    spread=" + numpy.zeros(numpy.shape({}))",
)  # fmt: skip
C = Language(
    word="c",
    operations=INFIX
    | {op: f"{op}({{}})" for op in (*UNARY, "rint")}
    | {"abs": "fabs({})", "pow": "pow({}, {})", "atan2": "atan2({}, {})", "copysign": "copysign({}, {})",
       "min": "{0} < {1} || isnan({0}) ? {0} : {1}", "max": "{0} > {1} || isnan({0}) ? {0} : {1}",
       "select": "{} >= 0 ? {} : {}"},
    passes=PASSES,
    both=" && ",
    test="{} ? 1.0 : -1.0",
    parts={"re": "creal({})", "im": "cimag({})"},
    number=numbers("NAN"),
    layout=c_layout,
    remark="/* {} */",
)  # fmt: skip
JULIA = Language(
    word="julia",
    operations={"add": "{} .+ {}", "sub": "{} .- {}", "mul": "{} .* {}", "div": "{} ./ {}", "neg": "-{}"}
    | {op: f"{op}.({f'ifelse.({OUTSIDE[op]}, NaN, {{0}})' if op in OUTSIDE else '{0}'})" for op in (*UNARY, "abs")}
    | {"pow": "ifelse.(({0} .< 0) .& (round.({1}) .!= {1}), NaN, {0}) .^ {1}", "atan2": "atan.({}, {})",
       "copysign": "copysign.({}, {})", "min": "min.({}, {})", "max": "max.({}, {})", "rint": "round.({})",
       "select": "ifelse.({} .>= 0, {}, {})"},
    passes={"positive": "({} .> 0)", "nonnegative": "({} .>= 0)"},
    both=" .& ",
    test="ifelse.({}, 1.0, -1.0)",
    parts={"re": "real.({})", "im": "imag.({})"},
    number=numbers("NaN"),
    layout=julia_layout,
    remark="# {}",
    spread=" .+ zero.(real.({}))",
)  # fmt: skip
MATHEMATICA = Language(
    word="mathematica",
    operations=INFIX
    | {op: f"{WOLFRAM.get(op, op.capitalize())}[{{}}]" for op in (*UNARY, "abs")}
    | {"pow": "{}^{}", "atan2": "ArcTan[{1}, {0}]", "min": "Min[{}, {}]", "max": "Max[{}, {}]", "rint": "Round[{}]",
       "copysign": "Abs[{}]*If[{} < 0, -1, 1]", "select": "If[{} >= 0, {}, {}]"},
    passes=PASSES,
    both=" && ",
    test="If[{}, 1, -1]",
    parts={"re": "Re[{}]", "im": "Im[{}]"},
    number=exact_number,
    layout=mathematica_layout,
    remark="(* {} *)",
    no_value="Indeterminate",
    spelled=without_underscores,
    joint="",
)  # fmt: skip
LANGUAGES = {language.word: language for language in (PYTHON, C, JULIA, MATHEMATICA)}


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
