"""Symbols and names of the toolkit's own, which can never meet those of a user.

Inside a computation the toolkit's unknowns are `own` symbols: of a class of their own, so that no symbol of a user is
equal to one. Where they are shown, `spelled` gives them names that are free there; a name that is shown from the
start is made by `free_name`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from sympy import Expr, Symbol

MARK = "\u00b7"  # ends the name of an own symbol, so that it sorts next to its wanted name and never ties with it


class Own(Symbol):  # type: ignore[misc]
    """A symbol that only the toolkit makes."""

    __slots__ = ()


def own(name: str, level: int = 0) -> Own:
    """The toolkit's own symbol called `name` (primed `level` times); the same one at every call.

    >>> own("x") == own("x"), own("x") == Symbol("x"), own("x") == Symbol("x\u00b7")
    (True, False, False)
    """
    return Own(name + MARK + "'" * level)  # type: ignore[no-any-return]


def free_name(wanted: str, taken: Container[str]) -> str:
    """`wanted`, with the first number behind it that makes it free where it is taken.

    >>> free_name("Omega", {"Omega", "Omega_2"})
    'Omega_3'
    """
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    return name


def free_symbol(wanted: str, *beside: Expr | Iterable[Symbol]) -> Symbol:
    """A plain symbol called `wanted` or nearly so, of which `beside` (expressions or symbols) is free.

    >>> free_symbol("P", Symbol("P") + 1)
    P_2
    """
    taken = {s.name for b in beside for s in (b.free_symbols if isinstance(b, Expr) else b)}
    return Symbol(free_name(wanted, taken))


def spelled(expr: Expr, taken: Iterable[Symbol] = ()) -> Expr:
    """`expr` with its own symbols under names that are free in it and beside `taken`.

    >>> spelled(own("x") + own("y")*Symbol("y"))
    x + y*y_2
    """
    mine = sorted((s for s in expr.free_symbols if isinstance(s, Own)), key=lambda s: s.name)
    names = {s.name for s in (*expr.free_symbols, *taken)}
    new = {}
    for s in mine:
        name = free_name(s.name.replace(MARK, ""), names)
        names.add(name)
        new[s] = Symbol(name)
    return expr.xreplace(new)
