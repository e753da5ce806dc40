"""What differs between two written formulas, marked in the second one."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher

from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Node, Number, Sum
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
    if isinstance(new, Add) and isinstance(old, Add):
        return _marked_sum(old, new)
    if isinstance(new, Mul) and isinstance(old, Mul):
        kids = _aligned(old.factors, new.factors)
        return Mul(kids) if kids else Marked(new)
    if _same_head(old, new):
        kids = tuple(marked(o, n) for o, n in zip(children(old), children(new), strict=True))
        return with_children(new, kids)
    return Marked(new)


def _same_head(old: Node, new: Node) -> bool:
    if type(old) is not type(new) or isinstance(new, Name | Number):
        return False
    if len(children(old)) != len(children(new)):
        return False
    match old, new:
        case (Call(f), Call(g)):
            return f == g
        case (Div(slash=s), Div(slash=t)):
            return s == t
        case (Sum(i, v), Sum(j, w)):
            return (i, v) == (j, w)
        case (Integral(var=v), Integral(var=w)):
            return v == w
    return True


def _marked_sum(old: Add, new: Add) -> Node:
    before = list(zip(old.signs, old.terms, strict=True))
    after = list(zip(new.signs, new.terms, strict=True))
    if len(before) == len(after):
        terms: list[Node] = []
        for (s, o), (t, n) in zip(before, after, strict=True):
            if s != t:
                terms.append(Marked(n, sign=True))
            else:
                terms.append(marked(o, n))
        return replace(new, terms=tuple(terms))
    kids = _aligned(tuple(before), tuple(after))
    if kids is None:
        return Marked(new)
    return replace(new, terms=tuple(Marked(k.arg, sign=True) if isinstance(k, Marked) else k for k in kids))


def _aligned(old: tuple, new: tuple) -> tuple[Node, ...] | None:  # type: ignore[type-arg]
    """The nodes of `new`, those without a partner in `old` marked; None when nothing is left to mark.

    Items are nodes, or (sign, node) pairs.
    """
    out: list[Node] = []
    changed = False
    for op, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        one_to_one = op == "replace" and i2 - i1 == j2 - j1
        for k, item in enumerate(new[j1:j2]):
            node = item[1] if isinstance(item, tuple) else item
            if op == "equal":
                out.append(node)
                continue
            partner = old[i1 + k] if one_to_one else None
            if partner is not None and isinstance(item, tuple) and partner[0] == item[0]:
                out.append(marked(partner[1], node))
            elif partner is not None and not isinstance(item, tuple):
                out.append(marked(partner, node))
            else:
                out.append(Marked(node))
            changed = True
    return tuple(out) if changed else None
