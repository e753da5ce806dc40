r"""What the reader answers about one displayed formula: its statements, the alternatives, or the reason why not.

A formula reaches this room with the macros of its manuscript expanded, its rows joined, its labels taken out. Every token
is accounted for, or the formula is not read. Statements are separated by commas, wide spaces, 'and' and arrows of
implication; each part of a chain is one, a = b = c being a = b and a = c; after another sign than = the part before is
compared (u >= v = w is u >= v and v = w). What holds under a condition ('for x > 0') carries it. \pm and \mp state the
formula twice, with the upper and the lower signs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cascade_sym.errors import FormulaError
from cascade_sym.formula.ast import Call, Name, Neg, Node, Number, Relation, Sum, to_text
from cascade_sym.formula.forms import CONDITIONS
from cascade_sym.formula.latex import to_latex
from cascade_sym.formula.latex_in.atoms import compared, environment_body, member, relation_sign, rows_of
from cascade_sym.formula.latex_in.grammar import RELATIONS, Reader, State
from cascade_sym.formula.latex_in.lexer import Tokens, lexed
from cascade_sym.formula.latex_in.packages import unpacked
from cascade_sym.formula.latex_in.reader import Symbols
from cascade_sym.formula.latex_in.symbols import Indices, Names
from cascade_sym.formula.parser import MAX_DEPTH, Token
from cascade_sym.formula.walk import check_depth, rewrite

READ, AMBIGUOUS, NOT_READ = "read", "ambiguous", "not read"
MAX_ALTERNATIVES = 4
MAX_STATEMENTS = 60
Statements = tuple[Relation | Node, ...]  # a lone expression states nothing, but is read
_STOPS = (",", ";", ".")
_BY = ("cdot", "times")
_ARROWS = ("Rightarrow", "Leftrightarrow", "therefore", "because", "Leftarrow")
_JOINING = {"and", "", ",", "where", "with", "so", "thus", "hence", "then", "or equivalently", "i.e.", "or", "therefore", "so that"}
_CONDITIONAL = {"for", "if", "when", "for all", "provided", "whenever", "in the limit", "assuming", "at", "as", "for large", "where"}


@dataclass(frozen=True)
class Reading:
    """How a formula was understood.

    `status` is READ (every token is accounted for in `statements`), AMBIGUOUS (`alternatives` holds two or more ways
    to read it, the likeliest first, and `statements` is empty) or NOT_READ. `typeset` is the LaTeX of the statements,
    None unless READ; `reason` says in the writer's terms why it is not READ, None where it is. `symbols` says how the
    names in the statements are printed: pairs of name and LaTeX, those that the caller declared left out.
    """

    status: str
    statements: Statements = ()
    typeset: str | None = None
    alternatives: tuple[Statements, ...] = ()
    reason: str | None = None
    symbols: tuple[tuple[str, str], ...] = ()

    @property
    def texts(self) -> list[str]:
        """The statements in the toolkit's own formula language."""
        return written(self.statements)


def written(statements: Statements) -> list[str]:
    """Statements in the toolkit's own formula language."""
    return [str(s) if isinstance(s, Relation) else to_text(s) for s in statements]


def read_formula(
    latex: str, names: Symbols | None = None, *, functions: Iterable[str] = (), indices: Indices | None = None
) -> Reading:
    r"""How a displayed formula is understood; it never raises for what stands in it.

    `names`, `functions`, `indices` as in `parse_latex`; a symbol without an entry gets a name by the rule of `naming`.

    >>> read_formula(r"\Gamma(t) = \hat a^\dagger\hat a").texts
    ['Gamma(t) = dag(hat_a)*hat_a']
    >>> found = read_formula(r"x = 1/2a")
    >>> found.status, [written(a) for a in found.alternatives]
    ('ambiguous', [['x = 1//2*a'], ['x = 1//(2*a)']])
    """
    try:
        known = names if isinstance(names, Names) else Names(names or {})
        body = _flowing(_spliced(unpacked(lexed(latex), latex)))
        asked = _Reading(latex, body, known, frozenset(functions), indices or {})
        return asked.answer()
    except FormulaError as err:
        return Reading(NOT_READ, reason=str(err))
    except RecursionError:
        return Reading(NOT_READ, reason="it is nested too deeply.")


