"""Exported code gives the value of the quantity: Python and C are run, the others read back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp
from sympy.parsing.mathematica import parse_mathematica

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.evaluate.source.code import LANGUAGES, code
from cascade_sym.solve import covariance
from tests.latex.cases import pair, turned_pair

x, y = sp.symbols("x y")
lam, prime = sp.Symbol("lambda"), sp.Symbol("q+'")
AWKWARD = Quantity(
    "gamma", sp.sqrt(lam) * prime / sp.pi + sp.Symbol("I_1"), Definitions(((prime, lam**2 + sp.Rational(1, 3)),))
)
QUANTITIES = {
    "real": covariance(pair())["X_M", "X_M"],
    "complex": covariance(turned_pair())["X_S", "P_M"],
    "awkward names": AWKWARD,
    "plain": Quantity("z", sp.exp(-x) * sp.sin(y) ** 2),
}


def point(q: Quantity) -> list[float]:
    return [0.3 + 0.17 * i for i in range(len(q.parameters))]


def expected(q: Quantity) -> complex:
    return complex(q.inline().subs(dict(zip(q.parameters, point(q), strict=True))).evalf())


@pytest.fixture(params=QUANTITIES.values(), ids=QUANTITIES.keys())
def quantity(request: pytest.FixtureRequest) -> Quantity:
    return request.param


def run_python(source: str, call: str) -> complex:
    script = f"{source}\nimport json\nv = complex({call})\nprint(json.dumps([v.real, v.imag]))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    return complex(*json.loads(out))


def test_python_runs(quantity: Quantity) -> None:
    source = code(quantity, "python")
    name = re.search(r"def (\w+)\(", source)[1]
    arguments = ", ".join(map(repr, point(quantity)))
    assert run_python(source, f"{name}({arguments})") == pytest.approx(expected(quantity), rel=1e-12)


def test_c_compiles_and_runs(quantity: Quantity, tmp_path: Path) -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        pytest.skip("no C compiler")
    source = code(quantity, "c")
    name = re.search(r"^(?:double complex|double) (\w+)\(", source, flags=re.M)[1]
    arguments = ", ".join(map(repr, point(quantity)))
    main = (
        f"#include <stdio.h>\n#include <complex.h>\nint main(void) {{ double complex v = {name}({arguments});"
        ' printf("[%.17g, %.17g]", creal(v), cimag(v)); return 0; }\n'
    )
    (tmp_path / "f.c").write_text(source + main)
    flags = ["-std=c99", "-Wall", "-Werror", "-o", "f", "f.c", "-lm"]
    done = subprocess.run([compiler, *flags], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    out = subprocess.run([tmp_path / "f"], capture_output=True, text=True, check=True).stdout
    assert complex(*json.loads(out)) == pytest.approx(expected(quantity), rel=1e-12)


def test_julia_says_the_same_in_its_own_words(quantity: Quantity) -> None:
    lines = code(quantity, "julia").splitlines()
    assert lines[-1] == "end"
    python = lines[0].replace("function ", "def ") + ":\n" + "\n".join(lines[1:-1])
    for julia, word in ((".*", "*"), ("./", "/"), (".^", "**"), ("^", "**"), (" // ", "/")):
        python = python.replace(julia, word)
    python = re.sub(r"\blambda\b", "lambda_", re.sub(r"\bim\b", "1j", python))
    head = "from cmath import exp, sqrt, sin, cos, pi\nconj = lambda z: complex(z).conjugate()\n"
    name = re.search(r"def (\w+)\(", python)[1]
    arguments = ", ".join(map(repr, point(quantity)))
    assert run_python(head + python, f"{name}({arguments})") == pytest.approx(expected(quantity), rel=1e-12)


def test_mathematica_is_read_back(quantity: Quantity) -> None:
    source = code(quantity, "mathematica").replace("lambda", "lam")  # SymPy's reader trips over Python's word
    head = re.match(r"(\w+)\[([^\]]*)\] := Module\[\{([^}]*)\},\n(.*)\n\]\n$", source, flags=re.S)
    assert head and "_" not in head[1] + head[3]
    names = [a.strip().removesuffix("_") for a in head[2].split(",") if a.strip()]
    table = {sp.Symbol(n): sp.Float(v) for n, v in zip(names, point(quantity), strict=True)}
    *steps, result = [s.strip().rstrip(";") for s in head[4].split("\n")]
    for s in steps:
        left, right = s.split(" = ", 1)
        table[sp.Symbol(left)] = read_mathematica(right).subs(table).evalf()
    assert complex(read_mathematica(result).subs(table).evalf()) == pytest.approx(expected(quantity), rel=1e-10)


def read_mathematica(text: str) -> sp.Expr:
    return parse_mathematica(text).replace(sp.Function("Conjugate"), sp.conjugate)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_can_not_be_told_apart_are_refused(language: str) -> None:
    a, b = sp.Symbol("x'"), sp.Symbol("x_prime")
    q = Quantity("f", a + b)
    with pytest.raises(FormulaError, match="rename"):
        code(q, language)


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(FormulaError, match="fortran"):
        code(AWKWARD, "fortran")
