"""What objects show: golden LaTeX, delimiters, errors, and the same output in every run.

UPDATE_GOLDEN=1 rewrites the golden files.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import FormulaError
from cascade_sym.latex.displayed import body, display, left_side, value_latex
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.operators import LinearForm, integration_symbol, op, operator
from tests.latex.cases import PAPER, derivation, pair, values

GOLDEN = Path(__file__).parent / "golden"
SHOWN = [
    "system",
    "covariance",
    "quantity",
    "derivation",
    "complex covariance",
    "squeezers",
    "two modes",
    "polynomial",
    "master equation",
    "table",
]
x, y, t = sp.symbols("x y t")


@pytest.mark.parametrize("notation", [FALLBACK, PAPER], ids=["fallback", "paper"])
@pytest.mark.parametrize("name", SHOWN)
def test_golden(name: str, notation: Notation) -> None:
    text = body(values()[name], notation) + "\n"
    path = GOLDEN / f"{name.replace(' ', '_')}.{'paper' if notation is PAPER else 'fallback'}.tex"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "value",
    [v for v in values().values() if hasattr(v, "_repr_latex_") and not isinstance(v, sp.Basic | sp.MatrixBase)],
    ids=lambda v: type(v).__name__,
)
def test_every_object_shows_itself(value: object) -> None:
    text = value._repr_latex_()
    assert text.startswith("$\\displaystyle ") and text.endswith("$")
    assert text == display(body(value))


@pytest.mark.parametrize("bad", [object(), {1, 2}, b"x", print])
def test_values_without_latex_are_refused(bad: object) -> None:
    with pytest.raises(FormulaError, match="has no LaTeX"):
        body(bad)


def test_langevin_equations_of_the_pair() -> None:
    rows = body(pair().system(), PAPER).splitlines()
    assert rows[1].startswith(r"\dot{\hat a}_{\mathrm S} &= -\frac{\gamma_{S}}{2}\hat a_{\mathrm S} + ")
    assert r"\sqrt{1 - \epsilon}R\hat a_{\mathrm S}^{\dagger}" in rows[2]


def test_a_definition_that_is_only_a_product_of_abbreviations_is_written_out() -> None:
    text = body(values()["covariance"], PAPER)
    assert "R_{M,S}" not in text and r"\sqrt{1 - \epsilon}R" in text
    kept = Notation({**PAPER.symbols, "R_M_S": "R_0"}, abbreviations=PAPER.abbreviations)
    assert r"R_0 &= \sqrt{1 - \epsilon}R" in body(values()["covariance"], kept)


def test_a_multiple_that_the_notation_abbreviates_takes_the_place_of_a_definition() -> None:
    s, c = sp.symbols("s c")
    q = Quantity("z", x * c, Definitions(((c, y / 2),)))
    assert body(q, Notation(abbreviations=((s, 2 * c),))).splitlines()[1:-1] == [
        r"z &= \frac{sx}{2} \\",
        r"&\text{where} \\",
        "s &= y",
    ]


def test_definitions_of_several_quantities_are_listed_once() -> None:
    q = values()["quantity"]
    text = body({"a": q, "b": values()["table"]["z"]})
    assert len(re.findall(r"^\\gamma_\{S\} &=", text, flags=re.M)) == 1


def test_an_abbreviation_is_not_defined_by_itself() -> None:
    n = Notation(abbreviations=((x, y + 1),))
    assert body(y + 1, n, "x") == "x = y + 1"
    assert body(2 * y + 2, n, "z") == "z = 2x"


def test_hermitian_sums_and_integrals() -> None:
    a, b = operator("a"), operator("b")
    H = a.dagger() * b * x + a.dagger() * b.dagger() * y
    assert body(H + H.dagger()) == r"x\hat{a}^{\dagger}\hat{b} + y\hat{a}^{\dagger}\hat{b}^{\dagger} + \mathrm{H.c.}"
    I = integration_symbol(t, -sp.oo, x)
    assert body(operator("b(t)") * I * sp.exp(-t) / 2) == r"\frac{1}{2}\int_{-\infty}^{x}e^{-t}\hat{b}(t)\,\mathrm{d}t"


def test_left_sides() -> None:
    assert left_side("ddt(S)", op("S")) == r"\frac{d}{dt}S"
    assert left_side("S", op("S") + op("M")) == r"\dot{\hat{a}}_{S}"
    assert left_side("S", op("M")) == r"\hat{S}"
    assert left_side("a", op("a(Omega)") + op("b(-Omega)", dag=True)) == r"-i\Omega\hat{a}(\Omega)"
    assert left_side("dot(S)", op("S")) == r"\dot{\hat{a}}_{S}"
    assert left_side("weight of X_S", x) == "\\text{weight of $X_{S}$}"
    assert value_latex(LinearForm(), name="f") == "$\\displaystyle \\hat{f} = 0$"


def test_derivations_say_what_was_done_and_do_not_repeat_what_was_shown() -> None:
    text = value_latex(derivation())
    assert text.count(r"\hat{H}_{0} &=") == 1
    assert r"\text{2. commutator: Heisenberg's equation}" in text


def test_many_modes_are_cut_short() -> None:
    from cascade_sym.parts import Cavity

    chain = Cavity("c1", kappa=1)
    for k in range(2, 16):
        chain = chain >> Cavity(f"c{k}", kappa=1)
    text = value_latex(chain.system())
    assert r"\text{(3 more modes)}" in text


def test_many_definitions_are_cut_short_but_not_the_result() -> None:
    from cascade_sym.latex.rows import MAX_ROWS

    chain = [sp.Symbol(f"s{k}") for k in range(MAX_ROWS + 6)]
    defs = Definitions(tuple((b, a + 1) for a, b in pairwise(chain)))
    text = body(Quantity(chain[-1].name, chain[-1], defs))
    assert text.splitlines()[1] == f"s_{{{MAX_ROWS + 5}}} &= s_{{{MAX_ROWS + 4}}} + 1 \\\\"
    assert r"\text{(5 more definitions)}" in text


def test_the_output_does_not_depend_on_the_run() -> None:
    script = (
        "from tests.latex.cases import PAPER, values\nfrom cascade_sym.latex.displayed import body\n"
        "v = values()\nprint([body(x, PAPER) for x in v.values()])"
    )
    root = Path(__file__).parents[2]
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != ""


def test_values_and_quantities_in_dollar_signs() -> None:
    assert value_latex(x) == "$\\displaystyle x$"
    assert value_latex(Quantity("z", x)) == "$\\displaystyle z = x$"


def test_signs_of_stochastic_terms() -> None:
    """A kick with a minus sign is not written as a plus followed by a minus."""
    part = cs.Oscillator("m")
    for angle in (0, sp.pi / 2, sp.pi, sp.Rational(1, 3)):
        shown = cs.moment_equations(part, cs.Homodyne(angle=angle))._repr_latex_()
        assert "+ -" not in shown and "dW" not in shown.replace(r"\mathrm{d}W", "")


def test_a_type_of_ones_own_is_shown_in_tables_too() -> None:
    class Ratio(cs.Shown):
        pass

    @cs.renderer.register(Ratio)
    def ratio(value: Ratio, notation: Notation) -> sp.Expr:
        return x / 2

    assert body({"r": Ratio()}) == body({"r": x / 2}) and Ratio()._repr_latex_() == value_latex(x / 2)
