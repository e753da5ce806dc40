r"""Tokens that print alike are the same: \Delta{x} as \Delta x, \hat{\dot x} as \dot{\hat x}, 1, 2... as a list."""

from __future__ import annotations

from dataclasses import replace

from cascade_sym.formula.token_stream import Token, error_at

Tokens = tuple[Token, ...]
CONNECTIVES = frozenset("and or for where with if when so then thus hence as at but while since".split())
_OPENED = ("langle", "lvert", "Vert", "lVert")
_AROUND = frozenset("hat tilde bar vec mathbf mathcal".split())  # what may stand over or around a dotted symbol


def as_printed(body: Tokens, text: str) -> Tokens:
    """The tokens in the one spelling of all that print alike."""
    return _listed(_joined(_turned(_prefixing(body, text), text)))


def _prefixing(body: Tokens, text: str) -> Tokens:
    r"""\Delta{x_1} as \Delta x_1, which prints alike: a group that is one symbol behind \Delta or \delta is none."""
    out = list(body)
    for n in range(len(out) - 2, -1, -1):
        if not (out[n].is_word("delta", "Delta") and out[n + 1].is_op("{")):
            continue
        end = closing(out, n + 1, text)
        inside = out[n + 2 : end - 1]
        symbol = inside and all(
            t.kind in ("letter", "word", "digit") or t.is_op("{", "}", "_", "^", "'") for t in inside
        )
        scripts = any(t.is_op("_", "^", "'") for t in inside)
        if not inside and not out[end].is_op("_", "^", "'"):  # \Delta{}x
            del out[n + 1 : end]
        elif symbol and inside[0].kind != "digit" and not (scripts and out[end].is_op("_", "^", "'")):
            out[n + 1 : end] = inside
    return tuple(out)


def _turned(body: Tokens, text: str) -> Tokens:
    r"""\mathbf{\dot{x}} as \dot{\mathbf{x}}: dots are derivatives, whatever stands over or around them."""
    out = list(body)
    for n in range(len(out) - 3, -1, -1):
        dotted = out[n].kind == "word" and out[n].text in _AROUND and out[n + 1].is_op("{")
        if not dotted or not out[n + 2].is_word("dot", "ddot"):
            continue
        end = closing(out, n + 3, text) if out[n + 3].is_op("{") else n + 4
        if out[end].is_op("}"):
            out[n], out[n + 2] = replace(out[n + 2], start=out[n].start, gap=out[n].gap, wide=out[n].wide), out[n]
    return tuple(out)


def _joined(body: Tokens) -> Tokens:
    r"""\left< as \left\langle, \langle{x}\rangle without the group, \mathrm{and} as the word that it is."""
    out: list[Token] = []
    skipped = -1
    waiting: list[int] = []  # places of groups behind \langle
    for n, t in enumerate(body):
        before = body[n - 1] if n else t
        if before.is_word("left", "right") and t.is_op("<", ">"):
            t = replace(t, kind="word", text="langle" if t.text == "<" else "rangle")
        last = out[-1] if out else None
        apart = (
            last is None
            or last.is_op("=", "+", "-", "&", "(", "[", ",", "\\\\")
            or last.is_word("approx", "leq", "geq")
        )
        if t.is_op("{") and body[n + 1].is_op("}") and apart and not body[n + 2].is_op("^", "_"):
            skipped = n + 1
            continue
        if n == skipped:
            continue
        if t.is_op("{"):
            opened = before.is_word(*_OPENED) or before.is_op("(", "[", "|")
            waiting.append(len(out) if opened else -1)
        elif t.is_op("}") and waiting and (start := waiting.pop()) >= 0 and _closes(body[n + 1]):
            del out[start]
            waiting = [w - 1 if w > start else w for w in waiting]
            continue
        out.append(t)
    return _words(out)


def _listed(body: Tokens) -> Tokens:
    """1, 2, 3... as 1, 2, 3, ..., and 0 ... 7 as 0, ..., 7: dots behind a number are the next item of a list."""
    out: list[Token] = []
    for n, t in enumerate(body):
        if t.is_word("dots") and out and out[-1].kind == "digit":
            before = next((x for x in reversed(out) if x.kind != "digit"), t)
            ranged = before.is_op("=") or (before.is_word("in"))
            if before.is_op(",") or (ranged and (body[n + 1].kind in ("digit", "letter"))):
                out.append(replace(t, kind="op", text=","))
                out.append(t)
                if ranged and not body[n + 1].is_op(","):
                    out.append(replace(t, kind="op", text=","))
                continue
        out.append(t)
    return tuple(out)


def _closes(t: Token) -> bool:
    return t.is_word("rangle", "right", "rvert", "Vert", "rVert") or t.is_op(")", "]", "|")


def _words(body: list[Token]) -> Tokens:
    out: list[Token] = []
    n = 0
    while n < len(body):
        t = body[n]
        if t.is_word("mathrm") and body[n + 1].is_op("{"):
            end = n + 2
            while body[end].kind == "letter":
                end += 1
            word = "".join(b.text for b in body[n + 2 : end])
            if body[end].is_op("}") and word in CONNECTIVES and word not in ("as", "at", "in"):
                out.append(replace(t, kind="text", text=word))
                n = end + 1
                continue
        out.append(t)
        n += 1
    return tuple(out)


def closing(body: list[Token] | Tokens, at: int, text: str, opens: str = "{", closes: str = "}") -> int:
    """The place behind the group that starts here."""
    if not body[at].is_op(opens):
        raise error_at(text, body[at].start, f"expected {opens!r}, found {body[at]}")
    depth = 0
    for n in range(at, len(body)):
        depth += body[n].is_op(opens) - body[n].is_op(closes)
        if depth == 0:
            return n + 1
    raise error_at(text, body[at].start, "a brace is not closed")
