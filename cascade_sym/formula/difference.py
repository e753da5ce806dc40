"""What differs between two written formulas, marked in the second one."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from cascade_sym.formula.ast import Add, Mul, Node, Signed
from cascade_sym.formula.latex import Marked
from cascade_sym.formula.walk import children, with_children


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
