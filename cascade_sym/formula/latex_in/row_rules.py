"""The tokens of a formula before it is read: rows joined, both signs written out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import RELATIONS
from cascade_sym.formula.token_stream import Token

_BY = ("cdot", "times")
_BESIDE = frozenset(("cdot", "times", "pm", "mp", "quad", "qquad", "left", "right", "begin", "end", "text", "mathrm"))


def spliced(body: Tokens) -> Tokens:
    r"""The tokens with a bracket that is broken over rows (\left( \right. \left. \right)) joined."""
    out = list(body)
    at = 0
    while at < len(out) - 1:
        if out[at].is_word("right") and out[at + 1].is_op("."):
            later = next(
                (n for n in range(at + 2, len(out) - 1) if out[n].is_word("left") and out[n + 1].is_op(".")), None
            )
            if later is not None:
                del out[later : later + 2]
                del out[at : at + 2]
                continue
        at += 1
    return tuple(out)


def flowing(body: Tokens) -> Tokens:
    r"""The tokens without alignment, and without the ends of rows within which a formula goes on: inside brackets,
    behind an operator or before one, unless the next row is a statement that starts with a sign.

    FormulaError for an & between two factors: a column of a table, which is no product.
    """
    out: list[Token] = []
    inside = brackets = 0
    for n, t in enumerate(body):
        inside += t.is_word("begin") - t.is_word("end")
        if not inside:
            brackets += t.is_op("(", "[", "{") - t.is_op(")", "]", "}")
            if t.is_op("&"):
                if out and not beside(out[-1], body[n + 1]):
                    if not (_relates(reversed(body[:n])) and _relates(body[n + 1 :])):
                        raise FormulaError(
                            "there is an & between two symbols, as of a table; expected a sign beside it."
                        )
                    out.append(replace(t, text=","))  # two columns of equations
                continue
            if t.is_op("\\\\") and (brackets > 0 or _goes_on(out, body, n + 1)):
                continue
        out.append(t)
    return tuple(out)


def _relates(cell: Iterable[Token]) -> bool:
    """Whether a relation stands in the tokens up to the end of a cell."""
    for t in cell:
        if t.is_op("&", "\\\\"):
            return False
        if t.is_op("=", "<", ">") or (t.kind == "word" and t.text in RELATIONS):
            return True
    return False


def beside(before: Token, after: Token) -> bool:
    """Whether an & may stand between two tokens: beside a sign, a relation, a start or an end."""
    return _aligns(before, ")]}'!") or _aligns(after, "([{")


def _aligns(t: Token, but: str) -> bool:
    """Whether an & may stand beside a token: a sign, a relation, a start or an end; not one of `but`."""
    if t.kind == "word":
        return t.text in RELATIONS or t.text in _BESIDE
    return t.kind == "end" or (t.kind == "op" and t.text not in but)


def _goes_on(before: list[Token], body: Tokens, at: int) -> bool:
    end = at
    while not (body[end].is_op("\\\\") or body[end].kind == "end"):
        end += 1
    rest = [t for t in body[at : end + 1] if not t.is_op("&")]
    first = rest[0]
    if first.is_op("+", "*", "/") or first.is_word("times", "cdot") or (before and before[-1].is_op("+", "-", "=")):
        return True
    states = any(t.is_op("=", "<", ">") or (t.kind == "word" and t.text in RELATIONS) for t in rest)
    return first.is_op("-") and not states


def signs(body: Tokens) -> tuple[Tokens, ...]:
    r"""The tokens, twice where \pm or \mp stands in them: with the upper and with the lower signs."""
    marks = [n for n, t in enumerate(body) if t.is_word("pm", "mp")]
    if not marks:
        return (body,)
    body = _either(body)
    marks = [n for n, t in enumerate(body) if t.is_word("pm", "mp")]
    if not marks:
        return (body,)
    values = [n for n in marks if _is_value(body, n)]
    if values:  # 1.5 \pm 0.1 is one value with its uncertainty
        body = tuple(replace(t, text="uncertain") if n in values else t for n, t in enumerate(body))
    if len(values) == len(marks):
        return (body,)

    def signed(upper: bool) -> Tokens:
        plus = {"pm": "+" if upper else "-", "mp": "-" if upper else "+"}
        return tuple(replace(t, kind="op", text=plus[t.text]) if t.is_word("pm", "mp") else t for t in body)

    return signed(True), signed(False)


def _either(body: Tokens) -> Tokens:
    r"""The tokens with the \pm below a sum, m = \pm 1, marked: it gives the values of the index, no two formulas."""
    out = list(body)
    for n, t in enumerate(body):
        if not t.is_word("sum", "prod") or not body[n + 1].is_op("_") or not body[n + 2].is_op("{"):
            continue
        for k in range(n + 3, len(body)):
            if body[k].is_op("}"):
                break
            if body[k].is_word("pm", "mp"):
                out[k] = replace(body[k], text="either")
    return tuple(out)


def _is_value(body: Tokens, n: int) -> bool:
    """Whether the sign stands between a decimal number and its uncertainty."""
    before = n
    while before and (
        body[before - 1].kind == "digit" or body[before - 1].is_op(*".{}^-") or body[before - 1].is_word(*_BY)
    ):
        before -= 1
    said = body[before:n]
    if any(t.is_word(*_BY) for t in said) and any(t.is_op(".") for t in said) and body[n + 1].kind == "digit":
        raise FormulaError("a value with its uncertainty in powers of ten is not read; write both with one power.")
    left = right = n
    while left and (body[left - 1].kind == "digit" or body[left - 1].is_op(".")):
        left -= 1
    while body[right + 1].kind == "digit" or body[right + 1].is_op("."):
        right += 1
    return left < n < right and any(t.is_op(".") for t in body[left:right])
