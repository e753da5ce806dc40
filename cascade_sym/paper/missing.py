"""What is missing in a formula: the value that a term or factor needs is solved for, then recognised.

At every place of the printed formula an unknown is put in; it is solved for numerically at three points from the
derived value, and written as a product of what the folder knows. Only candidates come out: each has to be proved.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.errors import CascadeError
from cascade_sym.exact.probe import number_at
from cascade_sym.formula import Environment, Node
from cascade_sym.formula.ast import Add, Call, Div, Integral, Mul, Name, Neg, Number, Pow, Sum
from cascade_sym.formula.edits.build import ONE, product, total
from cascade_sym.formula.numbers import CONSTANTS, NotNumeric, number_of
from cascade_sym.formula.walk import Path, at, replace_at, walk
from cascade_sym.operators import Op, OperatorPolynomial, as_operator
from cascade_sym.paper.compare import plain
from cascade_sym.paper.environment import value_of
from cascade_sym.paper.model import Model
from cascade_sym.paper.recognise import Atom, Products, Values, Written

POINTS = 3
PARTNER = {"sin": "cos", "cos": "sin"}
UNKNOWN = "unknown term"  # no name of a formula has a space
MOST_PLACES, MOST_OPERATORS, MOST_NAMES, MOST_PARTS = 40, 60, 60, 30
DEAREST_TERM, DEAREST_FACTOR = 6.0, 2.5
TOLERANCE = 1e-9
Coefficients = Mapping[Any, Expr]


@dataclass(frozen=True)
class Candidate:
    """A formula with a term or factor put in."""

    cost: float
    words: str
    node: Node


def candidates(
    node: Node, derived: Any, env: Environment, model: Model, beside: Sequence[Node] = (), left: Node | None = None
) -> list[Candidate]:
    """What `node` may be with one term or factor more, the shortest first.

    `beside` is what is printed beside it, `left` its own left side, which can't be in it. Nothing comes out for
    formulas that are neither numbers nor polynomials in operators.
    """
    search = _Search(node, derived, env, model, (node, *beside), left)
    found = {c.node: c for c in sorted(search.run(), key=_rank, reverse=True)}
    return sorted(found.values(), key=_rank)


def _rank(c: Candidate) -> tuple[float, str]:
    return round(c.cost, 6), str(c.node)


class _Search:
    def __init__(
        self, node: Node, derived: Any, env: Environment, model: Model, known: Sequence[Node], left: Node | None
    ) -> None:
        self.node, self.env, self.model, self.known, self.left = node, env, model, known, left
        self.target = plain(derived, model)
        self.scalars = {n: model.in_base(v) for n, v in env.names.items() if isinstance(v, Expr)}
        coefficients = self._coefficients(self.target)
        symbols = {s for e in (*coefficients.values(), *self.scalars.values()) for s in e.free_symbols}
        rng = random.Random(3)
        self.points = [{s: rng.uniform(0.15, 0.85) for s in sorted(symbols, key=str)} for _ in range(POINTS)]
        found = {m: self._numbers(e) for m, e in coefficients.items()}
        self.goals = {m: v for m, v in found.items() if v is not None}
        self.possible = bool(found) and len(self.goals) == len(found)

    def run(self) -> Iterator[Candidate]:
        if not self.possible:
            return
        with np.errstate(all="ignore"):  # an unknown that runs away ends as nan
            yield from self._run()

    def _run(self) -> Iterator[Candidate]:
        for path, part, factor in _places(self.node):
            try:
                value = value_of(part, self.env)
            except CascadeError:
                continue
            bracket = 0.0 if not path or isinstance(part, Add) else 1.0
            if not factor and isinstance(value, OperatorPolynomial):
                for operator, weight in self._operator_terms(path, part):
                    for w in self.products.like(weight):
                        term = product([*([w.node] if w.node != ONE or operator == ONE else []), operator])
                        yield from self._term(path, part, w, term, bracket + float(operator != ONE))
            elif isinstance(value, Expr | OperatorPolynomial):
                for w in self.products.like(self._scalar(path, part, factor)):
                    if factor:
                        yield from self._factor(path, part, w)
                    else:
                        yield from self._term(path, part, w, w.node, bracket)

    def _term(self, path: Path, part: Node, w: Written, term: Node, more: float) -> Iterator[Candidate]:
        multiple = bool(path) and any(n == part for _, n in walk(term))  # the part times something is no missing term
        if w.cost + more <= DEAREST_TERM and not multiple:
            whole = replace_at(self.node, path, total([(1, part), (w.sign, term)]))
            yield Candidate(w.cost + more, f"the term '{'-' if w.sign < 0 else ''}{term}' put in", whole)

    def _factor(self, path: Path, part: Node, w: Written) -> Iterator[Candidate]:
        two_slips = w.sign < 0 and not any(isinstance(n, Name) for _, n in walk(w.node))  # a sign and a number
        if w.cost <= DEAREST_FACTOR and w.node != ONE and not two_slips:
            whole = replace_at(self.node, path, _times(w, part))
            said = f"the factor '{'-' if w.sign < 0 else ''}{w.node}' put to '{part}'"
            yield Candidate(w.cost + 1.5, said, whole)

    # the unknown's value

    def _scalar(self, path: Path, part: Node, factor: bool) -> Values:
        """The number that has to be added to (or multiply) a part, at every point; nan where there is none."""
        none = np.full(POINTS, np.nan, complex)
        unknown = Name(UNKNOWN)
        probe = replace_at(self.node, path, product([unknown, part]) if factor else total([(1, part), (1, unknown)]))
        residual = self._residual(probe)
        if residual is None:
            return none
        start = 1.0 if factor else 0.0
        out = np.array([_root(partial(_first, residual, k), start) for k in range(POINTS)])
        if not np.all(np.isfinite(out)):
            return none
        for k in range(POINTS):
            left, scale = np.abs(residual(k, out[k])), np.abs(residual(k, start)).max()
            if not np.all(np.isfinite(left)) or left.max() > TOLERANCE * scale:
                return none
        return out

    def _residual(self, probe: Node) -> Callable[[int, complex], Values] | None:
        """Printed - derived of every coefficient, the one that is most wrong first, by point and unknown."""
        if isinstance(self.target, Expr):
            try:
                number_of(probe, {**self.values[0], UNKNOWN: 0.3})
                goal = self.goals[()]
                return lambda k, d: np.array([_number_of(probe, {**self.values[k], UNKNOWN: d})]) - goal[k]
            except NotNumeric:
                pass
            except (ArithmeticError, ValueError):
                return None
        symbol = Symbol(UNKNOWN)
        found = self._value(probe, {UNKNOWN: symbol})
        if found is None:
            return None
        names = list(dict.fromkeys((*self.goals, *found)))
        zero = np.zeros(POINTS, complex)
        parts = [(found.get(m, sp.S.Zero), self.goals.get(m, zero)) for m in names]

        def at_point(k: int, d: complex) -> Values:
            here = {**self.points[k], symbol: d}
            return np.array([_number(e, here) - goal[k] for e, goal in parts])

        order = np.argsort(-np.abs(at_point(0, 0.37)), kind="stable")
        parts = [parts[i] for i in order]
        return at_point

    def _operator_terms(self, path: Path, part: Node) -> Iterator[tuple[Node, Values]]:
        """Operators and the number that each has to be multiplied by, to be the term that is missing."""
        operators = self.operators
        symbols = [Symbol(f"{UNKNOWN} {i}") for i in range(len(operators))]
        added = [(1, product([Name(s.name), x])) for s, x in zip(symbols, operators, strict=True)]
        probe = replace_at(self.node, path, total([(1, part), *added]))
        found = self._value(probe, {s.name: s for s in symbols})
        if found is None:
            return
        zero = dict.fromkeys(symbols, 0.0)
        nothing = np.zeros(POINTS, complex)
        plainly = {m: np.array([_number(e, {**p, **zero}) for p in self.points]) for m, e in found.items()}
        names = list(dict.fromkeys((*self.goals, *found)))
        lacking = {m: self.goals.get(m, nothing) - plainly.get(m, nothing) for m in names}
        size = max((np.abs(v).max() for v in (*self.goals.values(), *plainly.values())), default=0.0)
        lacking = {m: v for m, v in lacking.items() if not np.all(np.abs(v) <= TOLERANCE * size)}
        if not lacking or not all(np.all(np.isfinite(v)) for v in lacking.values()):
            return
        for s, x in zip(symbols, operators, strict=True):
            inside = {m for m, e in found.items() if s in e.free_symbols}
            if not inside >= set(lacking):
                continue
            gain = {
                m: np.array([_number(found[m], {**p, **zero, s: 1.0}) for p in self.points]) - plainly[m]
                for m in inside
            }
            gain = {m: v for m, v in gain.items() if not np.all(np.abs(v) <= TOLERANCE * size)}
            if set(gain) != set(lacking):
                continue
            weights = [lacking[m] / gain[m] for m in lacking]
            if all(np.all(np.abs(w - weights[0]) <= TOLERANCE * np.abs(weights[0])) for w in weights):
                yield x, weights[0]

    # what is known

    def _value(self, probe: Node, unknowns: Mapping[str, Expr]) -> Coefficients | None:
        try:
            value = plain(value_of(probe, Environment({**self.env.names, **unknowns}, self.env.functions)), self.model)
        except (CascadeError, ArithmeticError, RecursionError):
            return None
        found = self._coefficients(value)
        new = {s for e in found.values() for s in e.free_symbols} - set(self.points[0]) - set(unknowns.values())
        for s in sorted(new, key=str):  # an integral that the derived value does not have
            for p, x in zip(self.points, (0.31, 0.47, 0.73), strict=True):
                p[s] = x
        return found or None

    def _coefficients(self, value: Any) -> Coefficients:
        if isinstance(value, Expr):
            return {(): value}
        return dict(as_operator(value).terms) if isinstance(value, OperatorPolynomial) else {}

    def _numbers(self, e: Expr) -> Values | None:
        found = [number_at(e, p) for p in self.points]
        return None if any(v is None for v in found) else np.array(found, complex)

    @cached_property
    def values(self) -> list[dict[str, complex]]:
        """The numbers that names stand for, at every point."""
        found = {n: self._numbers(v) for n, v in self.scalars.items()}
        return [{n: complex(v[k]) for n, v in found.items() if v is not None} for k in range(POINTS)]

    @cached_property
    def products(self) -> Products:
        """Products of names, of pi, and of the roots, brackets and functions that are printed."""
        used = [n.name for f in self.known for _, n in walk(f) if isinstance(n, Name)]
        symbols = {s for e in self._coefficients(self.target).values() for s in e.free_symbols}
        asked = [n for n, v in self.scalars.items() if v.free_symbols and v.free_symbols <= symbols]
        names = [n for n in dict.fromkeys((*used, *asked, *self.scalars)) if n in self.values[0]]
        nodes: list[Node] = [*[Name(n) for n in names if n not in CONSTANTS and Name(n) != self.left][:MOST_NAMES]]
        nodes.append(Name("pi"))
        nodes += [Add((ONE, n), (1, -1)) for n in nodes if isinstance(n, Name) and self._is_share(n.name)]
        nodes += [Call("sqrt", (n,)) for n in nodes if isinstance(n, Add)]
        for f in self.known:
            for _, n in walk(f):
                if isinstance(n, Call | Add) and n not in nodes:
                    nodes.append(n)
                if isinstance(n, Call) and n.function in PARTNER:
                    nodes.append(Call(PARTNER[n.function], n.args))
        atoms = []
        for n in dict.fromkeys(nodes[: MOST_NAMES + MOST_PARTS]):
            v = [_number_of(n, self.values[k]) for k in range(POINTS)]
            if np.all(np.isfinite(v)):
                strange = isinstance(n, Name) and n.name not in used
                atoms.append(Atom(n, np.array(v, complex), isinstance(n, Name), strange))
        return Products(atoms)

    def _is_share(self, name: str) -> bool:
        """Whether a parameter lies between 0 and 1, so that what is left of 1 has a meaning."""
        return name in self.model.parameters and self.model.range_of(name) == (0, 1)

    @cached_property
    def operators(self) -> list[Node]:
        """Operators by their names, as functions where they are printed as such, their adjoints, products, and 1."""
        there = {o.name for m in self.goals for o in m}
        calls = [n for f in self.known for _, n in walk(f) if isinstance(n, Call) and n.function != "dag"]
        found: list[Node] = [ONE]
        single: dict[Op, Node] = {}
        for n in dict.fromkeys((*calls, *(Name(n) for n in self.env.names))):
            try:
                value = value_of(n, self.env)
            except CascadeError:
                continue
            if n == self.left or not isinstance(value, OperatorPolynomial):
                continue
            if {o.name for m in value.terms for o in m} <= there:
                found += [n, Call("dag", (n,))]
            if [(len(m), c) for m, c in value.terms.items()] == [(1, 1)]:
                ((o,),) = value.terms
                single |= {o: n, Op(o.name, not o.dag): Call("dag", (n,))} if o not in single else {}
        words = [m for m in self.goals if len(m) > 1 and all(o in single for o in m)]
        return [*(product([single[o] for o in m]) for m in words), *found][:MOST_OPERATORS]


def _places(node: Node) -> Iterator[tuple[Path, Node, bool]]:
    """Where a term (False) or a factor (True) may be missing, outermost first; not below sums over an index."""
    count = 0
    for path, part in sorted(walk(node), key=lambda x: len(x[0])):
        above = [at(node, path[:i]) for i in range(len(path))]
        parent = above[-1] if above else None
        if any(isinstance(a, Sum | Integral) for a in above) or (isinstance(parent, Pow) and path[-1] == 1):
            continue
        number = isinstance(part, Number) and not (parent is None or isinstance(parent, Call))
        if not isinstance(parent, Add | Neg) and not number:
            yield path, part, False
            count += 1
        in_product = isinstance(parent, Mul | Neg | Div)
        if not in_product and not number:
            yield path, part, True
            count += 1
        if count > MOST_PLACES:
            return


def _times(w: Written, part: Node) -> Node:
    """The part with a factor and its sign."""
    above, below = (w.node.num, [w.node.den]) if isinstance(w.node, Div) else (w.node, [])
    if isinstance(part, Div):
        num, den = product([*([above] if above != ONE else []), part.num]), product([*below, part.den])
    else:
        num, den = product([*([above] if above != ONE else []), part]), product(below)
    out = num if den == ONE else Div(num, den)
    return Neg(out) if w.sign < 0 else out


def _root(f: Callable[[complex], complex], start: float) -> complex:
    """A zero of f by the secant method, its steps halved where they lead away; nan where it does not come."""
    a, b = np.complex128(start), np.complex128(start + 0.31)
    fa, fb = np.complex128(f(a)), np.complex128(f(b))
    for _ in range(60):
        if not np.isfinite(fb) or fb == fa:
            break
        step, was = -fb * (b - a) / (fb - fa), np.abs(fb)
        a, fa = b, fb
        for _ in range(5):
            b = a + step
            fb = np.complex128(f(b))
            if np.abs(fb) <= was:
                break
            step /= 2
    return b if np.abs(b - a) <= 1e-9 * np.abs(b) else complex(np.nan)


def _number(e: Expr, point: Mapping[Symbol, Any]) -> complex:
    """The value of an expression, nan where it has none."""
    found = number_at(e, dict(point))
    return complex(np.nan) if found is None else found


def _first(residual: Callable[[int, complex], Values], k: int, unknown: complex) -> complex:
    return complex(residual(k, unknown)[0])


def _number_of(node: Node, values: Mapping[str, complex]) -> complex:
    """The value of a formula, nan where it has none."""
    try:
        return number_of(node, values)
    except (NotNumeric, ArithmeticError, ValueError):
        return complex(np.nan)
