r"""A symbol with all that belongs to it: accents, fonts, primes, scripts, its argument in brackets.

A bracket behind a symbol is its argument where it holds one symbol or number (perhaps signed), a list or a relation:
f(t), a(-\Omega), \delta(0), G(r, r'), P(X=k). With an explicit space or product sign between them it is a factor, as
it is behind a constant (\hbar, \pi), and where the symbol itself stands in it: N(N-1). For a longer bracket it
depends on what is known of such symbols. Declared functions, and those that are applied elsewhere in the formula, are
applied. Times, places or frequencies (t + \tau, x - x') are an argument of a Latin letter, of a function's letter (f,
g, \psi, \delta, J_m, ...) or of a field (\hat a); of other Greek letters it is not clear, but in an exponential,
where \omega(t - t_0) is a phase. A lone product is the argument of a function's letter, J_m(ka); a sum behind such a
letter is not clear, f(a + b); behind others it is a factor, \kappa(n + 1), as is a lone product with a power,
W_0(z/q)^2. Square brackets around two things are a commutator, \lambda[H, X]. f^{-1}(x) is not clear, \mathcal F^{-1}
is the inverse map. Behind what is no symbol a bracket around one symbol, (f + g)(t), is refused.

\delta x, \Delta\omega are one symbol, unless that letter also stands alone in the formula; before a symbol with a
hat, where a detuning stands as well as a deviation, the formula is ambiguous. A superscript in brackets, of upright
or several letters, or a lone sign is a label, a part of the name. A lone italic letter is a label on vectors and
fields; on others a power where it counts something (n, m, k, l, N, M), a label where several arguments follow or where
it is a capital, and above a subscript where the formula has that letter in one (else ambiguous); on a plain
letter x, y, z, t, p, q, r, s and Greek letters are powers unless they are indices elsewhere; several Greek letters
are indices, as are counts where letters stand above and below (then not clear); T is a transposition of what is bold
or in brackets; the degree and order of P_l^m(x) are labels; what is left is ambiguous. Four letters and more in a row,
and two capitals that a relation sign follows, may be a word.
"""

from __future__ import annotations

from dataclasses import replace

from cascade_sym.formula.ast import Call, Name, Node, Number, Pow
from cascade_sym.formula.latex_in.call_arguments import is_argument
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.lexer import lexed, shown
from cascade_sym.formula.latex_in.nucleus import ACCENTS, capitals, nucleus_of, prefixed_nucleus
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import STARS, State, is_label, starred
from cascade_sym.formula.latex_in.superscripts import label_and_power
from cascade_sym.formula.latex_in.symbols import Key, Names, spelt, with_superscript
from cascade_sym.formula.lettering import CONSTANTS
from cascade_sym.formula.lettering import GREEK as GREEKS
from cascade_sym.formula.lettering import with_superscript as with_script
from cascade_sym.formula.token_stream import Token
from cascade_sym.formula.walk import names_in

_MAPS = frozenset(("f", "g", "h", "F", "G", "psi", "phi", "varphi"))  # letters of functions that one inverts


def read_symbol(r: Reader) -> Node:
    """The symbol here with its scripts, argument, stars and power."""
    start = r.peek()
    if (word := capitals(r)) and r.asks(start, "word", f"'{word}' may be one symbol or a product", word) is False:
        r.at += len(word)
        nucleus, begin = word, r.at - len(word)
    else:
        begin = r.at
        if (prefixed := prefixed_nucleus(r)) is not None:
            nucleus = prefixed
        else:
            found = nucleus_of(r)
            if found is None:
                raise r.error("expected a symbol: a letter, a Greek letter or \\mathrm{...}, perhaps accented", start)
            nucleus = found
            if nucleus == "delta" and r.peek().is_word("int", "iint", "iiint"):
                raise r.error("whether \\delta before an integral is a variation or a factor is not clear", start)
            if nucleus in GREEKS and not r.peek().is_op("^"):
                r.state.alone.add(nucleus)
    return _with_scripts(r, nucleus, begin, start)


def grouped_symbol(r: Reader) -> Node:
    r"""{\mathcal E^{(1)}_z}^*(r): a symbol in braces, with what stands behind them."""
    begin, start = r.at, r.peek()
    inner = r.child(r.script())
    node = read_symbol(inner)
    inner.finish()
    if not isinstance(node, Name) or node.name in CONSTANTS:
        raise r.error("no symbol", start)
    return _with_scripts(r, node.name, begin, start, node.name)


