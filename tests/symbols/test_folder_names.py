"""In a folder the words of the formula language are no parameters; every other name is."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import FolderError, ParameterError, ReservedName
from cascade_sym.formula import Environment, interpret, parse
from cascade_sym.formula.interpret import BUILTINS, CONSTANTS
from tests.symbols.words import GREEK

OTHERS = [*GREEK, "P", "Omega", "s", "t", "E", "N", "S", "Q", "T", "g", "x0", "w", "hidden", "rho", "i", "e", "K", "tau_1"]


@pytest.mark.parametrize("name", [*CONSTANTS, *BUILTINS, "integral", "D", "H"])
def test_words_of_the_language_are_refused(name):
    for make in (
        lambda: cs.Model(parameters=("x", name)),
        lambda: cs.Model(ranges={name: (0, 1)}),
        lambda: cs.Model().quantity("f", [name]),
    ):
        with pytest.raises(ReservedName, match=f"'{name}' is a (constant|function) of the language") as error:
            make()
        assert isinstance(error.value, FolderError) and isinstance(error.value, ParameterError)


@pytest.mark.parametrize("name", [n for n in OTHERS if n != "pi"])
def test_other_names_mean_the_parameter(name):
    model = cs.Model(parameters=(name, "x"))
    value = interpret(parse(f"2*{name}^2 + x*exp(I*{name}*pi)"), Environment(model.names()))
    p, x = sp.Symbol(name), sp.Symbol("x")
    assert value == 2 * p**2 + x * sp.exp(sp.I * p * sp.pi)
    model.quantity("f", [name, "x"])(lambda: cs.Quantity("f", value))
    assert model.declared("f").parameters == (name, "x")
