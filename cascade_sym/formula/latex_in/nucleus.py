r"""The nucleus of a symbol: a letter with its accents and fonts, and what is one symbol with it (\Delta\omega)."""

from __future__ import annotations

from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.symbols import spelt
from cascade_sym.formula.lettering import GREEK as GREEKS
from cascade_sym.formula.token_stream import Token
from cascade_sym.formula.unvalued import FACTOR_WORDS, PLAIN_WORDS

ACCENTS = frozenset("hat tilde bar vec check breve mathring acute grave".split())


FONTS = frozenset("mathrm mathit mathbf mathcal mathsf mathbb mathfrak mathtt".split())


_WORDS = frozenset("res rot div grad curl mod const inv lim".split())


def capitals(r: Reader) -> str:
    """Three capitals or more without anything between them, four letters, or two capitals that are the whole left side
    of a definition.

    FormulaError for letters that hold the name of a function, asin x: a product that nobody means.
    """
    from cascade_sym.formula.latex_in.coverage import WORDS, run_of_letters

    t = r.peek()
    if t.kind != "letter":
        return ""
    word = run_of_letters(r)
    if inside := next((f for f in WORDS if len(f) > 2 and f in word), ""):
        raise r.error(f"the letters '{word}' hold the name of a function; write \\{inside}", t)
    if word in _WORDS:
        raise r.error(f"the letters '{word}' are a word; write \\mathrm{{{word}}}", t)
    if set(word) <= r.state.names.nuclei:  # declared, letter by letter
        return ""
    phase = word[:1] in ("i", "d") and word.islower()  # ikxt, dxdydz
    if len(word) > 3 and not r.in_integral and not phase:
        return word
    if not word.isupper() or len(word) < 2:
        return ""
    if len(word) > 2:
        return word
    pairs = [n for n, x in enumerate(r.tokens[:-1]) if x.text + r.tokens[n + 1].text == word]
    elsewhere = {x.text for n, x in enumerate(r.tokens) if x.kind == "letter" and not {n, n - 1} & set(pairs)}
    defined = r.look(lambda: _left_side(r)) is not None
    begins = r.at == 0 or r.tokens[r.at - 1].is_op(",", ";", "\\\\")
    return word if defined and begins and not set(word) & elsewhere else ""


def _left_side(r: Reader) -> str | None:
    """The relation sign behind two letters here with a subscript and an argument, taken; None where there is none."""
    from cascade_sym.formula.latex_in.brackets import bracket, opener, relation_sign

    r.at += 2
    if r.accept("_"):
        r.script()
    if opener(r) == "(":
        bracket(r)
    return relation_sign(r)


def prefixed_nucleus(r: Reader) -> str | None:
    r"""The nucleus of \delta x, \Delta\omega, \mathrm{d}W: one symbol; None where no such starts here."""
    from cascade_sym.formula.latex_in.coverage import UPRIGHT

    t = r.peek()
    if width := r.differential() if t.is_word("mathrm") else 0:
        r.at += width
        if r.peek().is_op("^", "_", "'"):
            r.at -= width
            return None
        saved = r.at
        inner = r.attempt(lambda: nucleus_of(r))
        if inner is None:
            r.at = saved - width
            return None
        return f"d {inner}"
    if t.kind == "letter" and t.text == "d" and "d" not in r.state.names.nuclei:
        return _italic(r, t)
    if not t.is_word("delta", "Delta") or t.text in r.state.names.nuclei:
        return None
    after = r.peek(1)
    plain = after.kind == "letter" or (after.kind == "word" and after.text in GREEKS)
    accented = (after.kind == "word" and after.text in ACCENTS) or after.is_word(
        "mathbf", "mathcal", "mathsf", "mathit"
    )
    if after.is_word("mathrm"):
        accented = spelt(r.look(lambda: r.child(r.tokens[r.at + 2 :]).script()) or ()) not in ("d", "e", "i", *UPRIGHT)
    if not (plain or accented) or after.gap or (after.is_word("pi")) or (r.in_integral and _is_differential(r)):
        return None
    if plain and after.text == "e" and r.peek(2).is_op("^"):
        return None
    one = True
    if accented and after.text in ACCENTS and not r.in_mean:
        dagger = _dagger_follows(r)
        if dagger:
            return None
        one = _defined(r) or not r.asks(
            t, "prefix", f"\\{t.text} before an operator is a deviation or a factor", t.text
        )
    elif r.in_phase and after.text in ("t", "tau") and _nothing_else(r):
        one = not r.asks(t, "prefix", f"\\{t.text} {after.text} in a phase is a time or a detuning and a time", t.text)
    elif t.text in r.state.alone:
        one = not r.asks(
            t, "prefix", f"\\{t.text} stands alone elsewhere; here it may be a factor or one symbol", t.text
        )
    if not one:
        return None
    r.take()
    inner = nucleus_of(r)
    return None if inner is None else f"{t.text} {inner}"