def lone_key(latex: str) -> Key | None:
    """The key of a text that is one symbol and not in braces, else None; FormulaError where it can't be read."""
    r = Reader(latex, lexed(latex), State(Names({}), frozenset(), {}))
    nucleus = None if r.peek().is_op("{") else nucleus_of(r)
    if nucleus is None:
        return None
    primes, sub, sup = scripts(r)
    key = Key(nucleus.replace("mathrm ", ""), primes, spelt(sub))
    return with_superscript(key, sup) if r.peek().kind == "end" else None


def scripts(r: Reader) -> tuple[int, Tokens, Tokens]:
    """The number of primes, the subscript and the superscript behind a nucleus, taken."""
    primes = 0
    found: dict[str, Tokens] = {}
    while (t := r.peek()).is_op("'", "_", "^") or (t.is_op("{") and r.peek(1).is_op("}") and r.peek(2).is_op("_", "^")):
        if t.is_op("{"):
            r.at += 2
            continue
        if t.text != "'" and t.text in found:
            if t.text == "^" and all(s.is_word("prime") for s in found["^"]):
                primes += len(found.pop("^"))
                continue
            raise r.error(f"two {'subscripts' if t.text == '_' else 'superscripts'} on one symbol", t)
        r.take()
        if t.text == "'":
            primes += 1
        else:
            found[t.text] = r.script()
    sup = found.get("^", ())
    while sup and (sup[0].is_word("prime") or sup[0].is_op("'")):
        primes, sup = primes + 1, sup[1:]
    while sup and (sup[-1].is_word("prime") or sup[-1].is_op("'")) and not (len(sup) > 1 and sup[-2].kind == "letter"):
        primes, sup = primes + 1, sup[:-1]
    return primes, found.get("_", ()), sup


def printed(r: Reader, begin: int, end: int, primes: int, sub: Tokens) -> str:
    """The LaTeX of the symbol whose nucleus these tokens are."""
    return shown(r.tokens[begin:end]) + "'" * primes + (f"_{{{shown(sub)}}}" if sub else "")


def _with_scripts(r: Reader, nucleus: str, begin: int, start: Token, known: str = "") -> Node:
    end = r.at
    primes, sub, sup = scripts(r)
    if any(t.is_word("pm", "mp") for t in (*sub, *sup)):
        raise r.error("two signs at once in a script; write the two formulas out", start)
    return _named(r, Key(nucleus, primes, spelt(sub)), sup, printed(r, begin, end, primes, sub), start, known)


def declared(r: Reader, key: Key) -> str | None:
    names, indices = r.state.names, r.state.indices
    return names.find(key, indices) or (
        names.find(replace(key, nucleus=key.nucleus.replace("mathrm ", "")), indices)
        if "mathrm " in key.nucleus
        else None
    )


def _named(r: Reader, key: Key, sup: Tokens, latex: str, start: Token, known: str) -> Node:
    stars, rest = starred(sup)
    ended = starred(sup[::-1])[0][::-1]
    tries: tuple[tuple[Tokens, Tokens], ...] = ((sup, ()), (rest, stars), (sup[: len(sup) - len(ended)], ended))
    for named, around in tries:
        if named and (name := declared(r, with_superscript(key, named))):
            return _applied(r, key, name, around, (), start)
    name = known if known and not (key.sub or key.primes) else "" if known else declared(r, key) or ""
    if not name and (constant := _constant(r, key, sup)) is not None:
        return constant
    if ended and not stars:  # (1)\dagger, L\dagger: a label and what conjugates the labelled symbol
        stars, rest = ended, sup[: len(sup) - len(ended)]
        if not (is_label(rest) or (len(rest) == 1 and rest[0].kind == "letter")):
            raise r.error("a superscript in which a dagger or star follows something else", start)
        label, power = rest, rest[:0]
    else:
        label, power = label_and_power(r, rest, start, key)
    if label:
        key = replace(key, sup=spelt(label))
        latex += f"^{{{shown(label)}}}"
        name = ""
    if key.nucleus == "Delta" and not (key.sub or key.primes or label or stars) and _spread(r, power, start):
        return Call("Var", (r.factor(),))
    if not name:
        name = r.state.registry.name(key, latex)
        if known in r.state.vectors or any(
            w in ("mathbf", "vec") or w.endswith("arrow") for w in key.nucleus.split()[:-1]
        ):
            r.state.vectors.add(name)
    return _applied(r, key, name, stars, power, start)


