r"""Kets, bras, brackets and means, in whatever way they are written: \ket{n}, |n\rangle, \langle n|A|m\rangle."""

from __future__ import annotations

from cascade_sym.formula.ast import Add, Call, Name, Node
from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.printed_alike import Tokens

_MAX_LABELS = 16  # labels of a ket


def ket(r: Reader) -> Node:
    r"""| ... \rangle."""
    if r.take().is_word("left"):
        r.take()
    body = _until(r, "\\rangle")
    return Call("ket", items(r.child(body)))


def _until(r: Reader, *closers: str) -> Tokens:
    """The tokens up to what closes them on this level, which is taken."""
    start, depth = r.at, 0
    while True:
        t = r.take()
        if t.kind == "end" or depth < 0:
            raise r.unexpected(" or ".join(closers), t)
        depth += t.is_op("(", "[", "{") - t.is_op(")", "]", "}") + t.is_word("langle")
        if t.written in closers:
            if depth == 0:
                break
            depth -= t.is_word("rangle")
    end = r.at - 1
    return r.tokens[start : end - r.tokens[end - 1].is_word("right")]


def items(r: Reader) -> tuple[Node, ...]:
    """What stands in a ket, all of the tokens: numbers, names, signs, n = 3, separated by commas."""
    r.in_label = True
    found = [_item(r)]
    while r.accept(",", ";"):
        found.append(_item(r))
        if len(found) > _MAX_LABELS:
            raise r.error(f"more than {_MAX_LABELS} labels of a state")
    r.finish()
    return tuple(found)


def labels(r: Reader) -> Node:
    """The same as one node."""
    found = items(r)
    return found[0] if len(found) == 1 else Call("labels", found)


def _item(r: Reader) -> Node:
    from cascade_sym.formula.latex_in.brackets import CONDITION_OF, relation_sign

    t = r.peek()
    ends = r.peek(1).kind == "end" or r.peek(1).is_op(",", ";")
    if t.is_op("+", "-", "*", "'") and ends:
        r.take()
        return Name({"+": "plus", "-": "minus", "*": "star", "'": "prime"}[t.text])
    if t.kind == "text" and ends:
        r.take()
        said = t.text.strip()
        word = "".join(c for c in said.title() if c.isalnum()) if " " in said else said
        if not word.isalnum() or not word[0].isalpha():
            raise r.error(f"the words '{t.text}' label a state", t)
        return Name(word)
    if t.is_word("mathrm") and r.peek(1).is_op("{"):
        body = r.look(lambda: r.child(r.tokens[r.at + 1 :]).script()) or ()
        after = r.peek(len(body) + 3)
        if body and all(b.kind == "letter" for b in body) and (after.kind == "end" or after.is_op(",", ";")):
            r.at += len(body) + 3
            return Name("".join(b.text for b in body))
    word = ""
    ahead = 0
    while r.peek(ahead).kind == "letter":
        word += r.peek(ahead).text
        ahead += 1
    if len(word) > 1 and (r.peek(ahead).kind == "end" or r.peek(ahead).is_op(",", ";")):
        r.at += ahead
        return Name(word)  # |eg>, _{in}: a word or several letters, a label in any case
    node = index(r.sum())
    if (op := relation_sign(r)) is not None:
        if op not in CONDITION_OF:
            raise r.error("a definition labels a state")
        return Call(CONDITION_OF[op], (node, r.sum()))
    return node


def index(node: Node) -> Node:
    """i, i + 1, ... where an index is expected: the index i, no imaginary unit (which has a factor, i alpha)."""
    match node:
        case Name("I"):
            return Name("i")
        case Add(terms, signs):
            return Add(tuple(Name("i") if t == Name("I") else t for t in terms), signs)
    return node


def angle(r: Reader) -> Node:
    r"""\langle ...: a matrix element, a bracket, a mean, or a bra."""
    start = r.at
    if (node := r.attempt(lambda: _element(r))) is not None:
        return node
    r.at = start
    from cascade_sym.formula.latex_in.brackets import bracketed

    return bracketed(r)


def _element(r: Reader) -> Node:
    if r.take().is_word("left"):
        r.take()
    start = r.at
    before = r.tokens[start - 2] if start > 1 else None
    outer = before is not None and before.is_word("rangle")
    pieces, closed = _pieces(r)
    sums = len(pieces) == 3 and _outer(pieces[1], outer and r.peek().is_word("langle"))
    if not sums and (node := r.attempt(lambda: _of_pieces(r, pieces, closed))) is not None:
        return node
    r.at = start  # no bracket goes on beyond the bar
    return _bra(r, items(r.child(_until(r, "|", "\\rvert"))))


def _outer(middle: Tokens, between: bool) -> bool:
    """Whether what stands between two bars joins |a><b| + |c><d|: it starts with a sign, or is a sum between the
    two."""
    depth = 0
    for n, t in enumerate(middle):
        depth += t.is_op("(", "[", "{") - t.is_op(")", "]", "}")
        if depth == 0 and t.is_op("+", "-") and (n == 0 or between):
            return True
    return False


