"""Which name may stand for which, and edits that put one for another: letters, similar names, sin and cos, stars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from cascade_sym.errors import ParameterError
from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Node
from cascade_sym.formula.walk import WORDS, Place, at, children, indexed, places, replace_at

Change = tuple[str, Node]
PARTNERS = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "Re": "Im", "Im": "Re"}
STARS = ("dag", "conj")


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
    found = []
    start = 0
    for part in name.rstrip("'").split("_"):
        if start:
            spots = [] if part in WORDS else [m.start() for m in re.finditer(f"(?={re.escape(old)})", part)]
        else:
            spots = [0] if part == old else []
        found += [name[: start + k] + new + name[start + k + len(old) :] for k in spots]
        start += len(part) + 1
    return found


def _one_letter_apart(a: str, b: str) -> bool:
    a, b = sorted((a, b), key=len)
    i = next((k for k in range(len(a)) if a[k] != b[k]), len(a))
    return a[i + 1 :] == b[i + 1 :] if len(a) == len(b) else a[i:] == b[i + 1 :]


def _symbol(node: Node, place: Place, vocabulary: Vocabulary) -> str:
    """The name that `node` shows: a symbol's, or that of a field written as a function."""
    if isinstance(node, Name) and node.name not in place.dummies:
        return node.name
    if isinstance(node, Call) and vocabulary.knows(node.function, place.bound):
        return node.function
    return ""


def _renamed(node: Node, name: str) -> Node:
    return replace(node, function=name) if isinstance(node, Call) else Name(name)


def index_letters(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """One subscript letter of one name exchanged for its partner."""
    if name := _symbol(node, place, vocabulary):
        for old, new, changed in vocabulary.swapped(name, place.bound):
            yield f"{old} replaced by {new} in '{name}'", _renamed(node, changed)


def index_letters_throughout(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """Two letters exchanged in all names of the formula, or of one term, factor or argument."""
    if place.role not in ("whole", "term", "factor", "argument", "numerator", "denominator", "body"):
        return
    for swap in vocabulary.swaps:
        changed, count = node, 0
        for here, part in places(node, Place(bound=place.bound, dummies=place.dummies)):
            if name := _symbol(part, here, vocabulary):
                new = vocabulary.exchanged(name, swap, here.bound)
                if new != name:
                    count += 1
                    changed = replace_at(changed, here.path, _renamed(at(changed, here.path), new))
        if count > 1:
            yield f"{swap[0]} and {swap[1]} exchanged in '{node}'", changed


def similar_names(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A name replaced by a known one that is one letter away."""
    if name := _symbol(node, place, vocabulary):
        same_kind = name in vocabulary.operators
        for new in vocabulary.similar(name):
            if (new in vocabulary.operators) == same_kind:
                yield f"'{name}' replaced by '{new}'", _renamed(node, new)


def siblings(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """Two names that stand side by side exchanged, where the order matters."""
    kids = children(node) if isinstance(node, Add | Call | Mul) else ()
    for (i, one), (k, two) in combinations(enumerate(kids), 2):
        if not (isinstance(one, Name) and isinstance(two, Name)) or one == two:
            continue
        same_sign = isinstance(node, Add) and node.signs[i] == node.signs[k]
        operators = all(vocabulary.is_operator(n.name, place.bound) for n in (one, two))
        scalars = isinstance(node, Mul) and not operators
        if not (same_sign or scalars):
            yield f"'{one}' and '{two}' exchanged", replace_at(replace_at(node, (i,), two), (k,), one)
    if isinstance(node, Add):
        yield from _crossed(node, vocabulary)


def _crossed(node: Add, vocabulary: Vocabulary) -> Iterator[Change]:
    """Scalar factors of two neighbouring terms exchanged: a*x + b*y -> b*x + a*y."""
    for i, (one, two) in enumerate(pairwise(node.terms)):
        if not (isinstance(one, Mul) and isinstance(two, Mul)) or len(one.factors) != len(two.factors):
            continue
        a, b = one.factors[0], two.factors[0]
        if a != b and not isinstance(a, Div) and not isinstance(b, Div):
            yield f"'{a}' and '{b}' exchanged", replace_at(replace_at(node, (i, 0), b), (i + 1, 0), a)


def functions(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """sin and cos (and their like) exchanged."""
    if isinstance(node, Call) and node.function in PARTNERS:
        partner = PARTNERS[node.function]
        yield f"{node.function} replaced by {partner} in '{node}'", Call(partner, node.args)


def conjugates(node: Node, place: Place, vocabulary: Vocabulary) -> Iterator[Change]:
    """A dagger or a conjugate dropped, or put on an operator or a complex name."""
    if isinstance(node, Call) and node.function in STARS and len(node.args) == 1:
        word = "dagger" if node.function == "dag" else "conjugate"
        yield f"the {word} on '{node.args[0]}' dropped", node.args[0]
    if place.function in STARS:
        return
    name = node.function if isinstance(node, Call) else node.name if isinstance(node, Name) else ""
    if name and vocabulary.is_operator(name, place.bound):
        yield f"a dagger put on '{node}'", Call("dag", (node,))
    elif name and vocabulary.is_complex(name, place.bound):
        yield f"a conjugate put on '{node}'", Call("conj", (node,))
    elif isinstance(node, Call) and name in vocabulary.functions:
        yield f"a conjugate put on '{node}'", Call("conj", (node,))
        yield f"a dagger put on '{node}'", Call("dag", (node,))
