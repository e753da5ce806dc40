"""What a factor can be: numbers, brackets, fractions, roots, functions, sums, integrals, symbols."""

from __future__ import annotations

from collections.abc import Callable

from cascade_sym.formula.ast import Call, Div, Integral, Name, Neg, Node, Number, Pow, Sum, product
from cascade_sym.formula.latex_in.reader import Reader
from cascade_sym.formula.latex_in.superscripts import leading_stars
from cascade_sym.formula.latex_in.symbols import ACCENTS, FONTS, Body, Key, by_rule, spelled, with_superscript
from cascade_sym.formula.lettering import CONSTANTS, GREEK
from cascade_sym.formula.token_stream import Token
from cascade_sym.program import ANALYTIC, TABLE

BRACKETED = tuple(f.name for f in TABLE if not f.analytic and f.name not in ("abs", "conj"))
FUNCTIONS = {f: f for f in (*ANALYTIC, *BRACKETED, "Var")} | {"ln": "log", "sign": "sgn"}
_COORDINATES = frozenset(("t", "t'", "tau", "x", "y", "z"))
_MAX_VALUES = 64  # of an index
_BRACKETS = {
    ("|", 1): "abs", ("\\langle", 1): "mean", ("\\langle", 2): "sym", ("[", 2): "comm", ("\\{", 2): "anticomm"
}  # fmt: skip


def atom(r: Reader) -> Node:
    """One factor without what follows it as a superscript (symbols take their own)."""
    if (name := _compound(r)) is not None:
        return name
    t = r.peek()
    if t.kind == "digit" or (t.is_op(".") and r.peek(1).kind == "digit"):
        return r.number()
    if r.opener():
        return _bracketed(r)
    if t.is_op("{"):
        # {\hat a}_S starts with a group that is only a symbol's nucleus
        return read_symbol(r) if r.attempt(r.group) is not None else r.inner(r.script())
    if t.kind == "letter":
        return read_symbol(r)
    if t.kind == "word":
        if t.text in _CONSTRUCTS:
            r.take()
            return _CONSTRUCTS[t.text](r)
        if (word := _function_word(r) or t.text) in FUNCTIONS:
            r.take()
            if word != t.text:
                r.script()
            return _function(r, FUNCTIONS[word])
        if t.text in GREEK or t.text in ACCENTS or t.text in FONTS or t.text in ("dot", "operatorname"):
            return read_symbol(r)
        raise r.error(f"the macro {t} is not read in a formula (nothing is expanded or executed)")
    raise r.unexpected("a number, a symbol or a bracket")


def _compound(r: Reader) -> Name | None:
    for spelling, name in r.names.compound:
        same = all((r.peek(i).kind, r.peek(i).text) == s for i, s in enumerate(spelling))
        if same and not r.peek(len(spelling)).is_op("_", "'"):  # R is no part of R_0
            r.at += len(spelling)
            return Name(name)
    return None


def _function_word(r: Reader) -> str:
    r"""The word in \mathrm{...} or \operatorname{...} here, '' when there is none."""
    return spelled(r.attempt(r.script, 1) or ()) if r.peek().is_word("operatorname", *FONTS) else ""


def _bracketed(r: Reader) -> Node:
    start = r.peek()
    kind, items = r.bracket()
    if function := _BRACKETS.get((kind, len(items))):
        return Call(function, tuple(items))
    if len(items) == 1:
        return items[0]
    raise r.error("a list in brackets is read only after the name of a function", start)


def _fraction(r: Reader) -> Node:
    num, den = r.script(), r.script()
    if (rest := _after_d(r, num)) is not None and (below := _after_d(r, den)) is not None:
        if spelled(below) != "t":
            raise r.error("only derivatives d/dt are read")
        return Call("ddt", (r.inner(rest) if rest else r.factor(),))
    return Div(r.inner(num), r.inner(den))


def _after_d(r: Reader, body: Body) -> Body | None:
    """The tokens after a leading d of a derivative, or None."""
    width = r.child(body).width_of_d()
    return body[width:] if width else None


