"""The budgets and tuning numbers of every room, each with its reason, as the source states them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# numbers that are names of themselves, not choices
NAMES = {"HALF", "ZERO", "ONE", "TWO", "QUARTER"}
_NAME = re.compile(r"_?[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class Budget:
    """One assignment of upper-case names to numbers; `reason` is the remark beside it, else the one above it."""

    path: Path
    names: tuple[str, ...]
    value: str
    reason: str

    @property
    def room(self) -> str:
        return ".".join(self.path.parent.parts)


def _numbers(value: ast.expr) -> bool:
    if isinstance(value, ast.Dict | ast.Call) and "Rational" not in ast.dump(value):
        return False
    return any(isinstance(x, ast.Constant) and type(x.value) in {int, float} for x in ast.walk(value))


def _reason(lines: list[str], node: ast.Assign) -> str:
    for n in range(node.lineno - 1, node.end_lineno or node.lineno):
        if "#" in lines[n]:
            return lines[n].split("#", 1)[1].strip()
    above = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.startswith("#"):
            break
        above.append(line.lstrip("# "))
    return " ".join(reversed(above))


def budgets(package: str = "cascade_sym") -> tuple[Budget, ...]:
    """All of the package, in the order of rooms and files."""
    return tuple(b for path in sorted((ROOT / package).rglob("*.py")) for b in _of_file(path))


@cache
def parsed(path: Path) -> ast.Module:
    """A file of Python, read once."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _of_file(path: Path) -> tuple[Budget, ...]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_found(path.relative_to(ROOT), parsed(path), lines))


def _found(path: Path, tree: ast.Module, lines: list[str]) -> Iterator[Budget]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and _numbers(node.value):
            names = tuple(x.id for x in ast.walk(node.targets[0]) if isinstance(x, ast.Name))
            if all(map(_NAME.fullmatch, names)) and not set(names) <= NAMES:
                yield Budget(path, names, ast.unparse(node.value), _reason(lines, node))
