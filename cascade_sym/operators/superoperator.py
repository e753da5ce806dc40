"""Generators of master equations as values: commutators, dissipators and measurement terms acting on rho.

    generator(rho) = [A, rho] + sum_ij K_ij (z_i rho z_j^+ - {z_j^+ z_i, rho}/2) + H[M] rho

A is an operator, K the matrix of a dissipator over mode operators z, M the measured operator. H[M] is linear in M over
the reals, so several measurement terms with their increments dW add up to one M. Two generators with equal A (up to a
number), K and M are the same superoperator. Terms written out, x rho y, are kept as they are; generators that hold some
are compared with everything written out.

A generator by itself, D[J] or H[M], and what it makes of rho are two types: `Generator` and `Superoperator`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import sympy as sp
from sympy import Expr

from cascade_sym.errors import DerivationError
from cascade_sym.exact import all_zero
from cascade_sym.operators.linear import Op, collected
from cascade_sym.operators.polynomial import Monomial, OperatorPolynomial, as_operator
from cascade_sym.shown import Shown
from cascade_sym.symbols import conj, expression, is_hermitian

Sandwich = tuple[Monomial, Monomial]


@dataclass(frozen=True)
class DensityOperator(Shown):
    """The symbol rho, on which generators and operators act."""

    acts_on_rho = True

    def __rmul__(self, other: object) -> object:
        if isinstance(other, OperatorPolynomial):
            return Superoperator(sandwiches={(m, ()): c for m, c in other.terms.items()})
        return self._refuse()

    def __mul__(self, other: object) -> object:
        if isinstance(other, OperatorPolynomial):
            return Superoperator(sandwiches={((), m): c for m, c in other.terms.items()})
        return self._refuse()

    def _refuse(self, *_: object) -> NoReturn:
        raise DerivationError(
            "rho stands behind a generator or between operators, as in D(J)*rho, comm(A, rho) or a*rho*dag(a)."
        )

    __truediv__ = __rtruediv__ = __add__ = __radd__ = __sub__ = __rsub__ = __pow__ = __neg__ = dagger = _refuse


RHO = DensityOperator()


@dataclass(frozen=True)
class Superoperator(Shown):
    """What a generator makes of rho (module docstring): `D(J)*rho` and `comm(A, rho)` in printed formulas.

    >>> from cascade_sym.operators import operator
    >>> a = operator("a")
    >>> (dissipator(a*2) - dissipator(a)*4).is_zero
    True
    """

    commutator: OperatorPolynomial = field(default_factory=OperatorPolynomial)
    dissipation: Mapping[tuple[Op, Op], Expr] = field(default_factory=dict)
    measured: OperatorPolynomial = field(default_factory=OperatorPolynomial)
    sandwiches: Mapping[Sandwich, Expr] = field(default_factory=dict)
    acts_on_rho = True

    def __add__(self, other: Superoperator) -> Superoperator:
        if not isinstance(other, Superoperator):
            raise DerivationError(f"can't add {other!r} to a generator that acts on rho.")
        return Superoperator(
            self.commutator + other.commutator,
            collected((*self.dissipation.items(), *other.dissipation.items())),
            self.measured + other.measured,
            collected((*self.sandwiches.items(), *other.sandwiches.items())),
        )  # fmt: skip

    def __neg__(self) -> Superoperator:
        return self * -1

    def __sub__(self, other: Superoperator) -> Superoperator:
        return self + (-other)

    def __mul__(self, factor: object) -> Superoperator:
        """Times a number, or with an operator behind rho."""
        if isinstance(factor, OperatorPolynomial):
            return self._times(as_operator(1), factor)
        if not isinstance(factor, Expr | int):
            raise DerivationError(f"can't multiply what acts on rho by {factor!r}.")
        f = expression(factor)
        if self.measured.terms and not is_hermitian(f):
            raise DerivationError(f"H[M] rho is linear in M over the reals only; got the factor {f}.")
        return self.map_coefficients(lambda c: c * f)

    def __rmul__(self, factor: object) -> Superoperator:
        if isinstance(factor, OperatorPolynomial):
            return self._times(factor, as_operator(1))
        return self * factor

    def _times(self, before: OperatorPolynomial, behind: OperatorPolynomial) -> Superoperator:
        """before * (generator rho) * behind, written out."""
        if self.measured.terms:
            raise DerivationError("a measurement term H[M] rho can't be multiplied by an operator.")
        terms: list[tuple[Sandwich, Expr]] = []
        for (x, y), c in self.written_out().items():
            left, right = before * OperatorPolynomial({x: c}), OperatorPolynomial({y: sp.S.One}) * behind
            terms += [((m, n), d * e) for m, d in left.terms.items() for n, e in right.terms.items()]
        return Superoperator(sandwiches=collected(terms))

    def written_out(self) -> dict[Sandwich, Expr]:
        """All but the measurement term as coefficients of x rho y, with x and y in normal order."""
        terms = list(self.sandwiches.items())
        for m, c in self.commutator.terms.items():
            terms += [((m, ()), c), (((), m), -c)]
        for (x, y), c in self.dissipation.items():
            loss = OperatorPolynomial({(y.dagger(),): sp.S.One}) * OperatorPolynomial({(x,): c})
            terms.append((((x,), (y.dagger(),)), c))
            terms += [(side, -d / 2) for m, d in loss.terms.items() for side in ((m, ()), ((), m))]
        return collected(terms)

    def __truediv__(self, divisor: object) -> Superoperator:
        if isinstance(divisor, Expr | int):
            return self * (1 / sp.sympify(divisor))
        raise DerivationError(f"can't divide what acts on rho by {divisor!r}.")

    def _refuse(self, *_: object) -> NoReturn:
        raise DerivationError("what acts on rho is added to its like and multiplied by a number, nothing else.")

    __rtruediv__ = __pow__ = __radd__ = __rsub__ = dagger = _refuse

    def map_coefficients(self, f: Callable[[Expr], Expr]) -> Superoperator:
        """Every coefficient replaced."""
        return Superoperator(
            self.commutator.map_coefficients(f), {k: f(c) for k, c in self.dissipation.items()},
            self.measured.map_coefficients(f), {k: f(c) for k, c in self.sandwiches.items()},
        )  # fmt: skip

    @property
    def terms(self) -> Mapping[object, Expr]:
        """All coefficients, for counting."""
        parts: dict[str, Mapping[Any, Expr]] = {
            "commutator": self.commutator.terms, "jump": self.dissipation, "measured": self.measured.terms,
            "sandwich": self.sandwiches,
        }  # fmt: skip
        return {(part, key): c for part, found in parts.items() for key, c in found.items()}

    def names(self) -> frozenset[str]:
        """Names of all operators that occur."""
        words = [*self.dissipation, *((*left, *right) for left, right in self.sandwiches)]
        return self.commutator.names() | self.measured.names() | {o.name for word in words for o in word}

    @property
    def coefficients(self) -> tuple[Expr, ...]:
        """What is zero where this generator is (a number in a commutator, or in what is measured, is)."""
        if self.sandwiches:
            return (*_moving(self.measured), *self.written_out().values())
        return (*_moving(self.commutator), *_moving(self.measured), *self.dissipation.values())

    @property
    def is_zero(self) -> bool:
        """Whether this generator is zero, proved in the exact algebra."""
        return all_zero(self.coefficients)


def _moving(A: OperatorPolynomial) -> tuple[Expr, ...]:
    return A.filtered(lambda m: m != ()).coefficients


@dataclass(frozen=True)
class Generator(Shown):
    """A generator by itself, such as D[J]: a map of states. Times rho it is the `Superoperator` in `applied`.

    >>> from cascade_sym.operators import operator
    >>> (Generator(dissipator(operator("a"))) * 2 * RHO - dissipator(operator("a")) * 2).is_zero
    True
    """

    applied: Superoperator
    acts_on_rho = True

    def __mul__(self, other: object) -> Generator | Superoperator:
        if isinstance(other, DensityOperator):
            return self.applied
        return Generator(self.applied * other) if isinstance(other, Expr | int) else self._refuse()

    def __rmul__(self, other: object) -> Generator:
        if not isinstance(other, Expr | int | OperatorPolynomial):
            return self._refuse()
        return Generator(self.applied.__rmul__(other))

    def __add__(self, other: object) -> Generator:
        return Generator(self.applied + other.applied) if isinstance(other, Generator) else self._refuse()

    def __sub__(self, other: object) -> Generator:
        return Generator(self.applied - other.applied) if isinstance(other, Generator) else self._refuse()

    def __neg__(self) -> Generator:
        return Generator(-self.applied)

    def __truediv__(self, divisor: object) -> Generator:
        return Generator(self.applied / divisor)

    def _refuse(self, *_: object) -> NoReturn:
        raise DerivationError("a generator is a map: it stands before rho, as in D(J)*rho, or beside other generators.")

    __rtruediv__ = __pow__ = __radd__ = __rsub__ = dagger = _refuse

    def map_coefficients(self, f: Callable[[Expr], Expr]) -> Generator:
        """Every coefficient replaced."""
        return Generator(self.applied.map_coefficients(f))

    @property
    def terms(self) -> Mapping[object, Expr]:
        """All coefficients, for counting."""
        return self.applied.terms

    @property
    def coefficients(self) -> tuple[Expr, ...]:
        """What is zero where this generator is."""
        return self.applied.coefficients


def dissipator(J: OperatorPolynomial) -> Superoperator:
    """D[J] rho = J rho J^+ - (J^+ J rho + rho J^+ J)/2, for J linear in the modes, a number beside them included.

    D[L + c] = D[L] + [conj(c) L - c L^+, .]/2. DerivationError for other J. Source: Huang et al. (2018), below (S16).

    >>> from cascade_sym.operators import operator
    >>> a = operator("a")
    >>> (dissipator(a + 2) - dissipator(a) - commutator_with_rho(a - a.dagger())).is_zero
    True
    """
    J = as_operator(J)
    number = J.terms.get((), sp.S.Zero)
    moving = J.filtered(lambda m: m != ())
    form = moving.linear()
    drive = (moving * conj(number) - moving.dagger() * number) / 2
    return Superoperator(drive, {(x, y): c * conj(d) for x, c in form for y, d in form})


def innovation(M: OperatorPolynomial) -> Superoperator:
    """H[M] rho = (M - <M>) rho + rho (M^+ - <M^+>)."""
    return Superoperator(measured=as_operator(M))


def commutator_with_rho(A: OperatorPolynomial) -> Superoperator:
    """[A, rho]."""
    return Superoperator(commutator=as_operator(A))