def _constant(r: Reader, key: Key, sup: Tokens) -> Node | None:
    r"""i, e^x, \pi; None for any other symbol."""
    plain = key.nucleus.removeprefix("mathrm ")
    if key.sub or key.primes or plain not in ("i", "e", "pi", "partial", "infty"):
        return None
    if plain == "e":
        if not sup or starred(sup)[0]:
            return None
        whole = all(t.kind == "digit" for t in sup) and "mathrm" not in key.nucleus
        if whole and r.asks(r.peek(), "charge", "e with a whole power is a charge or the exponential function"):
            return None
        with r.phase():
            return Call("exp", (r.inner(sup),))
    if plain == "i" and ("i" in r.state.bound):
        return None
    node: Node = Name({"i": "I", "pi": "pi", "infty": "oo"}.get(plain, plain))
    return r.superscript(node, sup, r.peek()) if sup else node


def _spread(r: Reader, power: Tokens, start: Token) -> bool:
    r"""Whether \Delta^2 stands before a symbol: a variance, or the square of a detuning."""
    from cascade_sym.formula.latex_in.brackets import bracketed, opener

    t = r.peek()
    symbol = t.kind == "letter" or (t.kind == "word" and (t.text in GREEKS or t.text in ACCENTS))
    if spelt(power) != "2" or not (symbol or opener(r) in ("(", "[", "\\{")) or t.gap:
        return False
    if r.state.names.spread:
        return True
    spread = r.look(lambda: bracketed(r)) if not symbol else None
    names = names_in(spread) if spread is not None else (t.text.replace("hat", "H"),)
    if "Delta" not in r.state.alone and names and all(n[0].isupper() or n.startswith("hat_") for n in names):
        return True
    return not r.asks(start, "spread", "\\Delta^2 before a symbol is a variance or a factor")


def _applied(r: Reader, key: Key, name: str, stars: Tokens, power: Tokens, start: Token) -> Node:
    """The symbol, its value at arguments, with stars and a power."""
    from cascade_sym.formula.latex_in.brackets import bracket, opener

    node: Node = Name(name)
    if len(stars) > 2:
        raise r.error("more than two stars or daggers in one superscript", start)
    if name in r.state.registry.latex and opener(r) in ("(", "[") and not r.peek().gap:
        # the adjoint or inverse map of something, not the adjoint or inverse of what the map gives
        script, map_ = spelt((*stars, *power)), key.nucleus.startswith("mathcal ")
        if (map_ and script in ("dagger", "-1")) or (script == "-1" and _inverse(r, key, name, start)):
            latex = with_script(r.state.registry.latex[name], shown((*stars, *power)))
            name, stars, power = r.state.registry.name(replace(key, sup=key.sup + script), latex), (), ()
    transform = opener(r) == "\\{" and key.nucleus.startswith("mathcal ") and not (stars or power or r.peek().gap)
    if transform and (items := r.look(lambda: bracket(r)[1])) and len(items) == 1:
        node = Call(name, tuple(bracket(r)[1]))  # \mathcal F\{u\}
    elif opener(r) in ("(", "[") and not r.peek().gap and is_argument(r, key, name):
        node = Call(name, tuple(bracket(r)[1]))
        r.state.given.add(name)
        while r.peek().is_op("^") and not power and not stars:
            r.take()
            return r.superscript(node, r.script(), start)
    else:
        r.state.bare.add(name)
    for star in stars:
        node = Call(STARS[star.text], (node,))
    return r.superscript(node, power, start) if power else node


def _inverse(r: Reader, key: Key, name: str, start: Token) -> bool:
    """Whether f^{-1} before an argument is the inverse function; where a reader could differ it is asked."""
    letter = key.nucleus in _MAPS and is_argument(r, key, name)
    why = f"{key.nucleus}^{{-1}} before an argument is the inverse function or the reciprocal"
    return letter and not r.asks(start, "inverse", why, name)


def dotted_symbol(r: Reader, order: int) -> Node:
    r"""What \dot stands on, with the scripts behind it: \dot a_S^\dagger is the derivative of a_S^\dagger."""
    start = r.peek()
    begin = r.at
    nucleus = r.attempt(lambda: nucleus_of(r))
    if nucleus is None:
        r.at = begin
        node: Node = r.inner(r.script())
    else:
        node = _with_scripts(r, nucleus, begin, start)
        if isinstance(node, Pow):
            return Pow(_derived(node.base, order), node.exponent)
    return _derived(node, order)


def _derived(node: Node, order: int) -> Node:
    return Call("dot", (node,)) if order == 1 else Call("derivative", (node, Name("t"), Number(str(order))))
