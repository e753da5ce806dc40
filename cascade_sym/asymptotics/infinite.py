"""Parameters sent to infinity, one or several together: the one rule for limits.

The result is a limit along every path on which all of them grow, proved (`joint`), or NoLimit. The order in which
parameters are named never matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import permutations
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.asymptotics.follow import BITS
from cascade_sym.asymptotics.ground import Ground
from cascade_sym.asymptotics.joint import Joint
from cascade_sym.asymptotics.leading import Rewriting, constants, reparametrised
from cascade_sym.asymptotics.problem import balls_at
from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.errors import CascadeError, DerivationError, DivisionByZero, NoLimit
from cascade_sym.program import read
from cascade_sym.symbols import own

ORDERS = (2, 5, 9)  # to which functions are expanded, one after the other, until cancellations are through
CONSTANTS = 12  # slots for unknown constants in a limit
INFINITE = (sp.oo, -sp.oo)


def limit_of(e: Expr, s: Symbol, value: Expr) -> Expr:
    """The finite limit of an expression; NoLimit where there is none. Subexpressions without s are left alone.

    >>> n, x = sp.symbols("n x")
    >>> limit_of((n + 1)*sp.sin(x)/(2*n + x) + 1/n, n, sp.oo)
    sin(x)/2
    """
    return in_the_limit(Quantity("the expression", e), {s: value}).expr


def in_the_limit(target: Quantity, values: Mapping[Symbol, Expr]) -> Quantity:
    """The limit of `target` as all parameters in `values` tend to their values (oo or -oo), along every path.

    Other parameters are generic: signs are those at a sample of values in (0, 1). Definition by definition where that
    is continuous, else by the limit of the whole. NoLimit where it diverges, depends on the path, or is not proved.

    >>> a, b, x = sp.symbols("a b x")
    >>> in_the_limit(Quantity("f", (a + x*b + 1)/(a + b)), {a: sp.oo, b: sp.oo})
    Traceback (most recent call last):
    cascade_sym.errors.NoLimit: the limit for a -> oo, b -> oo depends on the path: first a, then b gives 1; first b, \
