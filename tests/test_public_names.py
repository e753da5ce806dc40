"""Every public name has a docstring of its own with an example; pytest runs the examples where they stand."""

from __future__ import annotations

import doctest
import inspect
from importlib import import_module

import pytest

import cascade_sym as cs

PARSER = doctest.DocTestParser()


def examples(value: object) -> list[doctest.Example]:
    return PARSER.get_examples(inspect.cleandoc(value.__doc__ or ""))


@pytest.mark.parametrize("name", cs.__all__)
def test_docstring_with_an_example(name: str) -> None:
    value = getattr(cs, name)
    own = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    assert own, f"{name} has no docstring"
    summary = inspect.cleandoc(own).split("\n\n")[0]
    assert not summary.startswith(f"{name}("), f"{name} has the signature that dataclasses make, not a docstring"
    found = examples(value)
    assert found, f"the docstring of {name} has no example"
    assert any(e.want for e in found), f"no example of {name} shows a result"


@pytest.mark.parametrize("name", cs.__all__)
def test_the_example_is_collected(name: str) -> None:
    """pytest --doctest-modules finds examples in the module that defines the object."""
    value = getattr(cs, name)
    home = import_module(value.__module__)
    found = doctest.DocTestFinder(recurse=True).find(home, home.__name__)
    assert any(t.examples for t in found if t.name == f"{home.__name__}.{value.__qualname__}")


def test_the_table_of_contents_is_complete() -> None:
    """Each name is listed once, and its room offers it."""
    listed = [n for names in cs._CONTENTS.values() for n in names]
    assert sorted(listed) == cs.__all__ == sorted(set(listed))
    for room, names in cs._CONTENTS.items():
        module = import_module(f"cascade_sym.{room}")
        assert module.__doc__, f"{room} does not say what it is"
        assert all(hasattr(module, n) for n in names)


def test_an_empty_docstring_is_noticed() -> None:
    def bare() -> None:
        """Does something."""

    assert not examples(bare)
