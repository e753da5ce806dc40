"""Exported functions at work: Python and C run; Julia and Mathematica are read by readers that know only the
languages' own rules, and share nothing with the printer.
"""

from __future__ import annotations

import ctypes
import math
import operator
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sympy as sp
from sympy.parsing.mathematica import parse_mathematica

Values = Sequence[complex]
FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2", "-shared", "-fPIC"]


def compiler() -> str:
    found = shutil.which("gcc") or shutil.which("cc")
    if not found:
        pytest.skip("no C compiler")
    return found


def run_python(source: str, values: Sequence[Any]) -> Any:
    space: dict[str, Any] = {}
    exec(source, space)
    return space[re.search(r"^def (\w+)\(", source, flags=re.M)[1]](*values)


def c_functions(sources: Sequence[str], place: Path, flags: Sequence[str] = FLAGS) -> list[Callable[[Values], complex]]:
    """All sources compiled at once; each function takes its arguments in a list."""
    text = ["#include <complex.h>"]
    for k, source in enumerate(sources):
        kind, name, given = re.search(r"^(double complex|double) (\w+)\(([^)]*)\) \{$", source, flags=re.M).groups()
        kinds = [] if given == "void" else ["complex" in a.split() for a in given.split(", ")]
        arguments = ", ".join(f"in[{2 * i}]" + (f" + in[{2 * i + 1}]*I" if z else "") for i, z in enumerate(kinds))
        text.append(re.sub(rf"\b{name}\(", f"{name}_{k}(", source, count=1))
        text.append(f"void call_{k}(const double *in, double *out) {{ (void)in; double complex v = {name}_{k}({arguments});"
                    " out[0] = creal(v); out[1] = cimag(v); }")  # fmt: skip
    (place / "all.c").write_text("\n".join(text))
    done = subprocess.run([compiler(), *flags, "-o", "all.so", "all.c", "-lm"], cwd=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:3000]
    library = ctypes.CDLL(str(place / "all.so"))

    def called(k: int) -> Callable[[Values], complex]:
        def call(values: Values) -> complex:
            flat = [part for v in values for part in (complex(v).real, complex(v).imag)]
            out = (ctypes.c_double * 2)()
            getattr(library, f"call_{k}")((ctypes.c_double * max(1, len(flat)))(*flat), out)
            return complex(*out)

        return call

    return [called(k) for k in range(len(sources))]


def run_julia(source: str, values: Values) -> complex:
    """The value, with Julia's errors: a root of a negative number raises."""
    head, *lines, end = [line for line in source.strip().split("\n") if not line.strip().startswith("#")]
    name, given = re.fullmatch(r"function (\w+)\(([^)]*)\)", head).groups()
    known: dict[str, Any] = dict(zip([a for a in given.split(", ") if a], values, strict=True))
    assert end == "end"
    for line in lines[:-1]:
        target, right = re.fullmatch(r"    (\w+) = (.*)", line).groups()
        known[target] = Julia(right, known).value()
    return complex(Julia(re.fullmatch(r"    return (.*)", lines[-1])[1], known).value())


def real(f: Callable[..., float]) -> Callable[..., float]:
    return lambda *a: math.nan if any(v != v for v in a) else f(*a)