def _root(r: Reader) -> Node:
    order: Node | None = None
    if r.accept("["):
        body: list[Token] = []
        while not r.peek().is_op("]"):
            if r.peek().kind == "end" or r.peek().is_op("["):
                raise r.unexpected("']' after the order of a root")
            body.append(r.take())
        r.take()
        order = r.inner(tuple(body))
    inside = r.inner(r.script())
    if order is None or order == Number("2"):
        return Call("sqrt", (inside,))
    return Call("root", (inside, order))


def _function(r: Reader, name: str) -> Node:
    """A function with its power and its argument: in brackets, or numbers and one symbol."""
    power: Number | None = None
    start = r.peek()
    if r.accept("^"):
        body = r.script()
        if not body or any(t.kind != "digit" for t in body):
            raise r.error(f"only whole powers of {name} are read; name the inverse or use brackets", start)
        power = Number("".join(t.text for t in body))
    if r.opener() in ("|", "\\lvert", "\\vert", "\\langle"):
        node: Node = Call(name, (_bracketed(r),))
    elif r.opener():
        node = Call(name, tuple(r.bracket()[1]))
    elif name in (*BRACKETED, "exp"):
        node = Call(name, (r.factor(),))
        if r.starts_factor():
            raise r.error(f"what {name} covers is not clear; put its argument in brackets")
    else:
        node = Call(name, (_bare_argument(r, name),))
    return node if power is None else Pow(node, power)


def _bare_argument(r: Reader, name: str) -> Node:
    factors: list[Node] = []
    complete = False
    while True:
        t = r.peek()
        if complete and (t.gap or not _coordinate(r)):
            break
        if t.kind == "digit" and not factors:
            factors.append(r.number())
        elif t.is_word("frac", "tfrac", "dfrac", "sqrt") and not complete:
            factors.append(r.factor())
            complete = True
        elif _symbol_starts(r):
            node = r.factor()
            factors.append(node)
            complete = node != Name("pi") or complete
        else:
            break
    if not factors:
        raise r.unexpected(f"the argument of {name}")
    return product(factors)


def _symbol_starts(r: Reader) -> bool:
    t = r.peek()
    if t.kind == "letter":
        return not (r.in_integral and r.differential())
    upright = t.text in FONTS and _function_word(r) not in FUNCTIONS
    return t.kind == "word" and (t.text in GREEK or t.text in ACCENTS or upright)


def _coordinate(r: Reader) -> bool:
    if not _symbol_starts(r):
        return False
    saved = r.at
    name = symbol_name(r)
    r.at = saved
    return name in _COORDINATES


def _sum(r: Reader) -> Node:
    start = r.peek()
    if not r.accept("_"):
        raise r.unexpected("the index of the sum")
    body = r.script()
    upper = r.script() if r.accept("^") else ()
    index, values = _index(r, body, upper, start)
    saved, r.indices = r.indices, {**r.indices, index: values}
    inside = r.product()
    r.indices = saved
    return Sum(index, values, inside)


def _index(r: Reader, body: Body, upper: Body, start: Token) -> tuple[str, tuple[str, ...]]:
    index = spelled(body[:1])
    if not index.isalpha():
        raise r.error("expected an index letter below the sum", start)
    rest = body[1:]
    if not rest:
        values = r.indices.get(index, ())
        if not values:
            raise r.error(f"the values of {index!r} are not known; write \\sum_{{{index}=S,M}}", start)
        return index, values
    if not (rest[0].is_op("=") or rest[0].is_word("in")):
        raise r.error("expected j=S,M or j\\in\\{S,M\\} below the sum", start)
    inside = [t for t in rest[1:] if t.kind != "escaped"]
    words = spelled(tuple(inside)).split(",")
    if upper:
        top = spelled(upper)
        if len(words) != 1 or not (words[0].isdigit() and top.isdigit() and int(top) <= 10**6):
            raise r.error("the limits of a sum must be whole numbers", start)
        words = [str(k) for k in range(int(words[0]), min(int(top), int(words[0]) + _MAX_VALUES) + 1)]
    if not words or len(words) > _MAX_VALUES or not all(w.isalnum() and w.isascii() for w in words):
        raise r.error(f"expected 1 to {_MAX_VALUES} values of the index, letters or whole numbers", start)
    return index, tuple(words)


