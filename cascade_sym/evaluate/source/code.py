"""A quantity as source code: one function in Python, C, Julia or Mathematica."""

from __future__ import annotations

from cascade_sym.definitions import Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.evaluate.plan import Plan
from cascade_sym.evaluate.program.cancellation import waves_merged
from cascade_sym.evaluate.program.guards import guarded
from cascade_sym.evaluate.source.languages import LANGUAGES
from cascade_sym.evaluate.source.printer import source
from cascade_sym.evaluate.targets import read_target


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
