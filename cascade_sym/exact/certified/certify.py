"""Certificates of equalities: what the exact algebra found, written so that `recheck` can check it by itself.

The formulas are walked as `recheck` reads them; every root, absolute value and angle sum that is met is replaced by
what the field of the proof has for it, with a proof that it is the principal value. Where such a proof needs a sign
that is not known, both signs are proved one by one. A certificate that `recheck` rejects is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym import recheck
from cascade_sym.errors import CascadeError
from cascade_sym.exact.as_sympy import poly_to_expr
from cascade_sym.exact.atoms import Stand, canonical
from cascade_sym.exact.certified.as_read import FUNCTIONS, Forms
from cascade_sym.exact.certified.generators import Json, NoEvidence
from cascade_sym.exact.certified.pruned import prune
from cascade_sym.exact.certified.spelled import plain_names
from cascade_sym.exact.certified.turns import Finer, Turns
from cascade_sym.exact.convert import converter
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Fraction, by_power
from cascade_sym.symbols import Domains, formula_text, is_complex_symbol

MOST_CASES = 5  # signs that are not known and are proved one by one
LONG, SHARE = 12, 0.67  # terms of a part that is worth a shorter form, and what is shorter


class Open(Exception):
    """The sign of `text` decides how the proof goes on."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def certificate(left: Expr, right: Expr, domains: Domains) -> Json | None:
    """A certificate that two formulas in plain symbols, proved equal, are; None where it can't be written down.

    >>> a, b = sp.symbols("a b")
    >>> certificate((a**2 - b**2)/(a + b), a - b, Domains())
    {'left': '(a^2 - b^2)/(a + b)', 'right': 'a - b', 'complex': [], 'assumptions': [], 'proof': {'steps': []}}
    """
    try:
        new = plain_names(left.free_symbols | right.free_symbols)
        sides = [e.xreplace(new) for e in (left, right)]
        texts = [formula_text(e) for e in sides]
        kinds = sorted(s.name for e in sides for s in e.free_symbols if is_complex_symbol(s))
        claim: Json = {"left": texts[0], "right": texts[1], "complex": list(dict.fromkeys(kinds))}
        used: set[str] = set()
        proof = _proof(sides, texts, domains, {}, used)
        claim |= {"assumptions": sorted(used), "proof": proof}
        shorter = prune(claim, proof)
        said = set(_texts(proof))
        if shorter or not said >= used:
            claim["assumptions"] = [text for text in claim["assumptions"] if text in said]
            recheck.check(claim)
    except (CascadeError, NoEvidence, recheck.Rejected, RecursionError, ArithmeticError, KeyError):
        return None
    return claim


def _texts(x: Any) -> Iterator[str]:
    """All texts in a proof."""
    for inner in x.values() if isinstance(x, dict) else x if isinstance(x, list) else ():
        yield from [inner] if isinstance(inner, str) else _texts(inner)


def _proof(
    sides: list[Expr], texts: list[str], domains: Domains, given: Mapping[str, int], used: set[str],
    otherwise: Mapping[Any, Any] | None = None,
) -> Json:  # fmt: skip
    try:
        return _Walk(sides, texts, domains, given, used, otherwise or {}).proof()
    except Otherwise as found:
        if otherwise and len(otherwise) > 4:
            raise NoEvidence from found
        return _proof(sides, texts, domains, given, used, {**(otherwise or {}), **found.roots})
    except Finer as found:
        return _proof(sides, texts, domains, given, used, {**(otherwise or {}), **found.parts})
    except Open as found:
        if len(given) >= MOST_CASES or found.text in given:
            raise NoEvidence from found
        plus, minus = (_proof(sides, texts, domains, {**given, found.text: sign}, used) for sign in (1, -1))
        return {"split": found.text.replace("**", "^"), "plus": plus, "minus": minus}


class Otherwise(Exception):
    """Roots (as generators) and angles are to be written otherwise."""

    def __init__(self, roots: Mapping[Any, Expr]) -> None:
        super().__init__()
        self.roots = roots


