"""The shape of the code: rooms without circles, names that are met once, files of a readable length, numbers with reasons."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

import cascade_sym as cs
from docs.budgets import budgets, parsed
from docs.tables import budget_table

ROOT = Path(cs.__file__).parents[1]
FILES = [p.relative_to(ROOT) for p in sorted((ROOT / "cascade_sym").rglob("*.py")) if "template" not in p.parts]
LONGEST = 320  # lines of a file
WHOLE = {"recheck.py": 500}  # read by those who trust nothing else in the package: one file, on purpose


def room(path: Path) -> str:
    """The room that a file is in."""
    return path.parts[1].removesuffix(".py")


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything in a file that may be an import: no need to look into expressions."""
    todo = [tree]
    while todo:
        yield (node := todo.pop())
        todo += (x for field in ("body", "orelse", "finalbody", "handlers", "cases") for x in getattr(node, field, ()))


def imported(tree: ast.AST) -> Iterator[str]:
    """The rooms that a file imports from anywhere in it: at the top, when used, for types."""
    for node in statements(tree):
        if isinstance(node, ast.ImportFrom):
            if node.module == "cascade_sym":
                yield from (a.name for a in node.names)
            elif (node.module or "").startswith("cascade_sym."):
                yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("cascade_sym."))


def circles(arrows: dict[str, set[str]]) -> set[frozenset[str]]:
    """The sets of rooms of which each is reached from every other."""
    reach = {r: {r} for r in arrows}
    while True:
        wider = {r: found.union(*(reach.get(x, set()) | {x} for x in {*found, *arrows[r]})) for r, found in reach.items()}
        if wider == reach:
            break
        reach = wider
    met = {r: frozenset(x for x in reach if r in reach[x] and x in reach[r]) for r in reach}
    return {found for found in met.values() if len(found) > 1}


def test_no_circle_between_rooms() -> None:
    arrows: dict[str, set[str]] = defaultdict(set)
    rooms = {room(p) for p in FILES}
    for path in FILES:
        if room(path) != "__init__":
            arrows[room(path)] |= {r for r in imported(parsed(ROOT / path)) if r in rooms} - {room(path)}
    assert not circles(arrows)


def test_imports_are_found_wherever_they_stand() -> None:
    source = """
import cascade_sym.a
if 1:
    from cascade_sym import b
else:
    try:
        from cascade_sym.c import x
    except ValueError:
        from cascade_sym.d import x
    finally:
        def f():
            match x:
                case 1:
                    with x, y:
                        from cascade_sym.e.deep import x
"""
    assert sorted(imported(ast.parse(source))) == list("abcde")


def test_a_circle_is_noticed() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {frozenset("abc")}


def test_the_contract_of_imports_names_every_room() -> None:
    contract = ConfigParser()
    contract.read(ROOT / ".importlinter")
    (section,) = (contract[s] for s in contract.sections() if ":contract:" in s)
    named = re.findall(r"\w+", section["layers"])
    assert sorted(named) == sorted({room(p) for p in FILES} - {"__init__"})
    assert section["exhaustive"] == "true" and "*" not in section.get("ignore_imports", "")


def test_a_file_name_is_met_once() -> None:
    places = defaultdict(list)
    for path in FILES:
        if path.name != "__init__.py":
            places[path.name].append(str(path))
    assert not {name: found for name, found in places.items() if len(found) > 1}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= WHOLE.get(path.name, LONGEST)


def test_every_tuning_number_has_its_reason() -> None:
    """Numbers that stand for a choice have a word beside or above them; the site shows them all, by room."""
    found = budgets()
    assert len(found) > 300 and not [f"{b.path}: {b.names}" for b in found if not b.reason]
    page = budget_table()
    assert all(name in page for b in found for name in b.names)

