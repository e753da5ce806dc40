"""Every public function, given what it can't use: a typed error that says so, never one of Python's from within."""

from __future__ import annotations

import inspect

import pytest

import cascade_sym as cs

WITHIN = (AttributeError, IndexError, NameError, AssertionError, RecursionError)
WRONG = (None, 3, "nonsense", object())


def needed(function) -> int:
    return sum(p.default is p.empty and p.kind < 2 for p in inspect.signature(function).parameters.values())


FUNCTIONS = [n for n in cs.__all__ if inspect.isfunction(getattr(cs, n)) and needed(getattr(cs, n)) and n not in ("save", "to_qutip")]


def test_there_are_functions() -> None:
    assert len(FUNCTIONS) > 60


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_of_no_use(name: str) -> None:
    function = getattr(cs, name)
    for wrong in WRONG:
        try:
            function(*[wrong] * needed(function))
        except WITHIN as err:
            pytest.fail(f"{name}({wrong!r}, ...): {type(err).__name__}: {err}")
        except Exception:
            pass
