"""The numeric filter of the misprint finder: what is right passes, what is wrong hardly ever does."""

from __future__ import annotations

from pathlib import Path

import pytest

from cascade_sym.folder.environment import environment
from cascade_sym.formula import parse
from cascade_sym.misprints.edits import KINDS, edits
from cascade_sym.misprints.samples import Samples
from cascade_sym.misprints.words import vocabulary
from cascade_sym.paper import load_folder

WRITTEN = {  # the same value in other words
    "7": "(Gamma_S + 2*gammat_S0)/(2*gamma_S)",
    "8": "Var(X_S + g*X_M)/(1 + g^2) + Var(g*P_M - P_S)/(1 + g^2)",
}


@pytest.fixture(scope="module")
def huang():
    return load_folder(Path(__file__).resolve().parents[2] / "derivations" / "huang2018")


@pytest.mark.parametrize("id", WRITTEN)
def test_wrong_formulas_are_dropped_before_a_proof_and_right_ones_are_not(huang, id):
    """(8) holds variances of operators, which have no number before their value is formed."""
    statement = huang.printed.equation(id).statements[0]
    result = huang.model.derive(id)
    env = environment(huang, result)
    possible = Samples(result.values[statement.key], env, huang.model).may_be
    assert possible(statement.relation.rhs) and possible(parse(WRITTEN[id]))
    kinds = tuple(k for k in KINDS if k != "conjugate")  # quadratures are their own adjoints
    changed = list(edits(statement.relation.rhs, vocabulary(env, huang.printed.swaps), kinds=kinds))
    assert len(changed) > 30
    assert sum(possible(e.node) for e in changed) <= 2
