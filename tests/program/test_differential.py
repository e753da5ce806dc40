"""Random formulas over the whole table through every interpreter, held against mpmath at high precision.

The oracle walks a tree of its own; it shares no reader, no rule and no rounding with what it checks. How far doubles may
be off is measured: the oracle's value is computed again with every operation wrong by some 1e-15.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import settings

import cascade_sym as cs
from cascade_sym.definitions import Quantity
from cascade_sym.errors import CascadeError, OutsideExactDomain
from cascade_sym.evaluate.source.code import code
from cascade_sym.formula import Environment, interpret, parse
from cascade_sym.program import TABLE, read
from cascade_sym.program.balls import Balls, Undecided, lifted
from cascade_sym.program.doubles import Doubles
from cascade_sym.program.points import Multiprecision, Points
from cascade_sym.symbols import expression as in_plain_symbols
from tests.evaluate.languages import c_functions, run_python

Tree = tuple[Any, ...]
Values = Mapping[str, Fraction]

NAMES = ("x", "y", "w")
SYMBOLS = {n: sp.Symbol(n) for n in NAMES}
FORMULAS = settings().max_examples  # a hundred by default
POINTS = 3
DIGITS = 60
ORACLE: dict[str, Callable[..., Any]] = {
    "exp": mp.exp, "log": mp.log, "sin": mp.sin, "cos": mp.cos, "tan": mp.tan, "cot": mp.cot, "sec": mp.sec, "csc": mp.csc,
    "arcsin": mp.asin, "arccos": mp.acos, "arctan": mp.atan, "arccot": mp.acot, "arcsec": mp.asec, "arccsc": mp.acsc,
    "sinh": mp.sinh, "cosh": mp.cosh, "tanh": mp.tanh, "coth": mp.coth, "sech": mp.sech, "csch": mp.csch,
    "arsinh": mp.asinh, "arcosh": mp.acosh, "artanh": mp.atanh, "arcoth": mp.acoth, "arsech": mp.asech,
    "arcsch": mp.acsch, "atan2": mp.atan2, "abs": mp.fabs, "arg": mp.arg, "sgn": mp.sign, "conj": mp.conj, "Re": mp.re,
    "Im": mp.im, "min": min, "max": max, "sqrt": mp.sqrt,
}  # fmt: skip
POWERS = [Fraction(p) for p in ("2", "3", "-1", "-2", "5", "1/2", "-1/2", "3/2", "1/3", "-5/3")]


class NoValue(Exception):
    """No real value at this point, or one that doubles can't hold."""


# -- formulas -----------------------------------------------------------------------------------------------------


def tree(rng: random.Random, depth: int, functions: Sequence[str]) -> Tree:
    if depth == 0 or rng.random() < 0.1:
        return ("name", rng.choice(NAMES)) if rng.random() < 0.8 else ("number", Fraction(rng.choice([1, 2, -3, 7]), rng.choice([1, 4, 3])))
    kind = rng.random()
    if kind < 0.5 or not functions:
        op = rng.choice(["+", "-", "*", "/"])
        return (op, tree(rng, depth - 1, functions), tree(rng, depth - 1, functions))
    if kind < 0.65:
        return ("^", tree(rng, depth - 1, functions), rng.choice(POWERS))
    name = rng.choice(functions)
    least = 2 if name in ("atan2", "min", "max") else 1
    many = 3 if name in ("min", "max") and rng.random() < 0.3 else 2 if name == "log" and rng.random() < 0.2 else least
    return (name, *(tree(rng, depth - 1, functions) for _ in range(many)))


def expression(t: Tree) -> sp.Expr:
    match t:
        case ("name", name):
            return SYMBOLS[name]
        case ("number", q) | ("power", q):
            return sp.Rational(q.numerator, q.denominator)
        case ("^", base, q):
            return expression(base) ** sp.Rational(q.numerator, q.denominator)
    op, *args = t
    a = [expression(s) for s in args]
    plain = {"+": lambda p, q: p + q, "-": lambda p, q: p - q, "*": lambda p, q: p * q, "/": lambda p, q: p / q, "sqrt": sp.sqrt}
    return (plain.get(op) or next(f.sympy for f in TABLE if f.name == op))(*a)


