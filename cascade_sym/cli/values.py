"""Reading `--set KEY=VALUE`."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr

from cascade_sym.errors import DuplicateName, FormulaError, ParameterError
from cascade_sym.formula import parse_value


def settings(pairs: Iterable[str]) -> dict[str, Expr]:
    """{name: exact number} from texts such as "epsilon=1/10"; a value is a number, `pi/4`, `sqrt(2)` or `oo`.

    >>> settings(["theta=pi/4", "n=oo"])
    {'theta': pi/4, 'n': oo}
    """
    out: dict[str, Expr] = {}
    for text in pairs:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name:
            raise ParameterError(f"--set {text!r}: write KEY=VALUE, such as --set epsilon=1/10.")
        if name in out:
            raise DuplicateName(f"--set {name} was given twice.")
        try:
            out[name] = parse_value(value)
        except FormulaError as err:
            raise FormulaError(f"--set {name}: {err}") from err
    return out