def _nothing_else(r: Reader) -> bool:
    r"""Whether \Delta and t are all that a phase holds, i\Delta t: then one of the two is a rate."""
    kept = {x.text for x in r.tokens if x.kind == "letter" or (x.kind == "word" and x.text in GREEKS)}
    return len(kept - {"i", "Delta", "delta", "t", "tau", "pi"}) == 0


def _italic(r: Reader, t: Token) -> str | None:
    """The nucleus of dt, dW where that is one symbol, else None."""
    after = r.peek(1)
    adjacent = after.kind == "letter" and after.start == t.start + 1
    if not (adjacent or after.is_word("hat", "mathbf") or (after.kind == "word" and after.text in GREEKS)):
        return None
    if after.text in ("e", "i") or r.asks(t, "differential", "d before a symbol is a differential or a factor", "d"):
        return None
    start = r.at
    r.take()
    inner = r.attempt(lambda: nucleus_of(r))
    if inner is None:
        r.at = start
    return inner and f"d {inner}"


def _is_differential(r: Reader) -> bool:
    saved = r.at
    r.at += 1
    found = bool(r.differential())
    r.at = saved
    return found


def _defined(r: Reader) -> bool:
    """Whether the symbol here is all that stands before a relation sign, and begins the formula."""
    from cascade_sym.formula.latex_in.brackets import relation_sign

    def read() -> bool:
        r.take()
        nucleus_of(r)
        while r.peek().is_op("^", "_"):
            r.take()
            r.script()
        return relation_sign(r) is not None

    before = r.tokens[r.at - 1] if r.at else None
    return (before is None or before.is_op(",", ".", ";", "\\\\")) and bool(r.look(read))


def _dagger_follows(r: Reader) -> bool:
    saved = r.at

    def read() -> bool:
        r.take()
        nucleus_of(r)
        scripts: dict[str, Tokens] = {}
        while r.peek().is_op("^", "_"):
            scripts[r.take().text] = r.script()
        return any(t.is_word("dagger") for t in scripts.get("^", ()))

    found = r.attempt(read)
    r.at = saved
    return bool(found)


def nucleus_of(r: Reader) -> str | None:
    """The nucleus here (as 'hat a', 'Gamma', 'mathcal D'), taken, or None."""
    return r.deeper(lambda: _nucleus_here(r))


def _nucleus_here(r: Reader) -> str | None:
    t = r.take()
    if t.kind == "letter":
        return t.text
    if t.kind == "text":
        return "mathrm " + t.text if t.text.isalnum() and t.text.isascii() and t.text[0].isalpha() else None
    if t.is_op("{"):
        inner = nucleus_of(r)
        return inner if r.take().is_op("}") else None
    if t.kind != "word":
        return None
    if t.text in GREEKS or t.text in FACTOR_WORDS or (r.in_label and t.text in PLAIN_WORDS):
        return t.text
    if t.text in ACCENTS:
        inner = _inside(r)
        return f"{t.text} {inner}" if inner else None
    if t.text in FONTS:
        body = r.script()
        if body and all(b.kind in ("letter", "digit") for b in body):
            word = "".join(b.text for b in body)
            return word if t.text == "mathit" and len(word) == 1 else f"{t.text} {word}".replace("mathit", "mathrm")
        inner_reader = r.child(body)
        inner = inner_reader.attempt(lambda: nucleus_of(inner_reader))
        return f"{t.text} {inner}" if inner and inner_reader.peek().kind == "end" else None
    if t.text in ("overset", "stackrel"):
        mark, body = r.script(), r.script()
        inner_reader = r.child(body)
        inner = inner_reader.attempt(lambda: nucleus_of(inner_reader))
        word = "".join(c for c in spelt(mark) if c.isalnum())
        return f"{word} {inner}" if word and inner and inner_reader.peek().kind == "end" else None
    return None


def _inside(r: Reader) -> str | None:
    """What an accent stands on: a nucleus, perhaps with a subscript or a label in the same group."""
    if r.peek().kind == "digit":
        return r.take().text  # \hat 1
    if not r.peek().is_op("{"):
        return nucleus_of(r)
    body = r.script()
    inner = r.child(body)
    found = inner.take().text if len(body) == 1 and body[0].kind == "digit" else nucleus_of(inner)
    if found is None:
        return None
    if inner.peek().is_op("_"):
        inner.take()
        sub = spelt(inner.script())
        found += "sub" + "".join(c if c.isalnum() else "x" for c in sub)
    return found if inner.peek().kind == "end" else None
