"""The work of a proof is bounded by a count of operations, before they are made; what is within it is decided."""

from __future__ import annotations

import pytest
import sympy as sp

import cascade_sym as cs
from cascade_sym.errors import WorkSpent
from cascade_sym.exact.fraction import bounded, spend

V = sp.symbols("a b c d e f g h")
S, ROOTS = sum(V), sum(map(sp.sqrt, V))


@pytest.mark.parametrize(
    ("left", "right"), [(S**39 * (S + 1), S**40 + S**39), (ROOTS**30 * (1 + S), ROOTS**30 + S * ROOTS**30)]
)
def test_what_takes_too_much_work_is_undecided(left, right) -> None:
    found = cs.equal(left, right)
    assert found.status == "undecided" and "work" in found.reason
    with pytest.raises(WorkSpent, match="shorten"):
        cs.normal_form(left - right)


def test_the_same_formulas_of_moderate_size_are_decided() -> None:
    assert cs.equal(S**12 * (S + 1), S**13 + S**12)
    assert cs.equal(S**39 * (S + 1), S**40).status == "different"  # a point shows it, without expansion


def test_every_question_has_its_own_work_and_inner_ones_count_for_the_outer() -> None:
    for _ in range(3):
        with bounded(10):
            spend(9)
            with bounded(1000):
                spend(1)
                with pytest.raises(WorkSpent):
                    spend(1)
    spend(10**12)  # outside of all questions nothing is counted