@dataclass
class _Reading:
    """A formula's tokens, read as often as there are ways to read it."""

    text: str
    body: Tokens
    names: Names
    functions: frozenset[str]
    indices: Indices

    def run(self, turned: frozenset[tuple[int, str]], before: State | None = None) -> tuple[Statements, State]:
        state = State(self.names, self.functions, self.indices, turned=turned)
        if before is not None:
            state.called, state.alone = set(before.called), set(before.alone)
        found: list[Relation | Node] = []
        for body in _signs(self.body):
            for s in _statements(Reader(self.text, body, state)):
                if s not in found:
                    found.append(s)
                if len(found) > MAX_STATEMENTS:
                    raise FormulaError(f"the formula makes more than {MAX_STATEMENTS} statements; break it up.")
        lone = [s for s in found if not isinstance(s, Relation)]
        if lone and len(found) > 1:
            raise FormulaError(f"'{to_text(lone[0])[:60]}' stands beside other statements and states nothing.")
        return tuple(found), state

    def answer(self) -> Reading:
        statements, first = self.run(frozenset())
        state = first
        if first.asked or first.alone & {"delta", "Delta"}:  # what stands further on says more of what stood before
            statements, state = self.run(frozenset(), first)
        choices = list(state.asked.items())
        others: list[Statements] = [statements]
        for choice, _ in choices[: MAX_ALTERNATIVES - 1]:
            try:
                other, _ = self.run(frozenset((choice,)), first)
            except FormulaError:
                continue  # only one way makes sense
            if other not in others:
                others.append(other)
        if len(others) > 1:
            whys = "; ".join(dict.fromkeys(why for _, why in choices))
            return Reading(AMBIGUOUS, alternatives=tuple(others), reason=f"{whys}.", symbols=_symbols(state))
        return Reading(READ, statements, _typeset(statements, dict(_symbols(state))), symbols=_symbols(state))


def _limits_shown(found: Relation | Node) -> Relation | Node:
    """A statement in whose sums the values of an index are printed, \\sum_{j = A, B}."""
    if isinstance(found, Relation):
        return Relation(*(_limits_shown(x) if isinstance(x, Node) else x for x in (found.lhs, found.op, found.rhs)), found.given)  # type: ignore[arg-type]

    def change(node: Node) -> Node:
        if not isinstance(node, Sum) or all(v.isdigit() for v in node.values):
            return node
        values = tuple(Number(v) if v.isdigit() else Name(v) for v in node.values)
        along = Call("eq", (Name(node.index), Call("labels", values) if len(values) > 1 else values[0]))
        return Call("sum_over", (node.body, along))

    return rewrite(found, change)


def _typeset(statements: Statements, notation: dict[str, str]) -> str:
    """The statements one after the other; conditions that all have stand once, at the end."""
    *before, last = map(_limits_shown, statements)
    shared = [s for s in before if isinstance(s, Relation) and isinstance(last, Relation) and s.given == last.given]
    if len(shared) == len(before):
        before = [replace(s, given=()) for s in shared]
    return ",\\quad ".join(to_latex(s, notation) for s in (*before, last))


def _symbols(state: State) -> tuple[tuple[str, str], ...]:
    return tuple(state.registry.latex.items())


def _spliced(body: Tokens) -> Tokens:
    r"""The tokens with a bracket that is broken over rows (\left( \right. \left. \right)) joined."""
    out = list(body)
    at = 0
    while at < len(out) - 1:
        if out[at].is_word("right") and out[at + 1].is_op("."):
            later = next((n for n in range(at + 2, len(out) - 1) if out[n].is_word("left") and out[n + 1].is_op(".")), None)
            if later is not None:
                del out[later : later + 2]
                del out[at : at + 2]
                continue
        at += 1
    return tuple(out)


