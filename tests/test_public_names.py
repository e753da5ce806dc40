"""Every public name has a docstring of its own with an example; pytest runs the examples where they stand."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

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


ROOT = Path(cs.__file__).parents[1]
FENCED = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


def programs() -> Iterator[tuple[Path, str]]:
    """What is written for readers: folders, notebooks, and the examples of the pages."""
    for place in ("derivations", "notebooks", "cascade_sym/folder/template"):
        yield from ((p, p.read_text(encoding="utf-8")) for p in sorted((ROOT / place).rglob("*.py")))
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        yield from ((page, code) for code in FENCED.findall(page.read_text(encoding="utf-8")))


def inner(code: str) -> Iterator[str]:
    """The imports from `cascade_sym` that are neither in its table of contents nor offered by one of its rooms."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("cascade_sym."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "cascade_sym":
            room = node.module.partition(".")[2]
            known = room in cs._ROOMS or not room
            offered = [*cs.__all__, *cs._ROOMS] if not room else getattr(getattr(cs, room), "__all__", None) if known else []
            for a in node.names:
                if not known or (offered is not None and a.name not in offered) or a.name.startswith("_"):
                    yield f"from {node.module} import {a.name}"


@pytest.mark.parametrize("room", cs._ROOMS)
def test_a_room_has_what_it_offers(room: str) -> None:
    module = getattr(cs, room)
    assert all(hasattr(module, n) for n in getattr(module, "__all__", ()))


def test_what_readers_see_imports_public_names_only() -> None:
    found = {(str(path.relative_to(ROOT)), said) for path, code in programs() for said in inner(code)}
    assert not found


def test_an_inner_name_is_noticed() -> None:
    code = "from cascade_sym.solve.covariance import covariance\nfrom cascade_sym.solve import steps\nfrom cascade_sym import nothing"
    assert len([*inner(code)]) == 3
    assert not [*inner("import cascade_sym as cs\nfrom cascade_sym import solve\nfrom cascade_sym.solve import covariance")]
