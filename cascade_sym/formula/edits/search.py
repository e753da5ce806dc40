"""All formulas one small edit (or two) away from a written one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Node
from cascade_sym.formula.difference import marked
from cascade_sym.formula.edits import arithmetic, shape, symbols
from cascade_sym.formula.edits.vocabulary import Vocabulary
from cascade_sym.formula.latex import to_latex
from cascade_sym.formula.walk import Path, Place, places, replace_at

Rule = Callable[[Node, Place, Vocabulary], Iterator[tuple[str, Node]]]

# In the order in which misprints are likely; the order of the edits follows it.
RULES: tuple[tuple[str, Rule], ...] = (
    ("sign", arithmetic.signs),
    ("factor 2", arithmetic.factors_of_two),
    ("name doubled", arithmetic.names_doubled),
    ("index", symbols.index_letters),
    ("indices", symbols.index_letters_throughout),
    ("conjugate", symbols.conjugates),
    ("function", symbols.functions),
    ("power", arithmetic.powers),
    ("root", shape.roots),
    ("root extent", shape.root_extent),
    ("bracket", shape.brackets),
    ("term dropped", arithmetic.dropped_terms),
    ("term added", arithmetic.added_terms),
    ("factor dropped", arithmetic.dropped_factors),
    ("factor added", arithmetic.added_factors),
    ("exchange", symbols.siblings),
    ("number", arithmetic.numbers),
    ("similar name", symbols.similar_names),
)
KINDS = tuple(kind for kind, _ in RULES)


@dataclass(frozen=True)
class Edit:
    """The formula `node`, made from `original` by replacing `before` at `path` with `after`.

    `where` says in words what was changed. A composition of two edits has `size` 2, kinds and words of both,
    and before, after and path of the second.
    """

    kind: str
    where: str
    before: str
    after: str
    path: Path
    node: Node
    original: Node
    size: int = 1

    @property
    def marked(self) -> Node:
        """`node` with what differs from the original marked, for `to_latex`."""
        return marked(self.original, self.node)

    def latex(
        self, notation: Mapping[str, str] | None = None, templates: Mapping[str, str] | None = None, mark: bool = True
    ) -> str:
        r"""LaTeX of the edited formula, with what differs from the original in red when `mark`.

        >>> from cascade_sym.formula import parse
        >>> next(edits(parse("a + b"), Vocabulary(), kinds=("number", "sign"))).latex()
        '{\\color{red}-a} + b'
        """
        return to_latex(self.marked if mark else self.node, notation, templates)


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
    for edit in _single(node, vocabulary, rules):
        if edit.node not in seen:
            seen.add(edit.node)
            first.append(edit)
            yield edit
    if not pairs:
        return
    for one in first:
        for two in _single(one.node, vocabulary, rules):
            if two.node not in seen:
                seen.add(two.node)
                kind, where = f"{one.kind} + {two.kind}", f"{one.where}; {two.where}"
                yield Edit(kind, where, two.before, two.after, two.path, two.node, node, size=2)


def _single(node: Node, vocabulary: Vocabulary, rules: list[tuple[str, Rule]]) -> Iterator[Edit]:
    spots = list(places(node))
    for kind, rule in rules:
        for place, part in spots:
            for words, new in rule(part, place, vocabulary):
                if new != part:
                    whole = replace_at(node, place.path, new)
                    yield Edit(kind, words, str(part), str(new), place.path, whole, node)