def _flowing(body: Tokens) -> Tokens:
    r"""The tokens without alignment, and without the ends of rows within which a formula goes on: inside brackets, behind an
    operator or before one, unless the next row is a statement that starts with a sign."""
    out: list[Token] = []
    inside = brackets = 0
    for n, t in enumerate(body):
        inside += t.is_word("begin") - t.is_word("end")
        if not inside:
            brackets += t.is_op("(", "[", "{") - t.is_op(")", "]", "}")
            if t.is_op("&"):
                continue
            if t.is_op("\\\\") and (brackets > 0 or _goes_on(out, body, n + 1)):
                continue
        out.append(t)
    return tuple(out)


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


def _signs(body: Tokens) -> tuple[Tokens, ...]:
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
    while before and (body[before - 1].kind == "digit" or body[before - 1].is_op(*".{}^-") or body[before - 1].is_word(*_BY)):
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


def _statements(r: Reader) -> list[Relation | Node]:
    found: list[Relation | Node] = []
    given: list[Node] = []
    head: Node | None = None
    fresh = True
    while True:
        fresh = _skip(r, found) or fresh
        t = r.peek()
        if t.kind == "end":
            break
        if _said(r, found, given):
            fresh = False
            continue
        if not fresh:
            raise r.unexpected("an operator, a relation sign or the end")
        if (rows := _system(r)) is not None:
            for row in rows:
                found += _statements(r.child(row))
        else:
            head = _chain(r, found, head)
        fresh = False
    if given:
        if not any(isinstance(s, Relation) for s in found):
            raise r.error("a condition without a statement")
        found = [replace(s, given=tuple(given)) if isinstance(s, Relation) else s for s in found]
    if not found:
        raise r.error("there is no formula")
    return _ranges(found)


def _ranges(found: list[Relation | Node]) -> list[Relation | Node]:
    """i = 1, 2, 3 as i in {1, 2, 3}: what follows the commas are further values of the index."""
    out: list[Relation | Node] = []
    for s in found:
        last = out[-1] if out else None
        if isinstance(s, Relation) or not isinstance(last, Relation) or not isinstance(last.lhs, Name) or not _value(s):
            out.append(s)
        elif last.op == "=" and _value(last.rhs):
            out[-1] = Relation(last.lhs, "in", Call("braces", (last.rhs, s)), last.given)
        elif last.op == "in" and isinstance(last.rhs, Call) and last.rhs.function == "braces":
            out[-1] = Relation(last.lhs, "in", Call("braces", (*last.rhs.args, s)), last.given)
        else:
            out.append(s)
    return out


def _value(node: Node) -> bool:
    return isinstance(node, Number) or node == Name("dots") or (isinstance(node, Neg) and _value(node.arg))


def _skip(r: Reader, found: list[Relation | Node]) -> bool:
    """Whether something that separates statements stood here, taken."""
    some = False
    while True:
        t = r.peek()
        if t.is_op(*_STOPS, "\\\\", "&") or t.is_word(*_ARROWS) or (t.is_word("rightarrow") and not some and not found):
            r.take()
            some = True
        elif t.kind == "text" and t.text.lower().strip(" ,.:;") in _JOINING:
            r.take()
            some = True
        elif t.wide and not some:
            some = True
            if t.is_op("(") or r.starts_factor():
                return some
        else:
            return some