def text(t: Tree) -> str:
    """As a person writes it, all brackets kept."""
    match t:
        case ("name", name):
            return name
        case ("number", q):
            return f"({q})"
        case ("^", base, q):
            return f"({text(base)})^({q})"
        case (("+" | "-" | "*" | "/") as op, a, b):
            return f"({text(a)} {op} {text(b)})"
    return f"{t[0]}({', '.join(map(text, t[1:]))})"


def value(t: Tree, at: Values, noise: random.Random | None = None) -> Any:
    """Its value by mpmath, every operation wrong by some 1e-15 with `noise`; NoValue where a part of it is not real."""
    match t:
        case ("name", name):
            return mp.mpf(at[name].numerator) / at[name].denominator
        case ("number", q):
            return mp.mpf(q.numerator) / q.denominator
    op, *args = t
    if op == "^":
        base, q = value(args[0], at, noise), args[1]
        if (base == 0 and q < 0) or (base < 0 and q.denominator > 1):
            raise NoValue
        found = base ** (q.numerator if q.denominator == 1 else mp.mpf(q.numerator) / q.denominator)
    else:
        a = [value(s, at, noise) for s in args]
        if op in ("exp", "sinh", "cosh", "sin", "cos", "tan", "sech", "csch", "sec", "csc", "cot") and abs(a[0]) > 300:
            raise NoValue
        plain = {"+": lambda p, q: p + q, "-": lambda p, q: p - q, "*": lambda p, q: p * q, "/": lambda p, q: p / q}
        try:
            found = (plain.get(op) or ORACLE[op])(*a)
        except (ZeroDivisionError, ValueError, OverflowError):
            raise NoValue from None
    if (isinstance(found, mp.mpc) and found.imag) or not mp.isfinite(found) or (found and not 1e-200 < abs(found) < 1e200):
        raise NoValue
    found = mp.re(found)
    return found if noise is None or op in ("min", "max") else found * (1 + mp.mpf(noise.uniform(-1, 1)) * mp.mpf("1e-15"))


@dataclass(frozen=True)
class Case:
    """A formula at points where it has a value that doubles can find; how far they may be off."""

    tree: Tree
    expr: sp.Expr
    at: tuple[dict[str, Fraction], ...]
    known: tuple[Any, ...]
    spread: tuple[float, ...]

    @property
    def names(self) -> list[str]:
        return sorted(s.name for s in self.expr.free_symbols)

    def floats(self, k: int) -> dict[str, float]:
        return {n: float(self.at[k][n]) for n in self.names}

    def close(self, found: Any, k: int, who: str, relative: float = 0.0) -> None:
        """`relative`: what exact arithmetic may be off; doubles may by the spread."""
        allowed = relative * abs(self.known[k]) if relative else self.spread[k]
        with mp.workdps(DIGITS):
            off = abs(mp.mpmathify(found) - self.known[k])
        assert off <= allowed, (who, self.expr, self.at[k], found, mp.nstr(self.known[k], 17), mp.nstr(off, 3), allowed)


def point(rng: random.Random) -> dict[str, Fraction]:
    """Numbers that are decimals and doubles alike, mostly positive."""
    return {n: Fraction(rng.randint(1, 4000), rng.choice([256, 1024, 4096])) * (-1 if rng.random() < 0.2 else 1) for n in NAMES}


def found_case(rng: random.Random, t: Tree) -> Case | None:
    at, known, spread = [], [], []
    with mp.workdps(DIGITS):
        for _ in range(12):
            p = point(rng)
            try:
                exact = value(t, p)
                near = [value(t, p, random.Random(k)) for k in range(6)]
            except NoValue:
                continue
            off = float(max(abs(v - exact) for v in near))
            if off <= 1e-6 * abs(exact):
                at.append(p)
                known.append(exact)
                spread.append(30 * off + 3e-15 * float(abs(exact)))
                if len(at) == POINTS:
                    break
    if not at:
        return None
    try:
        e = in_plain_symbols(expression(t))
    except (ZeroDivisionError, ValueError):
        return None
    bad = (sp.zoo, sp.nan, sp.oo)
    return None if e.has(*bad) or not e.free_symbols else Case(t, e, tuple(at), tuple(known), tuple(spread))


