"""What values show: registries of renderers and cards, which other rooms fill and which are open to other types.

Values don't know their painter: `painter` is given by the package. A type of one's own that derives from `Shown` has
readable text, LaTeX and HTML without doing anything; it does better with a row in `renderer` (formulas) or in `card`
(a title, named values, how to go on).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import singledispatch
from typing import Any


def _plainly(kind: str, value: Any, **options: Any) -> Any:
    return object.__repr__(value)


painter: Callable[..., Any] = _plainly  # (kind, value, options): "text", "latex", "html", "plot"


@singledispatch
def renderer(value: Any, notation: Any) -> Any:
    """What shows a value in a notation: another value that the toolkit shows in its place; None: as it stands.

    `renderer.register` adds a type of your own (see `Shown`), which is then shown in tables and steps too.

    >>> renderer(1, None) is None
    True
    """
    return None


class Shown:
    """A value that shows itself: readable text, LaTeX and HTML in the notation of the place.

    >>> from dataclasses import dataclass
    >>> from sympy import Symbol
    >>> @dataclass
    ... class Detuning(Shown):
    ...     mode: str
    >>> @renderer.register
    ... def _(value: Detuning, notation):
    ...     return {f"Delta_{value.mode}": Symbol(f"omega_{value.mode}") - Symbol("omega_0")}
    >>> print(Detuning("S")._repr_latex_())
    $\\displaystyle \\Delta_{S} = \\omega_{S} - \\omega_{0}$
    >>> Detuning("S")
    Δ_S = ω_S - ω₀
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in cls.__dict__:  # a dataclass leaves alone what its class has
            cls.__repr__ = Shown.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        return str(painter("text", self))

    def _repr_latex_(self) -> str:
        return str(painter("latex", self))

    def _repr_html_(self) -> str:
        return str(painter("html", self))

    def _repr_pretty_(self, p: Any, cycle: bool) -> None:
        p.text("..." if cycle else repr(self))


@dataclass(frozen=True)
class Card(Shown):
    """A value at a glance: a title, named values in order, and how to go on (plain text).

    >>> Card("Mirror", {"reflectivity": 0.5}, "how it moves: mirror.system()")
    Mirror
    reflectivity = 0.5
    how it moves: mirror.system()
    """

    title: str
    rows: Mapping[str, Any]
    more: str = ""


@singledispatch
def card(value: Any) -> Card:
    """The card of a value: by default its type and its public fields.

    `card.register` adds a type of your own.

    >>> @dataclass(frozen=True)
    ... class Mirror(Shown):
    ...     reflectivity: float
    >>> Mirror(0.5)
    Mirror: reflectivity = 0.5
    """
    return Card(type(value).__name__, shown_fields(value))


def shown_fields(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that stand for it, without those at their defaults."""
    if not is_dataclass(value):
        return {}
    found = {f.name: (f.default, getattr(value, f.name)) for f in fields(value) if f.repr and f.name[0] != "_"}
    return {name: v for name, (default, v) in found.items() if not _same(v, default)}


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and bool(value == default))


@card.register
def _(value: Card) -> Card:
    return value


class Table(dict[Any, Any], Shown):
    """Results by name, which show themselves as one: a dictionary in everything else.

    >>> Table({"a": 1, "b": 2})
    a = 1
    b = 2
    """

    def _ipython_key_completions_(self) -> list[Any]:
        return list(self)


class Listing(tuple[Any, ...], Shown):
    """Results in order, which show themselves one below the other: a tuple in everything else.

    >>> Listing((1, 2))
    1
    2
    """

    __slots__ = ()
