r"""What \sin, \cos, \exp, \ln, ... cover: one rule, the typographer's.

1. What stands in a group or in brackets directly behind the function (and its power) is its argument, all of it and
   nothing more: \sin(a)b is sin(a) b, \cos{2\theta} is cos(2 theta).
2. Without brackets the argument is a number, or a fraction or root, or an optional number (and \pi) and one symbol with
   its scripts; a coordinate (t, x, y, z, \tau) directly behind that symbol, which is no angle, belongs to it:
   \sin 2\theta, \cos\omega t, \sin 2\pi f t, \tan\frac{\theta}{2}.
3. The argument ends before +, -, a relation, a bracket, another function, a symbol with a hat, an exponential, a state,
   \cdot, \times, and words.
4. Where something else follows that may or may not belong to it (\cos n\Omega, \sin ab, \tan\tfrac12\omega t, \sin x/2,
   \sin x\,t) the formula is ambiguous: the argument ends there, or goes on to the end of the product.

\mathrm{Tr}, \det, \Re, \Im, \arg, \max, \min cover a bracket or one factor; what follows that is ambiguous. A power
-1 on a
trigonometric function is ambiguous: the inverse function or the reciprocal.
"""

from __future__ import annotations

from contextlib import nullcontext

from cascade_sym.formula.ast import Call, Div, Name, Neg, Node, Number, Pow, product
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.reader_state import WRAPPERS
from cascade_sym.formula.latex_in.symbols import spelt
from cascade_sym.formula.lettering import GREEK as GREEKS
from cascade_sym.formula.token_stream import Token
from cascade_sym.program import ANALYTIC, TABLE

WORDS = {f: f for f in ANALYTIC} | {"ln": "log", "log": "log", "lg": "lg", "sinc": "sinc"}
GREEDY = {f.name: f.name for f in TABLE if not f.analytic and f.name not in ("abs", "conj", "atan2")} | {
    "sign": "sgn", "tr": "Tr",
    **{
        f: f for f in """Var Tr det diag Re Im arg argmax argmin max min sup inf erf erfc rank ker dim gcd""".split()
    },
}  # fmt: skip
FUNCTIONS = WORDS | GREEDY
UPRIGHT = FUNCTIONS | {
    f.short.lower() if f.name in ("Re", "Im") else f.short: f.name for f in TABLE if f.name != "conj"
}
_OVER = ("max", "min", "sup", "inf", "argmax", "argmin")
_COORDINATES = frozenset(("t", "tau", "x", "y", "z"))
_ANGLES = frozenset("alpha beta theta vartheta phi varphi psi".split())  # \cos\theta x + \sin\\theta y is a rotation
_INVERSE = {"sin": "arcsin", "cos": "arccos", "tan": "arctan", "sinh": "arsinh", "cosh": "arcosh", "tanh": "artanh"}
_ENDS = frozenset("hat ket bra langle left sum int prod begin mathbf vec".split())


def function_here(r: Reader) -> Node | None:
    """The function that is written here, in whatever way, with its argument; None where there is none."""
    t = r.peek()
    name, width = _name_here(r)
    if not name or name in r.state.names.nuclei:
        return None
    r.at += width
    return _function(r, UPRIGHT[name], t)


def _name_here(r: Reader) -> tuple[str, int]:
    """The name of a function here and the number of its tokens: \\sin, \\mathrm{Tr}, \\text{Re}, or letters, sin."""
    t = r.peek()
    if t.kind == "word" and t.text in FUNCTIONS:
        return t.text, 1
    if t.kind == "text" and t.text in UPRIGHT:
        return t.text, 1
    if t.is_word("mathrm", "mathsf"):
        body = r.look(lambda: r.child(r.tokens[r.at + 1 :]).script()) or ()
        if body and all(b.kind in ("letter", "digit") for b in body) and spelt(body) in UPRIGHT:
            return spelt(body), len(body) + (3 if r.peek(1).is_op("{") else 1)
    if t.kind == "letter":
        word = run_of_letters(r)
        if word in FUNCTIONS and len(word) > 1:
            return word, len(word)
    return "", 0


def run_of_letters(r: Reader) -> str:
    """The letters that stand here without anything between them, not inside a longer run."""
    first = r.peek()
    before = r.tokens[r.at - 1] if r.at else None
    if before is not None and before.kind == "letter" and before.start == first.start - 1:
        return ""
    word, n = "", 0
    while r.peek(n).kind == "letter" and r.peek(n).start == first.start + n and r.peek(n).text.isascii():
        word += r.peek(n).text
        n += 1
    return word