def cases(count: int, seed: int) -> list[Case]:
    rng, found = random.Random(seed), []
    names = [f.name for f in TABLE] + ["sqrt"] * 3
    while len(found) < count:
        functions = () if rng.random() < 0.15 else ("sqrt", "sin", "cos", "exp", "tan", "arctan") if rng.random() < 0.3 else names
        case = found_case(rng, tree(rng, rng.randint(1, 4), functions))
        if case is not None:
            found.append(case)
    return found


BATCHES = [(seed, min(100, FORMULAS - 100 * seed)) for seed in range(-(-FORMULAS // 100))]


@pytest.fixture(scope="module", params=BATCHES, ids=lambda b: f"batch{b[0]}")
def batch(request: Any) -> list[Case]:
    seed, count = request.param
    return cases(count, seed)


# -- every interpreter ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_evaluators(batch, backend):
    """All formulas in one pass over all points, those of the other formulas too."""
    together = cs.evaluator({f"f{i}": c.expr for i, c in enumerate(batch)}, backend)
    grid = [(i, k) for i, c in enumerate(batch) for k in range(len(c.at))]
    given = {n: np.array([float(batch[i].at[k][n]) for i, k in grid]) for n in together.parameters}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = together(given)
    for place, (i, k) in enumerate(grid):
        batch[i].close(np.broadcast_to(found[f"f{i}"], len(grid))[place], k, backend)


def test_bounds_and_guarantees(batch):
    for c in batch:
        bounded, sure = cs.evaluator(c.expr, error=True), cs.evaluator(c.expr, precision="guaranteed")
        for k in range(len(c.at)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                (v, bound), exact = bounded(c.floats(k)), sure(c.floats(k))
            if np.isfinite(bound):
                off = abs(mp.mpf(float(v)) - c.known[k]) - abs(c.known[k]) * mp.mpf("1e-45")
                assert off <= bound, ("bound", c.expr, c.at[k], v, bound, c.known[k])
            if not np.isnan(exact):
                c.close(exact, k, "guaranteed", 1.0001e-13)


def test_exact_arithmetics(batch):
    with mp.workdps(DIGITS), flint.ctx.workprec(300):
        for c in batch:
            calculation, precise = read(c.expr), cs.evaluator(c.expr, "mpmath", digits=40)
            for k, known in enumerate(c.known):
                at = {n: c.at[k][n] for n in c.names}
                shown, error = cs.exact_value(c.expr, at, 20)
                assert abs(mp.mpmathify(shown) - known) <= error * (1 + 1e-9) + abs(known) * mp.mpf("1e-45"), (c.expr, at, shown)
                c.close(shown, k, "exact_value", 1e-18)
                c.close(precise(at), k, "mpmath", 1e-35)
                (number,) = calculation.run(Multiprecision(), {n: mp.mpf(q.numerator) / q.denominator for n, q in at.items()})
                c.close(number, k, "multiprecision", 1e-40)
                try:
                    (ball,) = calculation.run(Balls(), {n: flint.fmpq(q.numerator, q.denominator) for n, q in at.items()})
                except Undecided:
                    continue
                inside = flint.acb(lifted(ball)) - flint.arb(mp.nstr(known, DIGITS))
                assert abs(inside) <= flint.arb(10) ** -35 * (1 + flint.arb(mp.nstr(abs(known), 20))), (c.expr, at, ball)


def test_doubles_and_points(batch):
    for c in batch:
        calculation = read(c.expr)
        for k in range(len(c.at)):
            with np.errstate(all="ignore"):
                c.close(complex(calculation.run(Doubles(), c.floats(k))[0]), k, "doubles")
            try:
                found = calculation.run(Points(), {n: complex(v) for n, v in c.floats(k).items()})[0]
            except ZeroDivisionError:
                continue  # arccot(0), which it does not know
            c.close(found, k, "points")


def test_exported_code(batch, tmp_path: Path):
    quantities = [Quantity("f", c.expr) for c in batch]
    for c, q, by_c in zip(batch, quantities, c_functions([code(q, "c") for q in quantities], tmp_path), strict=True):
        python = code(q, "python")
        for k in range(len(c.at)):
            values = list(c.floats(k).values())
            c.close(by_c(values), k, "C")
            c.close(complex(run_python(python, values)), k, "Python")


def root_of_a_wave(p: sp.Pow) -> bool:
    """The exact algebra takes sines and cosines that stand in a root to be those of mixing angles, nonnegative."""
    return not p.exp.is_Integer and p.base.has(sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc)


def test_normal_forms_and_written_text(batch):
    """The exact algebra's form, and the formula as text, have the same value, at positive parameters."""
    seen = 0
    with mp.workdps(DIGITS):
        for c in batch:
            written = interpret(parse(text(c.tree)), Environment(SYMBOLS))
            forms = {"text": written}
            try:
                if not any(root_of_a_wave(p) for p in c.expr.atoms(sp.Pow)):
                    forms["normal form"] = cs.normal_form(c.expr)
                    seen += 1
            except OutsideExactDomain:
                pass
            for who, e in forms.items():
                for k, at in enumerate(c.at):
                    if min(at.values()) > 0:
                        with mp.workdps(10 * DIGITS):  # multiples of angles are polynomials that cancel
                            given = {n: mp.mpf(q.numerator) / q.denominator for n, q in at.items()}
                            found = read(e).run(Multiprecision(), given)[0]
                        c.close(found, k, who, 1e-30)
    assert seen >= len(batch) // 8


def test_gradients(batch):
    for c in batch:
        if any(f in text(c.tree) for f in ("min", "max", "sgn", "abs", "conj", "Re", "Im", "arg", "atan2")):
            continue
        slopes = cs.evaluator(c.expr, "mpmath", digits=30).gradient(over=c.names)
        for k, at in enumerate(c.at[:1]):
            _, found = slopes({n: at[n] for n in c.names})
            with mp.workdps(2 * DIGITS):
                for n, slope in zip(c.names, found, strict=True):
                    step = Fraction(1, 10**30)
                    try:
                        ahead, behind = (value(c.tree, {**at, n: at[n] + s}) for s in (step, -step))
                    except NoValue:
                        continue
                    wanted = (ahead - behind) / mp.mpf("2e-30")
                    size = max(abs(wanted), abs(c.known[k]) * mp.mpf("1e-5"))
                    assert abs(slope - wanted) <= size * mp.mpf("1e-20"), (c.expr, at, n, slope, wanted)


def test_series_at_a_point(batch):
    """An expansion at 0 meets the formula near 0, to its order."""
    seen = 0
    for c in batch[:40]:
        if len(c.names) > 2 or "x" not in c.names:
            continue
        at = {n: abs(q) for n, q in c.at[0].items()}
        others = {n: sp.Rational(at[n].numerator, at[n].denominator) for n in c.names if n != "x"}
        try:
            series = cs.expand(c.expr, large="x", limit=0, terms=3, at=others)
        except CascadeError:
            continue
        with mp.workdps(3 * DIGITS):
            small = Fraction(1, 10**12)
            try:
                known = value(c.tree, {**at, "x": small})
            except NoValue:
                continue
            terms = [mp.mpmathify(sp.N(a, 50)) * mp.mpf("1e-12") ** mp.mpf(sp.Rational(q)) for a, q in series.terms]
            tail = abs(terms[-1]) * mp.mpf("1e-3") + abs(known) * mp.mpf("1e-40")
            assert abs(mp.fsum(terms) - known) <= tail, (c.expr, at, series, known)
            seen += 1
    assert seen >= 3
