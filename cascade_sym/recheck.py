"""A second opinion: checks the certificates of a ledger with nothing but integers, nothing of the toolkit or of SymPy.

`python -m cascade_sym.recheck LEDGER.json` (the same as `cascade-sym recheck`) reads what `verify --json` or `paper`
wrote; the README of the folders says what a certificate holds. It proves left = right at every point where its
`assumptions` hold and both sides have a value. Exit code: 0 nothing is rejected, 1 something is, 2 no ledger.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import product
from math import gcd
from pathlib import Path
from typing import Any, NamedTuple

BITS = 24  # of the exponent of one generator in a monomial, which is one integer; its lowest field is the degree
FIELD = (1 << BITS) - 1
MOST_DEGREE, MOST_WORK, MOST_BITS, MOST_LENGTH = 1 << 13, 40_000_000, 1_000_000, 400_000
MOST_DIGITS, MOST_EXPONENT, MOST_ROOT, MOST_CASES, MOST_CORNERS = 400, 999, 64, 8, 8
Poly = dict[int, int]
Steps = Iterator[list[Any]]
ONE: Poly = {0: 1}


class Rejected(Exception):
    """What a certificate says does not follow."""


class NoLedger(Exception):
    """What was given is no ledger."""


def need(holds: Any, why: str) -> None:
    if not holds:
        raise Rejected(why)


# -- formulas: Python's parser reads them, once names, numbers and powers are written so that it can ------------------

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?(?![\w.]))|(?P<name>[A-Za-z][A-Za-z0-9_]*'*)"
    r"|(?P<gen>@[0-9]+)|(?P<op>\*\*|//|[-+*/^(),]))\s*"
)
RELATION = re.compile(r"(>=|<=|!=|~=|:=|=|>|<)")
RULES = {
    "sqrt": "({0})^(1/2)", "tan": "sin({0})/cos({0})", "cot": "cos({0})/sin({0})", "sec": "1/cos({0})",
    "csc": "1/sin({0})", "sinh": "(exp({0})-exp(-({0})))/2", "cosh": "(exp({0})+exp(-({0})))/2",
    "tanh": "sinh({0})/cosh({0})", "coth": "cosh({0})/sinh({0})", "sech": "1/cosh({0})", "csch": "1/sinh({0})",
    "Re": "(({0})+conj({0}))/2", "Im": "(({0})-conj({0}))/2/I", "sgn": "({0})/abs({0})",
    "min": "(({0})+({1})-abs(({0})-({1})))/2", "max": "(({0})+({1})+abs(({0})-({1})))/2",
}  # fmt: skip
BASIC = ("exp", "cos", "sin", "abs", "conj")
WRITTEN = str.maketrans({"ν": "", "ξ": "@", "ʹ": "'", "{": "", "}": "", "'": ""})
Key = tuple[Any, str]  # a root (its degree) or function (its name), and of what


def source(text: Any, names: Mapping[str, str], gens: bool) -> str:
    need(isinstance(text, str) and text.isascii() and len(text) <= MOST_LENGTH, "a formula is a text, not too long")
    out, at = [], 0
    while at < len(text):
        m = TOKEN.match(text, at)
        need(m and (gens or not m["gen"]), f"not a formula: {text[at : at + 30]!r}")
        assert m is not None
        token, at = str(m[m.lastgroup or 0]), m.end()
        if m["number"]:
            need(len(token) <= MOST_DIGITS, "a number is too long")
            token = f"{{'{token}'}}"
        elif m["name"]:
            written = token in names and text[at : at + 1] != "("
            token = f"({source(names[token], {}, gens)})" if written else "ν" + token.replace("'", "ʹ")
        out.append(token.replace("^", "**").replace("@", "ξ"))
    return " ".join(out)


def parsed(text: Any, names: Mapping[str, str] | None = None, gens: bool = False) -> ast.expr:
    """The tree of a formula, its functions written by RULES; `names` stand for formulas, `gens` may occur."""
    try:
        return Written().visit(ast.parse(source(text, names or {}, gens), mode="eval").body)  # type: ignore[no-any-return]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        raise Rejected(f"not a formula: {str(text)[:60]!r}") from err


def written(node: ast.expr) -> str:
    """A part of a formula as certificates write it."""
    return ast.unparse(node).translate(WRITTEN).replace(" ** ", "^").replace("**", "^")


class Written(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        need(isinstance(node.func, ast.Name) and node.args and not node.keywords, "not a formula")
        name, args = written(node.func), [written(a) for a in node.args]
        need(name in RULES or name in BASIC, f"{name} is not among the functions that are checked")
        while len(args) > 2 and name in ("min", "max"):
            args = [f"{name}({args[0]},{args[1]})", *args[2:]]
        need(len(args) == (2 if name in ("min", "max") else 1), f"{name} of {len(args)} arguments")
        return parsed(RULES[name].format(*args), gens=True) if name in RULES else node


def keys(node: ast.AST) -> Iterator[tuple[Key, ast.expr]]:
    """What has to be replaced, a root or a function, and what is divided by ("/")."""
    match node:
        case ast.Call(ast.Name(), [arg]):
            yield (written(node.func), written(arg)), arg
        case ast.BinOp(left, ast.Pow(), right):
            q = exponent(right)
            if q.denominator > 1:
                yield (q.denominator, written(left)), left
            if q < 0:
                yield ("/", written(left)), left
        case ast.BinOp(_, ast.Div() | ast.FloorDiv(), right):
            yield ("/", written(right)), right


def exponent(node: ast.expr) -> Fraction:
    value = Leaf({"assumptions": (), "complex": ()}, {}, []).of(node)
    need(not value.den and set(value.num) <= {0}, "an exponent that is no rational number")
    q = Fraction(value.num.get(0, 0), value.c)
    need(abs(q.numerator) <= MOST_EXPONENT and q.denominator <= MOST_ROOT, "an exponent is too large")
    return q


# -- polynomials ------------------------------------------------------------------------------------------------------


def total(p: Poly, q: Poly, c: int = 1) -> Poly:
    out = dict(p)
    for m, b in q.items():
        out[m] = out.get(m, 0) + c * b
    return {m: b for m, b in out.items() if b}


def multiple(p: Poly, q: Poly) -> bool:
    """Whether p = c q with c > 0."""
    m = max(q, default=0)
    c, d = p.get(m, 0), q.get(m, 0)
    return c * d > 0 and set(p) == set(q) and all(a * d == c * q[n] for n, a in p.items())


class Ring:
    """Polynomials in generators 1, 2, ... with integer coefficients, and relations gen^degree = polynomial."""

    def __init__(self) -> None:
        self.work = self.size = 0
        self.relations: list[tuple[int, int, Poly]] = []

    def gen(self, k: int) -> Poly:
        return {(1 << BITS * k) + 1: 1}

    def spend(self, work: int) -> None:
        self.work += work
        need(self.work < MOST_WORK, "more work than is allowed")

    def mul(self, p: Poly, q: Poly) -> Poly:
        self.spend(len(p) * len(q))
        high = sum(max((m & FIELD for m in f), default=0) for f in (p, q))
        need(high < MOST_DEGREE, "a degree is too high")
        out: Poly = {}
        for m, a in p.items():
            for n, b in q.items():
                out[m + n] = out.get(m + n, 0) + a * b
        return {m: b for m, b in out.items() if b}

    def power(self, p: Poly, k: int) -> Poly:
        need(k * max((abs(c).bit_length() for c in p.values()), default=0) < MOST_BITS, "a number is too long")
        out = ONE
        for bit in bin(k)[2:]:
            out = self.mul(out, out)
            out = self.mul(out, p) if bit == "1" else out
        return out

    def split(self, p: Poly, k: int) -> dict[int, Poly]:
        """The coefficients of a polynomial in generator k, by its powers."""
        parts: dict[int, Poly] = {}
        for m, c in p.items():
            d = m >> BITS * k & FIELD
            parts.setdefault(d, {})[m - d * ((1 << BITS * k) + 1)] = c
        return parts

    def variables(self, p: Poly) -> list[int]:
        every = 0
        for m in p:
            every |= m
        return [k for k in range(1, self.size + 1) if every >> BITS * k & FIELD]

    def reduce(self, p: Poly) -> Poly:
        again = True
        while again:
            again = False
            for k, degree, value in reversed(self.relations):
                if all(m >> BITS * k & FIELD < degree for m in p):
                    continue
                again, parts = True, self.split(p, k)
                p, power, last = {}, ONE, 0
                for d in sorted(parts):
                    times, rest = divmod(d, degree)
                    power, last = self.mul(power, self.power(value, times - last)), times
                    p = total(p, self.mul(self.mul(parts[d], self.power(self.gen(k), rest)), power))
        return p

    def composed(self, p: Poly, k: int, above: Poly, below: Poly) -> Poly:
        """below^d p at generator k = above/below, with d the degree of p in it."""
        parts = self.split(p, k)
        d, out = max(parts, default=0), dict[int, int]()
        for j, part in parts.items():
            out = total(out, self.mul(part, self.mul(self.power(above, j), self.power(below, d - j))))
        return out

    def divided(self, p: Poly, f: Poly) -> Poly | None:
        """p/f where that is a polynomial."""
        guard = sum(1 << BITS * (k + 1) - 1 for k in range(self.size + 1))
        lead, tail = max(f), min(f)
        if ((min(p) | guard) - tail) & guard != guard or p[min(p)] % f[tail]:
            return None
        rest, out, heap = dict(p), dict[int, int](), [-m for m in p]
        heapify(heap)
        while heap:
            if not (c := rest.get(m := -heappop(heap), 0)):
                continue
            if ((m | guard) - lead) & guard != guard or c % f[lead]:
                return None
            t, out[m - lead] = m - lead, c // f[lead]
            self.spend(len(f))
            for n, b in f.items():
                if n + t not in rest:
                    heappush(heap, -n - t)
                rest[n + t] = rest.get(n + t, 0) - out[t] * b
        return out


class Value(NamedTuple):
    """num/(c prod factor^k), the factors by their numbers."""

    num: Poly
    c: int = 1
    den: tuple[tuple[int, int], ...] = ()


class Range(NamedTuple):
    """Real numbers from low to high; `above` and `below`: without that edge."""

    low: Fraction | None = None
    high: Fraction | None = None
    above: bool = False
    below: bool = False

    @property
    def sign(self) -> int:
        return 1 if self.low is not None and self.low >= 0 else -1 if self.high is not None and self.high <= 0 else 0

    @property
    def nonzero(self) -> bool:
        end, edge = (self.low, self.above) if self.sign > 0 else (self.high, self.below)
        return self.sign != 0 and (end != 0 or edge)


WAVE = Range(Fraction(-1), Fraction(1))
PI = Range(Fraction("3.14159265358979323846"), Fraction("3.14159265358979323847"), True, True)


# -- proofs -----------------------------------------------------------------------------------------------------------


class Leaf(Ring):
    """One case of a proof, and what its steps have established so far."""

    def __init__(self, claim: Mapping[str, Any], parts: Mapping[Key, tuple[ast.expr, bool]], cases: list[Any]) -> None:
        super().__init__()
        self.claim, self.parts, self.cases, self.told = claim, parts, cases, 0
        self.names: dict[str, int] = {}
        self.ranges: dict[int, Range] = {}  # of the real generators
        self.turned: dict[int, Value] = {}  # conjugates of others
        self.roots: dict[int, tuple[int, Poly]] = {}
        self.angles: dict[int, tuple[Value, int]] = {}  # of exponentials (0), and of cosines with their sines
        self.facts: list[tuple[Poly, bool]] = []
        self.factors: list[Poly] = []
        self.nonzero: set[int] = set()
        self.replaced: dict[Key, Value] = {}
        self._seen: dict[int, tuple[ast.AST, Value]] = {}
        k = self.named("I")
        self.i = Value(self.gen(k))
        self.relations.append((k, 2, {0: -1}))
        self.turned[k] = self.times(self.i, Value({0: -1}))

    def named(self, name: str, new: bool = False) -> int:
        """The generator of a name; those of roots and angles (@1) are made by steps, once each."""
        need(name != "oo" and (name[0] != "@" or new != (name in self.names)), f"{name} is made twice, or never")
        if name not in self.names:
            self.size += 1
            self.names[name] = self.size
            if name == "pi":
                self.ranges[self.size] = PI
            elif name in self.claim["complex"]:
                self.turned |= {self.size: Value(self.gen(self.size + 1)), self.size + 1: Value(self.gen(self.size))}
                self.size += 1
            elif name[0] != "@" and name != "I":
                self.ranges[self.size] = Range()
        return self.names[name]

    def relation(self, text: str) -> tuple[Value, str]:
        """left - right of an assumption, and its sign."""
        need(text in self.claim["assumptions"] and len(RELATION.split(text)) == 3, f"{text} is not assumed")
        left, op, right = RELATION.split(text)
        return self.minus(*(self.of(parsed(side), False) for side in (left, right))), op

    # -- values

    def made(self, num: Poly, c: int, den: Mapping[int, int]) -> Value:
        num, left = self.reduce(num), dict[int, int]()
        for f, k in sorted(den.items()) if num else ():
            while k and (less := self.divided(num, self.factors[f])) is not None:
                num, k = less, k - 1
            left |= {f: k} if k else {}
        g = gcd(c, *num.values())
        return Value({m: b // g for m, b in num.items()}, c // g, tuple(left.items()))

    def plus(self, v: Value, w: Value) -> Value:
        den, c = dict(v.den), v.c * w.c // gcd(v.c, w.c)
        for f, k in w.den:
            den[f] = max(k, den.get(f, 0))
        out: Poly = {}
        for num, own, below in (v, w):
            num = {m: b * (c // own) for m, b in num.items()}
            for f, k in den.items():
                num = self.mul(num, self.power(self.factors[f], k - dict(below).get(f, 0)))
            out = total(out, num)
        return self.made(out, c, den)

    def times(self, *values: Value) -> Value:
        num, c, den = ONE, 1, dict[int, int]()
        for v in values:
            num, c = self.reduce(self.mul(num, v.num)), c * v.c
            for f, k in v.den:
                den[f] = den.get(f, 0) + k
        return self.made(num, c, den)

    def minus(self, v: Value, w: Value) -> Value:
        return self.plus(v, Value({m: -b for m, b in w.num.items()}, w.c, w.den))

    def raised(self, v: Value, k: int, strict: bool = True) -> Value:
        v = v if k >= 0 else self.inverse(v, strict)
        need(v.c.bit_length() * abs(k) < MOST_BITS, "a number is too long")
        return self.made(self.power(v.num, abs(k)), v.c ** abs(k), {f: n * abs(k) for f, n in v.den})

    def inverse(self, v: Value, strict: bool) -> Value:
        """1/v; unless the formulas themselves divide by it (not `strict`), v must be known to have no zero."""
        c, found = self.factored(v.num, strict)
        num: Poly = {0: v.c if c > 0 else -v.c}
        for f, k in v.den:
            num = self.mul(num, self.power(self.factors[f], k))
        return self.made(num, abs(c), found)

    def factored(self, p: Poly, strict: bool) -> tuple[int, dict[int, int]]:
        """Content and factors of a polynomial that is not zero; unless `strict`, they are not from now on."""
        need(p, "a division by zero")
        c, found = gcd(*p.values()), dict[int, int]()
        p = {m: b // c for m, b in p.items()}
        self.factors += [g for k in self.variables(p) if (g := self.gen(k)) not in self.factors]
        for f, factor in enumerate(self.factors):
            while len(p) + max(p) > 1 and (less := self.divided(p, factor)) is not None:
                p, found[f] = less, found.get(f, 0) + 1
        if p[max(p)] < 0:
            c, p = -c, {m: -b for m, b in p.items()}
        if p != ONE:
            found[len(self.factors)] = 1
            self.factors.append(p)
        need(not strict or self.nonzero >= set(found), "a division by what may be zero")
        self.nonzero |= set(found)
        return c, found

    def same(self, v: Value, w: Value) -> bool:
        return not self.minus(v, w).num

    def real(self, v: Value) -> bool:
        return all(k in self.ranges for p in (v.num, *(self.factors[f] for f, _ in v.den)) for k in self.variables(p))

    def conj(self, v: Value) -> Value:
        below = [self.raised(self.conjugate(self.factors[f]), -k, False) for f, k in v.den]
        return self.times(self.conjugate(v.num), Value(ONE, v.c), *below)

    def conjugate(self, p: Poly) -> Value:
        k = next((k for k in self.variables(p) if k not in self.ranges), None)
        if k is None:
            return Value(p)
        need(k in self.turned, "a conjugate that is not known")
        out = Value({})
        for j, part in self.split(p, k).items():
            out = self.plus(out, self.times(self.conjugate(part), self.raised(self.turned[k], j)))
        return out

    def of(self, node: ast.expr, strict: bool = True) -> Value:
        """The value of a formula."""
        if id(node) not in self._seen:
            self._seen[id(node)] = node, self._of(node, strict)
        return self._seen[id(node)][1]

    def _of(self, node: ast.expr, strict: bool) -> Value:
        match node:
            case ast.Set([ast.Constant(str(digits))]):
                q = Fraction(digits)
                return Value({0: q.numerator} if q else {}, q.denominator)
            case ast.Name(name):
                return Value(self.gen(self.named(name.translate(WRITTEN))))
            case ast.UnaryOp(ast.USub() | ast.UAdd(), inner):
                v = self.of(inner, strict)
                return v if isinstance(node.op, ast.UAdd) else self.minus(Value({}), v)
            case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult(), right):
                work = self.plus if isinstance(node.op, ast.Add) else self.times
                work = self.minus if isinstance(node.op, ast.Sub) else work
                return work(self.of(left, strict), self.of(right, strict))
            case ast.BinOp(left, ast.Div() | ast.FloorDiv(), right):
                return self.times(self.of(left, strict), self.raised(self.of(right, strict), -1, strict))
            case ast.BinOp(left, ast.Pow(), right):
                q = exponent(right)
                base = self.of(left, strict) if q.denominator == 1 else self.replaced.get((q.denominator, written(left)))
                need(base is not None, f"nothing replaces the root of {written(left)[:60]}")
                return self.raised(base, q.numerator, strict)  # type: ignore[arg-type]
            case ast.Call(ast.Name(), [arg]) if written(node.func) == "conj":
                return self.conj(self.of(arg, strict))
            case ast.Call(ast.Name(), [arg]) if (name := (written(node.func), written(arg))) in self.replaced:
                return self.replaced[name]
        raise Rejected(f"nothing replaces {written(node)[:60]}")

    def element(self, text: Any) -> Value:
        return self.of(parsed(text, gens=True))

    def plain(self, text: Any) -> Poly:
        """A polynomial as it is written: without relations."""
        kept, self.relations = self.relations, []
        try:
            value = self.element(text)
        finally:
            self.relations = kept
        need(value.c == 1 and not value.den, "a polynomial has integer coefficients")
        return value.num

    # -- signs

    def signs(self, p: Poly, steps: Any) -> bool:
        """Checks a proof of p >= 0, of which all the steps are needed; whether it shows p > 0."""
        left = iter(steps)
        strict = self.positive(p, left, self.ranges, None)
        need(next(left, None) is None, "steps that prove nothing")
        return strict

    def positive(self, p: Poly, steps: Steps, known: Mapping[int, Range], ends: Mapping[int, int] | None) -> bool:
        """One proof from the steps; `ends` are variables that may be infinite, None where none is mapped yet."""
        kind, *more = next(steps)
        need(kind in ("norm", "as") or all(k in known for k in self.variables(p)), "what is not real has no sign")
        if kind == "terms":
            return terms(p, known, ends or {}, self.variables(p))
        if kind == "on":  # a variable in pieces between ends, each mapped to t >= 0
            k = self.named(more[0])
            points, x, t, strict = [e and number(e) for e in more[1]], known[k], self.gen(k), True
            low, high = points[0], points[-1]
            need(low is None or (x.low is not None and low <= x.low), "a range is cut too high")
            need(high is None or (x.high is not None and high >= x.high), "a range is cut too low")
            need(len(points) > 1 and None not in points[1:-1] and k not in (ends or {}), "no pieces of a range")
            for n, (a, b) in enumerate(zip(points, points[1:], strict=False)):
                need(a is None or b is None or a < b, "ends that do not grow")
                e, f = Fraction(a if a is not None else b or 0), Fraction(b or 0)
                sign = 1 if a is not None else -1 if b is not None else 0
                need(sign, "a line is cut at a point")
                closed = a is not None and b is not None
                scale = e.denominator * f.denominator
                above = {m: int(f * scale) if closed else sign * scale for m in t} | {0: int(e * scale)}
                below = {0: scale, **({m: scale for m in t} if closed else {})}
                edge = x.above if a is not None and n == 0 and a == x.low else x.below if a is None else False
                own = {**known, k: Range(Fraction(0), None, edge)}
                last = closed and n == len(points) - 2 and not (x.below and b == x.high)
                inf = {**(ends or {}), **({k: max(self.split(p, k), default=0)} if last else {})}
                q = self.composed(p, k, total(above, {}), below)
                strict = self.positive(q, steps, own, inf) and strict
            return strict
        need(ends is None, "facts come first")
        if kind == "fact" and len(more) == 1:
            fact, strict = self.facts[int(more[0])]
            need(multiple(p, fact), "not the polynomial of the fact")
            return strict
        if kind == "fact":  # linear in a variable, whose place it takes
            (fact, strict), k = self.facts[int(more[0])], self.named(more[1])
            parts = self.split(fact, k)
            need(set(parts) <= {0, 1} and list(parts[1]) == [0], "a fact that is not linear")
            need(all(j in known for j in self.variables(fact)), "what is not real has no sign")
            c, own = parts[1][0], {**known, k: Range(Fraction(0), None, strict)}
            above = total({}, total(self.gen(k), parts.get(0, {}), -1), 1 if c > 0 else -1)
            return self.positive(self.composed(p, k, above, {0: abs(c)}), steps, own, {})
        if kind == "as":  # otherwise written
            q = self.plain(more[0])
            need(not self.reduce(total(p, q, -1)), "not the same polynomial")
            return self.positive(q, steps, known, None)
        if kind == "norm":  # |z|^2 e^2
            z, e = map(self.element, more)
            need(self.real(e) and self.same(Value(self.reduce(p)), self.times(z, self.conj(z), e, e)), "not a norm")
            return False
        if kind == "over":  # r >= 0 and d = r^2 - s^2 >= 0 make r + s >= 0
            r, d = map(self.plain, more)
            s = total(p, r, -1)
            need(not self.reduce(total(total(d, self.mul(s, s)), self.mul(r, r), -1)), "not r^2 - s^2")
            self.positive(r, steps, known, None)
            self.positive(d, steps, known, None)
            return False
        need(kind == "square", f"{kind} is no step")
        parts = self.split(p, self.named(more[0]))
        need(max(parts) == 2, "not quadratic")
        a, b, c = (parts.get(j, {}) for j in (2, 1, 0))
        need(self.positive(a, steps, known, None), "a leading coefficient may be zero")
        return self.positive(total(self.mul({0: 4}, self.mul(a, c)), self.mul(b, b), -1), steps, known, None)

    def claimed(self, claim: Mapping[str, Any]) -> tuple[Value, bool]:
        """A value c prod p^k with c >= 0, of which every p with odd k is proved to be >= 0; whether it is > 0."""
        c = number(claim["c"])
        need(c >= 0, "a negative coefficient")
        out, strict = Value({0: c.numerator} if c else {}, c.denominator), c > 0
        for text, k, steps in claim["factors"]:
            p = self.plain(text)
            need(type(k) is int and 0 < abs(k) <= MOST_EXPONENT and (k % 2 == 0 or steps is not None), "no sign")
            need(steps is not None or self.real(Value(p)), "what is not real has no sign")
            positive = steps is not None and self.signs(p, steps)
            strict = strict and (positive or k < 0)
            out = self.times(out, self.raised(Value(self.reduce(p)), k))
        return out, strict

    # -- steps

    def step(self, s: Mapping[str, Any]) -> None:
        kind, *_ = s
        getattr(self, f"by_{kind}")(s)

    def by_gen(self, s: Mapping[str, Any]) -> None:
        """A root of a polynomial, an exponential, or cosine and sine of an angle."""
        if "root" in s:
            q, p = s["root"], self.plain(s["of"])
            need(type(q) is int and 1 < q <= MOST_ROOT, "no degree of a root")
            strict = self.signs(p, s["low"]) if "low" in s else False
            k, value = self.named(s["gen"], True), self.reduce(p)
            self.roots[k] = q, value
            self.relations.append((k, q, value))
            if "low" in s:
                self.ranges[k] = Range(Fraction(0), None, strict)
        elif "exp" in s:
            e = self.element(s["exp"])
            k = self.named(s["gen"], True)
            self.angles[k] = e, 0
            self.factored(self.gen(k), False)
            if self.real(e):
                self.ranges[k] = Range(Fraction(0), None, True)
            elif self.real(self.times(e, self.i)):
                self.turned[k] = self.raised(Value(self.gen(k)), -1)
        else:
            e = self.element(s["angle"])
            c, d = (self.named(name, True) for name in s["gen"])
            self.angles[c] = e, d
            self.relations.append((d, 2, total(ONE, self.mul(self.gen(c), self.gen(c)), -1)))
            if self.real(e):
                need(not e.den, "an angle is a polynomial")
                pi = {m: e.c for m in self.gen(self.named("pi"))}
                self.ranges |= {c: WAVE, d: WAVE}
                for k, name, end, turns, sign in (c, "cos", 1, 2, 1), (d, "sin", 0, 1, 1), (d, "-sin", 0, 1, -1):
                    if name in s:  # the angle from -+ pi/2 or 0 to pi
                        first, other = s[name]
                        self.signs(total(pi if end else {}, e.num, turns * sign), first)
                        self.signs(total(pi, e.num, -turns * sign), other)
                        self.ranges[k] = Range(Fraction(0), Fraction(1)) if sign > 0 else Range(Fraction(-1), Fraction(0))

    def by_range(self, s: Mapping[str, Any]) -> None:
        """Narrower bounds of a symbol, or of a root that is >= 0."""
        k = self.named(s["range"])
        q, value = self.roots.get(k, (1, self.gen(k)))
        need(k in self.ranges and (q == 1 or self.ranges[k].sign > 0), "what is not real has no range")
        for sign, name in (1, "low"), (-1, "high"):
            if name in s:
                end, (low, high, above, below) = number(s[name][0]), self.ranges[k]
                need(q == 1 or end >= 0, "a bound of a root is negative")
                d, n = end.denominator**q, end.numerator**q
                strict = self.signs(total({m: sign * d * b for m, b in value.items()}, ONE, -sign * n), s[name][1])
                self.ranges[k] = Range(end, high, strict, below) if sign > 0 else Range(low, end, above, strict)

    def by_fact(self, s: Mapping[str, Any]) -> None:
        """A polynomial that an assumption, or the present case, makes >= 0."""
        p = self.plain(s["fact"])
        if "case" in s:
            need(s["case"] == self.told < len(self.cases), "cases come in their order")
            node, sign = self.cases[self.told]
            value, op = self.of(node), ">=" if sign > 0 else "<="
            need(self.real(value), "what is not real has no sign")
            self.told += 1
        else:
            value, op = self.relation(s["from"])
        need(op in (">=", ">", "<=", "<"), "no inequality")
        num = value.num if op[0] == ">" else {m: -b for m, b in value.num.items()}
        for f, k in value.den:
            num = self.mul(num, self.factors[f]) if k % 2 else num
        need(multiple(self.reduce(num), self.reduce(p)), f"not what {s.get('from', 'the case')} says")
        self.facts.append((p, len(op) == 1))

    def by_nonzero(self, s: Mapping[str, Any]) -> None:
        p = self.reduce(self.plain(s["nonzero"]))
        if "signs" in s:
            need(self.signs(self.plain(s["nonzero"]), s["signs"]), "it may be zero")
        else:
            self.factored(self.reduce(self.mul(p, self.plain(s["times"]))), True)
        self.factored(p, False)

    def by_assumed(self, s: Mapping[str, Any]) -> None:
        value, op = self.relation(s["assumed"])
        need(op == "!=", "that does not say what is not zero")
        self.factored(value.num, False)

    def by_below(self, s: Mapping[str, Any]) -> None:
        node, textual = self.parts["/", s["below"]]
        need(textual, "neither side divides by that")
        self.factored(self.of(node, False).num, False)

    def part(self, s: Mapping[str, Any], name: Any) -> tuple[Key, Value]:
        """A root or function of the formulas, and of what it is."""
        found = name, s["of"]
        need(found in self.parts and found not in self.replaced, f"nothing to replace, or twice: {s['of'][:60]}")
        node, textual = self.parts[found]
        return found, self.of(node, not textual)

    def by_root(self, s: Mapping[str, Any]) -> None:
        """w for the principal root of f: w^q = f; w >= 0, or c g^k with c >= 0, or for a square root u + i v."""
        name, f = self.part(s, s["root"])
        q, w = s["root"], self.element(s["is"])
        need(self.same(self.raised(w, q), f), "not a root of that")
        c, strict = self.claimed(s["claim"])
        if "side" in s:  # u = c >= 0, and v >= 0 where that may be zero
            v = self.times(self.minus(c, w), self.i)
            need(q == 2 and self.real(v), "not a principal root")
            need(strict or (s["side"] and self.same(v, self.claimed(s["side"])[0])), "not a principal root")
        else:
            if "gen" in s:
                k = self.named(s["gen"])
                need(k in self.roots and type(s["power"]) is int and self.roots[k][0] == q * s["power"], "no such root")
                c = self.times(c, self.raised(Value(self.gen(k)), s["power"]))
            need(self.same(w, c), "not a principal root")
        self.replaced[name] = w

    def by_abs(self, s: Mapping[str, Any]) -> None:
        name, f = self.part(s, "abs")
        w, _ = self.claimed(s["claim"])
        need(self.same(self.times(w, w), self.times(f, self.conj(f))), "not the absolute value")
        self.replaced[name] = w

    def by_sum(self, s: Mapping[str, Any]) -> None:
        """An exponential, cosine or sine of sum n angle + r pi/2, by the addition theorems."""
        need(s["sum"] in ("exp", "cos", "sin"), "no such function")
        name, f = self.part(s, s["sum"])
        r, i, half = s["quarters"], self.i, Value(ONE, 2)
        of_exp = s["sum"] == "exp"
        turn = i if of_exp else Value(ONE)
        need(type(r) is int, "no number of quarter turns")
        angle = self.times(turn, half, Value({0: r} if r else {}), self.element("pi"))
        one = [self.raised(i, r % 4), self.raised(i, -r % 4)]  # exp(i angle), exp(-i angle)
        for n, gen in s["angles"]:
            k = self.named(gen)
            need(type(n) is int and abs(n) <= MOST_EXPONENT and k in self.angles, "no such angle")
            e, d = self.angles[k]
            need(d or of_exp, "no cosine")
            angle = self.plus(angle, self.times(turn if d else Value(ONE), e, Value({0: n} if n else {})))
            for m, sign in (0, 1), (1, -1):
                g = Value(self.gen(k))
                z = self.plus(g, self.times(i, Value({0: sign if n > 0 else -sign}), Value(self.gen(d)))) if d else g
                one[m] = self.times(one[m], self.raised(z, abs(n) if d else n * sign))
        need(self.same(angle, f), "not the angle")
        if s["sum"] == "cos":
            one[0] = self.times(half, self.plus(*one))
        elif s["sum"] == "sin":
            one[0] = self.times(half, i, self.minus(one[1], one[0]))
        self.replaced[name] = one[0]

    def vanishes(self, value: Value, proof: Any) -> None:
        """A value is zero: as it stands, or a polynomial a + b w times a value; a and -b w >= 0 have equal squares."""
        if proof is None:
            need(not value.num, "the two sides are not proved to be equal")
            return
        p = self.plain(proof["polynomial"])
        need(self.same(self.times(Value(self.reduce(p)), self.element(proof["times"])), value), "not the difference")
        k = self.named(proof["gen"])
        parts = self.split(p, k)
        q, radicand = self.roots[k]
        need(set(parts) <= {0, 1} and q == 2 and k in self.ranges and self.ranges[k].sign > 0, "no root to split")
        a, b = (Value(self.reduce(parts.get(j, {}))) for j in (0, 1))
        (x, _), (y, _) = map(self.claimed, proof["claims"])
        need((self.same(x, a) and self.same(y, self.minus(Value({}), b))) or
             (self.same(x, b) and self.same(y, self.minus(Value({}), a))), "signs that are not opposite")  # fmt: skip
        self.vanishes(self.minus(self.times(a, a), self.times(b, b, Value(radicand))), proof["then"])


def terms(p: Poly, known: Mapping[int, Range], ends: Mapping[int, int], present: list[int]) -> bool:
    """Checks that every term of a polynomial is >= 0; whether in every corner one is > 0."""
    strong = []
    for m, c in p.items():
        powers = {k: m >> BITS * k & FIELD for k in present if m >> BITS * k & FIELD}
        sign = 1 if c > 0 else -1
        for k, d in powers.items():
            sign *= known[k].sign if d % 2 else 1
        need(sign > 0, "a term may be negative")
        if all(k in ends or known[k].nonzero for k in powers):
            strong.append(powers)
    corners = product(*([(k, e) for e in {0, d}] for k, d in ends.items()))
    return len(ends) <= MOST_CORNERS and all(
        any(all(powers.get(k, 0) == e or (e == 0 and known[k].nonzero) for k, e in corner) for powers in strong)
        for corner in corners
    )


def number(text: Any) -> Fraction:
    need(isinstance(text, str) and re.fullmatch(r"-?[0-9]{1,400}(/[1-9][0-9]{0,399})?", text), f"no number: {text!r}")
    return Fraction(text)


def check(claim: Mapping[str, Any]) -> None:
    """Rejected, with the reason, for a certificate that does not prove what it claims."""
    try:
        names = claim.get("names", {})
        sides = [parsed(claim["left"], names), parsed(claim["right"])]
        _prove(claim, sides, claim["proof"], [])
    except Rejected:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, StopIteration, ArithmeticError, RecursionError) as err:
        raise Rejected(f"a step that can't be read ({type(err).__name__}: {err})") from err


def _prove(claim: Mapping[str, Any], sides: list[ast.expr], proof: Mapping[str, Any], cases: list[Any]) -> None:
    if "split" in proof:
        need(len(cases) < MOST_CASES, "too many cases")
        node = parsed(proof["split"])
        for side, sign in ("plus", 1), ("minus", -1):
            _prove(claim, sides, proof[side], [*cases, (node, sign)])
        return
    parts: dict[Key, tuple[ast.expr, bool]] = {}
    for nodes, textual in (([node for node, _ in cases], False), (sides, True)):
        for tree in nodes:
            for node in ast.walk(tree):
                for name, inner in keys(node):
                    parts[name] = inner, textual
    leaf = Leaf(claim, parts, cases)
    for s in proof["steps"]:
        leaf.step(s)
    need(leaf.told == len(cases), "a case that is not used")
    left, right = (leaf.of(side, False) for side in sides)
    leaf.vanishes(leaf.minus(left, right), proof.get("zero"))
