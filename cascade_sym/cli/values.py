"""Reading `--set KEY=VALUE`, `--grid KEY=FROM:TO:COUNT[:log]` and lists of names."""

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
    found = _pairs("--set", pairs, "KEY=VALUE, such as --set epsilon=1/10")
    return {name: _value(f"--set {name}", value) for name, value in found.items()}


MOST = 10**7  # points on one axis


def grids(texts: Iterable[str]) -> dict[str, list[float]]:
    """{name: numbers} from texts such as "C=1:1e3:200:log", "theta=0:pi/2:5" or "epsilon=0,1/10".

    >>> grids(["C=1:100:3:log", "epsilon=0,1/4"])
    {'C': [1.0, 10.0, 100.0], 'epsilon': [0.0, 0.25]}
    """
    found = _pairs("--grid", texts, "KEY=FROM:TO:COUNT, KEY=FROM:TO:COUNT:log or KEY=A,B,C")
    return {name: _axis(f"--grid {name}", value) for name, value in found.items()}


def _pairs(option: str, texts: Iterable[str], form: str) -> dict[str, str]:
    """{name: text} from texts NAME=TEXT, each name once."""
    found: dict[str, str] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise ParameterError(f"{option} {text!r}: write {form}.")
        if name in found:
            raise DuplicateName(f"{option} {name} was given twice.")
        found[name] = value
    return found


def _axis(label: str, text: str) -> list[float]:
    parts = text.split(":")
    if len(parts) == 1:
        return [number(label, v) for v in text.split(",")]
    if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3].strip() not in ("log", "lin")):
        raise ParameterError(f"{label}={text}: write FROM:TO:COUNT, or FROM:TO:COUNT:log for equal ratios.")
    low, high, count = number(label, parts[0]), number(label, parts[1]), parts[2].strip()
    if not count.isdecimal() or not 2 <= int(count) <= MOST:
        raise ParameterError(f"{label}: the count is {count!r}; give an integer from 2 to {MOST}.")
    if low == high:
        raise ParameterError(f"{label}: both ends are {low:g}; give two different numbers.")
    import numpy as np

    if len(parts) == 4 and parts[3].strip() == "log":
        if not (low > 0 and high > 0):
            raise ParameterError(f"{label}: a logarithmic axis needs positive ends; got {low:g} and {high:g}.")
        return [float(v) for v in np.geomspace(low, high, int(count))]
    return [float(v) for v in np.linspace(low, high, int(count))]


def number(label: str, text: str) -> float:
    """A finite real number, written as for --set."""
    value = _value(label, text)
    if not value.is_finite or not value.is_extended_real:
        raise ParameterError(f"{label}: {text.strip()} is no finite real number.")
    return float(value)


def _value(label: str, text: str) -> Expr:
    try:
        return parse_value(text)
    except FormulaError as err:
        raise FormulaError(f"{label}: {err}") from err


def free_parameters(text: str) -> dict[str, tuple[float, float] | None]:
    """Names to optimise, some with bounds, from a text such as "theta_S,C_M=1e-2:1e4".

    >>> free_parameters("theta_S, C_M=1:100")
    {'theta_S': None, 'C_M': (1.0, 100.0)}
    """
    out: dict[str, tuple[float, float] | None] = {}
    for part in (p for p in text.split(",") if p.strip()):
        name, sign, bounds = (p.strip() for p in part.partition("="))
        if name in out:
            raise DuplicateName(f"--optimise {name} was given twice.")
        ends = bounds.split(":")
        if sign and len(ends) != 2:
            raise ParameterError(f"--optimise {part.strip()}: write NAME or NAME=LOW:HIGH.")
        out[name] = (number(f"--optimise {name}", ends[0]), number(f"--optimise {name}", ends[1])) if sign else None
    return out


def names(text: str) -> list[str]:
    """Names from a list such as "theta_S,theta_M"."""
    return list(dict.fromkeys(n.strip() for n in text.split(",") if n.strip()))