class Julia:
    """One expression by Julia's grammar: precedence `.^`, then `.* ./ .&`, then `.+ .-`, then comparisons."""

    LEVELS = (
        {".<": operator.lt, ".>": operator.gt, ".>=": operator.ge, ".!=": operator.ne},
        {".+": operator.add, ".-": operator.sub},
        {".*": operator.mul, "./": lambda a, b: a / b if b else a * math.copysign(math.inf, b), ".&": lambda a, b: a and b},
        {".^": real(math.pow)},
    )
    FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {
        **{f: real(getattr(math, f)) for f in ("sin", "cos", "tan", "exp", "sinh", "cosh", "tanh", "asin", "acos", "asinh",
                                               "acosh", "atanh", "sqrt", "copysign")},
        "log": real(lambda x: math.log(x) if x else -math.inf),
        "atan": lambda *a: math.atan2(*a) if len(a) == 2 else math.atan(*a),
        "abs": abs, "float": lambda x: x, "real": lambda z: complex(z).real, "imag": lambda z: complex(z).imag,
        "round": real(round), "isinf": math.isinf, "zero": lambda x: 0.0, "complex": complex,
        "ifelse": lambda c, a, b: a if c else b,
        "min": lambda a, b: math.nan if a != a or b != b else min(a, b),
        "max": lambda a, b: math.nan if a != a or b != b else max(a, b),
    }  # fmt: skip

    def __init__(self, text: str, known: dict[str, Any]) -> None:
        self.tokens = re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.(?:[<>!]=|[<>+*/^&-])|\w+\.\(|\w+|\S", text) + ["end"]
        self.known = known

    def value(self) -> Any:
        result = self.level(0)
        assert self.tokens == ["end"], self.tokens
        return result

    def take(self, expected: str | None = None) -> str:
        assert expected in (None, self.tokens[0]), self.tokens
        return self.tokens.pop(0)

    def level(self, k: int) -> Any:
        if k == len(self.LEVELS):
            return self.atom()
        left = self.level(k + 1)
        while (f := self.LEVELS[k].get(self.tokens[0])) is not None:
            self.take()
            left = f(left, self.level(k + 1))
        return left

    def atom(self) -> Any:
        token = self.take()
        if token == "-":
            return -self.atom()
        if token == "(":
            inner = self.level(0)
            self.take(")")
            return inner
        if token.endswith(".("):
            arguments = [self.level(0)]
            while self.tokens[0] == ",":
                self.take()
                arguments.append(self.level(0))
            self.take(")")
            return self.FUNCTIONS[token[:-2]](*arguments)
        if token[0].isdigit():
            return float(token)
        return {"NaN": math.nan, "Inf": math.inf}[token] if token in ("NaN", "Inf") else self.known[token]


def run_mathematica(source: str, values: Sequence[Any]) -> sp.Expr:
    """The value by SymPy's reader for Mathematica; exact arguments give 30 digits."""
    text = re.sub(r"\(\* .*? \*\)\n?", "", source)
    form = r"([a-z]\w*)\[([^\]]*)\] := Module\[\{([^}]*)\},\n(.*)\n\]\nSetAttributes\[(\w+), Listable\]\n"
    name, given, local, body, listable = re.fullmatch(form, text, flags=re.S).groups()
    assert name == listable and "_" not in body
    *steps, result = [s.strip() for s in body.split("\n")]
    parameters = [a.removesuffix("_") for a in re.split(r",\s+", given) if a]
    known = {n: sp.sympify(v) for n, v in zip(parameters, values, strict=True)}
    assert [s.split(" = ")[0] for s in steps] == [n for n in re.split(r",\s+", local) if n]
    for step in steps:
        target, right = re.fullmatch(r"(\w+) = (.*);", step).groups()
        known[target] = wolfram(right, known)
    return wolfram(result, known)


def wolfram(text: str, known: dict[str, Any]) -> Any:
    """One expression; names are those that begin with a small letter, the language's own with a capital."""
    names = list(dict.fromkeys(re.findall(r"\b[a-z]\w*", text)))
    shape = re.sub(r"\b[a-z]\w*", lambda m: f"v{names.index(m[0])}", text)
    e = parsed(shape).xreplace({sp.Symbol(f"v{k}"): known[n] for k, n in enumerate(names)})
    e = e.xreplace({sp.Symbol("Indeterminate"): sp.nan})
    functions = {"If": lambda c, a, b: a if c == True else b, "Abs": sp.Abs, "Round": round}  # noqa: E712
    for name, f in functions.items():
        e = e.replace(sp.Function(name), f)
    return e.evalf(30)


parsed = lru_cache(maxsize=None)(parse_mathematica)