class _Walk:
    """One case: both formulas are walked in the order in which they are checked."""

    def __init__(
        self, sides: list[Expr], texts: list[str], domains: Domains, given: Mapping[str, int], used: set[str],
        otherwise: Mapping[Any, Any],
    ) -> None:  # fmt: skip
        self.otherwise, self.given = otherwise, given
        self._forms = Forms(sides, domains, given, otherwise)
        self.conv, _ = converter([*map(self._forms.standard, sides), sp.I, *self._forms.inner(sides)], domains, given)
        self.trees = [recheck.parsed(t) for t in texts]
        self._divisors = frozenset[int]().union(*map(recheck.divisors, self.trees))
        self.evidence = Turns(self.conv, domains, given, used)
        self.evidence.parts = {s: n for s, n in otherwise.items() if isinstance(s, Stand) and isinstance(n, int)}
        self.evidence.cancelled = self._forms.logs.used
        self._sizes: dict[int, int] = {}
        self._values: dict[int, Fraction] = {}
        self._done: dict[tuple[Any, int], Fraction] = {}

    def proof(self) -> Json:
        evidence = self.evidence
        for n, text in enumerate(self.given):
            tree = recheck.parsed(text.replace("**", "^"))
            self.trees.append(tree)
            evidence.case(n, self.value(tree), self.given[text])
        left, right = (self.value(tree) for tree in self.trees[:2])
        difference = left - right
        if not difference.is_zero:
            if found := evidence.instead(difference):
                raise Otherwise({found[0]: self.conv.expr(found[1])})
            self._as_others(difference)
            self._ask()
        return {"steps": evidence.steps}

    def _as_others(self, difference: Fraction) -> None:
        """An angle that is a sum of others is written so."""
        places = {s: i for s, i in self.conv.places.items() if isinstance(s, Stand) and s not in self.otherwise}
        meaning = list(self.conv.field.meaning)
        for s, i in places.items():
            meaning[i] = s
        for p, _ in polynomial_factors(difference.num)[1]:
            linear = {s: by_power(p, i) for s, i in places.items() if p.degrees()[i] == 1}
            sizes = {s: abs(int(q[1].leading_coefficient())) for s, q in linear.items() if q[1].is_constant()}
            for s in sorted(sizes, key=lambda s: (sizes[s], -len(str(s.argument)), str(s))):
                rest, lead = (linear[s].get(k, 0 * p) for k in (0, 1))
                raise Otherwise({s: sp.expand(-poly_to_expr(rest, meaning) / int(lead.leading_coefficient()))})

    def _ask(self) -> None:
        unknown = [name for name in self.conv.tower.unknown if name not in self.given]
        raise Open(unknown[0]) if unknown else NoEvidence

    # -- values

    def value(self, node: ast.expr) -> Fraction:
        """The element that a formula is, once what it needs is proved."""
        key = recheck.key(node)
        if key not in self._values:
            value = self._values[key] = self._value(node)
            self._shorten(node, value)
        return self._values[key].within(self.conv.field)

    def _shorten(self, node: ast.expr, value: Fraction) -> None:
        """Where a part is much longer as it is written, its short form is a step of its own."""
        size = self._sizes
        match node:
            case ast.BinOp(left, ast.Pow(), right) if getattr(recheck.number(right), "denominator", 0) == 1:
                terms = size.get(recheck.key(left), 1) ** abs(recheck.number(right))
            case ast.BinOp(left, ast.Add() | ast.Sub(), right):
                terms = size.get(recheck.key(left), 1) + size.get(recheck.key(right), 1)
            case ast.BinOp(left, ast.Mult(), right):
                terms = size.get(recheck.key(left), 1) * size.get(recheck.key(right), 1)
            case ast.BinOp(left, ast.Div(), _):
                terms = size.get(recheck.key(left), 1)
            case _:
                terms = len(value.num)
        if isinstance(node, ast.BinOp) and terms >= LONG and len(value.num) < SHARE * terms:
            step = {"root": 1, "of": recheck.written(node), "is": self.evidence.element(value)}
            self.evidence.steps.append(step)
            terms = len(value.num)
        size[recheck.key(node)] = terms

    def _value(self, node: ast.expr) -> Fraction:
        field = self.conv.field
        match node:
            case ast.Set([ast.Constant(str(digits))]):
                q = sp.Rational(digits)
                return field.rational(int(q.p), int(q.q))
            case ast.Name():
                return self.conv(self._forms.symbol(recheck.written(node)))
            case ast.UnaryOp(ast.USub(), operand):
                return -self.value(operand)
            case ast.BinOp(left, ast.Pow(), right) if recheck.number(right) is None:
                return self._by_rule("^", [left, right])
            case ast.BinOp(left, ast.Pow(), right):
                q = recheck.number(right)
                base = self.value(left) if q.denominator == 1 else self._root(left, q.denominator)
                if q < 0:
                    self.evidence.below(recheck.written(left), self.value(left))
                return base**q.numerator
            case ast.BinOp(left, op, right):
                a, b = self.value(left), self.value(right)
                if isinstance(op, ast.Add | ast.Sub):
                    return a + b if isinstance(op, ast.Add) else a - b
                if isinstance(op, ast.Mult):
                    return a * b
                if recheck.key(right) in self._divisors:
                    self.evidence.below(recheck.written(right), b)
                elif not b.is_zero:
                    self.evidence.whole(b)
                return a / b
            case ast.Call(func, args) if recheck.written(func) in recheck.RULES:
                return self._by_rule(recheck.written(func), args)
            case ast.Call(ast.Name(), [arg]):
                return self._function(recheck.written(node.func), arg)
        raise NoEvidence

    def _by_rule(self, name: str, args: list[ast.expr]) -> Fraction:
        self.trees.append(recheck.rule(name, args))
        return self.value(self.trees[-1])

    def _root(self, arg: ast.expr, q: int) -> Fraction:
        if (own := (q, recheck.key(arg))) not in self._done:
            radicand = self.value(arg)
            w = self._written_otherwise(self.conv.tower.root(radicand, q))
            found = self.evidence.principal(w.within(self.conv.field), q)
            if found is None:
                self._ask()
            self.evidence.steps.append({"root": q, "of": recheck.written(arg), **(found or {})})
            self._done[own] = w
        return self._done[own]

    def _written_otherwise(self, w: Fraction) -> Fraction:
        for i, e in ((i, e) for i, e in self.otherwise.items() if isinstance(i, int)):
            parts = by_power(w.num, i) if i < len(w.num.degrees()) and w.num.degrees()[i] else {}
            if parts:
                total = w.field.integer(0)
                for k, part in parts.items():
                    total = total + w.field.fraction(part, w.den) * self.conv(canonical(e)) ** k
                w = total
        return w

    def _function(self, name: str, arg: ast.expr) -> Fraction:
        if name in ("conj", "abs") and not self.evidence.settled(self.value(arg)):
            self._ask()
        if name == "conj":
            return self.conv.tower.conj(self.value(arg))
        if (own := (name, recheck.key(arg))) not in self._done:
            text = recheck.written(arg)
            if name == "abs":
                w = self.conv.tower.abs(self.value(arg))
                claim = self.evidence.claim(w)
                if claim is None:
                    self._ask()
                self.evidence.steps.append({"root": "abs", "of": text, "is": self.evidence.element(w), "claim": claim})
            else:
                w = self._by_exponential(name, arg, text)
            self._done[own] = w
        return self._done[own]

    def _by_exponential(self, name: str, arg: ast.expr, text: str) -> Fraction:
        if name in ("log", "arctan"):
            value = self.value(arg)
            if recheck.key(arg) in self._divisors:
                self.evidence.below(text, value)
        else:
            self._prepare(arg)
        angle = self._forms.sympy(arg)
        w = self._forms.standard(FUNCTIONS[name](angle))
        if name in ("log", "arctan"):
            try:
                found = self.evidence.logarithm(w if name == "log" else 2 * sp.I * w, name == "log")
            except NoEvidence:
                self._ask()
        else:
            found = self.evidence.angles(name, self._forms.standard(angle))
        self.evidence.steps.append({"sum": name, "of": text, **found})
        return self.conv(w)

    def _prepare(self, node: ast.expr) -> None:
        """What is inside an angle or exponent is replaced."""
        calls = [recheck.written(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)]
        if set(calls) - {"conj", "Re", "Im"} or any(map(self._is_root, ast.walk(node))):
            self.value(node)

    def _is_root(self, node: ast.AST) -> bool:
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)):
            return False
        q = recheck.number(node.right)
        return q is None or q.denominator > 1