def _said(r: Reader, found: list[Relation | Node], given: list[Node]) -> bool:
    """Whether a condition stands here ('for x > 0', (x > 0), \forall n), which is taken into `given`."""
    t = r.peek()
    if not found:
        return False
    if t.kind == "text" and t.text.lower().strip(" ,.:(") in _CONDITIONAL:
        opened = t.text.strip().startswith("(")
        r.take()
        if "all" in t.text.split():
            given.append(Call("for_all", tuple(compared(r))))
            return True
        _conditions(r, given)
        if opened and not (r.accept(")") or r.peek().kind == "text" and r.take().text.strip(" .,") == ")"):
            raise r.unexpected("')'")
        return True
    if t.is_word("forall"):
        _conditions(r, given)
        return True
    if t.is_op("("):
        def bracketed() -> list[Node]:
            r.take()
            if r.peek().kind == "text" and r.peek().text.lower().strip(" ,.:") in _CONDITIONAL:
                r.take()
            parts = _relations(r)
            if not r.accept(")"):
                raise r.unexpected("')'")
            return parts

        if parts := r.attempt(bracketed):
            given += parts
            return True
    return False


def _conditions(r: Reader, given: list[Node]) -> None:
    if r.peek().is_word("forall"):
        r.take()
        given.append(Call("for_all", tuple(compared(r))))
    else:
        given += _relations(r)
    while r.peek().is_op(",") and r.peek(1).kind != "end":
        saved = r.at
        r.take()
        more = r.attempt(lambda: _relations(r))
        if more is None:
            r.at = saved
            return
        given += more


def _relations(r: Reader) -> list[Node]:
    """Relations as conditions; FormulaError where there is none."""
    parts = compared(r)
    if not any(isinstance(p, Call) and p.function in CONDITIONS for p in parts):
        raise r.error("a condition states a relation")
    return parts


def _chain(r: Reader, found: list[Relation | Node], head: Node | None) -> Node:
    """One chain, its parts added to `found`; returns the left side that a further row may go on with."""
    start = r.peek()
    if head is not None and (op := r.look(lambda: relation_sign(r))):
        left: Node = head  # a further row that starts with its sign goes on with the chain
    else:
        if start.is_op("+", "-") and found and r.tokens[r.at - 1].is_op("\\\\"):
            raise r.error("a row that goes on with a sum stands alone")
        left = r.sum()
        check_depth(left, MAX_DEPTH)
    count = 0
    while (op := relation_sign(r)) is not None:
        right = member(r.sum()) if op == "in" else r.sum()
        check_depth(right, MAX_DEPTH)
        if left == Name("I") and (op == "in" or (op == "=" and isinstance(right, Number))):
            left = Name("i")  # an index, not the imaginary unit
        found.append(Relation(left, op, right))
        left = left if op in ("=", ":=", "==") else right
        count += 1
    if not count:
        if start.is_op("+"):
            raise r.error("the formula starts with an operator: it goes on with another one", start)
        found.append(left)
    return left


def _system(r: Reader) -> list[Tokens] | None:
    r"""The rows of a system \left\{ \begin{array} ... \end{array} \right. or \begin{cases} ... of equations; else None."""

    def read() -> list[Tokens]:
        braced = r.peek().is_word("left")
        if braced:
            r.take()
            r.take()
        start = r.peek()
        if not r.take().is_word("begin"):
            raise r.error("no system")
        name = "".join(t.text for t in r.script() if not t.is_op("*"))
        if name not in ("array", "aligned", "cases", "split", "gathered", "dcases", "alignedat", "align", "matrix"):
            raise r.error("no system")
        if name in ("array", "alignedat"):
            r.script()
        body = environment_body(r, name, start)
        if braced:
            r.take()
            r.take()
        if r.peek().kind != "end" and not r.peek().is_op(*_STOPS):
            raise r.error("no system")
        rows = [tuple(t for cell in row for t in cell) for row in rows_of(body)]
        if not all(any(t.is_op("=", "<", ">") or (t.kind == "word" and t.text in ("leq", "geq", "approx", "equiv")) for t in row) for row in rows):
            raise r.error("no system")
        return rows

    t = r.peek()
    if not (t.is_word("begin") or (t.is_word("left") and r.peek(1).written in ("\\{", "."))):
        return None
    return r.attempt(read)
