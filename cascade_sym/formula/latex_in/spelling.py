"""Reading one printed symbol from the stream: its scripts, its name, its value as a function, its dagger."""

from __future__ import annotations

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Name, Node
from cascade_sym.formula.latex_in.reader import STARS, Body, Reader, leading_stars
from cascade_sym.formula.latex_in.symbols import (
    FONTS,
    Key,
    by_rule,
    named_superscript,
    nucleus_at,
    spelled,
    split_primes,
)
from cascade_sym.formula.notation import CONSTANTS, GREEK

_LETTERS_ONLY = "\\mathrm or \\operatorname of letters"


def function_word(r: Reader) -> str:
    r"""The word in \mathrm{...} or \operatorname{...} here, '' when there is none."""
    t = r.peek()
    if not (t.is_word("operatorname") or t.is_word(*FONTS)):
        return ""
    saved = r.at
    r.take()
    try:
        return spelled(r.argument())
    except FormulaError:
        return ""
    finally:
        r.at = saved


def grouped_symbol(r: Reader) -> bool:
    r"""Whether the group here is only a symbol's nucleus: {\hat a}_S."""
    try:
        nucleus, after = nucleus_at(r.tokens, r.at + 1)
    except FormulaError:
        return False
    return nucleus is not None and r.tokens[after].is_op("}")


def symbol_name(r: Reader) -> str:
    """The name of the symbol here, with primes and subscripts, without powers and arguments."""
    key, sup = _key(r, _nucleus(r))
    name = _name(r, key)
    if sup:
        raise r.error("a superscript where a plain variable is expected")
    return name


def read_symbol(r: Reader) -> Node:
    """A symbol with all that belongs to it: f(x), a^\\dagger, \\dot a, e^x, \\Delta^2 X."""
    start = r.peek()
    dotted = start.is_word("dot")
    if dotted:
        r.take()
    nucleus = _nucleus(r, grouped=True)
    key, sup = _key(r, nucleus)
    names, indices = r.dialect.names, r.dialect.indices
    if sup and (name := names.find(_with(key, sup), indices)):
        return _applied(r, name, (), dotted)
    stars = leading_stars(sup)
    if len(stars) > 2:
        raise r.error("more than two stars or daggers in one superscript", start)
    rest = sup[len(stars) :]
    if stars and rest and (name := names.find(_with(key, rest), indices)):
        return _applied(r, name, stars, dotted)
    ended = _stars_at_end(sup)
    front = sup[: len(sup) - len(ended)]
    if ended and front and (name := names.find(_with(key, front), indices)):
        return _applied(r, name, ended, dotted)
    declared = names.find(key, indices)
    if key.nucleus == "Delta" and not (key.sub or key.primes or stars) and _spread_follows(r, rest, declared):
        spread = Call("Var", (_spread_of(r),))
        return spread if rest else Call("sqrt", (spread,))
    if declared is None and key.nucleus in ("i", "e", "pi") and not key.sub and not key.primes:
        if key.nucleus == "e" and rest and not stars:
            return Call("exp", (r.inner(rest),))
        if key.nucleus != "e":
            return r.superscript(Name("I" if key.nucleus == "i" else "pi"), sup)
    name = declared or _name(r, key)
    return r.superscript(_applied(r, name, stars, dotted), rest)


def _with(key: Key, sup: Body) -> Key:
    return named_superscript(key.nucleus, key.primes, key.sub, sup)


def _nucleus(r: Reader, grouped: bool = False) -> str:
    start = r.peek()
    if start.is_word("operatorname"):
        r.take()
        word = spelled(r.argument())
        if not (word.isalpha() and word.isascii()):
            raise r.error(f"expected {_LETTERS_ONLY}", start)
        return word
    if grouped and start.is_op("{"):
        inner = r.child(r.argument())
        word = _nucleus(inner)
        inner.finish()
        return word
    try:
        nucleus, after = nucleus_at(r.tokens, r.at)
    except FormulaError as e:
        raise r.error(str(e).rstrip("."), start) from e
    if nucleus is None:
        raise r.error("expected a symbol: a letter, a Greek letter or \\mathrm{...}, perhaps accented", start)
    r.at = after
    return nucleus


def _key(r: Reader, nucleus: str) -> tuple[Key, Body]:
    """The symbol's key without superscript, and the tokens of the superscript."""
    primes, sub, sup = 0, "", ()  # type: int, str, Body
    seen: set[str] = set()
    while (t := r.peek()).is_op("'", "_", "^"):
        r.take()
        if t.text == "'":
            primes += 1
            continue
        if t.text in seen:
            raise r.error(f"two {'subscripts' if t.text == '_' else 'superscripts'} on one symbol", t)
        seen.add(t.text)
        body = r.argument()
        if t.text == "_":
            sub = spelled(body)
        else:
            count, sup = split_primes(body)
            primes += count
    return Key(nucleus, primes, sub), sup


def _name(r: Reader, key: Key) -> str:
    names = r.dialect.names
    name = names.find(key, r.dialect.indices)
    if name is None:
        name = by_rule(key)
        name = None if name in names.declared or name in CONSTANTS else name
    if name is None:
        shown = key.nucleus + (f" with subscript {key.sub!r}" if key.sub else "")
        raise r.error(f"the symbol before this place ({shown}) is not declared and no rule gives it a name")
    return name


def _applied(r: Reader, name: str, stars: Body, dotted: bool) -> Node:
    """The symbol, its value at arguments where it is a function, with daggers and a time derivative."""
    node: Node = Name(name)
    if name in r.dialect.functions and r.opener() in ("(", "[") and not r.peek().gap:
        node = Call(name, tuple(r.bracket()[1]))
    for star in stars:
        node = Call(STARS[star.text], (node,))
    return Call("dot", (node,)) if dotted else node


def _stars_at_end(sup: Body) -> Body:
    n = len(sup)
    while n and sup[n - 1].text in STARS and sup[n - 1].kind in ("word", "op"):
        n -= 1
    return sup[n:]


def _spread_follows(r: Reader, rest: Body, declared: str | None) -> bool:
    r"""Whether \Delta here starts a variance (\Delta^2 X) or a standard deviation (\Delta X)."""
    squared = len(rest) == 1 and rest[0].text == "2"
    if not squared and (rest or declared):
        return False
    t = r.peek()
    greek = t.kind == "word" and t.text in GREEK and declared is None
    return r.opener() in ("(", "[", "\\{") or t.kind == "letter" or t.is_word("hat", "mathrm") or greek


def _spread_of(r: Reader) -> Node:
    if r.opener():
        _, items = r.bracket()
        if len(items) != 1:
            raise r.error("a variance of a list")
        return items[0]
    return Name(symbol_name(r))
