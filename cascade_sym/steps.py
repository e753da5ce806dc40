"""A derivation is an object: steps with what was done, before, after, and a check that can be run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cascade_sym.shown import Shown

Kind = Literal[
    "input", "definition", "commutator", "substitution", "elimination", "linearisation", "frame", "rotating wave",
    "composition", "fourier", "solve", "limit", "expansion", "minimisation", "readout", "simplification",
]  # fmt: skip


@dataclass(frozen=True)
class Check(Shown):
    """The outcome of checking a step: whether it holds, how it was checked, and what was left over.

    >>> Check(True, "both sides expanded").residual
    ''
    """

    ok: bool
    method: str
    residual: str = ""


class LazyTable(Mapping[str, Any]):
    """A table of a step whose values are made when it is shown (flattened equations of a long cascade are large)."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Any]) -> None:
        self._names, self._make = tuple(names), make

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True)
class Step(Shown):
    """One step: `kind` and `title` say what was done; `before` and `after` are what it was done to and its result.

    `before` and `after` map a name (an equation's left side) to anything that can be typeset: a SymPy
    expression, an operator polynomial, a linear form. `check` runs the step's own check again, by a route that
    does not repeat the step; None marks inputs, which have nothing to check.

    >>> from sympy.abc import x
    >>> step = Step("simplification", "cancel", {"y": x/x}, {"y": 1}, lambda: Check(True, "a ratio of equals"))
    >>> step.check().ok
    True
    """

    kind: Kind
    title: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[], Check] | None = field(default=None, compare=False, repr=False)
    note: str = ""

    def __getstate__(self) -> dict[str, Any]:
        """For pickle: checks are programs, most of which can't go to another process; those are marked as such."""
        state = {**vars(self), "before": dict(self.before), "after": dict(self.after)}
        if self.check is not None:
            state["check"] = not_stored
        return state

    def __deepcopy__(self, memo: Any) -> Step:
        return self  # it never changes


def not_stored() -> Check:
    """In place of the check of a step that went through a file or to another process: it can't be run, so it fails."""
    return Check(False, "not stored", "the check of this step was not stored; derive the result again to run it")


@dataclass(frozen=True)
class Derivation(Shown):
    """The steps from the model to a result, in order.

    >>> Derivation("x", (Step("input", "take x"),)).check()
    ()
    """

    title: str
    steps: tuple[Step, ...] = ()

    def check(self) -> tuple[Check, ...]:
        """Run every step's check again."""
        return check_all(self.steps)

    @property
    def ok(self) -> bool:
        """Whether all checks hold."""
        return all(c.ok for c in self.check())


def check_all(steps: Iterable[Step]) -> tuple[Check, ...]:
    """The checks of those steps that have one."""
    return tuple(s.check() for s in steps if s.check is not None)
