r"""Whether a superscript of a symbol is a label or a power (the rule stands in `symbol`)."""

from __future__ import annotations

from dataclasses import replace

from cascade_sym.formula.latex_in.grammar import Reader
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import is_label
from cascade_sym.formula.latex_in.symbols import Key, spelt
from cascade_sym.formula.lettering import GREEK as GREEKS
from cascade_sym.formula.token_stream import Token
from cascade_sym.formula.walk import WORDS as SUBSCRIPTS

_COUNTS = frozenset("nmklNM")
_DEGREES = frozenset("PLYCHTRD")  # functions with a degree below and an order above
_EXPONENTS = frozenset("xyztpqrs")  # powers of a plain letter, as counts are of any


def label_and_power(r: Reader, sup: Tokens, start: Token, key: Key) -> tuple[Tokens, Tokens]:
    """A superscript as a label and a power, at most one of which there is."""
    if not sup:
        return (), ()
    depth = at = 0
    for n, t in enumerate(sup):  # (1)2, (i)\dagger: a label in brackets and something behind it
        depth += t.is_op("(") - t.is_op(")")
        if depth == 0:
            at = n + 1
            break
    if sup[0].is_op("(") and 0 < at < len(sup):
        if all(t.is_op(",") or t.kind == "digit" for t in sup[at:]) and not any(t.is_op("+", "-") for t in sup[:at]):
            raise r.error("a label and a power in one superscript; group the labelled symbol", start)
        return ((), sup) if any(t.is_op("+", "-", "/") for t in sup[at:]) else _refuse_label(r, start)
    if spelt(sup) in ("T", "top"):
        bold = {"mathbf", "vec"} & set(key.nucleus.split())
        clear = bold or len(sup) > 1 or sup[0].kind != "letter"
        why = "the superscript 'T' is a transposition, a label or a power"
        labelled, raised = (not clear and r.asks(start, kind, why, key.nucleus) for kind in ("label", "power"))
        return (sup, ()) if labelled else ((), sup if raised else (replace(sup[0], kind="word", text="top"),))
    if is_label(sup):
        letters = [t for t in sup if t.kind == "letter"]
        word = "".join(t.text for t in letters)
        bare = len(letters) > 1 and not any(t.is_word("mathrm") or t.is_op("(", "[", ",", ";") for t in sup)
        if bare and not key.sub and word not in SUBSCRIPTS and len(word) < 3:
            return _refuse_label(r, start)
        return sup, ()
    if any(t.is_op(",", ";") or t.is_word("rightarrow", "leftarrow", "perp", "parallel") for t in sup):
        return sup, ()
    if len(sup) == 1 and sup[0].text == "i" and sup[0].kind == "letter":
        return sup, ()
    primed = sup
    while len(primed) > 1 and (primed[-1].is_op("'") or primed[-1].is_word("prime")):
        primed = primed[:-1]
    symbol = len(primed) == 1 and (sup[0].kind == "letter" or (sup[0].kind == "word" and sup[0].text in GREEKS))
    if symbol:
        meant = _lone(r, sup[0], key)
        what = f"{key.nucleus} {key.sub} {spelt(sup)}"
        why = f"the superscript '{sup[0].text}' is a power or a label"
        labelled = meant == "label" or (not meant and not r.asks(start, "label", why, what))
        return (sup, ()) if labelled else ((), sup)
    indices = _without_subscripts(sup)
    if len(indices) > 1 and all(t.kind == "word" and t.text in (*GREEKS, "dots") for t in indices):
        return sup, ()  # T^{\mu\nu}: indices
    if len(indices) == 1 < len(sup) and sup[0].text in GREEKS:  # u^{\mu_1}
        labelled = not r.asks(start, "label", f"the superscript '{spelt(sup)}' is a power or an index", key.nucleus)
        return (sup, ()) if labelled else ((), sup)
    capitals_only = all(t.kind == "digit" or (t.kind == "letter" and t.text.isupper()) for t in sup)
    if capitals_only and sup[0].kind == "digit" and spelt(sup).lstrip("0123456789") not in ("", "N", "M"):
        return sup, ()  # 1D, 2A
    if key.sub and key.nucleus in _DEGREES and sup[0].is_op("|") and r.peek().is_op("(") and not r.peek().gap:
        return sup, ()  # L_p^{|l|}(x)
    if spelt(sup) in ("0", "1"):
        if r.asks(start, "label", f"the superscript '{spelt(sup)}' is a label or a power", key.nucleus + key.sub):
            return (), sup
        return sup, ()
    return (), sup


def _without_subscripts(sup: Tokens) -> Tokens:
    kept: list[Token] = []
    depth, below = 0, False
    for t in sup:
        depth += (t.is_op("{") and below) or (depth > 0 and t.is_op("{"))
        if not (below or depth or t.is_op("_")):
            kept.append(t)
        depth -= depth > 0 and t.is_op("}")
        below = t.is_op("_") or depth > 0
    return tuple(kept)


def _lone(r: Reader, t: Token, key: Key) -> str:
    """What a superscript of one letter is, 'power' or 'label'; '' where a reader could differ."""
    from cascade_sym.formula.latex_in.brackets import bracket, opener

    nucleus = set(key.nucleus.split())
    called = opener(r) == "(" and not r.peek().gap
    if {"mathbf", "mathcal", "vec"} & nucleus:
        return "" if t.text in ("n", "N") and "mathcal" not in nucleus else "label"  # a power of a matrix, or a label
    if t.text in _COUNTS:
        if called and key.sub and key.nucleus in _DEGREES:
            return "label"  # P_l^m(x)
        return "" if r.state.tensorial else "power"
    if t.text in ("mu", "nu"):
        return ""  # x^\mu
    if "hat" in nucleus:
        return "label"
    several = called and len((r.look(lambda: bracket(r)) or ("", []))[1]) > 1  # E_x^g(r, t)
    if t.text.isupper() or "sigma" in nucleus or several:
        return "label"
    if key.sub or called:
        return "label" if t.text in r.state.labels else ""
    power = (t.kind == "word" or t.text in _EXPONENTS) and t.text not in r.state.labels
    return "power" if power else ""


def _refuse_label(r: Reader, start: Token) -> tuple[Tokens, Tokens]:
    raise r.error(
        "a superscript of several letters is a label or a product of exponents; put it upright or in brackets", start
    )
