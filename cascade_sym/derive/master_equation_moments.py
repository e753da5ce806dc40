"""Moment equations from the master equation, closed by the Gaussian property of the state (Isserlis' theorem).

For an observable O, d<O> = <L^+ O> dt + sum_k <(O - <O>) M_k + M_k^+ (O - <O>)> dW_k. Second moments of a Gaussian
state have no dW term, because for M linear in the modes it is a third cumulant; and they lose the product of the
increments of the means (Ito).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.derive.master_equation import Jump, MasterEquation, Measured, master_equation
from cascade_sym.errors import DerivationError
from cascade_sym.operators import Op, OperatorPolynomial, as_operator, quadratures
from cascade_sym.parts.detectors import Detect
from cascade_sym.shown import Shown
from cascade_sym.symbols import conj, free_symbol, is_real, own
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.network import System


class GaussianState:
    """A Gaussian state of `modes` with symbols for its means and symmetrised covariances.

    `mean["X_S"]` is a symbol mean_X_S; `cov("X_S", "X_M")` is var_X_S on the diagonal, cov_X_S_X_M elsewhere, in the
    order of `quadratures` = (X_1, P_1, X_2, ...); another name where one of the symbols `taken` has that one.
    """

    def __init__(self, modes: Sequence[str], taken: Iterable[Symbol] = ()) -> None:
        self._taken = tuple(taken)
        self.modes = tuple(modes)
        self.quadratures = tuple(f"{q}_{m}" for m in modes for q in "XP")
        self.mean: dict[str, Symbol] = {q: free_symbol(f"mean_{q}", self._taken) for q in self.quadratures}
        self._place = {q: k for k, q in enumerate(self.quadratures)}
        self._pairs: dict[tuple[Op, Op], Expr] = {}

    def cov(self, i: str, j: str) -> Symbol:
        """The symbol of a symmetrised covariance."""
        i, j = sorted((i, j), key=self._place.__getitem__)
        return free_symbol(f"var_{i}" if i == j else f"cov_{i}_{j}", self._taken)

    @property
    def covariances(self) -> list[Symbol]:
        """All covariance symbols."""
        return [self.cov(i, j) for i, j in combinations_with_replacement(self.quadratures, 2)]

    def first(self, o: Op) -> Expr:
        """<o>."""
        x, p = self.mean[f"X_{o.name}"], self.mean[f"P_{o.name}"]
        return (x - sp.I * p if o.dag else x + sp.I * p) / sp.sqrt(2)

    def second(self, o: Op, k: Op) -> Expr:
        """<(o - <o>)(k - <k>)>, in this order."""
        if (o, k) not in self._pairs:
            s, t = (-1 if o.dag else 1), (-1 if k.dag else 1)
            (x, p), (y, q) = ((f"X_{m.name}", f"P_{m.name}") for m in (o, k))
            total = self.cov(x, y) - s * t * self.cov(p, q) + sp.I * (s * self.cov(p, y) + t * self.cov(x, q))
            ordering = sp.Rational(t - s, 4) * -1 if o.name == k.name else 0
            self._pairs[o, k] = total / 2 + ordering
        return self._pairs[o, k]

    def expectation(self, poly: OperatorPolynomial) -> Expr:
        """<poly>."""
        return sp.Add(*(c * self._word(m) for m, c in poly.terms.items()))

    def _word(self, word: tuple[Op, ...]) -> Expr:
        """The sum over all ways to pair operators or to replace them by their means."""
        if not word:
            return sp.S.One
        head, rest = word[0], word[1:]
        terms = [self.first(head) * self._word(rest)]
        terms += [self.second(head, k) * self._word(rest[:n] + rest[n + 1 :]) for n, k in enumerate(rest)]
        return sp.Add(*terms)


@dataclass(frozen=True)
class MomentEquations(Shown):
    """Equations of motion of the conditional means and covariances.

    `means[q]` is (drift, {current: factor of dW}); `covariances[i, j]` is d V_ij/dt with i before j in
    `quadratures`. They are written in the symbols mean_X_S, var_X_S, cov_X_S_X_M, ...: `symbols` holds them by
    quadrature and by pair of quadratures.
    """

    quadratures: tuple[str, ...]
    means: Mapping[str, tuple[Expr, Mapping[str, Expr]]]
    covariances: Mapping[tuple[str, str], Expr]
    symbols: Mapping[str | tuple[str, str], Expr] = field(default_factory=dict, compare=False, repr=False)

    def mapped(self, f: Callable[[Expr], Expr]) -> MomentEquations:
        """Every expression replaced by f of it."""
        means = {q: (f(d), {k: f(e) for k, e in kicks.items()}) for q, (d, kicks) in self.means.items()}
        return replace(self, means=means, covariances={k: f(e) for k, e in self.covariances.items()})


def moment_equations(system: System | MasterEquation, detect: Detect = None) -> MomentEquations:
    """Means and covariances of the conditional state, from the stochastic master equation.

    `system` is a part, cascade, LinearSystem or a MasterEquation (then `detect` is left out). Without a detector
    these are the unconditional moments. Raises DerivationError when the moments don't close: an operator beyond
    a quadratic Hamiltonian and linear jump operators.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> moment_equations(Cavity("a", kappa=1), Homodyne(angle=0)).covariances["X_a", "X_a"]
    -var_X_a - (sqrt(2)*var_X_a - sqrt(2)/2)**2 + 1/2
    """
    if not isinstance(system, MasterEquation):
        return from_master_equation(master_equation(system, detect))
    if detect is not None:
        raise DerivationError("a MasterEquation already says what is measured; leave out detect.")
    return from_master_equation(system)


def from_master_equation(equation: MasterEquation) -> MomentEquations:
    """Gaussian closure of a master equation; floats in it are exact numbers until the end."""
    floats = set().union(*(c.atoms(sp.Float) for c in _coefficients(equation)))
    if floats:
        return _rounded(from_master_equation(_replaced(equation, {f: sp.Rational(f) for f in floats})))
    if names := _exponentials(equation):
        found = from_master_equation(_replaced(equation, {e: x for x, e in names.items()}))
        return found.mapped(lambda e: e.xreplace(names))
    for m in equation.measured:
        m.operator.linear()  # a DerivationError names what is not linear
    state = GaussianState(equation.modes, set().union(*(c.free_symbols for c in _coefficients(equation))))
    x = _quadratures(state.modes)
    means = {}
    for q in state.quadratures:
        centred = x[q] - as_operator(state.expectation(x[q]))
        noise = {m.name: centred * m.operator + m.operator.dagger() * centred for m in equation.measured}
        kicks = {k: _linear(state.expectation(e), state, f"the noise of <{q}>") for k, e in noise.items()}
        means[q] = (_linear(state.expectation(equation.rate_of(x[q])), state, f"d<{q}>/dt", means=True), kicks)
    covariances = {}
    for i, j in combinations_with_replacement(state.quadratures, 2):
        rate = state.expectation(equation.rate_of((x[i] * x[j] + x[j] * x[i]) / 2))
        rate -= means[i][0] * state.mean[j] + state.mean[i] * means[j][0]
        lost = sp.Add(*(means[i][1][k] * means[j][1][k] for k in means[i][1]))
        covariances[i, j] = _linear(rate, state, f"d<{i}, {j}>/dt") - lost
    symbols: dict[Any, Expr] = {**state.mean, **{pair: state.cov(*pair) for pair in covariances}}
    return MomentEquations(state.quadratures, means, covariances, symbols)


def _coefficients(equation: MasterEquation) -> list[Expr]:
    operators = [equation.H, *(j.operator for j in equation.jumps), *(m.operator for m in equation.measured)]
    return [c for o in operators for c in o.terms.values()] + [j.rate for j in equation.jumps]


def _replaced(equation: MasterEquation, values: Mapping[Expr, Expr]) -> MasterEquation:
    return MasterEquation(
        equation.modes, equation.H.mapped(values),
        tuple(Jump(j.rate.xreplace(dict(values)), j.operator.mapped(values)) for j in equation.jumps),
        tuple(Measured(m.name, m.operator.mapped(values)) for m in equation.measured),
    )  # fmt: skip


def _exponentials(equation: MasterEquation) -> dict[Expr, Expr]:
    """Own symbols for the real factors with exponentials (squeezed light), which nothing has to be known of."""
    factors = {f for c in _coefficients(equation) for f in sp.Mul.make_args(c) if f.has(sp.exp) and is_real(f)}
    return {own(f"factor{k}"): f for k, f in enumerate(sorted(factors, key=sp.default_sort_key))}


def _rounded(m: MomentEquations) -> MomentEquations:
    return m.mapped(sp.N)


def _linear(e: Expr, state: GaussianState, what: str, *, means: bool = False) -> Expr:
    """`e`, linear in the covariances (or in the means), collected by them with real coefficients.

    Without `means`, a dependence on the means that does not cancel is an error.
    """
    e = sp.expand(e)
    averages = list(state.mean.values())
    if not means:
        for s in averages:
            if e.has(s) and not vanishes(*sp.Add.make_args(e.diff(s))):
                raise DerivationError(f"{what} depends on the means: the moments don't close on Gaussian states.")
    unknowns = averages if means else state.covariances
    rest = e.xreplace(dict.fromkeys([*averages, *state.covariances], sp.S.Zero))
    terms = [_real(rest)]
    for s in unknowns:
        slope = e.diff(s).xreplace(dict.fromkeys(averages, sp.S.Zero)) if e.has(s) else sp.S.Zero
        if slope.free_symbols & {*averages, *state.covariances}:
            raise DerivationError(f"{what} is not linear in the moments; they don't close on Gaussian states.")
        terms.append(_real(slope) * s)
    return sp.Add(*terms)


def _real(c: Expr) -> Expr:
    """A real coefficient with phases written as cosines and sines."""
    if c.has(sp.I):
        c = sp.expand(c.rewrite(sp.cos) if c.has(sp.exp) else c)
        if c.has(sp.I):
            if not vanishes(c, -conj(c)):
                raise DerivationError(f"the coefficient {c} of a moment equation is not real.")
            c = sp.expand((c + conj(c)) / 2)
    return c if not c.is_Add or not vanishes(*c.args) else sp.S.Zero


def _quadratures(modes: tuple[str, ...]) -> dict[str, OperatorPolynomial]:
    return {f"{n}_{m}": q for m in modes for n, q in zip("XP", quadratures(m), strict=True)}
