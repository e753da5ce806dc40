"""Expectation values of operator polynomials in a Gaussian state (Isserlis' theorem, operators in their order)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.operators import Op, OperatorPolynomial
from cascade_sym.symbols import free_symbol


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
        q = self.quadratures
        return [self.cov(i, j) for a, i in enumerate(q) for j in q[a:]]

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