def _integral(r: Reader) -> Node:
    lo: Node = Neg(Name("oo"))
    hi: Node = Name("oo")
    while op := r.accept("_", "^"):
        node = r.inner(r.script())
        lo, hi = (node, hi) if op == "_" else (lo, node)
    width = r.differential()
    body = None if width else _integrand(r)
    if not (width := width or r.differential()):
        raise r.unexpected("the differential of the integral")
    r.at += width
    var = symbol_name(r)
    return Integral(body or r.product(), var, lo, hi)


def _integrand(r: Reader) -> Node:
    saved, r.in_integral = r.in_integral, True
    body = r.sum()
    r.in_integral = saved
    return body


def symbol_name(r: Reader) -> str:
    """The name of the symbol here, with primes and subscripts, without powers and arguments."""
    key, sup = r.key()
    name = r.names.find(key, r.indices) or _by_rule(r, key)
    if sup:
        raise r.error("a superscript where a plain variable is expected")
    return name


def read_symbol(r: Reader) -> Node:
    """A symbol with all that belongs to it: f(x), a^\\dagger, \\dot a, e^x, \\Delta^2 X."""
    dotted = r.peek().is_word("dot")
    if dotted:
        r.take()
    key, sup = r.key()
    stars = leading_stars(sup)
    ended = leading_stars(sup[::-1])[::-1]
    rest = sup[len(stars) :]
    # a superscript may belong to the name, before or behind the stars
    for named, around in ((sup, ()), (rest, stars), (sup[: len(sup) - len(ended)], ended)):
        if named and (name := r.names.find(with_superscript(key, named), r.indices)):
            return _applied(r, name, around, dotted)
    declared = r.names.find(key, r.indices)
    if key.nucleus == "Delta" and not (key.sub or key.primes or stars) and _spread_follows(r, rest, declared):
        spread = Call("Var", (_spread_of(r),))
        return spread if rest else Call("sqrt", (spread,))
    if declared is None and key.nucleus in ("i", "e", "pi") and not key.sub and not key.primes:
        if key.nucleus == "e" and rest and not stars:
            return Call("exp", (r.inner(rest),))
        if key.nucleus != "e":
            return r.superscript(Name("I" if key.nucleus == "i" else "pi"), sup)
    return r.superscript(_applied(r, declared or _by_rule(r, key), stars, dotted), rest)


def _by_rule(r: Reader, key: Key) -> str:
    name = by_rule(key)
    if name is None or name in r.names.declared or name in CONSTANTS:
        shown = key.nucleus + (f" with subscript {key.sub!r}" if key.sub else "")
        raise r.error(f"the symbol before this place ({shown}) is not declared and no rule gives it a name")
    return name


def _applied(r: Reader, name: str, stars: Body, dotted: bool) -> Node:
    """The symbol, its value at arguments where it is a function, with daggers and a time derivative."""
    node: Node = Name(name)
    if name in r.functions and r.opener() in ("(", "[") and not r.peek().gap:
        node = Call(name, tuple(r.bracket()[1]))
    node = r.starred(node, stars)
    return Call("dot", (node,)) if dotted else node


def _spread_follows(r: Reader, rest: Body, declared: str | None) -> bool:
    r"""Whether \Delta here starts a variance (\Delta^2 X) or a standard deviation (\Delta X)."""
    squared = len(rest) == 1 and rest[0].text == "2"
    if not squared and (rest or declared):
        return False
    t = r.peek()
    greek = t.kind == "word" and t.text in GREEK and declared is None
    return r.opener() in ("(", "[", "\\{") or t.kind == "letter" or t.is_word("hat", "mathrm") or greek


def _spread_of(r: Reader) -> Node:
    if not r.opener():
        return Name(symbol_name(r))
    _, items = r.bracket()
    if len(items) != 1:
        raise r.error("a variance of a list")
    return items[0]


def _refused(r: Reader) -> Node:
    raise r.error("second derivatives, old-style fractions and environments are not read")


_CONSTRUCTS: dict[str, Callable[[Reader], Node]] = {
    "frac": _fraction, "tfrac": _fraction, "dfrac": _fraction, "cfrac": _fraction, "sqrt": _root,
    "sum": _sum, "int": _integral, "infty": lambda r: Name("oo"), "imath": lambda r: Name("I"),
    "ddot": _refused, "over": _refused, "begin": _refused, "end": _refused,
}  # fmt: skip
