"""What all readers of one formula share, and what its scripts are: labels, stars, powers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import TypeVar

from cascade_sym.formula.ast import Call, Node
from cascade_sym.formula.latex_in.name_rules import Registry
from cascade_sym.formula.latex_in.printed_alike import CONNECTIVES, Tokens
from cascade_sym.formula.latex_in.symbols import Names, spelt
from cascade_sym.formula.lettering import GREEK
from cascade_sym.formula.token_stream import Stream, Token

Part = TypeVar("Part")


Choice = tuple[int | str, str]


MAX_STEPS = 25_000  # of reading one formula: work is bounded, whatever it says


RELATIONS = {
    "=": "=", "<": "<", ">": ">", "approx": "~=", "equiv": "==", "coloneqq": ":=", "leq": "<=", "geq": ">=",
    "neq": "!=", "sim": "~", "propto": "prop", "rightarrow": "->", "mapsto": "->", "ll": "<<", "gg": ">>", "in": "in",
    "lesssim": "<~", "gtrsim": ">~", "longmapsto": "->", "asymp": "~",
}  # fmt: skip


STARS = {"dagger": "dag", "*": "conj", "ast": "conj", "star": "conj"}


_UNITS = frozenset("nm pm fm mm cm km s ms us ns ps fs kg mg g mK nK meV keV kHz mW nW dB rad mrad".split())


OPENERS = {
    "(": ")", "[": "]", "\\{": "\\}", "|": "|", "\\langle": "\\rangle", "\\lvert": "\\rvert", "\\Vert": "\\Vert",
    "\\lVert": "\\rVert", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil",
}  # fmt: skip


NEVER = frozenset(
    (
        *RELATIONS,
        *"""right rangle rvert rVert rfloor rceil cdot times ast over pm mp otimes oplus Rightarrow end wedge
    Leftrightarrow therefore because not bigcirc leftarrow hookrightarrow perp parallel mod bmod pmod atop choose star
    leftrightarrow cong doteq cup cap
    subset subseteq notin setminus forall exists colon quad land lor bullet circ div""".split(),
    )
)


WRAPPERS = frozenset(
    """hat tilde bar vec check breve mathring acute grave mathrm mathit mathbf mathcal mathsf mathbb mathfrak mathtt
    overline underline dot ddot""".split()
)


@dataclass
class State:
    """What all readers of one formula share."""

    names: Names
    functions: frozenset[str]
    indices: Mapping[str, tuple[str, ...]]
    registry: Registry = field(default_factory=Registry)
    labels: frozenset[str] = frozenset()  # letters that stand in subscripts
    tensorial: bool = False  # letters stand as upper and as lower indices
    turned: frozenset[Choice] = frozenset()
    asked: dict[Choice, str] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)  # names before a bracket that must be an argument
    given: set[str] = field(default_factory=set)  # names with an argument
    bare: set[str] = field(default_factory=set)  # names without an argument
    alone: set[str] = field(default_factory=set)  # Greek letters that stand for themselves somewhere
    vectors: set[str] = field(default_factory=set)
    bound: list[str] = field(default_factory=list)  # indices of the sums around
    operators: set[str] = field(default_factory=set)  # variables along which a derivative acts on nothing
    steps: int = 0

    def forget(self, count: int) -> None:
        """What was asked after the first `count` questions is not asked."""
        while len(self.asked) > count:
            self.asked.popitem()


def letters_below(body: Tokens) -> frozenset[str]:
    r"""The letters that are indices: in subscripts, those below sums among them, or superscripts such as \mu\nu."""
    found: set[str] = set()
    for n, t in enumerate(body):
        if t.is_op("^") and body[n + 1].is_op("{"):
            run = list(takewhile(lambda s: s.kind == "word" and s.text in GREEK, body[n + 2 :]))
            if len(run) > 1 and body[n + 2 + len(run)].is_op("}"):
                found |= {s.text for s in run}
    ends: list[bool] = []  # of the groups around: whether each stands in a subscript
    for before, t in pairwise(body):
        below = before.is_op("_") or any(ends)
        if t.is_op("{"):
            ends.append(below)
        elif t.is_op("}") and ends:
            ends.pop()
        elif below and (t.kind == "letter" or (t.kind == "word" and t.text in GREEK)):
            found.add(t.text)
    return frozenset(found)


def contracts(body: Tokens) -> bool:
    r"""Whether lone letters stand above and below as the indices of tensors do, G^n_m q^m: two above, one of them also
    below a symbol."""
    lone: dict[str, set[str]] = {"^": set(), "_": set()}
    for n, t in enumerate(body[:-2]):
        after = body[n + 1 : n + 4] if body[n + 1].is_op("{") else body[n + 1 : n + 2]
        letter = after[len(after) // 2]
        whole = len(after) == 1 or (len(after) == 3 and after[2].is_op("}"))
        if t.is_op("^", "_") and whole and letter.kind == "letter" and not body[n - 1].is_word("sum", "prod"):
            lone[t.text].add(letter.text)
    return len(lone["^"]) > 1 and bool(lone["^"] & lone["_"])


def is_symbol(r: Stream, t: Token) -> bool:
    """Whether a word in text is a symbol or a unit: a letter, or with scripts, an argument, a number before it."""
    if not t.text.isalnum() or not t.text.isascii() or t.text in CONNECTIVES or not t.text[0].isalpha():
        return False
    after, before = r.peek(1), r.tokens[r.at - 1] if r.at else t
    marked = after.is_op("_", "^", "(", "[", "'") or after.is_word("left")
    return (
        len(t.text) == 1
        or marked
        or before.kind == "digit"
        or before.is_op("{")
        or not r.at
        or t.text in _UNITS
        or t.text[0].isupper()
    )


def starred(body: Tokens) -> tuple[Tokens, Tokens]:
    """The daggers and stars at the start of a superscript, and the rest."""
    n = 0
    while n < len(body) and body[n].text in STARS and body[n].kind in ("word", "op"):
        n += 1
    return body[:n], body[n:]


def is_label(body: Tokens) -> bool:
    """Whether a superscript is in brackets, upright words, a lone sign, or several letters."""
    if len(body) == 1 and (body[0].is_op("+", "-") or body[0].kind == "text"):
        return True
    if body and body[0].is_word("mathrm") and spelt(body).isalpha():
        return True
    if body and (body[0].is_word("mathrm") or body[0].kind == "text") and len(body) > 1:
        return any(t.is_op("^", "_") for t in body)  # DH^{(1)}: a label with a label
    kept = [t for t in body if not (t.is_op("{", "}", "'", ",", ";") or t.is_word("prime", "tilde", "bar", "hat"))]
    if len(kept) > 1 and all(t.kind == "letter" for t in kept):
        return True
    depth = 0
    kept = [t for t in body if not t.is_word("left", "right")]
    for n, t in enumerate(kept):
        depth += t.is_op("(", "[") - t.is_op(")", "]")
        if depth == 0:
            return n > 0 and n == len(kept) - 1
    return False


def is_matrix(node: Node) -> bool:
    return isinstance(node, Call) and node.function in ("matrix", "ket", "bra")
