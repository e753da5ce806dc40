"""What a factor can be: numbers, brackets, roots, matrices, and what other files read: symbols, functions, states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cascade_sym.formula.ast import Call, Div, Name, Node, Number, Pow
from cascade_sym.formula.latex_in import calculus, coverage, dirac
from cascade_sym.formula.forms import CONDITIONS, FACTOR_WORDS, PLAIN_WORDS
from cascade_sym.formula.latex_in.grammar import GREEKS, NEVER, OPENERS, RELATIONS, WRAPPERS, Reader, is_symbol
from cascade_sym.formula.latex_in.lexer import Tokens, closing, lexed
from cascade_sym.formula.latex_in.packages import unpacked
from cascade_sym.formula.latex_in.symbol import grouped_symbol, read_symbol
from cascade_sym.formula.notation import CONSTANTS
from cascade_sym.formula.parser import Token, error_at

MATRICES = frozenset("pmatrix bmatrix matrix smallmatrix array Bmatrix vmatrix Vmatrix psmallmatrix bsmallmatrix".split())
_BRACKETS = {
    ("|", 1): "abs", ("\\langle", 1): "mean", ("\\langle", 2): "sym", ("[", 2): "comm", ("\\{", 2): "anticomm",
    ("\\Vert", 1): "norm", ("\\lfloor", 1): "floor", ("\\lceil", 1): "ceiling",
}  # fmt: skip
_SEVERAL = {"(": "tuple", "[": "list", "\\{": "braces"}
_SAME = {"\\lvert": "|", "\\lVert": "\\Vert"}
CONDITION_OF = {
    "=": "eq", "<": "lt", ">": "gt", "<=": "le", ">=": "ge", "!=": "ne", "~=": "approx", "->": "tends", "in": "elem",
    "<<": "muchless", ">>": "muchgreater", "~": "similar", "prop": "proportional", "==": "identical",
}  # fmt: skip


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


def _compound(r: Reader) -> Name | None:
    """A declared symbol that is written as more than one."""
    for spelling, name in r.state.names.compound:
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


def opener(r: Reader) -> str:
    """The bracket that opens here ('' if none)."""
    t = r.peek(1) if r.peek().is_word("left") else r.peek()
    return t.written if t.written in OPENERS else ""


def bracket(r: Reader) -> tuple[str, list[Node]]:
    """The kind of the bracket here and what it contains, separated by commas."""
    start = r.peek()
    kind = opener(r)
    if not kind:
        raise r.unexpected("a bracket")
    stretched = r.take().is_word("left")
    if stretched:
        r.take()
    saved = r.in_bars, r.in_integral, r.in_mean, r.in_norm
    r.in_bars, r.in_integral, r.in_norm = kind == "|", False, kind == "\\Vert"
    r.in_mean = r.in_mean or kind == "\\langle"
    items = [item(r)]
    while r.accept(",", ";"):
        items.append(item(r))
    r.in_bars, r.in_integral, r.in_mean, r.in_norm = saved
    closer = OPENERS[kind]
    if r.peek().is_word("right"):
        r.take()
    elif stretched:
        raise r.unexpected(f"\\right{closer} to close {start}")
    t = r.peek()
    if t.written != closer and not (closer == "\\rvert" and t.is_op("|")):
        raise r.unexpected(f"{closer!r} to close the bracket at column {start.start + 1}")
    r.take()
    return _SAME.get(kind, kind), items


def item(r: Reader) -> Node:
    """An element of a list; a dot stands for an argument that is left open."""
    if r.peek().is_word("cdot", "bullet") and r.peek(1).is_op(")", "]", ","):
        r.take()
        return Name("dots")
    node = r.sum()
    if (op := relation_sign(r)) is None:
        return node
    if op not in CONDITION_OF:
        raise r.error("a definition in brackets")
    return Call(CONDITION_OF[op], (node, r.sum()))


def bracketed(r: Reader) -> Node:
    if opener(r) in ("|", "\\lvert") and r.bar_closes() == "\\rangle":
        return dirac.ket(r)
    start = r.peek()
    kind, items = bracket(r)
    if any(isinstance(x, Call) and x.function in CONDITIONS for x in items):
        raise r.error("a relation in brackets is no factor", start)
    if function := _BRACKETS.get((kind, len(items))):
        return Call(function, tuple(items))
    if len(items) == 1:
        braced = kind == "\\{" and isinstance(items[0], Call) and items[0].function == "matrix"
        return Call("braced", items[0].args) if braced else items[0]  # type: ignore[attr-defined]
    if kind not in _SEVERAL:
        raise r.error("a list in these brackets", start)
    return Call(_SEVERAL[kind], tuple(items))


def evaluated(r: Reader) -> Node:
    r"""\left. f \right|_{x=0}: f at a place; \left. alone opens nothing."""
    start = r.take()
    r.take()
    saved, r.in_bars = r.in_bars, True
    node = r.sum()
    r.in_bars = saved
    if not (r.peek().is_word("right") and r.peek(1).written in ("|", "\\rvert", "]")):
        raise r.error("what \\left. opens is not closed by \\right|", start)
    r.take()
    r.take()
    limits: dict[str, Node] = {}
    while op := r.accept("_", "^"):
        limits[op] = place(r, r.script())
    if "_" not in limits:
        raise r.error("where this is to be evaluated is not said: \\right|_{x=0}", start)
    return Call("at", (node, *(limits[op] for op in "_^" if op in limits)))


def place(r: Reader, body: Tokens) -> Node:
    """Where something is evaluated: x=0, or a label."""
    relational = any(t.kind in ("op", "word") and t.text in RELATIONS for t in body)
    return condition(r.child(body)) if relational else r.label(body)


def condition(r: Reader) -> Node:
    """A relation as a node, eq(x, 0), or a lone expression; all of the tokens."""
    found = compared(r)
    while r.accept(","):
        found += compared(r)
    r.finish()
    return found[0] if len(found) == 1 else Call("labels", tuple(found))


def compared(r: Reader) -> list[Node]:
    """The parts of a chain of relations as nodes, or a lone expression."""
    node = r.sum()
    found: list[Node] = []
    while (op := relation_sign(r)) is not None:
        if op not in CONDITION_OF:
            raise r.error("a definition where a condition is expected")
        right = member(r.sum()) if op == "in" else r.sum()
        found.append(Call(CONDITION_OF[op], (node, right)))
        node = right
    return found or [node]


def member(node: Node) -> Node:
    """A set or an interval where a commutator would make no sense."""
    if isinstance(node, Call) and node.function in ("comm", "anticomm"):
        return Call("list" if node.function == "comm" else "braces", node.args)
    return node


def relation_sign(r: Reader) -> str | None:
    """The relation here, taken, or None."""
    t = r.peek()
    if t.is_op(":") and r.peek(1).is_op("="):
        r.at += 2
        return ":="
    if t.is_op("!") and r.peek(1).is_op("="):
        raise r.error("'!=' is a demand or an inequality; write \\neq or \\stackrel{!}{=}")
    if t.is_word("not") and r.peek(1).is_op("="):
        r.at += 2
        return "!="
    if t.is_word("stackrel", "overset"):
        saved = r.at
        r.take()
        mark, sign = r.script(), r.script()
        if len(sign) == 1 and (op := RELATIONS.get(sign[0].text)):
            if mark and all(m.is_op("!", "(", ")", "?") or m.kind in ("digit", "text", "letter") for m in mark):
                return ":=" if any(m.text in ("def", "d") for m in mark) and op == "=" else op
            raise r.error("what stands above the relation sign is not read", t)
        r.at = saved
        return None
    if t.kind in ("op", "word") and t.text in RELATIONS:
        r.take()
        return RELATIONS[t.text]
    return None


# roots, matrices, units


def _root(r: Reader) -> Node:
    order: Node | None = None
    if r.peek().is_op("["):
        end = closing(r.tokens, r.at, r.text, "[", "]")
        order = r.inner(r.tokens[r.at + 1 : end - 1])
        r.at = end
    inside = r.inner(r.script())
    if order is None or order == Number("2"):
        return Call("sqrt", (inside,))
    return Call("root", (inside, order))


def _environment(r: Reader) -> Node:
    start = r.peek()
    name = "".join(t.text for t in r.script() if not t.is_op("*"))
    if r.peek().is_op("["):
        r.at = closing(r.tokens, r.at, r.text, "[", "]")
    if name == "array":
        r.script()
    body = environment_body(r, name, start)
    if name in ("aligned", "split", "gathered", "alignedat"):
        return r.inner(tuple(t for t in body if not t.is_op("&", "\\\\")))
    cells = [[c for c in row] for row in rows_of(body)]
    if name in ("cases", "dcases"):
        return Call("piecewise", tuple(_case(r, row, start) for row in cells))
    if name not in MATRICES:
        raise r.error(f"the environment '{name}' is not read inside a formula", start)
    if len({len(row) for row in cells}) != 1:
        raise r.error("the rows of a matrix have different lengths", start)
    zero = Number("0")  # what is left blank
    node = Call("matrix", tuple(Call("row", tuple(r.inner(c) if c else zero for c in row)) for row in cells))
    if name == "vmatrix":
        return Call("det", (node,))
    if name == "Bmatrix":
        return Call("braced", node.args)
    if name == "Vmatrix":
        raise r.error(f"the environment '{name}' is not read", start)
    return node


def environment_body(r: Reader, name: str, start: Token) -> Tokens:
    r"""The tokens up to the \end of the environment that was opened, which is taken."""
    inside, depth = r.at, 1
    while depth:
        t = r.take()
        if t.kind == "end":
            raise r.error(f"the environment '{name}' is not closed", start)
        depth += t.is_word("begin") - t.is_word("end")
    body = r.tokens[inside : r.at - 1]
    if "".join(t.text for t in r.script() if not t.is_op("*")) != name:
        raise r.error(f"the environment '{name}' is closed by another name", start)
    return body


def rows_of(body: Tokens) -> list[list[Tokens]]:
    """The cells of the rows of an array; an empty last row is none."""
    rows: list[list[list[Token]]] = [[[]]]
    depth = 0
    for t in body:
        depth += t.is_word("begin") + t.is_op("{") - t.is_word("end") - t.is_op("}")
        if depth == 0 and t.is_op("\\\\"):
            rows.append([[]])
        elif depth == 0 and t.is_op("&"):
            rows[-1].append([])
        elif not t.is_word("hline"):
            rows[-1][-1].append(t)
    kept = [row for row in rows if any(row)]
    return [[tuple(cell) for cell in row] for row in kept]


def _case(r: Reader, row: list[Tokens], start: Token) -> Node:
    if len(row) != 2:
        raise r.error("a case needs a value and a condition, separated by &", start)
    value, said = row
    while value and value[-1].is_op(",", ";", "."):
        value = value[:-1]
    while said and said[-1].is_op(",", ";", "."):
        said = said[:-1]
    words = " ".join(t.text for t in said if t.kind == "text").strip(" ,.").lower()
    rest = tuple(t for t in said if t.kind != "text")
    if words in ("otherwise", "else", "elsewhere", "other") and not rest:
        return Call("case", (r.inner(value), Name("otherwise")))
    if words not in ("", "if", "for", "when") or not rest:
        raise r.error(f"the condition '{words}' of a case is not read", said[0] if said else start)
    return Call("case", (r.inner(value), condition(r.child(rest))))


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


def _boxed(r: Reader) -> Node:
    return r.inner(r.script())


def _constant(name: str) -> Callable[[Reader], Node]:
    return lambda r: Name(name)


_CONSTRUCTS: dict[str, Callable[[Reader], Node]] = {
    "frac": calculus.fraction, "sqrt": _root, "sum": calculus.series("sum_over"), "prod": calculus.series("prod_over"),
    "int": calculus.integral, "iint": calculus.integral, "iiint": calculus.integral, "infty": _constant("oo"),
    "lim": calculus.limit, "ket": dirac.ket_macro, "bra": dirac.bra_macro, "braket": dirac.braket_macro,
    "melement": dirac.element_macro, "begin": _environment, "nicefrac": _nice, "binom": _binomial, "number": _number,
    "units": _units, "partial": calculus.partial, "dot": calculus.dotted(1), "ddot": calculus.dotted(2),
    "dddot": calculus.dotted(3), "overline": _overline("conj"), "underline": _overline("underline"), "boxed": _boxed, "mathop": _boxed,
    "d": calculus.infinitesimal, "oint": calculus.integral,
}  # fmt: skip
_ = (Pow, replace, error_at, CONSTANTS)
