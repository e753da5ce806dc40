"""A quantity as source code: one function in Python, C, Julia or Mathematica, its definitions as local variables.

Expressions are printed by SymPy's printers; only names are changed where a language does not allow them. The
function computes what the definitions say, operation by operation: for digits that cancel see
`cascade_sym.evaluate`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sympy import Expr, Symbol
from sympy.printing.c import C99CodePrinter
from sympy.printing.julia import JuliaCodePrinter
from sympy.printing.mathematica import MCodePrinter
from sympy.printing.numpy import NumPyPrinter

from cascade_sym.definitions import Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.symbols import is_complex_symbol, is_real

LANGUAGES = ("python", "c", "julia", "mathematica")
_C_WORDS = {
    "I", "auto", "break", "case", "char", "cimag", "complex", "conj", "const", "continue", "cos", "default", "do",
    "double", "else", "enum", "exp", "extern", "float", "for", "gamma", "goto", "if", "inline", "int", "j0",
    "j1", "jn", "lgamma", "log", "long", "main", "pow", "register", "restrict", "return", "short", "signed",
    "sin", "sizeof", "sqrt", "static", "struct", "switch", "tan", "tgamma", "typedef", "union", "unsigned",
    "void", "volatile", "while", "y0", "y1", "yn",
}  # fmt: skip
_JULIA_WORDS = {
    "baremodule", "begin", "break", "catch", "conj", "const", "continue", "cos", "do", "else", "elseif", "end",
    "exp", "export", "false", "finally", "for", "function", "global", "if", "im", "import", "let", "local",
    "log", "macro", "module", "pi", "quote", "return", "sin", "sqrt", "struct", "true", "try", "using", "while",
}  # fmt: skip
_MATHEMATICA_WORDS = {"C", "D", "E", "I", "K", "N", "O", "Gamma", "Beta", "Zeta", "Pi"}


@dataclass(frozen=True)
class _Language:
    """How a name is made, and how an expression and a whole function are written."""

    name: Callable[[str], str]
    printer: Callable[[], object]
    function: Callable[[str, list[tuple[str, bool]], list[tuple[str, str, bool]], str, bool], str]


def code(q: Quantity, language: str) -> str:
    """Source code of a function of the quantity's parameters (sorted by name) that returns its value.

    `language` is one of LANGUAGES. Python uses NumPy and takes arrays; C is C99 (complex where the quantity is);
    Julia broadcasts; Mathematica names lose their underscores. Raises FormulaError for another language and
    for names that can't be told apart in it.

    >>> x, y = sp.symbols("x y")
    >>> from cascade_sym.definitions import Definitions
    >>> print(code(Quantity("z", y**2, Definitions(((y, sp.sqrt(x) + 1),))), "python"))
    import numpy
    <BLANKLINE>
    <BLANKLINE>
    def z(x):
        y = numpy.sqrt(x) + 1
        return y**2
    <BLANKLINE>
    """
    if language not in _LANGUAGES:
        raise FormulaError(f"no code for the language {language!r}; there are {', '.join(LANGUAGES)}.")
    chosen = _LANGUAGES[language]
    local = tuple(s for s, _ in q.definitions.needed(q.expr))
    parameters = q.definitions.parameters(q.expr)
    names = _names([q.name, *(s.name for s in (*parameters, *local))], chosen.name, language)
    table = {s: Symbol(names[s.name]) for s in (*parameters, *local)}

    def show(e: Expr) -> str:
        return chosen.printer().doprint(e.xreplace(table))  # type: ignore[attr-defined]

    lines = [(names[s.name], show(e), not is_real(e)) for s, e in q.definitions.needed(q.expr)]
    given = [(names[s.name], is_complex_symbol(s)) for s in parameters]
    name = names[q.name] if q.name not in {s.name for s in (*parameters, *local)} else names[q.name] + "Value"
    return chosen.function(name, given, lines, show(q.expr), not is_real(q.expr))


def _names(names: Iterable[str], legal: Callable[[str], str], language: str) -> dict[str, str]:
    """Legal names, all different."""
    table: dict[str, str] = {}
    for n in dict.fromkeys(names):
        new = legal(n)
        if clash := [k for k, v in table.items() if v == new]:
            raise FormulaError(f"{n!r} and {clash[0]!r} are both {new!r} in {language}; rename one of them.")
        table[n] = new
    return table


def _identifier(name: str) -> str:
    spelled = name.replace("'", "_prime").replace("+", "_plus").replace("-", "_minus")
    new = re.sub(r"\W", "_", spelled, flags=re.ASCII)
    return f"_{new}" if new[:1].isdigit() else new


def _avoiding(words: set[str]) -> Callable[[str], str]:
    def legal(name: str) -> str:
        new = _identifier(name)
        return new + "_" if new in words else new

    return legal


def _mathematica_name(name: str) -> str:
    head, *rest = [p for p in re.split(r"[^A-Za-z0-9]+", _identifier(name)) if p]
    new = head + "".join(p[0].upper() + p[1:] for p in rest)
    return new + "Value" if new in _MATHEMATICA_WORDS else new


Given = list[tuple[str, bool]]  # names, and whether their values are complex


def _python(name: str, args: Given, lines: list[tuple[str, str, bool]], result: str, _: bool) -> str:
    body = [f"    {n} = {e}" for n, e, _ in lines]
    given = ", ".join(a for a, _ in args)
    return "\n".join(["import numpy", "", "", f"def {name}({given}):", *body, f"    return {result}", ""])


def _c(name: str, args: Given, lines: list[tuple[str, str, bool]], result: str, is_complex: bool) -> str:
    anywhere = is_complex or any(c for *_, c in (*args, *lines))
    head = ["#include <complex.h>", "#include <tgmath.h>"] if anywhere else ["#include <math.h>"]
    kind = "double complex" if is_complex else "double"
    given = ", ".join(f"double {'complex ' if c else ''}{a}" for a, c in args) or "void"
    body = [f"    const double {'complex ' if c else ''}{n} = {e};" for n, e, c in lines]
    return "\n".join([*head, "", f"{kind} {name}({given}) {{", *body, f"    return {result};", "}", ""])


def _julia(name: str, args: Given, lines: list[tuple[str, str, bool]], result: str, _: bool) -> str:
    body = [f"    {n} = {e}" for n, e, _ in lines]
    return "\n".join([f"function {name}({', '.join(a for a, _ in args)})", *body, f"    return {result}", "end", ""])


def _mathematica(name: str, args: Given, lines: list[tuple[str, str, bool]], result: str, _: bool) -> str:
    given = ", ".join(f"{a}_" for a, _ in args)
    steps = [f"{n} = {e};" for n, e, _ in lines]
    variables = ", ".join(n for n, _, _ in lines)
    body = "\n".join(f"  {x}" for x in [*steps, result])
    return f"{name}[{given}] := Module[{{{variables}}},\n{body}\n]\n"


class _NumPy(NumPyPrinter):
    def _print_conjugate(self, e: Expr) -> str:
        return f"numpy.conj({self._print(e.args[0])})"

    def _print_re(self, e: Expr) -> str:
        return f"numpy.real({self._print(e.args[0])})"

    def _print_im(self, e: Expr) -> str:
        return f"numpy.imag({self._print(e.args[0])})"


class _C(C99CodePrinter):
    """Standard C: constants as digits, since M_PI and its like are an extension."""

    def __init__(self) -> None:
        super().__init__({"math_macros": {}})

    def _print_NumberSymbol(self, e: Expr) -> str:
        return str(e.evalf(20))

    def _print_conjugate(self, e: Expr) -> str:
        return f"conj({self._print(e.args[0])})"

    def _print_re(self, e: Expr) -> str:
        return f"creal({self._print(e.args[0])})"

    def _print_im(self, e: Expr) -> str:
        return f"cimag({self._print(e.args[0])})"

    def _print_ImaginaryUnit(self, e: Expr) -> str:
        return "I"


class _Julia(JuliaCodePrinter):
    def _print_re(self, e: Expr) -> str:
        return f"real({self._print(e.args[0])})"

    def _print_im(self, e: Expr) -> str:
        return f"imag({self._print(e.args[0])})"

    def _print_conjugate(self, e: Expr) -> str:
        return f"conj({self._print(e.args[0])})"


class _Mathematica(MCodePrinter):
    def _print_re(self, e: Expr) -> str:
        return f"Re[{self._print(e.args[0])}]"

    def _print_im(self, e: Expr) -> str:
        return f"Im[{self._print(e.args[0])}]"

    def _print_conjugate(self, e: Expr) -> str:
        return f"Conjugate[{self._print(e.args[0])}]"


_LANGUAGES = {
    "python": _Language(_avoiding({*keyword.kwlist, "numpy"}), _NumPy, _python),
    "c": _Language(_avoiding(_C_WORDS), _C, _c),
    "julia": _Language(_avoiding(_JULIA_WORDS), _Julia, _julia),
    "mathematica": _Language(_mathematica_name, _Mathematica, _mathematica),
}
