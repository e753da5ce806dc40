"""Written sums over an index: what the index stands for inside names, and writing the sum out.

A name is split at its underscores; each part after the first is a subscript. The index `j` is replaced where
it is the whole symbol (`j`) or the start of a subscript: `a_j`, `Gamma_jB`, `gamma_j0`, `a_j_in`, `X_cos_j`,
and likewise in function names and primed names. A subscript that is one of WORDS is never an index with
something after it: `b_in` stays `b_in` under a sum over i.
"""

from __future__ import annotations

from dataclasses import replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Integral, Name, Node, Number, Sum, added
from cascade_sym.formula.walk import children, with_children

WORDS = frozenset(
    """
    in out int ext eff opt cos sin max min tot th vac ba om est add sig diss cond ss id ref loc
    det light
""".split()
)


def indexed(name: str, index: str, value: str) -> str:
    """`name` with the index letter replaced (module docstring).

    >>> indexed("Gamma_jB", "j", "S"), indexed("a_j_in'", "j", "M"), indexed("b_in", "i", "1")
    ('Gamma_SB', "a_M_in'", 'b_in')
    """
    bare = name.rstrip("'")
    primes = name[len(bare) :]
    if bare == index:
        return value + primes
    head, *subs = bare.split("_")
    new = [s if s in WORDS or not s.startswith(index) else value + s[len(index) :] for s in subs]
    return "_".join([head, *new]) + primes


def substitute_index(node: Node, index: str, value: str) -> Node:
    """`node` with the index replaced by one value; an inner sum over the same letter keeps its own.

    >>> from cascade_sym.formula import parse
    >>> str(substitute_index(parse("gamma_j0 - Gamma_j*cos(2*theta_j)"), "j", "S"))
    'gamma_S0 - Gamma_S*cos(2*theta_S)'
    """
    match node:
        case Name(name):
            new = indexed(name, index, value)
            return Number(new) if new.isdigit() else Name(new)
        case Sum(own, _, _) if own == index:
            return node
    node = with_children(node, [substitute_index(k, index, value) for k in children(node)])
    if isinstance(node, Call):
        return replace(node, function=indexed(node.function, index, value))
    if isinstance(node, Integral):
        return replace(node, var=indexed(node.var, index, value))
    return node


def written_out(node: Sum) -> Node:
    """The sum as an explicit `Add` (or its single term).

    >>> from cascade_sym.formula import parse
    >>> str(written_out(parse("sum(j, (S, M), g_j*a_j)")))
    'g_S*a_S + g_M*a_M'
    """
    if not node.values:
        raise FormulaError(f"the sum over {node.index!r} has no values to sum over.")
    return added([(1, substitute_index(node.body, node.index, v)) for v in node.values])
