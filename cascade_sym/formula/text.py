"""A tree written back in the plain language; `parse(to_text(node))` is `node` again."""

from __future__ import annotations

from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Node, Number, Pow, Sum

_SUM, _PRODUCT, _SIGNED, _ATOM = 1, 2, 3, 4


def to_text(node: Node) -> str:
    """The plain text of `node`, with the brackets that its shape needs.

    >>> from cascade_sym.formula import parse
    >>> to_text(parse("(a+b)/(2*c) - -x^2"))
    '(a + b)/(2*c) - -x^2'
    """
    return _text(node)[0]


def _text(node: Node) -> tuple[str, int]:
    match node:
        case Number(text):
            return text, _ATOM
        case Name(name):
            return name, _ATOM
        case Neg(arg):
            return "-" + _within(arg, _PRODUCT), _SUM
        case Add(terms, signs):
            out = "-" if signs[0] < 0 else ""
            out += _within(terms[0], _PRODUCT)
            for t, s in zip(terms[1:], signs[1:], strict=True):
                out += (" - " if s < 0 else " + ") + _signed(t, _PRODUCT)
            return out, _SUM
        case Mul(factors):
            first = factors[0]
            # a*b/c*d reads left to right, so a leading Div needs no bracket but a leading Mul does.
            head = _within(first, _SIGNED if isinstance(first, Mul) else _PRODUCT)
            return "*".join([head, *(_signed(f, _SIGNED) for f in factors[1:])]), _PRODUCT
        case Div(num, den, slash):
            return _within(num, _PRODUCT) + ("//" if slash else "/") + _signed(den, _SIGNED), _PRODUCT
        case Pow(base, exponent):
            return _within(base, _ATOM) + "^" + _signed(exponent, _SIGNED), _SIGNED
        case Call(function, args):
            return f"{function}({', '.join(to_text(a) for a in args)})", _ATOM
        case Sum(index, values, body):
            return f"sum({index}, ({', '.join(values)}), {to_text(body)})", _ATOM
        case Integral(body, var, lo, hi):
            return f"integral({to_text(body)}, {var}, {to_text(lo)}, {to_text(hi)})", _ATOM
    raise TypeError(f"not a formula node: {type(node).__name__}")


def _within(node: Node, level: int) -> str:
    text, own = _text(node)
    return text if own >= level else f"({text})"


def _signed(node: Node, level: int) -> str:
    """As `_within`, where a minus directly before a single operand needs no bracket: a*-b."""
    if isinstance(node, Neg) and _text(node.arg)[1] >= _SIGNED:
        return _text(node)[0]
    return _within(node, level)