def _of_pieces(r: Reader, pieces: list[Tokens], closed: bool) -> Node:
    left = items(r.child(pieces[0]))
    if not closed:
        return _bra(r, left)
    one = left[0] if len(left) == 1 else Call("labels", left)
    if len(pieces) == 2:
        return Call("braket", (one, labels(r.child(pieces[1]))))
    if len(pieces) == 5 and not pieces[1] and not pieces[3]:  # <a||d||b>
        return Call("reduced", (one, r.inner(pieces[2]), labels(r.child(pieces[4]))))
    if len(pieces) != 3:
        raise r.error("more than two bars in a bracket")
    middle = r.child(pieces[1])
    middle.in_mean = True
    return Call("mel", (one, r.deeper(middle.whole), labels(r.child(pieces[2]))))


def _pieces(r: Reader) -> tuple[list[Tokens], bool]:
    r"""What stands between \langle and the bars up to \rangle; only the first piece where none closes it (a bra)."""
    pieces: list[Tokens] = []
    start, depth = r.at, 0
    after_bra = -1
    while True:
        t = r.peek()
        if (
            t.kind == "end"
            or depth < 0
            or (depth == 0 and (t.is_word("langle") or (pieces and _states(t.text, t.kind))))
        ):
            break
        r.take()
        if depth == 0 and t.written in ("|", "\\rvert", "\\lvert", "\\Vert"):
            pieces.append(_trimmed(r.tokens[start : r.at - 1]))
            if t.is_word("Vert"):
                pieces.append(())
            elif t.is_word("rvert") and len(pieces) == 1:
                return pieces, False
            if after_bra < 0:
                after_bra = r.at
            start = r.at
        elif depth == 0 and t.is_word("rangle"):
            pieces.append(_trimmed(r.tokens[start : r.at - 1]))
            if len(pieces) == 1:
                raise r.error("a mean")
            return pieces, True
        else:
            depth += t.is_op("(", "[", "{") or t.written == "\\{"
            depth -= t.is_op(")", "]", "}") or t.written == "\\}"
    if not pieces:
        raise r.error("no bra")
    r.at = after_bra
    return pieces[:1], False


def _trimmed(body: Tokens) -> Tokens:
    while body and body[-1].is_word("left", "right", "middle"):
        body = body[:-1]
    while body and body[0].is_word("middle"):
        body = body[1:]
    if not body:
        return body
    return body


def _states(text: str, kind: str) -> bool:
    """Whether a relation stands here: no bracket goes on beyond it."""
    return (kind == "op" and text in ("=", "\\\\")) or (kind == "word" and text in ("approx", "equiv", "propto", "sim"))


# macros


def ket_macro(r: Reader) -> Node:
    return Call("ket", items(r.child(_argument(r))))


def bra_macro(r: Reader) -> Node:
    r"""\bra{n}; \bra{n}\ket{m} is a bracket only to the eye: a product of the two."""
    left = items(r.child(_argument(r)))
    return _bra(r, left)


def _bra(r: Reader, left: tuple[Node, ...]) -> Node:
    """A bra, or the reduced matrix element that it begins."""
    barred = r.peek().is_op("|") or r.peek().is_word("lvert")
    if barred and (reduced := r.attempt(lambda: _reduced(r, left))) is not None:
        return reduced
    return Call("bra", left)


def _reduced(r: Reader, left: tuple[Node, ...]) -> Node:
    r"""\bra{a}|d|\ket{b}: printed with two bars on each side, a reduced matrix element."""
    r.take()
    saved, r.in_bars = r.in_bars, True
    middle = r.sum()
    r.in_bars = saved
    if r.take().written not in ("|", "\\rvert"):
        raise r.error("no reduced matrix element")
    right = r.factor()
    if not isinstance(right, Call) or right.function != "ket":
        raise r.error("no reduced matrix element")
    one, two = (x[0] if len(x) == 1 else Call("labels", x) for x in (left, right.args))
    return Call("reduced", (one, middle, two))


def _argument(r: Reader) -> Tokens:
    while r.peek().is_op("*"):
        r.take()
    body = r.script()
    if not body:
        raise r.error("an empty state")
    return body


def braket_macro(r: Reader) -> Node:
    r"""\braket{a|b}, \braket{a|A|b}, \braket{A}; with two arguments a bracket of two states."""
    body = _argument(r)
    if r.peek().is_op("{"):
        return Call("braket", (labels(r.child(body)), labels(r.child(_argument(r)))))
    inner = r.child(body)
    pieces: list[Tokens] = []
    start = depth = 0
    for n, t in enumerate(body):
        if depth == 0 and t.is_op("|"):
            pieces.append(body[start:n])
            start = n + 1
        depth += t.is_op("(", "[", "{") - t.is_op(")", "]", "}") + t.is_word("left") - t.is_word("right")
    pieces.append(body[start:])
    if len(pieces) == 1 or not all(pieces):
        inner.in_mean = True
        found = [inner.deeper(inner.sum)]
        while inner.accept(","):
            found.append(inner.sum())
        inner.finish()
        if len(found) > 2:
            raise r.error("a mean of a list")
        return Call("mean" if len(found) == 1 else "sym", tuple(found))
    return _of_pieces(r, pieces, True)


def element_macro(r: Reader) -> Node:
    left, middle, right = _argument(r), _argument(r), _argument(r)
    return Call("mel", (labels(r.child(left)), r.inner(middle), labels(r.child(right))))
