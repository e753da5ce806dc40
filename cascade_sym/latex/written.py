"""A SymPy expression as a written formula: signs, fractions, roots and the order of terms as in a paper.

SymPy keeps sums and products unordered and division as negative powers. Here they get the shape in which a
person would write them; the tree of `cascade_sym.formula` is the result, and that room typesets it. The value
never changes; roots of nonnegative parameters may be written under one root, as everywhere in the toolkit.
"""

from __future__ import annotations

import re

import sympy as sp
from sympy import Expr
from sympy.core.function import Application

from cascade_sym.formula import names_in, parse, to_latex, walk
from cascade_sym.formula.ast import Add, Call, Div, Integral, Name, Node, Number, Pow, Relation, negated, product
from cascade_sym.formula.lettering import ATOM, is_quotient, level_of, scripts
from cascade_sym.latex.monomials import gathered
from cascade_sym.latex.notation import FALLBACK, Notation
from cascade_sym.latex.order import Factors, Order, balanced_flip, flat, is_exponential, is_moment, rationalised
from cascade_sym.latex.scan import width
from cascade_sym.operators.integral import shown
from cascade_sym.program import BY_CLASS, BY_NAME, COMMANDS
from cascade_sym.symbols import is_real

HALF = sp.Rational(1, 2)
LONG_NUMERATOR = 26.0  # width in digits from which a bracket stands beside its fraction
_FUNCTIONS = tuple(BY_NAME[name].sympy for name in COMMANDS)
_ODD = tuple(f for f in _FUNCTIONS if BY_CLASS[f].parity < 0)
_INTEGRATION = re.compile(r"int\[(?P<variable>.+?)=(?P<lo>.+?)\.\.(?P<hi>.+)\]")
_VERBATIM = {sp.E: "e", -sp.oo: "-\\infty", sp.zoo: "\\tilde{\\infty}", sp.nan: "\\mathrm{NaN}"}
_CONSTANTS = {sp.oo: "oo", sp.pi: "pi", sp.I: "I"}
_RELATIONS = {"==": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Writer:
    """Turns expressions into written formulas; `names` collects the LaTeX of every name that occurs."""

    def __init__(self, notation: Notation = FALLBACK) -> None:
        self.notation = notation
        self.order = Order(notation.places)
        self.names: dict[str, str] = {}
        self.inline = False  # in an exponent: fractions are written on one line

    def node(self, e: Expr) -> Node:
        """`e` as a written formula."""
        sign, node = self.signed(e)
        return node if sign > 0 else negated(node)

    def latex(self, e: Expr) -> str:
        node = self.relation(e) if isinstance(e, sp.core.relational.Relational) else self.node(e)
        return self.typeset(node)

    def typeset(self, node: Node | Relation) -> str:
        return to_latex(node, self.names)

    def relation(self, e: sp.core.relational.Relational) -> Node | Relation:
        if e.rel_op not in _RELATIONS:
            return self.verbatim(self._by_sympy(e))
        return Relation(self.node(e.lhs), _RELATIONS[e.rel_op], self.node(e.rhs))

    def verbatim(self, latex: str) -> Node:
        """A piece of LaTeX as an atom of a written formula."""
        key = f"verbatim:{latex}"
        self.names[key] = latex
        return Name(key)

    def signed(self, e: Expr) -> tuple[int, Node]:
        """Sign and written form of the rest."""
        if e in _VERBATIM:
            return 1, self.verbatim(_VERBATIM[e])
        if e in _CONSTANTS:
            return 1, Name(_CONSTANTS[e])
        if isinstance(e, sp.Rational | sp.Float):
            return (-1, _number(-e)) if e < 0 else (1, _number(e))
        if isinstance(e, sp.Symbol):
            self.names[e.name] = self.notation.name(e.name)
            return 1, Name(e.name)
        if isinstance(e, sp.Add):
            return self.sum(e)
        if isinstance(e, (sp.Mul, *_ODD)):
            return self.product(e)
        if isinstance(e, sp.Pow):
            divides = e.exp.is_Rational and (e.exp < 0 or e.exp == HALF)
            return self.product(e) if divides else (1, self.power(e.base, e.exp))
        if isinstance(e, Application):
            return 1, self.call(e)
        if isinstance(e, sp.Integral) and all(len(limit) == 3 for limit in e.limits):
            return 1, self.integral(shown(e))
        return 1, self.verbatim(self._by_sympy(e))

    def measure(self, s: sp.Symbol) -> tuple[str, Node, Node]:
        """Variable and limits of an integration symbol as parts of a written formula."""
        m = _INTEGRATION.fullmatch(s.name)
        assert m is not None
        lo, hi = parse(m["lo"]), parse(m["hi"])
        for name in (m["variable"], *names_in(lo), *names_in(hi)):
            if name != "oo":
                self.names[name] = self.notation.name(name)
        return m["variable"], lo, hi

    def integral(self, e: sp.Integral) -> Node:
        """An integral between limits, over its variables from the inside outwards."""
        body = self.node(e.function)
        for variable, lo, hi in e.limits:
            self.names[variable.name] = self.notation.name(variable.name)
            body = Integral(body, variable.name, self.node(lo), self.node(hi))
        return body

    # -- sums ---------------------------------------------------------------------------------------------

    def sum(self, e: Expr) -> tuple[int, Node]:
        """A sum, its terms in the order in which they are written; where all are negative, minus their sum."""
        parts = [self.signed(t) for t in self.order.sorted_terms(sp.Add.make_args(e))]
        flip = all(s < 0 for s, _ in parts)
        signs = tuple(1 if flip else s for s, _ in parts)
        return (-1 if flip else 1), Add(tuple(n for _, n in parts), signs)

    def _reads_negative(self, e: Expr) -> bool:
        """Whether a bracket is better written as minus another: most of its terms are negative, or half of
        them and the one that the notation's order puts first."""
        terms = sorted(e.args, key=self.order.key)
        negative = [bool(t.as_coeff_Mul()[0].is_negative) for t in terms]
        twice = 2 * sum(negative)
        return twice > len(terms) or (twice == len(terms) and negative[0] and bool(self.notation.order))

    # -- products -----------------------------------------------------------------------------------------

    def product(self, e: Expr) -> tuple[int, Node]:
        """A product or quotient."""
        found, e = integrations(e)
        if found:
            sign, body = self.signed(e)
            for s in reversed(found):
                body = Integral(body, *self.measure(s))
            return sign, body
        number, powers = flat(e)
        sign = -1 if number < 0 else 1
        over, under = Factors(), Factors()
        for base, exponent in powers.items():
            below = bool(exponent.is_Rational and exponent < 0)
            sign *= self._place(under if below else over, base, -exponent if below else exponent)
        if sign < 0 and not self.inline and not self.notation.order:
            sign = balanced_flip(over)
        p, q = rationalised(number, over, under)
        if p != 1:
            over.numbers.insert(0, p)
        if q != 1:
            under.numbers.insert(0, q)
        return sign, self._quotient(over, under)

    def _place(self, side: Factors, base: Expr, exponent: Expr) -> int:
        """Put base^exponent on one side of the fraction line; returns the sign that it gave off."""
        if exponent == HALF:
            side.roots.append(base)
            return 1
        if isinstance(base, sp.Float):
            side.numbers.append(abs(base) ** exponent)
            return -1 if base < 0 else 1
        if isinstance(base, sp.Add) and exponent.is_Integer:
            flip = exponent % 2 == 1 and self._reads_negative(base)
            side.sums.append((-base if flip else base, exponent))
            return -1 if flip else 1
        flip = isinstance(base, _ODD) and exponent.is_Integer and self.signed(base.args[0])[0] < 0
        base = base.func(-base.args[0], evaluate=False) if flip else base
        whole = base if exponent == 1 else sp.Pow(base, exponent, evaluate=False)
        late = isinstance(base, (*_FUNCTIONS, sp.exp))
        (side.tail if late else side.plain).append(whole)
        return -1 if flip and exponent % 2 == 1 else 1

    def _quotient(self, over: Factors, under: Factors) -> Node:
        head, brackets, tail = self._pieces(over)
        below = [n for group in self._pieces(under) for n in group]
        if not below:
            return product([*head, *brackets, *tail]) if head or brackets or tail else Number("1")
        if under.tail or self.inline or not (head or brackets):
            top, rest = [*head, *brackets, *tail], []
        elif head or not self._short(brackets):
            top, rest = head, [*brackets, *tail]
        else:
            top, rest = brackets, tail
        return product([Div(product(top) if top else Number("1"), product(below)), *rest])

    def _pieces(self, side: Factors) -> tuple[list[Node], list[Node], list[Node]]:
        """(factors before a bracket, brackets, functions behind), each in order."""
        plain = sorted(side.plain, key=lambda f: (not f.is_number, is_moment(f), self.order.key(f)))
        head = [self.node(f) for f in (*side.numbers, *(f for f in plain if f is sp.I))]
        head += [*self._roots(side.roots), *(self.node(f) for f in plain if f is not sp.I)]
        sums = sorted(side.sums, key=lambda f: (self.order.key(f[0]), str(f[1])))
        inner = [(self.sum(s)[1], k) for s, k in sums]
        brackets: list[Node] = [node if k == 1 else Pow(node, self.node(k)) for node, k in inner]
        late = sorted(side.tail, key=lambda f: (not is_exponential(f), self.order.key(f)))
        return head, brackets, [self.power(f.base, f.exp) if isinstance(f, sp.Pow) else self.call(f) for f in late]

    def _roots(self, radicands: list[Expr]) -> list[Node]:
        """Square roots: of sums each by itself, of products of parameters under one root."""
        alone = [r for r in radicands if r.has(sp.Add) or not is_real(r)]
        joint = [r for r in radicands if r not in alone]
        apart: list[Expr] = []
        seen: set[sp.Symbol] = set()
        for r in joint:
            if r.free_symbols & seen:
                apart.append(r)
            seen |= r.free_symbols
        joint = [r for r in joint if r not in apart]
        out = sorted([*alone, *apart], key=self.order.key)
        if joint:
            out.append(sp.Mul(*joint))
        return [Call("sqrt", (self.node(r),)) for r in out]

    def script(self, e: Expr) -> Node:
        """`e` as an exponent."""
        outer, self.inline = self.inline, True
        node = self.node(e)
        self.inline = outer
        return node

    def _short(self, brackets: list[Node]) -> bool:
        """Whether a numerator that is one sum is better set above the line than behind 1/denominator."""
        if len(brackets) != 1:
            return False
        plain = not any(isinstance(n, Div) for _, n in walk(brackets[0]))
        return plain and width(self.typeset(brackets[0])) < LONG_NUMERATOR

    # -- powers and functions -----------------------------------------------------------------------------

    def power(self, base: Expr, exponent: Expr) -> Node:
        if exponent.is_Rational and exponent.p == 1 and exponent.q > 2:
            return Call("root", (self.node(base), Number(str(exponent.q))))
        node, above = self.node(base), self.script(exponent)
        if isinstance(base, sp.Symbol):
            nucleus, _, _, sup = scripts(latex := self.names[base.name])
            open_ended = level_of(latex) < ATOM or is_quotient(latex)
            if open_ended or sup or nucleus.startswith("{\\") or re.search(r"[(\[|]|angle", nucleus):
                return self.verbatim(f"\\left({latex}\\right)^{{{to_latex(above, self.names)}}}")
        return Pow(node, above)

    def call(self, e: Application) -> Node:
        if isinstance(e, sp.exp):
            return Call("exp", (self.script(gathered(e.args[0])),))
        known = BY_CLASS.get(type(e))
        if known and len(e.args) == 1 and not known.most > 2:
            return Call(known.name, (self.node(e.args[0]),))
        name = type(e).__name__
        if not e.args or not all(isinstance(a, Expr) for a in e.args) or isinstance(e, sp.Piecewise):
            return self.verbatim(self._by_sympy(e))
        self.names[name] = (known and known.latex) or self.notation.name(name)
        return Call(name, tuple(self.node(a) for a in e.args))

    def _by_sympy(self, e: sp.Basic) -> str:
        """Objects that have no written form here (matrices, integrals, cases), by SymPy's printer."""
        return sp.latex(e, symbol_names={s: self.notation.name(s.name) for s in e.atoms(sp.Symbol)})


def expr_latex(expr: Expr | int | float, notation: Notation = FALLBACK) -> str:
    r"""LaTeX of an expression (no delimiters), as it stands: nothing is folded or rearranged but the order.

    >>> e, a, b = sp.symbols("epsilon Gamma_SB Gamma_MP")
    >>> print(expr_latex(sp.sqrt(a)*sp.sqrt(b)*sp.sqrt(1 - e)/2))
    \frac{\sqrt{1 - \epsilon}\sqrt{\Gamma_{MP}\Gamma_{SB}}}{2}
    >>> print(expr_latex(-sp.Symbol("gamma_S0")*(sp.Symbol("n_S") + sp.Rational(1, 2))))
    -\gamma_{S0}\,\left(n_{S} + \frac{1}{2}\right)
    """
    return Writer(notation).latex(sp.sympify(expr))


def integrations(e: Expr) -> tuple[tuple[sp.Symbol, ...], Expr]:
    """The integration symbols that are factors of `e`, outermost first, and the rest.

    >>> from cascade_sym.operators import integration_symbol
    >>> t = sp.Symbol("t")
    >>> integrations(2*t*integration_symbol(t, 0, sp.oo))
    ((int[t=0..oo],), 2*t)
    """
    found = [f for f in sp.Mul.make_args(e) if isinstance(f, sp.Symbol) and _INTEGRATION.fullmatch(f.name)]
    if not found:
        return (), e
    return tuple(sorted(found, key=str)), sp.Mul(*(f for f in sp.Mul.make_args(e) if f not in found))


def _number(x: Expr) -> Node:
    if isinstance(x, sp.Float):
        mantissa, e, exponent = (repr(float(x)) if x._prec <= 53 else str(x)).partition("e")
        return Number(f"{mantissa}e{int(exponent)}" if e else mantissa)
    if x.q == 1:
        return Number(str(x.p))
    return Div(Number(str(x.p)), Number(str(x.q)))