def _function(r: Reader, name: str, start: Token) -> Node:
    from cascade_sym.formula.latex_in.brackets import opener, place

    power: Node | None = None
    base: Node | None = None
    label = ""
    over: Node = Name("x")
    while r.peek().is_op("^", "_"):
        op = r.take().text
        body = r.script()
        if op == "_":
            if base is not None or label:
                raise r.error("two subscripts on one function", start)
            if name in ("log",):
                base = r.inner(body)
            else:
                label = spelt(body)
                if name in _OVER:
                    over = place(r, body)
        elif power is not None:
            raise r.error("two superscripts on one function", start)
        else:
            power = r.inner(body)
    if label:
        if name in _OVER:
            return Call(f"{name}_over", (_greedy(r, name), over))
        second = (name, label) == ("arctan", "2")  # as SymPy prints it
        name = "atan2" if second else f"{name}_{''.join(c for c in label if c.isalnum())}"
    with r.phase() if name in ("exp", "sin", "cos") else nullcontext():
        argument = _bracket_argument(r, name) if opener(r) or r.peek().is_op("{") else None
        if argument is None:
            argument = (_greedy(r, name) if name not in WORDS.values() else _bare(r, name),)
    if base is not None:
        name, argument = "log_base", (*argument, base)
    node: Node = Call(name, argument)
    if power is None:
        return node
    if power == Neg(Number("1")) and name in _INVERSE:
        if r.asks(start, "inverse", f"\\{name}^{{-1}} is the inverse function or the reciprocal"):
            return Pow(node, power)
        return Call(_INVERSE[name], argument)
    return Pow(node, power)


def _bracket_argument(r: Reader, name: str) -> tuple[Node, ...] | None:
    """The argument in brackets or in a group; None where the bracket is a state or an absolute value of more."""
    from cascade_sym.formula.latex_in.brackets import bracket, bracketed, opener

    if r.peek().is_op("{"):
        body = r.script()
        inner = r.child(body)
        if opener(inner) in ("(", "[", "\\{"):
            found = inner.attempt(lambda: bracket(inner))
            if found and inner.peek().kind == "end":
                return tuple(found[1])
        return (r.inner(body),)
    if opener(r) in ("(", "[", "\\{"):
        kind, items = bracket(r)
        if name.startswith("Tr") and kind == "[" and len(items) == 2:
            return (Call("comm", tuple(items)),)  # Tr[A, B]
        return tuple(items)
    if r.opens_state():
        return (r.factor(),)
    return (bracketed(r),)


def _greedy(r: Reader, name: str) -> Node:
    """One factor, or all that follows in the product."""
    if not r.starts_factor():
        raise r.unexpected(f"the argument of {name}")
    factors = [r.factor()]
    t = r.peek()
    if r.starts_factor() and not t.wide and r.asks(t, "covers", f"what {name} covers is not clear; use brackets"):
        while r.starts_factor() and not r.peek().wide:
            factors.append(r.factor())
    return product(factors)


def _bare(r: Reader, name: str) -> Node:
    factors: list[Node] = []
    symbols, closed, angle = 0, False, False
    while True:
        t = r.peek()
        if t.kind == "digit" and not factors:
            factors.append(r.number())
            if r.peek().is_op("^"):
                raise r.error(f"what {name} covers is not clear; use brackets")
        elif t.is_word("pi") and not symbols and not closed:
            factors.append(r.factor())
        elif t.is_word("frac", "sqrt", "nicefrac") and not symbols and not closed:
            factors.append(r.factor())
            closed = True
        elif _symbol(r, first=not factors) and not symbols and not closed:
            angle = t.kind == "word" and t.text in _ANGLES
            factors.append(r.factor())
            symbols += 1
        elif symbols == 1 and not closed and not t.gap and _coordinate(r) and not angle:
            factors.append(r.factor())
            closed = True
        else:
            break
    if not factors:
        raise r.unexpected(f"the argument of {name}")
    t = r.peek()
    goes_on = _symbol(r, first=False) or t.is_word("frac", "sqrt") or t.kind == "digit"
    if goes_on and not t.wide and r.asks(t, "covers", f"what \\{name} covers is not clear; use brackets"):
        while (_symbol(r, first=False) or r.peek().is_word("frac", "sqrt", "pi")) and not r.peek().wide:
            factors.append(r.factor())
    whole = product(factors)
    if r.peek().is_op("/") and not _function_follows(r):
        t = r.peek()
        if r.asks(t, "covers", f"whether \\{name} covers what stands below the slash is not clear; use \\frac"):
            r.take()
            return Div(whole, r.factor(), slash=True)
    return whole


def _function_follows(r: Reader) -> bool:
    saved = r.at
    r.at += 1
    found = bool(_name_here(r)[0])
    r.at = saved
    return found


def _symbol(r: Reader, *, first: bool) -> bool:
    """Whether a symbol starts here that a function without brackets may cover."""
    t = r.peek()
    if r.in_integral and r.differential():
        return False
    if _name_here(r)[0]:
        return False
    exponential = r.peek(1).is_op("^") and t.kind == "letter" and t.text == "e"
    if t.kind == "letter":
        return not exponential
    if t.kind != "word" or (not first and t.text in _ENDS):
        return False
    if t.text == "mathrm" and r.differential():
        return False
    upright_e = t.text == "mathrm" and any(
        r.peek(n).text == "e" and r.peek(n + 1 + (n == 2)).is_op("^") for n in (1, 2)
    )
    return (t.text in GREEKS or t.text in WRAPPERS) and not upright_e


def _coordinate(r: Reader) -> bool:
    t = r.peek()
    single = t.text in _COORDINATES and t.kind in ("letter", "word")
    return single and not r.peek(1).is_op("^", "_", "(")
