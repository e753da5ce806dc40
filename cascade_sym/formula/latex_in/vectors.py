"""Which factors are printed as vectors, so that a dot or a cross between them is a product of vectors."""

from __future__ import annotations

from collections.abc import Collection

from cascade_sym.formula.ast import Add, Call, Integral, Mul, Name, Node, Sum


def vectors(left: Node, right: Node, printed: Collection[str]) -> bool:
    """Whether both are printed as vectors, or one is and the other has a hat."""
    chain = isinstance(left, Call) and left.function == "dotp"
    one, two = vectorial(left, printed) or chain, vectorial(right, printed)
    if _tensorial(left) or _tensorial(right):
        return True
    return (one and two) or (one and _hatted(right)) or (two and _hatted(left))


def vectorial(node: Node, printed: Collection[str]) -> bool:
    """Whether a factor is printed as a vector."""
    match node:
        case Name(name):
            return name in printed or name == "nabla"
        case Call(
            "tuple" | "dag" | "conj" | "sub" | "Re" | "Im" | "cross" | "transpose" | "dot" | "differential", (arg, *_)
        ):
            return node.function in ("cross", "tuple") or vectorial(arg, printed)
        case Call("dotp", (arg, right)):
            return _tensorial(arg) or _tensorial(right)
        case Call("sum_over" | "prod_over" | "integral_over", (body, *_)) | Sum(_, _, body) | Integral(body, _, _, _):
            return vectorial(body, printed)
        case Call(function, _):
            return function in printed
        case Add(terms, _):
            return any(vectorial(t, printed) for t in terms)
        case Mul(factors):
            return any(vectorial(f, printed) for f in factors)
    return False


def _tensorial(node: Node) -> bool:
    """Whether a factor is printed with an arrow to both sides."""
    while isinstance(node, Call) and node.function in ("dag", "conj", "transpose", "Re", "Im", "dotp"):
        node = node.args[-1]
    name = node.name if isinstance(node, Name) else node.function if isinstance(node, Call) else ""
    return "leftrightarrow_" in name


def _hatted(node: Node) -> bool:
    while isinstance(node, Call) and node.function in ("dag", "conj"):
        (node,) = node.args
    return isinstance(node, Name) and node.name.startswith("hat_")
