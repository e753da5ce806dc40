"""Typed small edits of a written formula, for auditing a checker and for finding misprints: all formulas that are one
(or two) of them away, and what differs between two formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Add, Mul, Node, Signed
from cascade_sym.formula.printing import Marked
from cascade_sym.formula.walk import Path, Place, children, places, replace_at, with_children
from cascade_sym.misprints.edits import arithmetic, exchanges, shape
from cascade_sym.misprints.edits.exchanges import Change, Vocabulary

Rule = Callable[[Node, Place, Vocabulary], Iterator[Change]]

# In the order in which misprints are likely; the order of the edits follows it.
RULES: tuple[tuple[str, Rule], ...] = (
    ("sign", arithmetic.signs),
    ("factor 2", arithmetic.factors_of_two),
    ("name doubled", arithmetic.names_doubled),
    ("index", exchanges.index_letters),
    ("indices", exchanges.index_letters_throughout),
    ("conjugate", exchanges.conjugates),
    ("function", exchanges.functions),
    ("power", arithmetic.powers),
    ("root", shape.roots),
    ("root extent", shape.root_extent),
    ("bracket", shape.brackets),
    ("term dropped", arithmetic.dropped_terms),
    ("term added", arithmetic.added_terms),
    ("factor dropped", arithmetic.dropped_factors),
    ("factor added", arithmetic.added_factors),
    ("exchange", exchanges.siblings),
    ("number", arithmetic.numbers),
    ("similar name", exchanges.similar_names),
)
KINDS = tuple(kind for kind, _ in RULES)


@dataclass(frozen=True)
class Edit:
    """The formula `node`, made by replacing `before` at `path` with `after`.

    `where` says in words what was changed. A composition of two edits has `size` 2, kinds and words of both,
    and before, after and path of the second.
    """

    kind: str
    where: str
    before: str
    after: str
    path: Path
    node: Node
    size: int = 1


def edits(
    node: Node, vocabulary: Vocabulary, *, pairs: bool = False, kinds: tuple[str, ...] | None = None
) -> Iterator[Edit]:
    """Every formula that one small edit makes of `node`, each once, never `node` itself.

    The order is fixed: by kind (as in KINDS), then by place. With `pairs`, all compositions of two edits
    follow, lazily; `kinds` keeps only some kinds. Trees are compared as written: two edits that have the same
    value in different forms are both given.

    >>> from cascade_sym.formula import parse
    >>> v = Vocabulary(names=("Gamma_SB", "Gamma_MB"), swaps=(("S", "M"),))
    >>> [str(e.node) for e in edits(parse("sqrt(Gamma_SB)"), v, kinds=("sign", "index", "root"))]
    ['-sqrt(Gamma_SB)', 'sqrt(-Gamma_SB)', 'sqrt(Gamma_MB)', 'Gamma_SB']
    """
    if kinds is not None and (bad := [k for k in kinds if k not in KINDS]):
        raise FormulaError(f"unknown kinds of edit {bad}; known are {', '.join(KINDS)}.")
    rules = [(k, r) for k, r in RULES if kinds is None or k in kinds]
    seen = {node}
    first: list[Edit] = []
    for edit in _single(node, vocabulary, rules, seen):
        first.append(edit)
        yield edit
    for one in first if pairs else ():
        for two in _single(one.node, vocabulary, rules, seen):
            yield replace(two, kind=f"{one.kind} + {two.kind}", where=f"{one.where}; {two.where}", size=2)


def _single(node: Node, vocabulary: Vocabulary, rules: list[tuple[str, Rule]], seen: set[Node]) -> Iterator[Edit]:
    """The formulas one edit away that were not `seen` yet."""
    spots = list(places(node))
    for kind, rule in rules:
        for place, part in spots:
            for words, new in rule(part, place, vocabulary):
                if (whole := replace_at(node, place.path, new)) not in seen:
                    seen.add(whole)
                    yield Edit(kind, words, str(part), str(new), place.path, whole)


def marked(old: Node, new: Node) -> Node:
    r"""`new` with the smallest sub-expressions that differ from `old` wrapped in `Marked`.

    Something that was only dropped marks what is left of the sum or product that it stood in.

    >>> from cascade_sym.formula import parse, to_latex
    >>> to_latex(marked(parse("a - 2*b"), parse("a + 2*c")))
    'a {\\color{red}{}+ 2c}'
    """
    if old == new:
        return new
    before, after = children(old), children(new)
    if isinstance(old, Add) and isinstance(new, Add) and len(before) == len(after):
        pairs = zip(old.signed, new.signed, strict=True)
        return with_children(new, [marked(o, n) if s == t else Marked(n, sign=True) for (s, o), (t, n) in pairs])
    if isinstance(new, Add | Mul) and type(old) is type(new):
        kids = _aligned(_signed(old), _signed(new))
        sign = isinstance(new, Add)
        kept = [Marked(k.arg, sign) if isinstance(k, Marked) else k for k in kids]
        return with_children(new, kept) if kids else Marked(new)
    if type(old) is type(new) and after and len(before) == len(after) and with_children(old, after) == new:
        return with_children(new, [marked(o, n) for o, n in zip(before, after, strict=True)])
    return Marked(new)


def _signed(node: Node) -> list[Signed]:
    """The terms of a sum with their signs, or the factors of a product."""
    return node.signed if isinstance(node, Add) else [(1, f) for f in children(node)]


def _aligned(old: Sequence[Signed], new: Sequence[Signed]) -> list[Node]:
    """The nodes of `new`, those without a partner in `old` marked; none when nothing is left to mark."""
    out: list[Node] = []
    changed = False
    for op, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        one_to_one = op == "replace" and i2 - i1 == j2 - j1
        for k, (sign, node) in enumerate(new[j1:j2]):
            if op == "equal":
                out.append(node)
                continue
            partner = old[i1 + k] if one_to_one else (0, node)
            out.append(marked(partner[1], node) if partner[0] == sign else Marked(node))
            changed = True
    return out if changed else []


__all__ = ["KINDS", "Edit", "Vocabulary", "edits", "marked"]
