"""What a factor can be: numbers, brackets, roots, matrices, and what other files read: symbols, functions, states."""

from __future__ import annotations

from collections.abc import Callable

from cascade_sym.formula.ast import Call, Div, Name, Node, Number
from cascade_sym.formula.latex_in import calculus, coverage, derivatives, dirac
from cascade_sym.formula.latex_in.arrays import environment
from cascade_sym.formula.latex_in.brackets import bracketed, evaluated, opener
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.lexer import lexed
from cascade_sym.formula.latex_in.packages import unpacked
from cascade_sym.formula.latex_in.printed_alike import closing
from cascade_sym.formula.latex_in.reader_state import NEVER, WRAPPERS, is_symbol
from cascade_sym.formula.latex_in.symbol import grouped_symbol, read_symbol
from cascade_sym.formula.lettering import GREEK as GREEKS
from cascade_sym.formula.token_stream import Token
from cascade_sym.formula.unvalued import FACTOR_WORDS, PLAIN_WORDS


def atom(r: Reader) -> Node:
    """One factor without what follows it as a superscript (symbols take their own)."""
    t = r.peek()
    if t.kind == "digit" or (t.is_op(".") and r.peek(1).kind == "digit"):
        return r.number()
    if (found := _compound(r)) is not None:
        return found
    if (function := coverage.function_here(r)) is not None:
        return function
    if t.is_word("langle") or (t.is_word("left") and r.peek(1).is_word("langle")):
        return dirac.angle(r)
    if opener(r):
        return bracketed(r)
    if t.is_word("left") and r.peek(1).is_op("."):
        return evaluated(r)
    if t.is_op("{"):
        return _group(r)
    if (infinitesimal := _infinitesimal(r, t)) is not None:
        return infinitesimal
    if t.kind == "letter":
        return read_symbol(r)
    if t.kind == "text":
        if not is_symbol(r, t):
            raise r.error(f"the words '{t.text.strip()}' stand in the formula")
        return read_symbol(r)
    if t.kind == "word":
        return _word(r, t)
    if t.is_op(":") and not r.peek(1).is_op("="):
        r.take()
        node = r.sum()
        if not r.accept(":"):
            raise r.error("a colon that closes no normal order", t)
        return Call("normal", (node,))
    raise r.unexpected("a number, a symbol or a bracket")


def _infinitesimal(r: Reader, t: Token) -> Node | None:
    """The differential of a mean, d<x>, else None."""
    italic = t.kind == "letter" and t.text == "d" and "d" not in r.state.names.nuclei
    width = 1 if italic else r.differential() if t.is_word("mathrm") else 0
    if not width:
        return None
    r.at += width
    state = r.opens_state() or r.peek().is_word("ket", "bra")
    opened = not italic and (opener(r) or r.peek().is_word("frac", "sqrt"))
    r.at -= width
    if opened and not state:
        raise r.error("what the differential covers is not read; expected a symbol behind \\mathrm{d}", t)
    if not state:
        return None
    if italic and r.asks(t, "differential", "d before a symbol is a differential or a factor", "d"):
        return None
    r.at += width
    return Call("differential", (r.factor(),))


def _compound(r: Reader) -> Name | None:
    """A declared symbol that is written as more than one."""
    t = r.peek()
    for spelling, name in r.state.names.compound.get((t.kind, t.text), ()):
        same = all((r.peek(i).kind, r.peek(i).text) == s for i, s in enumerate(spelling))
        if same and not r.peek(len(spelling)).is_op("_", "'"):
            r.at += len(spelling)
            return Name(name)
    return None


def _word(r: Reader, t: Token) -> Node:
    if t.text in _CONSTRUCTS:
        r.take()
        return _CONSTRUCTS[t.text](r)
    if t.text in GREEKS or t.text in WRAPPERS or t.text in ("overset", "stackrel", "slashed"):
        return read_symbol(r)
    if t.text in FACTOR_WORDS or (r.in_label and t.text in PLAIN_WORDS):
        return read_symbol(r)
    if t.text == "over":
        raise r.error("an old-style fraction a \\over b is not read; write \\frac")
    if t.text in NEVER:
        raise r.unexpected("a number, a symbol or a bracket")
    if t.text in ("underbrace", "overbrace", "underset", "cancel"):
        raise r.error(f"what {t} adds to the formula is not read")
    raise r.error(f"the macro {t} is not known here")


