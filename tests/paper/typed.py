"""A small invented folder: one derived value, one printed statement, and what the ledger says."""

from __future__ import annotations

from pathlib import Path

from cascade_sym.paper import Entry, load_folder, run_ledger

DERIVED = """
import sympy as sp
import cascade_sym as cs
from cascade_sym.operators import (
    RHO, Generator, as_operator, commutator_with_rho, dissipator, formal_integral, innovation, operator,
)
from cascade_sym.paper import Bound, Leading, Model, Result
from cascade_sym.steps import Check

NAMES = "x y k gamma kappa omega t tp s eta C C_M dt dW".split()
x, y, k, gamma, kappa, omega, t, tp, s, eta, C, C_M, dt, dW = map(cs.symbol, NAMES)
a, c = operator("a"), operator("c")
POSITIVE = (sp.S.Zero, sp.oo)
model = Model(
    parameters=NAMES,
    ranges={**dict.fromkeys("k gamma kappa omega C C_M".split(), POSITIVE), "eta": (sp.S.Zero, sp.S.One)},
)


def right():
    return Check(True, "by hand")


def b(point):
    return operator(f"b({sp.sstr(point)})")


model.function("b")(b)
model.function("c")(lambda point: operator(f"c({sp.sstr(point)})"))


@model.glossary
def names():
    return {"a": a, "c": c, "late": t, "X": (a + a.dagger())/sp.sqrt(2), "P": (a - a.dagger())/(sp.sqrt(2)*sp.I)}
"""
ONE = "\n\n@model.equation({id!r})\ndef equation_{number}():\n    return {{{left!r}: {value}}}\n"
PRINTED = '[paper]\ntitle = "t"\nreference = "r"\nswaps = [["a", "c"]]\n'
STATEMENT = '\n[[equation]]\nid = "{id}"\ntitle = "{id}"\nstatements = [{statement}]\n'


def folder(place: Path, *rows: tuple[str, str], domain: str = ""):
    """A folder with an equation for each (derived value, printed statement), loaded."""
    derived, printed = DERIVED, PRINTED
    for number, (value, text) in enumerate(rows, 1):
        left = _left(text)
        derived += ONE.format(id=str(number), number=number, left=left, value=value)
        shown = f'{{ formula = "{text}", domain = {domain} }}' if domain else f'"{text}"'
        printed += STATEMENT.format(id=number, statement=shown)
    (place / "derived.py").write_text(derived)
    (place / "printed.toml").write_text(printed)
    return load_folder(place)


def _left(text: str) -> str:
    return next(text.split(f" {sign} ")[0] for sign in ("<=", ">=", ":=", "~=", "=", "<", ">") if f" {sign} " in text)


def entries(place: Path, *rows: tuple[str, str], domain: str = "") -> list[Entry]:
    return list(run_ledger(folder(place, *rows, domain=domain)))


def verdict(place: Path, value: str, text: str, domain: str = "") -> str:
    """The verdict of one printed statement against one derived value."""
    (found,) = entries(place, (value, text), domain=domain)
    return found.verdict
