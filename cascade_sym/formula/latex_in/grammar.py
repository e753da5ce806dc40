r"""Sums, products and factors of a displayed formula, where nothing about its symbols need be declared.

Where a reader could differ, the grammar asks (`Reader.asks`): it takes the likelier way, notes the place, and takes the
other one when it is run again with that place turned. So what is ambiguous has its alternatives written out.
"""

from __future__ import annotations

from cascade_sym.formula.ast import Add, Call, Div, Mul, Name, Neg, Node, Number, Pow, Signed, added, product
from cascade_sym.formula.latex_in.look import Look
from cascade_sym.formula.latex_in.printed_alike import Tokens
from cascade_sym.formula.latex_in.reader_state import STARS, is_label, is_matrix, starred
from cascade_sym.formula.latex_in.symbols import Key, spelt
from cascade_sym.formula.latex_in.vectors import vectorial, vectors
from cascade_sym.formula.token_stream import Token
from cascade_sym.formula.walk import names_in

_HC = frozenset(("h.c.", "H.c.", "c.c.", "h.c", "H.c", "c.c", "C.c.", "H.C.", "C.C."))


class Reader(Look):
    """A stream of tokens of one formula; a group is read by another reader on its own tokens."""

    MAX_NESTING = 40
    NESTED = "brackets, scripts or fractions"

    # sums

    def sum(self) -> Node:
        return self.deeper(self._sum)

    def _sum(self) -> Node:
        terms: list[Signed] = []
        start = self.peek()
        op = self.accept("+", "-")
        while op or not terms:
            if terms and self._conjugate():
                terms = self._with_conjugate(terms, op, start)
            else:
                terms.append((-1 if op == "-" else 1, self.term()))
            op = self.accept("+", "-")
        return added(terms)

    def _with_conjugate(self, terms: list[Signed], op: str, start: Token) -> list[Signed]:
        last = terms[-1][1]
        if isinstance(last, Call) and last.function == "hc":
            raise self.error("h.c. stands twice, one behind the other")
        if op == "-":
            if len(terms) > 1:
                raise self.error("what '- h.c.' conjugates is not clear; write it out")
            sign, term = terms[0]
            return [(sign, term), (-sign, Call("dag", (term,)))]
        why = "h.c. may belong to all terms before it or to the last one"
        if len(terms) > 1 and self.depth <= 1 and self.asks(start, "conjugate", why):
            return [*terms[:-1], (1, Call("hc", (added(terms[-1:]),)))]
        return [(1, Call("hc", (added(terms),)))]

    def _conjugate(self) -> bool:
        """Whether h.c. or c.c. stands here, taken."""
        t = self.peek()
        if t.kind == "text" and t.text.strip(" ,") in _HC:
            self.take()
            return True
        if t.is_word("mathrm") or t.is_op("{"):
            saved = self.at
            body = self.attempt(self.script) or ()
            if body and body[0].is_word("mathrm"):
                body = self.child(body).attempt(lambda: self.child(body[1:]).script()) or ()
            if "".join(b.text for b in body) in _HC:
                return True
            self.at = saved
        for width in (4, 3):
            said = "".join(self.peek(n).text for n in range(width))
            if t.kind == "letter" and said in _HC:
                self.at += width
                return True
        return False

    def term(self) -> Node:
        """A product, or several joined by a tensor product."""
        node = self.product()
        while self.peek().is_word("otimes", "oplus"):
            name = "tensor" if self.take().text == "otimes" else "oplus"
            place = self.peek()
            right = self.product()
            if name == "tensor" and (inside := _sandwiched(node, right)) is not None:
                why = "whether the tensor product joins all that stands beside it is not clear; use brackets"
                if self.asks(place, "tensor", why):
                    node = inside
                    continue
            same = isinstance(node, Call) and node.function == name
            node = Call(name, (*(node.args if same else (node,)), right))  # type: ignore[attr-defined]
        return node

    # products

    def product(self) -> Node:
        factors = [self.factor()]
        while True:
            t = self.peek()
            if t.is_op("*") or t.is_word("cdot", "times", "ast"):
                self.take()
                self._times(factors, t)
            elif t.is_op("/"):
                self.take()
                factors = [Div(product(factors), self._denominator(), slash=True)]
            elif t.is_op("|") and self.peek(1).is_op("_") and not self.in_bars:
                factors = self._evaluated(factors, t)
            elif self.starts_factor() and not t.wide:
                if isinstance(factors[-1], Number) and t.kind == "digit":
                    raise self.error("two numbers stand side by side")
                if isinstance(factors[-1], Number) and "." in factors[-1].text and self._digits_in_brackets():
                    raise self.error("a value with its uncertainty in brackets is not read; write \\pm")
                self._applied(factors[-1])
                if isinstance(factors[-1], Number | Call) and (unit := self._micro(factors[-1])) is not None:
                    factors.append(unit)
                    continue
                factors.append(self.factor())
            else:
                return product(factors)

    def _evaluated(self, factors: list[Node], t: Token) -> list[Node]:
        r"""f|_{x=0} without \left."""
        from cascade_sym.formula.latex_in.brackets import place

        self.at += 2
        where = place(self, self.script())
        why = "what the bar evaluates is not clear; use \\left. \\right|"
        if len(factors) > 1 and self.asks(t, "evaluates", why):
            return [*factors[:-1], Call("at", (factors[-1], where))]
        return [Call("at", (product(factors), where))]

    def _applied(self, before: Node) -> None:
        """FormulaError where a bracket follows that is an argument of what is no symbol, as in (f + g)(t)."""
        from cascade_sym.formula.latex_in.brackets import bracket, opener
        from cascade_sym.formula.latex_in.call_arguments import single

        closed = self.tokens[self.at - 1]
        if opener(self) != "(" or self.peek().gap or not (closed.is_op(")", "]", "}", "|") or closed.is_word("rangle")):
            return
        (_, items), after = self.look(lambda: (bracket(self), self.peek())) or (("", [before]), closed)
        if after.is_op("^"):
            return  # the power needs the bracket
        lone = single(items[0]) and not isinstance(items[0], Neg)  # a sign needs its brackets in a product
        if not isinstance(before, Name) and names_in(before) and (len(items) > 1 or lone):
            raise self.error("whether this bracket is a factor or an argument of what stands before it is not clear")

    def _digits_in_brackets(self) -> bool:
        n = 1
        while self.peek(n).kind == "digit":
            n += 1
        return self.peek().is_op("(") and n > 1 and self.peek(n).is_op(")")

    def _micro(self, before: Node) -> Node | None:
        r"""The unit of 5 \mu m, taken, where \mu may be a prefix; None elsewhere."""
        t, after = self.peek(), self.peek(1)
        value = isinstance(before, Number) or (isinstance(before, Call) and before.function == "uncertain")
        unit = t.is_word("mu") and (after.kind == "text" or (after.kind == "letter" and after.text in "msWgKAVFJ"))
        if not value or not unit or not self._ends(2):
            return None
        if after.kind == "letter" and self.asks(t, "unit", f"\\mu {after.text} is a unit or a product of symbols"):
            return None
        self.at += 2
        return Name(self.state.registry.name(Key(f"micro{after.text}"), f"\\mu\\mathrm{{{after.text}}}"))

    def _times(self, factors: list[Node], t: Token) -> None:
        right = self._whole_element(self.factor())
        bras = [n for n, f in enumerate(factors) if isinstance(f, Call) and f.function == "bra"]
        if bras and isinstance(factors[-1], Call) and factors[-1].function == "ket":
            factors[bras[-1] :] = [product(factors[bras[-1] :])]  # <a|u|b> is one factor
        left = factors[-1]
        if t.is_word("cdot", "times") and (
            (isinstance(left, Name) and left.name.split("_")[0] == "nabla") or vectors(left, right, self.state.vectors)
        ):
            match left:
                case Call("dotp", (one, two)) if t.text == "times":
                    factors[-1] = Call("dotp", (one, Call("cross", (two, right))))
                case _:
                    factors[-1] = Call("dotp" if t.text == "cdot" else "cross", (left, right))
            return
        named = isinstance(left, Name) and isinstance(right, Name) and left != right
        why = "\\times between two symbols is a vector product or a product"
        if t.is_word("times") and named and self.asks(t, "cross", why, "times"):
            factors[-1] = Call("cross", (left, right))
            return
        if t.is_op("*") or t.is_word("ast"):
            called = all(isinstance(f, Call) and f.function in self.state.registry.latex for f in (left, right))
            if called and self.asks(t, "convolution", "* between two functions is a product or a convolution", "*"):
                factors[-1] = Call("convolution", (left, right))
                return
        factors.append(right)

    def _whole_element(self, node: Node) -> Node:
        """A bra with what follows up to its ket."""
        found = [node]
        while isinstance(found[0], Call) and found[0].function == "bra":
            last = found[-1]
            if (isinstance(last, Call) and last.function == "ket") or not self.starts_factor() or self.peek().wide:
                break
            found.append(self.factor())
        return product(found)

    def _denominator(self) -> Node:
        below = [self.factor()]
        while self.starts_factor() and not self.peek().wide:
            t = self.peek()
            unit = below[-1] == Name("k_B") and t.kind == "letter" and t.text == "T"
            imaginary = t.kind == "letter" and t.text == "i" and len(below) == 1 and self._ends(1)
            if unit or (isinstance(below[-1], Number) and (t.is_word("pi") or imaginary)):
                below.append(self.factor())
                continue
            if self.opens_state() or t.is_word("hat", "ket", "bra", "sum", "int"):
                break
            if self.asks(t, "slash", "what stands below the slash is not clear; use \\frac or brackets"):
                below.append(self.factor())
                while self.starts_factor() and not self.peek().wide:
                    below.append(self.factor())
            break
        return product(below)

    # factors

    def factor(self) -> Node:
        from cascade_sym.formula.latex_in.atom_rules import atom
        from cascade_sym.formula.latex_in.brackets import demanded, opener

        start = self.peek()
        square = opener(self) == "["
        node = self.deeper(lambda: atom(self))
        while True:
            t = self.peek()
            if t.is_op("!") and not demanded(self):
                self.take()
                if self.peek().is_op("!"):
                    raise self.error("a double factorial is not read")
                node = Call("factorial", (node,))
            elif square and t.is_op("_", "^") and self._between(t):
                node = Call("at", (node, *self._limits()))
            elif t.is_op("^"):
                self.take()
                node = self.superscript(node, self.script(), start)
            elif t.is_op("_") and isinstance(node, Call | Add | Mul | Div | Name):
                self.take()
                node = Call("sub", (node, self.label(self.script())))
            elif t.is_op("'"):
                raise self.error("a prime on something that is not a symbol")
            else:
                return node

    def _between(self, t: Token) -> bool:
        """Whether the scripts of a square bracket are the places between which it is evaluated, [x^2]_0^1."""
        limits = self.look(self._limits)
        why = "the scripts of a bracket are a label and a power, or its limits"
        return limits is not None and (isinstance(limits[0], Number | Neg) or self.asks(t, "limits", why))

    def _limits(self) -> tuple[Node, Node]:
        found: dict[str, Tokens] = {}
        while (op := self.accept("_", "^")) and op not in found:
            found[op] = self.script()
        return self.inner(found.get("_", ())), self.inner(found.get("^", ()))

    def superscript(self, node: Node, body: Tokens, start: Token) -> Node:
        """`node`, which is no symbol, with a superscript."""
        stars, rest = starred(body)
        for star in stars:
            node = Call(STARS[star.text], (node,))
        if not rest:
            if not stars:
                raise self.error("an empty superscript")
            return node
        if spelt(rest) in ("T", "top"):
            clear = len(rest) > 1 or rest[0].kind != "letter" or is_matrix(node) or vectorial(node, self.state.vectors)
            why = "the superscript 'T' is a transposition or a power"
            if clear or (not isinstance(node, Name) and not self.asks(start, "transposed", why)):
                return Call("transpose", (node,))
        if len(rest) == 1 and rest[0].is_word("circ"):
            return Call("degrees", (node,))
        if all(t.is_word("prime") or t.is_op("'") for t in rest):
            raise self.error("a prime on something that is not a symbol", start)
        if rest[0].is_word("otimes", "oplus"):
            return Call(f"{'tensor' if rest[0].text == 'otimes' else 'oplus'}_power", (node, self.inner(rest[1:])))
        if is_label(rest) and not isinstance(node, Number):
            raise self.error(f"the superscript '{spelt(rest)}' is a label, no power, on what is not a symbol", start)
        match node:
            case Call("matrix", (Call("row", (above,)), Call("row", (below,)))):
                node = Call("binom", (above, below))  # a column has no powers
        return Pow(node, self.inner(rest))

    def label(self, body: Tokens) -> Node:
        """A script that labels something: a name for it."""
        from cascade_sym.formula.latex_in.dirac import labels

        return labels(self.child(body))


def _sandwiched(left: Node, right: Node) -> Node | None:
    """U (u x v) U^+ where U u x v U^+ stands; None where the two are not between such."""
    if not (isinstance(left, Mul) and isinstance(right, Mul)):
        return None
    (first, *before), (*after, last) = left.factors, right.factors
    both = all(isinstance(f, Call) and f.function == "tensor" for f in (first, last))
    if not both and last not in (Call("dag", (first,)), Pow(first, Neg(Number("1")))):
        return None
    return product([first, Call("tensor", (product(before), product(after))), last])