def _group(r: Reader) -> Node:
    """A group: a symbol that takes scripts as a whole, or any formula."""
    start = r.at
    body = r.script()
    if not body:  # {}^{+} x, or {} that separates
        if r.peek().is_op("^", "_"):
            raise r.error("a script in front of its symbol")
        return r.factor()
    r.at = start
    for read in (read_symbol, grouped_symbol):
        if (node := r.attempt(lambda read=read: read(r))) is not None:  # type: ignore[misc]
            return node
    return r.inner(r.script())


# brackets


# roots, matrices, units


def _root(r: Reader) -> Node:
    order: Node | None = None
    if r.peek().is_op("["):
        end = closing(r.tokens, r.at, r.text, "[", "]")
        order = r.inner(r.tokens[r.at + 1 : end - 1])
        r.at = end
    inside = r.inner(r.script())
    match inside:
        case Call("matrix", (Call("row", (above,)), Call("row", (below,)))):
            inside = Call("binom", (above, below))  # a column has no root
    if order is None or order == Number("2"):
        return Call("sqrt", (inside,))
    return Call("root", (inside, order))


def _nice(r: Reader) -> Node:
    above, below = r.script(), r.script()
    return Div(r.inner(above), r.inner(below), slash=True)


def _binomial(r: Reader) -> Node:
    above, below = r.script(), r.script()
    return Call("binom", (r.inner(above), r.inner(below)))


def _number(r: Reader) -> Node:
    body = r.script()
    said = "".join(t.text for t in body).replace("d", "e").replace("E", "e")
    mantissa, _, exponent = said.partition("e")
    latex = mantissa + (f"\\times 10^{{{exponent}}}" if exponent else "")
    try:
        return r.inner(unpacked(lexed(latex), latex)[:-1])
    except Exception as err:
        raise r.error(f"the number '{said}' is not read") from err


def _units(r: Reader) -> Node:
    r"""Units by their macros or letters: \kilo\hertz, Hz, m/s as one name."""
    body = r.script()
    said = "".join(t.text for t in body if not t.is_op("{", "}"))
    word = "".join(c if c.isalnum() else "_" for c in said).strip("_")
    if not word or not word[0].isalpha():
        raise r.error("a unit is expected")
    r.state.registry.latex.setdefault(word, f"\\mathrm{{{said.replace('^', '')}}}")
    return Name(word)


def _overline(name: str) -> Callable[[Reader], Node]:
    def read(r: Reader) -> Node:
        return Call(name, (r.inner(r.script()),))

    return read


def _over(r: Reader) -> Node:
    r"""\\overline{u}: the complex conjugate, or a mean."""
    place = r.peek()
    why = "what \\overline means, the complex conjugate or a mean, is not clear; write ^* or \\langle"
    name = "overline" if r.asks(place, "overline", why, "overline") else "conj"
    return Call(name, (r.inner(r.script()),))


def _boxed(r: Reader) -> Node:
    return r.inner(r.script())


def _constant(name: str) -> Callable[[Reader], Node]:
    return lambda r: Name(name)


_CONSTRUCTS: dict[str, Callable[[Reader], Node]] = {
    "frac": calculus.fraction, "sqrt": _root, "sum": calculus.series("sum_over"), "prod": calculus.series("prod_over"),
    "int": calculus.integral, "iint": calculus.integral, "iiint": calculus.integral, "infty": _constant("oo"),
    "lim": calculus.limit, "ket": dirac.ket_macro, "bra": dirac.bra_macro, "braket": dirac.braket_macro,
    "melement": dirac.element_macro, "begin": environment, "nicefrac": _nice, "binom": _binomial, "number": _number,
    "units": _units, "partial": derivatives.partial, "dot": derivatives.dotted(1), "ddot": derivatives.dotted(2),
    "dddot": derivatives.dotted(3), "overline": _over, "underline": _overline("underline"), "boxed": _boxed,
    "mathop": _boxed,
    "d": calculus.infinitesimal, "oint": calculus.integral,
}  # fmt: skip
