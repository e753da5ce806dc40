"""Reading one printed symbol from the stream: its scripts, its name, its value as a function, its dagger."""

from __future__ import annotations

from cascade_sym.formula.ast import Call, Name, Node
from cascade_sym.formula.latex_in.reader import Reader, leading_stars
from cascade_sym.formula.latex_in.symbols import Body, Key, by_rule, group_at, nucleus_at, scripts_at, with_superscript
from cascade_sym.formula.notation import CONSTANTS, GREEK


def symbol_name(r: Reader) -> str:
    """The name of the symbol here, with primes and subscripts, without powers and arguments."""
    key, sup = _key(r)
    name = r.dialect.find(key) or _by_rule(r, key)
    if sup:
        raise r.error("a superscript where a plain variable is expected")
    return name


def read_symbol(r: Reader) -> Node:
    """A symbol with all that belongs to it: f(x), a^\\dagger, \\dot a, e^x, \\Delta^2 X."""
    dotted = r.peek().is_word("dot")
    if dotted:
        r.take()
    key, sup = _key(r)
    stars = leading_stars(sup)
    ended = leading_stars(sup[::-1])[::-1]
    rest = sup[len(stars) :]
    # a superscript may belong to the name, before or behind the stars
    for named, around in ((sup, ()), (rest, stars), (sup[: len(sup) - len(ended)], ended)):
        if named and (name := r.dialect.find(with_superscript(key, named))):
            return _applied(r, name, around, dotted)
    declared = r.dialect.find(key)
    if key.nucleus == "Delta" and not (key.sub or key.primes or stars) and _spread_follows(r, rest, declared):
        spread = Call("Var", (_spread_of(r),))
        return spread if rest else Call("sqrt", (spread,))
    if declared is None and key.nucleus in ("i", "e", "pi") and not key.sub and not key.primes:
        if key.nucleus == "e" and rest and not stars:
            return Call("exp", (r.inner(rest),))
        if key.nucleus != "e":
            return r.superscript(Name("I" if key.nucleus == "i" else "pi"), sup)
    return r.superscript(_applied(r, declared or _by_rule(r, key), stars, dotted), rest)


def _key(r: Reader) -> tuple[Key, Body]:
    """The symbol here without its superscript, and the tokens of that."""
    start = r.peek()
    nucleus = r.read(group_at if start.is_op("{") else nucleus_at)
    if nucleus is None:
        raise r.error("expected a symbol: a letter, a Greek letter or \\mathrm{...}, perhaps accented", start)
    primes, sub, sup = r.read(scripts_at)
    return Key(nucleus, primes, sub), sup


def _by_rule(r: Reader, key: Key) -> str:
    name = by_rule(key)
    if name is None or name in r.dialect.names.declared or name in CONSTANTS:
        shown = key.nucleus + (f" with subscript {key.sub!r}" if key.sub else "")
        raise r.error(f"the symbol before this place ({shown}) is not declared and no rule gives it a name")
    return name


def _applied(r: Reader, name: str, stars: Body, dotted: bool) -> Node:
    """The symbol, its value at arguments where it is a function, with daggers and a time derivative."""
    node: Node = Name(name)
    if name in r.dialect.functions and r.opener() in ("(", "[") and not r.peek().gap:
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