then a gives x. Set one of them to a finite value, or take one limit after the other.
    >>> in_the_limit(Quantity("f", x*sp.sqrt(a*b + a)*sp.atan(b)/sp.sqrt(a*b)), {a: sp.oo, b: sp.oo}).expr
    pi*x/2
    """
    values = dict(sorted(values.items(), key=lambda item: item[0].name))
    named = {s.name: v for s, v in values.items()}
    if not named.keys() & {s.name for s in target.parameters}:
        return target
    domains = target.definitions.domains.made_from(values)
    try:
        items, result = _each(target, named)
        return Quantity(target.name, result, Definitions(items, domains=domains), target.steps)
    except (CascadeError, ZeroDivisionError):
        pass  # no finite limit of a definition says nothing about the whole
    fixed = tuple((s, e) for s, e in target.definitions if s not in _moving(target.definitions, named))
    found = limit_of_whole(target.expr, target.definitions, values)
    if found in INFINITE:
        raise NoLimit(f"{target.name} diverges for {_shown(named)}; set a finite value.")
    return Quantity(target.name, found, Definitions(fixed, domains=domains), target.steps)


def limit_of_whole(e: Expr, definitions: Definitions, values: Mapping[Symbol, Expr]) -> Expr:
    """The limit of an expression over definitions, oo and -oo included; NoLimit where none is proved."""
    named = {s.name: v for s, v in values.items()}
    needed = definitions.needed(e)
    moving = _moving(needed, named)
    setting = Setting(named, {})
    try:
        fixed = [d for d in needed if d[0] not in moving]
        setting.start([s for s in needed.parameters(e) if s.name not in named], fixed)
        return setting.limit(e, [d for d in needed if d[0] in moving])
    except (DerivationError, DivisionByZero) as why:
        raise NoLimit(_refusal(needed.inline(e), values, why)) from why


def _refusal(e: Expr, values: Mapping[Symbol, Expr], why: Exception) -> str:
    names = {s.name: v for s, v in values.items()}
    if len(values) == 1:
        return f"the limit for {_shown(names)} was not found: {str(why).rstrip('.')}; set a finite value."
    found = {}
    for order in permutations(values) if len(values) == 2 else ():
        with suppress(CascadeError):
            found[order] = reduce(lambda part, s: limit_of(part, s, values[s]), order, e)
    advice = "Set one of them to a finite value, or take one limit after the other."
    if len(found) > 1 and _differ(*found.values()):
        shown = "; ".join(f"first {a}, then {b} gives {v}" for (a, b), v in found.items())
        return f"the limit for {_shown(names)} depends on the path: {shown}. {advice}"
    reason = str(why).rstrip(".")
    return f"the limit for {_shown(names)} was not proved to be the same along every path: {reason}. {advice}"


def _differ(a: Expr, b: Expr) -> bool:
    """Whether two limits have different values at the sample."""
    setting = Setting({}, {})
    try:
        setting.start(sorted((a - b).free_symbols, key=str), [(own("difference"), a - b)])
    except CascadeError:
        return False
    return not _real(setting.balls[own("difference").name]).contains(0)


def _shown(named: Mapping[str, Expr]) -> str:
    return ", ".join(f"{s} -> {v}" for s, v in sorted(named.items()))


def _moving(definitions: Definitions, named: Mapping[str, Expr]) -> set[Symbol]:
    """The definitions that change with the growing parameters."""
    out: set[Symbol] = set()
    for s, e in definitions:
        out |= {s} if any(f.name in named or f in out for f in e.free_symbols) else set()
    return out


def _each(target: Quantity, named: Mapping[str, Expr]) -> tuple[tuple[tuple[Symbol, Expr], ...], Expr]:
    """Every definition's limit and the result's in terms of them, where all are finite and it is continuous there."""
    moving = _moving(target.definitions, named)
    setting = Setting(named, {})
    setting.start([s for s in target.parameters if s.name not in named], [])
    items = []
    for s, e in target.definitions:
        if s in moving:
            e = setting.limit(e)
            if e in INFINITE:
                raise NoLimit(f"{s} diverges")
        items.append((s, e))
        setting.define(s, e, s in moving)
    found = setting.limit(target.expr)
    if found in INFINITE:
        raise NoLimit("it diverges")
    return tuple(items), found


@dataclass
class Setting:
    """`named`: the growing parameters; `balls`: values of all else by name; `near`: definitions known by limits only.

    Of the last limit, `hidden` says whether parts were left alone, and `cut` whether functions were cut off.
    """

    named: Mapping[str, Expr]
    balls: dict[str, Any]

    def __post_init__(self) -> None:
        self.near: dict[Symbol, Expr] = {}
        self.hidden, self.cut = False, True

    def start(self, parameters: Sequence[Symbol], definitions: Sequence[tuple[Symbol, Expr]]) -> None:
        """A sample of the parameters, and the values of definitions there."""
        for i, s in enumerate(parameters):
            self.balls[s.name] = flint.fmpq(3 + 2 * i, 7 + 2 * i)
        for s, e in definitions:
            self.define(s, e, False)

    def define(self, s: Symbol, e: Expr, near: bool) -> None:
        if near:
            self.near[s] = e
        with flint.ctx.workprec(BITS):
            (self.balls[s.name],) = balls_at([e], self.balls)

    def limit(self, e: Expr, definitions: Sequence[tuple[Symbol, Expr]] = ()) -> Expr:
        """The limit of e, over definitions that contain growing parameters.

        What does not grow is left alone where that suffices; where it hides a cancellation, it is looked into.
        """
        try:
            return self._limit(e, definitions, Expr)
        except (DerivationError, DivisionByZero):
            if not self.hidden:
                raise
            return self._limit(e, definitions, Symbol)

    def _limit(self, e: Expr, definitions: Sequence[tuple[Symbol, Expr]], kept: Any) -> Expr:
        names: dict[Expr, Symbol] = {}
        growing = {*self.named, *(s.name for s in self.near), *(s.name for s, _ in definitions)}
        shapes = [(s, _abstract(d, growing, names, kept)) for s, d in definitions]
        program = read(_abstract(e, growing, names, kept), definitions=shapes)
        meaning = {name: part for part, name in names.items()}
        self.hidden = not all(isinstance(part, Symbol) for part in names)
        near = {s: v for s, v in self.near.items() if s.name in program.symbols}
        with flint.ctx.workprec(BITS):
            parts = balls_at(names, self.balls)
            sample = {s: _real(v) for s, v in zip(names.values(), parts, strict=True)}
            sample |= {s: _real(self.balls[s.name]) for s, v in near.items() if not v.is_Rational}

            def attempt(values: Mapping[Symbol, Any], rewriting: Rewriting) -> Expr:
                ground = Ground((), values, CONSTANTS)
                joint, self.cut = Joint(ground, orders), True
                env = constants(joint, rewriting)
                for s, v in near.items():
                    known = ground.rational(int(v.p), int(v.q)) if isinstance(v, sp.Rational) else env[s.name].limit()
                    env[s.name] = joint.near(known)
                for name, v in self.named.items():
                    env[name] = joint.parameter(1 if v is sp.oo else -1)
                out = joint.series(program.run(joint, env)[0])
                self.cut = joint.cut
                if far := out.diverges():
                    return far * sp.oo
                return rewriting.shown(out.limit().expr()).xreplace(meaning)

            for orders in ORDERS:
                try:
                    return reparametrised(sample, attempt)
                except DerivationError as why:
                    if orders == ORDERS[-1] or not (isinstance(why, NoLimit) and self.cut):
                        text = str(why)
                        for name in reversed(meaning):
                            text = text.replace(name.name, str(meaning[name]))
                        raise NoLimit(text) from why
        raise AssertionError


def _real(x: Any) -> Any:
    if isinstance(x, flint.acb):
        raise NoLimit("a part is not real at a sample of the other parameters")
    return x


def _abstract(e: Expr, growing: set[str], names: dict[Expr, Symbol], kept: Any) -> Expr:
    """Maximal subexpressions of the kind `kept` without growing symbols, other than numbers, become symbols."""
    if e.is_number:
        return e
    grows = any(s.name in growing for s in e.free_symbols)
    if not grows and isinstance(e, kept):
        if e not in names:
            names[e] = own(f"part{len(names)}")
        return names[e]
    if isinstance(e, Symbol):
        return e
    if grows and isinstance(e, sp.Add | sp.Mul):
        mine = [a for a in e.args if any(s.name in growing for s in a.free_symbols)]
        rest = e.func(*(a for a in e.args if a not in mine))
        parts = [_abstract(a, growing, names, kept) for a in mine]
        if isinstance(e, sp.Mul):
            number, rest = rest.as_coeff_Mul(rational=True)
            parts.append(number)
        return e.func(*parts, *([] if rest == e.func.identity else [_abstract(rest, growing, names, kept)]))
    return e.func(*(_abstract(a, growing, names, kept) for a in e.args))
