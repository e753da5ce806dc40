"""What may stand for what: the names that exist, and the letters that are easily taken for one another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cascade_sym.errors import ParameterError
from cascade_sym.formula.ast import Node
from cascade_sym.formula.sums import WORDS, indexed


@dataclass(frozen=True)
class Vocabulary:
    """`names` exist; `operators` among them take daggers, `complex_names` stars.

    `swaps` are pairs of letters that are taken for one another: in subscripts (S and M in `Gamma_SB`), or as
    the whole head of a name (X and P in `X_S`). Operators that are written as functions (`b(t)`) count as
    names; only names in `names` are ever put into a formula by an edit. `factors` are formulas that may be missing
    as a factor, `terms` those that may be missing in a sum. The values of `functions` may be numbers or operators.

    >>> v = Vocabulary(names=("Gamma_SB", "Gamma_MB", "Gamma_SP"), swaps=(("S", "M"), ("B", "P")))
    >>> list(v.swapped("Gamma_SB"))
    [('S', 'M', 'Gamma_MB'), ('B', 'P', 'Gamma_SP')]
    """

    names: tuple[str, ...] = ()
    swaps: tuple[tuple[str, str], ...] = ()
    operators: frozenset[str] = frozenset()
    complex_names: frozenset[str] = frozenset()
    factors: tuple[Node, ...] = ()
    terms: tuple[Node, ...] = ()
    functions: frozenset[str] = frozenset()
    _known: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for pair in self.swaps:
            if len(pair) != 2 or not all(isinstance(p, str) and p for p in pair) or pair[0] == pair[1]:
                raise ParameterError(f"a swap is a pair of two different letters; got {pair!r}.")
        object.__setattr__(self, "names", tuple(dict.fromkeys(self.names)))
        object.__setattr__(self, "operators", frozenset(self.operators))
        object.__setattr__(self, "complex_names", frozenset(self.complex_names))
        object.__setattr__(self, "_known", frozenset(self.names))

    def knows(self, name: str, bound: Mapping[str, tuple[str, ...]] | None = None) -> bool:
        """Whether `name` exists; under sums over `bound` indices, for all their values."""
        return _among(self._known, name, bound or {})

    def is_operator(self, name: str, bound: Mapping[str, tuple[str, ...]] | None = None) -> bool:
        """Whether `name` is an operator, for all values of the indices around it."""
        return _among(self.operators, name, bound or {})

    def is_complex(self, name: str, bound: Mapping[str, tuple[str, ...]] | None = None) -> bool:
        """Whether `name` is declared complex, for all values of the indices around it."""
        return _among(self.complex_names, name, bound or {})

    def swapped(self, name: str, bound: Mapping[str, tuple[str, ...]] | None = None) -> list[tuple[str, str, str]]:
        """Known names that differ from `name` by one letter of a swap, as (from, to, new name)."""
        pairs = [(old, new) for one, two in self.swaps for old, new in ((one, two), (two, one))]
        found = [(old, new, c) for old, new in pairs for c in _letter_replaced(name, old, new)]
        return [swap for swap in found if self.knows(swap[2], bound)]

    def exchanged(self, name: str, swap: tuple[str, str], bound: Mapping[str, tuple[str, ...]] | None) -> str:
        """`name` with both letters of `swap` exchanged wherever they stand, where that name exists."""
        table = dict(zip(swap, reversed(swap), strict=True))
        letters = re.compile("|".join(re.escape(letter) for letter in sorted(swap, key=len, reverse=True)))
        bare = name.rstrip("'")
        head, *subs = bare.split("_")
        subs = [s if s in WORDS else letters.sub(lambda m: table[m[0]], s) for s in subs]
        candidate = "_".join([table.get(head, head), *subs]) + name[len(bare) :]
        return candidate if self.knows(candidate, bound) else name

    def similar(self, name: str) -> list[str]:
        """Known names one letter (not the first, save for its case) away from `name`, in declared order."""
        if name in ("pi", "I", "oo"):
            return []
        same = name[0].lower()
        return [n for n in self.names if n != name and n[0].lower() == same and _one_letter_apart(n, name)]


def _among(names: frozenset[str], name: str, bound: Mapping[str, tuple[str, ...]]) -> bool:
    if name in names:
        return True
    for index, values in bound.items():
        if indexed(name, index, values[0]) != name:
            rest = {i: v for i, v in bound.items() if i != index}
            return all(_among(names, indexed(name, index, v), rest) for v in values)
    return False


def _letter_replaced(name: str, old: str, new: str) -> list[str]:
    """`name` with one occurrence of `old` replaced, as its head or in its subscripts, one at a time."""
    bare = name.rstrip("'")
    head, *subs = bare.split("_")
    found = ["_".join([new, *subs]) + name[len(bare) :]] if head == old else []
    for k, sub in enumerate(subs):
        at = -1 if sub in WORDS else sub.find(old)
        while at >= 0:
            changed = sub[:at] + new + sub[at + len(old) :]
            found.append("_".join([head, *subs[:k], changed, *subs[k + 1 :]]) + name[len(bare) :])
            at = sub.find(old, at + 1)
    return found


def _one_letter_apart(a: str, b: str) -> bool:
    a, b = sorted((a, b), key=len)
    i = next((k for k in range(len(a)) if a[k] != b[k]), len(a))
    return a[i + 1 :] == b[i + 1 :] if len(a) == len(b) else a[i:] == b[i + 1 :]
