"""The white Gaussian state of the input fields: one correlation matrix over all of them, and their means.

    <z_i(t) z_j^+(t')> symmetrised = G_ij delta(t - t'),  z = (b_1, b_1^+, b_2, ...),  [b, b^+] = delta

Vacuum and heat are the diagonal n + 1/2 of G; squeezed light adds <b b>, entangled light <b_1 b_2>, light split off a
common source <b_1 b_2^+>. What uses the noise asks for G, or for the independent white noises that it is made of.
Source: Gardiner and Zoller, Quantum Noise (2004), chapter 10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix
from sympy.utilities.iterables import connected_components

from cascade_sym.errors import DerivationError, DuplicateName, NotMarkovian, UnknownName, listing
from cascade_sym.operators import LinearForm, Op
from cascade_sym.shown import Shown
from cascade_sym.symbols import conj, is_real
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.coloured import FREQUENCY
from cascade_sym.system.squares import eliminated, polar

VACUUM = sp.Rational(1, 2)  # variance of each quadrature of light in vacuum, hbar = 1
ROOT = 1 / sp.sqrt(2)  # of quadratures, X = (a + a^+)/sqrt2
Pairs = Mapping[tuple[Op, Op], Expr]


class White(NamedTuple):
    """One white noise of variance `weight` and what it adds to each operator; `name` tells it from others."""

    name: str
    weight: Expr
    parts: Mapping[Op, Expr]


@dataclass(frozen=True)
class Inputs(Mapping[str, Expr], Shown):
    """The state of the input fields; as a mapping, {field: symmetrised noise n + 1/2}.

    `strengths` are n + 1/2 (1/2: vacuum); `pairs` maps (x, y) to <x y> for fields that are correlated, or for one that
    is squeezed: (Op("b"), Op("b")) for <b b>, (Op("b"), Op("c", True)) for <b c^+>; the adjoint correlations follow.
    `means` are amplitudes <b>, constant in the frame. A strength that holds FREQUENCY is that of a coloured bath; `at`
    a frequency it is one number for b and another for b^+, the adjoint of b(-Omega). Raises UnknownName for a
    correlation or mean of a field that is not in `strengths`, DuplicateName for one that is given twice, NotMarkovian
    for a correlation of a coloured field.

    >>> light = Inputs({"b": sp.Integer(1)}, {(Op("b"), Op("b")): sp.Rational(-1, 2)})
    >>> light.matrix
    Matrix([
    [   1, -1/2],
    [-1/2,    1]])
    >>> [(w.name, w.weight) for w in light.independent]
    [('b_1', 1/2), ('b_2', 3/2)]
    """

    strengths: Mapping[str, Expr]
    pairs: Pairs = field(default_factory=dict)
    means: Mapping[str, Expr] = field(default_factory=dict)
    frequency: Expr | None = None

    def __post_init__(self) -> None:
        if bad := {o.name for pair in self.pairs for o in pair}.union(self.means) - set(self.strengths):
            raise UnknownName(
                f"no input field {listing(bad)} to be correlated or displaced; there are {listing(self)}."
            )
        order = {f: k for k, f in enumerate(self.strengths)}
        table: dict[tuple[Op, Op], Expr] = {}
        for (x, y), c in self.pairs.items():
            first, second = sorted((x, y), key=lambda o: (order[o.name], o.dag))
            key = (first.dagger(), second.dagger()) if first.dag else (first, second)
            if key in table or (x.name == y.name and x.dag != y.dag):
                raise DuplicateName(f"<{x.label} {y.label}> is given twice; <b b^+> is the strength of b.")
            if bright := {o.name for o in key} & set(self.coloured):
                raise NotMarkovian(f"the coloured light of {listing(bright)} can't be correlated with other light.")
            if c != 0:
                table[key] = conj(c) if first.dag else c
        object.__setattr__(self, "pairs", table)
        object.__setattr__(self, "means", {f: c for f, c in self.means.items() if c != 0})

    def __getitem__(self, name: str) -> Expr:
        return self.strengths[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.strengths)

    def __len__(self) -> int:
        return len(self.strengths)

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """Everything in it that may hold parameters."""
        return (*self.strengths.values(), *self.pairs.values(), *self.means.values())

    # -- correlations -------------------------------------------------------------------------------------

    @cached_property
    def _products(self) -> Mapping[tuple[Op, Op], Expr]:
        table: dict[tuple[Op, Op], Expr] = {}
        for (x, y), c in self.pairs.items():
            table[x, y] = table[y, x] = c
            table[x.dagger(), y.dagger()] = table[y.dagger(), x.dagger()] = conj(c)
        return table

    def symmetrised(self, x: Op, y: Op) -> Expr:
        """G: the symmetrised <x y^+> of two operators."""
        if x == y and self.frequency is not None:
            return self.strengths[x.name].xreplace({FREQUENCY: -self.frequency if x.dag else self.frequency})
        return self.strengths[x.name] if x == y else self._products.get((x, y.dagger()), sp.S.Zero)

    def ordered(self, x: Op, y: Op) -> Expr:
        """<x y^+> in this order: n + 1 for b, n for b^+."""
        half = sp.S.Zero if x != y else -VACUUM if x.dag else VACUUM
        return self.symmetrised(x, y) + half

    def correlation(self, f: LinearForm, g: LinearForm) -> Expr:
        """The symmetrised <f g^+> of two forms in the fields."""
        terms = ((c, self.symmetrised(x, y), d) for x, c in f for y, d in g)
        return sp.Add(*(c * n * conj(d) for c, n, d in terms if n != 0))

    @property
    def operators(self) -> tuple[Op, ...]:
        """(b_1, b_1^+, b_2, ...)."""
        return tuple(Op(f, dag) for f in self for dag in (False, True))

    @property
    def matrix(self) -> ImmutableDenseMatrix:
        """G over `operators`."""
        z = self.operators
        return ImmutableDenseMatrix(len(z), len(z), [self.symmetrised(x, y) for x in z for y in z])

    @property
    def covariance(self) -> ImmutableDenseMatrix:
        """The same in quadratures (X_1, P_1, X_2, ...)."""
        q = [form for f in self for form in _quadratures(f)]
        return ImmutableDenseMatrix(len(q), len(q), [_real_part(self.correlation(f, g)) for f in q for g in q])

    @property
    def links(self) -> list[tuple[Op, Op]]:
        """Operators x, y with <x y^+> != 0: what they drive moves together."""
        return [(x, y.dagger()) for x, y in self._products]

    @property
    def coloured(self) -> tuple[str, ...]:
        """The fields whose strength depends on the frequency."""
        return tuple(f for f, n in self.strengths.items() if n.has(FREQUENCY))

    def at(self, frequency: Expr) -> Inputs:
        """The state at one frequency, for <z(Omega) z^+(Omega')>."""
        return replace(self, frequency=frequency)

    @property
    def correlated(self) -> frozenset[str]:
        """The fields that have a correlation beside their strength."""
        return frozenset(o.name for pair in self.pairs for o in pair)

    @property
    def groups(self) -> list[tuple[Op, ...]]:
        """Operators that are correlated with each other, in order."""
        place = {o: k for k, o in enumerate(self.operators)}
        found = connected_components((list(place), self.links))
        return sorted((tuple(sorted(g, key=place.__getitem__)) for g in found), key=lambda g: place[g[0]])

    @cached_property
    def independent(self) -> tuple[White, ...]:
        """White noises of which no two are correlated, with G_xy = sum_k weight_k part_kx conj(part_ky).

        Two operators of the same strength have sum and difference as their own, with the phase of their correlation;
        squeezed light so falls into its quadratures. Others follow by elimination, in quadratures where they can.
        """
        out: list[White] = []
        for group in self.groups:
            names = list(dict.fromkeys(o.name for o in group))
            if len(group) == 1:
                noises = [(self.symmetrised(group[0], group[0]), {group[0]: sp.S.One})]
            elif len(group) == 2 and (halves := self._sum_and_difference(*group)):
                noises = halves
            elif group[0].dagger() in group:
                forms = [q for f in names for q in _quadratures(f)]
                rows = [[self.correlation(f, g) for g in forms] for f in forms]
                noises = [(w, _from_quadratures(names, c)) for w, c in eliminated(rows)]
            else:
                rows = [[self.symmetrised(x, y) for y in group] for x in group]
                noises = [(w, dict(zip(group, c, strict=True))) for w, c in eliminated(rows)]
            stem = "_".join(names)
            labels = [group[0].label] if len(group) == 1 else [f"{stem}_{k}" for k in range(1, len(noises) + 1)]
            if len(group) > 1 and group[0].dag:
                labels = [f"{x}_dag" for x in labels]
            out += [
                White(x, w, {o: c for o, c in v.items() if c != 0}) for x, (w, v) in zip(labels, noises, strict=True)
            ]
        return tuple(out)

    def _sum_and_difference(self, x: Op, y: Op) -> list[tuple[Expr, dict[Op, Expr]]] | None:
        strength, both = self.symmetrised(x, x), self.symmetrised(x, y)
        size, phase = polar(both)
        if not is_real(size) or not vanishes(strength, -self.symmetrised(y, y)):
            return None
        weights = (sp.factor_terms(sp.expand(strength + s * size)) for s in (1, -1))
        return [(w, {x: ROOT, y: s * ROOT * conj(phase)}) for w, s in zip(weights, (1, -1), strict=True)]

    # -- other states from this one -------------------------------------------------------------------------

    def is_vacuum(self, name: str) -> bool:
        """Whether a field is in vacuum, correlated with nothing."""
        return self.strengths[name] == VACUUM and name not in self.means and name not in self.correlated

    def mapped(self, f: Callable[[Expr], Expr]) -> Inputs:
        """Everything replaced by f of it."""
        strengths, means = ({k: f(e) for k, e in t.items()} for t in (self.strengths, self.means))
        return replace(self, strengths=strengths, pairs={k: f(e) for k, e in self.pairs.items()}, means=means)

    def renamed(self, new: Callable[[str], str]) -> Inputs:
        """The fields renamed."""
        pairs = {(Op(new(x.name), x.dag), Op(new(y.name), y.dag)): c for (x, y), c in self.pairs.items()}
        strengths, means = ({new(f): c for f, c in t.items()} for t in (self.strengths, self.means))
        return replace(self, strengths=strengths, pairs=pairs, means=means)

    def rephased(self, phases: Mapping[str, Expr]) -> Inputs:
        """The state in new operators p b, with p = phases[b] of modulus 1 where it is given."""

        def turned(o: Op, c: Expr) -> Expr:
            p = phases.get(o.name, sp.S.One)
            return sp.powsimp(sp.expand(c * (conj(p) if o.dag else p)))

        pairs = {(x, y): turned(x, turned(y, c)) for (x, y), c in self.pairs.items()}
        return replace(self, pairs=pairs, means={f: turned(Op(f), c) for f, c in self.means.items()})

    def in_bands(self, pairs: Mapping[str, tuple[str, str]], single: Iterable[str]) -> Inputs:
        """The state in two frequency bands around +-Omega for each field of `pairs`, in one for those in `single`.

        <b b> becomes <b_+ b_->; DerivationError for a correlation between a field of either kind.
        """
        kept = self.without(set(self) - set(single))
        strengths = {n: self.strengths[f] for f, bands in pairs.items() for n in bands} | dict(kept.strengths)
        table = dict(kept.pairs)
        for (x, y), c in self.pairs.items():
            if (x.name in pairs) != (y.name in pairs):
                raise DerivationError(
                    f"{x.name} and {y.name} are correlated, but only one of them acts at both sidebands; keep the fast "
                    "modes, or give them light of their own."
                )
            if x.name in pairs:
                first, second = pairs[x.name], pairs[y.name]
                table |= {
                    (Op(first[k], x.dag), Op(second[k if y.dag else 1 - k], y.dag)): c
                    for k in ((0,) if x == y else (0, 1))
                }  # fmt: skip
        return Inputs(strengths, table)

    def without(self, names: Iterable[str]) -> Inputs:
        """The state of the other fields."""
        gone = set(names)
        pairs = {(x, y): c for (x, y), c in self.pairs.items() if not gone & {x.name, y.name}}
        strengths, means = ({f: c for f, c in t.items() if f not in gone} for t in (self.strengths, self.means))
        return replace(self, strengths=strengths, pairs=pairs, means=means)

    def beside(self, *others: Mapping[str, Expr]) -> Inputs:
        """The states of several sets of fields that know nothing of each other."""
        every = [self, *(o if isinstance(o, Inputs) else Inputs(o) for o in others)]
        return Inputs(
            {f: c for o in every for f, c in o.strengths.items()}, {p: c for o in every for p, c in o.pairs.items()},
            {f: c for o in every for f, c in o.means.items()}, self.frequency,
        )  # fmt: skip


def _real_part(e: Expr) -> Expr:
    """The real part of an expression, multiplied out, with phases as cosines and sines."""

    def turned(z: Expr) -> Expr:
        angle = sp.expand(z.args[0] / sp.I)
        return sp.cos(angle) + sp.I * sp.sin(angle) if is_real(angle) else z

    e = sp.expand((e + conj(e)) / 2)
    return sp.expand(e.replace(lambda z: isinstance(z, sp.exp) and z.has(sp.I), turned)) if e.has(sp.I) else e


def _quadratures(field: str) -> tuple[LinearForm, LinearForm]:
    b, adjoint = Op(field), Op(field, True)
    return LinearForm({b: ROOT, adjoint: ROOT}), LinearForm({b: -sp.I * ROOT, adjoint: sp.I * ROOT})


def _from_quadratures(names: Sequence[str], values: Sequence[Expr]) -> dict[Op, Expr]:
    """What a noise adds to b and b^+, from what it adds to X and P."""
    pairs = zip(names, values[::2], values[1::2], strict=True)
    return {
        Op(f, dag): sp.expand((x + s * sp.I * p) * ROOT) for f, x, p in pairs for dag, s in ((False, 1), (True, -1))
    }
